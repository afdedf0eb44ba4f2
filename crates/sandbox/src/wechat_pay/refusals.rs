//! Refusals in the documented form, and the one table of their codes.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::partner::Reply;

/// What a code is answered with: its status, and what it says where nothing better is known.
const TABLE: [(&str, u16, &str); 22] = [
    ("ACCOUNT_ERROR", 403, "账号异常"),
    ("APPID_MCHID_NOT_MATCH", 400, "商户号mchid与appid不匹配"),
    ("BANK_ERROR", 500, "银行系统异常"),
    ("FREQUENCY_LIMITED", 429, "频率超限"),
    ("INVALID_REQUEST", 400, "无效请求"),
    ("MCH_NOT_EXISTS", 400, "商户号不存在"),
    ("NOT_ENOUGH", 403, "余额不足"),
    ("NO_AUTH", 403, "商户无权限"),
    ("ORDERNOTEXIST", 404, "订单不存在"),
    ("ORDERPAID", 400, "该订单已支付"),
    ("ORDER_CLOSED", 400, "该订单已关闭"),
    ("ORDER_NOT_EXIST", 404, "订单不存在"),
    ("OUT_TRADE_NO_USED", 403, "商户订单号重复"),
    ("PARAM_ERROR", 400, "参数错误"),
    ("RATELIMIT_EXCEEDED", 429, "频率超限"),
    ("RESOURCE_NOT_EXISTS", 404, "查询的资源不存在"),
    ("RULE_LIMIT", 403, "业务规则限制"),
    ("SIGN_ERROR", 401, "签名错误"),
    ("SYSTEM_ERROR", 500, "系统异常，请稍后重试"),
    ("TRADE_ERROR", 403, "交易错误"),
    ("USERPAYING", 202, "用户支付中，需要输入密码"),
    ("USER_ACCOUNT_ABNORMAL", 403, "退款请求失败：用户账户异常"),
];

/// Codes that a rule may refuse with; any other is answered with 400.
pub(super) const CODES: [&str; TABLE.len()] = codes();

const fn codes() -> [&'static str; TABLE.len()] {
    let mut codes = [""; TABLE.len()];
    let mut at = 0;
    while at < TABLE.len() {
        codes[at] = TABLE[at].0;
        at += 1;
    }
    codes
}

/// A refusal in words of its own.
pub(super) fn refused(code: &str, message: &str) -> Reply {
    let status = TABLE.iter().find(|(name, ..)| *name == code).map_or(400, |(_, status, _)| *status);
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Reply { status, body: json!({ "code": code, "message": message }) }
}

/// A refusal in the table's words.
pub(super) fn by_code(code: &str) -> Reply {
    refused(code, TABLE.iter().find(|(name, ..)| *name == code).map_or("业务规则限制", |(.., says)| *says))
}

/// `PARAM_ERROR`: which field is wrong and how. `field` is a JSON pointer in the body, else a parameter's name.
pub(super) fn wrong(field: &str, value: &Value, issue: &str) -> Reply {
    let location = if field.starts_with('/') { "body" } else { "url" };
    let name = field.rsplit('/').next().unwrap_or(field);
    detailed(
        refused("PARAM_ERROR", &format!("参数错误：{name} {issue}")),
        json!({ "location": location, "field": field, "value": value, "issue": issue }),
    )
}

/// A request that is none by its head.
pub(super) fn headless(name: &str, message: &str) -> Reply {
    detailed(refused("INVALID_REQUEST", message), json!({ "location": "header", "field": name }))
}

/// Whether the channel signs an answer: only where it has seen who asks, and could read what they ask. What goes wrong
/// before that says where, in `detail`, or is one of the words for it.
pub(super) fn is_signed(reply: &Reply) -> bool {
    let word = reply.body["code"].as_str().unwrap_or_default();
    let before = matches!(word, "PARAM_ERROR" | "SIGN_ERROR" | "MCH_NOT_EXISTS") || reply.body["detail"].is_object();
    let no_path =
        matches!(reply.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) && reply.body.is_null();
    !before && !no_path
}

/// A refusal that says more.
pub(super) fn detailed(mut reply: Reply, detail: Value) -> Reply {
    reply.body["detail"] = detail;
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_status_and_a_stranger_is_a_bad_request() {
        for (code, status) in [
            ("SIGN_ERROR", 401),
            ("ORDER_NOT_EXIST", 404),
            ("OUT_TRADE_NO_USED", 403),
            ("RATELIMIT_EXCEEDED", 429),
            ("SYSTEM_ERROR", 500),
            ("ANY_OTHER", 400),
        ] {
            let reply = by_code(code);
            assert_eq!((reply.status.as_u16(), &reply.body["code"]), (status, &json!(code)));
        }
        assert!(CODES.is_sorted() && CODES.contains(&"RESOURCE_NOT_EXISTS"));
        let reply = wrong("/amount/total", &json!(0), "须大于0");
        assert_eq!((&reply.body["detail"]["location"], &reply.body["detail"]["value"]), (&json!("body"), &json!(0)));
    }
}
