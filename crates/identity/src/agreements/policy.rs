//! The dated versions of `[[agreements]]` in `policy/identity.toml`.

use kernel::Date;
use platform::policy::Section;
use serde::{Deserialize, Deserializer};

/// The versions whose words are in `locales/*/agreements.ftl`. A new text gets a new version here; which is in force is
/// policy's to say.
const TERMS: &str = "2026-11";
const PRIVACY: &str = "2026-11";

/// Which versions are in force.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgreementPolicy {
    /// Of the user agreement.
    pub(crate) terms: String,
    /// Of the privacy policy.
    pub(crate) privacy: String,
    /// The day that both name as theirs, `YYYY-MM-DD`.
    #[serde(deserialize_with = "date")]
    pub(crate) dated: Date,
}

impl Section for AgreementPolicy {
    const NAME: &'static str = "agreements";

    fn check(&self) -> Result<(), String> {
        if self.terms != TERMS || self.privacy != PRIVACY {
            return Err(format!("this program has the words of terms {TERMS:?} and privacy {PRIVACY:?} only"));
        }
        Ok(())
    }
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}
