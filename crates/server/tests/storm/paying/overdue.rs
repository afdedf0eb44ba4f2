//! Asked while the storm goes on, not only when it is over: nothing stays half paid past its end (I-M09).

use std::time::{Duration, Instant};

use kernel::Moment;
use platform::check::Check;
use platform::db::DbFault;
use testkit::TestDb;

use super::store;

/// So long, by the machine's clock, the platform may need for what is due at one moment.
const PATIENCE: Duration = Duration::from_secs(180);

/// Waits until the platform has looked at everything that was due at a moment, and asks. Each line is a broken promise.
pub async fn overdue(db: &TestDb, at: Moment) -> Vec<String> {
    looked_at(db, at).await;
    let all: Vec<Check> = payments::checks();
    let check = all.into_iter().find(|check| check.id == "I-M09").expect("the check");
    let asked = db.db.read("storm.overdue", move |tx| (check.run)(tx, at)).await;
    let answer = asked.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
    answer.broken.into_iter().map(|order| format!("{order} stands half paid past its end, at {at:?}")).collect()
}

/// Returns when nothing is left that was due at a moment.
async fn looked_at(db: &TestDb, now: Moment) {
    let begun = Instant::now();
    loop {
        let due = db.db.read("storm.due", move |tx| store::due(tx, now)).await;
        let due = due.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
        if due == 0 {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "{due} orders that are due are not looked at");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
