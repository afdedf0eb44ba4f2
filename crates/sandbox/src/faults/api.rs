//! `/control/faults`: rules as JSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::add::{self, AddFault, AddFaultError};
use super::{FaultId, clear, store};
use crate::house::House;
use crate::page::refused;

/// `GET /control/faults`: all rules, oldest first.
pub(crate) async fn list(State(house): State<House>) -> Response {
    match house.db.read("sandbox.fault.list", store::all).await {
        Ok(faults) => Json(faults).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `POST /control/faults`: adds a rule, answers it with its number.
pub(crate) async fn post(State(house): State<House>, Json(command): Json<AddFault>) -> Response {
    match add::add(&house, command).await {
        Ok(fault) => (StatusCode::CREATED, Json(fault)).into_response(),
        Err(AddFaultError::Fault(fault)) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
        Err(error) => refused(StatusCode::BAD_REQUEST, &error),
    }
}

/// `DELETE /control/faults`: takes every rule away.
pub(crate) async fn delete_all(State(house): State<House>) -> Response {
    match clear::all(&house).await {
        Ok(cleared) => Json(json!({ "cleared": cleared })).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `DELETE /control/faults/{id}`: takes one rule away.
pub(crate) async fn delete(State(house): State<House>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<FaultId>() else {
        return refused(StatusCode::NOT_FOUND, &"no such fault");
    };
    match clear::one(&house, id).await {
        Ok(true) => Json(json!({ "cleared": 1 })).into_response(),
        Ok(false) => refused(StatusCode::NOT_FOUND, &"no such fault"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}
