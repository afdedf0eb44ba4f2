//! The dated figures of `policy/cards.toml` for the card.

use platform::policy::Section;
use serde::Deserialize;

/// No policy may let a code live longer than this (I-D07), in seconds.
pub(super) const MAX_CODE_SECS: i64 = 60;
/// No policy may allow clocks to differ by more than this, in seconds.
pub(super) const MAX_SKEW_SECS: i64 = 10;

/// The electronic card (RNA-10).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardPolicy {
    /// A shown code's life in seconds.
    pub code_secs: i64,
    /// How far clocks of instances may differ, in seconds.
    pub skew_secs: i64,
    /// How old an answer about the physical card may be before it is asked for again, in seconds; 0 asks each time.
    pub state_fresh_secs: i64,
    /// How long the last answer holds while the card system is silent, in seconds.
    pub state_grace_secs: i64,
    /// How often each card is looked at in the background, in seconds.
    pub look_secs: i64,
    /// When a card that could not be asked about has its turn again, in seconds; `look_secs` at most.
    pub look_again_secs: i64,
    /// Cards looked at in one run of the job, at most; a run a minute.
    pub look_batch: i64,
    /// Looks of the job under way at once; below the card system's bulkhead, so that people get through.
    pub look_at_once: usize,
    /// How long a code's row is kept after its end, in seconds.
    pub code_keep_secs: i64,
    /// How long checks of codes are kept, in days.
    pub check_keep_days: i64,
}

impl Section for CardPolicy {
    const NAME: &'static str = "cards";

    fn check(&self) -> Result<(), String> {
        if !(15..=MAX_CODE_SECS).contains(&self.code_secs) {
            return Err(format!("code_secs must be from 15 to {MAX_CODE_SECS}"));
        }
        if !(0..=MAX_SKEW_SECS).contains(&self.skew_secs) {
            return Err(format!("skew_secs must be from 0 to {MAX_SKEW_SECS}"));
        }
        if self.state_fresh_secs < 0 || self.state_grace_secs < self.state_fresh_secs {
            return Err("state_fresh_secs must not be below 0, state_grace_secs at least as long".into());
        }
        if self.look_batch < 1 || self.look_at_once < 1 {
            return Err("look_batch and look_at_once must be above 0".into());
        }
        if self.look_secs < 60 || self.code_keep_secs < 3600 || self.check_keep_days < 1 {
            return Err("look_secs must be at least 60, code_keep_secs 3600, check_keep_days 1".into());
        }
        if !(60..=self.look_secs).contains(&self.look_again_secs) {
            return Err("look_again_secs must be from 60 to look_secs".into());
        }
        Ok(())
    }
}
