//! The forms of the pages: do it, then send the browser back to the page that shows it.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::typing;
use platform::db::DbFault;
use serde::Deserialize;

use super::clock::{self, AdvanceError};
use crate::faults::add::{self, AddFault, AddFaultError};
use crate::faults::{FaultId, clear};
use crate::house::House;
use crate::page::refused;

#[derive(Debug, Deserialize)]
pub(super) struct AdvanceForm {
    secs: String,
}

/// `POST /clock/advance`.
pub(super) async fn advance(State(house): State<House>, Form(form): Form<AdvanceForm>) -> Response {
    let secs = typing::figure(&form.secs).parse().unwrap_or(0);
    match clock::advance(&house, secs).await {
        Ok(_) => back(""),
        Err(AdvanceError::Step) => back("?problem=step"),
        Err(AdvanceError::Fault(fault)) => broken(&fault),
    }
}

/// The fields as a browser sends them: every one there, perhaps empty.
#[derive(Debug, Deserialize)]
pub(super) struct FaultForm {
    /// `sms SendSms`: partner and operation in one choice.
    target: String,
    kind: String,
    ms: String,
    code: String,
    times: String,
    #[serde(rename = "match")]
    subject: String,
}

/// `POST /faults/add`.
pub(super) async fn add_fault(State(house): State<House>, Form(form): Form<FaultForm>) -> Response {
    let (partner, operation) = form.target.split_once(' ').unwrap_or((&form.target, ""));
    let times = match typing::figure(&form.times).as_str() {
        "" => None,
        // A text that is not a number is refused like a number that is too small, with the message for that field.
        text => Some(text.parse().unwrap_or(0)),
    };
    let command = AddFault {
        partner: partner.to_owned(),
        operation: Some(operation.to_owned()),
        kind: form.kind,
        ms: typing::figure(&form.ms).parse().ok(),
        code: Some(form.code),
        times,
        subject: Some(form.subject),
    };
    match add::add(&house, command).await {
        Ok(_) => back("#faults"),
        Err(AddFaultError::Partner(_) | AddFaultError::Operation) => back("?problem=operation"),
        Err(AddFaultError::Kind) => back("?problem=kind"),
        Err(AddFaultError::Ms) => back("?problem=ms"),
        Err(AddFaultError::Code) => back("?problem=code"),
        Err(AddFaultError::Forgery) => back("?problem=forgery"),
        Err(AddFaultError::Times) => back("?problem=times"),
        Err(AddFaultError::Fault(fault)) => broken(&fault),
    }
}

/// `POST /faults/{id}/clear`. If the rule is gone already, nothing is left to do.
pub(super) async fn clear_fault(State(house): State<House>, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<FaultId>() else {
        return back("#faults");
    };
    match clear::one(&house, id).await {
        Ok(_) => back("#faults"),
        Err(fault) => broken(&fault),
    }
}

/// `POST /faults/clear`.
pub(super) async fn clear_faults(State(house): State<House>) -> Response {
    match clear::all(&house).await {
        Ok(_) => back("#faults"),
        Err(fault) => broken(&fault),
    }
}

fn back(rest: &str) -> Response {
    Redirect::to(&format!("/{rest}")).into_response()
}

fn broken(fault: &DbFault) -> Response {
    refused(axum::http::StatusCode::SERVICE_UNAVAILABLE, fault)
}
