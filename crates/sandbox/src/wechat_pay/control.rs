//! The channel for programs: `/control/wechat_pay/…`.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::{Value, json};

use super::House;
use super::orders::{self, Paying};
use super::steer::{self, Steer};
use super::{account, page, store, times};
use crate::page::refused;
use crate::partner::decoded;

/// Orders that a program is told of.
const LIST_MAX: i64 = 100_000;
/// The merchant's number, in queries, forms and bodies.
const NUMBER: &str = "out_trade_no";

/// What the control port answers in the channel's name.
pub(super) fn routes() -> Router<House> {
    Router::new()
        .route("/wechat", get(page::show))
        .route("/wechat/{number}/{act}", post(page::act))
        .route("/control/wechat_pay/orders", get(list))
        .route("/control/wechat_pay/orders/{number}", post(steer))
        .route("/control/wechat_pay/account", get(account::show).post(account::change))
        .route("/control/wechat_pay/pay", post(pay_named))
        .route("/control/wechat_pay/pay/", post(pay_named))
        .route("/control/wechat_pay/pay/{number}", post(pay))
}

/// `GET /control/wechat_pay/orders`.
pub(crate) async fn list(State(house): State<House>) -> Response {
    let read = house.db.read("sandbox.wechat.list", |tx| {
        let mut all = Vec::new();
        for order in store::newest(tx, LIST_MAX)? {
            let refunds = store::refunds_of(tx, &order.out_trade_no)?;
            let notices = store::notices_of(tx, &order.out_trade_no)?;
            all.push((order, refunds, notices));
        }
        Ok::<_, DbFault>(all)
    });
    let Ok(found) = read.await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let told: Vec<_> = found
        .iter()
        .map(|(order, refunds, notices)| {
            let done = refunds.iter().filter(|one| one.status == "SUCCESS");
            json!({
                "out_trade_no": order.out_trade_no,
                "transaction_id": order.transaction_id,
                "state": order.state,
                "total": order.total.get(),
                "refunded": done.map(|one| one.amount.get()).sum::<i64>(),
                "refunds": refunds.iter().map(|one| json!({
                    "out_refund_no": one.out_refund_no,
                    "status": one.status,
                    "amount": one.amount.get(),
                })).collect::<Vec<_>>(),
                "time_expire": times::write(order.expires_at),
                "notices": notices.iter().map(|(event, attempts, taken)| json!({
                    "event_type": event,
                    "attempts": attempts,
                    "taken": taken,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    Json(told).into_response()
}

/// `POST /control/wechat_pay/pay/{out_trade_no}`: the buyer pays. The number may also be in the query or the body, and the
/// path's place for it left as it is printed.
pub(crate) async fn pay(
    State(house): State<House>,
    Path(number): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    // A place that was left as it is may have been encoded once more on its way.
    let number = Some(decoded(&number)).filter(|number| !(number.starts_with('{') && number.ends_with('}')));
    paid(&house, number, query, &body).await
}

/// `POST /control/wechat_pay/pay`: the same, with the number in the query or the body.
pub(crate) async fn pay_named(
    State(house): State<House>,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    paid(&house, None, query, &body).await
}

async fn paid(house: &House, path: Option<String>, mut query: BTreeMap<String, String>, body: &[u8]) -> Response {
    let Some(number) = path.or_else(|| query.remove(NUMBER)).or_else(|| number_in(body)) else {
        return refused(StatusCode::BAD_REQUEST, &"out_trade_no is missing: in the path, the query or the body");
    };
    match orders::pay(house, &number).await {
        Ok(Paying::Paid(transaction_id)) => Json(json!({
            "out_trade_no": number,
            "trade_state": "SUCCESS",
            "transaction_id": transaction_id,
        }))
        .into_response(),
        Ok(Paying::No(state)) => {
            (StatusCode::CONFLICT, Json(json!({ "out_trade_no": number, "trade_state": state }))).into_response()
        }
        Ok(Paying::Unknown) => refused(StatusCode::NOT_FOUND, &"no such order"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// The number in a body: JSON, else a form.
fn number_in(body: &[u8]) -> Option<String> {
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return json[NUMBER].as_str().map(str::to_owned);
    }
    form_urlencoded::parse(body).find(|(name, _)| name == NUMBER).map(|(_, value)| value.into_owned())
}

/// How an order goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct SteerBody {
    /// The buyer's money arrives although it was closed.
    #[serde(default)]
    late_pay: bool,
    /// How refunds end: `success`, `abnormal` or `closed`.
    #[serde(default)]
    refund: String,
}

/// `POST /control/wechat_pay/orders/{out_trade_no}`.
pub(crate) async fn steer(
    State(house): State<House>,
    Path(number): Path<String>,
    Json(body): Json<SteerBody>,
) -> Response {
    let end = if body.refund.is_empty() { steer::ENDS.first().copied() } else { steer::end_named(&body.refund) };
    if end.is_none() {
        return refused(StatusCode::BAD_REQUEST, &"refund is one of success, abnormal, closed");
    }
    match steer::steer(&house, &number, Steer { late: Some(body.late_pay), refunds_end: end }).await {
        Ok(true) => Json(json!({ "late_pay": body.late_pay, "refund": end.map(str::to_lowercase) })).into_response(),
        Ok(false) => refused(StatusCode::NOT_FOUND, &"no such order"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}
