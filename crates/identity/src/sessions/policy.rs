//! The figures of sessions (policy/identity.toml, section `sessions`).

use platform::policy::Section;
use serde::Deserialize;

/// How long a session lives.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPolicy {
    /// A citizen's session ends when unused for so many seconds.
    pub idle_secs: i64,
    /// And so many seconds after login in any case.
    pub absolute_secs: i64,
    /// "Last seen" is written at most once in so many seconds.
    pub seen_secs: i64,
    /// A desk session ends so many seconds after login.
    pub staff_absolute_secs: i64,
    /// And when unused for so many seconds.
    pub staff_idle_secs: i64,
}

impl Section for SessionPolicy {
    const NAME: &'static str = "sessions";

    fn check(&self) -> Result<(), String> {
        positive("idle_secs", self.idle_secs)?;
        positive("absolute_secs", self.absolute_secs)?;
        positive("seen_secs", self.seen_secs)?;
        positive("staff_absolute_secs", self.staff_absolute_secs)?;
        positive("staff_idle_secs", self.staff_idle_secs)?;
        if self.seen_secs >= self.idle_secs.min(self.staff_idle_secs) {
            return Err(
                "seen_secs must be shorter than idle_secs and staff_idle_secs, or a used session would end".into()
            );
        }
        Ok(())
    }
}

fn positive(name: &str, value: i64) -> Result<(), String> {
    if value > 0 { Ok(()) } else { Err(format!("{name} must be above 0")) }
}
