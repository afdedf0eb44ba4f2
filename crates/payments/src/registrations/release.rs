//! Cancels at the insurer (2202) what was registered for an order that is over or was paid without it. A day later:
//! until then a settlement of unknown outcome may still be found under the registration.

use std::sync::Arc;

use identity::ports::PortError;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::store;
use crate::attempts::hear::WATCH_FOR_SECS;
use crate::orders::drive::{Payments, insured};
use crate::orders::{self, Order, OrderId};
use crate::ports::SettleError;

/// Registrations of one round; the next round takes the rest.
const ROUND: i64 = 50;

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
        let covered = identity::covered(tx, &vault, &order.person, today)?;
        let registered = store::registration(tx, &wanted)?;
        Ok::<_, DbFault>(covered.zip(registered).map(|(covered, registered)| (order, covered, registered)))
    };
    let Some((order, covered, registered)) = ctx.db.read("payment.release", read).await? else { return Ok(true) };
    match pay.ports.settlements.unregister(ctx, &insured(covered), &order.care, &registered).await {
        // What it refuses to cancel, it will refuse tomorrow.
        Ok(()) | Err(SettleError::Port(PortError::Refused(_)) | SettleError::Amounts(_)) => {
            released(ctx, &order).await?;
            Ok(true)
        }
        Err(SettleError::Port(error)) => {
            tracing::warn!(order = id.as_str(), %error, "payment.release_failed");
            Ok(false)
        }
    }
}

async fn released(ctx: &Ctx, order: &Order) -> Result<(), DbFault> {
    let (id, now) = (order.id.clone(), ctx.now());
    ctx.db.write(order.lane_key(), "payment.released", move |tx| store::set_released(tx, &id, now).map(drop)).await
}
