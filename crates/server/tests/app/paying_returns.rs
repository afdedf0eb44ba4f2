//! Money on its way back: what partners refuse, delay or lose on it, and what holds meanwhile.

use kernel::Pii;
use payments::ports::Recipient;
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

/// Somebody cancels what was paid, and the channel says of the refund that it ends so.
async fn cancelled_in_vain(app: &TestApp, end: &str) -> Payer {
    let payer = Payer::paid(app, 0).await;
    let visit = payer.visit().await;
    let steer = format!("wechat_pay/orders/{}", newest(app).await);
    assert_eq!(control(app, &steer, json!({ "refund": end })).await, 200);
    payer.post(&format!("{visit}/cancel"), &[]).await;
    // Asked for, and asked about once the channel has had its second.
    pass(app, 90).await;
    payer
}

/// What people are called for.
async fn called(app: &TestApp) -> Vec<String> {
    payments::calls(&app.ctx).await.expect("read").into_iter().map(|call| call.reason).collect()
}

/// The person is told at once, and the page promises nothing; five days later as well.
async fn waits_for_a_person(app: &TestApp, payer: Payer, reason: &str) -> Payer {
    let mut payer = payer;
    for day in 0..2 {
        let waits = payer.state().await;
        assert!(waits.says("退款正在人工处理") && waits.says("5.00 元没能退到您的微信"), "{day}: {}", waits.text);
        assert!(!waits.says("工作日内到账") && !waits.says("原路退回中"), "{day}: {}", waits.text);
        let messages = payer.person.get("/messages").await;
        assert_eq!(messages.text.matches("退款正在人工处理").count(), 1, "{day}: {}", messages.text);
        assert_eq!((called(app).await, refunds(app).await.len()), (vec![reason.to_owned()], 1), "{day}");
        assert_eq!((insured(app).await, at_the_channel(app).await), (0, 500), "{day}: the insurer's part went back");
        app.advance_secs(5 * 86_400);
        pass(app, 60).await;
        // The session has ended by then.
        payer = Payer { person: app.citizen(0).await, ..payer };
    }
    payer
}

fn order_of(payer: &Payer) -> payments::OrderId {
    payer.pay.trim_start_matches("/pay/").parse().expect("an order")
}

#[db_test]
async fn a_refund_that_no_account_takes_goes_where_somebody_says(app: TestApp) {
    let payer = cancelled_in_vain(&app, "abnormal").await;
    let payer = waits_for_a_person(&app, payer, "refund_abnormal").await;
    let to = Recipient::Buyer {
        bank: "ICBC_DEBIT".into(),
        account: Pii::new("6222020903001234567".to_owned()),
        name: Pii::new("陈秀英".to_owned()),
    };
    payments::redirect(&app.pay, &app.ctx, (&order_of(&payer), None), (&to, "周会计"))
        .await
        .expect("the channel takes it");
    pass(&app, 60).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, refunds(&app).await.len()), (0, 1), "under the same number");
    assert_eq!(called(&app).await, Vec::<String>::new(), "nobody waits for a person any more");
    app.check().await;
}

#[db_test]
async fn a_refund_that_the_channel_closed_is_settled_by_somebody_else(app: TestApp) {
    let payer = cancelled_in_vain(&app, "closed").await;
    let payer = waits_for_a_person(&app, payer, "refund_closed").await;
    let (listeners, by) = (&app.pay.listeners, ("李会计", "银行转账 20260308-17"));
    payments::paid_outside(listeners, &app.ctx, (&order_of(&payer), None), by).await.expect("it waits for that");
    pass(&app, 60).await;
    let told = payer.state().await;
    assert!(told.says("其中微信支付的 5.00 元，由工作人员另外退给了您"), "{}", told.text);
    assert!(told.says("已由工作人员另外退给您") && !told.says("正在人工处理"), "{}", told.text);
    assert!(payer.person.get("/messages").await.says("钱已退回"));
    assert_eq!(called(&app).await, Vec::<String>::new());
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
    assert!(payer.state().await.says("预约已取消"), "{}", payer.state().await.text);
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
    assert!(over.says("已发起退款") && over.says("20.00 元正退回医保"), "{}", over.text);
    assert!(over.says("到时间还没有收到全部的钱，号已放回"), "of the visit as well: {}", over.text);
    let visit = payer.person.get(&payer.visit().await).await;
    assert!(visit.says("号已放回。付过的钱正在退回"), "{}", visit.text);
    assert_eq!((insured(&app).await, app.counters(&payer.slot).await.1), (2_000, 0), "on its way, and the place free");
    let told = payer.person.get("/messages").await;
    assert!(told.says("时间到了，钱正在退回") && !told.says("没有付完"), "{}", told.text);
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
