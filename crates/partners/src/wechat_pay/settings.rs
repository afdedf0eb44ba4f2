//! What the adapter must be told, as plain values; the server fills it from the configuration.

use std::fmt;
use std::net::IpAddr;

use kernel::Moment;
use wire::wechat_pay::PUBLIC_KEY_ID;

/// The merchant's account. Its `Debug` shows no key.
#[derive(Clone)]
pub struct WechatPaySettings {
    /// `https://api.mch.weixin.qq.com`, or the sandbox's address.
    pub endpoint: String,
    /// The merchant.
    pub mchid: String,
    /// The merchant's app.
    pub appid: String,
    /// The merchant's keys: the last whose time has come signs, so that a new one takes over without a stop.
    pub merchant_keys: Vec<MerchantKey>,
    /// 32 characters.
    pub apiv3_key: String,
    /// The channel's public keys and certificates. Answers and notices signed by any of them are believed; answers are asked
    /// for under the name of the first.
    pub platform_keys: Vec<PlatformKey>,
    /// Whether certificates that are not among them are fetched from the channel: an account in public-key mode has none.
    pub fetches_certificates: bool,
    /// What is told as the address of a buyer who has none that the world knows.
    pub stand_in_ip: Option<IpAddr>,
    /// `scheme://host` of this platform as the channel reaches it.
    pub notify_base: String,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

/// A key of the merchant's.
#[derive(Clone)]
pub struct MerchantKey {
    /// The serial of its certificate.
    pub serial: String,
    /// The private key, PKCS#8 PEM.
    pub pem: String,
    /// It signs from then on; from the beginning where nothing is said.
    pub from: Option<Moment>,
}

/// A key of the channel's.
#[derive(Clone)]
pub struct PlatformKey {
    /// `PUB_KEY_ID_…`, or a certificate's serial.
    pub serial: String,
    /// A public key, or a certificate; PEM.
    pub pem: String,
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
        let named = self.merchant_keys.iter().all(|key| !key.serial.is_empty()) && !self.merchant_keys.is_empty();
        if self.mchid.is_empty() || self.appid.is_empty() || !named {
            return bad("mchid, appid and a key of the merchant's with its serial must be given");
        }
        if self.platform_keys.is_empty() && !self.fetches_certificates {
            return bad("a key of the channel's must be given, or its certificates fetched");
        }
        for key in &self.platform_keys {
            let hexadecimal = !key.serial.is_empty() && key.serial.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !key.serial.starts_with(PUBLIC_KEY_ID) && !hexadecimal {
                return bad("a key of the channel's is named PUB_KEY_ID_…, a certificate by its serial in hexadecimal");
            }
        }
        Ok(())
    }
}
