//! Damaged pages are found, within the time that a start can afford, and a whole file is told as such.

use std::time::Duration;

use platform::db::{Pages, Target, look_at_pages};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::write_one;

async fn look(t: &Door, most: Option<Duration>) -> Pages {
    let target = t.test.target().clone();
    tokio::task::spawn_blocking(move || look_at_pages(&target, most)).await.expect("joined").expect("looked")
}

#[db_test]
async fn damaged_pages_are_found(t: Door) {
    write_one(&t.db, "somebody").await.expect("written");
    let minute = Some(Duration::from_secs(60));
    let Target::Sqlite(path) = t.test.target().clone() else {
        // A server says whether it guards its pages; the tests' keeps no checksums unless its version does by itself.
        assert!(matches!(look(&t, minute).await, Pages::Guarded | Pages::Unguarded));
        return;
    };
    assert_eq!((look(&t, minute).await, look(&t, None).await), (Pages::Whole, Pages::Whole));
    let door = t.db.clone();
    tokio::task::spawn_blocking(move || door.close()).await.expect("closed");
    // What a failing disk does: some pages in the middle are something else now.
    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 3 * 4096].fill(0xA5);
    std::fs::write(&path, bytes).expect("written");
    for most in [minute, None] {
        let Pages::Damaged(said) = look(&t, most).await else { panic!("nobody noticed") };
        assert!(!said.is_empty());
    }
}
