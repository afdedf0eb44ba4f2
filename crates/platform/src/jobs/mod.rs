//! Periodic work. Each job is idempotent and finds what a lost run would have done; each has a task, a time-out and a
//! lease of its own, so that no job waits for another: a partner that is slow delays the job that asks it, and a job
//! that panics ends itself.
//!
//! A lease is short and renewed while the run goes on. Clocks of instances differ, so nobody judges another's lease by its
//! time: an instance takes a run for dead once it has itself seen no renewal for a lease's length. A run that cannot renew
//! its lease is ended before that, so that two instances do not run one job at a time; should a machine stand still between
//! a look at its clock and what it does next, they may, and each job is harmless then: it is idempotent, and whatever it
//! writes is decided anew in its closure.

mod store;

pub(crate) use store::touch;

use std::collections::{HashMap, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use kernel::Moment;
use tokio::task::{JoinError, JoinHandle};

use crate::ctx::{Ctx, Trace};
use crate::db::{DbFault, LaneKey, Tx};

/// How long a lease lasts after its last renewal. For this long nobody takes up the job of an instance that died.
const LEASE_SECS: i64 = 30;
/// How much the clocks of instances may differ; a moment that is further ahead was written by a clock that has been set
/// back since.
const SKEW_SECS: i64 = 300;
/// How often a lease is renewed while its run goes on.
const RENEW: Duration = Duration::from_secs(10);
/// After this long without a renewal a run is ended, whether or not the database answers; this is well before its lease
/// is over.
const RENEW_MOST: Duration = Duration::from_secs(22);
/// The lease of a job that nobody runs.
const FREE: Moment = Moment::from_ms(0);
const TICK: Duration = Duration::from_millis(1000);
/// How long a run may take, unless its job says otherwise.
const MOST_SECS: u64 = 120;
/// A run that did not end well is tried again after this, or at its next time if that comes earlier.
const AGAIN_SECS: i64 = 60;

/// A job: how often it runs, and for how long.
#[derive(Clone)]
pub struct Job {
    /// `context.verb`, unique in the program.
    pub name: &'static str,
    pub every_secs: i64,
    /// A run is ended after this.
    pub most_secs: u64,
    /// A run that did not end well is due again after this.
    pub again_secs: i64,
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
        let run = Arc::new(move |ctx| -> BoxFuture<'static, Result<(), String>> { Box::pin(run(ctx)) });
        Self { name, every_secs, most_secs: MOST_SECS, again_secs: AGAIN_SECS.min(every_secs), run }
    }

    /// The same job with another time-out.
    pub fn within(mut self, most_secs: u64) -> Self {
        self.most_secs = most_secs;
        self
    }

    /// The same job, tried again so soon after a run that did not end well.
    pub fn again_after(mut self, secs: i64) -> Self {
        self.again_secs = secs.min(self.every_secs);
        self
    }
}

/// Rows that one closure of periodic work deletes or changes.
pub const CHUNK: u64 = 500;

/// Does something in chunks, as bulk work of a lane, until one has less to do than [`CHUNK`]; returns how much was done.
/// For rows that nobody else writes any more.
///
/// # Errors
/// What broke beneath, in words; what was done before stays done.
pub async fn in_chunks(
    ctx: &Ctx,
    key: LaneKey,
    name: &'static str,
    chunk: impl Fn(&mut Tx<'_>) -> Result<u64, DbFault> + Clone + Send + 'static,
) -> Result<u64, String> {
    let mut all = 0;
    loop {
        let done = ctx.db.bulk(key, name, chunk.clone()).await.map_err(|fault: DbFault| fault.to_string())?;
        all += done;
        if done < CHUNK {
            return Ok(all);
        }
    }
}

kernel::words! {
    /// How a run ended: the word in `job_lease`, in the log and in the metric.
    enum Outcome: "an end of a run" {
        Done = "done",
        Failed = "failed",
        TimedOut = "timed_out",
        Panicked = "panicked",
        /// The lease could not be renewed: somebody else may take the job up.
        Lost = "lease_lost",
    }
}

/// Runs the jobs that are due.
pub struct Runner(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    holder: String,
    jobs: Vec<Job>,
    renew: Duration,
    /// Jobs with a run of this process under way.
    running: Mutex<HashSet<&'static str>>,
    /// Leases of runs under way anywhere, as last seen here, and when they were first seen so.
    seen: Mutex<HashMap<&'static str, (Moment, Moment)>>,
}

impl Runner {
    /// `holder` names this start of this process.
    pub fn new(ctx: Ctx, holder: impl Into<String>, jobs: Vec<Job>) -> Self {
        Self::renewing(ctx, holder, jobs, RENEW)
    }

    /// The same, with leases renewed more often: for tests.
    #[doc(hidden)]
    pub fn renewing(ctx: Ctx, holder: impl Into<String>, jobs: Vec<Job>, renew: Duration) -> Self {
        Self(Arc::new(Inner {
            ctx,
            holder: holder.into(),
            jobs,
            renew,
            running: Mutex::default(),
            seen: Mutex::default(),
        }))
    }

    /// Works until the task is dropped; each run has a task of its own.
    pub async fn run(self) {
        loop {
            match self.0.due().await {
                Ok(due) => due.into_iter().for_each(|(job, lease)| self.0.start(job, lease)),
                Err(fault) => tracing::warn!(%fault, "job.look_failed"),
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Runs every job whose time has come by the handed-in clock, one after another in their order, and returns when all
    /// have ended: for tests.
    pub async fn run_due(&self) {
        match self.0.due().await {
            Ok(due) => {
                for (job, lease) in due {
                    Inner::take_turn(&self.0, job, lease).await;
                }
            }
            Err(fault) => tracing::warn!(%fault, "job.look_failed"),
        }
    }
}

impl Inner {
    /// The jobs whose time has come, each with the lease that is to be taken over: free, or of a run that looks dead.
    async fn due(&self) -> Result<Vec<(Job, Moment)>, DbFault> {
        let now = self.ctx.now();
        let leases = self.ctx.db.read("job.look", store::leases).await?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = |job: &Job| match leases.get(job.name) {
            None => Some(FREE),
            Some(lease) if !is_free(&mut seen, job.name, lease.until, now) => None,
            Some(lease) => lease.is_due(job.every_secs, now).then_some(lease.until),
        };
        Ok(self
            .jobs
            .iter()
            .cloned()
            .map(|job| (due(&job), job))
            .filter_map(|(until, job)| Some((job, until?)))
            .collect())
    }

    /// Begins a run in a task of its own, unless one of this process is under way.
    fn start(self: &Arc<Self>, job: Job, lease: Moment) {
        if self.note_running(|running| running.insert(job.name)) {
            let inner = Arc::clone(self);
            tokio::spawn(async move {
                let name = job.name;
                Inner::take_turn(&inner, job, lease).await;
                inner.note_running(|running| running.remove(name));
            });
        }
    }

    fn note_running(&self, note: impl FnOnce(&mut HashSet<&'static str>) -> bool) -> bool {
        note(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the lease, if it is to be had, and runs the job.
    async fn take_turn(inner: &Arc<Self>, job: Job, lease: Moment) {
        match inner.claim(&job, lease).await {
            Ok(true) => inner.run_one(&job).await,
            Ok(false) => {}
            Err(fault) => tracing::warn!(job = job.name, %fault, "job.claim_failed"),
        }
    }

    async fn run_one(&self, job: &Job) {
        let (began, began_at) = (Instant::now(), self.ctx.now());
        let task = tokio::spawn((job.run)(self.ctx.with_trace(Trace::system(job.name))));
        let (outcome, why) = self.outcome(job, task).await;
        let label = outcome.as_str();
        metrics::counter!("renshe_job_runs", "job" => job.name, "outcome" => label).increment(1);
        metrics::histogram!("renshe_job_seconds", "job" => job.name).record(began.elapsed().as_secs_f64());
        match outcome {
            Outcome::Done => {}
            Outcome::Panicked => tracing::error!(job = job.name, outcome = label, why, "job.failed"),
            _ => tracing::warn!(job = job.name, outcome = label, why, "job.failed"),
        }
        if let Err(fault) = self.release(job, outcome, began_at).await {
            tracing::warn!(job = job.name, %fault, "job.release_failed");
        }
    }

    /// Waits for the end of a run, renews its lease meanwhile, and ends it when its time or its lease is over.
    async fn outcome(&self, job: &Job, mut task: JoinHandle<Result<(), String>>) -> (Outcome, String) {
        let most = tokio::time::sleep(Duration::from_secs(job.most_secs));
        tokio::pin!(most);
        let ended = tokio::select! {
            ended = &mut task => Some(ended),
            () = &mut most => None,
            () = self.keep_lease(job) => {
                stop(&mut task).await;
                return (Outcome::Lost, "the lease could not be renewed".to_owned());
            }
        };
        match ended {
            Some(Ok(Ok(()))) => (Outcome::Done, String::new()),
            Some(Ok(Err(why))) => (Outcome::Failed, why),
            Some(Err(broken)) => (Outcome::Panicked, broken.to_string()),
            None => {
                stop(&mut task).await;
                (Outcome::TimedOut, format!("it took longer than {} seconds", job.most_secs))
            }
        }
    }

    /// Renews the lease again and again; returns only when it is or may soon be somebody else's.
    async fn keep_lease(&self, job: &Job) {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(self.renew).await;
            loop {
                // The moment of asking counts, and as long as there is no answer there is no renewal, however long the
                // database takes.
                let asked = Instant::now();
                let left = RENEW_MOST.saturating_sub(renewed.elapsed());
                match tokio::time::timeout(left, self.renew(job)).await {
                    Ok(Ok(true)) => {
                        renewed = asked;
                        break;
                    }
                    Ok(Ok(false)) | Err(_) => return,
                    Ok(Err(fault)) => tracing::warn!(job = job.name, %fault, "job.renew_failed"),
                }
                tokio::time::sleep(TICK).await;
            }
        }
    }

    /// Takes the lease, if it is still the one that was seen.
    async fn claim(&self, job: &Job, lease: Moment) -> Result<bool, DbFault> {
        let (name, every, now, holder) = (job.name, job.every_secs, self.ctx.now(), self.holder.clone());
        let key = LaneKey::of("job", name);
        let claim = self.ctx.db.write(key, "job.claim", move |tx| store::claim(tx, name, (&holder, lease), every, now));
        claim.await
    }

    async fn renew(&self, job: &Job) -> Result<bool, DbFault> {
        let (name, holder, now) = (job.name, self.holder.clone(), self.ctx.now());
        self.ctx.db.write(LaneKey::of("job", name), "job.renew", move |tx| store::renew(tx, name, &holder, now)).await
    }

    async fn release(&self, job: &Job, outcome: Outcome, began: Moment) -> Result<(), DbFault> {
        let (name, holder, now) = (job.name, self.holder.clone(), self.ctx.now());
        // Times are counted from the beginning of a run; after one that did not end well, from its end. What is written is
        // the time of a run that makes the next one due then.
        let last = if outcome == Outcome::Done { began } else { now.minus_secs(job.every_secs - job.again_secs) };
        self.ctx
            .db
            .write(LaneKey::of("job", name), "job.release", move |tx| {
                store::release(tx, name, &holder, last, (outcome.as_str(), now))
            })
            .await
    }
}

/// Whether a lease may be taken: nobody has it, or it was seen here, unrenewed, for a lease's length. Only this instance's own
/// clock is asked, and only for how long.
fn is_free(seen: &mut HashMap<&'static str, (Moment, Moment)>, name: &'static str, until: Moment, now: Moment) -> bool {
    if until == FREE {
        seen.remove(name);
        return true;
    }
    let (known, since) = *seen.entry(name).or_insert((until, now));
    // A clock that was set back since begins anew.
    if known != until || since > now {
        seen.insert(name, (until, now));
        return false;
    }
    since.plus_secs(LEASE_SECS) < now
}

/// Ends a task and waits until it has ended: what it began in the database may still be committed, and is found by
/// the next run.
async fn stop(task: &mut JoinHandle<Result<(), String>>) {
    task.abort();
    let ended: Result<_, JoinError> = Pin::new(task).await;
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "job.panicked_at_its_end");
    }
}
