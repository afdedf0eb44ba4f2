//! Statements that nobody waits for fail and succeed with their closure, and with nobody else's.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use platform::db::DbFault;
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{Refusal, bump, get, lane, send, write_one, written};

#[db_test]
async fn many_are_there_in_their_order(t: Door) {
    let seen = t.db.write(lane("one"), "send", |tx| {
        for number in 0..40 {
            send(tx, &format!("sent {number}"), "here")?;
        }
        let last = get(tx, "sent 39")?;
        send(tx, "sent after", "here")?;
        Ok::<_, DbFault>(last)
    });
    assert_eq!(seen.await, Ok(Some("here".to_owned())), "a question is answered after what was sent before it");
    for key in ["sent 0", "sent 15", "sent 16", "sent 39", "sent after"] {
        assert_eq!(written(&t.db, key).await.as_deref(), Some("here"), "{key}");
    }
}

#[db_test]
async fn a_failure_is_the_closures_even_after_it_said_ok(t: Door) {
    write_one(&t.db, "twice").await.expect("the first");
    let told = Arc::new(AtomicU32::new(0));
    let effect = Arc::clone(&told);
    let late = t.db.write(lane("one"), "late", move |tx| {
        let effect = Arc::clone(&effect);
        tx.after_commit(move || {
            effect.fetch_add(1, Ordering::SeqCst);
        });
        send(tx, "before", "x")?;
        send(tx, "twice", "y")?;
        send(tx, "behind", "z")
    });
    let (late, kept) = tokio::join!(late, write_one(&t.db, "kept"));
    assert!(matches!(late, Err(DbFault::Conflict(_))), "{late:?}");
    assert_eq!(kept, Ok(()));
    assert_eq!(told.load(Ordering::SeqCst), 0);
    for key in ["before", "behind"] {
        assert_eq!(written(&t.db, key).await, None, "{key}");
    }
}

#[db_test]
async fn a_failure_is_told_by_the_next_question(t: Door) {
    write_one(&t.db, "twice").await.expect("the first");
    let asked = t.db.write(lane("one"), "ask", |tx| {
        send(tx, "twice", "y")?;
        drop(get(tx, "twice"));
        Ok::<_, DbFault>(())
    });
    assert!(matches!(asked.await, Err(DbFault::Conflict(_))));
}

#[db_test]
async fn refusals_and_panics_leave_nothing_that_was_sent(t: Door) {
    let refused = t.db.write(lane("one"), "refuse", |tx| {
        send(tx, "refused", "no")?;
        Err::<(), _>(Refusal::NotWanted)
    });
    assert_eq!(refused.await, Err(Refusal::NotWanted));
    let broken = t.db.write(lane("one"), "panic", |tx| -> Result<(), DbFault> {
        send(tx, "panicked", "no")?;
        panic!("on purpose");
    });
    let (broken, kept) = tokio::join!(broken, write_one(&t.db, "kept"));
    assert_eq!(broken, Err(DbFault::Panicked));
    assert_eq!(kept, Ok(()));
    let nothing = t.db.write(lane("one"), "nothing", |_| Err::<(), _>(Refusal::NotWanted));
    assert_eq!(nothing.await, Err(Refusal::NotWanted), "a transaction that was begun and never spoken to");
    for (key, there) in [("refused", None), ("panicked", None), ("kept", Some("here"))] {
        assert_eq!(written(&t.db, key).await.as_deref(), there, "{key}");
    }
}

#[db_test]
async fn a_lock_met_late_is_met_again_alone(t: Door) {
    let other = t.again(|_| {});
    let (entered, inside) = mpsc::channel();
    let entered = Mutex::new(entered);
    let holder = tokio::spawn(async move {
        let held = other.write(lane("one"), "hold", move |tx| {
            send(tx, "contended", "first")?;
            bump(tx, "runs")?;
            let _ = entered.lock().expect("lock").send(());
            std::thread::sleep(Duration::from_millis(400));
            Ok::<_, DbFault>(())
        });
        held.await
    });
    tokio::task::spawn_blocking(move || inside.recv()).await.expect("joined").expect("the other holds the row");
    let second = t.db.write(lane("two"), "late", |tx| send(tx, "contended", "second"));
    assert!(matches!(second.await, Err(DbFault::Conflict(_))), "waited for, run again, and then told the truth");
    holder.await.expect("joined").expect("written");
    assert_eq!(written(&t.db, "contended").await.as_deref(), Some("first"));
}

#[db_test]
async fn a_look_sees_what_was_committed_and_can_write_nothing(t: Door) {
    write_one(&t.db, "seen").await.expect("written");
    assert_eq!(t.db.look("look", |tx| get(tx, "seen")).await, Ok(Some("here".to_owned())));
    assert!(t.db.look("sneak", |tx| send(tx, "sneaked", "x")).await.is_err());
    let broken = t.db.look("panic", |_| -> Result<(), DbFault> { panic!("on purpose") }).await;
    assert_eq!(broken, Err(DbFault::Panicked));
    assert_eq!(written(&t.db, "sneaked").await, None);
}
