//! Money on its way back: what partners refuse, delay or lose on it, and what holds meanwhile.

use serde_json::{Value, json};
use testkit::db_test;

use crate::support::payer::{
    PIN, Payer, at_the_channel, clear_faults, control, held, insured, newest, orders, pass, rule, settlements,
};
use crate::support::{TestApp, store};

/// The states of the insurer's settlements.
async fn states(app: &TestApp) -> Vec<Value> {
    settlements(app).await.iter().map(|one| one["state"].clone()).collect()
}

/// The refunds of the newest payment: numbers and states.
async fn refunds(app: &TestApp) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let all = orders(app).await[0]["refunds"].as_array().cloned().expect("a list");
    all.iter().map(|one| (text(&one["out_refund_no"]), text(&one["status"]))).collect()
}

#[db_test]
async fn a_refund_that_is_refused_twice_arrives_in_the_end(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let visit = payer.visit().await;
    rule(
        &app,
        json!({ "partner": "wechat_pay", "operation": "refund", "kind": "refuse", "code": "NOT_ENOUGH", "times": 2 }),
    )
    .await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    app.drive().await;
    let begun = payer.state().await;
    assert!(begun.says("已发起退款") && begun.says("预计 3 个工作日内到账"), "{}", begun.text);
    pass(&app, 300).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, refunds(&app).await.len()), (0, 1));
    app.check().await;
}

#[db_test]
async fn an_abnormal_refund_calls_a_person_and_arrives_under_its_number(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let visit = payer.visit().await;
    let number = newest(&app).await;
    let steer = format!("wechat_pay/orders/{number}");
    assert_eq!(control(&app, &steer, json!({ "refund": "abnormal" })).await, 200);
    payer.post(&format!("{visit}/cancel"), &[]).await;
    for _ in 0..3 {
        pass(&app, 1_170).await;
        let waits = payer.state().await;
        assert!(waits.says("已发起退款"), "{} {}", waits.path, waits.text);
    }
    let waits = payer.state().await;
    assert!(waits.says("已发起退款") && waits.says("微信支付 25.00 元 正在退款"), "{}", waits.text);
    assert!(!waits.says("失败"), "{}", waits.text);
    assert_eq!(payments::calls(&app.ctx).await.expect("read"), [], "within the hour nobody is called");
    pass(&app, 3_600).await;
    let calls = payments::calls(&app.ctx).await.expect("read");
    assert_eq!(calls.iter().map(|call| call.reason.as_str()).collect::<Vec<_>>(), ["refund"]);
    let before = refunds(&app).await;
    assert_eq!((before.len(), at_the_channel(&app).await), (1, 2_500));
    assert_eq!(control(&app, &steer, json!({})).await, 200);
    pass(&app, 3_600).await;
    // The session has ended by then.
    let payer = Payer { person: app.citizen(0).await, ..payer };
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    let after = refunds(&app).await;
    assert_eq!((after.len(), &after[0].0, after[0].1.as_str()), (1, &before[0].0, "SUCCESS"), "the same number");
    assert_eq!(held(&app).await, 0);
    assert_eq!(payments::calls(&app.ctx).await.expect("read"), [], "nobody waits for a person any more");
    app.check().await;
}

#[db_test]
async fn an_insurer_that_is_down_at_the_return_gets_its_part_back_later(app: TestApp) {
    let payer = Payer::paid(&app, 0).await;
    let visit = payer.visit().await;
    rule(&app, json!({ "partner": "insurer", "kind": "down" })).await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    assert_eq!(app.counters(&payer.slot).await.2, 0, "the place goes back on sale at once");
    pass(&app, 900).await;
    let waits = payer.state().await;
    assert!(waits.says("已发起退款") && waits.says("微信支付 5.00 元 已原路退回"), "{}", waits.text);
    assert!(waits.says("正在退回") && !waits.says("失败"), "{}", waits.text);
    assert_eq!((insured(&app).await, at_the_channel(&app).await), (2_000, 0));
    clear_faults(&app).await;
    pass(&app, 1_200).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!((states(&app).await, held(&app).await), (vec![json!("voided")], 0));
    app.check().await;
}

#[db_test]
async fn a_void_that_is_refused_once_is_sent_again(app: TestApp) {
    let payer = Payer::paid(&app, 0).await;
    let visit = payer.visit().await;
    rule(
        &app,
        json!({ "partner": "insurer", "operation": "2208", "kind": "refuse", "code": "日终对账中", "times": 1 }),
    )
    .await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    app.drive().await;
    assert_eq!(insured(&app).await, 2_000, "refused");
    pass(&app, 120).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!((states(&app).await, held(&app).await), (vec![json!("voided")], 0));
    let voids = app.ask(store::attempts).await;
    assert_eq!(voids.iter().filter(|(kind, _)| kind == "void").count(), 1, "one attempt, one number: {voids:?}");
    app.check().await;
}

#[db_test]
async fn whoever_lost_the_insurance_gets_back_what_it_paid(app: TestApp) {
    let number = identity::demo::citizens()[0].number;
    let payer = Payer::paid(&app, 0).await;
    let second = Payer::of(&app, payer.person.clone()).await;
    second.pays_both(&app).await;
    let person = app.ask(store::pay_person).await.parse().expect("a person");
    for (payer, change) in [(payer, json!({ "region": "320500" })), (second, json!({ "insured": "none" }))] {
        let visit = payer.visit().await;
        assert_eq!(control(&app, &format!("people/{number}"), change.clone()).await, 200);
        // And the platform has heard of it.
        identity::ask_insurer(&app.ctx, &app.ports, &person).await.expect("asked");
        let before = insured(&app).await;
        payer.post(&format!("{visit}/cancel"), &[]).await;
        pass(&app, 120).await;
        assert!(payer.state().await.says("已付的钱都已按原路退回"), "{change}: {}", payer.state().await.text);
        assert_eq!(before - insured(&app).await, 2_000, "{change}");
    }
    assert_eq!((states(&app).await, held(&app).await), (vec![json!("voided"), json!("voided")], 0));
    app.check().await;
}

#[db_test]
async fn money_that_comes_after_the_end_goes_back(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("已关闭"), "{}", payer.state().await.text);
    assert_eq!(app.counters(&payer.slot).await.1, 0);
    assert_eq!(control(&app, &format!("wechat_pay/orders/{number}"), json!({ "late_pay": true })).await, 200);
    assert_eq!(control(&app, &format!("wechat_pay/pay/{number}"), json!({})).await, 200);
    pass(&app, 600).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.1), (0, 0));
    app.check().await;
}

#[db_test]
async fn the_place_is_on_sale_while_its_money_is_still_on_the_way_back(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    rule(&app, json!({ "partner": "insurer", "kind": "down" })).await;
    pass(&app, 1_770).await;
    assert!(payer.state().await.says("医保已支付"));
    assert_eq!(app.counters(&payer.slot).await.1, 1);
    pass(&app, 60).await;
    let over = payer.state().await;
    assert!(over.says("已发起退款") && over.says("医保付的钱正退回医保"), "{}", over.text);
    let visit = payer.person.get(&payer.visit().await).await;
    assert!(visit.says("号已放回，已付的钱正按原路退回"), "{}", visit.text);
    assert_eq!((insured(&app).await, app.counters(&payer.slot).await.1), (2_000, 0), "on its way, and the place free");
    let told = payer.person.get("/messages").await;
    assert!(told.says("没有付完"), "{}", told.text);
    // The same person may have the same place again, and others the places beside it.
    let again = payer.person.post_form(&format!("/slots/{}/book", payer.slot), &[]).await;
    assert!(again.path.starts_with("/pay/ord_") && again.path != payer.pay, "{} {}", again.path, again.text);
    let other = app.citizen(1).await.post_form(&format!("/slots/{}/book", payer.slot), &[]).await;
    assert!(other.path.starts_with("/pay/ord_"), "{} {}", other.path, other.text);
    assert_eq!(app.counters(&payer.slot).await.1, 2);
    clear_faults(&app).await;
    pass(&app, 840).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.1), (0, 2), "what is held since is held still");
    app.check().await;
}
