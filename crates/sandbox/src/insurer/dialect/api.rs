//! `/control/insurer/dialect` and the form of the front page.

use askama::Template;
use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Dialect, keep};
use crate::insurer::House;
use crate::page::{Lang, refused};
use crate::settings::store;

/// Which is wanted, by its word.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    dialect: String,
}

/// The choice on the front page.
#[derive(Template)]
#[template(path = "dialects.html")]
struct Shown {
    lang: Lang,
    /// Word, what is special, whether it is spoken.
    dialects: Vec<(&'static str, &'static str, bool)>,
}

/// Its part of the front page.
pub(crate) async fn front(house: House, lang: Lang) -> Result<String, DbFault> {
    let spoken = house.room.speaks.get();
    let row = |dialect: Dialect| {
        let (zh, en) = dialect.says();
        (dialect.as_str(), lang.pick_static(zh, en), dialect == spoken)
    };
    let shown = Shown { lang, dialects: Dialect::ALL.map(row).to_vec() };
    shown.render().map_err(|error| DbFault::Down(error.to_string()))
}

/// `GET /control/insurer/dialect`: the one that is spoken, and all there are.
pub(crate) async fn get(State(house): State<House>) -> Response {
    Json(told(house.room.speaks.get())).into_response()
}

/// `POST /control/insurer/dialect`: speaks another one from now on, also after the next start.
pub(crate) async fn post(State(house): State<House>, Json(wanted): Json<Wanted>) -> Response {
    let Ok(dialect) = wanted.dialect.parse::<Dialect>() else {
        return refused(StatusCode::BAD_REQUEST, &"no such dialect");
    };
    match speak(&house, dialect).await {
        Ok(()) => Json(told(dialect)).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /switches/insurer-dialect`, from the front page.
pub(crate) async fn form(State(house): State<House>, Form(wanted): Form<Wanted>) -> Response {
    let Ok(dialect) = wanted.dialect.parse::<Dialect>() else {
        return Redirect::to("/?problem=choice").into_response();
    };
    match speak(&house, dialect).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

async fn speak(house: &House, dialect: Dialect) -> Result<(), DbFault> {
    house.db.write(store::lane(), "sandbox.insurer.dialect", move |tx| keep(tx, dialect)).await?;
    house.room.speaks.set(dialect);
    Ok(())
}

fn told(dialect: Dialect) -> Value {
    json!({ "dialect": dialect.as_str(), "dialects": Dialect::ALL.map(Dialect::as_str) })
}
