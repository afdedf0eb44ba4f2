//! The dated figures of `[[devices]]` in `policy/devices.toml`.

use platform::policy::Section;
use serde::Deserialize;

/// How long a device's word holds (RNA-9).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DevicePolicy {
    /// A device with a key answers again after so many seconds.
    pub(crate) key_fresh_secs: i64,
    /// To look at what is one's own, an answer holds for so many seconds.
    pub(crate) key_look_secs: i64,
    /// How long a challenge may be answered that the page answers by itself, in seconds. Where somebody has to read and
    /// tap, it is `roaming_secs`.
    pub(crate) challenge_secs: i64,
    /// A device may leave its key so many seconds after its owner was authenticated on it.
    pub(crate) key_after_secs: i64,
    /// What is shown from a network whose address keeps changing holds for so many seconds at most.
    pub(crate) roaming_secs: i64,
    /// A session that showed itself so many seconds ago and is asked again is not asked by itself: the address changes.
    pub(crate) again_secs: i64,
}

impl Section for DevicePolicy {
    const NAME: &'static str = "devices";

    fn check(&self) -> Result<(), String> {
        let key = [self.key_fresh_secs, self.key_look_secs, self.challenge_secs, self.key_after_secs];
        let all = [&key[..], &[self.roaming_secs, self.again_secs]].concat();
        if all.iter().any(|secs| *secs <= 0) {
            return Err("every figure must be above 0".into());
        }
        // Proofs are kept a day after they ended; a challenge must not outlive them, or it could be answered twice.
        if all.iter().any(|secs| *secs > 3600) {
            return Err("no figure may be above an hour (3600)".into());
        }
        if self.key_look_secs < self.key_fresh_secs {
            return Err("key_look_secs may not be below key_fresh_secs: who may act may look".into());
        }
        if self.roaming_secs > self.key_look_secs || self.again_secs >= self.key_fresh_secs {
            return Err(
                "roaming_secs may not be above key_look_secs, and again_secs must be below key_fresh_secs".into()
            );
        }
        Ok(())
    }
}
