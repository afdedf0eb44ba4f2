//! The connection ends around COMMIT: the lane finds out what became of the batch, and every
//! caller gets the true answer, once.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use platform::db::{Db, DbFault, Target};
use testkit::db_test;

use crate::fixture::Door;
use crate::proxy::{Cut, Proxy};
use crate::scratch::{bump, lane, write_one, written};

struct Behind {
    proxy: Proxy,
    db: Db,
}

fn behind_proxy(t: &Door) -> Behind {
    let Target::Postgres(url) = t.test.target() else { panic!("PostgreSQL only") };
    let rest = url.split('@').nth(1).expect("user@host");
    let (host, name) = rest.split_once('/').expect("host/name");
    let upstream: SocketAddr = host.parse().expect("an address");
    let proxy = Proxy::start(upstream);
    let through = format!("postgres://postgres@{}/{name}", proxy.addr);
    let db = t.again(move |settings| settings.target = Target::Postgres(through));
    Behind { proxy, db }
}

async fn commit_cut_at(t: &Door, cut: Cut) {
    if t.is_sqlite() {
        return; // no connection to lose: COMMIT is a call
    }
    let behind = behind_proxy(t);
    write_one(&behind.db, "warm").await.expect("connected");
    for round in 1..=5 {
        behind.proxy.cut_next(cut);
        let (a, b) = tokio::join!(
            behind.db.write(lane("one"), "first", |tx| bump(tx, "first")),
            behind.db.write(lane("one"), "second", |tx| bump(tx, "second")),
        );
        assert_eq!((a, b), (Ok(round), Ok(round)), "applied once each, and acknowledged");
    }
    assert_eq!(behind.proxy.cuts(), 5, "each round was really cut");
    assert_eq!(written(&t.db, "first").await.as_deref(), Some("5"));
    assert_eq!(written(&t.db, "second").await.as_deref(), Some("5"));
}

#[db_test]
async fn a_commit_whose_answer_is_lost_is_found_and_not_repeated(t: Door) {
    commit_cut_at(&t, Cut::BeforeAnswer).await;
}

#[db_test]
async fn a_commit_that_never_arrived_is_run_again(t: Door) {
    commit_cut_at(&t, Cut::BeforeServer).await;
}

#[db_test]
async fn a_backend_killed_in_the_middle_costs_nobody_an_answer(t: Door) {
    if t.is_sqlite() {
        return;
    }
    let stop = Arc::new(AtomicBool::new(false));
    let killer = t.kill_backends_until(Arc::clone(&stop));
    let mut acknowledged = 0;
    for _ in 0..150 {
        match t.db.write(lane("one"), "bump", |tx| bump(tx, "killed")).await {
            Ok(_) => acknowledged += 1,
            Err(fault) => assert!(matches!(fault, DbFault::Down(_) | DbFault::Busy), "{fault:?}"),
        }
    }
    stop.store(true, Ordering::SeqCst);
    let kills = tokio::task::spawn_blocking(move || killer.join().expect("joined")).await.expect("joined");
    assert!(kills > 0, "backends were really killed");
    assert_eq!(written(&t.db, "killed").await, Some(acknowledged.to_string()), "no step lost, none doubled");
}

#[db_test]
async fn an_outage_refuses_and_ends(t: Door) {
    if t.is_sqlite() {
        return;
    }
    let behind = behind_proxy(&t);
    behind.proxy.refuse(true);
    let refused = write_one(&behind.db, "away").await;
    assert!(matches!(refused, Err(DbFault::Down(_))), "{refused:?}");
    behind.proxy.refuse(false);
    assert_eq!(write_one(&behind.db, "back").await, Ok(()));
    assert_eq!(written(&t.db, "away").await, None, "what was refused is not there");
}
