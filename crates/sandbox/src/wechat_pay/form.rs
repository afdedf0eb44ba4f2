//! What is wrong with a request before anybody looks at what it asks for: its headers, its letters, fields that nobody knows.

use serde_json::{Value, json};

use super::paths::Named;
use super::refusals::{headless, wrong};
use crate::partner::{Raw, Reply};

/// Fields of an offer; `*` is any place in a list.
const OFFER: &[&str] = &[
    "/appid",
    "/mchid",
    "/description",
    "/out_trade_no",
    "/time_expire",
    "/attach",
    "/notify_url",
    "/goods_tag",
    "/support_fapiao",
    "/amount/total",
    "/amount/currency",
    "/detail/cost_price",
    "/detail/invoice_id",
    "/detail/goods_detail/*/merchant_goods_id",
    "/detail/goods_detail/*/wechatpay_goods_id",
    "/detail/goods_detail/*/goods_name",
    "/detail/goods_detail/*/quantity",
    "/detail/goods_detail/*/unit_price",
    "/scene_info/payer_client_ip",
    "/scene_info/device_id",
    "/scene_info/store_info/id",
    "/scene_info/store_info/name",
    "/scene_info/store_info/area_code",
    "/scene_info/store_info/address",
    "/settle_info/profit_sharing",
];

/// Fields of an offer of a link beside those.
const LINK: &[&str] = &[
    "/scene_info/h5_info/type",
    "/scene_info/h5_info/app_name",
    "/scene_info/h5_info/app_url",
    "/scene_info/h5_info/bundle_id",
    "/scene_info/h5_info/package_name",
];

const REFUND: &[&str] = &[
    "/transaction_id",
    "/out_trade_no",
    "/out_refund_no",
    "/reason",
    "/notify_url",
    "/funds_account",
    "/amount/refund",
    "/amount/total",
    "/amount/currency",
    "/amount/from/*/account",
    "/amount/from/*/amount",
    "/goods_detail/*/merchant_goods_id",
    "/goods_detail/*/wechatpay_goods_id",
    "/goods_detail/*/goods_name",
    "/goods_detail/*/unit_price",
    "/goods_detail/*/refund_amount",
    "/goods_detail/*/refund_quantity",
];

const ABNORMAL: &[&str] = &["/out_refund_no", "/type", "/bank_type", "/bank_account", "/real_name"];

/// Judges the headers; before the signature is looked at.
pub(super) fn headers(raw: &Raw, named: &Named) -> Result<(), Reply> {
    let payment = matches!(named.operation, "native" | "h5" | "query" | "close");
    // Where payments are made the program's name is not asked for.
    let nameless = raw.header("user-agent").is_empty() && !payment;
    if raw.header("accept").is_empty() || nameless {
        let name = if nameless { "user-agent" } else { "accept" };
        return Err(headless(name, "Http头缺少Accept或User-Agent"));
    }
    let kind = raw.header("content-type");
    let json = kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !raw.body.is_empty() && !json {
        return Err(headless("content-type", "Http头Content-Type须为application/json"));
    }
    Ok(())
}

/// Reads the body: JSON, letters of at most three bytes, and only fields that are known.
pub(super) fn body(raw: &Raw, named: &Named) -> Result<Value, Reply> {
    if raw.body.is_empty() {
        return Ok(Value::Null);
    }
    let bad = |issue: &str| wrong("/", &Value::Null, issue);
    let text = std::str::from_utf8(&raw.body).map_err(|_| bad("请求不是UTF-8"))?;
    let body: Value = serde_json::from_str(text).map_err(|_| bad("请求不是JSON"))?;
    let known = |pointer: &str| match named.operation {
        "native" => OFFER.contains(&pointer),
        "h5" => OFFER.contains(&pointer) || LINK.contains(&pointer),
        "close" => pointer == "/mchid",
        "refund" => REFUND.contains(&pointer),
        "abnormal_refund" => ABNORMAL.contains(&pointer),
        _ => false,
    };
    leaves(&body, "", &mut |pointer, leaf| {
        if !known(pointer) {
            return Err(wrong(pointer, leaf, "参数未定义"));
        }
        // Nothing beyond the basic plane is taken anywhere.
        match leaf.as_str().is_some_and(|text| text.chars().any(|letter| letter > '\u{FFFF}')) {
            true => Err(wrong(pointer, &json!("…"), "包含不支持的字符")),
            false => Ok(()),
        }
    })?;
    Ok(body)
}

/// Shows every value that has no parts, with its place.
fn leaves(value: &Value, at: &str, look: &mut impl FnMut(&str, &Value) -> Result<(), Reply>) -> Result<(), Reply> {
    match value {
        Value::Object(fields) => {
            fields.iter().try_for_each(|(name, value)| leaves(value, &format!("{at}/{name}"), look))
        }
        Value::Array(items) => items.iter().try_for_each(|item| leaves(item, &format!("{at}/*"), look)),
        // What is null might as well be left out.
        Value::Null => Ok(()),
        leaf => look(at, leaf),
    }
}
