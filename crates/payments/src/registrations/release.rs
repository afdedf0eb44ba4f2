//! Cancels at the insurer (2202) what was registered for an order that is over or was paid without it. A day later:
//! until then a settlement of unknown outcome may still be found under the registration.

use std::sync::Arc;

use identity::ports::PortError;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::store;
use crate::attempts::hear::WATCH_FOR_SECS;
use crate::calls;
use crate::orders::drive::Payments;
use crate::orders::pen::Pen;
use crate::orders::{self, Order, OrderId};
use crate::ports::SettleError;

/// Registrations of one round; the next round takes the rest. Every ten minutes as many are 72,000 a day, more than a city
/// of five million books in a day.
const ROUND: i64 = 500;
/// The port's word of a visit that is settled.
const SETTLED_ALREADY: &str = "settled_already";

/// The job `payments.release`.
///
/// # Errors
/// What broke beneath, in words. A silent insurer is no failure: it is told in a later round.
pub async fn release_due(pay: Arc<Payments>, ctx: Ctx) -> Result<(), String> {
    let since = ctx.now().minus_secs(WATCH_FOR_SECS);
    let due = ctx.db.read("payment.release.due", move |tx| store::useless(tx, since, ROUND));
    for id in due.await.map_err(|fault: DbFault| fault.to_string())? {
        if !release(&pay, &ctx, &id).await.map_err(|fault| fault.to_string())? {
            return Ok(());
        }
    }
    Ok(())
}

/// False when the insurer does not answer: the others would only wait too.
async fn release(pay: &Payments, ctx: &Ctx, id: &OrderId) -> Result<bool, DbFault> {
    let (vault, today, wanted) = (ctx.vault.clone(), ctx.now().date(), id.clone());
    let read = move |tx: &mut Tx<'_>| {
        let Some(order) = orders::store::find(tx, &wanted)? else { return Ok(None) };
        let registered = store::registration(tx, &vault, &order, today)?;
        Ok::<_, DbFault>(registered.map(|(registered, person)| (order, registered, person)))
    };
    let Some((order, registered, person)) = ctx.db.read("payment.release", read).await? else { return Ok(true) };
    let Some(person) = person else {
        tracing::warn!(order = id.as_str(), "payment.registration_of_nobody");
        return released(pay, ctx, &order, false).await.map(|()| true);
    };
    match pay.ports.settlements.unregister(ctx, &person, &order.care, &registered).await {
        Ok(()) => released(pay, ctx, &order, false).await?,
        // A settlement that we know nothing of.
        Err(SettleError::Port(PortError::Refused(word))) if word == SETTLED_ALREADY => {
            released(pay, ctx, &order, true).await?;
        }
        // What it refuses to cancel, it will refuse tomorrow.
        Err(error @ (SettleError::Port(PortError::Refused(_)) | SettleError::Amounts(_))) => {
            tracing::warn!(order = id.as_str(), %error, "payment.release_refused");
            released(pay, ctx, &order, false).await?;
        }
        Err(SettleError::Port(error)) => {
            tracing::warn!(order = id.as_str(), %error, "payment.release_failed");
            return Ok(false);
        }
    }
    Ok(true)
}

async fn released(pay: &Payments, ctx: &Ctx, order: &Order, odd: bool) -> Result<(), DbFault> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listener), "job").map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let id = order.id.clone();
    let written = ctx.db.write(order.lane_key(), "payment.released", move |tx| -> Result<(), DbFault> {
        store::set_released(tx, &id, pen.now)?;
        if odd { calls::call(tx, &pen, &id, calls::REGISTRATION) } else { Ok(()) }
    });
    written.await
}
