//! How long what the outbox carried is kept (policy/keeping.toml, section `outbox`).

use serde::Deserialize;

use crate::policy::Section;

/// Section `outbox`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutboxPolicy {
    /// How many days rows are kept after their end.
    pub keep_days: i64,
}

impl Section for OutboxPolicy {
    const NAME: &'static str = "outbox";

    fn check(&self) -> Result<(), String> {
        if (1..=3_650).contains(&self.keep_days) { Ok(()) } else { Err("keep_days must be 1 to 3650".to_owned()) }
    }
}
