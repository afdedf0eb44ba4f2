//! The figures of login (policy/identity.toml, section `login`).

use platform::policy::Section;
use serde::Deserialize;

use crate::gates::Cap;

/// Login and its growing lock-out (ACC-3).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginPolicy {
    /// Wrong passwords before each lock, on a known device or from one network neighbourhood.
    pub tries: i64,
    /// The same of all strangers to a name together.
    pub strangers_tries: i64,
    /// Length of the first lock, the second, …; the last holds for all that follow. Seconds.
    pub lock_secs: Vec<i64>,
    /// After so many seconds without a wrong try the ladder starts anew.
    pub forget_secs: i64,
    /// How long a device that logged in keeps its own budget, in days.
    pub device_days: i64,
    /// Attempts from one address within the window.
    pub address_limit: usize,
    /// That window, in seconds.
    pub address_window_secs: i64,
}

impl Section for LoginPolicy {
    const NAME: &'static str = "login";

    fn check(&self) -> Result<(), String> {
        positive("tries", self.tries)?;
        if self.strangers_tries < self.tries {
            return Err("strangers_tries may not be below tries: all strangers together have no less than one".into());
        }
        positive("forget_secs", self.forget_secs)?;
        positive("device_days", self.device_days)?;
        positive("address_window_secs", self.address_window_secs)?;
        if self.lock_secs.is_empty() || self.lock_secs.iter().any(|secs| *secs <= 0) {
            return Err("lock_secs needs at least one length, each above 0".into());
        }
        if self.lock_secs.windows(2).any(|pair| pair[1] < pair[0]) {
            return Err("lock_secs must not shrink".into());
        }
        if self.address_limit == 0 {
            return Err("address_limit must be at least 1".into());
        }
        Ok(())
    }
}

impl LoginPolicy {
    /// How often may be asked from one network neighbourhood.
    pub(crate) fn cap(&self) -> Cap {
        Cap { limit: self.address_limit, window_secs: self.address_window_secs }
    }
}

fn positive(name: &str, value: i64) -> Result<(), String> {
    if value > 0 { Ok(()) } else { Err(format!("{name} must be above 0")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ladder_that_shrinks_is_refused() {
        let mut policy = login();
        assert_eq!(policy.check(), Ok(()));
        policy.lock_secs = vec![300, 60];
        assert!(policy.check().is_err());
        policy.lock_secs = vec![];
        assert!(policy.check().is_err());
    }

    fn login() -> LoginPolicy {
        LoginPolicy {
            tries: 5,
            strangers_tries: 50,
            lock_secs: vec![60, 300, 900, 3600],
            forget_secs: 86_400,
            device_days: 180,
            address_limit: 300,
            address_window_secs: 600,
        }
    }
}
