//! `/control/insurer/dialect` and the form of the front page.

use axum::Form;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Dialect, keep};
use crate::control::{refused, store};
use crate::house::House;

/// Which is wanted, by its word.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    dialect: String,
}

/// `GET /control/insurer/dialect`: the one that is spoken, and all there are.
pub(crate) async fn get(State(house): State<House>) -> Response {
    Json(told(house.rooms.insurer.speaks.get())).into_response()
}

/// `POST /control/insurer/dialect`: speaks another one from now on, also after the next start.
pub(crate) async fn post(State(house): State<House>, Json(wanted): Json<Wanted>) -> Response {
    let Some(dialect) = Dialect::named(&wanted.dialect) else {
        return refused(StatusCode::BAD_REQUEST, &"no such dialect");
    };
    match speak(&house, dialect).await {
        Ok(()) => Json(told(dialect)).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /switches/insurer-dialect`, from the front page.
pub(crate) async fn form(State(house): State<House>, Form(wanted): Form<Wanted>) -> Response {
    let Some(dialect) = Dialect::named(&wanted.dialect) else {
        return Redirect::to("/?problem=dialect").into_response();
    };
    match speak(&house, dialect).await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

async fn speak(house: &House, dialect: Dialect) -> Result<(), DbFault> {
    house.db.write(store::lane(), "sandbox.insurer.dialect", move |tx| keep(tx, dialect)).await?;
    house.rooms.insurer.speaks.set(dialect);
    Ok(())
}

fn told(dialect: Dialect) -> Value {
    json!({ "dialect": dialect.name(), "dialects": Dialect::ALL.map(Dialect::name) })
}
