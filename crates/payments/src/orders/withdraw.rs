//! An offered payment is taken back, so that another can be offered: begun on a screen, to be paid on the phone in
//! hand. The channel closes it first; what was paid in the meantime counts.

use std::sync::Arc;

use identity::PersonId;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::apply;
use super::begin::BeginError;
use super::drive::Payments;
use super::model::OrderId;
use super::pen::Pen;
use super::store;
use crate::attempts::model::Kind;
use crate::attempts::store as attempts;
use crate::sim::planted::{Bug, bug};

/// Ends the time of what is offered. The caller drives afterwards: query, close, query. Nothing offered is fine.
///
/// # Errors
/// See [`BeginError`]; nothing has changed then.
pub(crate) async fn withdraw(pay: &Payments, ctx: &Ctx, person: &PersonId, id: &OrderId) -> Result<(), BeginError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
    let order = {
        let (person, id) = (person.clone(), id.clone());
        ctx.db.read("payment.withdraw.glance", move |tx| store::of_person(tx, &person, &id)).await?
    };
    let order = order.ok_or(BeginError::NotFound)?;
    let (person, id) = (person.clone(), id.clone());
    let done = ctx.db.write(order.lane_key(), "payment.withdraw", move |tx| -> Result<(), BeginError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.filter(|order| order.person == person).ok_or(BeginError::NotFound)?;
        let Some((place, _)) = held.view.live(Kind::Pay) else { return Ok(()) };
        let offered = held.attempts.get(place).ok_or_else(|| DbFault::Corrupt(format!("{id} has no such attempt")))?;
        if !bug(Bug::NotWithdrawn) {
            attempts::end_offer(tx, offered, pen.now)?;
        }
        tx.audit(pen.ctx.act("payment.withdrawn", held.id.as_str(), json!({ "attempt": offered.id.as_str() })));
        apply::follow(tx, &pen, &held)?;
        Ok(())
    });
    done.await
}
