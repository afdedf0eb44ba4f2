//! How long traces of devices and face checks are kept (policy/keeping.toml, section `traces`), and the lane in which what
//! is old goes.

use platform::db::LaneKey;
use platform::policy::Section;
use serde::Deserialize;

/// Section `traces`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TracePolicy {
    /// So long after its end a device is known to have been somebody's, in days.
    pub ended_device_days: i64,
    /// So long the result of a face check is kept, and a consent after the last check that rests on it, in days.
    pub face_result_days: i64,
}

impl Section for TracePolicy {
    const NAME: &'static str = "traces";

    fn check(&self) -> Result<(), String> {
        // What devices showed is kept a week; a device must outlive it.
        if !(30..=36_500).contains(&self.ended_device_days) || !(180..=36_500).contains(&self.face_result_days) {
            return Err("ended_device_days must be 30 to 36500, face_result_days 180 to 36500".to_owned());
        }
        Ok(())
    }
}

/// Nobody else writes rows so old, so deleting them from a lane of its own disturbs no one.
pub(crate) fn wiping_lane() -> LaneKey {
    LaneKey::of("identity", "wipe")
}
