//! The dated figures of `policy/cards.toml` for the payment password.

use platform::policy::Section;
use serde::Deserialize;

/// No policy may allow more wrong tries than this (T10) …
pub(super) const MAX_TRIES: i64 = 6;
/// … in less than this, in seconds.
pub(super) const MIN_WINDOW_SECS: i64 = 86_400;

/// 电子社保卡支付密码 (RNA-3, T10).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayPasswordPolicy {
    /// Wrong tries within the window that lock it.
    pub tries: i64,
    /// That window, in seconds.
    pub window_secs: i64,
    /// How long it is locked, in seconds.
    pub lock_secs: i64,
    /// Whether a right try forgets the wrong ones before it.
    pub right_clears: bool,
    /// After so many seconds a try that was not judged right or wrong never will be.
    pub judge_secs: i64,
}

impl Section for PayPasswordPolicy {
    const NAME: &'static str = "pay_password";

    fn check(&self) -> Result<(), String> {
        if !(1..=MAX_TRIES).contains(&self.tries) {
            return Err(format!("tries must be from 1 to {MAX_TRIES}"));
        }
        if self.window_secs < MIN_WINDOW_SECS || self.lock_secs < MIN_WINDOW_SECS {
            return Err(format!("window_secs and lock_secs must be at least {MIN_WINDOW_SECS}"));
        }
        if !(10..=600).contains(&self.judge_secs) {
            return Err("judge_secs must be from 10 to 600".into());
        }
        Ok(())
    }
}
