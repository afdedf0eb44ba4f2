//! Places wanted by many at once: never sold twice, on one instance or on two.

use futures_util::future::join_all;
use testkit::db_test;

use crate::support::{Answer, TestApp, Visitor};

/// Everybody opens the form, then all send it at the same time.
async fn all_at_once(people: &[Visitor], form: &str) -> Vec<Answer> {
    let forms = join_all(people.iter().map(|person| person.get(form))).await;
    join_all(people.iter().zip(&forms).map(|(person, page)| person.send_form(page, &[]))).await
}

fn winners(answers: &[Answer]) -> usize {
    answers.iter().filter(|answer| answer.is_ok() && answer.path.starts_with("/appointments/apt_")).count()
}

/// Everybody else learnt that it is full, and that nothing happened.
fn losers_are_told(answers: &[Answer]) {
    for answer in answers.iter().filter(|answer| !answer.path.starts_with("/appointments/")) {
        assert!(answer.status == 409 && answer.says("这个时段约满了"), "{} {}", answer.status, answer.text);
    }
}

#[db_test]
async fn the_last_place_is_sold_once_to_two_hundred(app: TestApp) {
    let place = app.place(86_400, 2).await;
    let first = app.citizen(0).await.post_form(&place.book(), &[]).await;
    assert!(first.path.starts_with("/appointments/"), "{}", first.text);
    let crowd = app.crowd(200).await;
    let answers = all_at_once(&crowd, &place.book()).await;
    assert_eq!(winners(&answers), 1);
    losers_are_told(&answers);
    assert_eq!(app.counters(&place.slot).await, (2, 0, 2));
    let page = app.visitor().get(&format!("/clinics/{}", place.clinic)).await;
    assert!(page.link(&place.book()).is_none(), "a full time is no link");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn two_instances_sell_what_there_is(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let other = app.second_instance().await;
    let mut crowd = app.crowd(80).await;
    for person in crowd.iter_mut().step_by(2) {
        person.go_to(&other.url);
    }
    let answers = all_at_once(&crowd, &place.book()).await;
    assert_eq!(winners(&answers), 4);
    losers_are_told(&answers);
    assert_eq!(app.counters(&place.slot).await, (4, 0, 4));
    assert_eq!(app.states(&place.slot).await, ["booked"; 4]);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_place_given_up_in_the_rush_goes_to_one_other(app: TestApp) {
    let place = app.place(2 * 86_400, 2).await;
    let holder = app.citizen(0).await;
    let visit = holder.post_form(&place.book(), &[]).await;
    app.citizen(1).await.post_form(&place.book(), &[]).await;
    let cancel = holder.get(&format!("{}/cancel", visit.path)).await;
    let crowd = app.crowd(40).await;
    let form = place.book();
    let (answers, done) = tokio::join!(all_at_once(&crowd, &form), holder.send_form(&cancel, &[]));
    assert!(done.is_ok() && done.says("已取消"), "{}", done.text);
    let won = winners(&answers);
    assert!(won <= 1, "{won} people have one place");
    let booked = i64::try_from(won).expect("few") + 1;
    assert_eq!(app.counters(&place.slot).await, (2, 0, booked));
    app.check().await;
}

#[db_test]
async fn two_taps_are_one_visit(app: TestApp) {
    let person = app.citizen(2).await;
    // One a day: several in one clinic, at one time or in one department would be refused.
    for day in 1..=5 {
        let place = app.place(day * 86_400, 4).await;
        let form = person.get(&place.book()).await;
        let (one, two) = tokio::join!(person.send_form(&form, &[]), person.send_form(&form, &[]));
        assert!(one.path.starts_with("/appointments/apt_"), "{} {}", one.path, one.text);
        assert_eq!(one.path, two.path);
        assert_eq!(app.states(&place.slot).await, ["booked"]);
    }
    app.check().await;
}
