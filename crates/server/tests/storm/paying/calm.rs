//! After the load: time passes until every deadline is over and every order has come to an end. A program dies now
//! and then here too: half-paid orders end while their platform is being killed.

use std::time::Duration;

use kernel::{OsRng, Rng};
use platform::db::DbFault;
use testkit::TestDb;

use super::overdue::overdue;
use super::{Programs, store};

/// One step of the clock.
const STEP_SECS: i64 = 240;
/// After this long every deadline is over: half an hour, the last question, and some.
const DEADLINES_SECS: i64 = 40 * 60;
/// After this long everything that is asked again at growing intervals has been asked again.
const LONGEST_SECS: i64 = 6 * 3_600;

/// Lets time pass, and gives what stood half paid past its end on the way. What is not at its end afterwards is the
/// verdict's to name.
pub async fn pass(db: &TestDb, programs: &mut Programs<'_>) -> Vec<String> {
    let (mut passed, mut broken) = (0, Vec::new());
    while passed < DEADLINES_SECS || (passed < LONGEST_SECS && moving(db).await > 0) {
        let now = programs.town.control.advance(STEP_SECS).await;
        passed += STEP_SECS;
        match OsRng.below(6) {
            0 => programs.kill_platform(),
            1 => programs.kill_sandbox(Duration::ZERO).await,
            _ => {}
        }
        // The clock of a platform that starts is the sandbox's, which must be there then.
        programs.ready().await;
        broken.extend(overdue(db, now).await);
    }
    broken
}

async fn moving(db: &TestDb) -> i64 {
    let moving = db.db.read("storm.moving", store::moving).await;
    moving.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}
