//! Closing accounting days, and the watch over the whole book.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::instances;
use platform::jobs::Job;
use serde_json::json;

use crate::store;

/// How long after its midnight a day ends: by then we have been told what happened in its last minutes.
const ENDS_AFTER_SECS: i64 = 3600;
/// How long after its end a day is added up: by then whoever was writing into it has committed or died.
const ADDS_UP_AFTER_SECS: i64 = 600;
/// If clocks differ by more than this, somebody is told. A clock that was put forward a moment ago (a demo's) does not differ
/// from what was written before.
const SKEW_SECS: i64 = 600;

/// The ledger's own work.
pub fn jobs() -> Vec<Job> {
    vec![Job::new("ledger.close_days", 600, close_days), Job::new("ledger.watch", 60, watch)]
}

fn lane() -> LaneKey {
    LaneKey::of("ledger", "days")
}

/// Ends every day whose time has come, the oldest first, and adds up those that ended a while ago. A day ends once and
/// for all, so its time has come only when every running process says so, that is, by the slowest of their clocks.
pub(crate) async fn close_days(ctx: Ctx) -> Result<(), String> {
    let own = ctx.now();
    let read = |tx: &mut Tx<'_>| Ok::<_, DbFault>((instances::earliest(tx)?, instances::slowest_heard(tx)?));
    let (agreed, heard) = ctx.db.read("ledger.clocks", read).await.map_err(|fault| fault.to_string())?;
    let now = agreed.map_or(own, |earliest| earliest.min(own));
    if let Some(slowest) = lagging(&ctx, heard) {
        metrics::counter!("renshe_clocks_disagree").increment(1);
        tracing::error!(%own, %slowest, "ledger.clocks_disagree");
    }
    while step(&ctx, now).await.map_err(|fault| fault.to_string())? {}
    Ok(())
}

/// The slowest clock that was heard of, if it is further behind than clocks may be.
pub(crate) fn lagging(ctx: &Ctx, heard: Option<Moment>) -> Option<Moment> {
    heard.filter(|slowest| *slowest < ctx.clock.showed_ago(SKEW_SECS))
}

/// Ends or adds up one day; false when there is no day to end or to add up.
async fn step(ctx: &Ctx, now: Moment) -> Result<bool, DbFault> {
    let endable = now.minus_secs(ENDS_AFTER_SECS).date();
    let ctx2 = ctx.clone();
    let done = ctx.db.write(lane(), "ledger.close_day", move |tx| -> Result<bool, DbFault> {
        let rested = |ended: Moment| ended.plus_secs(ADDS_UP_AFTER_SECS) <= now;
        if let Some((day, _)) = store::first_ended(tx)?.filter(|(_, ended)| rested(*ended)) {
            let closed = store::close(tx, day, now)?;
            tx.audit(ctx2.act("ledger.day_closed", &day.to_string(), json!({})));
            return Ok(closed);
        }
        let Some(day) = store::first_open(tx)?.filter(|day| *day < endable) else { return Ok(false) };
        store::end_day(tx, day, now)
    });
    done.await
}

/// Checks that the book adds up to zero, and stops money if it does not (rule 7).
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

/// The first moment at which a day may end, for callers that wait for it.
pub fn ends_at(day: kernel::Date) -> Option<Moment> {
    let next = day.tomorrow().ok()?;
    Some(Moment::start_of(next).plus_secs(ENDS_AFTER_SECS))
}
