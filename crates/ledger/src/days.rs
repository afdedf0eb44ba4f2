//! Closing accounting days, and the watch over the whole book.

use kernel::{Moment, Time};
use platform::Ctx;
use platform::db::{DbFault, LaneKey};
use platform::jobs::Job;
use serde_json::json;

use crate::store;

/// A day closes so long after its midnight: whoever read the clock before midnight has committed long since.
const CLOSES_AFTER_SECS: i64 = 3600;

/// The ledger's own work.
pub fn jobs() -> Vec<Job> {
    vec![Job::new("ledger.close_days", 600, close_days), Job::new("ledger.watch", 60, watch)]
}

fn lane() -> LaneKey {
    LaneKey::of("ledger", "days")
}

/// Closes every day whose time has come, the oldest first.
pub(crate) async fn close_days(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let closable = now.minus_secs(CLOSES_AFTER_SECS).date();
    loop {
        let ctx2 = ctx.clone();
        let done = ctx.db.write(lane(), "ledger.close_day", move |tx| -> Result<bool, DbFault> {
            let Some(day) = store::first_open(tx)?.filter(|day| *day < closable) else { return Ok(false) };
            let closed = store::close(tx, day, now)?;
            tx.audit(ctx2.act("ledger.day_closed", &day.to_string(), json!({})));
            Ok(closed)
        });
        if !done.await.map_err(|fault| fault.to_string())? {
            return Ok(());
        }
    }
}

/// Looks whether the book adds up to nothing, and stops money where it does not (rule 7).
pub(crate) async fn watch(ctx: Ctx) -> Result<(), String> {
    let sum = ctx.db.read("ledger.sum", store::open_sum).await.map_err(|fault: DbFault| fault.to_string())?;
    if sum == kernel::Fen::ZERO {
        return Ok(());
    }
    tracing::error!(%sum, "ledger.does_not_add_up");
    let (ctx2, now) = (ctx.clone(), ctx.now());
    let stopped = ctx.db.write(lane(), "ledger.stop", move |tx| -> Result<(), DbFault> {
        let reason = format!("open days add up to {sum}");
        if store::stop(tx, &reason, now)? {
            tx.audit(ctx2.act("ledger.stopped", "ledger", json!({ "reason": reason })));
        }
        Ok(())
    });
    stopped.await.map_err(|fault| fault.to_string())
}

/// Lets money move again after a person has looked.
///
/// # Errors
/// What broke beneath.
pub async fn lift(ctx: &Ctx, who: &str) -> Result<u64, DbFault> {
    let (ctx2, who, now): (Ctx, String, Moment) = (ctx.clone(), who.to_owned(), ctx.now());
    ctx.db
        .write(lane(), "ledger.lift", move |tx| {
            let lifted = store::lift(tx, &who, now)?;
            tx.audit(ctx2.act("ledger.lifted", "ledger", json!({ "by": who, "stops": lifted })));
            Ok(lifted)
        })
        .await
}

/// The first moment at which a day may be closed, for whoever waits for it.
pub fn closes_at(day: kernel::Date) -> Option<Moment> {
    let next = day.tomorrow().ok()?;
    Some(Moment::at(next, Time::midnight()).plus_secs(CLOSES_AFTER_SECS))
}
