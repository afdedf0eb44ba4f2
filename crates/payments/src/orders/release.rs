//! Cancels at the insurer (2202) what was registered for an order that is over or was paid without it. A day later:
//! until then a settlement of unknown outcome may still be found under the registration.

use std::sync::Arc;

use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::drive::Payments;
use super::model::{OrderId, OrderState};
use super::pen::Pen;
use super::store::{self, Order};
use crate::attempts::hear::WATCH_FOR_SECS;
use crate::calls;
use crate::ports::{Refusal, SettleError};
use crate::registrations::store as registrations;

/// Registrations of one round; the next round takes the rest. Every ten minutes as many are 72,000 a day, more than a city
/// of five million books in a day.
const ROUND: i64 = 500;
/// Pauses between tries about one registration, seconds; the last repeats.
const PAUSES_SECS: [i64; 4] = [600, 3_600, 6 * 3_600, 86_400];
/// After so many tries in vain a person is called.
const TRIES_MOST: i64 = 8;
/// So many registrations one after another of which the insurer could not be told: it is down, and the others wait.
const SILENT_MOST: u32 = 3;

/// The job `payments.release`.
///
/// # Errors
/// What broke beneath, in words, once all others have had their turn. A silent insurer is no failure: it is told later.
pub async fn release_due(pay: Arc<Payments>, ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let since = now.minus_secs(WATCH_FOR_SECS);
    let due = ctx.db.read("payment.release.due", move |tx| registrations::useless(tx, since, now, ROUND));
    let (mut silent, mut broken) = (0, None);
    for id in due.await.map_err(|fault: DbFault| fault.to_string())? {
        let told = release(&pay, &ctx, &id).await;
        silent = if matches!(told, Ok(Told::Silent)) { silent + 1 } else { 0 };
        let again = match told {
            Ok(Told::Yes) => Ok(()),
            Ok(Told::Silent) => later(&pay, &ctx, &id).await,
            // One damaged row must not keep the insurer from hearing of the others.
            Err(fault) => {
                tracing::error!(order = id.as_str(), %fault, "payment.release_broke");
                later(&pay, &ctx, &id).await.and(Err(fault))
            }
        };
        broken = broken.or(again.err());
        if silent >= SILENT_MOST {
            break;
        }
    }
    broken.map_or(Ok(()), |fault| Err(fault.to_string()))
}

/// What came of telling the insurer about one.
enum Told {
    /// Nothing is left to tell it: it has cancelled the registration, or says that it will not, or there is none.
    Yes,
    /// It could not be told.
    Silent,
}

async fn release(pay: &Payments, ctx: &Ctx, id: &OrderId) -> Result<Told, DbFault> {
    let (vault, today, wanted) = (ctx.vault.clone(), ctx.now().date(), id.clone());
    let read = move |tx: &mut Tx<'_>| {
        let Some(order) = store::find(tx, &wanted)? else { return Ok(None) };
        let registered = registrations::registration(tx, &vault, (&order.id, &order.person), today)?;
        Ok::<_, DbFault>(registered.map(|(registered, person)| (order, registered, person)))
    };
    let Some((order, registered, person)) = ctx.db.read("payment.release", read).await? else { return Ok(Told::Yes) };
    let Some(person) = person else {
        tracing::warn!(order = id.as_str(), "payment.registration_of_nobody");
        return released(pay, ctx, &order, false).await;
    };
    match pay.ports.settlements.unregister(ctx, &person, &order.care, &registered).await {
        Ok(()) => released(pay, ctx, &order, false).await,
        // A settlement that we know nothing of.
        Err(SettleError::Refused { what: Refusal::SettledAlready, .. }) => released(pay, ctx, &order, true).await,
        // What the insurer itself refuses to cancel, it will refuse tomorrow; the gateway's refusals are none of these.
        Err(error @ (SettleError::Refused { .. } | SettleError::Amounts(_))) => {
            tracing::warn!(order = id.as_str(), %error, "payment.release_refused");
            released(pay, ctx, &order, false).await
        }
        Err(SettleError::Port(error)) => {
            tracing::warn!(order = id.as_str(), %error, "payment.release_failed");
            Ok(Told::Silent)
        }
    }
}

/// Writes down that the insurer knows. Judged on the held order: money that came late may have opened it again meanwhile.
async fn released(pay: &Payments, ctx: &Ctx, order: &Order, odd: bool) -> Result<Told, DbFault> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "job").map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let id = order.id.clone();
    let written = ctx.db.write(order.lane_key(), "payment.released", move |tx| -> Result<(), DbFault> {
        let changed =
            store::hold(tx, &id)?.is_none_or(|held| !held.state.is_over() && held.state != OrderState::Settled);
        registrations::set_released(tx, &id, pen.now)?;
        if odd || changed { calls::call(tx, pen.at(), &id, calls::REGISTRATION) } else { Ok(()) }
    });
    written.await.map(|()| Told::Yes)
}

/// Comes back to it later, after the others; a person is called where that goes on. The order itself is not read: it may be
/// that which fails.
async fn later(pay: &Payments, ctx: &Ctx, id: &OrderId) -> Result<(), DbFault> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "job").map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let glance = id.clone();
    let lane = ctx.db.read("payment.release.glance", move |tx| store::lane_of(tx, &glance)).await?;
    let Some(lane) = lane else { return Ok(()) };
    let id = id.clone();
    let put_off = move |tx: &mut Tx<'_>| -> Result<(), DbFault> {
        let tries = registrations::release_later(tx, &id, pen.now, &PAUSES_SECS)?;
        if tries >= TRIES_MOST { calls::call(tx, pen.at(), &id, calls::REGISTRATION) } else { Ok(()) }
    };
    ctx.db.write(lane, "payment.release_later", put_off).await
}
