//! The SMS provider: Alibaba Cloud SMS, version 2017-05-25, `SendSms` and `QuerySendDetails`,
//! signed by `ACS3-HMAC-SHA256`.
//!
//! Magic numbers: 19900000001 absent subscriber, …2 slow to deliver, …3 refused as no mobile
//! number, …4 always over its share, …5 accepted but lost.

mod account;
mod query;
mod send;
mod state;
pub(crate) mod store;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use platform::db::DbFault;
use serde_json::json;
use wire::acs3::code as gateway;
use wire::aliyun_sms::{self, Action, SendSmsReply, code};

use crate::acs3;
use crate::house::House;
use crate::partner::{About, Manner, Partner, Raw, Reply};

pub use account::{SmsAccount, SmsTemplate, demo_templates};
pub(crate) use query::civil;
pub(crate) use state::State;

/// What pages and rules know of this partner.
pub(crate) const ABOUT: About = About {
    name: "sms",
    title_zh: "短信服务商",
    title_en: "SMS provider",
    protocol: "Alibaba Cloud SMS 2017-05-25, ACS3-HMAC-SHA256",
    operations: &["SendSms", "QuerySendDetails"],
    codes: &[
        code::BUSINESS_LIMIT_CONTROL,
        code::MOBILE_NUMBER_ILLEGAL,
        code::SMS_TEMPLATE_ILLEGAL,
        code::SMS_SIGNATURE_ILLEGAL,
        code::AMOUNT_NOT_ENOUGH,
        code::SYSTEM_ERROR,
        gateway::SIGNATURE_DOES_NOT_MATCH,
        gateway::THROTTLING,
        gateway::SERVICE_UNAVAILABLE,
    ],
    forgeries: &[],
    twists: &[],
};

/// The partner.
pub(crate) struct Sms;

/// A verified call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    action: Action,
    params: BTreeMap<String, String>,
}

impl Call {
    fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", String::as_str)
    }
}

impl Partner for Sms {
    type Call = Call;

    const ABOUT: &'static About = &ABOUT;

    fn operation(raw: &Raw) -> String {
        raw.header("x-acs-action").to_owned()
    }

    async fn admit(house: &House, raw: &Raw) -> Result<Result<Call, Reply>, DbFault> {
        let key = acs3::Key { id: &house.sms.access_key_id, secret: &house.sms.access_key_secret };
        let verified = match acs3::admit(house, key, aliyun_sms::VERSION, raw).await? {
            Ok(verified) => verified,
            Err(code) => return Ok(Err(Sms::refusal(house, code))),
        };
        let action = verified.action.parse::<Action>();
        Ok(action
            .map(|action| Call { action, params: verified.params })
            .map_err(|_| Sms::refusal(house, gateway::ACTION_NOT_FOUND)))
    }

    async fn answer(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
        match call.action {
            Action::SendSms => send::send(house, call, manner).await,
            Action::QuerySendDetails => query::query(house, call).await,
        }
    }

    fn refusal(house: &House, code: &str) -> Reply {
        let product = code.starts_with("isv.") || code.starts_with("isp.");
        // The product answers 200 even when it refuses; the gateway before it does not.
        let status = if product { StatusCode::OK } else { acs3::status(code) };
        let reply = SendSmsReply {
            code: code.to_owned(),
            message: format!("refused by the sandbox: {code}"),
            request_id: house.request_id(),
            biz_id: None,
        };
        Reply { status, body: json!(reply) }
    }

    /// An acceptance without the provider's number for the text, or details of somebody else's.
    fn forgery(house: &House, call: &Call) -> Reply {
        let row = json!({ "PhoneNum": "13900009999", "SendStatus": 3, "ErrCode": "DELIVERED", "OutId": "" });
        let mut body = json!({ "Code": "OK", "Message": "OK", "RequestId": house.request_id() });
        if call.action == Action::QuerySendDetails {
            body["TotalCount"] = json!("1");
            body["SmsSendDetailDTOs"] = json!({ "SmsSendDetailDTO": [row] });
        }
        Reply::ok(body)
    }
}
