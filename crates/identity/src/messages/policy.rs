//! How long messages are kept and how many texts go with them (policy/keeping.toml, section `messages`).

use platform::policy::Section;
use serde::Deserialize;

/// Section `messages`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessagePolicy {
    /// So long a message is kept, read or not, in days: it is what a person was told.
    pub keep_days: i64,
    /// Texts of one kind to one person in a civil day (T01); what is more stands in the app only.
    pub texts_a_day: i64,
}

impl Section for MessagePolicy {
    const NAME: &'static str = "messages";

    fn check(&self) -> Result<(), String> {
        if !(180..=36_500).contains(&self.keep_days) {
            return Err("keep_days must be 180 to 36500".to_owned());
        }
        if !(1..=100).contains(&self.texts_a_day) {
            return Err("texts_a_day must be 1 to 100".to_owned());
        }
        Ok(())
    }
}
