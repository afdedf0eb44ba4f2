//! The runs of `cargo xtask simulate` and of `cargo xtask test`.
//!
//! `RENSHE_PURE` and `RENSHE_WHOLE` set how many seeds run; `RENSHE_SEED` runs one of them; `RENSHE_EVERY` has every
//! person go through every fault on the real use cases too, not only the [`FEW`]. `RENSHE_SCRIPT` runs one person, with
//! the fault `RENSHE_FAULT` at its place `RENSHE_AT` if they are given.

#![expect(clippy::print_stdout, reason = "a run closes with its figures for whoever started it")]

mod hunt;

use std::collections::BTreeMap;
use std::time::Instant;

use testkit::{Engine, TestDb};

use super::faults::{Fault, KINDS};
use super::room::{Plan, Ran, by_script, by_seed, pure};
use super::scripts::SCRIPTS;
use super::stage::Stage;

/// Seeds on the decisions alone.
pub(crate) const PURE: u64 = 200_000;
/// Seeds on the real use cases.
pub(crate) const WHOLE: u64 = 2_000;
/// An honest run is mostly waiting: partners are not asked more often than is needed.
const EVENTS_MEAN_MOST: u64 = 120;
/// Runs over one database before its checks are asked and another one is made.
const STAGE: u64 = 250;
/// So many runs say something of all runs.
const MANY: u64 = 1_000;

/// Places in [`SCRIPTS`] that between them reach every act: paying from both purses, cancelling, leaving at the
/// cashier, taking a payment back, being settled after all.
pub(crate) const FEW: [usize; 5] = [0, 4, 7, 19, 27];

fn text(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.into_string().unwrap_or_else(|text| panic!("{name} is no text: {text:?}")))
}

fn number(name: &str) -> Option<u64> {
    let text = text(name)?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, and is «{text}»")))
}

fn seeds(name: &str, otherwise: u64) -> std::ops::Range<u64> {
    match number("RENSHE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number(name).unwrap_or(otherwise),
    }
}

/// The one script that is asked for, and the fault with its place.
fn asked() -> Option<(usize, Option<(Fault, u32)>)> {
    let script = usize::try_from(number("RENSHE_SCRIPT")?).unwrap_or(usize::MAX);
    assert!(script < SCRIPTS.len(), "RENSHE_SCRIPT must be under {}", SCRIPTS.len());
    let fault = text("RENSHE_FAULT").map(|name| {
        let found = Fault::ALL.iter().copied().find(|kind| format!("{kind:?}") == name);
        let kind = found.unwrap_or_else(|| panic!("RENSHE_FAULT must be one of {:?}, and is «{name}»", Fault::ALL));
        (kind, u32::try_from(number("RENSHE_AT").unwrap_or(1)).unwrap_or(u32::MAX))
    });
    Some((script, fault))
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
    struck: [u64; KINDS],
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
        for (all, struck) in self.struck.iter_mut().zip(ran.struck) {
            *all += u64::from(struck);
        }
    }

    fn say(&self, what: &str, begun: Instant) {
        let Tally { runs, events, ends, .. } = self;
        println!("{what}: {runs} runs, {events} events, {:.1} s, {ends:?}", begun.elapsed().as_secs_f64());
    }

    /// Many runs see every end and every fault.
    #[track_caller]
    fn sees_all(&self) {
        if self.runs < MANY {
            return;
        }
        for (end, least) in [("settled", 10), ("refunded", 10), ("closed", 10), ("blocked", 1)] {
            let many = self.ends.get(end).copied().unwrap_or(0);
            assert!(many * 100 >= self.runs * least, "only {many} of {} runs end {end}", self.runs);
        }
        self.struck_by_all();
        // What has ended was once asked about every minute for a day.
        assert!(self.events / self.runs < EVENTS_MEAN_MOST, "{} events in {} runs", self.events, self.runs);
    }

    #[track_caller]
    fn struck_by_all(&self) {
        for kind in Fault::ALL {
            assert!(self.struck[*kind as usize] > 0, "{kind:?} never struck in {} runs", self.runs);
        }
    }
}

#[test]
fn simulate_pure_seeds_keep_the_invariants() {
    let (begun, mut tally) = (Instant::now(), Tally::default());
    for seed in seeds("RENSHE_PURE", PURE) {
        tally.add(&format!("pure seed {seed} (cargo xtask simulate --seed {seed})"), &by_chance(seed));
    }
    tally.say("pure seeds", begun);
    tally.sees_all();
}

#[test]
fn simulate_pure_a_seed_leaves_the_same_trace_twice() {
    for seed in 0..500 {
        assert_eq!(by_chance(seed), by_chance(seed), "pure seed {seed}");
    }
    assert_ne!(by_chance(1).hash, by_chance(2).hash);
}

#[test]
fn simulate_seeds_have_every_case_of_purses() {
    let mut cases: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..MANY {
        let insurer = by_seed(seed).insurer;
        let split = insurer.advice(true);
        let nothing = kernel::Fen::ZERO;
        for (case, is) in [
            ("nothing left to pay", split.cash == nothing),
            ("nothing in the account", insurer.balance == nothing),
            ("nothing by the fund", insurer.fund == nothing),
            ("the account only", split.personal_account == insurer.total),
            ("the fund only", insurer.fund == insurer.total),
            ("nobody helps", split.cash == insurer.total),
            ("all three", [split.cash, split.personal_account, split.fund].iter().all(|part| *part > nothing)),
        ] {
            *cases.entry(case).or_default() += u32::from(is);
        }
    }
    assert!(cases.values().all(|many| *many >= 5), "{cases:?}");
}

/// Each kind of fault at its first place, its second, its third …, until it finds no place any more; or the one run that
/// is asked for. Where no fault struck, it must end as the script says.
fn exhaust(scripts: &[usize], mut run: impl FnMut(u64, Plan) -> Ran) -> Tally {
    let mut tally = Tally::default();
    let mut one = |tally: &mut Tally, place: usize, more: &[(Fault, u32)]| {
        let script = &SCRIPTS[place];
        let fault = more.first().map_or(String::new(), |(kind, k)| format!(" --fault {kind:?} --at {k}"));
        let of = format!("{} (cargo xtask simulate --script {place}{fault})", script.name);
        let ran = run(tally.runs, by_script(script, more));
        tally.add(&of, &ran);
        let struck = !more.is_empty() && ran.last_struck;
        assert!(struck || ran.end == script.end, "{of}: it ended {} and not {}", ran.end, script.end);
        struck
    };
    if let Some((script, fault)) = asked() {
        one(&mut tally, script, fault.as_slice());
        return tally;
    }
    for script in scripts {
        one(&mut tally, *script, &[]);
        for kind in Fault::ALL {
            for k in 1.. {
                if !one(&mut tally, *script, &[(*kind, k)]) {
                    break;
                }
            }
        }
    }
    tally.struck_by_all();
    tally
}

/// All scripts.
pub(super) fn all_scripts() -> Vec<usize> {
    (0..SCRIPTS.len()).collect()
}

#[test]
fn simulate_pure_every_fault_at_every_place() {
    let begun = Instant::now();
    exhaust(&all_scripts(), pure).say("pure, every fault at every place", begun);
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
    tally.sees_all();
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
        let scripts = if text("RENSHE_EVERY").is_some() { all_scripts() } else { FEW.to_vec() };
        let tally = exhaust(&scripts, |run, plan| stage.run(&format!("e{run}"), run, plan));
        tally.say("whole, every fault at every place", begun);
        assert_eq!(stage.check().await, Vec::<String>::new());
    });
}

/// The order in memory is changed as the one in the database is: the same people come to the same ends, each by the same
/// attempts.
#[test]
fn simulate_both_come_to_the_same_ends() {
    testkit::run(Engine::Sqlite, |db: TestDb| async move {
        let stage = Stage::open(&db).await;
        for (place, script) in SCRIPTS.iter().enumerate() {
            let seed = u64::try_from(place).unwrap();
            let whole = stage.run(&format!("b{place}"), seed, by_script(script, &[]));
            let pure = pure(seed, by_script(script, &[]));
            let came_to = |ran: &Ran| (ran.broken.clone(), ran.end, ran.legs.clone(), ran.freed, ran.struck);
            assert_eq!(came_to(&pure), came_to(&whole), "{}", script.name);
        }
    });
}
