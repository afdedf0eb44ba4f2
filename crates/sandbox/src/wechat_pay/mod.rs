//! WeChat Pay API v3 at the root of its own port: Native and H5, query, close, refunds, notices, and the cashier where
//! a buyer pays. Every answer is signed with the channel's key, refusals too.

mod admit;
mod cashier;
mod certificates;
pub(crate) mod control;
pub(crate) mod keys;
pub(crate) mod notify;
mod offers;
mod orders;
pub(crate) mod page;
mod paths;
mod refund_ends;
mod refunds;
mod refusals;
pub(crate) mod seal;
pub(crate) mod signer;
mod steer;
mod store;
mod times;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use platform::db::DbFault;
use serde_json::{Value, json};

use crate::house::House;
use crate::partner::{About, Manner, Partner, Raw, Reply, serve};

pub(crate) use store::forget_notices;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    name: "wechat_pay",
    title_zh: "微信支付",
    title_en: "WeChat Pay",
    protocol: "WeChat Pay API v3, WECHATPAY2-SHA256-RSA2048, public key or platform certificate",
    operations: &[
        "native",
        "h5",
        "query",
        "close",
        "refund",
        "query_refund",
        "certificates",
        refund_ends::REFUND_END,
        notify::NOTIFY,
    ],
    codes: &refusals::CODES,
    forgeries: &notify::FORGERIES,
};

/// The partner.
pub(crate) struct WechatPay;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    named: paths::Named,
    /// Under which key's name the merchant wants to be told.
    serial: String,
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

impl Partner for WechatPay {
    type Call = Call;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        paths::named(raw).map(|named| named.operation.to_owned()).unwrap_or_default()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        Ok(admit::admit(house, raw).and_then(|()| read(house, raw)))
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        let paths::Named { operation, number, by_id } = &call.named;
        match *operation {
            "native" => offers::offer(house, false, call, manner).await,
            "h5" => offers::offer(house, true, call, manner).await,
            "query" => orders::query(house, number, *by_id).await,
            "close" => orders::close(house, number, &call.body, manner).await,
            "refund" => refunds::ask(house, call, manner).await,
            "query_refund" => refunds::query(house, number).await,
            _ => Ok(certificates::answer(house)),
        }
    }

    fn refusal(_: &House, code: &str) -> Reply {
        refusals::by_code(code)
    }

    /// True in form, with another amount and another merchant; its signature is broken as well.
    fn forgery(_: &House, call: &Call) -> Reply {
        Reply::ok(json!({
            "mchid": "1900009999",
            "out_trade_no": call.named.number,
            "trade_state": "SUCCESS",
            "transaction_id": "4200000000000000000000000000",
            "success_time": "2099-12-31T23:59:59+08:00",
            "amount": { "total": 1, "currency": "CNY" },
            "code_url": "weixin://wxpay/bizpayurl?pr=forged",
            "h5_url": "http://127.0.0.1:9/forged",
            "forged": true,
        }))
    }

    fn finish(house: &House, raw: &Raw, reply: Reply) -> Response {
        let empty = reply.status == StatusCode::NO_CONTENT;
        let forged = reply.body["forged"] == json!(true);
        let body = if empty { String::new() } else { reply.body.to_string() };
        let mut response = (reply.status, body.clone()).into_response();
        let headers = response.headers_mut();
        if !empty {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
        }
        for (name, value) in signed(house, serial(house, raw), if forged { "" } else { &body }) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The call in a request that is the merchant's.
fn read(house: &House, raw: &Raw) -> Result<Call, Reply> {
    let Some(named) = paths::named(raw) else { return Err(refusals::by_code("NOT_FOUND")) };
    let body = match raw.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&raw.body).map_err(|_| refusals::wrong("/", &Value::Null, "请求不是JSON"))?,
    };
    if named.operation == "query" {
        let said = form_urlencoded::parse(raw.query.as_bytes()).find(|(name, _)| name == "mchid");
        let said = said.map(|(_, value)| value.into_owned());
        if said.as_deref() != Some(&house.wechat_pay.mchid) {
            return Err(refusals::wrong("mchid", &json!(said), "须为发起请求的商户号"));
        }
    }
    Ok(Call { named, serial: serial(house, raw).to_owned(), body })
}

/// Under which key's name a request wants its answer signed: the public key's where the merchant names one, else the
/// certificate's.
fn serial<'a>(house: &'a House, raw: &Raw) -> &'a str {
    let wanted = raw.header(SERIAL_HEADER);
    let account = &house.wechat_pay;
    if wanted.starts_with(PUBLIC_KEY_ID) { &account.platform_public_key_id } else { &account.platform_serial }
}

/// The header that names the channel's key, in requests, answers and notices.
const SERIAL_HEADER: &str = "wechatpay-serial";
/// So begin the ids of public keys; other serials are certificates'.
const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";
/// How answers and notices are signed.
const SIGNATURE_TYPE: (&str, &str) = ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048");

/// The headers that say who signed this.
fn signed(house: &House, serial: &str, body: &str) -> Vec<(&'static str, String)> {
    let timestamp = house.now().ms().div_euclid(1000).to_string();
    let nonce = word(house);
    let signature = house.wechat_seals.sign(&[&timestamp, &nonce, body]);
    vec![
        ("request-id", house.request_id()),
        ("wechatpay-timestamp", timestamp),
        ("wechatpay-nonce", nonce),
        ("wechatpay-signature", signature),
        (SIGNATURE_TYPE.0, SIGNATURE_TYPE.1.to_owned()),
        (SERIAL_HEADER, serial.to_owned()),
    ]
}

/// 32 hexadecimal digits.
fn word(house: &House) -> String {
    house.request_id().replace('-', "")
}
