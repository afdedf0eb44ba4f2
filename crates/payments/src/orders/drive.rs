//! The driver: does what [`next`](super::model::next) says until there is nothing to do now. Page, notice and
//! sweeper all end here; whoever comes second finds the work leased or done.
//!
//! ```text
//! read → decide → (closure: still so? lease, mark as sent) → call → (closure: hear) → again
//! ```

use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;

use super::act::call;
use super::apply::{self, ApplyError};
use super::asking::asking;
use super::listen::Listeners;
use super::model::{Next, OrderId, Undo, next};
use super::pen::Pen;
use super::store::{self, Order};
use super::tell::tell;
use crate::attempts::hear::{Act, Heard, overtaken};
use crate::attempts::model::{AttemptId, Event, Kind, Move, advance};
use crate::attempts::store::{self as attempts, Learned};
use crate::ports::PayPorts;
use crate::sim::planted::{Bug, bug};

/// Steps of one drive; what is left then is found by the next sweep.
const STEPS_MOST: usize = 24;

/// What paying needs from outside, and who listens.
#[derive(Clone)]
pub struct Payments {
    /// The partners.
    pub ports: PayPorts,
    /// Those that identity asks: who somebody is to the insurer.
    pub identity: Arc<identity::Ports>,
    /// The contexts whose things are paid.
    pub listeners: Arc<Listeners>,
}

/// Why a drive ended early; the sweep comes again.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The order could not be changed.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Something of identity's failed.
    #[error(transparent)]
    Identity(#[from] identity::Failure),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Drives one order as far as it goes now.
///
/// # Errors
/// What broke; nothing is lost by it.
pub async fn drive(pay: &Payments, ctx: &Ctx, id: &OrderId) -> Result<(), DriveError> {
    let mut untold = None;
    for _ in 0..STEPS_MOST {
        let Some(order) = load(ctx, id).await? else { break };
        if let Some(telling) = apply::to_tell(&order).filter(|_| untold.is_none()) {
            // If the words for a message cannot be found, the money goes on all the same.
            untold = tell(pay, ctx, &order, telling).await.err();
            continue;
        }
        if !step(pay, ctx, &order).await? {
            break;
        }
    }
    untold.map_or(Ok(()), Err)
}

/// Does what is next, if anything; false when there is nothing more to do now.
async fn step(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<bool, DriveError> {
    match next(&order.view, ctx.now()) {
        Next::Nothing => rest(pay, ctx, order).await.map(|()| false),
        Next::At(at) if order.next_at == Some(at) => Ok(false),
        Next::At(_) => rest(pay, ctx, order).await.map(|()| false),
        Next::Stop(cause) => {
            write(pay, ctx, order, move |tx, pen, held| match next(&held.view, pen.now) {
                Next::Stop(now) if now == cause => apply::stop(tx, pen, &held, cause).map(|_| true),
                _ => Ok(false),
            })
            .await
        }
        Next::Begin(undo) => begin(pay, ctx, order, undo).await,
        Next::Do(place, Act::Drop) => {
            write(pay, ctx, order, move |tx, pen, held| {
                if next(&held.view, pen.now) != Next::Do(place, Act::Drop) {
                    return Ok(false);
                }
                apply::heard(tx, pen, &held, (place, Act::Drop), &Heard::Dropped).map(|_| true)
            })
            .await
        }
        Next::Do(place, act) => act_on(pay, ctx, order, place, act).await,
    }
}

async fn load(ctx: &Ctx, id: &OrderId) -> Result<Option<Order>, DbFault> {
    let id = id.clone();
    ctx.db.read("payment.load", move |tx| store::find(tx, &id)).await
}

/// Sets the next look if none was set.
async fn rest(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<(), DriveError> {
    let wanted = match next(&order.view, ctx.now()) {
        Next::At(at) => Some(at),
        _ => None,
    };
    if order.next_at != wanted {
        write(pay, ctx, order, |tx, pen, held| apply::follow(tx, pen, &held).map(|_| true)).await?;
    }
    Ok(())
}

/// One closure over the held order, in its lane; nothing where it is gone.
async fn write<T, F>(pay: &Payments, ctx: &Ctx, order: &Order, body: F) -> Result<T, DriveError>
where
    T: Default + Send + 'static,
    F: Fn(&mut Tx<'_>, &Pen, Order) -> Result<T, ApplyError> + Send + 'static,
{
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "driver")?;
    let id = order.id.clone();
    let done = ctx.db.write(order.lane_key(), "payment.drive", move |tx| {
        pen.fresh();
        match store::hold(tx, &id)? {
            Some(held) => body(tx, &pen, held),
            None => Ok(T::default()),
        }
    });
    Ok(done.await?)
}

async fn begin(pay: &Payments, ctx: &Ctx, order: &Order, undo: Undo) -> Result<bool, DriveError> {
    let id: AttemptId = ctx.id();
    let number = match undo.kind {
        Kind::Void => pay.ports.settlements.number(ctx),
        _ => id.as_str().to_owned(),
    };
    write(pay, ctx, order, move |tx, pen, held| match next(&held.view, pen.now) {
        Next::Begin(now) if now == undo => {
            apply::undo(tx, pen, &held, undo, (id.clone(), number.clone())).map(|_| true)
        }
        _ => Ok(false),
    })
    .await
}

async fn act_on(pay: &Payments, ctx: &Ctx, order: &Order, place: usize, act: Act) -> Result<bool, DriveError> {
    let kind = order.attempts.get(place).map(|one| one.view.kind);
    // This is read before the attempt is marked as sent: an attempt that cannot be asked for must not look as if it had
    // been.
    let asking = match kind {
        Some(Kind::Settle | Kind::Void) => match asking(pay, ctx, order).await? {
            Some(asking) => Some(asking),
            None => {
                let heard = Heard::NotSent("the insurer's number of the person is not known".to_owned());
                return write(pay, ctx, order, move |tx, pen, held| {
                    apply::heard(tx, pen, &held, (place, act), &heard).map(|_| true)
                })
                .await;
            }
        },
        _ => None,
    };
    let Some((until, held)) = lease(pay, ctx, order, place, act).await? else { return Ok(false) };
    let heard = call(&pay.ports, ctx, &held, (place, act), asking.as_ref(), until).await;
    write(pay, ctx, order, move |tx, pen, held| {
        if held.attempts.get(place).is_some_and(|one| overtaken(&one.view, until)) {
            tracing::warn!(order = held.id.as_str(), ?act, "payment.answer_overtaken");
            return Ok(true);
        }
        apply::heard(tx, pen, &held, (place, act), &heard).map(|_| true)
    })
    .await
}

/// Takes the attempt for one look, until then; what sends it writes before that it may be with the partner. With it comes the
/// order as it was when the lease was taken: what was read before may have changed until then, and the answer is judged by it.
async fn lease(
    pay: &Payments,
    ctx: &Ctx,
    order: &Order,
    place: usize,
    act: Act,
) -> Result<Option<(Moment, Order)>, DriveError> {
    write(pay, ctx, order, move |tx, pen, held| {
        let Some(attempt) = held.attempts.get(place) else { return Ok(None) };
        if next(&held.view, pen.now) != Next::Do(place, act) {
            return Ok(None);
        }
        let until = pen.now.plus_secs(pen.rules.lease_secs);
        let taken = if !act.sends() || bug(Bug::SentUnmarked) {
            attempts::lease(tx, attempt, until, pen.now)?
        } else {
            let Ok(Move::To(to)) = advance(attempt.view.state, Event::Send) else { return Ok(None) };
            let learned = Learned { lease_until: Some(until), sent: true, ..Learned::default() };
            attempts::apply(tx, attempt, (Event::Send, to), &learned, pen.now, (pen.source, pen.now))?
        };
        Ok(taken.then_some((until, held)))
    })
    .await
}
