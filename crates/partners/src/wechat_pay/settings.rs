//! What the adapter must be told, as plain values; the server fills it from the configuration.

use std::fmt;

/// The merchant's account. Its `Debug` shows no key.
#[derive(Clone)]
pub struct WechatPaySettings {
    /// `https://api.mch.weixin.qq.com`, or the sandbox's address.
    pub endpoint: String,
    /// The merchant.
    pub mchid: String,
    /// The merchant's app.
    pub appid: String,
    /// The serial of the merchant's certificate.
    pub merchant_serial: String,
    /// The merchant's private key, PKCS#8 PEM.
    pub merchant_key: String,
    /// 32 characters.
    pub apiv3_key: String,
    /// The channel's public key, PEM.
    pub platform_public_key: String,
    /// `PUB_KEY_ID_…`.
    pub platform_public_key_id: String,
    /// `scheme://host` of this platform as the channel reaches it.
    pub notify_base: String,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

impl fmt::Debug for WechatPaySettings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WechatPaySettings({} at {})", self.mchid, self.endpoint)
    }
}

/// Settings that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadWechatPaySettings(pub String);

impl WechatPaySettings {
    pub(super) fn check(&self) -> Result<(), BadWechatPaySettings> {
        let bad = |says: &str| Err(BadWechatPaySettings(says.to_owned()));
        for (name, address) in [("endpoint", &self.endpoint), ("notify_base", &self.notify_base)] {
            let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://")).unwrap_or_default();
            if host.is_empty() || host.trim_end_matches('/').contains(['/', '?', '#', '@', ' ']) {
                return bad(&format!("{name} must be http(s)://host[:port] without a path, not {address:?}"));
            }
        }
        if self.apiv3_key.len() != 32 {
            return bad("the APIv3 key has 32 characters");
        }
        if self.mchid.is_empty() || self.appid.is_empty() || self.merchant_serial.is_empty() {
            return bad("mchid, appid and the serial of the merchant's certificate must be given");
        }
        if !self.platform_public_key_id.starts_with(wire::wechat_pay::PUBLIC_KEY_ID) {
            return bad("the id of the channel's public key begins with PUB_KEY_ID_");
        }
        Ok(())
    }
}
