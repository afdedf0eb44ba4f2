//! Asking for an electronic card once somebody is authenticated (RNA-3, RNA-10).

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use platform::outbox::{self, Letter};
use serde_json::json;

use super::model::EcardId;
use super::store;
use crate::blind::ticket;
use crate::failure::Failure;
use crate::people::PersonId;

/// The outbox kind that carries an order to the card system.
pub(crate) const KIND: &str = "card_issue";

/// An order ready to be written down.
#[derive(Clone)]
pub(crate) struct Order {
    pub(super) id: EcardId,
    pub(super) person: PersonId,
    pub(super) request_no: String,
    pub(super) now: Moment,
    letter: Letter,
    entry: AuditEntry,
}

impl Order {
    /// Draws the card's id and our number for it, by which the card system knows a repeated order.
    pub(crate) async fn prepare(ctx: &Ctx, person: &PersonId) -> Result<Order, Failure> {
        let id: EcardId = ctx.id();
        let letter = Letter::new(ctx, KIND, id.as_str(), &json!({ "person": person.as_str() }))?;
        let entry = ctx.act("card.ordered", id.as_str(), json!({ "person": person.as_str() }));
        Ok(Order { person: person.clone(), request_no: ticket(ctx), now: ctx.now(), id, letter, entry })
    }
}

/// Orders the card, unless the person has one that has not ended: each authentication may call it.
pub(crate) fn order(tx: &mut Tx<'_>, new: &Order) -> Result<(), DbFault> {
    if store::insert(tx, new)? {
        outbox::post(tx, &new.letter)?;
        tx.audit(new.entry.clone());
    }
    Ok(())
}
