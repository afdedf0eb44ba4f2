//! One signed call, and whether its answer is the channel's.
//!
//! The channel signs what it answers once it has verified who asks: what goes wrong before that (a signature that does
//! not fit, a field that it does not know, a path that is none) comes without a signature. Such an answer does nothing
//! by itself; a refusal among them is told apart, so that callers can have it confirmed.

use kernel::Moment;
use payments::ports::{ChannelError, PortError, Unsigned};
use platform::Ctx;
use platform::http::{CallError, Reply, Request};
use reqwest::Method;
use serde::de::DeserializeOwned;
use wire::wechat_pay::{
    Certificates, PROBE, PUBLIC_KEY_ID, Refused, answer_text, authorization, code, header, path, request_text,
};

use super::WechatPay;
use super::keys::Platform;

/// How much an answer's clock may differ from ours.
pub(super) const SKEW_SECS: i64 = 300;
/// How often the channel is asked for its certificates at most.
const LEARN_SECS: i64 = 60;

/// What was answered.
pub(super) enum Answer {
    /// Status 2xx, under the channel's signature.
    Good(Vec<u8>),
    /// Status 4xx with a word.
    Refused { code: String, signed: bool },
}

impl Answer {
    /// Reads the body as the expected type; a refusal becomes an error.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, ChannelError> {
        match self {
            Answer::Good(body) => {
                serde_json::from_slice(&body).map_err(|_| unknown("the answer cannot be read").into())
            }
            Answer::Refused { code, signed: true } => Err(PortError::Refused(code).into()),
            Answer::Refused { code, signed: false } => Err(unsigned(code)),
        }
    }
}

/// A refusal that nobody signed.
pub(super) fn unsigned(code: String) -> ChannelError {
    let what = if code == code::SIGN_ERROR { Unsigned::Signature } else { Unsigned::Other };
    ChannelError::Unsigned { what, says: code }
}

pub(super) fn unknown(why: &str) -> PortError {
    PortError::Unknown(why.to_owned())
}

/// Why an answer or a notice is not the channel's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotBelieved {
    /// The channel is testing whether we verify signatures.
    Probe,
    /// Signed under this name, of which no key is known.
    UnknownKey(String),
    /// Anything else.
    Other(&'static str),
}

impl WechatPay {
    /// Signs and sends. An answer that the channel did not sign is nobody's answer. A key that is not known is asked
    /// for once.
    pub(super) async fn call(&self, ctx: &Ctx, method: Method, path: &str, body: &str) -> Result<Answer, ChannelError> {
        let reply = self.send(ctx, method, path, body).await?;
        match self.believe(ctx, &reply) {
            Err(ChannelError::UnknownKey(serial)) if self.learn(ctx, &serial).await => self.believe(ctx, &reply),
            believed => believed,
        }
    }

    async fn send(&self, ctx: &Ctx, method: Method, path: &str, body: &str) -> Result<Reply, PortError> {
        let now = ctx.now();
        let (timestamp, nonce) = (now.ms().div_euclid(1000), crate::tif::nonce(ctx));
        let text = request_text(method.as_str(), path, timestamp, &nonce, body);
        let (serial, signature) = self.keys.sign(&text, now).map_err(PortError::NotSent)?;
        let authorization = authorization(&self.settings.mchid, serial, timestamp, &nonce, &signature);
        let address = format!("{}{path}", self.settings.endpoint.trim_end_matches('/'));
        let wanted = self.keys.platform().first().to_owned();
        let mut request = Request::new(method, &address)
            .and_then(|request| request.header("authorization", &authorization))
            .and_then(|request| request.header("accept", "application/json"))
            .and_then(|request| request.header("content-type", "application/json"))
            .and_then(|request| request.in_time_of(ctx))
            .map_err(failure)?;
        // Which key an answer is signed by is the merchant's choice; while none is known, the channel chooses.
        if !wanted.is_empty() {
            request = request.header(header::SERIAL, &wanted).map_err(failure)?;
        }
        self.client.send(request.body(body)).await.map_err(failure)
    }

    fn believe(&self, ctx: &Ctx, reply: &Reply) -> Result<Answer, ChannelError> {
        let status = reply.status;
        let said = |name: &str| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = std::str::from_utf8(&reply.body).map_err(|_| unknown("the answer is no text"))?;
        let code = serde_json::from_str::<Refused>(body).map(|refused| refused.code).unwrap_or_default();
        let signed = Signed {
            timestamp: said(header::TIMESTAMP),
            nonce: said(header::NONCE),
            signature: said(header::SIGNATURE),
            serial: said(header::SERIAL),
        };
        // It was turned away before anybody looked at it, so the same request is made again in a while.
        if status == 429 {
            return Err(
                PortError::NotSent(if crate::tif::is_code(&code) { code } else { format!("STATUS_{status}") }).into()
            );
        }
        if signed.is_missing() {
            let refusal = (400..500).contains(&status) && crate::tif::is_code(&code);
            return match refusal {
                true => Ok(Answer::Refused { code, signed: false }),
                false => Err(PortError::Unknown(format!("status {status}, and nobody signed it")).into()),
            };
        }
        match self.verify(ctx, &self.keys.platform(), &signed, body) {
            Ok(()) => {}
            Err(NotBelieved::UnknownKey(serial)) => return Err(ChannelError::UnknownKey(serial)),
            Err(NotBelieved::Probe) => {
                metrics::counter!("renshe_wechat_pay_probes").increment(1);
                return Err(unknown("a probe of the channel's").into());
            }
            Err(NotBelieved::Other(why)) => return Err(PortError::Unknown(format!("status {status}: {why}")).into()),
        }
        if reply.is_success() {
            return Ok(Answer::Good(reply.body.clone()));
        }
        let code = if crate::tif::is_code(&code) { code } else { format!("STATUS_{status}") };
        if status >= 500 { Err(PortError::Unknown(code).into()) } else { Ok(Answer::Refused { code, signed: true }) }
    }

    /// Whether the channel signed this with one of these keys, not long ago.
    pub(super) fn verify(
        &self,
        ctx: &Ctx,
        keys: &Platform,
        signed: &Signed<'_>,
        body: &str,
    ) -> Result<(), NotBelieved> {
        if signed.signature.starts_with(PROBE) {
            return Err(NotBelieved::Probe);
        }
        if !keys.knows(signed.serial) {
            return Err(NotBelieved::UnknownKey(plain(signed.serial)));
        }
        let near = |at: i64| ctx.clock.is_near(Moment::from_ms(0).plus_secs(at), SKEW_SECS);
        if !signed.timestamp.parse().is_ok_and(near) {
            return Err(NotBelieved::Other("signed at another time"));
        }
        let text = answer_text(signed.timestamp, signed.nonce, body);
        match keys.verifies(signed.serial, &text, signed.signature) {
            true => Ok(()),
            false => Err(NotBelieved::Other("not signed by the channel")),
        }
    }

    /// Asks the channel for its certificates, now and then; whether this key is known then. They come sealed with the APIv3
    /// key and signed by one of themselves. An account in public-key mode has none.
    pub(super) async fn learn(&self, ctx: &Ctx, serial: &str) -> bool {
        if !self.settings.fetches_certificates || serial.starts_with(PUBLIC_KEY_ID) {
            return false;
        }
        {
            // A caller that waited while another one asked uses that answer.
            let mut asked = self.learnt.lock().await;
            if self.keys.platform().knows(serial) {
                return true;
            }
            if asked.is_some_and(|at: Moment| at <= ctx.now() && ctx.now() < at.plus_secs(LEARN_SECS)) {
                return false;
            }
            *asked = Some(ctx.now());
            if let Err(error) = self.fetch(ctx).await {
                tracing::error!(%error, serial, "wechat_pay.no_certificates");
            }
        }
        self.keys.platform().knows(serial)
    }

    async fn fetch(&self, ctx: &Ctx) -> Result<(), ChannelError> {
        let reply = self.send(ctx, Method::GET, path::CERTIFICATES, "").await?;
        let told: Certificates = serde_json::from_slice(&reply.body)
            .map_err(|_| PortError::Unknown(format!("status {}, no certificates", reply.status)))?;
        let keys = self.keys.with(&told.data);
        let said = |name: &str| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = std::str::from_utf8(&reply.body).map_err(|_| unknown("the answer is no text"))?;
        let signed = Signed {
            timestamp: said(header::TIMESTAMP),
            nonce: said(header::NONCE),
            signature: said(header::SIGNATURE),
            serial: said(header::SERIAL),
        };
        match self.verify(ctx, &keys, &signed, body) {
            Ok(()) => {
                self.keys.know(keys);
                Ok(())
            }
            Err(why) => Err(PortError::Unknown(format!("the certificates are not the channel's: {why:?}")).into()),
        }
    }
}

/// A serial in a form that may be logged and shown, since somebody else may have written it.
fn plain(serial: &str) -> String {
    let kept = |sign: &char| sign.is_ascii_alphanumeric() || *sign == '_';
    serial.chars().filter(kept).take(64).collect()
}

/// What an answer or a notice says of its signature.
pub(super) struct Signed<'a> {
    pub(super) timestamp: &'a str,
    pub(super) nonce: &'a str,
    pub(super) signature: &'a str,
    pub(super) serial: &'a str,
}

impl Signed<'_> {
    fn is_missing(&self) -> bool {
        self.signature.is_empty() && self.serial.is_empty()
    }
}

fn failure(error: CallError) -> PortError {
    if error.is_not_sent() { PortError::NotSent(error.to_string()) } else { PortError::Unknown(error.to_string()) }
}
