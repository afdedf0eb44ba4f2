//! Paying with others about: two devices, notices of every kind, the desk, the last second, an operator.

use serde_json::{Value, json};
use testkit::db_test;

use crate::support::payer::{PIN, Payer, buyer_pays, fault, held, orders, pass};
use crate::support::{TestApp, look, store};

/// What the insurer has settled and not taken back.
async fn settlements(app: &TestApp) -> usize {
    let url = format!("http://{}/control/insurer/settlements", app.sandbox.control);
    let all: Vec<Value> = reqwest::get(url).await.expect("the sandbox answers").json().await.expect("a list");
    all.iter().filter(|one| one["state"] == "settled").count()
}

/// Looks at the page until it says so: the channel sends its notices by itself.
async fn until_it_says(payer: &Payer, words: &str) {
    for _ in 0..100 {
        if payer.state().await.says(words) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("never {words}: {}", payer.state().await.text);
}

#[db_test]
async fn two_devices_pay_one_bill_once(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let other = Payer { person: app.citizen(0).await, slot: payer.slot.clone(), pay: payer.pay.clone() };
    let (one, two) = tokio::join!(payer.settle(PIN), other.settle(PIN));
    assert!(one.is_ok() && two.is_ok(), "{} {}", one.status, two.status);
    app.drive().await;
    assert_eq!(settlements(&app).await, 1, "{}\n\n{}", one.text, two.text);
    assert!(payer.state().await.says("医保已支付") && other.state().await.says("医保已支付"));
    let (one, two) = tokio::join!(payer.cash(500), other.cash(500));
    assert!(one.is_ok() && two.is_ok(), "{} {}", one.text, two.text);
    app.drive().await;
    assert_eq!(orders(&app).await.len(), 1, "one payment at the channel");
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("已确认") && other.state().await.says("已确认"));
    assert_eq!(held(&app).await, 500);
    app.check().await;
}

#[db_test]
async fn a_notice_settles_the_order_and_its_double_changes_nothing(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    fault(&app, "wechat_pay", "notify", "duplicate", 1).await;
    buyer_pays(&app).await;
    until_it_says(&payer, "已确认").await;
    assert_eq!(app.ask(store::notices).await, 1, "kept once");
    app.check().await;
}

#[db_test]
async fn a_forged_notice_is_turned_away_and_the_true_one_is_heard(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.cash(2_500).await;
    fault(&app, "wechat_pay", "notify", "forge", 1).await;
    buyer_pays(&app).await;
    let number = orders(&app).await[0]["out_trade_no"].as_str().expect("a number").to_owned();
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
    until_it_says(&payer, "已确认").await;
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
    assert!(payer.state().await.says("已确认"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn given_up_in_the_last_second_of_the_half_hour(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    payer.cash(500).await;
    pass(&app, 1_770).await;
    app.advance_secs(29);
    let asked = payer.person.get(&format!("{}/give-up", payer.pay)).await;
    assert!(asked.says("不再支付"), "{}", asked.text);
    payer.post(&format!("{}/give-up", payer.pay), &[]).await;
    pass(&app, 120).await;
    assert!(payer.state().await.says("已退回"), "{}", payer.state().await.text);
    assert_eq!((settlements(&app).await, held(&app).await), (0, 0));
    assert_eq!(app.counters(&payer.slot).await.1, 0);
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
    assert_eq!(settlements(&app).await, 0);
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
    let seen = clerk.get(&format!("/desk?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 已付清"), "{}", seen.text);
    let asked = payer.person.get(&format!("{visit}/cancel")).await;
    assert!(asked.says("微信付的 25.00 元会按原路自动退回"), "{}", asked.text);
    payer.post(&format!("{visit}/cancel"), &[]).await;
    let seen = clerk.get(&format!("/desk?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 退款中"), "{}", seen.text);
    pass(&app, 60).await;
    let seen = clerk.get(&format!("/desk?code={code}")).await;
    assert!(seen.says("挂号费 25.00 元 · 已退回"), "{}", seen.text);
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
async fn a_way_back_stands_behind_the_channels_link(app: TestApp) {
    let mut payer = Payer::new(&app, 2).await;
    payer.person.extra.push(("user-agent".to_owned(), "Mozilla/5.0 (Linux; Android 10) Mobile".to_owned()));
    app.vouch(&payer.person).await;
    payer.cash(2_500).await;
    app.drive().await;
    let page = payer.person.get(&format!("{}/cashier", payer.pay)).await;
    let link = page.link("http").expect("a link");
    assert!(link.contains("/cashier/") && link.contains("redirect_url=http%3A%2F%2F"), "{link}");
    // As the browser does by the link's own policy; without it the channel lets nobody in.
    assert!(page.says("referrerpolicy=\"origin\""), "{}", page.text);
    let opened =
        reqwest::Client::new().get(link.replace("&amp;", "&").replace("&#38;", "&")).header("referer", &app.url);
    let cashier = opened.send().await.expect("an answer");
    let text = cashier.text().await.expect("a page");
    assert!(text.contains(&format!("{}/state", payer.pay)), "{text}");
}
