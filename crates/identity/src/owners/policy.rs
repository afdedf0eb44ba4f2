//! The dated figures of `[[accounts]]` in `policy/identity.toml`.

use kernel::{DAY_SECS, Moment};
use platform::policy::Section;
use serde::Deserialize;

/// How long accounts are kept that belong to nobody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountPolicy {
    /// Days after sign-up at whose end an account goes unless its person was proven.
    pub(crate) unproven_days: i64,
    /// Days for which the rows of an account that has ended are kept.
    pub(crate) ended_days: i64,
    /// How long a corrected name waits for a proof, in seconds.
    pub(crate) name_secs: i64,
    /// How many names may be given in that time.
    pub(crate) name_wishes: i64,
}

impl AccountPolicy {
    /// When an account opened now goes unless its person is proven.
    pub(crate) fn unproven_until(&self, now: Moment) -> Moment {
        now.plus_secs(self.unproven_days * DAY_SECS)
    }

    /// When the rows of an account that ends now go.
    pub(crate) fn ended_until(&self, now: Moment) -> Moment {
        now.plus_secs(self.ended_days * DAY_SECS)
    }
}

impl Section for AccountPolicy {
    const NAME: &'static str = "accounts";

    fn check(&self) -> Result<(), String> {
        let days = [self.unproven_days, self.ended_days];
        if days.iter().any(|days| !(1..=3650).contains(days)) || self.name_secs < 1 || self.name_wishes < 1 {
            return Err("unproven_days and ended_days must be 1 to 3650, name_secs and name_wishes above 0".into());
        }
        Ok(())
    }
}
