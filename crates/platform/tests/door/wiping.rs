//! What is old goes, kind after kind, in chunks; what is young, or was written anew, stays.

use std::sync::atomic::{AtomicI64, Ordering};

use kernel::Moment;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::{CHUNK, Runner};
use platform::policy::PolicyError;
use platform::wiping::{self, Old};
use platform::{Ctx, sql, vals, wipe_old};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::lane;

const DAY_SECS: i64 = 86_400;

/// Leases stand for rows that get old: a table of the platform's with a moment in it.
fn wipe_leases(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "job_lease", "name", "lease_until", before)
}

fn refuse(_: &mut Tx<'_>, _: Moment) -> Result<u64, DbFault> {
    Err(DbFault::Corrupt("a spoilt row".to_owned()))
}

fn leases(kept: fn(&Ctx) -> Result<i64, PolicyError>) -> Old {
    Old { name: "lease.wipe", kept, wipe: wipe_leases }
}

async fn fill(t: &Door, many: u64, at: Moment) {
    let filled = t.db.write(lane("wiping"), "scratch.leases", move |tx| {
        for n in 0..many {
            let sql = sql!("INSERT INTO job_lease (name, holder, lease_until, last_at) VALUES ($1, 'old', $2, 0)");
            tx.exec(sql, vals![format!("{}-{n}", at.ms()), at])?;
        }
        Ok::<_, DbFault>(())
    });
    filled.await.expect("filled");
}

async fn left(t: &Door) -> i64 {
    let sql = sql!("SELECT COUNT(*) FROM job_lease WHERE holder = 'old'");
    t.db.read("scratch.left", move |tx| tx.one(sql, vals![], |row| row.int(0))).await.expect("read")
}

#[db_test]
async fn a_job_takes_all_that_is_old_however_much_it_is(t: Door) {
    let (ctx, clock) = t.ctx();
    let (old, young) = (ctx.now(), ctx.now().plus_secs(60));
    fill(&t, 2 * CHUNK + 1, old).await;
    fill(&t, 3, young).await;
    let job = wiping::job("scratch.wipe", lane("wiping"), vec![leases(|_| Ok(DAY_SECS))]);
    assert_eq!((job.every_secs, job.most_secs), (3_600, 900));
    let runner = Runner::new(ctx.clone(), "one", vec![job]);
    clock.advance_secs(DAY_SECS);
    runner.run_due().await;
    assert_eq!(left(&t).await, 2 * CHUNK as i64 + 4, "not a moment too early");
    clock.advance_secs(3_600);
    runner.run_due().await;
    assert_eq!(left(&t).await, 0, "both are older than a day by now");
}

#[db_test]
async fn one_closure_takes_a_chunk_and_leaves_what_is_young(t: Door) {
    let (ctx, _) = t.ctx();
    let now = ctx.now();
    fill(&t, CHUNK + 2, now.minus_secs(1)).await;
    fill(&t, 2, now).await;
    let chunk = || t.db.write(lane("wiping"), "scratch.chunk", move |tx| wipe_leases(tx, now));
    assert_eq!((chunk().await, left(&t).await), (Ok(CHUNK), 4));
    assert_eq!((chunk().await, left(&t).await), (Ok(2), 2));
    assert_eq!((chunk().await, left(&t).await), (Ok(0), 2));
}

#[db_test]
async fn a_kind_that_fails_is_named_and_does_not_keep_the_next(t: Door) {
    static ORDER: AtomicI64 = AtomicI64::new(0);
    let (ctx, _) = t.ctx();
    fill(&t, 1, ctx.now().minus_secs(1)).await;
    let first = |_: &Ctx| {
        ORDER.store(1, Ordering::SeqCst);
        Ok(0)
    };
    let last = |_: &Ctx| Ok(ORDER.load(Ordering::SeqCst) - 1);
    let spoilt = Old { name: "spoilt.wipe", kept: first, wipe: refuse };
    let told = wiping::wipe(&ctx, LaneKey::of("scratch", "wiping"), &[spoilt, leases(last)]).await;
    let why = told.expect_err("one failed");
    assert!(why.starts_with("spoilt.wipe: ") && !why.contains("lease.wipe"), "{why}");
    assert_eq!(left(&t).await, 0, "in their order, and all of them");
}
