//! What a person does about a refund that did not reach the buyer: says where the money goes that the channel keeps, or that
//! it was settled by other means. One person decides: that two agree is not asked here yet.

use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::apply;
use super::begin::BeginError;
use super::drive::Payments;
use super::listen::Listener;
use super::model::{OrderId, OrderState};
use super::pen::Pen;
use super::store::{self, Order};
use crate::attempts::hear::{Act, Heard, overtaken};
use crate::attempts::model::{Kind, State};
use crate::attempts::store::{self as attempts, Attempt};
use crate::calls::{self, store as standing};
use crate::ports::{ChannelError, Recipient, RefundState};

/// So long one look at the channel may take here.
const LOOK_SECS: i64 = 30;

/// Why nothing was done about a refund.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// The order has no refund that waits for a person in this way.
    #[error("the order has no refund that waits for this: see `renshe pay show`")]
    NoneWaits,
    /// Nothing is said of who says so, or how it was done.
    #[error("say who says so, and how it was settled")]
    NothingSaid,
    /// Somebody is asking the channel about it this very moment.
    #[error("the channel is being asked about this refund now: try again in half a minute")]
    BeingAsked,
    /// The channel did not do it, or did not say; the refund is asked about as before.
    #[error("the channel: {0}")]
    Channel(#[from] ChannelError),
    /// The order could not be changed.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// The refund of an order that is in one of these states, and its place.
fn waiting<'a>(order: &'a Order, states: &[State]) -> Option<(usize, &'a Attempt)> {
    let waits = |one: &Attempt| one.view.kind == Kind::Refund && states.contains(&one.view.state);
    order.attempts.iter().enumerate().find(|(_, one)| waits(one))
}

/// What is to become of the intention to say where a refund goes.
enum Taken {
    /// Nobody else is about it until then.
    Until(Moment),
    BeingAsked,
    NoneWaits,
}

/// Says where the money of an abnormal refund goes, and hears what the channel says of that. The recipient is kept nowhere; who
/// says so stands in the audit.
///
/// # Errors
/// See [`RefundError`]; what the channel answered last is asked for again in any case.
pub async fn redirect(
    pay: &Payments,
    ctx: &Ctx,
    id: &OrderId,
    (to, by): (&Recipient, &str),
) -> Result<RefundState, RefundError> {
    if by.trim().is_empty() {
        return Err(RefundError::NothingSaid);
    }
    let pen = Pen::new(ctx, Arc::clone(&pay.listener), "operator").map_err(BeginError::from)?;
    let wanted = id.clone();
    let found = ctx.db.read("payment.redirect.glance", move |tx| store::find(tx, &wanted)).await?;
    let order = found.ok_or(BeginError::NotFound)?;
    let (place, attempt) = waiting(&order, &[State::Abnormal]).ok_or(RefundError::NoneWaits)?;
    let channel_no = attempt.external_no.clone().ok_or(RefundError::NoneWaits)?;
    let (number, asked, kind, by) = (attempt.number.clone(), attempt.id.clone(), kind_of(to), by.trim().to_owned());
    let (told, id2) = (pen.clone(), id.clone());
    // Written before it is asked for: whoever looks later sees that it was. What the driver asks meanwhile would be told as it
    // stood before, so it waits.
    let intended = ctx.db.write(order.lane_key(), "payment.redirect", move |tx| -> Result<Taken, DbFault> {
        told.fresh();
        let held = store::hold(tx, &id2)?;
        let still = held.as_ref().and_then(|held| waiting(held, &[State::Abnormal])).filter(|(_, one)| one.id == asked);
        let Some((_, one)) = still else { return Ok(Taken::NoneWaits) };
        let until = told.now.plus_secs(LOOK_SECS);
        if !attempts::lease(tx, one, until, told.now)? {
            return Ok(Taken::BeingAsked);
        }
        let detail = json!({ "attempt": asked.as_str(), "to": kind, "by": by });
        tx.audit(told.ctx.act("payment.refund_redirected", id2.as_str(), detail));
        Ok(Taken::Until(until))
    });
    let until = match intended.await? {
        Taken::Until(until) => until,
        Taken::BeingAsked => return Err(RefundError::BeingAsked),
        Taken::NoneWaits => return Err(RefundError::NoneWaits),
    };
    let ctx2 = ctx.until(until);
    let state = pay.ports.wechat_pay.redirect_refund(&ctx2, &number, &channel_no, to).await;
    let heard = match &state {
        Ok(state) => Heard::Refund(state.clone()),
        Err(error) => Heard::Nothing(error.to_string()),
    };
    let id2 = id.clone();
    let written = ctx.db.write(order.lane_key(), "payment.redirected", move |tx| -> Result<(), BeginError> {
        pen.fresh();
        let Some(held) = store::hold(tx, &id2)? else { return Ok(()) };
        if held.attempts.get(place).is_some_and(|one| overtaken(&one.view, until)) {
            return Ok(());
        }
        apply::heard(tx, &pen, &held, (place, Act::AskRefund), &heard)?;
        Ok(())
    });
    written.await?;
    Ok(state?)
}

const fn kind_of(to: &Recipient) -> &'static str {
    match to {
        Recipient::Buyer { .. } => "buyer",
        Recipient::Merchant => "merchant",
    }
}

/// Writes down that a refund which did not reach the buyer was settled by other means: who says so, and how it was done.
/// The channel is not told: the money it had is the institution's.
///
/// # Errors
/// See [`RefundError`].
pub async fn settled_outside(
    listener: &Arc<dyn Listener>,
    ctx: &Ctx,
    id: &OrderId,
    (by, how): (&str, &str),
) -> Result<OrderState, RefundError> {
    if by.trim().is_empty() || how.trim().is_empty() {
        return Err(RefundError::NothingSaid);
    }
    let pen = Pen::new(ctx, Arc::clone(listener), "operator").map_err(BeginError::from)?;
    let wanted = id.clone();
    let found = ctx.db.read("payment.outside.glance", move |tx| store::find(tx, &wanted)).await?;
    let order = found.ok_or(BeginError::NotFound)?;
    let (id, by, how) = (id.clone(), by.trim().to_owned(), how.trim().to_owned());
    let done = ctx.db.write(order.lane_key(), "payment.outside", move |tx| -> Result<Option<OrderState>, BeginError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.ok_or(BeginError::NotFound)?;
        // Only what is closed is the institution's again: what the channel keeps, it may still hand out.
        let Some((place, one)) = waiting(&held, &[State::Closed]) else { return Ok(None) };
        attempts::settled_by(tx, one, &by, &how)?;
        looked_after(tx, &pen, &held, place)?;
        let detail = json!({ "attempt": one.id.as_str(), "by": by, "how": how });
        tx.audit(pen.ctx.act("payment.settled_outside", id.as_str(), detail));
        Ok(Some(apply::heard(tx, &pen, &held, (place, Act::AskRefund), &Heard::Outside)?.state))
    });
    done.await?.ok_or(RefundError::NoneWaits)
}

/// Nobody is called any more for the refund at this place. One call stands for all refunds of an order that wait in one way,
/// and for nothing else: it ends with the last of them.
fn looked_after(tx: &mut Tx<'_>, pen: &Pen, held: &Order, settled: usize) -> Result<(), DbFault> {
    for (state, reason) in [(State::Abnormal, calls::REFUND_ABNORMAL), (State::Closed, calls::REFUND_CLOSED)] {
        let waits = |one: &Attempt| one.view.kind == Kind::Refund && one.view.state == state;
        if !held.attempts.iter().enumerate().any(|(place, one)| place != settled && waits(one)) {
            standing::done_for(tx, held.id.as_str(), reason, pen.now)?;
        }
    }
    Ok(())
}
