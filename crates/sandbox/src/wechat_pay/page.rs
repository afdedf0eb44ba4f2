//! The channel for people: `/wechat`, its orders with what a buyer and the channel may do to each.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use platform::db::DbFault;
use serde::Deserialize;

use super::House;
use super::orders::{self, Paying};
use super::steer::{self, Steer};
use super::store::{self, Order, Refund};
use crate::about;
use crate::page::{Lang, page, refused};
use crate::times::civil;

/// Orders that are shown.
const ROWS_MAX: i64 = 100;

#[derive(Template)]
#[template(path = "wechat.html")]
struct Page {
    lang: Lang,
    pages: Vec<about::Page>,
    now: String,
    failed: bool,
    orders: Vec<Row>,
}

/// An order as the page shows it.
struct Row {
    number: String,
    /// The same, in an address.
    encoded: String,
    yuan: String,
    description: String,
    state: &'static str,
    says: &'static str,
    class: &'static str,
    at: String,
    cashier: String,
    /// How refunds end, and in words.
    end: &'static str,
    refunds: Vec<RefundRow>,
}

/// A refund as the page shows it.
struct RefundRow {
    number: String,
    yuan: String,
    says: &'static str,
    class: &'static str,
}

/// What this page says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    failed: String,
}

/// `GET /wechat`.
pub(crate) async fn show(State(house): State<House>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let (now, lang) = (house.now(), Lang::of(&headers));
    let read = house.db.read("sandbox.wechat.newest", |tx| {
        let orders = store::newest(tx, ROWS_MAX)?;
        let with = |order: Order| Ok((store::refunds_of(tx, &order.out_trade_no)?, order));
        orders.into_iter().map(with).collect::<Result<Vec<_>, DbFault>>()
    });
    let found = match read.await {
        Ok(found) => found,
        Err(fault) => return refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    };
    let rows = found.iter().map(|(refunds, order)| {
        let (state, says, class) = match order.shown(now) {
            "SUCCESS" => ("SUCCESS", lang.pick_static("已支付", "paid"), "delivered"),
            "CLOSED" => ("CLOSED", lang.pick_static("已关闭", "closed"), "failed"),
            "EXPIRED" => ("EXPIRED", lang.pick_static("已过支付时间", "its time is over"), "failed"),
            _ => ("NOTPAY", lang.pick_static("待支付", "not paid"), "accepted"),
        };
        Row {
            number: order.out_trade_no.clone(),
            encoded: form_urlencoded::byte_serialize(order.out_trade_no.as_bytes()).collect(),
            yuan: order.total.to_string(),
            description: order.description.clone(),
            state,
            says,
            class,
            at: civil(order.created_at),
            cashier: format!("http://{}/cashier/{}", house.room.address, order.token),
            end: steer::end_named(&order.refunds_end).unwrap_or("SUCCESS"),
            refunds: refunds.iter().map(|refund| refund_row(lang, refund)).collect(),
        }
    });
    page(&Page {
        lang,
        pages: house.pages.clone(),
        now: civil(now),
        failed: !asked.failed.is_empty(),
        orders: rows.collect(),
    })
}

fn refund_row(lang: Lang, refund: &Refund) -> RefundRow {
    let (zh, en, class) = match refund.status.as_str() {
        "SUCCESS" => ("已退款", "given back", "delivered"),
        "ABNORMAL" => ("退款异常", "abnormal: not received", "failed"),
        "CLOSED" => ("退款关闭", "closed", "failed"),
        _ => ("退款处理中", "under way", "accepted"),
    };
    RefundRow {
        number: refund.out_refund_no.clone(),
        yuan: refund.amount.to_string(),
        says: lang.pick_static(zh, en),
        class,
    }
}

/// `POST /wechat/{out_trade_no}/{act}`: `pay`, `fail`, `late` (paid although closed), or how refunds end.
pub(crate) async fn act(State(house): State<House>, Path((number, act)): Path<(String, String)>) -> Response {
    let done = match act.as_str() {
        "pay" => pay(&house, &number).await,
        "fail" => exists(&house, &number).await,
        "late" => match steer::steer(&house, &number, Steer { late: Some(true), ..Steer::default() }).await {
            Ok(true) => pay(&house, &number).await,
            other => other,
        },
        end => match steer::end_named(end) {
            None => return refused(StatusCode::BAD_REQUEST, &"no such act"),
            end => steer::steer(&house, &number, Steer { refunds_end: end, ..Steer::default() }).await,
        },
    };
    match done {
        Ok(true) if act == "fail" => Redirect::to("/wechat?failed=1").into_response(),
        Ok(true) => Redirect::to("/wechat").into_response(),
        Ok(false) => refused(StatusCode::NOT_FOUND, &"no such order"),
        Err(fault) => refused(StatusCode::SERVICE_UNAVAILABLE, &fault),
    }
}

/// False when there is no such order; one that is closed shows so.
async fn pay(house: &House, number: &str) -> Result<bool, DbFault> {
    Ok(orders::pay(house, number).await? != Paying::Unknown)
}

async fn exists(house: &House, number: &str) -> Result<bool, DbFault> {
    let number = number.to_owned();
    Ok(house.db.read("sandbox.wechat.one", move |tx| store::find(tx, &number)).await?.is_some())
}
