//! What a person does about a refund that did not reach the buyer: says where the money goes that the channel keeps, or that
//! it was paid by other means. One person decides: that two agree is not asked here yet.

use std::sync::Arc;

use kernel::{Fen, Moment};
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::act::port_of_question;
use super::apply;
use super::begin::BeginError;
use super::drive::Payments;
use super::listen::Listeners;
use super::model::{OrderId, OrderState};
use super::pen::Pen;
use super::store::{self, Order};
use crate::attempts::hear::{Act, Heard, overtaken};
use crate::attempts::model::{Kind, State};
use crate::attempts::store::{self as attempts, Attempt};
use crate::ports::{ChannelError, Recipient, RefundState};

/// So long one look at the channel may take here.
const LOOK_SECS: i64 = 30;

/// Why nothing was done about a refund.
#[derive(Debug, thiserror::Error)]
pub enum RefundError {
    /// The order has no refund that waits for a person in this way, or the attempt that was named is none.
    #[error("the order has no refund that waits for this: see `renshe pay show`")]
    NoneWaits,
    /// More than one refund of the order waits for this, and none was named: their numbers in the order, and how much each is of.
    #[error("more than one refund of the order waits for this, name one by its number (--attempt): {}", listed(.0))]
    SeveralWait(Vec<(i64, Fen)>),
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

fn listed(waiting: &[(i64, Fen)]) -> String {
    let each: Vec<String> = waiting.iter().map(|(n, amount)| format!("{n} ({amount} yuan)")).collect();
    each.join(", ")
}

/// The refund that is meant, with its place: the attempt of this number, or the only one that waits in this state. Where several
/// wait nobody guesses: one buyer's money would go to the card of another.
fn waiting(order: &Order, n: Option<i64>, state: State) -> Result<(usize, &Attempt), RefundError> {
    let waits = |one: &Attempt| {
        one.view.kind == Kind::Refund && one.view.state == state && n.is_none_or(|wanted| wanted == one.n)
    };
    let found: Vec<(usize, &Attempt)> = order.attempts.iter().enumerate().filter(|(_, one)| waits(one)).collect();
    match found.as_slice() {
        [] => Err(RefundError::NoneWaits),
        [one] => Ok(*one),
        several => Err(RefundError::SeveralWait(several.iter().map(|(_, one)| (one.n, one.view.amount)).collect())),
    }
}

/// Says where the money of an abnormal refund goes, and hears what the channel says of that. The refund is the attempt of this
/// number in the order; without a number, the only one that waits for this. The recipient is kept nowhere; who says so stands in
/// the audit.
///
/// # Errors
/// See [`RefundError`]; what the channel answered last is asked for again in any case.
pub async fn redirect(
    pay: &Payments,
    ctx: &Ctx,
    (id, n): (&OrderId, Option<i64>),
    (to, by): (&Recipient, &str),
) -> Result<RefundState, RefundError> {
    if by.trim().is_empty() {
        return Err(RefundError::NothingSaid);
    }
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "operator").map_err(BeginError::from)?;
    let wanted = id.clone();
    let found = ctx.db.read("payment.redirect.glance", move |tx| store::find(tx, &wanted)).await?;
    let order = found.ok_or(BeginError::NotFound)?;
    let (place, attempt) = waiting(&order, n, State::Abnormal)?;
    let channel_no = attempt.external_no.clone().ok_or(RefundError::NoneWaits)?;
    let (number, n, kind, by) = (attempt.number.clone(), attempt.n, kind_of(to), by.trim().to_owned());
    let (told, id2) = (pen.clone(), id.clone());
    // Written before it is asked for: whoever looks later sees that it was. What the driver asks meanwhile would be told as it
    // stood before, so it waits.
    let intended = ctx.db.write(order.lane_key(), "payment.redirect", move |tx| -> Result<Moment, RefundError> {
        told.fresh();
        let held = store::hold(tx, &id2)?.ok_or(BeginError::NotFound)?;
        let (_, one) = waiting(&held, Some(n), State::Abnormal)?;
        let until = told.now.plus_secs(LOOK_SECS);
        if !attempts::lease(tx, one, until, told.now)? {
            return Err(RefundError::BeingAsked);
        }
        let detail = json!({ "attempt": one.id.as_str(), "to": kind, "by": by });
        tx.audit(told.ctx.act("payment.refund_redirected", id2.as_str(), detail));
        Ok(until)
    });
    let until = intended.await?;
    let ctx2 = ctx.until(until);
    let state = pay.ports.wechat_pay.redirect_refund(&ctx2, &number, &channel_no, to).await;
    let heard = match &state {
        Ok(state) => Heard::Refund(state.clone()),
        Err(error) => port_of_question(error.clone()),
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

/// Writes down that a refund which did not reach the buyer was paid by other means: who says so, and how it was done. The
/// refund is the attempt of this number in the order; without a number, the only one that waits for this. The channel is not
/// told: the money it had is the institution's.
///
/// # Errors
/// See [`RefundError`].
pub async fn paid_outside(
    listeners: &Arc<Listeners>,
    ctx: &Ctx,
    (id, n): (&OrderId, Option<i64>),
    (by, how): (&str, &str),
) -> Result<OrderState, RefundError> {
    if by.trim().is_empty() || how.trim().is_empty() {
        return Err(RefundError::NothingSaid);
    }
    let pen = Pen::new(ctx, Arc::clone(listeners), "operator").map_err(BeginError::from)?;
    let wanted = id.clone();
    let found = ctx.db.read("payment.outside.glance", move |tx| store::find(tx, &wanted)).await?;
    let order = found.ok_or(BeginError::NotFound)?;
    let (id, by, how) = (id.clone(), by.trim().to_owned(), how.trim().to_owned());
    let done = ctx.db.write(order.lane_key(), "payment.outside", move |tx| -> Result<OrderState, RefundError> {
        pen.fresh();
        let held = store::hold(tx, &id)?.ok_or(BeginError::NotFound)?;
        // Only what is closed is the institution's again: what the channel keeps, it may still hand out.
        let (place, one) = waiting(&held, n, State::Closed)?;
        attempts::paid_by(tx, one, &by, &how)?;
        let detail = json!({ "attempt": one.id.as_str(), "by": by, "how": how });
        // The act's word of old: entries are signed, and the checks count all of them.
        tx.audit(pen.ctx.act("payment.settled_outside", id.as_str(), detail));
        let paid = apply::heard(tx, &pen, &held, (place, Act::AskRefund), &Heard::Outside);
        Ok(paid.map_err(BeginError::from)?.state)
    });
    done.await
}
