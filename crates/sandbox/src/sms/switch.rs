//! The switch of the provider's limits: `/control/switches`, and the form of the front page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use platform::db::DbFault;
use serde::{Deserialize, Serialize};

use super::House;
use crate::page::{Lang, refused};
use crate::settings::store;

/// All switches; body and answer of `/control/switches`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Switches {
    /// The SMS provider's limits per number.
    sms_limits: bool,
}

/// The switch on the front page.
#[derive(Template)]
#[template(path = "sms_limits.html")]
struct Shown {
    lang: Lang,
    on: bool,
}

/// Its part of the front page.
pub(super) async fn front(house: House, lang: Lang) -> Result<String, DbFault> {
    let on = house.db.read("sandbox.switches", store::sms_limits).await?;
    Shown { lang, on }.render().map_err(|error| DbFault::Down(error.to_string()))
}

/// Turns the SMS provider's limits on or off.
async fn set_sms_limits(house: &House, on: bool) -> Result<(), DbFault> {
    house.db.write(store::lane(), "sandbox.switch", move |tx| store::set_sms_limits(tx, on)).await
}

/// `GET /control/switches`.
pub(super) async fn get(State(house): State<House>) -> Response {
    match house.db.read("sandbox.switches", store::sms_limits).await {
        Ok(sms_limits) => Json(Switches { sms_limits }).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /control/switches`.
pub(super) async fn post(State(house): State<House>, Json(wanted): Json<Switches>) -> Response {
    match set_sms_limits(&house, wanted.sms_limits).await {
        Ok(()) => Json(wanted).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// What the front page sends.
#[derive(Debug, Deserialize)]
pub(super) struct SwitchForm {
    on: String,
}

/// `POST /switches/sms-limits`, from the front page.
pub(super) async fn form(State(house): State<House>, Form(form): Form<SwitchForm>) -> Response {
    match set_sms_limits(&house, form.on == "1").await {
        Ok(()) => Redirect::to("/").into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}
