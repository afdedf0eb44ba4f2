//! Whether a browser is on a device of somebody's, as far as its cookie tells: enough to spend what is theirs, and not
//! to open anything.

use platform::db::{DbFault, Tx};

use super::store;
use crate::askers::KnownDevice;
use crate::people::{AccountId, PersonId};

/// Whether the device that a browser names is this person's: their account was the last that somebody logged in to on it,
/// or they were proven on it and have not signed it out.
pub(crate) fn is_of(
    tx: &mut Tx<'_>,
    device: Option<&KnownDevice>,
    account: &AccountId,
    person: &PersonId,
) -> Result<bool, DbFault> {
    let Some(device) = device else { return Ok(false) };
    Ok(device.owner == *account || store::live(tx, person, &device.device)?.is_some())
}
