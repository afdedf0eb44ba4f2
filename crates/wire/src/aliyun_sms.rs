//! Alibaba Cloud SMS, version 2017-05-25: the two operations we use, with the provider's names.
//!
//! `SendSms` hands a templated text over; `QuerySendDetails` tells what became of it. Both are
//! RPC calls (`POST /`, parameters in the query, empty body) signed by [`crate::acs3`].

use serde::{Deserialize, Deserializer, Serialize};

use crate::acs3;
use crate::partner::Partner;

/// The SMS provider.
pub const PARTNER: Partner = Partner { name: "sms", port: 1 };

/// The version of the API, `x-acs-version`.
pub const VERSION: &str = "2017-05-25";

/// Rows a page of [`QuerySendDetails`] may ask for at most.
pub const PAGE_SIZE_MAX: u32 = 50;

/// Codes of the SMS product.
pub mod code {
    /// Accepted.
    pub const OK: &str = "OK";
    /// The number has reached its limit for this minute, hour or day.
    pub const BUSINESS_LIMIT_CONTROL: &str = "isv.BUSINESS_LIMIT_CONTROL";
    /// The account has used its own daily allowance.
    pub const DAY_LIMIT_CONTROL: &str = "isv.DAY_LIMIT_CONTROL";
    /// Not a mobile number.
    pub const MOBILE_NUMBER_ILLEGAL: &str = "isv.MOBILE_NUMBER_ILLEGAL";
    /// More numbers in one call than allowed.
    pub const MOBILE_COUNT_OVER_LIMIT: &str = "isv.MOBILE_COUNT_OVER_LIMIT";
    /// No such template, or not approved.
    pub const SMS_TEMPLATE_ILLEGAL: &str = "isv.SMS_TEMPLATE_ILLEGAL";
    /// No such signature name, or not approved.
    pub const SMS_SIGNATURE_ILLEGAL: &str = "isv.SMS_SIGNATURE_ILLEGAL";
    /// A variable of the template has no value.
    pub const TEMPLATE_MISSING_PARAMETERS: &str = "isv.TEMPLATE_MISSING_PARAMETERS";
    /// `TemplateParam` is not a JSON object of strings.
    pub const INVALID_JSON_PARAM: &str = "isv.INVALID_JSON_PARAM";
    /// A variable's value is too long.
    pub const PARAM_LENGTH_LIMIT: &str = "isv.PARAM_LENGTH_LIMIT";
    /// A parameter is absent or makes no sense.
    pub const INVALID_PARAMETERS: &str = "isv.INVALID_PARAMETERS";
    /// The number is on the provider's black list.
    pub const BLACK_KEY_CONTROL_LIMIT: &str = "isv.BLACK_KEY_CONTROL_LIMIT";
    /// The account's balance is used up.
    pub const AMOUNT_NOT_ENOUGH: &str = "isv.AMOUNT_NOT_ENOUGH";
    /// The service is stopped for this account.
    pub const OUT_OF_SERVICE: &str = "isv.OUT_OF_SERVICE";
    /// The provider failed inside; the text may have been taken.
    pub const SYSTEM_ERROR: &str = "isp.SYSTEM_ERROR";
}

kernel::words! {
    /// The operations we use, by the provider's names (`x-acs-action`), in the order pages show them.
    pub enum Action: "an operation of the SMS provider" {
        /// Hand a text over.
        SendSms = "SendSms",
        /// Ask what became of the texts to one number on one day.
        QuerySendDetails = "QuerySendDetails",
    }
}

/// What a code means to the one who sent the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The provider has taken the text.
    Accepted,
    /// Certainly not taken now; the same request may be made later.
    NotNow,
    /// Certainly not taken, and it will not be.
    Refused,
    /// The text may have been taken: only a query can tell.
    Unknown,
}

impl Fate {
    /// Reads a code. A code that is not known to be a refusal counts as unknown, since a text that was sent twice
    /// cannot be taken back. A used nonce is unknown too: something on the way repeated our request, and the first copy
    /// may have been taken.
    pub fn of(code: &str) -> Fate {
        let refusal = code.starts_with("isv.")
            || code.starts_with("Invalid")
            || code.starts_with("Missing")
            || code.starts_with("Forbidden")
            || code == "isp.RAM_PERMISSION_DENY"
            || code == acs3::code::SIGNATURE_DOES_NOT_MATCH
            || code == acs3::code::INCOMPLETE_SIGNATURE;
        match code {
            code::OK => Fate::Accepted,
            code::BUSINESS_LIMIT_CONTROL | code::DAY_LIMIT_CONTROL => Fate::NotNow,
            // Setting the clock right, here or there, solves this.
            acs3::code::TIMESTAMP_EXPIRED => Fate::NotNow,
            _ if code.starts_with(acs3::code::THROTTLING) => Fate::NotNow,
            _ if refusal => Fate::Refused,
            _ => Fate::Unknown,
        }
    }
}

/// `SendSms`: one templated text to one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendSms {
    /// `PhoneNumbers`: eleven digits, no country code.
    pub phone_number: String,
    /// `SignName`: the approved name shown in 【】.
    pub sign_name: String,
    /// `TemplateCode`: `SMS_…`.
    pub template_code: String,
    /// `TemplateParam`: a JSON object of strings.
    pub template_param: String,
    /// `OutId`: our own number, given back by the query.
    pub out_id: String,
}

impl SendSms {
    /// The parameters as the provider names them.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs([
            ("PhoneNumbers", &self.phone_number),
            ("SignName", &self.sign_name),
            ("TemplateCode", &self.template_code),
            ("TemplateParam", &self.template_param),
            ("OutId", &self.out_id),
        ])
    }
}

/// The answer to [`SendSms`], and to any request that the gateway refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendSmsReply {
    /// See [`code`] and [`acs3::code`].
    pub code: String,
    /// For people; never decided on.
    #[serde(default)]
    pub message: String,
    /// The provider's number for this request.
    #[serde(default)]
    pub request_id: String,
    /// The provider's number for the text, present when it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
}

/// `QuerySendDetails`: the texts to one number on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuerySendDetails {
    /// `PhoneNumber`.
    pub phone_number: String,
    /// `SendDate`: `yyyyMMdd`, civil date in China.
    pub send_date: String,
    /// `PageSize`: 1 to [`PAGE_SIZE_MAX`].
    pub page_size: u32,
    /// `CurrentPage`: from 1.
    pub current_page: u32,
}

impl QuerySendDetails {
    /// The parameters as the provider names them.
    pub fn query(&self) -> Vec<(String, String)> {
        pairs([
            ("PhoneNumber", &self.phone_number),
            ("SendDate", &self.send_date),
            ("PageSize", &self.page_size.to_string()),
            ("CurrentPage", &self.current_page.to_string()),
        ])
    }
}

/// The answer to [`QuerySendDetails`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct QuerySendDetailsReply {
    /// See [`code`] and [`acs3::code`].
    pub code: String,
    /// For people; never decided on.
    #[serde(default)]
    pub message: String,
    /// The provider's number for this request.
    #[serde(default)]
    pub request_id: String,
    /// All rows of the day, over all pages. Documented as text, seen as a number.
    #[serde(default, deserialize_with = "text_or_number")]
    pub total_count: String,
    /// The rows of this page.
    #[serde(default, rename = "SmsSendDetailDTOs")]
    pub details: SendDetails,
}

/// The provider wraps the rows once more.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendDetails {
    /// The rows, newest first.
    #[serde(default, rename = "SmsSendDetailDTO")]
    pub rows: Vec<SendDetail>,
}

/// One text in [`QuerySendDetailsReply`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SendDetail {
    /// The number it went to.
    pub phone_num: String,
    /// See [`SendStatus`].
    pub send_status: i64,
    /// What the network says: `DELIVERED`, or why it was not delivered; empty while it waits.
    #[serde(default)]
    pub err_code: String,
    /// The template it was made from.
    #[serde(default)]
    pub template_code: String,
    /// The text as the person reads it.
    #[serde(default)]
    pub content: String,
    /// `yyyy-MM-dd HH:mm:ss`, China.
    #[serde(default)]
    pub send_date: String,
    /// When the phone received it; empty until then.
    #[serde(default)]
    pub receive_date: String,
    /// Our own number, as sent in `SendSms`.
    #[serde(default)]
    pub out_id: String,
}

/// How far a text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendStatus {
    /// Handed to the network, no receipt yet.
    Waiting,
    /// The network could not deliver it.
    Failed,
    /// On the phone.
    Delivered,
}

impl SendStatus {
    /// The provider's number.
    pub fn number(self) -> i64 {
        match self {
            SendStatus::Waiting => 1,
            SendStatus::Failed => 2,
            SendStatus::Delivered => 3,
        }
    }

    /// Reads the provider's number.
    pub fn from_number(number: i64) -> Option<SendStatus> {
        [SendStatus::Waiting, SendStatus::Failed, SendStatus::Delivered]
            .into_iter()
            .find(|status| status.number() == number)
    }
}

fn pairs<const N: usize>(list: [(&str, &str); N]) -> Vec<(String, String)> {
    list.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn text_or_number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Number(i64),
    }
    Ok(match Either::deserialize(from)? {
        Either::Text(text) => text,
        Either::Number(number) => number.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_meaning() {
        for (code, fate) in [
            ("OK", Fate::Accepted),
            ("isv.BUSINESS_LIMIT_CONTROL", Fate::NotNow),
            ("isv.DAY_LIMIT_CONTROL", Fate::NotNow),
            ("Throttling", Fate::NotNow),
            ("Throttling.User", Fate::NotNow),
            ("InvalidTimeStamp.Expired", Fate::NotNow),
            ("isv.MOBILE_NUMBER_ILLEGAL", Fate::Refused),
            ("isv.SMS_TEMPLATE_ILLEGAL", Fate::Refused),
            ("isp.RAM_PERMISSION_DENY", Fate::Refused),
            ("InvalidAccessKeyId.NotFound", Fate::Refused),
            ("SignatureDoesNotMatch", Fate::Refused),
            ("SignatureNonceUsed", Fate::Unknown),
            ("isp.SYSTEM_ERROR", Fate::Unknown),
            ("ServiceUnavailable", Fate::Unknown),
            ("SomethingNew", Fate::Unknown),
            ("", Fate::Unknown),
        ] {
            assert_eq!(Fate::of(code), fate, "{code}");
        }
    }

    #[test]
    fn a_page_of_details_is_read_as_the_provider_writes_it() {
        let body = r#"{"TotalCount":"1","Message":"OK","RequestId":"819BE656","Code":"OK",
            "SmsSendDetailDTOs":{"SmsSendDetailDTO":[{"ErrCode":"DELIVERED","TemplateCode":"SMS_100001",
            "OutId":"obx_1","ReceiveDate":"2026-03-02 09:30:04","SendDate":"2026-03-02 09:30:01",
            "PhoneNum":"13800138000","Content":"【常州人社】您的验证码为012345","SendStatus":3}]}}"#;
        let reply: QuerySendDetailsReply = serde_json::from_str(body).unwrap();
        assert_eq!(reply.total_count, "1");
        assert_eq!(reply.details.rows[0].out_id, "obx_1");
        assert_eq!(SendStatus::from_number(reply.details.rows[0].send_status), Some(SendStatus::Delivered));
        let refused: QuerySendDetailsReply =
            serde_json::from_str(r#"{"Code":"isv.INVALID_PARAMETERS","TotalCount":0}"#).unwrap();
        assert!(refused.details.rows.is_empty());
        assert_eq!(refused.total_count, "0");
    }

    #[test]
    fn the_parameters_carry_the_providers_names() {
        let send = SendSms {
            phone_number: "13800138000".into(),
            sign_name: "常州人社".into(),
            template_code: "SMS_100001".into(),
            template_param: "{}".into(),
            out_id: "obx_1".into(),
        };
        let names: Vec<String> = send.query().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["PhoneNumbers", "SignName", "TemplateCode", "TemplateParam", "OutId"]);
        assert_eq!("SendSms".parse(), Ok(Action::SendSms));
        assert!("sendsms".parse::<Action>().is_err());
    }
}
