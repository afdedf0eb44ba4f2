//! The runs of `cargo xtask simulate` and of `cargo xtask test`.
//!
//! `RENSHE_PURE` and `RENSHE_WHOLE` set how many seeds run; `RENSHE_SEED` runs one of them; `RENSHE_EVERY` has every
//! person go through every fault on the real use cases too, not only the [`FEW`].

#![expect(clippy::print_stdout, reason = "a run closes with its figures for whoever started it")]

use std::collections::BTreeMap;
use std::time::Instant;

use testkit::{Engine, TestDb};

use super::faults::Fault;
use super::person::SCRIPTS;
use super::planted::{Bug, plant};
use super::room::{Plan, Ran, by_script, by_seed, pure};
use super::stage::Stage;

/// Seeds on the decisions alone.
const PURE: u64 = 200_000;
/// Seeds on the real use cases.
const WHOLE: u64 = 2_000;
/// An honest run is mostly waiting: partners are not asked more often than is needed.
const EVENTS_MEAN_MOST: u64 = 120;
/// Seeds within which a planted mistake must be found.
const HUNT: u64 = 20_000;
/// Runs over one database before its checks are asked and another one is made.
const STAGE: u64 = 250;

/// Places in [`SCRIPTS`] that between them reach every act: paying from both purses, agreeing again, cancelling, leaving
/// at the cashier, giving up there.
const FEW: [usize; 5] = [0, 3, 4, 7, 11];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

fn seeds(name: &str, otherwise: u64) -> std::ops::Range<u64> {
    match number("RENSHE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number(name).unwrap_or(otherwise),
    }
}

fn by_chance(seed: u64) -> Ran {
    pure(seed, by_seed(seed))
}

/// What many runs came to.
#[derive(Default)]
struct Tally {
    runs: u64,
    events: u64,
    ends: BTreeMap<&'static str, u64>,
}

impl Tally {
    #[track_caller]
    fn add(&mut self, of: &str, ran: &Ran) {
        if let Some(why) = &ran.broken {
            panic!("{of}: {why}");
        }
        self.runs += 1;
        self.events += u64::from(ran.events);
        *self.ends.entry(ran.end.as_str()).or_default() += 1;
    }

    fn say(&self, what: &str, begun: Instant) {
        let Tally { runs, events, ends } = self;
        println!("{what}: {runs} runs, {events} events, {:.1} s, {ends:?}", begun.elapsed().as_secs_f64());
    }
}

#[test]
fn simulate_pure_seeds_keep_the_invariants() {
    let (begun, mut tally) = (Instant::now(), Tally::default());
    for seed in seeds("RENSHE_PURE", PURE) {
        tally.add(&format!("pure seed {seed} (cargo xtask simulate --seed {seed})"), &by_chance(seed));
    }
    tally.say("pure seeds", begun);
    // What has ended was once asked about every minute for a day.
    assert!(tally.runs < 100 || tally.events / tally.runs < EVENTS_MEAN_MOST);
}

#[test]
fn simulate_pure_a_seed_leaves_the_same_trace_twice() {
    for seed in 0..500 {
        assert_eq!(by_chance(seed), by_chance(seed), "pure seed {seed}");
    }
    assert_ne!(by_chance(1).hash, by_chance(2).hash);
}

/// Each kind of fault at its first place, its second, its third …, until it finds no place any more.
fn exhaust(scripts: &[usize], mut run: impl FnMut(u64, Plan) -> Ran) -> Tally {
    let mut tally = Tally::default();
    for script in scripts {
        let name = SCRIPTS[*script].0;
        for kind in Fault::ALL {
            for k in 1.. {
                let of = format!("{name}, {kind:?} at its place {k}");
                let ran = run(tally.runs, by_script(*script, *kind, k));
                tally.add(&of, &ran);
                if !ran.struck {
                    break;
                }
            }
        }
    }
    tally
}

#[test]
fn simulate_pure_every_fault_at_every_place() {
    let begun = Instant::now();
    let all: Vec<usize> = (0..SCRIPTS.len()).collect();
    exhaust(&all, pure).say("pure, every fault at every place", begun);
}

#[test]
fn simulate_pure_bugs_are_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        plant(Some(*bug));
        let found = (0..HUNT).find_map(|seed| by_chance(seed).broken.map(|why| (seed, why)));
        plant(None);
        match found {
            Some((seed, why)) => println!("| `{bug:?}` | {} | {why} |", seed + 1),
            None => missed.push(*bug),
        }
    }
    assert_eq!(missed, []);
}

#[test]
fn simulate_whole_seeds_keep_the_invariants() {
    let begun = Instant::now();
    let mut all: Vec<u64> = seeds("RENSHE_WHOLE", WHOLE).collect();
    let mut tally = Tally::default();
    while !all.is_empty() {
        let chunk: Vec<u64> = all.drain(..all.len().min(usize::try_from(STAGE).unwrap())).collect();
        let (sender, ran) = std::sync::mpsc::channel();
        testkit::run(Engine::Sqlite, move |db: TestDb| {
            let (chunk, sender) = (chunk.clone(), sender.clone());
            async move {
                let stage = Stage::open(&db).await;
                for seed in chunk {
                    let ran = stage.run(&format!("s{seed}"), seed, by_seed(seed));
                    let stop = ran.broken.is_some();
                    sender.send((seed, ran)).unwrap();
                    if stop {
                        return;
                    }
                }
                assert_eq!(stage.check().await, Vec::<String>::new());
            }
        });
        for (seed, ran) in ran {
            tally.add(&format!("whole seed {seed} (cargo xtask simulate --seed {seed})"), &ran);
        }
    }
    tally.say("whole seeds", begun);
}

#[test]
fn simulate_whole_a_seed_leaves_the_same_trace_twice() {
    let runs = || {
        let (sender, ran) = std::sync::mpsc::channel();
        testkit::run(Engine::Sqlite, move |db: TestDb| {
            let sender = sender.clone();
            async move {
                let stage = Stage::open(&db).await;
                for seed in 0..40 {
                    sender.send(stage.run(&format!("s{seed}"), seed, by_seed(seed))).unwrap();
                }
            }
        });
        ran.into_iter().collect::<Vec<Ran>>()
    };
    assert_eq!(runs(), runs());
}

#[test]
fn simulate_whole_every_fault_at_every_place() {
    let begun = Instant::now();
    testkit::run(Engine::Sqlite, move |db: TestDb| async move {
        let stage = Stage::open(&db).await;
        let all: Vec<usize> = (0..SCRIPTS.len()).collect();
        let scripts: &[usize] = if number("RENSHE_EVERY").is_some() { &all } else { &FEW };
        let tally = exhaust(scripts, |run, plan| stage.run(&format!("e{run}"), run, plan));
        tally.say("whole, every fault at every place", begun);
        assert_eq!(stage.check().await, Vec::<String>::new());
    });
}
