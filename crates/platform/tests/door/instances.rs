//! Two instances on one lane only wait for each other; and none takes the place of one that lives.

use platform::db::DbFault;
use platform::instances;
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{bump, lane, written};

#[db_test]
async fn two_instances_on_one_key_lose_no_step(t: Door) {
    let others = [t.db.clone(), t.again(|_| {})];
    let mut running = Vec::new();
    for round in 0..200 {
        let db = others[round % 2].clone();
        running.push(tokio::spawn(async move { db.write(lane("shared"), "bump", |tx| bump(tx, "shared")).await }));
    }
    let mut seen = Vec::new();
    for task in running {
        seen.push(task.await.expect("joined").expect("written"));
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=200).collect::<Vec<i64>>(), "each step once, none twice");
    assert_eq!(written(&t.db, "shared").await.as_deref(), Some("200"));
}

#[db_test]
async fn a_closed_door_finishes_what_it_took(t: Door) {
    let db = t.again(|_| {});
    let many: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let db = db.clone();
                async move { db.write(lane("closing"), "bump", |tx| bump(tx, "closing")).await }
            })
        })
        .collect();
    tokio::task::yield_now().await;
    let closing = db.clone();
    tokio::task::spawn_blocking(move || closing.close()).await.expect("closed");
    let mut acknowledged = 0;
    for task in many {
        match task.await.expect("joined") {
            Ok(_) => acknowledged += 1,
            Err(fault) => assert!(matches!(fault, DbFault::Down(_)), "{fault:?}"),
        }
    }
    let stored = written(&t.db, "closing").await.map_or(0, |text| text.parse::<i64>().expect("a number"));
    assert_eq!(stored, acknowledged, "every step that was acknowledged is there, and no other");
}

#[db_test]
async fn whoever_starts_again_and_again_takes_nobodys_place(t: Door) {
    let (ctx, _) = t.ctx();
    let lives = instances::join(&ctx, "lives").await.expect("joined");
    // Each is killed before it has beaten, and none gives its place back.
    for n in 0..40 {
        instances::join(&ctx, &format!("killed{n}")).await.expect("joined");
        if n % 5 == 0 {
            instances::beat(&ctx, &lives).await.expect("beaten");
        }
    }
    assert_eq!(instances::join(&ctx, "lives").await.expect("joined").place(), lives.place());
    let kept = ctx.db.read("earliest", instances::earliest).await.expect("read");
    assert!(kept.is_some());
    // One that failed to start has given its place back: it is free.
    let failed = instances::join(&ctx, "failed").await.expect("joined");
    instances::leave(&ctx, &failed).await.expect("left");
    assert_eq!(instances::join(&ctx, "next").await.expect("joined").place(), failed.place());
}
