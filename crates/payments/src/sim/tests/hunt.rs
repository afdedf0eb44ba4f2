//! The hunt for planted mistakes: each in both simulators, and the docs' table says after how many runs.

use std::time::Instant;

use testkit::{Engine, TestDb};

use super::super::faults::Fault;
use super::super::planted::{Bug, plant};
use super::super::room::{Plan, Ran, by_script, by_seed, pure};
use super::super::scripts::SCRIPTS;
use super::super::stage::Stage;

/// Seeds within which a planted mistake must be found on the decisions.
const HUNT: u64 = 20_000;
/// Tracks that are followed on the real use cases.
const TRACKS: usize = 40;
/// Seeds within which it must be found there, where there are fewer tracks.
const HUNT_WHOLE: u64 = 1_000;

const PAGE: &str = include_str!("../../../../../docs/reliability.md");

/// A figure of the docs' table.
fn documented(bug: Bug, column: usize) -> Option<u64> {
    let line = PAGE.lines().find(|line| line.starts_with(&format!("| `{bug:?}` |")))?;
    line.split('|').nth(column)?.trim().parse().ok()
}

fn planted<T>(bug: Bug, hunt: impl FnOnce() -> T) -> T {
    plant(Some(bug));
    let found = hunt();
    plant(None);
    found
}

#[test]
fn simulate_pure_bugs_are_found() {
    let (begun, mut missed, mut other) = (Instant::now(), Vec::new(), Vec::new());
    for bug in Bug::ALL {
        let broken = |seed| pure(seed, by_seed(seed)).broken.map(|why| (seed + 1, why));
        match planted(*bug, || (0..HUNT).find_map(broken)) {
            Some((seeds, why)) => {
                println!("| `{bug:?}` |{} | {seeds} | … | {why} |", bug.says().trim_end_matches('.'));
                other.extend((documented(*bug, 3) != Some(seeds)).then_some((*bug, seeds)));
            }
            None => missed.push(*bug),
        }
    }
    println!("pure hunt: {:.1} s", begun.elapsed().as_secs_f64());
    assert_eq!(missed, [], "not found");
    assert_eq!(other, [], "docs/reliability.md says other seeds");
}

/// What is run on the real use cases: one person with one fault more, or none; or a seed.
enum Prey {
    Script(usize, Vec<(Fault, u32)>),
    Seed(u64),
}

impl Prey {
    fn plan(&self) -> Plan {
        match self {
            Prey::Script(place, more) => by_script(&SCRIPTS[*place], more),
            Prey::Seed(seed) => by_seed(*seed),
        }
    }

    fn says(&self) -> String {
        match self {
            Prey::Script(place, more) => format!("{} {more:?}", SCRIPTS[*place].name),
            Prey::Seed(seed) => format!("seed {seed}"),
        }
    }
}

/// Where to look on the real use cases: the runs of every fault at every place that break on the decisions, the first
/// of each person and kind; and where that is not enough, seeds.
fn tracks() -> impl Iterator<Item = Prey> {
    let kinds = |place| Fault::ALL.iter().map(move |kind| (place, *kind));
    let scripts = (0..SCRIPTS.len()).flat_map(kinds).filter_map(|(place, kind)| {
        for k in 1.. {
            let more = vec![(kind, k)];
            let Ran { broken, last_struck, .. } = pure(0, by_script(&SCRIPTS[place], &more));
            if broken.is_some() {
                return Some(Prey::Script(place, if last_struck { more } else { vec![] }));
            }
            if !last_struck {
                break;
            }
        }
        None
    });
    scripts.take(TRACKS).chain((0..HUNT_WHOLE).map(Prey::Seed))
}

#[test]
fn simulate_whole_bugs_are_found() {
    testkit::run(Engine::Sqlite, |db: TestDb| async move {
        let (begun, mut missed, mut other) = (Instant::now(), Vec::new(), Vec::new());
        let stage = Stage::open(&db).await;
        let mut run = 0;
        for bug in Bug::ALL {
            let found = planted(*bug, || {
                (1_u64..).zip(tracks()).find_map(|(tried, prey)| {
                    run += 1;
                    let why = stage.run(&format!("h{run}"), run, prey.plan()).broken?;
                    Some((tried, format!("{}: {why}", prey.says())))
                })
            });
            match found {
                Some((tried, why)) => {
                    println!("| `{bug:?}` | … | {tried} | {why} |");
                    other.extend((documented(*bug, 4) != Some(tried)).then_some((*bug, tried)));
                }
                None => missed.push(*bug),
            }
        }
        println!("whole hunt: {:.1} s", begun.elapsed().as_secs_f64());
        assert_eq!(missed, [], "not found");
        assert_eq!(other, [], "docs/reliability.md says other runs");
    });
}
