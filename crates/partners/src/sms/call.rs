//! One signed call to the provider, and what its failure says.

use std::time::Duration;

use kernel::bytes32;
use platform::Ctx;
use platform::http::{CallError, Client, Request};
use serde::de::DeserializeOwned;
use wire::aliyun_sms::{Action, VERSION};

use super::settings::{BadSmsSettings, SmsSettings};
use crate::acs3::{self, AccessKey, Call};

/// Why there is no answer to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The provider has certainly not seen the request.
    NotSent(String),
    /// It may have seen it, and may have acted.
    Unknown(String),
}

/// The provider's address and our key to it.
pub(super) struct Gateway {
    client: Client,
    endpoint: String,
    host: String,
    key: AccessKey,
}

impl Gateway {
    pub(super) fn new(settings: &SmsSettings) -> Result<Gateway, BadSmsSettings> {
        let host = settings.host()?;
        let timeout = Duration::from_millis(settings.timeout_ms);
        let client = Client::new("sms", timeout, settings.calls_max)
            .map_err(|error| BadSmsSettings::Client(error.to_string()))?;
        Ok(Gateway {
            client,
            endpoint: settings.endpoint.trim_end_matches('/').to_owned(),
            host,
            key: settings.key.clone(),
        })
    }

    /// Signs and sends one request. An answer of status 5xx, or one that is not the JSON it should
    /// be, leaves open what was done; any other is the provider's word.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        ctx: &Ctx,
        action: Action,
        query: Vec<(String, String)>,
    ) -> Result<T, Failure> {
        let signed = acs3::sign(
            &self.key,
            &Call {
                host: &self.host,
                action: action.as_str(),
                version: VERSION,
                query,
                now: ctx.now(),
                nonce: nonce(ctx),
            },
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

fn failure(error: CallError) -> Failure {
    if error.is_not_sent() { Failure::NotSent(error.to_string()) } else { Failure::Unknown(error.to_string()) }
}

/// Used once: 128 random bits.
fn nonce(ctx: &Ctx) -> String {
    bytes32(&*ctx.rng)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
