//! The context of a use case for tests: a clock moved by hand, seeded randomness, fixed keys.

use std::sync::Arc;

use kernel::{Clock, Date, ManualClock, Moment, Rng, SeededRng, Time};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::Vault;
use platform::{Ctx, Mode, Trace};
use tokio::sync::Notify;

use crate::must;
use crate::place::TestDb;

/// A clock that stands at nine on a Monday, a working day of a year whose calendar we have.
pub fn a_monday_morning() -> Arc<ManualClock> {
    let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 0, 0, 0));
    Arc::new(ManualClock::new(nine))
}

/// A demo's context over this database, with the embedded policy, acting as the system.
///
/// Every context of one database draws from one stream of randomness, so two of them never make
/// the same id.
pub fn test_ctx(db: &TestDb, clock: Arc<dyn Clock>) -> Ctx {
    let rng: Arc<dyn Rng> = db.rng();
    Ctx {
        db: db.db.clone(),
        clock,
        rng: Arc::clone(&rng),
        vault: Arc::new(Vault::for_tests()),
        policy: Arc::new(must(Policy::load(None), "reading the embedded policy")),
        hasher: Hasher::for_tests(rng),
        mode: Mode::Demo,
        nudge: Arc::new(Notify::new()),
        not_after: None,
        trace: Trace::system("test"),
    }
}

/// Randomness for one database: seeded, so that a failure can be repeated.
pub(crate) fn rng(seed: u64) -> Arc<SeededRng> {
    Arc::new(SeededRng::new(seed))
}
