//! The control port: pages for people and their JSON twin for programs. Which faults are to happen, the clock of
//! everything, and what each partner has to show.

pub(crate) mod clock;
mod forms;
mod guard;
pub(crate) mod pages;
pub(crate) mod store;

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use serde_json::json;

use crate::faults::api as faults;
use crate::house::House;
use crate::people;
use crate::registry::ALL;
use crate::witness;

/// Everything the control port answers.
pub(crate) fn routes(house: House) -> Router {
    let partners = ALL.iter().fold(Router::new(), |all, entry| all.merge((entry.control)()));
    Router::new()
        .merge(partners)
        .route("/", get(pages::front))
        .route("/people", get(people::page::people))
        .route("/people/{number}", get(people::page::person).post(people::page::steer))
        .route("/lang", get(pages::lang))
        .route("/sandbox.css", get(pages::css))
        .route("/clock/advance", post(forms::advance))
        .route("/faults/add", post(forms::add_fault))
        .route("/faults/clear", post(forms::clear_faults))
        .route("/faults/{id}/clear", post(forms::clear_fault))
        .route("/control/clock", get(clock::get).post(clock::post))
        .route("/control/faults", get(faults::list).post(faults::post).delete(faults::delete_all))
        .route("/control/faults/{id}", delete(faults::delete))
        .route("/control/people", get(people::api::list).post(people::api::post))
        .route("/control/people/{number}", get(people::api::get).post(people::api::steer))
        .route("/witness/anchors", post(witness::take))
        .route("/witness/anchors/{city}/{which}", get(witness::told))
        .layer(middleware::from_fn_with_state(house.clone(), guard::guard))
        .with_state(house)
}

/// A refusal in JSON.
pub(crate) fn refused(status: StatusCode, why: &dyn Display) -> Response {
    (status, Json(json!({ "error": why.to_string() }))).into_response()
}
