//! An order is told to end: by the person, from the pay page or by cancelling what it pays for.

use std::sync::Arc;

use identity::PersonId;
use platform::Ctx;
use platform::db::Tx;

use super::apply::{self, ApplyError};
use super::begin::BeginError;
use super::drive::Payments;
use super::listen::{Listeners, Subject};
use super::model::{Cause, OrderId, OrderState, is_overdue};
use super::pen::Pen;
use super::store;
use crate::attempts::store as attempts;
use crate::calls::store as calls;
use crate::quotes::store as quotes;

/// Ends the order of a subject inside the closure of whoever owns the subject; what became of it, or `None` where
/// there is no order. What came in goes back by itself (drive it, or let the sweep).
///
/// # Errors
/// What broke; the closure must then fail.
pub fn stop_subject(
    tx: &mut Tx<'_>,
    pen: &Pen,
    (kind, subject): (Subject, &str),
    cause: Cause,
) -> Result<Option<(OrderId, OrderState)>, ApplyError> {
    let Some(order) = store::of_subject(tx, kind.as_str(), subject)? else { return Ok(None) };
    let Some(held) = store::hold(tx, &order.id)? else { return Ok(None) };
    let order = apply::stop(tx, pen, &held, cause)?;
    Ok(Some((order.id, order.state)))
}

/// What became of an order whose time somebody took to be over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It has ended, now or before.
    Yes,
    /// Its time is not over as things stand: something was begun, or paid, since somebody looked.
    NotYet,
}

/// Ends the order of a subject because its time is over, inside the closure of whoever owns the subject. Judged on the held
/// order: what whoever calls has read before may be so no longer. `None` where there is no order.
///
/// # Errors
/// What broke; the closure must then fail.
pub fn time_out_subject(
    tx: &mut Tx<'_>,
    pen: &Pen,
    (kind, subject): (Subject, &str),
) -> Result<Option<Ended>, ApplyError> {
    let Some(order) = store::of_subject(tx, kind.as_str(), subject)? else { return Ok(None) };
    let Some(held) = store::hold(tx, &order.id)? else { return Ok(None) };
    if held.view.stop.is_none() && !is_overdue(&held.view, pen.now) {
        return Ok(Some(Ended::NotYet));
    }
    apply::stop(tx, pen, &held, Cause::TimedOut)?;
    Ok(Some(Ended::Yes))
}

/// The person gives an unpaid or half-paid order up. What is paid in full is cancelled where it was booked, within
/// that place's own rules.
///
/// # Errors
/// See [`BeginError`].
pub async fn give_up(pay: &Payments, ctx: &Ctx, person: &PersonId, id: &OrderId) -> Result<OrderState, BeginError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "page")?;
    let order = {
        let (person, id) = (person.clone(), id.clone());
        ctx.db.read("payment.give_up.glance", move |tx| store::of_person(tx, &person, &id)).await?
    };
    let order = order.ok_or(BeginError::NotFound)?;
    let id = id.clone();
    let done = ctx.db.write(order.lane_key(), "payment.give_up", move |tx| -> Result<_, BeginError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.ok_or(BeginError::NotFound)?;
        match held.state {
            OrderState::Settled | OrderState::Blocked => Err(BeginError::State(held.state)),
            state if state.is_over() => Ok(state),
            _ => Ok(apply::stop(tx, &pen, &held, Cause::Cancelled)?.state),
        }
    });
    done.await
}

/// Lets a blocked order go on, after a person has looked: its partners are asked anew. Whoever is called for a refund that did
/// not arrive is called still: that ends by what is done about the refund ([`super::refunds`]).
///
/// # Errors
/// See [`BeginError`].
pub async fn unblock(listeners: &Arc<Listeners>, ctx: &Ctx, id: &OrderId) -> Result<OrderState, BeginError> {
    let pen = Pen::new(ctx, Arc::clone(listeners), "operator")?;
    let found = {
        let id = id.clone();
        ctx.db.read("payment.unblock.glance", move |tx| store::find(tx, &id)).await?
    };
    let order = found.ok_or(BeginError::NotFound)?;
    let id = id.clone();
    let done = ctx.db.write(order.lane_key(), "payment.unblock", move |tx| -> Result<_, BeginError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.ok_or(BeginError::NotFound)?;
        store::set_blocked(tx, &held.id, None)?;
        calls::done_but_refunds(tx, held.id.as_str(), pen.now)?;
        attempts::look_now(tx, &held.id, pen.now)?;
        quotes::forget(tx, &held.id)?;
        tx.audit(pen.ctx.act("payment.unblocked", held.id.as_str(), serde_json::json!({ "was": held.blocked })));
        Ok(apply::follow(tx, &pen, &held)?.state)
    });
    done.await
}
