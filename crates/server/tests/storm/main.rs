//! The storm: the real program, killed (SIGKILL) again and again while many people book and cancel
//! over HTTP. Whatever was acknowledged, the moment its bytes arrived, must be in the database.
//!
//! A few kills on each engine by default; `cargo xtask storm --minutes N` goes on for long, and sets
//! `RENSHE_STORM_SECS`.
#![cfg(test)]

mod child;
mod city;
mod ledger;
mod load;
mod store;
mod verdict;

use std::time::{Duration, Instant};

use kernel::{OsRng, Rng};
use testkit::{Engine, TestDb};

use child::Child;
use city::City;

/// Kills on each engine when no time is given.
const KILLS: u32 = 4;
/// Broken promises that are named when a storm fails.
const NAMED_MOST: usize = 20;

#[test]
fn nothing_acknowledged_is_lost() {
    let secs = std::env::var("RENSHE_STORM_SECS").ok().map(|text| text.parse::<u64>().expect("seconds"));
    // One engine after the other: two storms on two cores would mostly wait for each other.
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let lasts = secs.map(|secs| Duration::from_secs(secs / 2));
        testkit::run(engine, move |db: TestDb| storm(db, lasts));
    }
}

#[expect(clippy::print_stdout, reason = "a storm closes with one line for whoever started it")]
async fn storm(db: TestDb, lasts: Option<Duration>) {
    let city = City::prepare(&db).await;
    let load = load::start(&city);
    let mut child = Child::start(&city);
    let (begun, mut kills) = (Instant::now(), 0);
    while lasts.map_or(kills < KILLS, |lasts| begun.elapsed() < lasts) {
        // Some die before they have served anybody.
        if OsRng.below(4) > 0 {
            child.ready().await;
        }
        tokio::time::sleep(Duration::from_millis(20 + OsRng.below(1_500))).await;
        child.kill();
        kills += 1;
        child = Child::start(&city);
    }
    child.ready().await;
    let ledger = load.stop().await;
    child.kill();
    kills += 1;
    let lost = verdict::judge(&db, &city, &ledger).await;
    println!("storm on {:?}: {kills} kills, {}, {} lost", db.engine, ledger.summary(), lost.len());
    let first: Vec<&str> = lost.iter().take(NAMED_MOST).map(String::as_str).collect();
    assert!(lost.is_empty(), "{}", first.join("\n"));
    assert!(ledger.acknowledged() > 0, "nobody was served");
    verdict::ask_the_program(&city).await;
}
