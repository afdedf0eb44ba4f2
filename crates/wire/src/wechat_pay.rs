//! WeChat Pay API v3: paths, fields, and the texts that are signed. Amounts are fen, as whole numbers.

use serde::{Deserialize, Serialize};

use crate::partner::Partner;

/// WeChat Pay.
pub const PARTNER: Partner = Partner { name: "wechat_pay", port: 6 };

/// How requests are signed: the scheme's name in `Authorization`.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// How notices are sealed.
pub const ALGORITHM: &str = "AEAD_AES_256_GCM";
/// How the signature of the channel's probe begins; the probe must be refused.
pub const PROBE: &str = "WECHATPAY/SIGNTEST/";
/// Serials of public keys begin with this; all others are serials of certificates.
pub const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_";
/// The one currency.
pub const CNY: &str = "CNY";

/// Headers of answers and notices.
pub mod header {
    /// Seconds since 1970.
    pub const TIMESTAMP: &str = "wechatpay-timestamp";
    /// Used once.
    pub const NONCE: &str = "wechatpay-nonce";
    /// Base64.
    pub const SIGNATURE: &str = "wechatpay-signature";
    /// Which key signed; sent by the merchant to ask for a key.
    pub const SERIAL: &str = "wechatpay-serial";
}

/// Where things are.
pub mod path {
    /// A code on the merchant's screen.
    pub const NATIVE: &str = "/v3/pay/transactions/native";
    /// A link on the buyer's phone.
    pub const H5: &str = "/v3/pay/transactions/h5";
    /// Refunds.
    pub const REFUNDS: &str = "/v3/refund/domestic/refunds";

    /// The certificates by which the channel signs.
    pub const CERTIFICATES: &str = "/v3/certificates";

    /// The path that says where the money of a refund goes if the buyer's account did not take it.
    pub fn abnormal_refund(refund_id: &str) -> String {
        format!("{REFUNDS}/{refund_id}/apply-abnormal-refund")
    }

    /// A payment by the merchant's number.
    pub fn by_number(out_trade_no: &str, mchid: &str) -> String {
        format!("/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={mchid}")
    }

    /// Where a payment is closed.
    pub fn close(out_trade_no: &str) -> String {
        format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/close")
    }

    /// A refund by the merchant's number.
    pub fn refund(out_refund_no: &str) -> String {
        format!("{REFUNDS}/{out_refund_no}")
    }
}

/// `code` of refusals that mean something to us.
pub mod code {
    /// There is no such payment.
    pub const ORDER_NOT_EXIST: &str = "ORDER_NOT_EXIST";
    /// The same, in the newer words of the interface.
    pub const ORDERNOTEXIST: &str = "ORDERNOTEXIST";
    /// The request's signature does not fit, or names a key that is not the merchant's.
    pub const SIGN_ERROR: &str = "SIGN_ERROR";
    /// There is no such refund, no such certificate.
    pub const RESOURCE_NOT_EXISTS: &str = "RESOURCE_NOT_EXISTS";
    /// It is paid.
    pub const ORDER_PAID: &str = "ORDERPAID";
    /// It is closed.
    pub const ORDER_CLOSED: &str = "ORDER_CLOSED";
    /// The same, in the newer words of the interface.
    pub const ORDERCLOSED: &str = "ORDERCLOSED";
}

/// What is signed of a request: five lines.
pub fn request_text(method: &str, path_and_query: &str, timestamp: i64, nonce: &str, body: &str) -> String {
    format!("{method}\n{path_and_query}\n{timestamp}\n{nonce}\n{body}\n")
}

/// What is signed of an answer or a notice: three lines.
pub fn answer_text(timestamp: &str, nonce: &str, body: &str) -> String {
    format!("{timestamp}\n{nonce}\n{body}\n")
}

/// `Authorization`.
pub fn authorization(mchid: &str, serial: &str, timestamp: i64, nonce: &str, signature: &str) -> String {
    format!(
        "{SCHEME} mchid=\"{mchid}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp}\",serial_no=\"{serial}\",signature=\"{signature}\""
    )
}

/// `amount` of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferAmount {
    /// Fen.
    pub total: i64,
    /// [`CNY`].
    pub currency: String,
}

/// `scene_info.h5_info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct H5Info {
    /// `Wap`, `iOS`, `Android`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// `scene_info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneInfo {
    /// The buyer's address.
    pub payer_client_ip: String,
    /// For H5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h5_info: Option<H5Info>,
}

/// A payment offered: the body of Native and H5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferBody {
    /// The merchant's app.
    pub appid: String,
    /// The merchant.
    pub mchid: String,
    /// At most 127 characters.
    pub description: String,
    /// 6 to 32 of `[A-Za-z0-9_-|*]`.
    pub out_trade_no: String,
    /// RFC 3339.
    pub time_expire: String,
    /// Without a query.
    pub notify_url: String,
    /// What is to be paid.
    pub amount: OfferAmount,
    /// For H5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene_info: Option<SceneInfo>,
}

/// Where the buyer pays; one of them is there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offered {
    /// Native: good for two hours.
    #[serde(default)]
    pub code_url: Option<String>,
    /// H5: good for five minutes.
    #[serde(default)]
    pub h5_url: Option<String>,
}

/// `amount` of a payment, as far as it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PaidAmount {
    /// In fen; it is told of payments that were made, and not always of those that were not.
    #[serde(default)]
    pub total: Option<i64>,
    /// [`CNY`].
    #[serde(default)]
    pub currency: Option<String>,
}

/// A payment, queried or told by a notice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Transaction {
    /// The merchant's app.
    #[serde(default)]
    pub appid: Option<String>,
    /// The merchant.
    pub mchid: String,
    /// The merchant's number.
    pub out_trade_no: String,
    /// The channel's number, once paid.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// `SUCCESS`, `REFUND`, `NOTPAY`, `CLOSED`, …
    pub trade_state: String,
    /// RFC 3339, once paid.
    #[serde(default)]
    pub success_time: Option<String>,
    /// Once paid.
    #[serde(default)]
    pub amount: Option<PaidAmount>,
}

/// `amount` of a refund, asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundAmount {
    /// Fen, given back.
    pub refund: i64,
    /// Fen, paid.
    pub total: i64,
    /// [`CNY`].
    #[serde(default = "cny")]
    pub currency: String,
}

fn cny() -> String {
    CNY.to_owned()
}

/// A refund, asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundBody {
    /// The payment by the merchant's number.
    pub out_trade_no: String,
    /// The merchant's number of the refund.
    pub out_refund_no: String,
    /// Shown to the buyer.
    pub reason: String,
    /// Without a query.
    pub notify_url: String,
    /// What is given back.
    pub amount: RefundAmount,
}

/// A refund, answered. A notice says `refund_status` where an answer says `status`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refund {
    /// In notices only.
    #[serde(default)]
    pub mchid: Option<String>,
    /// The channel's number.
    pub refund_id: String,
    /// The merchant's number.
    pub out_refund_no: String,
    /// `PROCESSING`, `SUCCESS`, `CLOSED`, `ABNORMAL`.
    #[serde(alias = "refund_status")]
    pub status: String,
    /// What is given back.
    pub amount: RefundAmount,
    /// RFC 3339, once the money has gone.
    #[serde(default)]
    pub success_time: Option<String>,
    /// Where it went: `支付用户零钱`, `招商银行信用卡0403`, `商户基本账户`; see [`Refund::is_with_the_merchant`].
    #[serde(default)]
    pub user_received_account: Option<String>,
}

/// How `user_received_account` begins where the money went back to the merchant: `商户基本账户`, `商户结算银行账户`. The channel's
/// documents write both as one text, some of them behind the word for giving back to the merchant
/// (`退还商户: 商户基本账户商户结算银行账户`). No buyer's account begins like this: those are 支付用户零钱, 支付用户零钱通, and cards, which begin
/// with their bank.
const MERCHANTS: [&str; 2] = ["商户", "退还商户"];

impl Refund {
    /// Whether the money went, or is to go, to the merchant's own account, and not to the buyer. Only the beginning of
    /// the text is read: if a text is written in another way, we must not conclude that the buyer has the money.
    pub fn is_with_the_merchant(&self) -> bool {
        let account = self.user_received_account.as_deref().unwrap_or_default().trim();
        MERCHANTS.iter().any(|begins| account.starts_with(begins))
    }
}

/// `type` of an abnormal refund's new way.
pub mod recipient {
    /// A bank card of the buyer's.
    pub const BUYER: &str = "USER_BANK_CARD";
    /// The merchant's own account.
    pub const MERCHANT: &str = "MERCHANT_BANK_CARD";
}

/// Where the money of an abnormal refund goes. Account and name are sealed with the channel's key (RSA-OAEP, SHA-1, base64),
/// whose serial the request names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AbnormalRefundBody {
    /// The merchant's number of the refund.
    pub out_refund_no: String,
    /// One of [`recipient`].
    #[serde(rename = "type")]
    pub kind: String,
    /// `ICBC_DEBIT`, for a buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_type: Option<String>,
    /// The card's number, sealed, for a buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<String>,
    /// The card holder's name, sealed, for a buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_name: Option<String>,
}

/// The channel's certificates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Certificates {
    /// Each of them, old and new.
    pub data: Vec<Certificate>,
}

/// One of the channel's certificates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Certificate {
    /// Hexadecimal.
    pub serial_no: String,
    /// Since when it is good, as RFC 3339 writes it; empty where it is not told.
    #[serde(default)]
    pub effective_time: String,
    /// PEM, sealed with the APIv3 key.
    pub encrypt_certificate: Resource,
}

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Refused {
    /// A word.
    pub code: String,
}

/// A notice, still sealed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Envelope {
    /// The same on repetitions.
    pub id: String,
    /// `TRANSACTION.SUCCESS`, `REFUND.SUCCESS`, …
    pub event_type: String,
    /// What it says.
    pub resource: Resource,
}

/// `resource`: what is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Resource {
    /// [`ALGORITHM`].
    pub algorithm: String,
    /// Base64; the tag is at the end.
    pub ciphertext: String,
    /// May be empty.
    #[serde(default)]
    pub associated_data: String,
    /// Twelve bytes.
    pub nonce: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signed_line_ends() {
        let text = request_text("GET", "/v3/certificates", 1_554_208_460, "593BEC0C930BF1AFEB40B4A08C8FB242", "");
        assert_eq!(text, "GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n");
        assert_eq!(answer_text("1", "n", "{}"), "1\nn\n{}\n");
    }

    #[test]
    fn a_refund_is_read_from_answers_and_notices_alike() {
        let amount = r#""amount":{"refund":5,"total":5,"payer_total":5}"#;
        for status in ["status", "refund_status"] {
            let json = format!(r#"{{"refund_id":"5030","out_refund_no":"r","{status}":"SUCCESS",{amount}}}"#);
            assert_eq!(serde_json::from_str::<Refund>(&json).unwrap().status, "SUCCESS");
        }
    }
}
