//! Answers of partners that add up to nothing good: a person is called, and the citizen has nothing to do.

use testkit::db_test;

use crate::support::TestApp;
use crate::support::payer::{PIN, Payer, buyer_pays, fault, pass};

async fn reasons(app: &TestApp) -> Vec<String> {
    payments::calls(&app.ctx).await.expect("calls").into_iter().map(|call| call.reason).collect()
}

#[db_test]
async fn a_pre_settlement_that_does_not_add_up_calls_a_person_and_leaves_own_money(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    fault(&app, "insurer", "2206", "forge", 1).await;
    app.advance_secs(400);
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says("医保金额核对不上") && page.says("全部自己付"), "{}", page.text);
    assert_eq!(reasons(&app).await, ["quote"]);
    // The insurer would answer rightly now; it is not asked again before somebody has looked.
    assert!(payer.person.get(&payer.pay).await.says("医保金额核对不上"));
    let id = payer.pay.trim_start_matches("/pay/").parse().expect("an order");
    payments::unblock(&app.pay.listeners, &app.ctx, &id).await.expect("somebody has looked");
    assert_eq!(reasons(&app).await, Vec::<String>::new());
    assert!(payer.person.get(&payer.pay).await.says("12.00"));
    payer.cash(2_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn an_undoing_of_somebody_elses_is_asked_about_and_made_without_a_person(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    fault(&app, "insurer", "2208", "forge", 1).await;
    let given_up = payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    assert!(given_up.is_ok(), "{} {}", given_up.status, given_up.text);
    pass(&app, 120).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!(reasons(&app).await, Vec::<String>::new());
    app.check().await;
}
