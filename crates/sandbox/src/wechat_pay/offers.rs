//! Payments offered: what they must say, and what the same number again means.

use std::net::IpAddr;

use kernel::{Fen, Moment};
use platform::db::{DbFault, Tx};
use serde_json::{Value, json};

use super::refusals::{by_code, refused, wrong};
use super::store::{self, Order};
use super::{Call, House};
use crate::partner::{Manner, Reply};

/// How long a link on the phone is valid.
const H5_SECS: i64 = 300;
/// How long a code is valid.
const CODE_SECS: i64 = 7_200;
/// Nobody can be given less time to pay; an earlier `time_expire` is taken as this.
const LEAST_SECS: i64 = 60;
/// An offer that names no end.
const DEFAULT_SECS: i64 = 7 * 86_400;
/// The largest amount, in fen; more is a mistake.
const TOTAL_MAX: i64 = 100_000_000_000;

/// `POST /v3/pay/transactions/{native|h5}`.
pub(super) async fn offer(house: &House, h5: bool, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let order = match wanted(house, h5, call) {
        Ok(order) => order,
        Err(refusal) => return Ok(refusal),
    };
    if manner == Manner::Lost {
        return Ok(link(house, h5, &order.token));
    }
    let written = house.db.write(store::lane(), "sandbox.wechat.offer", move |tx| within(tx, &order));
    Ok(written.await?.map_or_else(|refusal| refusal, |token| link(house, h5, &token)))
}

/// The token of the link, or why there is none.
fn within(tx: &mut Tx<'_>, order: &Order) -> Result<Result<String, Reply>, DbFault> {
    let Some(there) = store::find(tx, &order.out_trade_no)? else {
        store::insert(tx, order)?;
        return Ok(Ok(order.token.clone()));
    };
    match there.state.as_str() {
        "SUCCESS" => return Ok(Err(by_code("ORDERPAID"))),
        "CLOSED" => return Ok(Err(by_code("ORDER_CLOSED"))),
        _ => {}
    }
    if there.params != order.params {
        return Ok(Err(refused("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致")));
    }
    if there.is_past(order.link_at) {
        return Ok(Err(refused("INVALID_REQUEST", "订单已过支付截止时间")));
    }
    // Another way to the cashier, with its whole time before it; the one before leads nowhere from now on.
    store::set_link(tx, order)?;
    Ok(Ok(order.token.clone()))
}

impl Order {
    /// Whether the buyer can still pay by the link that was given out last.
    pub(super) fn link_lives(&self, now: Moment) -> bool {
        let lives = if self.kind == "MWEB" { H5_SECS } else { CODE_SECS };
        now < self.link_at.plus_secs(lives)
    }
}

fn link(house: &House, h5: bool, token: &str) -> Reply {
    Reply::ok(match h5 {
        true => json!({ "h5_url": format!("http://{}/cashier/{token}?t=1", house.room.address) }),
        false => json!({ "code_url": format!("weixin://wxpay/bizpayurl?pr={token}") }),
    })
}

/// The payment as it would begin, if what is asked for is right.
fn wanted(house: &House, h5: bool, call: &Call) -> Result<Order, Reply> {
    let (body, now) = (&call.body, house.now());
    let (mchid, appid) = (must(body, "/mchid", 32)?, must(body, "/appid", 32)?);
    if mchid != house.room.account.mchid || appid != house.room.account.appid {
        return Err(by_code("APPID_MCHID_NOT_MATCH"));
    }
    let description = must(body, "/description", 127)?;
    let out_trade_no = must(body, "/out_trade_no", 32)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-|*".contains(&byte);
    if out_trade_no.len() < 6 || !out_trade_no.bytes().all(plain) {
        return Err(wrong("/out_trade_no", &body["out_trade_no"], "须为6-32位数字、大小写字母_-|*"));
    }
    let notify_url = notify_url(body)?.ok_or_else(|| wrong("/notify_url", &Value::Null, "不能为空"))?;
    let total = body["amount"]["total"].as_i64().filter(|total| (1..=TOTAL_MAX).contains(total));
    let total = total.ok_or_else(|| wrong("/amount/total", &body["amount"]["total"], "须为正整数，单位为分"))?;
    if !matches!(optional(body, "/amount/currency", 16)?, None | Some("CNY")) {
        return Err(wrong("/amount/currency", &body["amount"]["currency"], "仅支持CNY"));
    }
    let attach = optional(body, "/attach", 128)?.map(str::to_owned);
    if h5 {
        let ip = must(body, "/scene_info/payer_client_ip", 45)?;
        if !ip.parse::<IpAddr>().is_ok_and(is_buyers) {
            return Err(wrong("/scene_info/payer_client_ip", &json!(ip), "须为用户终端的公网IPv4或IPv6地址"));
        }
        must(body, "/scene_info/h5_info/type", 32)?;
    }
    let expires_at = match optional(body, "/time_expire", 64)? {
        None => now.plus_secs(DEFAULT_SECS),
        Some(text) => {
            let at = Moment::from_rfc3339(text);
            at.ok_or_else(|| wrong("/time_expire", &json!(text), "须为RFC3339格式"))?.max(now.plus_secs(LEAST_SECS))
        }
    };
    let kind = if h5 { "MWEB" } else { "NATIVE" };
    Ok(Order {
        out_trade_no: out_trade_no.to_owned(),
        params: format!("{kind} {body}"),
        kind: kind.to_owned(),
        description: description.to_owned(),
        total: Fen::new(total),
        notify_url,
        attach,
        expires_at,
        state: "NOTPAY".to_owned(),
        token: house.rng.digits(24),
        link_at: now,
        transaction_id: None,
        paid_at: None,
        late: false,
        refunds_end: "SUCCESS".to_owned(),
        buyer: None,
        created_at: now,
    })
}

/// Whether a buyer out in the world can have this address.
fn is_buyers(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()),
        IpAddr::V6(ip) => {
            !(ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local())
        }
    }
}

/// A text that may be absent, or empty; `pointer` is a JSON pointer.
pub(super) fn optional<'a>(body: &'a Value, pointer: &str, most: usize) -> Result<Option<&'a str>, Reply> {
    match body.pointer(pointer) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.chars().count() > most => {
            Err(wrong(pointer, &json!(text), &format!("长度不能超过{most}")))
        }
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(other) => Err(wrong(pointer, other, "须为字符串")),
    }
}

/// A text that must be there.
pub(super) fn must<'a>(body: &'a Value, pointer: &str, most: usize) -> Result<&'a str, Reply> {
    optional(body, pointer, most)?.ok_or_else(|| wrong(pointer, &Value::Null, "不能为空"))
}

/// Where notices go: an address on the web, without a query. In the sandbox it need not be encrypted.
pub(super) fn notify_url(body: &Value) -> Result<Option<String>, Reply> {
    let Some(url) = optional(body, "/notify_url", 255)? else { return Ok(None) };
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let good = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) && !url.contains(['?', '#', ' ']);
    if good {
        Ok(Some(url.to_owned()))
    } else {
        Err(wrong("/notify_url", &json!(url), "须为网址，且不能携带参数"))
    }
}
