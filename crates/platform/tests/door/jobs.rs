//! Jobs: one instance at a time, at their time, and not silenced by a clock that was set back.

use platform::jobs::{Job, Runner};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{bump, lane, written};

fn counting() -> Vec<Job> {
    vec![Job::new("scratch.count", 60, |ctx| async move {
        ctx.db
            .write(lane("job"), "job", |tx| bump(tx, "runs").map(drop))
            .await
            .map_err(|fault: platform::db::DbFault| fault.to_string())
    })]
}

#[db_test]
async fn a_job_runs_at_its_time_on_one_instance(t: Door) {
    let (ctx, clock) = t.ctx();
    let (one, two) = (Runner::new(ctx.clone(), "one", counting()), Runner::new(ctx.clone(), "two", counting()));
    tokio::join!(one.run_due(), two.run_due());
    one.run_due().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("1"));
    clock.advance_secs(61);
    tokio::join!(one.run_due(), two.run_due());
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("2"));
}

#[db_test]
async fn a_clock_set_back_silences_no_job(t: Door) {
    let (ctx, clock) = t.ctx();
    clock.advance_secs(86_400);
    let runner = Runner::new(ctx.clone(), "one", counting());
    runner.run_due().await;
    clock.advance_secs(-86_400);
    runner.run_due().await;
    assert_eq!(written(&t.db, "runs").await.as_deref(), Some("2"));
}
