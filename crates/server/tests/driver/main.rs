//! The seeded driver of booking over the real database: a few people wish for the few places of one
//! or two tiny clinics, on two instances, with commits that crash and wishes that overtake each
//! other. After every step the invariants are asked and every row is compared with a simple model.
//!
//! Everything follows from the seed: the wishes, the clock, the ids, where a process dies, who comes
//! in between. `RENSHE_SEED` runs one seed.
#![cfg(test)]

mod hospital;
mod instance;
mod model;
mod run;
mod store;
mod wish;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use health::clinics::policy::BookingRules;
use identity::PersonId;
use platform::Ctx;
use platform::policy::Policy;
use testkit::{ManualClock, TestDb, a_monday_morning, db_test, replay, seeds, test_ctx};

use run::World;

const SEEDS: u64 = 300;
const PEOPLE: usize = 4;

#[db_test]
async fn booking_keeps_its_promises(db: TestDb) {
    let clock = a_monday_morning();
    let policy = Arc::new(strict_policy());
    let ctx = Ctx { policy, ..test_ctx(&db, clock.clone()) };
    let people = identity::demo::crowd(&ctx, PEOPLE).await.expect("a crowd");
    let people = people.into_iter().map(|(person, _)| person).collect();
    // The inline mode works on the caller's thread, and a PostgreSQL client must not be used on an
    // async one.
    let driven = tokio::task::spawn_blocking(move || drive(&db, &ctx, &clock, people)).await;
    if let Err(ended) = driven {
        std::panic::resume_unwind(ended.into_panic());
    }
}

/// The rules with caps so low that a seed meets them.
fn strict_policy() -> Policy {
    let strict = include_str!("../../../../policy/health.toml")
        .replace("visits_most = 8", "visits_most = 1")
        .replace("bookings_a_day = 10", "bookings_a_day = 3");
    let folder = std::env::temp_dir().join(format!("renshe-driver-policy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("health.toml"), strict).expect("written");
    let policy = Policy::load(Some(&folder)).expect("policy");
    assert_eq!(policy.at::<BookingRules>(a_monday_morning_day()).expect("rules").bookings_a_day, 3);
    policy
}

fn a_monday_morning_day() -> kernel::Date {
    kernel::Clock::now(a_monday_morning().as_ref()).date()
}

fn drive(db: &TestDb, ctx: &Ctx, clock: &Arc<ManualClock>, people: Vec<PersonId>) {
    let mut world = World::open(db.target(), ctx, clock, people);
    let mut steps = 0;
    for seed in seeds(SEEDS) {
        let found = catch_unwind(AssertUnwindSafe(|| world.run(seed)));
        let why = match found {
            Ok(Ok(taken)) => {
                steps += taken;
                continue;
            }
            Ok(Err(why)) => why,
            Err(panic) => panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned()),
        };
        panic!("seed {seed}: {why}\n{}\n{}", world.told(), replay("driver", seed));
    }
    world.close();
    assert!(steps > 0, "nothing was driven");
}
