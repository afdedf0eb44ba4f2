//! The runs of `cargo xtask simulate` and of `cargo xtask test`.
//!
//! `RENSHE_PURE` and `RENSHE_WHOLE` set how many seeds run; `RENSHE_SEED` runs one of them.

#![expect(clippy::print_stdout, reason = "a run closes with its figures for whoever started it")]

use std::time::Instant;

use super::planted::{Bug, plant};
use super::pure::{Ran, by_seed, run};

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn seeds(name: &str, otherwise: u64) -> std::ops::Range<u64> {
    match number("RENSHE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number(name).unwrap_or(otherwise),
    }
}

fn pure(seed: u64) -> Ran {
    run(seed, by_seed(seed))
}

#[test]
fn simulate_pure_seeds_keep_the_invariants() {
    let begun = Instant::now();
    let (mut many, mut events) = (0_u64, 0_u64);
    let mut ends = std::collections::BTreeMap::new();
    for seed in seeds("RENSHE_PURE", 100_000) {
        let ran = pure(seed);
        if let Some(why) = ran.broken {
            panic!("pure seed {seed}: {why}\nreplay: cargo xtask simulate --seed {seed}");
        }
        many += 1;
        events += u64::from(ran.events);
        *ends.entry(ran.end.as_str()).or_insert(0_u64) += 1;
    }
    println!("{many} pure seeds, {events} events, {:.1} s, {ends:?}", begun.elapsed().as_secs_f64());
}

#[test]
fn simulate_pure_bugs_are_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        plant(Some(*bug));
        let found = (0..20_000).find_map(|seed| pure(seed).broken.map(|why| (seed, why)));
        plant(None);
        match found {
            Some((seed, why)) => println!("{bug:?}: seed {seed}: {why}"),
            None => missed.push(*bug),
        }
    }
    assert_eq!(missed, []);
}
