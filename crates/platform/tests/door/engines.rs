//! What one engine does and the other cannot: locks, deadlocks, serialisation failures, a full disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use platform::db::{DbFault, LaneKey};
use platform::{sql, vals};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{bump, lane, put, send, write_one, written};

/// Two keys that live in different lanes on PostgreSQL.
fn two_lanes() -> (LaneKey, LaneKey) {
    (LaneKey::OUTBOX, (0..64).map(|n| lane(&n.to_string())).find(|key| !same_lane(*key)).expect("another lane"))
}

fn same_lane(key: LaneKey) -> bool {
    key.lane(4) == LaneKey::OUTBOX.lane(4)
}

#[db_test]
async fn every_statement_of_platform_is_understood(t: Door) {
    let db = t.db.clone();
    let refused = tokio::task::spawn_blocking(move || db.prepare_all(|module| module.starts_with("platform::")))
        .await
        .expect("joined")
        .expect("asked");
    assert_eq!(refused, Vec::<String>::new());
}

#[db_test]
async fn a_text_with_the_byte_zero_is_kept_and_looked_for_alike(t: Door) {
    assert_eq!(written(&t.db, "no\0where").await, None, "not found, and no fault");
    t.db.write(lane("one"), "zero", |tx| {
        put(tx, "kept", "a\0b")?;
        send(tx, "key\0", "sent")
    })
    .await
    .expect("written");
    assert_eq!(written(&t.db, "kept").await.as_deref(), Some("a\u{FFFD}b"));
    assert_eq!(written(&t.db, "key\0").await.as_deref(), Some("sent"));
    assert_eq!(written(&t.db, "key\u{FFFD}").await.as_deref(), Some("sent"));
}

#[db_test]
async fn two_lanes_in_opposite_order_both_come_through(t: Door) {
    for key in ["left", "right"] {
        t.db.write(lane(key), "start", move |tx| bump(tx, key)).await.expect("there");
    }
    let (one, two) = two_lanes();
    let mut running = Vec::new();
    for round in 0..40 {
        let (key, first, second) = if round % 2 == 0 { (one, "left", "right") } else { (two, "right", "left") };
        let db = t.db.clone();
        running.push(tokio::spawn(async move {
            db.write(key, "cross", move |tx| {
                bump(tx, first)?;
                bump(tx, second)
            })
            .await
        }));
    }
    for task in running {
        task.await.expect("joined").expect("a deadlock or a lock's time-out is run again, not told");
    }
    assert_eq!(written(&t.db, "left").await.as_deref(), Some("41"));
    assert_eq!(written(&t.db, "right").await.as_deref(), Some("41"));
}

#[db_test]
async fn a_serialisation_failure_is_run_again(t: Door) {
    if t.is_sqlite() {
        return; // one writer: it cannot happen
    }
    let runs = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&runs);
    let with = t.db.write(lane("one"), "fails once", move |tx| {
        put(tx, "serial", "x")?;
        if seen.fetch_add(1, Ordering::SeqCst) == 0 {
            tx.exec(sql!("DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '40001'; END $$"), vals![])?;
        }
        Ok::<_, DbFault>(())
    });
    let (with, beside) = tokio::join!(with, write_one(&t.db, "beside"));
    assert_eq!((with, beside), (Ok(()), Ok(())));
    assert_eq!(runs.load(Ordering::SeqCst), 2, "rolled back and run again, alone");
    assert_eq!(written(&t.db, "serial").await.as_deref(), Some("x"));
}

#[db_test]
async fn a_full_disk_refuses_and_the_door_goes_on(t: Door) {
    if !t.is_sqlite() {
        return; // its disk cannot be filled for one test; the code path is the same refusal
    }
    let full =
        t.db.write(lane("one"), "limit", |tx| {
            tx.query(sql!("PRAGMA max_page_count = 1"), vals![], |_| Ok(()))?;
            Ok::<_, DbFault>(())
        })
        .await;
    assert_eq!(full, Ok(()), "SQLite lowers the limit to the present size");
    let large = "x".repeat(200_000);
    let refused = t.db.write(lane("one"), "large", move |tx| put(tx, "large", &large)).await;
    assert_eq!(refused, Err(DbFault::DiskFull));
    t.db.write(lane("one"), "more room", |tx| {
        tx.query(sql!("PRAGMA max_page_count = 1000000"), vals![], |_| Ok(())).map(drop)
    })
    .await
    .expect("room again");
    assert_eq!(write_one(&t.db, "after").await, Ok(()));
    assert_eq!(written(&t.db, "large").await, None);
}

#[db_test]
async fn slow_lock_holders_are_waited_for_without_losing_the_batch(t: Door) {
    if t.is_sqlite() {
        return; // one writer holds the only lock there is
    }
    t.db.write(lane("x"), "start", |tx| bump(tx, "held")).await.expect("there");
    let other = t.again(|_| {});
    let done = Arc::new(AtomicBool::new(false));
    let holder = {
        let done = Arc::clone(&done);
        tokio::spawn(async move {
            other
                .write(lane("x"), "hold", move |tx| {
                    bump(tx, "held")?;
                    if !done.swap(true, Ordering::SeqCst) {
                        tx.query(sql!("SELECT pg_sleep(0.4)"), vals![], |_| Ok(()))?;
                    }
                    Ok::<_, DbFault>(())
                })
                .await
        })
    };
    while !done.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    let (waits, beside) =
        tokio::join!(t.db.write(lane("x"), "waits", |tx| bump(tx, "held")), write_one(&t.db, "beside"));
    assert_eq!(beside, Ok(()));
    assert_eq!(waits, Ok(3));
    holder.await.expect("joined").expect("held");
}
