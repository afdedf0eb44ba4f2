//! Verifies a merchant's request: the header in whatever order its fields come, the five lines, the clock. A nonce may
//! come twice: the channel does not remember them.

use std::collections::BTreeMap;

use kernel::{Clock, Moment};
use serde_json::json;

use super::House;
use super::refusals::{detailed, refused};
use crate::partner::{Raw, Reply};

/// How old, or how far ahead, a request may be.
const SKEW_SECS: i64 = 300;
/// How requests are signed.
const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048 ";
/// Characters of a body that a refusal shows.
const BODY_SHOWN: usize = 10;

/// Verifies the signature; `Err` is the channel's own refusal.
pub(super) fn admit(house: &House, raw: &Raw) -> Result<(), Reply> {
    let header = raw.header("authorization");
    let Some(fields) = header.strip_prefix(SCHEME).and_then(fields) else {
        let says = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》";
        return Err(unsigned(says, "authorization", "format error"));
    };
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    for name in ["mchid", "nonce_str", "timestamp", "serial_no", "signature"] {
        if field(name).is_empty() {
            return Err(unsigned(&format!("Http头Authorization缺少{name}"), name, "missing"));
        }
    }
    if field("mchid") != house.room.account.mchid {
        return Err(unsigned("商户号错误", "mchid", "unknown"));
    }
    if !house.room.seals.knows_merchant(field("serial_no")) {
        return Err(unsigned("商户证书序列号有误", "serial_no", "unknown"));
    }
    let Ok(timestamp) = field("timestamp").parse::<i64>() else {
        return Err(unsigned("timestamp格式错误", "timestamp", "format error"));
    };
    if !house.clock.is_near(Moment::from_ms(0).plus_secs(timestamp), SKEW_SECS) {
        let says = "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟";
        return Err(unsigned(says, "timestamp", "expired"));
    }
    let target = if raw.query.is_empty() { raw.path.clone() } else { format!("{}?{}", raw.path, raw.query) };
    let body = String::from_utf8_lossy(&raw.body);
    let lines = [raw.method.as_str(), &target, field("timestamp"), field("nonce_str"), &body];
    if house.room.seals.is_merchants(field("serial_no"), &lines, field("signature")) {
        return Ok(());
    }
    Err(mismatch(raw, &target, &lines))
}

fn unsigned(why: &str, field: &str, issue: &str) -> Reply {
    detailed(refused("SIGN_ERROR", why), json!({ "location": "authorization", "field": field, "issue": issue }))
}

/// Shows what the signature was compared with, so that a merchant finds the difference.
fn mismatch(raw: &Raw, target: &str, lines: &[&str; 5]) -> Reply {
    let [method, url, timestamp, nonce, body] = lines;
    let length: usize = lines.iter().map(|line| line.len() + 1).sum();
    let shown: String = body.chars().take(BODY_SHOWN).collect();
    detailed(
        refused("SIGN_ERROR", "签名错误，请检查后再试"),
        json!({
            "location": "authorization",
            "field": "signature",
            "issue": "sign not match",
            "sign_information": {
                "method": raw.method.as_str(),
                "url": target,
                "truncated_sign_message": format!("{method}\n{url}\n{timestamp}\n{nonce}\n{shown}\n"),
                "sign_message_length": length,
            },
        }),
    )
}

/// `name="value"` pairs; nothing may stand between them but commas.
fn fields(text: &str) -> Option<BTreeMap<String, String>> {
    text.split(',')
        .map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect()
}
