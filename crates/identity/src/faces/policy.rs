//! The dated figures of `policy/faces.toml`.

use platform::policy::Section;
use serde::Deserialize;

use crate::gates::Cap;

/// No policy may allow more tries in 24 hours than this (RNA-3).
pub(crate) const MAX_TRIES: usize = 5;
/// No policy may allow all strangers together more tries at one person in 24 hours than this (T06).
pub(crate) const MAX_STRANGERS_TRIES: usize = 50;
/// No policy may let a check live longer than this (T07), in seconds.
const MAX_VALID_SECS: i64 = 300;

/// Face checks (RNA-3).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FacePolicy {
    /// Tries in any 24 hours for an ID number: of its owner, and of each stranger who says it.
    pub(crate) tries: usize,
    /// Tries of all strangers together.
    pub(crate) strangers_tries: usize,
    /// A check's life in seconds.
    pub(crate) valid_secs: i64,
    /// Days after which only the result is kept.
    pub(crate) keep_days: i64,
    /// What visitors who have not signed in may ask for from one address within the window.
    pub(crate) address_limit: usize,
    /// That window, in seconds.
    pub(crate) address_window_secs: i64,
}

impl FacePolicy {
    /// Tries within one budget, whoever makes them: an owner's are all the owner's.
    pub(crate) fn all_tries(&self) -> usize {
        self.strangers_tries.max(self.tries)
    }
}

impl Section for FacePolicy {
    const NAME: &'static str = "faces";

    fn check(&self) -> Result<(), String> {
        if !(1..=MAX_TRIES).contains(&self.tries) || !(1..=MAX_VALID_SECS).contains(&self.valid_secs) {
            return Err("a person has one to five tries a day, each good for five minutes (300) at most".into());
        }
        if self.strangers_tries < self.tries || self.strangers_tries > MAX_STRANGERS_TRIES {
            return Err("strangers_tries must be from tries to 50".into());
        }
        if self.keep_days < 1 || self.address_limit == 0 || self.address_window_secs < 1 {
            return Err("keep_days, address_limit and address_window_secs must be at least 1".into());
        }
        Ok(())
    }
}

impl FacePolicy {
    /// How often may be asked from one network neighbourhood.
    pub(crate) fn cap(&self) -> Cap {
        Cap { limit: self.address_limit, window_secs: self.address_window_secs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_try_more_than_five_times_or_wait_longer() {
        let policy = |tries, valid_secs| FacePolicy {
            tries,
            strangers_tries: 15,
            valid_secs,
            keep_days: 30,
            address_limit: 1,
            address_window_secs: 1,
        };
        assert_eq!(policy(5, 300).check(), Ok(()));
        for (tries, valid_secs) in [(6, 300), (0, 300), (5, 301), (5, 0)] {
            assert!(policy(tries, valid_secs).check().is_err());
        }
    }
}
