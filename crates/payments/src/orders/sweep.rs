//! The sweeper: drives every order whose time to be looked at has come, several at once. What a page or a notice
//! began and could not end, ends here; so do the half hours.

use std::sync::Arc;
use std::time::Duration;

use platform::Ctx;
use platform::db::DbFault;
use tokio::task::JoinSet;

use super::drive::{DriveError, Payments, drive};
use super::model::OrderId;
use super::pen::Pen;
use super::store;
use crate::attempts::hear::CALL_AFTER_SECS;
use crate::calls;

/// Orders of one round.
const ROUND: i64 = 64;
/// Orders driven at once: beneath the partners' own bulkheads.
const AT_ONCE: usize = 16;
/// An order whose look failed is looked at again after this.
const AGAIN_SECS: i64 = 60;
/// Pause when there was nothing to do.
const POLL: Duration = Duration::from_millis(500);

/// Drives what is due once; returns how many orders there were.
///
/// # Errors
/// The due orders could not be read. One order's trouble is logged and keeps nobody else from theirs.
pub async fn drive_due(pay: &Arc<Payments>, ctx: &Ctx) -> Result<usize, DbFault> {
    let now = ctx.now();
    let due = ctx.db.read("payment.due", move |tx| store::due(tx, now, ROUND)).await?;
    let many = due.len();
    let (mut driving, mut waiting) = (JoinSet::new(), due.into_iter());
    loop {
        while driving.len() < AT_ONCE {
            let Some((id, troubled)) = waiting.next() else { break };
            let (pay, ctx) = (Arc::clone(pay), ctx.clone());
            driving.spawn(async move {
                let driven = drive(&pay, &ctx, &id).await;
                if let Err(error) = &driven {
                    metrics::counter!("renshe_payment_drives_failed").increment(1);
                    tracing::warn!(order = id.as_str(), %error, "payment.drive_failed");
                }
                if (driven.is_err() || troubled)
                    && let Err(error) = note(&pay, &ctx, &id, driven.is_ok()).await
                {
                    tracing::error!(order = id.as_str(), %error, "payment.trouble_not_noted");
                }
            });
        }
        match driving.join_next().await {
            Some(Ok(())) => {}
            Some(Err(broken)) => tracing::error!(%broken, "payment.drive_broke"),
            None => return Ok(many),
        }
    }
}

/// Notes how an order's look went. One that fails is looked at again later, after those that do not fail; a person
/// is called when that goes on. The order itself is not read: it may be that which fails.
async fn note(pay: &Payments, ctx: &Ctx, id: &OrderId, good: bool) -> Result<(), DriveError> {
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "driver")?;
    let glance = id.clone();
    let Some(lane) = ctx.db.read("payment.trouble.glance", move |tx| store::lane_of(tx, &glance)).await? else {
        return Ok(());
    };
    let id = id.clone();
    let noted = ctx.db.write(lane, "payment.trouble", move |tx| -> Result<(), DbFault> {
        let Some(held) = store::hold_trouble(tx, &id)? else { return Ok(()) };
        if good {
            return store::set_trouble(tx, &id, None, held.next_at);
        }
        let since = held.since.unwrap_or(pen.now);
        store::set_trouble(tx, &id, Some(since), Some(pen.now.plus_secs(AGAIN_SECS)))?;
        if since.secs_until(pen.now) > CALL_AFTER_SECS {
            calls::call(tx, pen.at(), &id, calls::TROUBLE)?;
        }
        Ok(())
    });
    Ok(noted.await?)
}

/// Sweeps until the task is dropped. Several instances may: an attempt is leased by one of them.
pub async fn sweep(pay: Arc<Payments>, ctx: Ctx) {
    loop {
        match drive_due(&pay, &ctx).await {
            Ok(_) => {}
            Err(fault) => tracing::warn!(%fault, "payment.sweep_failed"),
        }
        tokio::time::sleep(POLL).await;
    }
}
