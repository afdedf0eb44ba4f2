//! The dated figures of `[[second_ways]]` in `policy/devices.toml`.

use platform::policy::Section;
use serde::Deserialize;

use crate::gates::Cap;

/// No policy may let a counter's code live longer than this, in seconds.
pub(crate) const MAX_COUNTER_SECS: i64 = 1800;
/// No policy may allow one asker more wrong tries at a counter's code than this.
const MAX_COUNTER_TRIES: i64 = 5;
/// No policy may allow all strangers together more. A code has eight digits, so that a thousand tries find it with a chance of
/// one in a hundred thousand; for comparison, a biometric check may take one stranger in a thousand for its person
/// (NIST SP 800-63B, 5.2.3).
const MAX_COUNTER_ALL_TRIES: i64 = 1000;
/// Wrong tries that any code may have borne: strangers' and the owner's.
pub(crate) const MAX_COUNTER_SUM: i64 = MAX_COUNTER_ALL_TRIES + MAX_COUNTER_TRIES;

/// The card with its password, and the code from a counter (RNA-11).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecondWayPolicy {
    /// Wrong card passwords a person may try within the window. Keep it below the card system's own limit.
    pub(crate) card_tries: usize,
    /// Cards that were not the person's which one browser or neighbourhood may name within the window.
    pub(crate) card_misses: usize,
    /// The same of all strangers together, about one person; and, counted apart, about one card.
    pub(crate) card_all_misses: usize,
    /// That window, in seconds.
    pub(crate) card_window_secs: i64,
    /// How long after a card was named its code and its password may be entered, in seconds.
    pub(crate) card_code_secs: i64,
    /// Tries at cards and counters' codes from one network address within its window.
    pub(crate) address_limit: usize,
    /// That window, in seconds.
    pub(crate) address_window_secs: i64,
    /// A counter's code's life in seconds.
    pub(crate) counter_code_secs: i64,
    /// Wrong tries that shut a counter's code for whoever made them: its owner, or one stranger.
    pub(crate) counter_tries: i64,
    /// Wrong tries of all strangers together that shut it for strangers; its owner has their own.
    pub(crate) counter_all_tries: i64,
}

impl Section for SecondWayPolicy {
    const NAME: &'static str = "second_ways";

    fn check(&self) -> Result<(), String> {
        let secs = [self.card_window_secs, self.card_code_secs, self.address_window_secs, self.counter_code_secs];
        if secs.iter().any(|secs| *secs <= 0) || self.counter_tries <= 0 {
            return Err("every figure must be above 0".into());
        }
        if self.card_tries == 0 || self.card_tries > 10 || self.address_limit == 0 {
            return Err("card_tries must be 1 to 10, address_limit at least 1".into());
        }
        if self.card_misses == 0 || self.card_all_misses < self.card_misses {
            return Err("card_misses must be at least 1, card_all_misses at least card_misses".into());
        }
        if self.counter_code_secs > MAX_COUNTER_SECS || self.counter_tries > MAX_COUNTER_TRIES {
            return Err(
                "a counter's code lives half an hour (1800) and bears five wrong tries of one asker at most".into()
            );
        }
        if !(self.counter_tries..=MAX_COUNTER_ALL_TRIES).contains(&self.counter_all_tries) {
            return Err("counter_all_tries must be from counter_tries to 1000".into());
        }
        Ok(())
    }
}

impl SecondWayPolicy {
    /// How often may be asked from one network neighbourhood.
    pub(crate) fn cap(&self) -> Cap {
        Cap { limit: self.address_limit, window_secs: self.address_window_secs }
    }
}
