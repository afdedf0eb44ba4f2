//! Devices of the demo's people, vouched for instead of proven. Never in production.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::model::{DeviceId, DeviceProofId};
use super::store;
use crate::askers::Place;
use crate::people::PersonId;
use crate::sessions::SessionId;

/// A device to be vouched for.
#[derive(Clone)]
pub(crate) struct Vouched {
    pub(super) id: DeviceId,
    pub(super) proof: DeviceProofId,
    pub(super) word: String,
    pub(super) place: Place,
    pub(super) now: Moment,
    entry: AuditEntry,
}

impl Vouched {
    /// Draws the ids. `place` is where the browser will ask from.
    pub(crate) fn draw(ctx: &Ctx, word: &str, place: Place) -> Vouched {
        let id: DeviceId = ctx.id();
        let entry = ctx.act("device.bound", id.as_str(), json!({ "by": "vouched" }));
        Vouched { id, proof: ctx.id(), word: word.to_owned(), place, now: ctx.now(), entry }
    }
}

/// Binds it to its person and shows it for the session.
pub(crate) fn vouch(tx: &mut Tx<'_>, device: &Vouched, person: &PersonId, session: &SessionId) -> Result<(), DbFault> {
    tx.audit(device.entry.clone());
    store::vouch(tx, device, person, session)
}
