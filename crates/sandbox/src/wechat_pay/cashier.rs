//! Where the buyer pays: one page with three buttons, to pay, to fail and to leave.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use platform::db::{DbFault, Tx};
use serde::Deserialize;

use super::House;
use super::orders;
use super::store::{self, Order};
use crate::page::{Lang, page};

/// The cookie that tells one buyer from another.
const BUYER: &str = "sandbox_buyer";
/// An order for a link, which is opened on the phone that pays.
const LINK: &str = "MWEB";
/// The channel lets in only buyers who come from the merchant's own site.
const NOWHERE: &str =
    "商家参数格式有误，请联系商家解决 (the browser does not say which site it comes from: Referer is empty)";

/// It does not take payments by a link inside its own app either.
const INSIDE: &str = "请在微信外打开订单，进行支付 (a link, H5, is not opened inside WeChat)";

#[derive(Template)]
#[template(path = "cashier.html")]
struct Page {
    lang: Lang,
    css: String,
    token: String,
    merchant: String,
    description: String,
    yuan: String,
    /// `NOTPAY`, `SUCCESS`, `CLOSED`, `EXPIRED`, `OLD` where the link has ended, or `OTHERS` where somebody else opened it.
    state: String,
    failed: bool,
    left: bool,
    /// Where the merchant wants the buyer back.
    back: String,
    /// The same, as a value of a query.
    back_encoded: String,
}

/// What the merchant appends to the link, and what this page says of itself.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    redirect_url: String,
    #[serde(default)]
    failed: String,
    #[serde(default)]
    left: String,
    #[serde(default)]
    pr: String,
}

impl Asked {
    /// Only addresses that a browser opens as pages.
    fn back(&self) -> String {
        let web = self.redirect_url.starts_with("http://") || self.redirect_url.starts_with("https://");
        if web { self.redirect_url.clone() } else { String::new() }
    }
}

/// `GET /cashier/qr?pr=`: what a phone's scanner opens.
pub(super) async fn by_code(Query(asked): Query<Asked>) -> Response {
    let plain = asked.pr.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || asked.pr.is_empty() {
        return unknown();
    }
    Redirect::to(&format!("/cashier/{}", asked.pr)).into_response()
}

/// `GET /cashier/{token}`.
pub(super) async fn show(
    State(house): State<House>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Some(order) = find(&house, &token).await else { return unknown() };
    if order.kind == LINK && !headers.contains_key(header::REFERER) {
        return (StatusCode::FORBIDDEN, NOWHERE).into_response();
    }
    let agent = headers.get(header::USER_AGENT).map_or(&[][..], |agent| agent.as_bytes());
    if order.kind == LINK && String::from_utf8_lossy(agent).contains("MicroMessenger") {
        return (StatusCode::FORBIDDEN, INSIDE).into_response();
    }
    let (buyer, is_new) = match buyer(&headers) {
        Some(known) => (known, false),
        None => (format!("o{}", house.rng.digits(27)), true),
    };
    let Ok(opened_by) = open_by(&house, &order, &buyer).await else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let now = house.now();
    let state = match order.shown(now) {
        "NOTPAY" if opened_by != buyer => "OTHERS",
        "NOTPAY" if !order.link_lives(now) => "OLD",
        state => state,
    };
    let mut shown = page(&Page {
        lang: Lang::of(&headers),
        css: format!("http://{}/sandbox.css", house.addresses.control),
        merchant: house.room.account.mchid.clone(),
        description: order.description.clone(),
        yuan: order.total.to_string(),
        state: state.to_owned(),
        failed: !asked.failed.is_empty(),
        left: !asked.left.is_empty(),
        back_encoded: encoded(&asked.back()),
        back: asked.back(),
        token,
    });
    if is_new && let Ok(cookie) = format!("{BUYER}={buyer}; Path=/cashier; HttpOnly; SameSite=Lax").try_into() {
        shown.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    shown
}

/// Which WeChat user a browser is; a program that keeps no cookies is nobody.
fn buyer(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let named = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut ours =
        named.filter(|(name, value)| *name == BUYER && value.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    ours.next().map(|(_, value)| value.to_owned())
}

/// Opens an order for a buyer; who opened it first.
async fn open_by(house: &House, order: &Order, buyer: &str) -> Result<String, DbFault> {
    if let Some(first) = &order.buyer {
        return Ok(first.clone());
    }
    let (number, buyer) = (order.out_trade_no.clone(), buyer.to_owned());
    let opened = move |tx: &mut Tx<'_>| store::open_by(tx, &number, &buyer);
    house.db.write(store::lane(), "sandbox.wechat.open", opened).await
}

/// `POST /cashier/{token}/{pay|fail|leave}`.
pub(super) async fn act(
    State(house): State<House>,
    Path((token, act)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let Some(order) = find(&house, &token).await else { return unknown() };
    let back = asked.back();
    let says = match act.as_str() {
        "pay" => "",
        "fail" => "&failed=1",
        "leave" if !back.is_empty() => return Redirect::to(&back).into_response(),
        "leave" => "&left=1",
        _ => return (StatusCode::BAD_REQUEST, "no such act: pay, fail or leave").into_response(),
    };
    // The page says so when the link has ended, or when somebody else has opened the order.
    let others = order.buyer.as_ref().zip(buyer(&headers)).is_some_and(|(first, now)| *first != now);
    let pays = act == "pay" && order.link_lives(house.now()) && !others;
    if pays && orders::pay(&house, &order.out_trade_no).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Redirect::to(&format!("/cashier/{token}?redirect_url={}{says}", encoded(&back))).into_response()
}

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, "no such link, or another one has been given out since").into_response()
}

async fn find(house: &House, token: &str) -> Option<Order> {
    let token = token.to_owned();
    house.db.read("sandbox.wechat.cashier", move |tx| store::by_token(tx, &token)).await.ok().flatten()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
