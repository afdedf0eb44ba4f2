//! WeChat Pay API v3: a code on the screen (Native) and a link on the phone (H5), in public-key mode.
//!
//! Every answer is verified with the channel's public key before a word of it is believed, and must be about our
//! merchant and our number; so must every notice.

mod call;
mod keys;
mod notice;
mod settings;
#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{DateTime, Fen, Moment};
use payments::ports::{
    Cashier, Channel, ChannelState, CloseAnswer, Giving, Notice, NoticeRefusal, Offer, PortError, RefundState,
};
use platform::Ctx;
use platform::http::Client;
use reqwest::Method;
use serde::Serialize;
use wire::wechat_pay::{
    CNY, H5Info, OfferAmount, OfferBody, Offered, Refund, RefundAmount, RefundBody, SceneInfo, Transaction, code, path,
};

use call::{Answer, unknown};
use keys::Keys;

pub use settings::{BadWechatPaySettings, WechatPaySettings};

/// Where notices come in on this platform.
const NOTIFY: &str = "/pay/notify/wechat-pay";
/// Characters of a description that the channel takes.
const DESCRIPTION_CHARS: usize = 127;

/// Takes and returns money for one merchant (REG-3).
pub struct WechatPay {
    settings: WechatPaySettings,
    keys: Keys,
    client: Client,
}

impl WechatPay {
    /// An adapter for one merchant's account.
    ///
    /// # Errors
    /// Settings that could never work.
    pub fn new(settings: WechatPaySettings) -> Result<WechatPay, BadWechatPaySettings> {
        settings.check()?;
        let keys = Keys::read(&settings.merchant_key, &settings.platform_public_key, &settings.apiv3_key)?;
        let client = Client::new("wechat_pay", Duration::from_millis(settings.timeout_ms), settings.calls_max)
            .map_err(|error| BadWechatPaySettings(error.to_string()))?;
        Ok(WechatPay { settings, keys, client })
    }

    fn notify_url(&self) -> String {
        format!("{}{NOTIFY}", self.settings.notify_base.trim_end_matches('/'))
    }

    /// Reads a payment that must be ours and of this number.
    fn payment(&self, told: &Transaction, number: &str) -> Result<ChannelState, PortError> {
        let ours = told.mchid == self.settings.mchid
            && told.out_trade_no == number
            && told.appid.as_ref().is_none_or(|appid| *appid == self.settings.appid);
        if !ours {
            return Err(unknown("the answer is about something else"));
        }
        Ok(match told.trade_state.as_str() {
            "SUCCESS" | "REFUND" => paid(told)?,
            "CLOSED" | "REVOKED" => ChannelState::Closed,
            "NOTPAY" | "USERPAYING" | "PAYERROR" | "ACCEPT" => ChannelState::Open,
            _ => return Err(unknown("a state that is not known")),
        })
    }
}

fn paid(told: &Transaction) -> Result<ChannelState, PortError> {
    let amount = told.amount.as_ref().filter(|amount| amount.currency.as_deref().is_none_or(|money| money == CNY));
    let amount = amount.ok_or_else(|| unknown("paid without an amount in yuan"))?;
    let channel_no = told.transaction_id.clone().filter(|no| !no.is_empty() && no.len() <= 64);
    let paid_at = told.success_time.as_deref().and_then(moment);
    Ok(ChannelState::Paid {
        channel_no: channel_no.ok_or_else(|| unknown("paid without a number"))?,
        amount: Fen::new(amount.total),
        paid_at: paid_at.ok_or_else(|| unknown("paid at no time"))?,
    })
}

/// What a refund's status means.
fn refund_state(told: &Refund) -> RefundState {
    match told.status.as_str() {
        "SUCCESS" => RefundState::Done { channel_no: told.refund_id.clone(), amount: Fen::new(told.amount.refund) },
        "PROCESSING" => RefundState::Processing { channel_no: told.refund_id.clone() },
        other => RefundState::Failed { why: other.chars().filter(char::is_ascii_uppercase).take(20).collect() },
    }
}

fn json(body: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(body).map_err(|error| PortError::NotSent(error.to_string()))
}

#[async_trait]
impl Channel for WechatPay {
    async fn offer(&self, ctx: &Ctx, offer: &Offer) -> Result<String, PortError> {
        let code = offer.cashier == Cashier::Code;
        let scene = |kind: &str| SceneInfo {
            payer_client_ip: offer.client_ip.clone(),
            h5_info: Some(H5Info { kind: kind.to_owned() }),
        };
        let body = json(&OfferBody {
            appid: self.settings.appid.clone(),
            mchid: self.settings.mchid.clone(),
            description: offer.description.chars().take(DESCRIPTION_CHARS).collect(),
            out_trade_no: offer.number.clone(),
            time_expire: rfc3339(offer.expires_at),
            notify_url: self.notify_url(),
            amount: OfferAmount { total: offer.amount.get(), currency: CNY.to_owned() },
            scene_info: (!code).then(|| scene("Wap")),
        })?;
        let answer = self.call(ctx, Method::POST, if code { path::NATIVE } else { path::H5 }, &body).await?;
        let offered: Offered = answer.read()?;
        let link = if code { offered.code_url } else { offered.h5_url };
        link.filter(|link| (1..=512).contains(&link.len())).ok_or_else(|| unknown("no way to the cashier"))
    }

    async fn query(&self, ctx: &Ctx, number: &str) -> Result<ChannelState, PortError> {
        match self.call(ctx, Method::GET, &path::by_number(number, &self.settings.mchid), "").await? {
            Answer::Refused(code) if code == code::ORDER_NOT_EXIST || code == code::ORDERNOTEXIST => {
                Ok(ChannelState::NotFound)
            }
            answer => self.payment(&answer.read()?, number),
        }
    }

    async fn close(&self, ctx: &Ctx, number: &str) -> Result<CloseAnswer, PortError> {
        let body = json(&serde_json::json!({ "mchid": self.settings.mchid }))?;
        match self.call(ctx, Method::POST, &path::close(number), &body).await? {
            Answer::Good(_) => Ok(CloseAnswer::Closed),
            Answer::Refused(code) => match code.as_str() {
                code::ORDER_CLOSED | code::ORDERCLOSED => Ok(CloseAnswer::Closed),
                code::ORDER_NOT_EXIST | code::ORDERNOTEXIST => Ok(CloseAnswer::NotFound),
                code::ORDER_PAID => Ok(CloseAnswer::Paid),
                _ => Err(PortError::Refused(code)),
            },
        }
    }

    async fn refund(&self, ctx: &Ctx, giving: &Giving) -> Result<RefundState, PortError> {
        let body = json(&RefundBody {
            out_trade_no: giving.payment_number.clone(),
            out_refund_no: giving.number.clone(),
            reason: giving.reason.chars().take(80).collect(),
            notify_url: self.notify_url(),
            amount: RefundAmount { refund: giving.amount.get(), total: giving.paid.get(), currency: CNY.to_owned() },
        })?;
        let told: Refund = self.call(ctx, Method::POST, path::REFUNDS, &body).await?.read()?;
        ours(&told, &giving.number)
    }

    async fn refund_state(&self, ctx: &Ctx, number: &str) -> Result<RefundState, PortError> {
        match self.call(ctx, Method::GET, &path::refund(number), "").await? {
            Answer::Refused(code) if code == code::RESOURCE_NOT_EXISTS => Ok(RefundState::NotFound),
            answer => ours(&answer.read()?, number),
        }
    }

    fn notice(&self, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, NoticeRefusal> {
        notice::open(self, ctx, headers, body)
    }
}

fn ours(told: &Refund, number: &str) -> Result<RefundState, PortError> {
    if told.out_refund_no != number {
        return Err(unknown("the answer is about something else"));
    }
    Ok(refund_state(told))
}

/// Reads RFC 3339 with the offset of China, or of nowhere.
fn moment(text: &str) -> Option<Moment> {
    let (civil, offset) = text.split_at_checked(19)?;
    let civil: DateTime = civil.parse().ok()?;
    let china = Moment::at(civil.date(), civil.time());
    match offset {
        "+08:00" => Some(china),
        "Z" => Some(china.plus_secs(8 * 3600)),
        _ => None,
    }
}

/// Civil time in China with its offset.
fn rfc3339(at: Moment) -> String {
    let civil = at.datetime();
    let (day, time) = (civil.date(), civil.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+08:00",
        day.year(),
        day.month(),
        day.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}
