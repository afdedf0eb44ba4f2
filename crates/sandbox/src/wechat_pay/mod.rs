//! WeChat Pay API v3 at the root of its own port: Native and H5, query, close, refunds, notices, and the cashier where
//! a buyer pays. An answer is signed once it is known who asks for what; a refusal before that is not signed by
//! anybody.

mod abnormal;
mod account;
mod admit;
mod cashier;
mod certificates;
mod control;
mod form;
pub(crate) mod keys;
mod notify;
mod offers;
mod orders;
mod page;
mod paths;
mod refund_ends;
mod refunds;
mod refusals;
mod seal;
pub(crate) mod signer;
mod steer;
mod store;
mod times;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use platform::db::DbFault;
use platform::private;
use serde_json::{Value, json};

use self::keys::WechatPayAccount;
use self::seal::Seals;
use crate::about::{About, Page};
use crate::entry::{Desk, Entry, Opening};
use crate::house::Office;
use crate::partner::{Manner, Partner, Raw, Reply, serve};
use crate::setup::StartError;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    place: wire::wechat_pay::PARTNER,
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
        "abnormal_refund",
        "certificates",
        refund_ends::REFUND_END,
        notify::NOTIFY,
    ],
    notices: &[notify::NOTIFY],
    codes: &refusals::CODES,
    forgeries: &notify::FORGERIES,
    twists: &[PROBE, UNSIGNED, UNSIGNED_ERROR],
};

/// What the house knows of it.
pub(crate) const ENTRY: Entry = Entry {
    about: &ABOUT,
    page: Some(Page { path: "/wechat", zh: "微信支付", en: "WeChat Pay" }),
    open: |opening| Box::pin(open(opening)),
    forget: store::forget_notices,
};

/// The house as it sees it.
type House = Office<Room>;

/// What it keeps while it runs.
pub(crate) struct Room {
    pub(crate) account: WechatPayAccount,
    seals: Seals,
    /// What kind of account it is.
    standing: account::Kept,
    /// Held while due refunds end: a rule befalls each of them once.
    refunds: tokio::sync::Mutex<()>,
    /// Where it listens.
    address: SocketAddr,
}

/// Makes the keys at the first start, on a thread of their own because that takes a while.
async fn open(opening: &Opening<'_>) -> Result<Desk, StartError> {
    let settings = opening.settings;
    let folder = settings.wechat_pay_keys.clone().unwrap_or_else(|| keys::folder(&settings.data_dir));
    let at = folder.clone();
    let made = tokio::task::spawn_blocking(move || {
        if let Some(above) = folder.parent() {
            private::make(above)?;
        }
        let account = keys::account_in(&folder)?;
        let seals = Seals::read(&account)?;
        Ok((account, seals))
    });
    let made = made.await.map_err(|_| StartError::Fault(DbFault::Panicked))?;
    let (account, seals) = made.map_err(|source| StartError::Folder { folder: at, source })?;
    let room = Room {
        account: account.clone(),
        seals,
        standing: account::load(&opening.house.db).await.map_err(StartError::Fault)?,
        refunds: tokio::sync::Mutex::default(),
        address: opening.address(ABOUT.place)?,
    };
    let house = Office::new(opening.house, room);
    Ok(Desk {
        routes: routes(&house),
        control: control::routes().with_state(house.clone()),
        kept: Arc::new(account),
        tasks: vec![Box::pin(notify::run(house.clone()))],
        ..Desk::of::<WechatPay>(&house, keys::told(&house))
    })
}

/// The answer is true and its signature is not: the channel tries out whether anybody looks.
pub(super) const PROBE: &str = "SIGNTEST";
/// The answer is true, and its signature is lost.
pub(super) const UNSIGNED: &str = "UNSIGNED";
/// It is done, and something on the way refuses it in nobody's name.
const UNSIGNED_ERROR: &str = "UNSIGNED_ERROR";

/// The partner.
pub(crate) struct WechatPay;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    named: paths::Named,
    /// Which key of the channel's the merchant names: it has sealed something with it, or wants to be answered with it.
    serial: String,
    body: Value,
}

/// The port's paths: the channel's at the root, the buyer's under `/cashier`.
fn routes(house: &House) -> Router {
    Router::new()
        .route("/cashier/qr", get(cashier::by_code))
        .route("/cashier/{token}", get(cashier::show))
        .route("/cashier/{token}/{act}", post(cashier::act))
        .fallback(any(serve::<WechatPay>))
        .with_state(house.clone())
}

impl Partner for WechatPay {
    type Call = Call;
    type Room = Room;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        paths::named(raw).map_or_else(|_| String::new(), |named| named.operation.to_owned())
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        Ok(read(house, raw))
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
            "abnormal_refund" => abnormal::apply(house, call, number, manner).await,
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
        let signature = match &reply {
            reply if !refusals::is_signed(reply) => Signature::None,
            reply if reply.body["forged"] == json!(true) => Signature::Wrong,
            _ => Signature::Right,
        };
        written(house, raw, reply, signature)
    }

    fn twisted(house: &House, raw: &Raw, reply: Reply, how: &str) -> Response {
        match how {
            PROBE if refusals::is_signed(&reply) => written(house, raw, reply, Signature::Probe),
            UNSIGNED_ERROR => written(house, raw, refusals::by_code("PARAM_ERROR"), Signature::None),
            _ => written(house, raw, reply, Signature::None),
        }
    }
}

/// How an answer or a notice is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signature {
    Right,
    /// Over another body.
    Wrong,
    /// The channel tries out whether anybody looks.
    Probe,
    None,
}

fn written(house: &House, raw: &Raw, reply: Reply, signature: Signature) -> Response {
    let status = match reply.body["code"].as_str() {
        // Where refunds are made, the word has another status.
        Some("MCH_NOT_EXISTS") if raw.path.starts_with("/v3/refund/") => StatusCode::NOT_FOUND,
        _ => reply.status,
    };
    let body = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
    let mut response = (status, body.clone()).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    }
    let serial = account::signs_answers(house, raw.header(SERIAL_HEADER));
    // Who is turned away where payments are made is given no number to ask by.
    let numbered = signature != Signature::None || !raw.path.starts_with("/v3/pay/");
    let number = numbered.then(|| ("request-id", house.request_id()));
    for (name, value) in signed(house, &serial, &body, signature).into_iter().chain(number) {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// The call in a request that is the merchant's.
fn read(house: &House, raw: &Raw) -> Result<Call, Reply> {
    let named = paths::named(raw).map_err(|nothing| Reply {
        status: match nothing {
            paths::Nothing::Path => StatusCode::NOT_FOUND,
            paths::Nothing::Method => StatusCode::METHOD_NOT_ALLOWED,
        },
        body: Value::Null,
    })?;
    form::headers(raw, &named)?;
    admit::admit(house, raw)?;
    let body = form::body(raw, &named)?;
    if named.operation == "query" {
        let said = form_urlencoded::parse(raw.query.as_bytes()).find(|(name, _)| name == "mchid");
        let said = said.map(|(_, value)| value.into_owned());
        if said.as_deref() != Some(&house.room.account.mchid) {
            return Err(refusals::wrong("mchid", &json!(said), "须为发起请求的商户号"));
        }
    }
    Ok(Call { named, serial: raw.header(SERIAL_HEADER).to_owned(), body })
}

/// The header that names the channel's key, in requests, answers and notices.
const SERIAL_HEADER: &str = "wechatpay-serial";
/// So begin the ids of public keys; other serials are certificates'.
const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";
/// How answers and notices are signed.
const SIGNATURE_TYPE: (&str, &str) = ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048");

/// The headers that say who signed this, if anybody.
fn signed(house: &House, serial: &str, body: &str, signature: Signature) -> Vec<(&'static str, String)> {
    let timestamp = house.now().ms().div_euclid(1000).to_string();
    let nonce = word(house);
    let made = |over: &str| house.room.seals.sign(serial, &[&timestamp, &nonce, over]);
    let signature = match signature {
        Signature::None => return Vec::new(),
        Signature::Right => made(body),
        Signature::Wrong => made("another body"),
        Signature::Probe => format!("WECHATPAY/SIGNTEST/{}", made("another body")),
    };
    vec![
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

/// 36 characters, as notices are numbered.
fn uuid(house: &House) -> String {
    house.request_id().to_ascii_lowercase()
}
