//! The channel for people (`/wechat`) and for programs (`/control/wechat_pay/…`).

use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::json;

use super::orders::{self, Paying, standing};
use super::store;
use super::times;
use crate::control::pages::{Lang, page};
use crate::control::refused;
use crate::house::House;
use crate::sms::civil;

/// Orders that are shown.
const ROWS_MAX: i64 = 100;
/// Orders that a program is told of.
const LIST_MAX: i64 = 100_000;

#[derive(Template)]
#[template(path = "wechat.html")]
struct Page {
    lang: Lang,
    now: String,
    orders: Vec<Row>,
}

struct Row {
    number: String,
    yuan: String,
    description: String,
    state: String,
    class: &'static str,
    at: String,
    open: bool,
    cashier: String,
}

/// `GET /wechat`.
pub(crate) async fn orders(State(house): State<House>, headers: HeaderMap) -> Response {
    let now = house.now();
    let found = match house.db.read("sandbox.wechat.newest", |tx| store::newest(tx, ROWS_MAX)).await {
        Ok(found) => found,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let rows = found.iter().map(|order| {
        let state = standing(order, now);
        Row {
            number: order.out_trade_no.clone(),
            yuan: order.total.to_string(),
            description: order.description.clone(),
            class: match state {
                "SUCCESS" => "delivered",
                "CLOSED" => "failed",
                _ => "accepted",
            },
            state: state.to_owned(),
            at: civil(order.created_at),
            open: state == "NOTPAY",
            cashier: format!("http://{}/cashier/{}", house.addresses.wechat_pay, order.token),
        }
    });
    page(&Page { lang: Lang::of(&headers), now: civil(now), orders: rows.collect() })
}

/// `GET /control/wechat_pay/orders`.
pub(crate) async fn list(State(house): State<House>) -> Response {
    let now = house.now();
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
                "state": standing(order, now),
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

/// `POST /control/wechat_pay/pay/{out_trade_no}`: the buyer pays.
pub(crate) async fn pay(State(house): State<House>, Path(number): Path<String>) -> Response {
    match orders::pay(&house, &number).await {
        Ok(Paying::Paid) => Json(json!({ "trade_state": "SUCCESS" })).into_response(),
        Ok(Paying::Closed) => (StatusCode::CONFLICT, Json(json!({ "trade_state": "CLOSED" }))).into_response(),
        Ok(Paying::Unknown) => refused(StatusCode::NOT_FOUND, &"no such order"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// How an order goes on.
#[derive(Debug, Deserialize)]
pub(crate) struct Steer {
    /// The buyer's money arrives although it was closed.
    #[serde(default)]
    late_pay: bool,
    /// `abnormal`: refunds do not reach the buyer.
    #[serde(default)]
    refund: String,
}

/// `POST /control/wechat_pay/orders/{out_trade_no}`.
pub(crate) async fn steer(
    State(house): State<House>,
    Path(number): Path<String>,
    Json(steer): Json<Steer>,
) -> Response {
    let abnormal = steer.refund == "abnormal";
    let steered = house
        .db
        .write(store::lane(), "sandbox.wechat.steer", move |tx| store::steer(tx, &number, steer.late_pay, abnormal));
    match steered.await {
        Ok(true) => Json(json!({ "late_pay": steer.late_pay, "abnormal": abnormal })).into_response(),
        Ok(false) => refused(StatusCode::NOT_FOUND, &"no such order"),
        Err::<_, DbFault>(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}
