//! Calls through the `x-tif` gateway: the text comes from [`wire::tif`], hash and token are applied
//! here. What fails says whether the partner may have acted.

use std::fmt;
use std::time::Duration;

use identity::ports::PortError;
use kernel::{Moment, bytes32};
use platform::Ctx;
use platform::config::Part;
use platform::http::{CallError, Client, Reply, Request};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wire::tif::{code, header, signed_text};

/// An account at a gateway. Its `Debug` shows the id only.
#[derive(Clone)]
pub struct TifAccount {
    /// `x-tif-paasid`.
    pub paasid: String,
    /// What signatures are made with, never sent and never printed.
    pub token: String,
}

impl TifAccount {
    /// The account in a partner's section: `paasid` and `token`.
    pub(crate) fn read(part: &mut Part<'_, '_>) -> TifAccount {
        TifAccount { paasid: part.own("paasid"), token: part.secret("token", "sandbox-token").expose().clone() }
    }
}

impl fmt::Debug for TifAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TifAccount({})", self.paasid)
    }
}

/// Settings that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTifSettings {
    /// The endpoint is not `http://host` or `https://host` with nothing after it.
    #[error("the endpoint must be http(s)://host[:port] without a path, not {0:?}")]
    Endpoint(String),
    /// One of the partner's values has the wrong length or wrong characters.
    #[error("{0}")]
    Value(String),
    /// The HTTP client could not be made.
    #[error("the client cannot be made: {0}")]
    Client(String),
}

/// The way to one partner behind such a gateway.
pub(crate) struct Gateway {
    client: Client,
    endpoint: String,
    account: TifAccount,
}

impl Gateway {
    /// A gateway with a limit of calls at once and a time limit for each.
    pub(crate) fn new(
        partner: &'static str,
        endpoint: &str,
        account: TifAccount,
        timeout_ms: u64,
        calls_max: usize,
    ) -> Result<Gateway, BadTifSettings> {
        let bare = endpoint.trim_end_matches('/');
        let host = bare.strip_prefix("http://").or_else(|| bare.strip_prefix("https://")).unwrap_or_default();
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
            return Err(BadTifSettings::Endpoint(endpoint.to_owned()));
        }
        let client = Client::new(partner, Duration::from_millis(timeout_ms), calls_max)
            .map_err(|error| BadTifSettings::Client(error.to_string()))?;
        Ok(Gateway { client, endpoint: bare.to_owned(), account })
    }

    /// Sends a JSON body and reads a JSON answer. Only an answer of status 2xx is the partner's
    /// word; one that cannot be read, or of status 5xx, leaves open what was done.
    pub(crate) async fn post<T: DeserializeOwned>(&self, ctx: &Ctx, path: &str, body: Vec<u8>) -> Result<T, PortError> {
        let mut request = Request::new(reqwest::Method::POST, &format!("{}{path}", self.endpoint)).map_err(failure)?;
        for (name, value) in headers(&self.account, ctx.now(), &nonce(ctx)) {
            request = request.header(name, &value).map_err(failure)?;
        }
        let request = request.header("content-type", "application/json; charset=utf-8").map_err(failure)?.body(body);
        let request = request.in_time_of(ctx).map_err(failure)?;
        let reply = self.client.send(request).await.map_err(failure)?;
        if !reply.is_success() {
            return Err(refused(&reply));
        }
        // The reason why it cannot be read may quote it, and it is about a person.
        serde_json::from_slice(&reply.body)
            .map_err(|_| PortError::Unknown(format!("the answer of status {} cannot be read", reply.status)))
    }
}

/// The four headers of a request.
fn headers(account: &TifAccount, now: Moment, nonce: &str) -> [(&'static str, String); 4] {
    let timestamp = now.ms().div_euclid(1000).to_string();
    let hash = Sha256::digest(signed_text(&timestamp, &account.token, nonce).as_bytes());
    let signature = hash.iter().map(|byte| format!("{byte:02X}")).collect();
    [
        (header::PAASID, account.paasid.clone()),
        (header::TIMESTAMP, timestamp),
        (header::NONCE, nonce.to_owned()),
        (header::SIGNATURE, signature),
    ]
}

fn refused(reply: &Reply) -> PortError {
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let word = body["code"].as_str().filter(|word| is_code(word)).map(str::to_owned);
    let says = word.unwrap_or_else(|| format!("status {}", reply.status));
    // If our nonce has been used, something repeated the request, so it may have been done.
    match reply.status {
        // The gateway takes no more requests now and has passed nothing on.
        429 => PortError::NotSent(says),
        408 | 500.. => PortError::Unknown(says),
        _ if says == code::NONCE_USED => PortError::Unknown(says),
        _ => PortError::Refused(says),
    }
}

/// A code, and not a sentence that may be about a person.
pub(crate) fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    (1..=40).contains(&text.len()) && text.bytes().all(plain)
}

fn failure(error: CallError) -> PortError {
    if error.is_not_sent() { PortError::NotSent(error.to_string()) } else { PortError::Unknown(error.to_string()) }
}

/// A nonce, used once: 128 random bits.
pub(crate) fn nonce(ctx: &Ctx) -> String {
    bytes32(&*ctx.rng)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> TifAccount {
        TifAccount { paasid: "sandbox".into(), token: "sandbox-token".into() }
    }

    /// `printf '1772415000sandbox-token0123456789abcdef1772415000' | openssl dgst -sha256`.
    #[test]
    fn the_signature_is_the_one_openssl_computes() {
        let [paasid, timestamp, _, signature] =
            headers(&account(), Moment::from_ms(1_772_415_000_999), "0123456789abcdef");
        assert_eq!((paasid.1.as_str(), timestamp.1.as_str()), ("sandbox", "1772415000"));
        assert_eq!(signature.1.to_lowercase(), "bfb2c67eacc0106418b1d498d78dc3f4d8cc819204c3e2ea8244d5491c397d68");
    }

    #[test]
    fn a_token_is_never_printed() {
        assert!(!format!("{:?}", account()).contains("token)") && !format!("{:?}", account()).contains("sandbox-"));
    }

    #[test]
    fn an_endpoint_is_scheme_and_host() {
        for (endpoint, good) in [
            ("https://gateway.example.cn", true),
            ("http://127.0.0.1:8085/", true),
            ("https://gateway.example.cn/fsi", false),
            ("gateway.example.cn", false),
            ("https://", false),
            ("ftp://gateway.example.cn", false),
        ] {
            assert_eq!(Gateway::new("test", endpoint, account(), 1000, 1).is_ok(), good, "{endpoint}");
        }
    }

    #[test]
    fn only_what_was_surely_looked_at_is_refused() {
        let of = |status: u16, body: &str| refused(&Reply { status, headers: Default::default(), body: body.into() });
        let word = r#"{"code":"TIF_SIGNATURE"}"#;
        assert_eq!(of(403, word), PortError::Refused("TIF_SIGNATURE".into()));
        assert_eq!(of(404, "no"), PortError::Refused("status 404".into()));
        assert_eq!(of(429, "slowly"), PortError::NotSent("status 429".into()));
        for status in [408, 500, 502, 504] {
            assert_eq!(of(status, "?"), PortError::Unknown(format!("status {status}")), "{status}");
        }
        let used = format!(r#"{{"code":"{}"}}"#, code::NONCE_USED);
        assert_eq!(of(400, &used), PortError::Unknown(code::NONCE_USED.into()));
    }

    #[test]
    fn sentences_are_no_codes() {
        assert!(is_code("TIF_BUSY") && !is_code("周明远不存在") && !is_code("") && !is_code("A 1"));
    }
}
