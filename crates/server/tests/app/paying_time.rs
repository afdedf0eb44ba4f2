//! Deadlines of paying, and a clock that jumps.

use testkit::db_test;

use crate::support::TestApp;
use crate::support::payer::{PIN, Payer, buyer_pays, fault, held, orders, pass};

#[db_test]
async fn given_up_in_the_last_second_of_the_half_hour(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    pass(&app, 900).await;
    // Looked at in between: whoever is away for half an hour signs in again.
    assert!(payer.state().await.says("医保已支付"));
    pass(&app, 870).await;
    app.advance_secs(29);
    let asked = payer.person.get(&format!("{}/give-up", payer.pay)).await;
    assert!(asked.says("预约也会取消") && asked.says("20.00 元会自动退回"), "{}", asked.text);
    payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    pass(&app, 120).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!(held(&app).await, 0);
    assert_eq!(app.counters(&payer.slot).await.1, 0);
    app.check().await;
}

#[db_test]
async fn what_was_paid_in_time_counts_though_nobody_looked_until_after_the_end(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    fault(&app, "wechat_pay", "notify", "lose", 9).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    app.advance_secs(1_600);
    assert!(payer.state().await.says("等待微信支付"));
    buyer_pays(&app).await;
    // The sweeper was away until the half hour was over.
    app.advance_secs(220);
    app.drive().await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.2), (2_500, 1));
    app.check().await;
}

#[db_test]
async fn a_clock_that_jumps_a_day_returns_everything(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    app.advance_secs(86_400);
    app.drive().await;
    pass(&app, 120).await;
    // The session has ended by then.
    payer.person = app.citizen(0).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.1), (0, 0));
    app.check().await;
}

#[db_test]
async fn a_clock_that_jumps_a_day_takes_nothing_from_who_was_paying_alone(app: TestApp) {
    let unpaid = Payer::new(&app, 0).await;
    let paying = Payer::new(&app, 1).await;
    paying.cash(2_500).await;
    app.advance_secs(86_400);
    app.drive().await;
    pass(&app, 120).await;
    // The sessions have ended by then.
    for (number, payer) in [(0, unpaid), (1, paying)] {
        let payer = Payer { person: app.citizen(number).await, ..payer };
        assert!(payer.state().await.says("支付时间已过"), "{}", payer.state().await.text);
        assert_eq!(app.counters(&payer.slot).await.1, 0);
    }
    assert_eq!((held(&app).await, orders(&app).await[0]["state"].clone()), (0, "CLOSED".into()));
    app.check().await;
}
