//! The storms: the real programs, killed (SIGKILL) again and again while many people are served over HTTP. Whatever
//! was acknowledged, the moment its bytes arrived, must have been kept.
//!
//! In the first, people book and cancel, and only the platform dies. In the second ([`paying`]) they pay, and the
//! partners' sandbox dies as well, each by itself.
//!
//! A few kills on each engine by default; `cargo xtask storm --minutes N` goes on for long, and sets
//! `RENSHE_STORM_SECS`.
#![cfg(test)]

#[path = "../support/booking_rules.rs"]
mod booking_rules;
#[path = "../support/form.rs"]
mod form;
#[path = "../support/free_ports.rs"]
mod free_ports;

mod child;
mod city;
mod ledger;
mod load;
mod paying;
mod store;
mod verdict;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kernel::{OsRng, Rng};
use testkit::{Engine, TestDb};

use city::City;

/// Kills on each engine when no time is given.
const KILLS: u32 = 4;
/// Broken promises that are named when a storm fails.
const NAMED_MOST: usize = 20;

#[test]
fn nothing_acknowledged_is_lost() {
    on_both_engines(storm);
}

#[test]
fn nobody_pays_twice_or_for_nothing() {
    on_both_engines(paying::storm);
}

/// One after the other: two storms on two cores would mostly wait for each other.
fn on_both_engines<Story: Future<Output = ()>>(story: fn(TestDb, Option<Duration>) -> Story) {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let secs = std::env::var("RENSHE_STORM_SECS").ok().map(|text| text.parse::<u64>().expect("seconds"));
    // Two storms on two engines share the time.
    let lasts = secs.map(|secs| Duration::from_secs(secs / 4));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        testkit::run(engine, move |db: TestDb| story(db, lasts));
    }
    drop(turn);
}

#[expect(clippy::print_stdout, reason = "a storm closes with one line for whoever started it")]
async fn storm(db: TestDb, lasts: Option<Duration>) {
    let city = City::prepare(&db).await;
    let load = load::start(&city);
    let mut child = city.serve();
    let (begun, mut kills) = (Instant::now(), 0);
    while lasts.map_or(kills < KILLS, |lasts| begun.elapsed() < lasts) {
        // Some die before they have served anybody.
        if OsRng.below(4) > 0 {
            child.ready().await;
        }
        tokio::time::sleep(Duration::from_millis(20 + OsRng.below(1_500))).await;
        child.kill();
        kills += 1;
        child = city.serve();
    }
    child.ready().await;
    let ledger = load.stop().await;
    child.kill();
    kills += 1;
    let lost = verdict::judge(&db, &city, &ledger).await;
    println!("storm on {:?}: {kills} kills, {}, {} lost", db.engine, ledger.summary(), lost.len());
    expect_none(&lost);
    assert!(ledger.acknowledged() > 0, "nobody was served");
    verdict::ask_the_program(&city.place).await;
}

/// Fails with the first of the broken promises.
fn expect_none(lost: &[String]) {
    let first: Vec<&str> = lost.iter().take(NAMED_MOST).map(String::as_str).collect();
    assert!(lost.is_empty(), "{}", first.join("\n"));
}
