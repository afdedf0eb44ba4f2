//! Switches: rules of a partner that may be turned off.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use platform::db::DbFault;
use serde::{Deserialize, Serialize};

use super::{refused, store};
use crate::house::House;

/// All switches; body and answer of `/control/switches`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Switches {
    /// The SMS provider's limits per number.
    sms_limits: bool,
}

/// Turns the SMS provider's limits on or off.
pub(super) async fn set_sms_limits(house: &House, on: bool) -> Result<(), DbFault> {
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
