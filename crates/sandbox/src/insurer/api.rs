//! `/control/insurer`: the insurer's books for programs.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::House;
use super::books::Settlement;
use super::store;
use crate::page::refused;
use crate::people::account;

/// Rows that an answer holds at most: as many as the channel's list has orders.
const ROWS_MAX: i64 = 100_000;

/// Whose rows.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    psn_no: Option<String>,
}

/// `GET /control/insurer/settlements?psn_no=`: settlements, newest first; all people's without a number.
pub(crate) async fn settlements(State(house): State<House>, Query(which): Query<Which>) -> Response {
    let found =
        house.db.read("sandbox.insurer.newest", move |tx| store::newest(tx, which.psn_no.as_deref(), ROWS_MAX)).await;
    match found {
        Ok(found) => Json(found.iter().map(describe).collect::<Vec<_>>()).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// `GET /control/insurer/movements?psn_no=`: what came and went on personal accounts, newest first.
pub(crate) async fn movements(State(house): State<House>, Query(which): Query<Which>) -> Response {
    let found = house
        .db
        .read("sandbox.insurer.movements", move |tx| account::newest(tx, which.psn_no.as_deref(), ROWS_MAX))
        .await;
    match found {
        Ok(found) => Json(found).into_response(),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

fn describe(row: &Settlement) -> Value {
    json!({
        "setl_id": row.setl_id,
        "mdtrt_id": row.mdtrt_id,
        "psn_no": row.psn_no,
        "msgid": row.msgid,
        "chrg_bchno": row.batch_no,
        "insutype": row.scheme.insutype(),
        "med_type": row.med_type,
        "state": row.state.as_str(),
        "total_fen": row.split.total,
        "over_limit_fen": row.split.over_limit,
        "fund_fen": row.split.fund,
        "account_fen": row.split.account,
        "cash_fen": row.split.cash,
        "institution_fen": row.split.institution(),
        "account_before_fen": row.split.before,
        "account_after_fen": row.split.after,
        "settled_at": row.settled_at.to_string(),
    })
}
