//! One signed call to a product of Alibaba Cloud, and what its failure says. Every product is
//! reached in the same way; only host, version and parameters differ.

use std::time::Duration;

use kernel::bytes32;
use platform::Ctx;
use platform::http::{CallError, Client, Request};
use serde::de::DeserializeOwned;

use crate::acs3::{self, AccessKey, Call};

/// Why there is no answer to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The provider certainly has not seen the request.
    NotSent(String),
    /// It may have seen it, and may have acted.
    Unknown(String),
}

/// What a gateway must be told.
pub(crate) struct Access<'a> {
    /// Our own name for the product; it labels metrics, and each product has its own limit of calls under way.
    pub(crate) partner: &'static str,
    /// The version of the product's API.
    pub(crate) version: &'static str,
    /// `https://host[:port]`.
    pub(crate) endpoint: &'a str,
    /// The key that signs.
    pub(crate) key: &'a AccessKey,
    /// How long one call may take, milliseconds.
    pub(crate) timeout_ms: u64,
    /// Calls under way at once, at most.
    pub(crate) calls_max: usize,
}

/// Why no gateway can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BadAccess {
    /// The endpoint is not `http://host` or `https://host` with nothing after it.
    Endpoint,
    /// The HTTP client could not be made.
    Client(String),
}

/// The provider's address and our key to it.
pub(crate) struct Gateway {
    client: Client,
    version: &'static str,
    endpoint: String,
    host: String,
    key: AccessKey,
}

impl Gateway {
    pub(crate) fn new(access: &Access<'_>) -> Result<Gateway, BadAccess> {
        let host = signed_host(access.endpoint).ok_or(BadAccess::Endpoint)?;
        let timeout = Duration::from_millis(access.timeout_ms);
        let client = Client::new(access.partner, timeout, access.calls_max)
            .map_err(|error| BadAccess::Client(error.to_string()))?;
        Ok(Gateway {
            client,
            version: access.version,
            endpoint: access.endpoint.trim_end_matches('/').to_owned(),
            host,
            key: access.key.clone(),
        })
    }

    /// Signs and sends one request. An answer of status 5xx, or one that is not the JSON it should
    /// be, leaves open what was done; any other is the provider's word.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        ctx: &Ctx,
        action: &str,
        query: Vec<(String, String)>,
    ) -> Result<T, Failure> {
        let signed = acs3::sign(
            &self.key,
            &Call { host: &self.host, action, version: self.version, query, now: ctx.now(), nonce: nonce(ctx) },
        );
        let url = format!("{}/?{}", self.endpoint, signed.query);
        let mut request = Request::new(reqwest::Method::POST, &url).map_err(failure)?;
        for (name, value) in &signed.headers {
            request = request.header(name, value).map_err(failure)?;
        }
        let reply = self.client.send(request).await.map_err(failure)?;
        if reply.status >= 500 {
            return Err(Failure::Unknown(format!("the provider answered status {}", reply.status)));
        }
        // The reason why it cannot be read may quote it, and it is about a person.
        serde_json::from_slice(&reply.body)
            .map_err(|_| Failure::Unknown(format!("the answer of status {} cannot be read", reply.status)))
    }
}

/// Host and port as the `Host` header will say them; none if the endpoint is not one. No path: the
/// provider signs `/`.
pub(crate) fn signed_host(endpoint: &str) -> Option<String> {
    let (scheme, rest) = endpoint.split_once("://")?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return None;
    }
    // HTTP clients leave the scheme's own port out of `Host`, and `Host` is signed.
    Some(host.strip_suffix(own_port).unwrap_or(host).to_ascii_lowercase())
}

fn failure(error: CallError) -> Failure {
    if error.is_not_sent() { Failure::NotSent(error.to_string()) } else { Failure::Unknown(error.to_string()) }
}

/// A nonce, used once: 128 random bits.
fn nonce(ctx: &Ctx) -> String {
    bytes32(&*ctx.rng)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_host_is_the_one_that_is_sent() {
        for (endpoint, host) in [
            ("https://dysmsapi.aliyuncs.com", Some("dysmsapi.aliyuncs.com")),
            ("https://Dysmsapi.aliyuncs.com:443/", Some("dysmsapi.aliyuncs.com")),
            ("http://127.0.0.1:8091", Some("127.0.0.1:8091")),
            ("http://127.0.0.1:443", Some("127.0.0.1:443")),
            ("http://127.0.0.1:80/", Some("127.0.0.1")),
            ("http://host/path", None),
            ("ftp://host", None),
            ("http://", None),
            ("host", None),
        ] {
            assert_eq!(signed_host(endpoint).as_deref(), host, "{endpoint}");
        }
    }
}
