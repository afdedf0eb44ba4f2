//! What grows is let go of by rule and what must stay stays; what must have left an audit row is asked for it.

use std::sync::Arc;

use futures_util::future::join_all;
use kernel::{OsRng, Rng};
use platform::Ctx;
use platform::password::Hasher;
use testkit::db_test;

use crate::support::instance::Instance;
use crate::support::{Answer, TestApp, Visitor, store};

const DAY: i64 = 86_400;

async fn run_all_jobs(app: &TestApp) {
    for job in app.jobs() {
        (job.run)(app.ctx.clone()).await.unwrap_or_else(|why| panic!("{}: {why}", job.name));
    }
}

#[db_test]
async fn what_has_served_its_time_goes_and_the_visit_stays(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(DAY, 4).await;
    let visit = person.post_form(&place.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    app.carry().await;
    let first_days = app.ask(store::clinic_days).await;
    assert!(app.outbox().await.iter().any(|row| row.state == "done"));
    assert!(app.ask(store::text_counts).await > 0);

    app.advance_secs(89 * DAY);
    run_all_jobs(&app).await;
    assert!(app.outbox().await.iter().any(|row| row.state == "done"), "not before its time");
    assert_eq!(app.ask(store::text_counts).await, 0, "counts of texts are of one day");
    app.advance_secs(20 * DAY);
    run_all_jobs(&app).await;
    assert!(app.outbox().await.iter().all(|row| row.state != "done"), "the outbox lets go after three months");
    let days = app.ask(store::clinic_days).await;
    let of_then: Vec<_> = days.iter().filter(|(day, _)| first_days.iter().any(|(first, _)| first == day)).collect();
    assert_eq!(
        of_then.iter().map(|(_, slots)| slots).sum::<i64>(),
        1,
        "of the places of then only the booked one stays"
    );
    assert_eq!(days.len(), 1 + 14 + 14, "with those of twenty days ago and those to come");
    assert_eq!(app.ask(|tx| store::messages(tx, "booked")).await, 1);
    let person = app.citizen(0).await;
    assert!(person.get(&visit.path).await.says("未签到"), "the visit can still be read");
    app.check().await;

    app.advance_secs(640 * DAY);
    run_all_jobs(&app).await;
    assert_eq!(app.ask(|tx| store::messages(tx, "booked")).await, 0, "messages go after two years");
    assert!(app.citizen(0).await.get(&visit.path).await.says("未签到"));
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_visit_whose_audit_row_is_gone_is_found_though_no_anchor_knows(app: TestApp) {
    let person = app.citizen(0).await;
    let visit = person.post_form(&app.place(DAY, 4).await.book(), &[]).await;
    let id = visit.path.trim_start_matches("/appointments/").to_owned();
    let broken = async |check: &'static str| {
        let answers = renshe::commands::check::all(&app.ctx, &app.halls).await;
        let of = answers.into_iter().filter(|answer| answer.check.id == check);
        of.flat_map(|answer| answer.result.expect("asked").broken).collect::<Vec<_>>()
    };
    assert_eq!(broken("T35").await, Vec::<String>::new());
    // The last rows of every chain, which no anchor has covered yet.
    app.plant(store::cut_the_newest_audit_rows).await;
    assert_eq!(broken("I-D11").await, Vec::<String>::new(), "the chains cannot tell");
    let missing = broken("T35").await;
    assert!(missing.iter().any(|line| line.contains(&id) && line.contains("appointment.booked")), "{missing:?}");
}

#[db_test]
async fn days_stops_calls_and_ended_keys_without_their_audit_rows_are_found(app: TestApp) {
    app.citizen(0).await;
    let broken = async || {
        let answers = renshe::commands::check::all(&app.ctx, &app.halls).await;
        let of = answers.into_iter().filter(|answer| answer.check.id == "T35");
        of.flat_map(|answer| answer.result.expect("asked").broken).collect::<Vec<_>>()
    };
    assert_eq!(broken().await, Vec::<String>::new());
    assert_eq!(app.plant(store::plant_unaudited).await, 4);
    let missing = broken().await;
    for (what, act) in [
        ("closed day 2020-02-02", "ledger.day_closed"),
        ("stop of the ledger 77", "ledger.stopped, ledger.lifted"),
        ("call to order ord_planted", "payment.person_needed"),
        ("ended partner's key pky_planted", "partner.ended"),
    ] {
        assert!(missing.iter().any(|line| line.contains(what) && line.contains(act)), "{what}: {missing:?}");
    }
}

/// Somebody's try to sign in from an address, as a trusted proxy tells it. Each login name is another: what is looked at
/// here is the hashing, not the guard of one account.
async fn sign_in(url: &str, address: &str, name: u32) -> Answer {
    let visitor = Visitor::new(url).with_header("x-forwarded-for", address);
    visitor.post_form("/login", &[("login", &format!("1380000{name:04}")), ("password", "changzhou2026")]).await
}

#[db_test]
async fn one_address_that_floods_the_passwords_keeps_nobody_else_waiting(app: TestApp) {
    // Hashes as dear as a city's, so that a queue forms, and one at a time: as on the smallest machine, whatever this one is.
    let rng: Arc<dyn Rng> = Arc::new(OsRng);
    let dear = Hasher::one_at_a_time(Arc::clone(&rng), [7; 32]).expect("a hasher");
    let ctx = Ctx { hasher: dear, ..app.ctx.clone() };
    let instance = Instance::for_all_addresses(ctx, Arc::clone(&app.ports), Arc::clone(&app.pay)).await;
    let flood = join_all((0..150).map(|n| sign_in(&instance.url, "203.0.113.9", n)));
    let others = join_all((1..=5).map(|n| {
        let address = format!("198.51.100.{n}");
        let url = instance.url.clone();
        async move { sign_in(&url, &address, 9_000 + n).await }
    }));
    let (flood, others) = tokio::join!(flood, others);
    let shed: Vec<_> = flood.iter().filter(|answer| answer.status == 503).collect();
    assert!(!shed.is_empty(), "the flood is more than can be hashed");
    for answer in shed {
        let wait: i64 = answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
        assert!((1..=60).contains(&wait) && answer.says("什么都没有改变"), "{}", answer.text);
    }
    // Nobody has such an account: a wrong password, and no 503.
    assert!(
        others.iter().all(|answer| answer.status != 503),
        "{:?}",
        others.iter().map(|a| a.status).collect::<Vec<_>>()
    );
    app.check().await;
}
