//! What the adapter must be told: the section `[sms]` of the configuration.

use std::collections::BTreeMap;

use platform::Mode;
use platform::config::{Part, Section};
use serde_json::{Value, json};
use wire::aliyun_sms::PARTNER;

use crate::acs3::AccessKey;

/// One account at the provider.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// `https://dysmsapi.aliyuncs.com`, or the sandbox's address. No path: the provider signs `/`. Empty as it is read
    /// where nobody gave it: [`SmsSettings::at`] fills it in.
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

impl SmsSettings {
    /// The same account at `sandbox`, where the configuration does not say where the provider is.
    pub fn at(mut self, sandbox: &str) -> SmsSettings {
        if self.endpoint.is_empty() {
            sandbox.clone_into(&mut self.endpoint);
        }
        self
    }
}

impl Section for SmsSettings {
    const NAME: &'static str = PARTNER.name;
    const PORT: u16 = PARTNER.port;

    fn read(part: &mut Part<'_, '_>) -> SmsSettings {
        SmsSettings {
            endpoint: part.endpoint().unwrap_or_default(),
            key: AccessKey {
                id: part.own("access_key_id"),
                secret: part.secret("access_key_secret", "sandbox-secret").expose().clone(),
            },
            sign_name: part.needed("sign_name", "常州人社"),
            templates: templates(part),
            // Below the 90 s for which a parcel is leased, so that a call has ended before its lease does.
            timeout_ms: part.number("timeout_ms", 100..=60_000, 5_000).unsigned_abs(),
            calls_max: part.max_in_flight(),
        }
    }

    fn places(&self) -> usize {
        self.calls_max
    }

    fn account(&self) -> Value {
        json!({ "access_key_id": self.key.id, "access_key_secret": self.key.secret, "sign_name": self.sign_name })
    }
}

/// The provider's codes for our texts: a city without a template for one would lose it.
fn templates(part: &mut Part<'_, '_>) -> BTreeMap<String, String> {
    let templates = part.map("templates");
    let missing: Vec<&str> = part.texts().iter().copied().filter(|name| !templates.contains_key(*name)).collect();
    if part.mode() == Mode::Production && !missing.is_empty() {
        let names = missing.join(", ");
        part.wrong(
            "templates",
            format!("must name the provider's template for each text in production, for example verify = \"SMS_123456789\"; missing: {names}"),
        );
    }
    templates
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

#[cfg(test)]
mod tests {
    use platform::config::{Config, ConfigError, Known, Sections};

    use super::*;

    fn read(text: &str, vars: &[(&str, &str)]) -> Result<SmsSettings, ConfigError> {
        let vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let sections = Sections { known: &[Known::of::<SmsSettings>()], texts: &["verify", "device_bound"] };
        Config::from_text("renshe.toml", text, vars, &sections)?.section::<SmsSettings>().cloned()
    }

    /// What is said about this section; the rest of a production's file is wanting, and that is told too.
    fn told(text: &str) -> Vec<String> {
        let all = read(text, &[]).unwrap_err().to_string();
        all.lines().filter(|line| line.contains(": sms.")).map(str::to_owned).collect()
    }

    const PRODUCTION: &str = "mode = \"production\"\n[sms]\nendpoint = \"https://dysmsapi.aliyuncs.com\"\naccess_key_id = \"id\"\n\
                              access_key_secret = \"very-secret\"\nsign_name = \"常州人社\"\n[sms.templates]\nverify = \"SMS_1\"\n\
                              device_bound = \"SMS_6\"\n";

    #[test]
    fn a_demo_needs_nothing_and_asks_the_sandbox() {
        let settings = read("", &[]).unwrap();
        assert_eq!((settings.key.id.as_str(), settings.key.secret.as_str()), ("sandbox", "sandbox-secret"));
        assert_eq!((settings.sign_name.as_str(), settings.timeout_ms, settings.calls_max), ("常州人社", 5_000, 16));
        assert!(settings.templates.is_empty());
        assert_eq!(settings.at("http://127.0.0.1:8082").endpoint, "http://127.0.0.1:8082");
        let placed = read("[sms]\nendpoint = \"http://sms.example.cn\"\n", &[]).unwrap();
        assert_eq!(placed.at("http://127.0.0.1:8082").endpoint, "http://sms.example.cn");
    }

    #[test]
    fn what_was_written_is_read_and_its_secret_never_printed() {
        let text = "[sms]\naccess_key_id = \"id\"\naccess_key_secret = \"very-secret\"\ntimeout_ms = 60000\nmax_in_flight = 3\n";
        let settings = read(text, &[("RENSHE__SMS__TEMPLATES__VERIFY", "SMS_2")]).unwrap();
        assert_eq!((settings.timeout_ms, settings.places()), (60_000, 3));
        assert_eq!(settings.templates["verify"], "SMS_2");
        let shown = format!("{settings:?}");
        assert!(shown.contains("AccessKey(id)") && !shown.contains("very-secret"), "{shown}");
        let account = json!({ "access_key_id": "id", "access_key_secret": "very-secret", "sign_name": "常州人社" });
        assert_eq!(settings.account(), account);
    }

    #[test]
    fn production_has_an_account_of_its_own_and_a_template_for_each_text() {
        assert_eq!(told(PRODUCTION), [""; 0]);
        for (change, to, wanted) in [
            (
                "endpoint = \"https://dysmsapi.aliyuncs.com\"\n",
                "",
                "renshe.toml: sms.endpoint: must be given in production",
            ),
            ("https://", "http://", "renshe.toml:3: sms.endpoint: must begin with https:// in production"),
            ("\"id\"", "\"sandbox\"", "renshe.toml:4: sms.access_key_id: is the sandbox's account"),
            (
                "access_key_secret = \"very-secret\"\n",
                "",
                "renshe.toml: sms.access_key_secret: must be given in production",
            ),
            ("very-secret", "sandbox-secret", "renshe.toml:5: sms.access_key_secret: is the sandbox's secret"),
            ("sign_name = \"常州人社\"\n", "", "renshe.toml: sms.sign_name: must be given in production"),
            ("device_bound = \"SMS_6\"\n", "", "renshe.toml: sms.templates: must name"),
            ("sign_name", "timeout_ms = 60001\nsign_name", "renshe.toml:6: sms.timeout_ms: 60001 is out of range"),
        ] {
            assert!(PRODUCTION.contains(change), "{change}");
            let told = told(&PRODUCTION.replace(change, to));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        }
        let one_short = told(&PRODUCTION.replace("device_bound = \"SMS_6\"\n", ""));
        assert!(one_short[0].ends_with("missing: device_bound"), "{one_short:?}");
    }
}
