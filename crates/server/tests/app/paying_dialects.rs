//! A visit paid with an insurer that speaks as one region or another: asked, settled, its answer lost and asked
//! about, the rest in cash, given back. People see the same in each.

use sandbox::Dialect;
use serde_json::json;
use testkit::db_test;

use crate::support::TestApp;
use crate::support::payer::{PIN, Payer, at_the_channel, buyer_pays, control, fault, held, insured, pass, settlements};

/// What is sent to the insurer is JSON's numbers there, and pages do not wait long for it.
const NUMBERS: [(&str, &str); 3] =
    [("INSURER__NUMBERS", "number"), ("INSURER__TIMEOUT_MS", "1000"), ("WECHAT_PAY__TIMEOUT_MS", "1000")];

/// Two visits of 25 yuan: one whose settlement is answered, one whose answer is lost.
async fn pays_and_gets_it_back(app: &TestApp, dialect: Dialect) {
    assert_eq!(control(app, "insurer/dialect", json!({ "dialect": dialect.as_str() })).await, 200);
    // Where the institution bears a yuan, it is not asked for in cash.
    let cash = if dialect == Dialect::Purses { 400 } else { 500 };
    let payer = Payer::new(app, 0).await;
    let page = payer.person.get(&payer.pay).await;
    let left = format!("{}.00", cash / 100);
    assert!(page.says("医保统筹基金") && page.says("8.00") && page.says("12.00") && page.says(&left), "{}", page.text);
    let half = payer.settle(PIN).await;
    assert!(half.says("医保已支付") && half.says(&format!("还需自己付 {left} 元")), "{} {}", half.path, half.text);
    paid_in_cash_and_returned(app, &payer, cash).await;

    let numbers = app.paying_with(&NUMBERS).await;
    let mut lost = Payer::of(app, payer.person.clone()).await;
    lost.person.go_to(&numbers.url);
    assert!(lost.person.get(&lost.pay).await.says("医保统筹基金"));
    fault(app, "insurer", "2207", "time_out_after", 1).await;
    let waits = lost.settle(PIN).await;
    assert!(waits.says("正在确认，不会重复扣款"), "{} {}", waits.path, waits.text);
    pass(app, 60).await;
    let known = lost.state().await;
    assert!(known.says("医保已支付") && known.says(&format!("还需自己付 {left} 元")), "{} {}", known.path, known.text);
    assert_eq!((settlements(app).await.len(), insured(app).await), (2, 2_000), "settled once");
    paid_in_cash_and_returned(app, &lost, cash).await;
    let states: Vec<_> = settlements(app).await.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, [json!("voided"), json!("voided")]);
    app.check().await;
}

async fn paid_in_cash_and_returned(app: &TestApp, payer: &Payer, cash: i64) {
    payer.cash(cash).await;
    buyer_pays(app).await;
    pass(app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    assert_eq!((insured(app).await, at_the_channel(app).await), (2_000, cash));
    app.check().await;
    let visit = payer.visit().await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    pass(app, 120).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!(held(app).await, 0);
}

macro_rules! in_each_dialect {
    ($($name:ident: $dialect:ident),* $(,)?) => {$(
        #[db_test]
        async fn $name(app: TestApp) {
            pays_and_gets_it_back(&app, Dialect::$dialect).await;
        }
    )*};
}

in_each_dialect! {
    an_insurer_by_the_specification: National,
    an_insurer_that_writes_numbers_as_texts: Text,
    an_insurer_that_says_no_more_than_it_must: Bare,
    an_insurer_that_writes_numbers_as_doubles: Doubles,
    an_insurer_that_leaves_null_what_is_not_known: Nulls,
    an_insurer_that_lists_the_account_and_the_institution: Purses,
    an_insurer_that_says_of_a_settlement_what_it_said_before: AsSettled,
    an_insurer_that_lists_what_was_undone_and_names_no_number_of_ours: Exponents,
}
