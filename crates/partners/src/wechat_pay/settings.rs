//! What the adapter must be told: the section `[wechat_pay]` of the configuration.

use std::net::{IpAddr, Ipv4Addr};

use platform::Mode;
use platform::config::{KeyFile, Part, Secret, Section};
use wire::wechat_pay::{PARTNER, PUBLIC_KEY_ID};

/// The merchant's account. In a demo without one, all of it is empty as it is read: [`WechatPaySettings::has_account`].
#[derive(Debug, Clone)]
pub struct WechatPaySettings {
    /// `https://api.mch.weixin.qq.com`, or the sandbox's address. Empty as it is read where nobody gave it:
    /// [`WechatPaySettings::at`] fills it in.
    pub endpoint: String,
    /// The merchant.
    pub mchid: String,
    /// The merchant's app.
    pub appid: String,
    /// The merchant's private keys, PKCS#8 PEM, under the serials of their certificates: the last whose time has come signs,
    /// so that a new one takes over without a stop.
    pub merchant_keys: Vec<KeyFile>,
    /// 32 characters.
    pub apiv3_key: Secret<String>,
    /// The channel's public keys and certificates, PEM, under `PUB_KEY_ID_…` or their serials. Answers and notices signed
    /// by any of them are believed; answers are asked for under the name of the first.
    pub platform_keys: Vec<KeyFile>,
    /// Whether certificates that are not among them are fetched from the channel: an account in public-key mode has none.
    pub fetches_certificates: bool,
    /// What is told as the address of a buyer who has none that the world knows.
    pub stand_in_ip: Option<IpAddr>,
    /// `scheme://host` of this platform as the channel reaches it. Empty as it is read where nobody gave it:
    /// [`WechatPaySettings::at`] fills it in.
    pub notify_base: String,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

impl Section for WechatPaySettings {
    const NAME: &'static str = PARTNER.name;
    const PORT: u16 = PARTNER.port;

    fn read(part: &mut Part<'_, '_>) -> WechatPaySettings {
        let merchant_keys = part.key_files("merchant_keys", ["merchant_serial", "merchant_key_file"]);
        let platform_keys = part.key_files("platform_keys", ["platform_public_key_id", "platform_public_key_file"]);
        let certificates = part.is_given("certificates").then(|| part.flag("certificates", false));
        let is_certificate = |key: &KeyFile| !key.serial.starts_with(PUBLIC_KEY_ID);
        let stand_in = (part.mode() == Mode::Demo).then_some(STAND_IN_IP);
        let told = "an address, for example \"203.0.113.1\"";
        let apiv3_key = part.needed("apiv3_key", "");
        if !apiv3_key.is_empty() && apiv3_key.len() != APIV3_KEY_LENGTH {
            part.wrong("apiv3_key", "must have 32 characters");
        }
        if platform_keys.iter().any(|key| !is_channels(&key.serial)) {
            part.wrong("platform_keys", CHANNELS_NAME);
        }
        if part.mode() == Mode::Production {
            demand_keys(part, merchant_keys.is_empty(), platform_keys.is_empty() && certificates != Some(true));
        }
        WechatPaySettings {
            endpoint: part.endpoint().unwrap_or_default(),
            mchid: part.needed("mchid", ""),
            appid: part.needed("appid", ""),
            merchant_keys,
            apiv3_key: Secret::new(apiv3_key),
            fetches_certificates: certificates.unwrap_or_else(|| platform_keys.iter().any(is_certificate)),
            platform_keys,
            stand_in_ip: part.parse("stand_in_ip", told, |text| text.parse().ok()).or(stand_in),
            notify_base: part.text_or("notify_base", ""),
            timeout_ms: part.timeout_ms(),
            calls_max: part.max_in_flight(),
        }
    }

    fn places(&self) -> usize {
        self.calls_max
    }
}

/// An address for documents: nobody has it, and the channel takes it where it refuses a machine's own.
const STAND_IN_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));

/// Production has keys of its own, and believes somebody's.
fn demand_keys(part: &mut Part<'_, '_>, no_own: bool, no_channels: bool) {
    if no_own {
        part.wrong("merchant_keys", "must be given in production, for example [\"5157F09E=/etc/renshe/key.pem\"]");
    }
    if no_channels {
        part.wrong(
            "platform_keys",
            "must be given in production, for example [\"PUB_KEY_ID_0119=/etc/renshe/pub_key.pem\"], unless wechat_pay.certificates is true",
        );
    }
}

const APIV3_KEY_LENGTH: usize = 32;

const CHANNELS_NAME: &str =
    "a key of the channel's is named PUB_KEY_ID_…, a certificate of the channel's by its serial in hexadecimal";

/// Whether the channel may have a key of this name.
fn is_channels(serial: &str) -> bool {
    let hexadecimal = !serial.is_empty() && serial.bytes().all(|byte| byte.is_ascii_hexdigit());
    serial.starts_with(PUBLIC_KEY_ID) || hexadecimal
}

/// Settings that could never work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadWechatPaySettings(pub String);

impl WechatPaySettings {
    /// The same account at `sandbox`, and reached at `own`, where the configuration does not say otherwise.
    pub fn at(mut self, sandbox: &str, own: &str) -> WechatPaySettings {
        for (place, known) in [(&mut self.endpoint, sandbox), (&mut self.notify_base, own)] {
            if place.is_empty() {
                known.clone_into(place);
            }
        }
        self
    }

    /// Whether the configuration has a whole account. One for production that has none is refused as it is read.
    pub fn has_account(&self) -> bool {
        let named = ![&self.mchid, &self.appid, self.apiv3_key.expose()].into_iter().any(String::is_empty);
        let believes = !self.platform_keys.is_empty() || self.fetches_certificates;
        named && !self.merchant_keys.is_empty() && believes
    }

    pub(super) fn check(&self) -> Result<(), BadWechatPaySettings> {
        let bad = |says: &str| Err(BadWechatPaySettings(says.to_owned()));
        for (name, address) in [("endpoint", &self.endpoint), ("notify_base", &self.notify_base)] {
            let host = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://")).unwrap_or_default();
            if host.is_empty() || host.trim_end_matches('/').contains(['/', '?', '#', '@', ' ']) {
                return bad(&format!("{name} must be http(s)://host[:port] without a path, not {address:?}"));
            }
        }
        if self.apiv3_key.expose().len() != APIV3_KEY_LENGTH {
            return bad("the APIv3 key has 32 characters");
        }
        let named = self.merchant_keys.iter().all(|key| !key.serial.is_empty()) && !self.merchant_keys.is_empty();
        if self.mchid.is_empty() || self.appid.is_empty() || !named {
            return bad("mchid, appid and a key of the merchant's with its serial must be given");
        }
        if self.platform_keys.is_empty() && !self.fetches_certificates {
            return bad("a key of the channel's must be given, or its certificates fetched");
        }
        if self.platform_keys.iter().all(|key| is_channels(&key.serial)) { Ok(()) } else { bad(CHANNELS_NAME) }
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
