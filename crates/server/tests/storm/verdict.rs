//! After the storm: what was acknowledged against what is stored, and the program's own checks.

use std::collections::HashMap;

use health::appointments::model::State;
use platform::db::DbFault;
use testkit::TestDb;

use crate::child::{self, Place};
use crate::city::City;
use crate::ledger::Ledger;
use crate::store::{self, Stored};

/// Starts the program once more, so that whatever it recovers is recovered, and compares. Each line
/// is a broken promise.
pub async fn judge(db: &TestDb, city: &City, ledger: &Ledger) -> Vec<String> {
    let mut child = city.serve();
    child.ready().await;
    child.kill();
    let read = db.db.read("storm.judge", |tx| Ok::<_, DbFault>((store::appointments(tx)?, store::oversold(tx)?)));
    let (stored, oversold) = read.await.expect("read");
    let stored: HashMap<String, Stored> = stored.into_iter().map(|one| (one.id.clone(), one)).collect();
    let mut broken = [ledger.odd.clone(), oversold].concat();
    broken.extend(ledger.booked.iter().filter_map(|(id, told)| {
        let Some(found) = stored.get(id) else { return Some(format!("{id} was acknowledged and is not there")) };
        let kept = match found.state {
            State::Booked => !told.cancelled,
            State::Cancelled => told.cancelled || told.perhaps_cancelled,
            State::Held | State::Attended | State::Expired => false,
        };
        let same = found.person == told.person && found.slot == told.slot;
        (!kept || !same).then(|| format!("{id}: told {told:?}, stored {found:?}"))
    }));
    let unasked = |one: &&Stored| {
        !ledger.booked.contains_key(&one.id) && !ledger.unanswered.contains(&(one.person.clone(), one.slot.clone()))
    };
    broken.extend(stored.values().filter(unasked).map(|one| format!("nobody asked for {one:?}")));
    broken
}

/// `renshe check` and `renshe audit verify` must both be content.
pub async fn ask_the_program(place: &Place) {
    for words in [&["check"][..], &["audit", "verify"]] {
        let output = tokio::task::block_in_place(|| child::run(place, words));
        let said = String::from_utf8_lossy(&output.stdout);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "renshe {}: {}\n{said}{complaint}", words.join(" "), output.status);
    }
}
