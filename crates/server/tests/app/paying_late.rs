//! What pages of paying say and offer when little time is left, none, or none for this: nothing that is not so.

use serde_json::json;
use testkit::db_test;

use crate::support::payer::{PIN, Payer, clear_faults, held, pass, rule};
use crate::support::{TestApp, store};

/// From the insurer's success to three minutes before the end: nothing can be begun at the channel any more, and what was
/// offered there has ended. Looked at in between, since whoever is away for half an hour signs in again.
async fn to_the_last_minutes(app: &TestApp, payer: &Payer) {
    pass(app, 900).await;
    payer.state().await;
    pass(app, 810).await;
}

#[db_test]
async fn in_the_last_minutes_nobody_is_sent_to_pay(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    assert!(payer.person.get("/").await.says("去支付 5.00 元"));
    to_the_last_minutes(&app, &payer).await;
    let late = payer.state().await;
    assert!(late.says("来不及再用微信付") && !late.says("可以再付一次"), "{}", late.text);
    for path in ["/".to_owned(), "/todos".to_owned(), payer.visit().await] {
        let page = payer.person.get(&path).await;
        assert!(!page.says("去支付") && page.link("/pay/").is_some(), "{path}: {}", page.text);
    }
    // A page that was opened before.
    let told = payer.cash(500).await;
    assert!(told.says("时间不够，来不及用微信付") && told.says("医保已支付 20.00 元"), "{}", told.text);
    assert!(!told.says("没有扣钱") && !told.says("有了变化"), "{}", told.text);
    pass(&app, 150).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!(held(&app).await, 0);
    app.check().await;
}

#[db_test]
async fn an_offer_that_has_ended_leads_to_no_cashier_while_it_is_asked_about(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    for operation in ["query", "close"] {
        rule(&app, json!({ "partner": "wechat_pay", "operation": operation, "kind": "down" })).await;
    }
    to_the_last_minutes(&app, &payer).await;
    let asked = payer.state().await;
    assert!(asked.says("正在确认，不会重复扣款") && asked.says("data-reload-secs"), "{}", asked.text);
    assert_eq!(asked.link(&format!("{}/cashier", payer.pay)), None, "it would lead back here: {}", asked.text);
    // Whether it was paid is not known: nothing is said of a time that is over.
    assert!(!asked.says("来不及") && asked.field("fen").is_none(), "{}", asked.text);
    assert!(!payer.person.get("/").await.says("去支付"));
    clear_faults(&app).await;
    pass(&app, 900).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn while_money_stands_still_a_half_paid_order_is_told_so(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    let now = app.ctx.now();
    app.plant(move |tx| store::stop_the_ledger(tx, now)).await;
    let told = payer.cash(500).await;
    assert!(told.says("支付暂停服务") && told.says("医保已支付 20.00 元"), "{}", told.text);
    assert!(!told.says("没有扣钱") && !told.says("有了变化"), "{}", told.text);
    app.plant(store::forget_the_stop).await;
    app.check().await;
}

#[db_test]
async fn who_agrees_after_the_time_is_told_of_the_time(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let asks = payer.second_step().await;
    // Nobody has swept yet.
    app.advance_secs(900);
    let told = payer.send_pin(&asks, PIN).await;
    assert!(told.says("支付时间已到，这次没有扣钱") && !told.says("时间不够，来不及"), "{} {}", told.path, told.text);
    pass(&app, 30).await;
    let closed = payer.person.get(&told.path).await;
    assert!(closed.says("支付时间已过") && !closed.says("支付时间已到"), "{}", closed.text);
    app.check().await;
}

#[db_test]
async fn giving_up_promises_the_place_at_once_only_where_nothing_is_waited_for(app: TestApp) {
    let half = Payer::new(&app, 0).await;
    assert!(half.settle(PIN).await.says("医保已支付"));
    let asked = half.person.get(&format!("{}/give-up", half.pay)).await;
    assert!(asked.says("号会马上放回去") && !asked.says("先关掉"), "{}", asked.text);
    assert!(asked.says(">不付了，取消预约并退钱</button>"), "{}", asked.text);
    assert!(half.cash(500).await.says(">不付了，取消预约并退钱</a>"), "the same words where the same holds");
    let own = Payer::new(&app, 1).await;
    assert!(own.cash(2_500).await.says(">不付了，取消预约</a>"), "nothing was paid, and nothing is spoken of");
    for payer in [&half, &own] {
        let asked = payer.person.get(&format!("{}/give-up", payer.pay)).await;
        assert!(asked.says("先关掉，号随后放回") && !asked.says("马上放回"), "{}", asked.text);
        payer.person.send_form(&asked, &[]).await;
    }
    pass(&app, 60).await;
    assert_eq!((app.counters(&half.slot).await.1, app.counters(&own.slot).await.1), (0, 0));
    app.check().await;
}

#[db_test]
async fn no_personal_account_is_spoken_of_to_who_has_none(app: TestApp) {
    let employee = Payer::new(&app, 0).await;
    let resident = Payer::new(&app, 1).await;
    assert!(resident.person.get(&resident.pay).await.says("居民医保没有个人账户"));
    for (payer, keeps) in [(&resident, false), (&employee, true)] {
        payer.person.get(&payer.pay).await;
        let own = payer.person.get(&format!("{}?way=own_money", payer.pay)).await;
        assert!(own.says("多付") && own.says("医保统筹"), "{}", own.text);
        assert_eq!(own.says("只关掉个人账户"), keeps, "{}", own.text);
    }
    app.check().await;
}

#[db_test]
async fn a_locked_password_leads_to_own_money_only_while_there_is_time(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let asks = payer.second_step().await;
    for _ in 0..6 {
        payer.send_pin(&asks, "402857").await;
    }
    let locked = payer.person.get(&payer.pay).await;
    assert!(locked.says("已锁定") && locked.says("也可以全部自己付"), "{}", locked.text);
    app.advance_secs(750);
    let late = payer.person.get(&payer.pay).await;
    assert!(late.says("已锁定") && late.says("来不及用微信付"), "{}", late.text);
    assert!(!late.says("全部自己付"), "{}", late.text);
    app.check().await;
}
