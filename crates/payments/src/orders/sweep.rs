//! The sweeper: drives every order whose time to be looked at has come, several at once. What a page or a notice
//! began and could not end, ends here; so do the half hours.

use std::sync::Arc;
use std::time::Duration;

use platform::Ctx;
use platform::db::DbFault;
use tokio::task::JoinSet;

use super::drive::{Payments, drive};
use super::store;

/// Orders of one round.
const ROUND: i64 = 64;
/// Orders driven at once: beneath the partners' own bulkheads.
const AT_ONCE: usize = 16;
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
            let Some(id) = waiting.next() else { break };
            let (pay, ctx) = (Arc::clone(pay), ctx.clone());
            driving.spawn(async move {
                if let Err(error) = drive(&pay, &ctx, &id).await {
                    tracing::warn!(order = id.as_str(), %error, "payment.drive_failed");
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
