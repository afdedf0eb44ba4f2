//! What booking and cancelling refuse, and how they say it.

use kernel::Moment;
use testkit::db_test;

use crate::support::TestApp;
use crate::support::look::Place;
use crate::support::store;

/// The starts of a clinic's slots, in order.
async fn slots(app: &TestApp, clinic: &str) -> Vec<(String, Moment)> {
    let clinic = clinic.to_owned();
    app.ask(move |tx| store::slots_of(tx, &clinic)).await
}

#[db_test]
async fn a_second_visit_with_the_doctor_leads_to_the_first(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(86_400, 4).await;
    let visit = person.post_form(&place.book(), &[]).await;
    let slots = slots(&app, &place.clinic).await;
    let other = slots.iter().map(|(slot, _)| slot).find(|slot| **slot != place.slot).expect("another time");
    let form = format!("/slots/{other}/book");
    let page = person.get(&form).await;
    assert!(page.says("您已经约了这位医生"), "{}", page.text);
    assert_eq!(page.link("/appointments/"), Some(visit.path.clone()));
    // Whoever had the form open before is told the same.
    let token = person.get("/me").await.field("csrf").expect("a form on the page");
    let sent = person.post(&form, &[("csrf", &token)]).await;
    assert_eq!((sent.status, sent.link("/appointments/")), (409, Some(visit.path.clone())), "{}", sent.text);
    assert_eq!(app.counters(other).await.2, 0);
    app.check().await;
}

#[db_test]
async fn a_time_that_has_begun_cannot_be_booked(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(60, 4).await;
    let form = person.get(&place.book()).await;
    let (_, starts_at) =
        slots(&app, &place.clinic).await.into_iter().find(|(slot, _)| *slot == place.slot).expect("it");
    app.advance_secs(app.ctx.now().secs_until(starts_at) + 1);
    let person = {
        drop(person);
        app.citizen(0).await
    };
    let token = person.get("/me").await.field("csrf").expect("a form");
    let late = person.post(&form.path, &[("csrf", &token)]).await;
    assert!(late.status == 409 && late.says("这个时段已经开始"), "{} {}", late.status, late.text);
    let page = app.visitor().get(&format!("/clinics/{}", place.clinic)).await;
    assert!(page.link(&place.book()).is_none(), "no link leads to it any more");
    assert_eq!(app.counters(&place.slot).await, (4, 0, 0));
    app.check().await;
}

#[db_test]
async fn what_does_not_exist_is_not_found(app: TestApp) {
    let person = app.citizen(0).await;
    let token = person.get("/me").await.field("csrf").expect("a form");
    for id in ["slt_00000000000000000000000000", "slt_x", "cli_1", "%F0%9F%98%80"] {
        let form = format!("/slots/{id}/book");
        assert_eq!(person.get(&form).await.status, 404, "{id}");
        assert_eq!(person.post(&form, &[("csrf", &token)]).await.status, 404, "{id}");
    }
    app.check().await;
}

/// Books, moves the clock to so many seconds before the cut-off, and tries to cancel.
async fn cancel_around(app: &TestApp, place: &Place, cut_off: Moment) {
    let person = app.citizen(0).await;
    let visit = person.post_form(&place.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    app.advance_secs(app.ctx.now().secs_until(cut_off) - 120);
    let person = app.citizen(0).await;
    let ask = person.get(&format!("{}/cancel", visit.path)).await;
    assert!(ask.says("确定取消这次预约吗"), "in time: {}", ask.text);
    app.advance_secs(120);
    let late = person.send_form(&ask, &[]).await;
    assert!(late.path.ends_with("/cancel") && late.says("已过取消时间"), "{} {}", late.path, late.text);
    let order = person.get(&visit.path).await;
    assert!(order.link(&format!("{}/cancel", visit.path)).is_none(), "no button leads there any more");
    assert_eq!(app.states(&place.slot).await, ["booked"]);
}

#[db_test]
async fn each_hospitals_cut_off_is_kept(app: TestApp) {
    let places = app.places(2 * 86_400, 4).await;
    let of = |wanted: fn(&str) -> bool| places.iter().find(|place| wanted(&place.code)).cloned().expect("a hospital");
    let by_clinic = of(|code| code == "dsrmyy");
    let first = slots(&app, &by_clinic.clinic).await[0].1;
    cancel_around(&app, &by_clinic, first.minus_secs(1800)).await;
    let places = app.places(2 * 86_400, 4).await;
    let by_slot = places.iter().find(|place| place.code != "dsrmyy" && place.code != "zyyy").expect("another hospital");
    let (_, start) =
        slots(&app, &by_slot.clinic).await.into_iter().find(|(slot, _)| *slot == by_slot.slot).expect("it");
    cancel_around(&app, by_slot, start.minus_secs(1800)).await;
    app.check().await;
}

#[db_test]
async fn a_day_before_is_the_cut_off_of_one_hospital(app: TestApp) {
    let places = app.places(2 * 86_400, 4).await;
    let place = places.iter().find(|place| place.code == "zyyy").expect("the hospital of Chinese medicine");
    let (_, start) = slots(&app, &place.clinic).await[0];
    let evening = Moment::at(start.minus_secs(86_400).date(), kernel::Time::constant(20, 0, 0, 0));
    cancel_around(&app, place, evening).await;
    app.check().await;
}

#[db_test]
async fn an_unpaid_place_is_held_and_then_free_again(app: TestApp) {
    let place = app.place(86_400, 2).await;
    let clinic = place.clinic.clone();
    app.plant(move |tx| store::set_fee(tx, &clinic, 2_500)).await;
    let person = app.citizen(0).await;
    let form = person.get(&place.book()).await;
    assert!(form.says("保留 15 分钟") && form.says("25.00"), "{}", form.text);
    let to_pay = person.send_form(&form, &[]).await;
    assert!(to_pay.path.starts_with("/pay/ord_"), "{} {}", to_pay.path, to_pay.text);
    let held = person.get(&to_pay.link("/appointments/").expect("the visit")).await;
    assert!(held.says("待支付") && held.says("去支付"), "{}", held.text);
    assert_eq!(app.counters(&place.slot).await, (2, 1, 0));
    assert!(held.text.find("class=\"barcode\"").is_none(), "no barcode before it is paid");
    app.advance_secs(870);
    app.run_jobs().await;
    assert_eq!(app.states(&place.slot).await, ["held"], "the hold still has time");
    app.advance_secs(60);
    app.run_jobs().await;
    assert_eq!(app.states(&place.slot).await, ["expired"]);
    assert_eq!(app.counters(&place.slot).await, (2, 0, 0));
    assert!(person.get(&held.path).await.says("已失效"));
    let to_pay = person.post_form(&place.book(), &[]).await;
    let again = person.get(&to_pay.link("/appointments/").expect("the visit")).await;
    assert!(again.path != held.path && again.says("待支付"), "{}", again.text);
    let cancelled = person.post_form(&format!("{}/cancel", again.path), &[]).await;
    assert!(cancelled.says("已取消"), "{}", cancelled.text);
    assert_eq!(app.counters(&place.slot).await, (2, 0, 0));
    app.run_jobs().await;
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn every_order_is_on_some_page_of_the_list(app: TestApp) {
    let place = app.place(7 * 86_400, 4).await;
    // As often in a day as one may, and on the next again.
    for number in 0..32 {
        if number % 8 == 7 {
            app.advance_secs(86_400);
        }
        let person = app.citizen(0).await;
        let visit = person.post_form(&place.book(), &[]).await;
        assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
        person.post_form(&format!("{}/cancel", visit.path), &[]).await;
    }
    let person = app.citizen(0).await;
    let first = person.get("/orders").await;
    let mut found = first.links("/appointments/");
    let older = first.link("/orders?").expect("older ones").replace("&#38;", "&");
    found.extend(person.get(&older).await.links("/appointments/"));
    found.sort();
    found.dedup();
    assert_eq!(found.len(), 32, "they all begin at one moment");
    app.check().await;
}
