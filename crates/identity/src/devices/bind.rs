//! Binding a device, which follows from real-name authentication on it (RNA-9).

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::model::{DeviceId, DeviceProofId, How};
use super::store::{self, NewProof};
use crate::askers::Place;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::PersonId;
use crate::sessions::{self, SessionId};

/// The browser on which somebody is authenticated.
pub(crate) struct BindFrom<'a> {
    /// The device's name out of its cookie; empty where it has none.
    pub(crate) word: &'a str,
    /// The session; `None` for a visitor.
    pub(crate) session: Option<&'a SessionId>,
    /// From where it asks.
    pub(crate) place: &'a Place,
}

/// A device ready to be bound to the person who was authenticated on it.
#[derive(Clone)]
pub(crate) struct Binding {
    pub(super) id: DeviceId,
    pub(super) proof: DeviceProofId,
    pub(super) person: PersonId,
    pub(super) word: String,
    pub(super) label: String,
    pub(super) now: Moment,
    session: Option<SessionId>,
    place: Place,
    message: PreparedMessage,
    bound: AuditEntry,
}

impl Binding {
    /// Draws ids, reads how the device calls itself, and seals the message to its owner.
    pub(crate) async fn prepare(ctx: &Ctx, from: &BindFrom<'_>, person: &PersonId) -> Result<Binding, Failure> {
        let (id, now): (DeviceId, Moment) = (ctx.id(), ctx.now());
        let label = match from.session.cloned() {
            Some(session) => ctx.db.read("device.label", move |tx| sessions::store::label(tx, &session)).await?,
            None => None,
        };
        let label = label.unwrap_or_default();
        // The owner is told on every channel, so that they hear of it if it was not them (T11).
        let message = messages::prepare(ctx, person, "device_bound", &told(&label, now), true).await?;
        Ok(Binding {
            bound: ctx.act("device.bound", id.as_str(), json!({ "person": person.as_str() })),
            id,
            proof: ctx.id(),
            person: person.clone(),
            word: from.word.to_owned(),
            label,
            now,
            session: from.session.cloned(),
            place: from.place.clone(),
            message,
        })
    }
}

/// What a message about a device says of it.
pub(crate) fn told(label: &str, at: Moment) -> serde_json::Value {
    let (zh, en) = if label.is_empty() { ("一部设备", "a device") } else { (label, label) };
    json!({ "device": zh, "device_en": en, "told_at": at.ms(), "link": "/devices" })
}

/// Binds the device, or notes that its owner was authenticated on it again; this session has thereby
/// shown on which device it is. Runs in the closure of the proof.
pub(crate) fn bind(tx: &mut Tx<'_>, new: &Binding) -> Result<(), DbFault> {
    // A browser that keeps no cookies is nobody's device, so it is asked for authentication each time.
    if new.word.is_empty() {
        return Ok(());
    }
    let device = match store::renew(tx, &new.person, &new.word, new.now)? {
        Some(id) => id,
        None => insert(tx, new)?,
    };
    let Some(session) = &new.session else { return Ok(()) };
    let proof = NewProof {
        id: new.proof.clone(),
        session: session.clone(),
        device,
        how: How::Fresh,
        nonce: new.proof.as_str().to_owned(),
        place: new.place.clone(),
        roams: None,
        now: new.now,
    };
    store::insert_proof(tx, &proof)?;
    Ok(())
}

fn insert(tx: &mut Tx<'_>, new: &Binding) -> Result<DeviceId, DbFault> {
    if store::insert(tx, new)? {
        messages::insert(tx, &new.message)?;
        tx.audit(new.bound.clone());
        return Ok(new.id.clone());
    }
    // Another instance bound the same browser meanwhile.
    store::renew(tx, &new.person, &new.word, new.now)?.ok_or(DbFault::Busy)
}
