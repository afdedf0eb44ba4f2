//! What the adapter must be told: the section `[cards]` of the configuration.

use platform::config::{Part, Section};
use serde_json::{Value, json};
use wire::card_system::PARTNER;

use crate::tif::TifAccount;

/// One channel's account at the card system.
#[derive(Debug, Clone)]
pub struct CardSettings {
    /// `https://host`, or the sandbox's address. Empty as it is read where nobody gave it: [`CardSettings::at`] fills it
    /// in.
    pub endpoint: String,
    /// The account at the gateway.
    pub account: TifAccount,
    /// The channel that issues electronic cards.
    pub channel: String,
    /// How long one call may take, milliseconds.
    pub timeout_ms: u64,
    /// Calls under way at once, at most.
    pub calls_max: usize,
}

impl CardSettings {
    /// The same account at `sandbox`, where the configuration does not say where the card system is.
    pub fn at(mut self, sandbox: &str) -> CardSettings {
        if self.endpoint.is_empty() {
            sandbox.clone_into(&mut self.endpoint);
        }
        self
    }
}

impl Section for CardSettings {
    const NAME: &'static str = PARTNER.name;
    const PORT: u16 = PARTNER.port;

    fn read(part: &mut Part<'_, '_>) -> CardSettings {
        CardSettings {
            endpoint: part.endpoint().unwrap_or_default(),
            account: TifAccount::read(part),
            channel: part.needed("channel", "3204000001"),
            timeout_ms: part.timeout_ms(),
            calls_max: part.max_in_flight(),
        }
    }

    fn places(&self) -> usize {
        self.calls_max
    }

    fn account(&self) -> Value {
        json!({ "paasid": self.account.paasid, "token": self.account.token, "channel": self.channel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::section::{read, told};

    const PRODUCTION: &str = "mode = \"production\"\n[cards]\nendpoint = \"https://cards.example.cn\"\npaasid = \"czrs\"\n\
                              token = \"very-secret\"\nchannel = \"3204000009\"\n";

    #[test]
    fn a_demo_needs_nothing_and_asks_the_sandbox() {
        let settings = read::<CardSettings>("").unwrap();
        assert_eq!((settings.account.paasid.as_str(), settings.account.token.as_str()), ("sandbox", "sandbox-token"));
        assert_eq!((settings.channel.as_str(), settings.timeout_ms, settings.calls_max), ("3204000001", 5_000, 16));
        assert_eq!(settings.at("http://127.0.0.1:8086").endpoint, "http://127.0.0.1:8086");
        let placed = read::<CardSettings>("[cards]\nendpoint = \"http://cards.example.cn\"\n").unwrap();
        assert_eq!(placed.at("http://127.0.0.1:8086").endpoint, "http://cards.example.cn");
    }

    #[test]
    fn what_was_written_is_read_and_its_secret_never_printed() {
        let text = "[cards]\npaasid = \"czrs\"\ntoken = \"very-secret\"\nchannel = \"9\"\ntimeout_ms = 700\nmax_in_flight = 3\n";
        let settings = read::<CardSettings>(text).unwrap();
        assert_eq!((settings.timeout_ms, settings.places()), (700, 3));
        let shown = format!("{settings:?}");
        assert!(shown.contains("TifAccount(czrs)") && !shown.contains("very-secret"), "{shown}");
        assert_eq!(settings.account(), json!({ "paasid": "czrs", "token": "very-secret", "channel": "9" }));
    }

    #[test]
    fn all_mistakes_are_told_with_their_lines() {
        assert_eq!(told::<CardSettings>(PRODUCTION), [""; 0]);
        for (change, to, wanted) in [
            (
                "endpoint = \"https://cards.example.cn\"\n",
                "",
                "renshe.toml: cards.endpoint: must be given in production",
            ),
            ("https://", "http://", "renshe.toml:3: cards.endpoint: must begin with https:// in production"),
            ("\"czrs\"", "\"sandbox\"", "renshe.toml:4: cards.paasid: is the sandbox's account"),
            ("paasid = \"czrs\"\n", "", "renshe.toml: cards.paasid: must be given in production"),
            ("very-secret", "sandbox-token", "renshe.toml:5: cards.token: is the sandbox's secret"),
            ("channel = \"3204000009\"\n", "", "renshe.toml: cards.channel: must be given in production"),
            ("channel", "max_in_flight = 0\nchannel", "renshe.toml:6: cards.max_in_flight: 0 is out of range"),
        ] {
            assert!(PRODUCTION.contains(change), "{change}");
            let told = told::<CardSettings>(&PRODUCTION.replace(change, to));
            assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        }
    }
}
