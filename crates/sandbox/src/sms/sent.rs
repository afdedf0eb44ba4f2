//! What was sent, as JSON: how a test or a script reads the phone.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::{House, State as TextState, store};
use crate::page::refused;

/// Rows an answer holds at most.
pub(super) const ROWS_MAX: i64 = 200;

/// The query of `GET /control/sms`.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    /// Only texts to this number.
    mobile: Option<String>,
}

/// One text in the answer.
#[derive(Debug, Serialize)]
struct Sent {
    id: String,
    out_id: String,
    biz_id: String,
    mobile: String,
    template: String,
    content: String,
    code: Option<String>,
    state: &'static str,
    accepted_at: String,
    /// When its state became final; none before.
    settled_at: Option<String>,
}

/// `GET /control/sms?mobile=…`: the newest texts first.
pub(super) async fn sms(State(house): State<House>, Query(which): Query<Which>) -> Response {
    let rows =
        house.db.read("sandbox.sms.newest", move |tx| store::newest(tx, which.mobile.as_deref(), ROWS_MAX)).await;
    let rows = match rows {
        Ok(rows) => rows,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let now = house.now();
    let sent: Vec<Sent> = rows
        .into_iter()
        .map(|row| Sent {
            state: TextState::at(row.fate, row.settles_at, now).as_str(),
            settled_at: row.settles_at.filter(|at| *at <= now).map(|at| at.to_string()),
            accepted_at: row.accepted_at.to_string(),
            id: row.id.to_string(),
            out_id: row.out_id,
            biz_id: row.biz_id,
            mobile: row.mobile,
            template: row.template,
            content: row.content,
            code: row.code,
        })
        .collect();
    Json(sent).into_response()
}
