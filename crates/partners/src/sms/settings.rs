//! What the adapter must be told, as plain values; the server fills it from the configuration.

use std::collections::BTreeMap;

use crate::acs3::AccessKey;

/// One account at the provider.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// `https://dysmsapi.aliyuncs.com`, or the sandbox's address. No path: the provider signs `/`.
    pub endpoint: String,
    /// The key that signs.
    pub key: AccessKey,
    /// The approved name shown in 【】.
    pub sign_name: String,
    /// Our names for templates to the provider's codes (`SMS_…`).
    pub templates: BTreeMap<String, String>,
    /// How long one call may take, milliseconds, from the first byte sent to the last received.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

/// Settings that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSmsSettings {
    /// The endpoint is not `http://host` or `https://host` with nothing after it.
    #[error("the SMS endpoint must be http(s)://host[:port] without a path, not {0:?}")]
    Endpoint(String),
    /// The HTTP client could not be made.
    #[error("the SMS client cannot be made: {0}")]
    Client(String),
}
