//! Notices of the channel: doubled, forged, lost, late, and signed rightly about something else.

use kernel::{Fen, OsRng};
use sandbox::{NoticeSigner, SignedNotice, WechatPayAccount};
use serde_json::json;
use testkit::db_test;

use crate::support::payer::{
    Payer, buyer_pays, control, fault, held, newest, notice_attempts, orders, pass, rule, until_it_says,
};
use crate::support::{TestApp, store};

const PRICE: Fen = Fen::new(2_500);

/// The account as the sandbox's channel has made it.
fn account(app: &TestApp) -> WechatPayAccount {
    app.sandbox.kept::<WechatPayAccount>().expect("kept").clone()
}

/// Signs as the channel does.
fn signer(app: &TestApp) -> NoticeSigner {
    NoticeSigner::new(account(app)).expect("keys")
}

/// That a payment was made now, in the channel's hand.
fn paid(app: &TestApp, number: &str, total: Fen) -> SignedNotice {
    signer(app).paid(&OsRng, number, total, app.ctx.now()).expect("sealed")
}

/// Knocks with a notice; the status of the answer.
async fn knock(app: &TestApp, (headers, body): &SignedNotice) -> u16 {
    let url = format!("{}/pay/notify/wechat-pay", app.url);
    let mut request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body.clone());
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request.send().await.expect("an answer").status().as_u16()
}

/// The channel's own notices about a payment never come.
async fn silence(app: &TestApp, number: &str) {
    rule(app, json!({ "partner": "wechat_pay", "operation": "notify", "kind": "lose", "match": number })).await;
}

#[db_test]
async fn a_notice_settles_the_order_and_its_double_changes_nothing(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    fault(&app, "wechat_pay", "notify", "duplicate", 1).await;
    buyer_pays(&app).await;
    until_it_says(&payer, "费用已付清").await;
    assert_eq!(notice_attempts(&app).await, 1);
    pass(&app, 30).await;
    assert_eq!(app.ask(store::notice_verdicts).await, ["accepted"], "kept once");
    assert_eq!(app.acts("payment.changed").await, 2, "offered, paid, and no more");
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.2), (2_500, 1));
    app.check().await;
}

#[db_test]
async fn the_same_notice_twice_at_once_and_another_about_the_same_payment(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    silence(&app, &number).await;
    buyer_pays(&app).await;
    let notice = paid(&app, &number, PRICE);
    let (one, two) = tokio::join!(knock(&app, &notice), knock(&app, &notice));
    assert_eq!((one, two), (204, 204), "both are thanked for");
    assert_eq!(app.ask(store::notice_verdicts).await, ["accepted"], "and one is kept");
    assert_eq!(knock(&app, &paid(&app, &number, PRICE)).await, 204);
    assert_eq!(app.ask(store::notice_verdicts).await, ["accepted", "accepted"]);
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    assert_eq!(app.acts("payment.changed").await, 2);
    pass(&app, 30).await;
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.2), (2_500, 1));
    app.check().await;
}

#[db_test]
async fn a_forged_notice_is_turned_away_and_the_true_one_is_heard(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    fault(&app, "wechat_pay", "notify", "forge", 1).await;
    buyer_pays(&app).await;
    let number = newest(&app).await;
    let tried = || async {
        let all = orders(&app).await;
        let one = all.iter().find(|one| one["out_trade_no"] == number.as_str()).expect("the order").clone();
        one["notices"][0]["attempts"].as_i64().unwrap_or(0)
    };
    for _ in 0..100 {
        if tried().await > 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(tried().await, 1);
    assert!(payer.state().await.says("等待微信支付"), "{}", payer.state().await.text);
    assert_eq!(app.ask(store::notices).await, 0);
    // Fifteen seconds later the channel tries again, and means it.
    app.advance_secs(15);
    until_it_says(&payer, "费用已付清").await;
    app.check().await;
}

#[db_test]
async fn a_notice_by_a_stranger_is_not_believed(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let url = format!("{}/pay/notify/wechat-pay", app.url);
    let body = json!({ "id": "1", "event_type": "TRANSACTION.SUCCESS", "resource": {} }).to_string();
    let answer = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/json")
        .header("Wechatpay-Timestamp", "1")
        .header("Wechatpay-Nonce", "n")
        .header("Wechatpay-Serial", "s")
        .header("Wechatpay-Signature", "c2ln")
        .body(body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
    assert!(payer.state().await.says("等待微信支付"));
}

#[db_test]
async fn lost_notices_are_not_needed(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    fault(&app, "wechat_pay", "notify", "lose", 9).await;
    buyer_pays(&app).await;
    pass(&app, 60).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    assert_eq!(app.ask(store::notices).await, 0);
    app.check().await;
}

#[db_test]
async fn a_notice_about_another_amount_stops_the_order(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    assert_eq!(knock(&app, &paid(&app, &number, Fen::new(2_400))).await, 204, "it is kept");
    assert_eq!(app.ask(store::notice_verdicts).await, ["amount"]);
    let stopped = payer.state().await;
    assert!(stopped.says("正在核对") && stopped.says("12333"), "{}", stopped.text);
    assert_eq!(stopped.link(&format!("{}/cashier", payer.pay)), None, "nobody is led on to pay");
    assert!(payer.person.get(&format!("{}/cashier", payer.pay)).await.path.ends_with("/state"));
    let calls = payments::calls(&app.ctx).await.expect("read");
    assert_eq!(calls.iter().map(|call| call.reason.as_str()).collect::<Vec<_>>(), ["amounts"]);
    pass(&app, 60).await;
    assert_eq!((app.counters(&payer.slot).await.1, app.counters(&payer.slot).await.2), (1, 0), "kept, not given");
    // After somebody has looked, the channel is asked: nobody has paid. Then somebody does, by the right amount.
    let id = payer.pay.trim_start_matches("/pay/").parse().expect("an order");
    payments::unblock(&app.pay.listeners, &app.ctx, &id).await.expect("it goes on");
    pass(&app, 30).await;
    assert!(payer.state().await.says("等待微信支付"), "{}", payer.state().await.text);
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn a_notice_of_another_merchant_or_app_is_not_ours(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    let (mut merchant, mut app_id) = (account(&app), account(&app));
    merchant.mchid = "1900000999".to_owned();
    app_id.appid = "wxfedcba9876543210".to_owned();
    for account in [merchant, app_id] {
        let signer = NoticeSigner::new(account).expect("keys");
        let notice = signer.paid(&OsRng, &number, PRICE, app.ctx.now()).expect("sealed");
        assert_eq!(knock(&app, &notice).await, 401);
    }
    assert_eq!(app.ask(store::notices).await, 0);
    assert!(payer.state().await.says("等待微信支付"), "{}", payer.state().await.text);
    assert_eq!(payments::calls(&app.ctx).await.expect("read"), []);
    app.check().await;
}

#[db_test]
async fn a_notice_that_is_five_minutes_old_is_not_believed(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    silence(&app, &number).await;
    buyer_pays(&app).await;
    let old = signer(&app).paid(&OsRng, &number, PRICE, app.ctx.now().minus_secs(310)).expect("sealed");
    assert_eq!(knock(&app, &old).await, 401);
    assert!(payer.state().await.says("等待微信支付"), "{}", payer.state().await.text);
    assert_eq!(knock(&app, &paid(&app, &number, PRICE)).await, 204);
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn a_notice_that_comes_after_the_end_sends_its_money_back(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    let number = newest(&app).await;
    silence(&app, &number).await;
    payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("预约已取消"), "{}", payer.state().await.text);
    assert_eq!(control(&app, &format!("wechat_pay/orders/{number}"), json!({ "late_pay": true })).await, 200);
    assert_eq!(control(&app, &format!("wechat_pay/pay/{number}"), json!({})).await, 200);
    assert_eq!(knock(&app, &paid(&app, &number, PRICE)).await, 204);
    let back = payer.state().await;
    assert!(back.says("已发起退款") || back.says("已退回"), "by the notice alone: {}", back.text);
    pass(&app, 120).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.1, app.counters(&payer.slot).await.2), (0, 0, 0));
    app.check().await;
}

#[db_test]
async fn a_notice_may_be_faster_than_the_answer_to_the_offer(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    fault(&app, "wechat_pay", "native", "time_out_after", 1).await;
    payer.person.go_to(&app.paying_with(&[("WECHAT_PAY__TIMEOUT_MS", "1000")]).await.url);
    // What was not answered is asked about at once, and offered again: nobody waits.
    assert!(payer.cash(2_500).await.says("用微信扫一扫付钱"));
    buyer_pays(&app).await;
    until_it_says(&payer, "费用已付清").await;
    pass(&app, 60).await;
    assert_eq!((held(&app).await, orders(&app).await.len()), (2_500, 1));
    app.check().await;
}
