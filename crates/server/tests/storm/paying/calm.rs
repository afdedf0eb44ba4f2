//! After the load: time passes until every deadline is over and every order has come to an end. A program dies now
//! and then here too: half-paid orders end while their platform is being killed.

use std::time::{Duration, Instant};

use kernel::{Moment, OsRng, Rng};
use platform::audit;
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
/// A job's turn comes within 20 seconds, and 15 more if a platform died in it; the machine may be slow.
const ANCHORED_WITHIN: Duration = Duration::from_secs(60);

/// Lets time pass, and gives what stood half paid past its end on the way. What is not at its end afterwards is the
/// verdict's to name.
pub async fn pass(db: &TestDb, programs: &mut Programs<'_>) -> Vec<String> {
    let (mut passed, mut broken, mut last) = (0, Vec::new(), Moment::from_ms(0));
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
        last = now;
    }
    broken.extend(not_anchored(db, last).await);
    broken
}

/// What no anchor covers although it was there before the clock's last jump. The jump is longer than the minute in
/// which an anchor is due, and the platform needs a turn of its job to notice: it gets one before it dies for good.
async fn not_anchored(db: &TestDb, before: Moment) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let late = db.db.read("storm.anchored", move |tx| audit::not_anchored(tx, before)).await;
        let late = late.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
        if late.is_empty() || begun.elapsed() > ANCHORED_WITHIN {
            return late;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn moving(db: &TestDb) -> i64 {
    let moving = db.db.read("storm.moving", store::moving).await;
    moving.unwrap_or_else(|fault: DbFault| panic!("{fault}"))
}
