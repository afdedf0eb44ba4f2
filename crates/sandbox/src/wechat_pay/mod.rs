//! WeChat Pay API v3 at the root of its own port: Native and H5, query, close, refunds, notices, and the cashier where
//! a buyer pays. Every answer is signed with the channel's key, refusals too.

mod admit;
mod cashier;
pub(crate) mod control;
pub(crate) mod keys;
pub(crate) mod notify;
mod orders;
mod refunds;
pub(crate) mod seal;
pub(crate) mod signer;
mod store;
mod times;

use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use platform::db::DbFault;
use serde_json::{Value, json};

use crate::house::House;
use crate::partner::{About, Manner, Partner, Raw, Reply, serve};

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    name: "wechat_pay",
    title_zh: "微信支付",
    title_en: "WeChat Pay",
    protocol: "WeChat Pay API v3, WECHATPAY2-SHA256-RSA2048, public-key mode",
    operations: &["native", "h5", "query", "close", "refund", "query_refund", notify::NOTIFY],
    codes: &[
        "SYSTEM_ERROR",
        "FREQUENCY_LIMITED",
        "NO_AUTH",
        "SIGN_ERROR",
        "NOT_ENOUGH",
        "USER_ACCOUNT_ABNORMAL",
        "RULE_LIMIT",
    ],
};

/// The partner.
pub(crate) struct WechatPay;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    operation: String,
    /// The number in the path.
    number: String,
    /// Whether the number is the channel's.
    by_id: bool,
    body: Value,
}

/// The port's paths: the channel's at the root, the buyer's under `/cashier`.
pub(crate) fn routes(house: &House) -> Router {
    Router::new()
        .route("/cashier/qr", get(cashier::by_code))
        .route("/cashier/{token}", get(cashier::show))
        .route("/cashier/{token}/{act}", post(cashier::act))
        .fallback(any(serve::<WechatPay>))
        .with_state(house.clone())
}

/// Operation and number that a request's path names.
fn named(raw: &Raw) -> Option<(&'static str, String, bool)> {
    let parts: Vec<&str> = raw.path.trim_matches('/').split('/').collect();
    let number = |text: &&str| (*text).to_owned();
    match (raw.method.clone(), parts.as_slice()) {
        (Method::POST, ["v3", "pay", "transactions", "native"]) => Some(("native", String::new(), false)),
        (Method::POST, ["v3", "pay", "transactions", "h5"]) => Some(("h5", String::new(), false)),
        (Method::GET, ["v3", "pay", "transactions", "out-trade-no", no]) => Some(("query", number(no), false)),
        (Method::GET, ["v3", "pay", "transactions", "id", id]) => Some(("query", number(id), true)),
        (Method::POST, ["v3", "pay", "transactions", "out-trade-no", no, "close"]) => {
            Some(("close", number(no), false))
        }
        (Method::POST, ["v3", "refund", "domestic", "refunds"]) => Some(("refund", String::new(), false)),
        (Method::GET, ["v3", "refund", "domestic", "refunds", no]) => Some(("query_refund", number(no), false)),
        _ => None,
    }
}

impl Partner for WechatPay {
    type Call = Call;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        named(raw).map(|(operation, ..)| operation.to_owned()).unwrap_or_default()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        if let Err(refusal) = admit::admit(house, raw).await? {
            return Ok(Err(refusal));
        }
        let Some((operation, number, by_id)) = named(raw) else {
            return Ok(Err(admit::refused(404, "NOT_FOUND", "请求的资源不存在")));
        };
        let body = match raw.body.is_empty() {
            true => Value::Null,
            false => match serde_json::from_slice(&raw.body) {
                Ok(body) => body,
                Err(_) => return Ok(Err(admit::refused(400, "PARAM_ERROR", "请求不是JSON"))),
            },
        };
        let mchid = format!("mchid={}", house.wechat_pay.mchid);
        if operation == "query" && !raw.query.split('&').any(|part| part == mchid) {
            return Ok(Err(admit::refused(400, "PARAM_ERROR", "mchid错误")));
        }
        Ok(Ok(Call { operation: operation.to_owned(), number, by_id, body }))
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call.operation.as_str() {
            "native" => orders::offer(house, false, &call.body, manner).await,
            "h5" => orders::offer(house, true, &call.body, manner).await,
            "query" => orders::query(house, &call.number, call.by_id).await,
            "close" => orders::close(house, &call.number, &call.body, manner).await,
            "refund" => refunds::ask(house, &call.body, manner).await,
            _ => refunds::query(house, &call.number).await,
        }
    }

    fn refusal(_: &House, code: &str) -> Reply {
        let (status, says) = match code {
            "SYSTEM_ERROR" => (500, "系统异常，请稍后重试"),
            "FREQUENCY_LIMITED" => (429, "频率超限"),
            "NO_AUTH" => (403, "商户无权限"),
            "SIGN_ERROR" => (401, "签名错误"),
            "NOT_ENOUGH" => (403, "基本账户余额不足，请充值后重新发起"),
            _ => (400, "业务规则限制"),
        };
        admit::refused(status, code, says)
    }

    /// True in form, with another amount and another merchant; its signature is broken as well.
    fn forgery(_: &House, call: &Call) -> Reply {
        Reply::ok(json!({
            "mchid": "1900009999",
            "out_trade_no": call.number,
            "trade_state": "SUCCESS",
            "transaction_id": "4200000000000000000000000000",
            "success_time": "2099-12-31T23:59:59+08:00",
            "amount": { "total": 1, "currency": "CNY" },
            "code_url": "weixin://wxpay/bizpayurl?pr=forged",
            "h5_url": "http://127.0.0.1:9/forged",
            "forged": true,
        }))
    }

    fn finish(house: &House, reply: Reply) -> Response {
        let empty = reply.status == StatusCode::NO_CONTENT;
        let forged = reply.body["forged"] == json!(true);
        let body = if empty { String::new() } else { reply.body.to_string() };
        let mut response = (reply.status, body.clone()).into_response();
        let headers = response.headers_mut();
        if !empty {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        for (name, value) in signed(house, if forged { "" } else { &body }) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The headers that say who signed this.
fn signed(house: &House, body: &str) -> Vec<(&'static str, String)> {
    let timestamp = house.now().ms().div_euclid(1000).to_string();
    let nonce = word(house);
    let signature = house.wechat_seals.sign(&[&timestamp, &nonce, body]);
    vec![
        ("request-id", house.request_id()),
        ("wechatpay-timestamp", timestamp),
        ("wechatpay-nonce", nonce),
        ("wechatpay-signature", signature),
        ("wechatpay-serial", house.wechat_pay.platform_public_key_id.clone()),
    ]
}

/// 32 hexadecimal digits.
fn word(house: &House) -> String {
    house.request_id().replace('-', "")
}
