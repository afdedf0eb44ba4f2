//! One person cannot hoard (T43): caps that hold however many requests come at once, words that say the rule, and no text that
//! costs money for each repetition.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use testkit::db_test;

use crate::support::look::Place;
use crate::support::store::{self, Kept};
use crate::support::{Answer, TestApp, Visitor};

const DAY: i64 = 86_400;

/// Times that can be booked from tomorrow on, of all clinics that cost nothing.
async fn many_places(app: &TestApp) -> Vec<Place> {
    let mut all = Vec::new();
    for places in 1..=6 {
        all.extend(app.places(DAY, places).await);
    }
    all
}

/// Sends the form of one time for another.
async fn book_with(person: &Visitor, form: &Answer, from: &Place, to: &Place) -> Answer {
    let text = form.text.replace(&from.slot, &to.slot);
    let page = Answer { text, path: to.book(), status: form.status, headers: form.headers.clone() };
    person.send_form(&page, &[]).await
}

fn is_booked(answer: &Answer) -> bool {
    answer.is_ok() && answer.path.starts_with("/appointments/apt_")
}

/// What stands after a rush is within the policy's figures.
async fn within_the_caps(app: &TestApp, kept: &[Kept]) {
    let count = |key: fn(&Kept) -> String| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        kept.iter().for_each(|visit| *counts.entry(key(visit)).or_default() += 1);
        counts.into_values().max().unwrap_or(0)
    };
    assert!(kept.len() <= 8, "{} visits to come", kept.len());
    assert!(count(|visit| visit.date.clone()) <= 3, "{kept:?}");
    assert!(count(|visit| format!("{} {}", visit.date, visit.department)) <= 1, "{kept:?}");
    assert!(count(|visit| visit.starts_at.to_string()) <= 1, "{kept:?}");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn four_hundred_tries_at_once_get_what_one_may_have(app: TestApp) {
    let person = app.citizen(0).await;
    let places = many_places(&app).await;
    let form = person.get(&places[0].book()).await;
    let tries = places.iter().cycle().take(400).map(|place| book_with(&person, &form, &places[0], place));
    let answers = join_all(tries).await;
    assert!(answers.iter().filter(|answer| !is_booked(answer)).all(|answer| matches!(answer.status, 409 | 503)));
    let kept = app.ask(store::kept).await;
    assert!(!kept.is_empty(), "and one gets something");
    within_the_caps(&app, &kept).await;
    // Whoever comes after finds places.
    let other = app.citizen(1).await;
    let free = app.place(DAY, 2).await;
    assert!(is_booked(&other.post_form(&free.book(), &[]).await));
}

#[db_test]
async fn two_instances_count_one_patient_together(app: TestApp) {
    let person = app.citizen(0).await;
    let other = app.second_instance().await;
    let places = many_places(&app).await;
    let form = person.get(&places[0].book()).await;
    let mut elsewhere = person.clone();
    elsewhere.go_to(&other.url);
    let tries = places.iter().take(120).enumerate().map(|(number, place)| {
        let from = if number % 2 == 0 { &person } else { &elsewhere };
        book_with(from, &form, &places[0], place)
    });
    join_all(tries).await;
    within_the_caps(&app, &app.ask(store::kept).await).await;
}

#[db_test]
async fn places_that_are_only_held_count_too(app: TestApp) {
    let person = app.citizen(0).await;
    let first = app.place(3 * DAY, 4).await;
    let clinic = first.clinic.clone();
    app.plant(move |tx| store::set_fee(tx, &clinic, 2_500)).await;
    let form = person.get(&first.book()).await;
    let held = person.send_form(&form, &[]).await;
    assert!(held.path.starts_with("/pay/"), "{} {}", held.path, held.text);
    let slot = first.slot.clone();
    let same_time = app.ask(move |tx| store::others_at_the_time_of(tx, &slot)).await;
    let other = Place { slot: same_time[0].clone(), ..first.clone() };
    let refused = book_with(&person, &form, &first, &other).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("这个时间您已经有一个号") && refused.says("或先取消原来的预约"), "{}", refused.text);
    assert_eq!(refused.link("/orders"), Some("/orders".to_owned()), "where it can be given up");
    app.check().await;
}

#[db_test]
async fn each_rule_is_told_with_its_figure_and_what_to_do(app: TestApp) {
    let person = app.citizen(0).await;
    let mut told: BTreeMap<&str, String> = BTreeMap::new();
    let words = [
        ("这一天您在这个科室已经有号", "最多约 1 个号"),
        ("这一天您约的号已经满 3 个", "请换一天"),
        ("您手上的号已经有 8 个", "请先取消不去的号"),
    ];
    let mut cancelled = None;
    for place in many_places(&app).await {
        // The page says it before anybody sends anything.
        let page = person.get(&place.book()).await;
        if let Some((title, text)) = words.iter().find(|(title, _)| page.says(title)) {
            assert!(page.says(text) && page.says("没有约上"), "{title}: {}", page.text);
            assert!(!page.text.contains("method=\"post\" action=\"/slots"), "and offers no button");
            told.insert(title, page.text.clone());
        } else if page.text.contains("action=\"/slots") {
            cancelled = Some(person.send_form(&page, &[]).await.path);
        }
        if told.len() == words.len() {
            break;
        }
    }
    assert_eq!(told.len(), words.len(), "{:?}", told.keys());
    // Giving one up makes room for another.
    let given_up = cancelled.expect("something was booked");
    assert!(person.post_form(&format!("{given_up}/cancel"), &[]).await.says("已取消"));
    let again = person.get(&given_up).await.link("/doctors/").expect("the doctor again");
    let clinic = person.get(&again).await.link("/clinics/").expect("a clinic");
    let slot = person.get(&clinic).await.link("/slots/").expect("a time");
    assert!(!person.get(&slot).await.says("您手上的号已经有 8 个"));
    app.check().await;
}

#[db_test]
async fn booking_and_cancelling_again_and_again_costs_few_texts_and_ends(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(5 * DAY, 4).await;
    let form = person.get(&place.book()).await;
    let mut booked = 0;
    let refused = loop {
        let visit = person.send_form(&form, &[]).await;
        if !is_booked(&visit) {
            break visit;
        }
        booked += 1;
        assert!(person.post_form(&format!("{}/cancel", visit.path), &[]).await.says("已取消"));
        assert!(booked < 50, "it never ends");
    };
    assert_eq!(booked, 10);
    assert_eq!(refused.status, 409);
    assert!(refused.says("今天预约的次数已经用完") && refused.says("最多预约 10 次") && refused.says("请明天再约"));
    let messages =
        app.ask(|tx| store::messages(tx, "booked")).await + app.ask(|tx| store::messages(tx, "cancelled")).await;
    assert_eq!(messages, 20, "the app says everything");
    let texts: Vec<_> = app.outbox().await.into_iter().filter(|row| row.kind == "sms").collect();
    assert_eq!(texts.len(), 10, "five of each kind, whatever is done");
    assert_eq!(app.counters(&place.slot).await, (4, 0, 0));
    // Tomorrow is another day, for booking and for texts.
    app.advance_secs(DAY);
    let person = app.citizen(0).await;
    assert!(is_booked(&person.post_form(&place.book(), &[]).await));
    assert_eq!(app.outbox().await.into_iter().filter(|row| row.kind == "sms").count(), 11);
    app.check().await;
    app.audit().await;
}
