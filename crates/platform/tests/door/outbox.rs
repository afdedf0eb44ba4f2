//! The outbox: nothing is sent before its cause is committed, nothing that may have been sent is
//! sent again, and payloads are wiped.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use platform::Ctx;
use platform::outbox::{self, Carrier, Letter, Mode, Parcel, Verdict, Worker};
use platform::{sql, vals};
use testkit::db_test;
use tokio::sync::Notify;

use crate::fixture::Door;
use crate::scratch::{Refusal, lane};

/// A carrier that answers as it was told and counts what it was asked to do.
struct Told {
    mode: Mode,
    answers: Mutex<Vec<Verdict>>,
    sent: AtomicU32,
    asked: AtomicU32,
}

impl Told {
    fn new(mode: Mode, answers: &[Verdict]) -> Arc<Self> {
        let answers = Mutex::new(answers.iter().rev().cloned().collect());
        Arc::new(Self { mode, answers, sent: AtomicU32::new(0), asked: AtomicU32::new(0) })
    }

    fn next(&self) -> Verdict {
        self.answers.lock().expect("lock").pop().unwrap_or(Verdict::Done)
    }

    fn counts(&self) -> (u32, u32) {
        (self.sent.load(Ordering::SeqCst), self.asked.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl Carrier for Told {
    fn kind(&self) -> &'static str {
        "told"
    }

    fn mode(&self) -> Mode {
        self.mode
    }

    async fn send(&self, _: &Ctx, parcel: &Parcel) -> Verdict {
        assert_eq!(parcel.payload["word"], "hello");
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.next()
    }

    async fn ask(&self, _: &Ctx, _: &Parcel) -> Verdict {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.next()
    }
}

async fn post(ctx: &Ctx, keep: bool) {
    let letter = Letter::new(ctx, "told", "about", &serde_json::json!({ "word": "hello" })).expect("sealed");
    let done = ctx.db.write(lane("cause"), "cause", move |tx| {
        outbox::post(tx, &letter)?;
        if keep { Ok(()) } else { Err(Refusal::NotWanted) }
    });
    assert_eq!(done.await.is_ok(), keep);
}

async fn states(ctx: &Ctx) -> Vec<(String, bool)> {
    let all = |row: &platform::db::Row| Ok((row.text(0)?, row.opt_blob(1)?.is_some()));
    ctx.db
        .read("states", move |tx| tx.query(sql!("SELECT state, payload FROM outbox ORDER BY id"), vals![], all))
        .await
        .expect("read")
}

fn worker(ctx: &Ctx, carrier: &Arc<Told>) -> Worker {
    Worker::new(ctx.clone(), "w1", vec![Arc::clone(carrier) as Arc<dyn Carrier>])
}

#[db_test]
async fn a_parcel_leaves_with_its_cause_or_not_at_all(t: Door) {
    let (ctx, _) = t.ctx();
    let carrier = Told::new(Mode::Resend, &[]);
    post(&ctx, false).await;
    post(&ctx, true).await;
    let worker = worker(&ctx, &carrier);
    while worker.carry_due().await.expect("works") > 0 {}
    assert_eq!(carrier.counts(), (1, 0));
    assert_eq!(states(&ctx).await, [("done".to_owned(), false)], "wiped when done");
}

#[db_test]
async fn what_may_have_been_sent_is_asked_about_and_never_sent_again(t: Door) {
    let (ctx, clock) = t.ctx();
    let carrier = Told::new(
        Mode::Ask,
        &[Verdict::Unknown("time-out".to_owned()), Verdict::Unknown("still".to_owned()), Verdict::Done],
    );
    post(&ctx, true).await;
    let worker = worker(&ctx, &carrier);
    for _ in 0..6 {
        worker.carry_due().await.expect("works");
        clock.advance_secs(120);
    }
    assert_eq!(carrier.counts(), (1, 2));
    assert_eq!(states(&ctx).await[0].0, "done");
}

#[db_test]
async fn what_certainly_was_not_sent_is_sent_again(t: Door) {
    let (ctx, clock) = t.ctx();
    let carrier = Told::new(Mode::Ask, &[Verdict::Retry("refused connection".to_owned()), Verdict::Done]);
    post(&ctx, true).await;
    let worker = worker(&ctx, &carrier);
    assert_eq!(worker.carry_due().await, Ok(1));
    assert_eq!(worker.carry_due().await, Ok(0), "not before its time");
    clock.advance_secs(2);
    assert_eq!(worker.carry_due().await, Ok(1));
    assert_eq!(carrier.counts(), (2, 0));
}

#[db_test]
async fn a_worker_that_died_while_sending_leaves_a_question(t: Door) {
    let (ctx, clock) = t.ctx();
    post(&ctx, true).await;
    // The claim as a worker makes it before it sends; then it dies.
    ctx.db
        .write(platform::db::LaneKey::OUTBOX, "died", |tx| {
            tx.exec(
                sql!("UPDATE outbox SET leased_by = 'dead', lease_until = $1, sent_at = $2, attempts = 1"),
                vals![i64::MAX / 2, 1_i64],
            )
        })
        .await
        .expect("claimed");
    let carrier = Told::new(Mode::Ask, &[Verdict::Done]);
    let worker = worker(&ctx, &carrier);
    assert_eq!(worker.carry_due().await, Ok(0), "the lease holds");
    ctx.db
        .write(platform::db::LaneKey::OUTBOX, "lease ends", |tx| {
            tx.exec(sql!("UPDATE outbox SET lease_until = 2"), vals![])
        })
        .await
        .expect("ended");
    clock.advance_secs(1);
    assert_eq!(worker.carry_due().await, Ok(1));
    assert_eq!(carrier.counts(), (0, 1), "asked, not sent");
}

#[db_test]
async fn two_workers_carry_each_parcel_once(t: Door) {
    let (ctx, _) = t.ctx();
    for _ in 0..40 {
        post(&ctx, true).await;
    }
    let carrier = Told::new(Mode::Ask, &[]);
    let (one, two) =
        (worker(&ctx, &carrier), Worker::new(ctx.clone(), "w2", vec![Arc::clone(&carrier) as Arc<dyn Carrier>]));
    for _ in 0..6 {
        let (a, b) = tokio::join!(one.carry_due(), two.carry_due());
        a.expect("works");
        b.expect("works");
    }
    assert_eq!(carrier.counts(), (40, 0));
}

#[db_test]
async fn a_letter_of_no_more_use_is_not_carried(t: Door) {
    let (ctx, clock) = t.ctx();
    let letter = Letter::new(&ctx, "told", "code", &serde_json::json!({ "word": "hello" }))
        .expect("sealed")
        .expires(ctx.now().plus_secs(300));
    ctx.db.write(lane("cause"), "cause", move |tx| outbox::post(tx, &letter)).await.expect("posted");
    clock.advance_secs(301);
    let carrier = Told::new(Mode::Ask, &[]);
    worker(&ctx, &carrier).carry_due().await.expect("works");
    assert_eq!(carrier.counts(), (0, 0));
    assert_eq!(states(&ctx).await, [("expired".to_owned(), false)]);
}

#[db_test]
async fn a_worker_that_knows_no_carrier_forgets_nothing(t: Door) {
    let (ctx, clock) = t.ctx();
    let carrier = Told::new(Mode::Ask, &[Verdict::Unknown("time-out".to_owned()), Verdict::Done]);
    post(&ctx, true).await;
    assert_eq!(worker(&ctx, &carrier).carry_due().await, Ok(1));
    // An older program in the same city picks the row up and cannot carry it.
    clock.advance_secs(10);
    let older = Worker::new(ctx.clone(), "older", Vec::new());
    assert_eq!(older.carry_due().await, Ok(1));
    clock.advance_secs(600);
    assert_eq!(worker(&ctx, &carrier).carry_due().await, Ok(1));
    assert_eq!(carrier.counts(), (1, 1), "what may have arrived is asked about, not sent again");
}

/// A carrier whose partner never answers.
struct Silent(Notify);

#[async_trait]
impl Carrier for Silent {
    fn kind(&self) -> &'static str {
        "silent"
    }

    fn mode(&self) -> Mode {
        Mode::Resend
    }

    fn at_once(&self) -> usize {
        2
    }

    async fn send(&self, _: &Ctx, _: &Parcel) -> Verdict {
        self.0.notify_one();
        std::future::pending().await
    }

    async fn ask(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict {
        self.send(ctx, parcel).await
    }
}

#[db_test]
async fn a_partner_that_is_silent_keeps_only_its_own_parcels_waiting(t: Door) {
    let (ctx, _) = t.ctx();
    let quiet = serde_json::json!({});
    for _ in 0..5 {
        let letter = Letter::new(&ctx, "silent", "about", &quiet).expect("sealed");
        ctx.db.write(lane("cause"), "cause", move |tx| outbox::post(tx, &letter)).await.expect("posted");
    }
    let (silent, told) = (Arc::new(Silent(Notify::new())), Told::new(Mode::Ask, &[]));
    let carriers = vec![Arc::clone(&silent) as Arc<dyn Carrier>, Arc::clone(&told) as Arc<dyn Carrier>];
    let working = tokio::spawn(Worker::new(ctx.clone(), "w1", carriers).run());
    silent.0.notified().await;
    post(&ctx, true).await;
    while told.counts() == (0, 0) {
        tokio::task::yield_now().await;
    }
    let claimed = ctx.db.read("claimed", |tx| {
        let of = sql!("SELECT COUNT(*) FROM outbox WHERE kind = 'silent' AND leased_by IS NOT NULL");
        tx.one(of, vals![], |row| row.int(0))
    });
    assert_eq!(claimed.await, Ok(2), "no more are claimed than can be carried");
    working.abort();
}

#[db_test]
async fn what_ended_long_ago_is_let_go_of_and_what_waits_for_a_person_stays(t: Door) {
    let (ctx, clock) = t.ctx();
    let carrier =
        Told::new(Mode::Ask, &[Verdict::Done, Verdict::Refused("no".to_owned()), Verdict::Unknown("?".into())]);
    for _ in 0..3 {
        post(&ctx, true).await;
    }
    worker(&ctx, &carrier).carry_due().await.expect("works");
    clock.advance_secs(90_000);
    worker(&ctx, &Told::new(Mode::Ask, &[Verdict::Unknown("still".into())])).carry_due().await.expect("works");
    let mut found: Vec<_> = states(&ctx).await.into_iter().map(|(state, _)| state).collect();
    found.sort();
    assert_eq!(found, ["done", "refused", "stuck"]);
    let before = ctx.now().minus_secs(80_000);
    let forget = || ctx.db.bulk(lane("forget"), "forget", move |tx| outbox::forget(tx, before, 1));
    assert_eq!((forget().await, forget().await, forget().await), (Ok(1), Ok(1), Ok(0)), "a few at a time");
    assert_eq!(states(&ctx).await, [("stuck".to_owned(), true)]);
}
