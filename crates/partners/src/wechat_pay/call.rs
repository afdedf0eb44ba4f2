//! One signed call, and whether its answer is the channel's.

use payments::ports::PortError;
use platform::Ctx;
use platform::http::{CallError, Reply, Request};
use reqwest::Method;
use serde::de::DeserializeOwned;
use wire::wechat_pay::{Refused, answer_text, authorization, header, request_text};

use super::WechatPay;

/// An answer's clock may differ from ours by so much.
pub(super) const SKEW_SECS: i64 = 300;

/// What the channel answered, verified as its own.
pub(super) enum Answer {
    /// Status 2xx.
    Good(Vec<u8>),
    /// Status 4xx with a word.
    Refused(String),
}

impl Answer {
    /// The body as what it should be; a refusal becomes one.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, PortError> {
        match self {
            Answer::Good(body) => serde_json::from_slice(&body).map_err(|_| unknown("the answer cannot be read")),
            Answer::Refused(code) => Err(PortError::Refused(code)),
        }
    }
}

pub(super) fn unknown(why: &str) -> PortError {
    PortError::Unknown(why.to_owned())
}

impl WechatPay {
    /// Signs and sends. What is not signed by the channel is nobody's answer.
    pub(super) async fn call(&self, ctx: &Ctx, method: Method, path: &str, body: &str) -> Result<Answer, PortError> {
        let timestamp = ctx.now().ms().div_euclid(1000);
        let nonce = crate::tif::nonce(ctx);
        let settings = &self.settings;
        let text = request_text(method.as_str(), path, timestamp, &nonce, body);
        let signature = self.keys.sign(&text).map_err(PortError::NotSent)?;
        let authorization = authorization(&settings.mchid, &settings.merchant_serial, timestamp, &nonce, &signature);
        let address = format!("{}{path}", settings.endpoint.trim_end_matches('/'));
        let request = Request::new(method, &address)
            .and_then(|request| request.header("authorization", &authorization))
            .and_then(|request| request.header("accept", "application/json"))
            .and_then(|request| request.header("content-type", "application/json"))
            .and_then(|request| request.header(header::SERIAL, &settings.platform_public_key_id))
            .map_err(failure)?;
        let reply = self.client.send(request.body(body)).await.map_err(failure)?;
        self.believe(ctx, reply)
    }

    fn believe(&self, ctx: &Ctx, reply: Reply) -> Result<Answer, PortError> {
        let status = reply.status;
        let said = |name: &str| reply.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let body = std::str::from_utf8(&reply.body).map_err(|_| unknown("the answer is no text"))?;
        let signed = Signed {
            timestamp: said(header::TIMESTAMP),
            nonce: said(header::NONCE),
            signature: said(header::SIGNATURE),
            serial: said(header::SERIAL),
        };
        if let Err(why) = self.verify(ctx, &signed, body) {
            return Err(PortError::Unknown(format!("status {status}: {why}")));
        }
        if reply.is_success() {
            return Ok(Answer::Good(reply.body));
        }
        let code = serde_json::from_str::<Refused>(body).map(|refused| refused.code).unwrap_or_default();
        let code = if crate::tif::is_code(&code) { code } else { format!("STATUS_{status}") };
        // Turned away at the door, before anybody looked at it: the same again in a while.
        if status == 429 {
            return Err(PortError::NotSent(code));
        }
        if status >= 500 { Err(PortError::Unknown(code)) } else { Ok(Answer::Refused(code)) }
    }

    /// Whether the channel signed this, not long ago.
    pub(super) fn verify(&self, ctx: &Ctx, signed: &Signed<'_>, body: &str) -> Result<(), &'static str> {
        if signed.serial != self.settings.platform_public_key_id {
            return Err("signed with another key");
        }
        let now = ctx.now().ms().div_euclid(1000);
        if !signed.timestamp.parse::<i64>().is_ok_and(|at| (now - at).abs() <= SKEW_SECS) {
            return Err("signed at another time");
        }
        let text = answer_text(signed.timestamp, signed.nonce, body);
        if self.keys.verifies(&text, signed.signature) { Ok(()) } else { Err("not signed by the channel") }
    }
}

/// What an answer or a notice says of its signature.
pub(super) struct Signed<'a> {
    pub(super) timestamp: &'a str,
    pub(super) nonce: &'a str,
    pub(super) signature: &'a str,
    pub(super) serial: &'a str,
}

fn failure(error: CallError) -> PortError {
    if error.is_not_sent() { PortError::NotSent(error.to_string()) } else { PortError::Unknown(error.to_string()) }
}
