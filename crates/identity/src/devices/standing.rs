//! Whether a session may pass the gate on the device it claims to be on.

use kernel::Moment;
use platform::db::{DbFault, Tx};

use super::model::holds;
use super::policy::DevicePolicy;
use super::store;
use crate::askers::Place;
use crate::people::PersonId;
use crate::sessions::SessionId;

/// Where a session's device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is the owner's device, and it has just proved so.
    Proven,
    /// Its owner's, and it showed so some minutes ago: enough to look at what is one's own, not to act.
    Lately,
    /// It says that it is the owner's device, and has to prove so at `/devices/prove`.
    Challenge,
    /// Not one of this person's devices: real-name authentication again.
    New,
}

/// Judges the device of a session. `device` is the word of its cookie, `from` its [`place`](super::place()).
pub(crate) fn standing(
    tx: &mut Tx<'_>,
    session: &SessionId,
    person: &PersonId,
    device: &str,
    from: &Place,
    now: Moment,
    policy: &DevicePolicy,
) -> Result<Standing, DbFault> {
    let Some(device) = store::live(tx, person, device)? else { return Ok(Standing::New) };
    let shown = store::shown(tx, session, &device.id, from, now.minus_secs(policy.key_look_secs))?;
    let within = |secs| shown.iter().any(|(_, shown)| holds(*shown, device.has_key, now, secs, policy.roaming_secs));
    Ok(match (within(policy.key_fresh_secs), within(policy.key_look_secs)) {
        (true, _) => Standing::Proven,
        (false, true) => Standing::Lately,
        (false, false) => Standing::Challenge,
    })
}
