//! Verifies a merchant's request: the header in whatever order its fields come, the five lines, the clock, the nonce.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use platform::db::DbFault;
use serde_json::json;

use super::store;
use crate::house::House;
use crate::partner::{Raw, Reply};

/// A request may be so old, or so far ahead.
const SKEW_SECS: i64 = 300;

/// A refusal in the documented form.
pub(super) fn refused(status: u16, code: &str, message: &str) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Reply { status, body: json!({ "code": code, "message": message }) }
}

fn unsigned(why: &str) -> Reply {
    refused(401, "SIGN_ERROR", why)
}

/// Verifies the signature; `Err` is the channel's own refusal.
pub(super) async fn admit(house: &House, raw: &Raw) -> Result<Result<(), Reply>, DbFault> {
    let header = raw.header("authorization");
    let Some(fields) = header.strip_prefix("WECHATPAY2-SHA256-RSA2048 ").and_then(fields) else {
        return Ok(Err(unsigned("Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")));
    };
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if field("mchid") != house.wechat_pay.mchid || field("serial_no") != house.wechat_pay.merchant_serial {
        return Ok(Err(unsigned("商户号或证书序列号错误")));
    }
    let Ok(timestamp) = field("timestamp").parse::<i64>() else { return Ok(Err(unsigned("timestamp格式错误"))) };
    let now = house.now();
    if (now.ms().div_euclid(1000) - timestamp).abs() > SKEW_SECS {
        return Ok(Err(unsigned("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")));
    }
    let target = if raw.query.is_empty() { raw.path.clone() } else { format!("{}?{}", raw.path, raw.query) };
    let body = String::from_utf8_lossy(&raw.body);
    let lines = [raw.method.as_str(), &target, field("timestamp"), field("nonce_str"), &body];
    if !house.wechat_seals.is_merchants(&lines, field("signature")) {
        return Ok(Err(unsigned("签名错误，请检查后再试")));
    }
    let nonce = field("nonce_str").to_owned();
    let fresh = house.db.write(store::lane(), "sandbox.wechat.nonce", move |tx| {
        store::use_nonce(tx, &nonce, now, now.plus_secs(2 * SKEW_SECS))
    });
    Ok(if fresh.await? { Ok(()) } else { Err(unsigned("nonce_str重复")) })
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
