//! WeChat Pay API v3: a code on the screen (Native) and a link on the phone (H5), with the channel's public keys, its
//! certificates, or both.
//!
//! Every answer is verified with one of the channel's keys before any of it is believed, and must be about our merchant
//! and our number; the same holds for every notice. An answer that nobody signed is told apart, and nothing follows
//! from it alone (`call`).

mod call;
mod keys;
mod notice;
mod settings;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Fen, Moment};
use payments::ports::{
    Cashier, Channel, ChannelError, ChannelState, CloseAnswer, Giving, Notice, NoticeRefusal, Offer, PortError,
    Recipient, RefundState,
};
use platform::Ctx;
use platform::http::Client;
use reqwest::Method;
use serde::Serialize;
use tokio::sync::Mutex;
use wire::wechat_pay::{
    AbnormalRefundBody, CNY, H5Info, OfferAmount, OfferBody, Offered, Refund, RefundAmount, RefundBody, SceneInfo,
    Transaction, code, path, recipient,
};

use call::{Answer, unknown, unsigned};
use keys::Keys;

pub use settings::{BadWechatPaySettings, MerchantKey, PlatformKey, WechatPaySettings};

/// Where notices come in on this platform.
const NOTIFY: &str = "/pay/notify/wechat-pay";
/// Characters of a description that the channel takes.
const DESCRIPTION_CHARS: usize = 127;

/// Takes and returns money for one merchant (REG-3).
pub struct WechatPay {
    settings: WechatPaySettings,
    keys: Keys,
    /// When the channel was last asked for its certificates.
    learnt: Mutex<Option<Moment>>,
    client: Client,
}

impl WechatPay {
    /// An adapter for one merchant's account.
    ///
    /// # Errors
    /// Settings that could never work.
    pub fn new(settings: WechatPaySettings) -> Result<WechatPay, BadWechatPaySettings> {
        settings.check()?;
        let keys = Keys::read(&settings)?;
        let client = Client::new("wechat_pay", Duration::from_millis(settings.timeout_ms), settings.calls_max)
            .map_err(|error| BadWechatPaySettings(error.to_string()))?;
        Ok(WechatPay { settings, keys, learnt: Mutex::default(), client })
    }

    /// The buyer's address as the channel is told of it: H5 takes none of a private network.
    fn payer_ip(&self, client_ip: &str) -> Option<IpAddr> {
        let own = client_ip.parse().ok().filter(|ip: &IpAddr| is_public(*ip));
        own.map(|ip| ip.to_canonical()).or(self.settings.stand_in_ip)
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
    let paid_at = told.success_time.as_deref().and_then(Moment::from_rfc3339);
    let total = amount.total.ok_or_else(|| unknown("paid without an amount"))?;
    Ok(ChannelState::Paid {
        channel_no: channel_no.ok_or_else(|| unknown("paid without a number"))?,
        amount: Fen::new(total),
        paid_at: paid_at.ok_or_else(|| unknown("paid at no time"))?,
    })
}

/// What a refund's status means. One that is done may have gone to the merchant's own account, where somebody has chosen that
/// for an abnormal one: the buyer has nothing of it.
fn refund_state(told: &Refund) -> Result<RefundState, PortError> {
    let channel_no = told.refund_id.clone();
    Ok(match told.status.as_str() {
        "SUCCESS" if told.is_with_the_merchant() => RefundState::Closed { channel_no, why: "TO_MERCHANT" },
        "SUCCESS" => RefundState::Done {
            channel_no,
            amount: Fen::new(told.amount.refund),
            done_at: told.success_time.as_deref().and_then(Moment::from_rfc3339),
        },
        "PROCESSING" => RefundState::Processing { channel_no },
        "ABNORMAL" => RefundState::Abnormal { channel_no },
        "CLOSED" => RefundState::Closed { channel_no, why: "CLOSED" },
        _ => return Err(unknown("a status that is not known")),
    })
}

fn json(body: &impl Serialize) -> Result<String, PortError> {
    serde_json::to_string(body).map_err(|error| PortError::NotSent(error.to_string()))
}

/// Whether this is a public address.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => {
            !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast())
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
        }
    }
}

#[async_trait]
impl Channel for WechatPay {
    fn gives_links_to(&self, client_ip: &str) -> bool {
        self.payer_ip(client_ip).is_some()
    }

    async fn offer(&self, ctx: &Ctx, offer: &Offer) -> Result<String, ChannelError> {
        let code = offer.cashier == Cashier::Code;
        let scene = |kind: &str| SceneInfo {
            payer_client_ip: self.payer_ip(&offer.client_ip).map_or_else(String::new, |ip| ip.to_string()),
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
        link.filter(|link| (1..=512).contains(&link.len())).ok_or_else(|| unknown("no way to the cashier").into())
    }

    async fn query(&self, ctx: &Ctx, number: &str) -> Result<ChannelState, ChannelError> {
        match self.call(ctx, Method::GET, &path::by_number(number, &self.settings.mchid), "").await? {
            Answer::Refused { code, signed } if code == code::ORDER_NOT_EXIST || code == code::ORDERNOTEXIST => {
                Ok(ChannelState::NotFound { signed })
            }
            answer => Ok(self.payment(&answer.read()?, number)?),
        }
    }

    async fn close(&self, ctx: &Ctx, number: &str) -> Result<CloseAnswer, ChannelError> {
        let body = json(&serde_json::json!({ "mchid": self.settings.mchid }))?;
        match self.call(ctx, Method::POST, &path::close(number), &body).await? {
            Answer::Good(_) => Ok(CloseAnswer::Closed),
            // It does not matter whether this is signed: no answer about closing ends anything, and this one must be
            // confirmed before it counts.
            Answer::Refused { code, .. } if code == code::ORDER_NOT_EXIST || code == code::ORDERNOTEXIST => {
                Ok(CloseAnswer::NotFound)
            }
            Answer::Refused { code, signed: false } => Err(unsigned(code)),
            Answer::Refused { code, .. } => match code.as_str() {
                code::ORDER_CLOSED | code::ORDERCLOSED => Ok(CloseAnswer::Closed),
                code::ORDER_PAID => Ok(CloseAnswer::Paid),
                _ => Err(PortError::Refused(code).into()),
            },
        }
    }

    async fn refund(&self, ctx: &Ctx, giving: &Giving) -> Result<RefundState, ChannelError> {
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

    async fn refund_state(&self, ctx: &Ctx, number: &str) -> Result<RefundState, ChannelError> {
        match self.call(ctx, Method::GET, &path::refund(number), "").await? {
            // It does not matter whether this is signed: the refund is asked for again under its number, for which the
            // channel makes only one refund.
            Answer::Refused { code, .. } if code == code::RESOURCE_NOT_EXISTS => Ok(RefundState::NotFound),
            answer => ours(&answer.read()?, number),
        }
    }

    async fn redirect_refund(
        &self,
        ctx: &Ctx,
        number: &str,
        channel_no: &str,
        to: &Recipient,
    ) -> Result<RefundState, ChannelError> {
        // Card and name are sealed with a key of the channel's; where only certificates are used, the first may yet be missing.
        if matches!(to, Recipient::Buyer { .. }) && self.keys.platform().first().is_empty() {
            self.learn(ctx, "").await;
        }
        let body = json(&self.abnormal(number, to)?)?;
        let told: Refund = self.call(ctx, Method::POST, &path::abnormal_refund(channel_no), &body).await?.read()?;
        ours(&told, number)
    }

    async fn learn_key(&self, ctx: &Ctx, serial: &str) -> bool {
        self.learn(ctx, serial).await
    }

    fn notice(&self, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, NoticeRefusal> {
        notice::open(self, ctx, headers, body)
    }
}

impl WechatPay {
    /// Where the money goes: a buyer's card and name are sealed for the channel.
    fn abnormal(&self, number: &str, to: &Recipient) -> Result<AbnormalRefundBody, PortError> {
        let out_refund_no = number.to_owned();
        let Recipient::Buyer { bank, account, name } = to else {
            let kind = recipient::MERCHANT.to_owned();
            return Ok(AbnormalRefundBody {
                out_refund_no,
                kind,
                bank_type: None,
                bank_account: None,
                real_name: None,
            });
        };
        let platform = self.keys.platform();
        let seal = |plain: &str| {
            platform.seal(plain).ok_or_else(|| PortError::NotSent("it cannot be sealed for the channel".to_owned()))
        };
        Ok(AbnormalRefundBody {
            out_refund_no,
            kind: recipient::BUYER.to_owned(),
            bank_type: Some(bank.clone()),
            bank_account: Some(seal(account.expose())?),
            real_name: Some(seal(name.expose())?),
        })
    }
}

fn ours(told: &Refund, number: &str) -> Result<RefundState, ChannelError> {
    if told.out_refund_no != number {
        return Err(unknown("the answer is about something else").into());
    }
    Ok(refund_state(told)?)
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
