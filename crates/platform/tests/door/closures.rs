//! One closure's bad end costs only itself.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use platform::db::DbFault;
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{Refusal, bump, lane, put, write_one, written};

#[db_test]
async fn a_refusal_rolls_back_itself_and_nothing_else(t: Door) {
    let refused = t.db.write(lane("one"), "refuse", |tx| {
        put(tx, "refused", "no")?;
        Err::<(), _>(Refusal::NotWanted)
    });
    let kept = write_one(&t.db, "kept");
    let (refused, kept) = tokio::join!(refused, kept);
    assert_eq!(refused, Err(Refusal::NotWanted));
    assert_eq!(kept, Ok(()));
    assert_eq!(written(&t.db, "refused").await, None);
    assert_eq!(written(&t.db, "kept").await.as_deref(), Some("here"));
}

#[db_test]
async fn a_panic_is_a_fault_of_its_own_closure(t: Door) {
    let broken = t.db.write(lane("one"), "panic", |tx| -> Result<(), DbFault> {
        put(tx, "panicked", "no")?;
        panic!("on purpose");
    });
    let others: Vec<_> = ["a", "b", "c"].into_iter().map(|key| write_one(&t.db, key)).collect();
    let (broken, first) = tokio::join!(broken, others.into_iter().next().expect("three"));
    assert_eq!(broken, Err(DbFault::Panicked));
    assert_eq!(first, Ok(()));
    assert_eq!(write_one(&t.db, "after").await, Ok(()));
    assert_eq!(written(&t.db, "panicked").await, None);
}

#[db_test]
async fn panics_among_many_lose_none_of_the_others(t: Door) {
    let mut running = Vec::new();
    for number in 0..60_u32 {
        let db = t.db.clone();
        running.push(tokio::spawn(async move {
            db.write(lane("one"), "mixed", move |tx| {
                bump(tx, "good")?;
                assert!(number % 7 != 0, "on purpose");
                Ok::<_, DbFault>(())
            })
            .await
        }));
    }
    let mut good = 0;
    for task in running {
        match task.await.expect("the task itself does not panic") {
            Ok(()) => good += 1,
            Err(fault) => assert_eq!(fault, DbFault::Panicked),
        }
    }
    assert_eq!(good, 51);
    assert_eq!(written(&t.db, "good").await.as_deref(), Some("51"), "what was acknowledged is there, once");
}

#[db_test]
async fn a_unique_row_is_refused_by_name(t: Door) {
    write_one(&t.db, "twice").await.expect("the first");
    let second = write_one(&t.db, "twice").await;
    assert!(matches!(second, Err(DbFault::Conflict(_))), "{second:?}");
    assert_eq!(write_one(&t.db, "else").await, Ok(()));
}

#[db_test]
async fn a_swallowed_fault_is_still_a_fault(t: Door) {
    write_one(&t.db, "twice").await.expect("the first");
    let swallowed = t.db.write(lane("one"), "swallow", |tx| {
        put(tx, "before", "x")?;
        drop(put(tx, "twice", "y"));
        Ok::<_, DbFault>(())
    });
    assert!(matches!(swallowed.await, Err(DbFault::Conflict(_))));
    assert_eq!(written(&t.db, "before").await, None);
}

#[db_test]
async fn effects_run_after_the_commit_and_only_then(t: Door) {
    let told = Arc::new(AtomicU32::new(0));
    let (kept, lost) = (Arc::clone(&told), Arc::clone(&told));
    t.db.write(lane("one"), "effect", move |tx| {
        let kept = Arc::clone(&kept);
        tx.after_commit(move || {
            kept.fetch_add(1, Ordering::SeqCst);
        });
        put(tx, "effect", "x")
    })
    .await
    .expect("kept");
    let refused = t.db.write(lane("one"), "no effect", move |tx| {
        let lost = Arc::clone(&lost);
        tx.after_commit(move || {
            lost.fetch_add(100, Ordering::SeqCst);
        });
        Err::<(), _>(Refusal::NotWanted)
    });
    assert_eq!(refused.await, Err(Refusal::NotWanted));
    assert_eq!(told.load(Ordering::SeqCst), 1);
}

#[db_test]
async fn a_full_queue_refuses_at_once(t: Door) {
    let db = t.again(|settings| settings.queue = 4);
    let (release, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let (entered, inside) = tokio::sync::oneshot::channel();
    let entered = Mutex::new(Some(entered));
    let blocker = {
        let db = db.clone();
        tokio::spawn(async move {
            db.write(lane("one"), "block", move |_| {
                if let Some(entered) = entered.lock().expect("lock").take() {
                    entered.send(()).expect("the test waits");
                    gate.lock().expect("lock").recv().expect("released");
                }
                Ok::<_, DbFault>(())
            })
            .await
        })
    };
    inside.await.expect("the lane is inside the closure");
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            tokio::spawn({
                let db = db.clone();
                async move { db.write(lane("one"), "wait", |tx| bump(tx, "waited")).await }
            })
        })
        .collect();
    while db.waiting() < 4 {
        tokio::task::yield_now().await;
    }
    let refused = db.write(lane("one"), "too many", |tx| bump(tx, "waited")).await;
    assert_eq!(refused, Err(DbFault::Busy));
    release.send(()).expect("the lane waits");
    blocker.await.expect("joined").expect("done");
    for task in waiting {
        task.await.expect("joined").expect("done");
    }
    assert_eq!(written(&t.db, "waited").await.as_deref(), Some("4"));
}

#[db_test]
async fn a_caller_that_hangs_up_cancels_nothing(t: Door) {
    let db = t.db.clone();
    let gone = tokio::spawn(async move { write_one(&db, "hung up").await });
    tokio::task::yield_now().await;
    gone.abort();
    // Whether it was queued before the abort or not, the next of the same lane is answered.
    write_one(&t.db, "next").await.expect("the lane goes on");
    assert!(matches!(written(&t.db, "hung up").await.as_deref(), None | Some("here")));
}

#[db_test]
async fn a_read_can_write_nothing(t: Door) {
    let tried = t.db.read("sneak", |tx| put(tx, "sneaked", "x")).await;
    assert!(tried.is_err());
    assert_eq!(written(&t.db, "sneaked").await, None);
}

#[db_test]
async fn bulk_work_is_served_when_the_lane_is_idle(t: Door) {
    let bulk = (0..10).map(|_| t.db.bulk(lane("one"), "bulk", |tx| bump(tx, "bulk")));
    let done = futures_util::future::join_all(bulk).await;
    assert!(done.iter().all(Result::is_ok));
    assert_eq!(written(&t.db, "bulk").await.as_deref(), Some("10"));
}
