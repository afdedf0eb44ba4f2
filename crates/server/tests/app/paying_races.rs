//! Races that are lost on purpose: what a sweeper has read is so no longer when it acts, and one damaged row is in the way of
//! all others.

use testkit::db_test;

use crate::support::payer::{PIN, Payer, buyer_pays, held, pass};
use crate::support::{TestApp, store};

/// From booking to the end of the hold.
const HOLD_SECS: i64 = 900;

#[db_test]
async fn whoever_begins_to_pay_in_the_last_second_is_not_told_that_the_time_is_over(app: TestApp) {
    let payers = [Payer::new(&app, 0).await, Payer::new(&app, 1).await, Payer::new(&app, 2).await];
    // The sweeper of an instance reads what will have run out when its closures run.
    let due = health::dead_holds(&app.ctx, app.ctx.now().plus_secs(HOLD_SECS), None).await.expect("read");
    assert_eq!(due.len(), 3);
    assert!(payers[0].settle(PIN).await.says("医保已支付"), "the half hour begins");
    payers[1].cash(2_500).await;
    app.advance_secs(HOLD_SECS - 1);
    assert_eq!(
        health::expire(&app.second_instance().await.ctx, &app.pay.listeners, due.clone()).await.expect("swept"),
        0,
        "a second too early"
    );
    app.advance_secs(1);
    assert_eq!(
        health::expire(&app.second_instance().await.ctx, &app.pay.listeners, due).await.expect("swept"),
        1,
        "who did nothing"
    );
    assert!(payers[0].state().await.says("医保已支付 20.00 元"), "{}", payers[0].state().await.text);
    assert!(payers[2].state().await.says("支付时间已过"), "{}", payers[2].state().await.text);
    assert!(!payers[1].state().await.says("支付时间已过"), "what is offered is asked about first");
    payers[0].cash(500).await;
    buyer_pays(&app).await;
    pass(&app, 120).await;
    assert!(payers[0].state().await.says("费用已付清"), "{}", payers[0].state().await.text);
    assert!(payers[1].state().await.says("支付时间已过"), "{}", payers[1].state().await.text);
    assert_eq!(held(&app).await, 2_500);
    app.check().await;
}

/// The same person, whose session has ended by then.
async fn again(app: &TestApp, number: usize, payer: &Payer) -> Payer {
    Payer { person: app.citizen(number).await, slot: payer.slot.clone(), pay: payer.pay.clone() }
}

#[db_test]
async fn one_damaged_order_keeps_nobody_elses_place_and_nobody_elses_money(app: TestApp) {
    let first = Payer::new(&app, 0).await;
    // The same clinic: its holds end together.
    let person = app.citizen(1).await;
    let pay = person.post_form(&format!("/slots/{}/book", first.slot), &[]).await.path;
    let second = Payer { person, slot: first.slot.clone(), pay };
    let payers = [first, second, Payer::new(&app, 2).await];
    assert!(payers[2].settle(PIN).await.says("医保已支付"));
    let bad = payers[0].pay.clone();
    app.plant(move |tx| store::spoil_an_order(tx, &bad)).await;
    app.advance_secs(HOLD_SECS + 1);
    let due = health::dead_holds(&app.ctx, app.ctx.now(), None).await.expect("read");
    let (freed, _) = health::expire(&app.ctx, &app.pay.listeners, due).await.expect_err("one of them cannot be read");
    assert_eq!((freed, app.counters(&payers[1].slot).await.1), (1, 1), "the other's place is free");
    // The driver looks after the others as well, and comes back to this one later and not at once.
    pass(&app, 1_200).await;
    assert!(again(&app, 2, &payers[2]).await.state().await.says("已付的钱都已按原路退回"));
    assert_eq!(held(&app).await, 0);
    assert_eq!(payments::drive_due(&app.pay, &app.ctx).await.expect("read"), 0, "it is not looked at all the time");
    app.plant(store::mend_the_orders).await;
    pass(&app, 120).await;
    assert!(again(&app, 0, &payers[0]).await.state().await.says("支付时间已过"));
    app.check().await;
}
