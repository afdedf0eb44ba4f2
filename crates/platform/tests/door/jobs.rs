//! Jobs: one instance at a time, at their time, each for itself, and not silenced by a clock that was set back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use platform::db::DbFault;
use platform::jobs::{Job, Runner};
use platform::{Ctx, sql, vals};
use testkit::db_test;
use tokio::sync::Notify;

use crate::fixture::Door;
use crate::scratch::{bump, lane, written};

fn counting() -> Job {
    Job::new("scratch.count", 60, |ctx: Ctx| async move { count(&ctx).await })
}

async fn count(ctx: &Ctx) -> Result<(), String> {
    ctx.db.write(lane("job"), "job", |tx| bump(tx, "runs").map(drop)).await.map_err(|fault: DbFault| fault.to_string())
}

/// A job whose partner never answers.
fn stuck(began: Arc<Notify>) -> Job {
    Job::new("scratch.stuck", 60, move |_| {
        began.notify_one();
        std::future::pending()
    })
}

async fn outcome(t: &Door, name: &'static str) -> String {
    let read = t.db.read("outcome", move |tx| {
        tx.one(sql!("SELECT outcome FROM job_lease WHERE name = $1"), vals![name], |row| row.text(0))
    });
    read.await.expect("read")
}

#[db_test]
async fn a_job_runs_at_its_time_on_one_instance(t: Door) {
    let (ctx, clock) = t.ctx();
    let (one, two) =
        (Runner::new(ctx.clone(), "one", vec![counting()]), Runner::new(ctx.clone(), "two", vec![counting()]));
    tokio::join!(one.run_due(), two.run_due());
    one.run_due().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"));
    clock.advance_secs(61);
    tokio::join!(one.run_due(), two.run_due());
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("2"));
    assert_eq!(outcome(&t, "scratch.count").await, "done");
}

#[db_test]
async fn a_clock_set_back_silences_no_job(t: Door) {
    let (ctx, clock) = t.ctx();
    clock.advance_secs(86_400);
    let runner = Runner::new(ctx.clone(), "one", vec![counting()]);
    runner.run_due().await;
    clock.advance_secs(-86_400);
    runner.run_due().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("2"));
}

#[db_test]
async fn instances_whose_clocks_differ_a_little_do_not_run_a_job_twice(t: Door) {
    let (ctx, clock) = t.ctx();
    clock.advance_secs(3);
    Runner::new(ctx.clone(), "ahead", vec![counting()]).run_due().await;
    clock.advance_secs(-3);
    Runner::new(ctx.clone(), "behind", vec![counting()]).run_due().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"));
}

#[db_test]
async fn a_run_is_left_alone_by_an_instance_whose_clock_is_minutes_ahead(t: Door) {
    let (ctx, _) = t.ctx();
    let began = Arc::new(Notify::new());
    let running = Runner::renewing(ctx, "one", vec![stuck(Arc::clone(&began))], Duration::from_millis(20));
    let running = tokio::spawn(async move { running.run_due().await });
    began.notified().await;
    // The other's clock is four minutes ahead: by it the lease was over long ago. It goes by what it sees instead.
    let (ahead, clock) = t.ctx();
    clock.advance_secs(240);
    Runner::new(ahead, "ahead", vec![counting_as("scratch.stuck")]).run_due().await;
    assert_eq!(written(&t.db, "runs").await, None, "one is at it");
    running.abort();
}

#[db_test]
async fn a_job_that_hangs_keeps_no_other_from_its_time(t: Door) {
    let (ctx, _) = t.ctx();
    let (began, counted) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let told = Arc::clone(&counted);
    let after = Job::new("scratch.count", 60, move |ctx: Ctx| {
        let told = Arc::clone(&told);
        async move {
            count(&ctx).await?;
            told.notify_one();
            Ok(())
        }
    });
    let running = tokio::spawn(Runner::new(ctx.clone(), "one", vec![stuck(Arc::clone(&began)), after]).run());
    began.notified().await;
    counted.notified().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"));
    assert_eq!(outcome(&t, "scratch.stuck").await, "running", "and it still hangs");
    // Another instance leaves the one that hangs alone.
    let again = Arc::new(Notify::new());
    Runner::new(ctx, "two", vec![stuck(Arc::clone(&again)).within(0)]).run_due().await;
    assert_eq!(outcome(&t, "scratch.stuck").await, "running");
    running.abort();
}

#[db_test]
async fn a_run_that_takes_too_long_is_ended_noted_and_tried_again(t: Door) {
    let (ctx, clock) = t.ctx();
    let tried = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&tried);
    let slow = Job::new("scratch.slow", 3600, move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        std::future::pending()
    });
    let runner = Runner::new(ctx, "one", vec![slow.within(0).again_after(5), counting()]);
    runner.run_due().await;
    assert_eq!(outcome(&t, "scratch.slow").await, "timed_out");
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"), "the one behind it had its turn");
    runner.run_due().await;
    assert_eq!(tried.load(Ordering::SeqCst), 1, "not at once");
    clock.advance_secs(5);
    runner.run_due().await;
    assert_eq!(tried.load(Ordering::SeqCst), 2, "but long before its next hour");
}

#[db_test]
async fn a_job_that_panics_ends_itself_only(t: Door) {
    let (ctx, _) = t.ctx();
    let broken = Job::new("scratch.broken", 60, |_| async { panic!("on purpose") });
    Runner::new(ctx, "one", vec![broken, counting()]).run_due().await;
    assert_eq!(outcome(&t, "scratch.broken").await, "panicked");
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"));
}

#[db_test]
async fn a_run_that_lost_its_lease_stops(t: Door) {
    let (ctx, clock) = t.ctx();
    let began = Arc::new(Notify::new());
    let jobs = vec![stuck(Arc::clone(&began))];
    let first = Runner::renewing(ctx.clone(), "one", jobs, Duration::from_millis(20));
    let running = tokio::spawn(async move { first.run_due().await });
    began.notified().await;
    // The instance was stopped for a while, and its lease is over: another takes the job up.
    clock.advance_secs(1_000);
    let second = Runner::new(ctx, "two", vec![counting_as("scratch.stuck")]);
    while written(&t.db, "runs").await.is_none() {
        second.run_due().await;
        clock.advance_secs(1_000);
    }
    running.await.expect("the first run has ended by itself");
    assert_eq!(outcome(&t, "scratch.stuck").await, "done", "and has not written over the second's outcome");
}

fn counting_as(name: &'static str) -> Job {
    Job::new(name, 60, |ctx: Ctx| async move { count(&ctx).await })
}
