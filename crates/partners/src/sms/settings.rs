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

impl SmsSettings {
    /// Host and port as the `Host` header will say them.
    pub(super) fn host(&self) -> Result<String, BadSmsSettings> {
        let bad = || BadSmsSettings::Endpoint(self.endpoint.clone());
        let (scheme, rest) = self.endpoint.split_once("://").ok_or_else(bad)?;
        let host = rest.strip_suffix('/').unwrap_or(rest);
        let own_port = match scheme {
            "http" => ":80",
            "https" => ":443",
            _ => return Err(bad()),
        };
        if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
            return Err(bad());
        }
        // HTTP clients leave the scheme's own port out of `Host`, and `Host` is signed.
        Ok(host.strip_suffix(own_port).unwrap_or(host).to_ascii_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(endpoint: &str) -> SmsSettings {
        SmsSettings {
            endpoint: endpoint.into(),
            key: AccessKey { id: "id".into(), secret: "secret".into() },
            sign_name: "常州人社".into(),
            templates: BTreeMap::new(),
            timeout_ms: 1000,
            calls_max: 1,
        }
    }

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
            assert_eq!(settings(endpoint).host().ok().as_deref(), host, "{endpoint}");
        }
    }
}
