//! The control port: pages for people and their JSON twin for programs. What was sent, which
//! faults are to happen, the provider's limits, and the clock of everything.

pub(crate) mod clock;
mod forms;
mod guard;
pub(crate) mod pages;
mod sent;
pub(crate) mod store;
mod switch;

use std::fmt::Display;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router, middleware};
use serde_json::json;

use crate::face;
use crate::faults::api as faults;
use crate::house::House;
use crate::insurer::{api as insurer, dialect_api as dialect};
use crate::people;
use crate::wechat_pay as wechat;
use crate::witness;

/// Everything the control port answers.
pub(crate) fn routes(house: House) -> Router {
    Router::new()
        .route("/", get(pages::front))
        .route("/sms", get(pages::sms))
        .route("/faces", get(face::page::faces))
        .route("/wechat", get(wechat::page::show))
        .route("/wechat/{number}/{act}", post(wechat::page::act))
        .route("/people", get(people::page::people))
        .route("/people/{number}", get(people::page::person).post(people::page::steer))
        .route("/lang", get(pages::lang))
        .route("/sandbox.css", get(pages::css))
        .route("/clock/advance", post(forms::advance))
        .route("/faults/add", post(forms::add_fault))
        .route("/faults/clear", post(forms::clear_faults))
        .route("/faults/{id}/clear", post(forms::clear_fault))
        .route("/switches/sms-limits", post(forms::sms_limits))
        .route("/switches/insurer-dialect", post(dialect::form))
        .route("/control/clock", get(clock::get).post(clock::post))
        .route("/control/faults", get(faults::list).post(faults::post).delete(faults::delete_all))
        .route("/control/faults/{id}", delete(faults::delete))
        .route("/control/switches", get(switch::get).post(switch::post))
        .route("/control/sms", get(sent::sms))
        .route("/control/faces", get(face::page::list))
        .route("/control/wechat_pay/orders", get(wechat::control::list))
        .route("/control/wechat_pay/orders/{number}", post(wechat::control::steer))
        .route("/control/wechat_pay/account", get(wechat::account::show).post(wechat::account::change))
        .route("/control/wechat_pay/pay", post(wechat::control::pay_named))
        .route("/control/wechat_pay/pay/", post(wechat::control::pay_named))
        .route("/control/wechat_pay/pay/{number}", post(wechat::control::pay))
        .route("/control/people", get(people::api::list).post(people::api::post))
        .route("/control/people/{number}", get(people::api::get).post(people::api::steer))
        .route("/control/insurer/settlements", get(insurer::settlements))
        .route("/control/insurer/movements", get(insurer::movements))
        .route("/witness/anchors", post(witness::take))
        .route("/witness/anchors/{city}/{which}", get(witness::told))
        .route("/control/insurer/dialect", get(dialect::get).post(dialect::post))
        .layer(middleware::from_fn_with_state(house.clone(), guard::guard))
        .with_state(house)
}

/// A refusal in JSON.
pub(crate) fn refused(status: StatusCode, why: &dyn Display) -> Response {
    (status, Json(json!({ "error": why.to_string() }))).into_response()
}
