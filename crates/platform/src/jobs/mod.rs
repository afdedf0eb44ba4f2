//! Periodic work: each job is idempotent, leased so that one instance runs it at a time, and finds
//! what a lost one would have done.

mod store;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::ctx::{Ctx, Trace};
use crate::db::{DbFault, LaneKey};

const LEASE_SECS: i64 = 120;
const TICK: Duration = Duration::from_millis(1000);

/// A job and how often it runs.
#[derive(Clone)]
pub struct Job {
    /// `context.verb`, unique in the program.
    pub name: &'static str,
    pub every_secs: i64,
    /// What it does; made by [`Job::new`].
    pub run: Arc<dyn Fn(Ctx) -> BoxFuture<'static, Result<(), String>> + Send + Sync>,
}

impl Job {
    /// A job; the closure may hold what the job needs beside its context.
    pub fn new<F, W>(name: &'static str, every_secs: i64, run: F) -> Self
    where
        F: Fn(Ctx) -> W + Send + Sync + 'static,
        W: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self { name, every_secs, run: Arc::new(move |ctx| Box::pin(run(ctx))) }
    }
}

/// Runs the jobs that are due.
pub struct Runner {
    ctx: Ctx,
    holder: String,
    jobs: Vec<Job>,
}

impl Runner {
    /// `holder` names this start of this process.
    pub fn new(ctx: Ctx, holder: impl Into<String>, jobs: Vec<Job>) -> Self {
        Self { ctx, holder: holder.into(), jobs }
    }

    /// Works until the task is dropped.
    pub async fn run(self) {
        loop {
            self.run_due().await;
            tokio::time::sleep(TICK).await;
        }
    }

    /// Runs every job whose time has come by the handed-in clock.
    pub async fn run_due(&self) {
        for job in &self.jobs {
            match self.claim(job).await {
                Ok(true) => self.run_one(job).await,
                Ok(false) => {}
                Err(fault) => tracing::warn!(job = job.name, %fault, "job.claim_failed"),
            }
        }
    }

    async fn run_one(&self, job: &Job) {
        let ctx = self.ctx.with_trace(Trace::system(job.name));
        let outcome = (job.run)(ctx).await;
        let label = if outcome.is_ok() { "done" } else { "failed" };
        metrics::counter!("renshe_job_runs", "job" => job.name, "outcome" => label).increment(1);
        if let Err(why) = outcome {
            tracing::warn!(job = job.name, why, "job.failed");
        }
        if let Err(fault) = self.release(job).await {
            tracing::warn!(job = job.name, %fault, "job.release_failed");
        }
    }

    async fn claim(&self, job: &Job) -> Result<bool, DbFault> {
        let (name, every, now) = (job.name, job.every_secs, self.ctx.now());
        if !self.ctx.db.read("job.peek", move |tx| store::is_due(tx, name, every, now)).await? {
            return Ok(false);
        }
        let holder = self.holder.clone();
        self.ctx
            .db
            .write(LaneKey::of("job", name), "job.claim", move |tx| {
                store::claim(tx, name, &holder, every, now, now.plus_secs(LEASE_SECS))
            })
            .await
    }

    async fn release(&self, job: &Job) -> Result<(), DbFault> {
        let (name, holder, now) = (job.name, self.holder.clone(), self.ctx.now());
        self.ctx
            .db
            .write(LaneKey::of("job", name), "job.release", move |tx| store::release(tx, name, &holder, now))
            .await
    }
}
