//! The storm of paying: platform and sandbox are programs of their own, killed each by itself while people pay for
//! visits from three purses. Then both are up, the half hours pass, and what the partners hold is compared with what
//! the orders say.

mod calm;
mod control;
mod judge;
mod overdue;
mod payer;
mod phone;
mod store;
mod told;
mod town;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kernel::{OsRng, Rng};
use testkit::TestDb;
use tokio::task::JoinSet;

use crate::child::Child;
use crate::{expect_none, verdict};
use payer::Worker;
use told::Told;
use town::Town;

/// Kills of each program, under load, when no time is given.
const KILLS: u32 = 4;
/// People who do something at one time.
const WORKERS: usize = 12;

/// The clock jumps under load, after a death, by more than a lease and more than the minute for which a message may be
/// on its way: whoever waits for an answer is overtaken.
const STEP_SECS: i64 = 150;
/// So many seconds the clock may be ahead, and as many more for each second of the storm: unpaid places end under load,
/// and nobody is signed out for having been away for half an hour.
const AHEAD_SECS: i64 = 1_050;
const FASTER: i64 = 5;

/// The two programs, and how often each has died.
struct Programs<'a> {
    town: &'a Town,
    platform: Child,
    sandbox: Child,
    kills: [u32; 2],
}

impl Programs<'_> {
    fn start(town: &Town) -> Programs<'_> {
        Programs { town, platform: town.serve(), sandbox: town.sandbox(), kills: [0, 0] }
    }

    async fn ready(&mut self) {
        self.sandbox.ready().await;
        self.platform.ready().await;
    }

    fn kill_platform(&mut self) {
        self.platform.kill();
        self.kills[0] += 1;
        self.platform = self.town.serve();
    }

    /// Partners may stay away for a while.
    async fn kill_sandbox(&mut self, away: Duration) {
        self.sandbox.kill();
        self.kills[1] += 1;
        tokio::time::sleep(away).await;
        self.sandbox = self.town.sandbox();
    }

    /// The clock moves, and now and then the platform dies of what is due then; what stands half paid past its end.
    async fn time_passes(&mut self, db: &TestDb) -> Vec<String> {
        self.ready().await;
        let now = self.town.control.advance(STEP_SECS).await;
        if OsRng.below(3) == 0 {
            self.kill_platform();
        }
        self.ready().await;
        overdue::overdue(db, now).await
    }

    /// One of them dies, whoever the dice say.
    async fn kill_one(&mut self) {
        // Some die before they have served anybody.
        if OsRng.below(4) > 0 {
            self.ready().await;
        }
        tokio::time::sleep(Duration::from_millis(50 + OsRng.below(2_000))).await;
        if OsRng.below(2) == 0 {
            self.kill_platform();
        } else {
            self.kill_sandbox(Duration::from_millis(OsRng.below(1_500))).await;
        }
    }
}

fn may_move(storming: Duration) -> i64 {
    AHEAD_SECS + FASTER * i64::try_from(storming.as_secs()).unwrap_or(0)
}

/// One storm on one engine.
#[expect(clippy::print_stdout, reason = "a storm closes with one line for whoever started it")]
pub async fn storm(db: TestDb, lasts: Option<Duration>) {
    let town = Town::prepare(&db).await;
    let load = Load::start(&town);
    let mut programs = Programs::start(&town);
    let begun = Instant::now();
    let (mut moved, mut broken) = (0, Vec::new());
    while lasts.map_or(programs.kills.iter().any(|kills| *kills < KILLS), |lasts| begun.elapsed() < lasts) {
        programs.kill_one().await;
        if moved < may_move(begun.elapsed()) {
            moved += STEP_SECS;
            broken.extend(programs.time_passes(&db).await);
        }
    }
    programs.ready().await;
    let told = load.stop().await;
    let under_load = programs.kills;
    broken.extend(calm::pass(&db, &mut programs).await);
    let mut verdict = judge::judge(&db, &town, &told).await;
    verdict.broken.append(&mut broken);
    let [platform, sandbox] = programs.kills;
    // The commands have the database for themselves, and no partner is asked.
    drop(programs);
    println!(
        "paying storm on {:?}: platform killed {platform} times, sandbox {sandbox} times, {}, {}, {} lost",
        db.engine,
        verdict.seen,
        told.summary(),
        verdict.broken.len()
    );
    expect_none(&verdict.broken);
    assert!(told.acknowledged() > 0, "nobody was served");
    assert!(under_load.iter().all(|kills| *kills > 0), "both are to die under load: {under_load:?}");
    assert!(verdict.seen.is_whole(), "something never happened: {}", verdict.seen);
    verdict::ask_the_program(&town.place).await;
}

/// A running load.
struct Load {
    workers: JoinSet<()>,
    stopping: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
}

impl Load {
    /// Starts it; the programs need not be there yet. Everybody is served by two workers: people have two windows.
    fn start(town: &Town) -> Load {
        let (stopping, told): (Arc<AtomicBool>, Arc<Mutex<Told>>) = Default::default();
        let mut workers = JoinSet::new();
        for number in 0..WORKERS {
            let worker = Worker::new(town, number, WORKERS / 2, Arc::clone(&told));
            let stopping = Arc::clone(&stopping);
            workers.spawn(async move {
                while !stopping.load(Ordering::Relaxed) {
                    worker.turn().await;
                }
            });
        }
        Load { workers, stopping, told }
    }

    /// Lets everybody finish and returns what they were told.
    async fn stop(self) -> Told {
        self.stopping.store(true, Ordering::Relaxed);
        self.workers.join_all().await;
        std::mem::take(&mut *self.told.lock().expect("no panic in here"))
    }
}
