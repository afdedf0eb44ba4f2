//! A visit of 25 yuan, paid by the insurer and by WeChat Pay through their real adapters, and given back.

use serde_json::json;
use testkit::db_test;

use crate::support::payer::{PIN, Payer, buyer_pays, control, held, pass};
use crate::support::{TestApp, look, store};

#[db_test]
async fn paid_from_three_purses_and_returned_leg_by_leg(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says("医保统筹基金") && page.says("8.00") && page.says("12.00") && page.says("5.00"), "{}", page.text);
    let wrong = payer.settle("000000").await;
    assert!(wrong.says("支付密码不对。还可以试 5 次"), "{}", wrong.text);
    let half = payer.settle(PIN).await;
    assert!(half.says("医保已支付") && half.says("20.00") && half.says("5.00"), "{} {}", half.path, half.text);
    let cashier = payer.cash(500).await;
    assert!(cashier.path.ends_with("/cashier") && cashier.says("<svg"), "{} {}", cashier.path, cashier.text);
    buyer_pays(&app).await;
    app.advance_secs(30);
    app.drive().await;
    let paid = payer.state().await;
    assert!(paid.says("费用已付清") && paid.says("预约成功"), "one word for one state: {}", paid.text);
    assert!(paid.says("就诊人（本人）"), "{}", paid.text);
    let visit = paid.link("/appointments/").expect("the visit");
    let shown = payer.person.get(&visit).await;
    assert!(shown.says("预约成功") && shown.says("微信支付 5.00 元 已支付"), "{}", shown.text);
    let asked = payer.person.get(&format!("{visit}/cancel")).await;
    for page in [&shown, &asked] {
        let goes = "8.00 元退回医保，12.00 元退回个人账户，一般马上到账。5.00 元退回微信";
        assert!(page.says(goes), "the same words on both: {}", page.text);
    }
    assert_eq!((app.counters(&payer.slot).await.1, app.counters(&payer.slot).await.2), (0, 1));
    app.check().await;
    let cancelled = payer.post(&format!("{visit}/cancel"), &[]).await;
    assert!(cancelled.is_ok(), "{} {}", cancelled.status, cancelled.text);
    assert_eq!(app.counters(&payer.slot).await.2, 0, "the place goes back on sale");
    pass(&app, 60).await;
    let back = payer.state().await;
    assert!(back.says("已退回") && back.says("已原路退回"), "{}", back.text);
    assert!(back.says("预约已取消，号已放回") && back.says("再约这位医生"), "of the visit as well: {}", back.text);
    assert_eq!(held(&app).await, 0);
    assert!(payer.person.get("/messages").await.says("已发起退款"));
    app.check().await;
}

#[db_test]
async fn half_an_hour_later_everything_goes_back_by_itself(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    pass(&app, 1_740).await;
    assert!(payer.state().await.says("医保已支付"), "{}", payer.state().await.text);
    assert_eq!(app.counters(&payer.slot).await.1, 1, "the place is kept");
    pass(&app, 120).await;
    let back = payer.state().await;
    assert!(back.says("已退回"), "{}", back.text);
    assert_eq!(app.counters(&payer.slot).await.1, 0);
    assert_eq!(held(&app).await, 0);
    app.check().await;
}

#[db_test]
async fn residents_pay_the_rest_and_own_money_pays_all(app: TestApp) {
    let resident = Payer::new(&app, 1).await;
    let page = resident.person.get(&resident.pay).await;
    assert!(page.says("10.00") && page.says("15.00") && page.says("居民医保没有个人账户"), "{}", page.text);
    assert!(resident.settle(PIN).await.says("15.00"));
    resident.cash(1_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(resident.state().await.says("费用已付清"));
    let own = Payer::new(&app, 2).await;
    let changed = own.cash(2_400).await;
    assert!(changed.says("金额变了，没有扣钱"), "{}", changed.text);
    own.cash(2_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(own.state().await.says("费用已付清"), "{}", own.state().await.text);
    app.check().await;
}

#[db_test]
async fn whoever_was_authenticated_anew_still_has_the_account_that_pays(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.person.get(&payer.pay).await.says("12.00"));
    app.vouch(&payer.person).await;
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says("12.00") && page.says("不用医保个人账户"), "{}", page.text);
    assert!(!page.says("居民医保没有个人账户"), "{}", page.text);
    app.check().await;
}

#[db_test]
async fn a_balance_spent_in_between_asks_for_another_yes(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    let number = identity::demo::citizens()[0].number;
    let spent = control(&app, &format!("people/{number}"), json!({ "balance_fen": 300 })).await;
    assert!(spent < 300, "{spent}");
    let asked = payer.settle(PIN).await;
    assert!(asked.says("请再确认一次") && asked.says("14.00"), "{}", asked.text);
    let agreed = payer.post(&format!("{}/agree", payer.pay), &[("fen", "1400")]).await;
    assert!(agreed.says("医保已支付"), "{}", agreed.text);
    let given_up = payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    assert!(given_up.says("退"), "{}", given_up.text);
    pass(&app, 60).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!(held(&app).await, 0);
    app.check().await;
}

#[db_test]
async fn a_visit_that_is_not_settled_is_cancelled_at_the_insurer(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.person.get(&payer.pay).await.says("医保统筹基金"));
    payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    app.drive().await;
    app.run_jobs().await;
    assert_eq!(app.ask(store::registrations).await, (1, 0), "a settlement may still be found");
    app.advance_secs(86_460);
    app.run_jobs().await;
    assert_eq!(app.ask(store::registrations).await, (1, 1));
    app.check().await;
}

#[db_test]
async fn the_desk_and_the_front_page_know_how_the_fee_stands(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert_eq!(payer.person.get("/").await.link("/pay/").as_deref(), Some(payer.pay.as_str()), "to be paid");
    payer.cash(2_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    let visit = payer.state().await.link("/appointments/").expect("the visit");
    let code = look::barcode(&payer.person.get(&visit).await.text);
    let slot = payer.slot.clone();
    let hospital = app.ask(move |tx| store::hospital_of_slot(tx, &slot)).await;
    let clerk = app.clerk_of(&hospital).await;
    let seen = clerk.get(&format!("/desk/visits?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 已付清"), "{}", seen.text);
    let asked = payer.person.get(&format!("{visit}/cancel")).await;
    assert!(asked.says("25.00 元退回微信"), "{}", asked.text);
    payer.post(&format!("{visit}/cancel"), &[]).await;
    let seen = clerk.get(&format!("/desk/visits?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 退款中"), "{}", seen.text);
    // The cancelling itself may still be about the refund at the first looks.
    pass(&app, 300).await;
    let seen = clerk.get(&format!("/desk/visits?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 已退回"), "{}", seen.text);
}
