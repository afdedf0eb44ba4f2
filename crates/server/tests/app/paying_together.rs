//! Paying with more than one device, and with browsers that are closed and opened again.

use reqwest::Method;
use serde_json::json;
use testkit::db_test;

use crate::support::payer::{
    PIN, Payer, at_the_channel, buyer_pays, control, fault, held, newest, orders, pass, settlements,
};
use crate::support::people::location;
use crate::support::{Answer, TestApp, Visitor};

/// What a phone calls itself: the channel is reached by a link.
const PHONE: (&str, &str) = ("user-agent", "Mozilla/5.0 (Linux; Android 10) Mobile");

/// A sample person's phone, on which they are signed in as well.
async fn phone(app: &TestApp, number: usize) -> Visitor {
    let phone = app.citizen(number).await.with_header(PHONE.0, PHONE.1);
    app.vouch(&phone).await;
    phone
}

#[db_test]
async fn two_devices_pay_one_bill_once(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let other = Payer { person: app.citizen(0).await, slot: payer.slot.clone(), pay: payer.pay.clone() };
    let (one, two) = tokio::join!(payer.settle(PIN), other.settle(PIN));
    assert!(one.is_ok() && two.is_ok(), "{} {}", one.status, two.status);
    app.drive().await;
    assert_eq!(settlements(&app).await.len(), 1, "{}\n\n{}", one.text, two.text);
    assert!(payer.state().await.says("医保已支付") && other.state().await.says("医保已支付"));
    let (one, two) = tokio::join!(payer.cash(500), other.cash(500));
    assert!(one.is_ok() && two.is_ok(), "{} {}", one.text, two.text);
    app.drive().await;
    assert_eq!(orders(&app).await.len(), 1, "one payment at the channel");
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清") && other.state().await.says("费用已付清"));
    assert_eq!((held(&app).await, at_the_channel(&app).await), (2_500, 500));
    app.check().await;
}

#[db_test]
async fn what_was_begun_on_a_screen_is_taken_back_and_paid_on_the_phone(app: TestApp) {
    let desktop = Payer::new(&app, 0).await;
    assert!(desktop.settle(PIN).await.says("医保已支付"));
    assert!(desktop.cash(500).await.says("用微信扫一扫付钱"));
    let by_code = newest(&app).await;
    let phone = Payer { person: phone(&app, 0).await, slot: desktop.slot.clone(), pay: desktop.pay.clone() };
    let page = phone.person.get(&format!("{}/cashier", phone.pay)).await;
    assert!(page.says("在这部手机上付"), "{}", page.text);
    let taken_back = phone.post(&format!("{}/cashier", phone.pay), &[]).await;
    assert!(taken_back.path.ends_with("/cashier") && taken_back.says("去微信支付 5.00 元"), "{}", taken_back.text);
    assert!(taken_back.link("http").is_some_and(|link| link.contains("/cashier/")), "{}", taken_back.text);
    let states: Vec<_> = orders(&app).await.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["NOTPAY", "CLOSED"], "the new one, and the one of the screen");
    assert_eq!(control(&app, &format!("wechat_pay/pay/{by_code}"), json!({})).await, 409, "the code is dead");
    // The screen follows: it leads to the same payment, and offers its own way.
    let trail = desktop.state().await;
    assert!(!trail.says("改了付款方式") && !trail.says("已关闭"), "nothing went wrong: {}", trail.text);
    assert!(trail.says("微信支付 5.00 元 等待付款"), "{}", trail.text);
    let screen = desktop.person.get(&format!("{}/cashier", desktop.pay)).await;
    assert!(screen.says("改用二维码，用手机扫") && !screen.says("用微信扫一扫付钱"), "{}", screen.text);
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(phone.state().await.says("费用已付清") && desktop.state().await.says("费用已付清"));
    assert_eq!((held(&app).await, at_the_channel(&app).await), (2_500, 500));
    app.check().await;
}

#[db_test]
async fn a_desktop_as_narrow_as_a_phone_can_take_the_phones_way(app: TestApp) {
    let desktop = Payer::new(&app, 0).await;
    let code = desktop.cash(2_500).await;
    assert!(code.says("用微信扫一扫付钱") && code.says("class=\"only-narrow\""), "{}", code.text);
    let link = desktop.person.send_form_to(&code, &format!("{}/cashier", desktop.pay), &[]).await;
    assert!(link.says("去微信支付 25.00 元") && !link.says("用微信扫一扫付钱"), "{}", link.text);
    // And back again.
    let code = desktop.person.send_form_to(&link, &format!("{}/cashier", desktop.pay), &[]).await;
    assert!(code.says("用微信扫一扫付钱"), "{}", code.text);
    buyer_pays(&app).await;
    pass(&app, 30).await;
    let paid = desktop.state().await;
    assert!(paid.says("费用已付清"), "{}", paid.text);
    assert!(!paid.says("改了付款方式"), "nobody asks which way it was first: {}", paid.text);
    assert_eq!(held(&app).await, 2_500);
    app.check().await;
}

#[db_test]
async fn what_was_paid_on_the_screen_in_the_meantime_is_not_asked_for_again(app: TestApp) {
    let desktop = Payer::new(&app, 0).await;
    fault(&app, "wechat_pay", "notify", "lose", 9).await;
    desktop.cash(2_500).await;
    let phone = Payer { person: phone(&app, 0).await, slot: desktop.slot.clone(), pay: desktop.pay.clone() };
    assert!(phone.person.get(&format!("{}/cashier", phone.pay)).await.says("在这部手机上付"));
    buyer_pays(&app).await;
    let paid = phone.post(&format!("{}/cashier", phone.pay), &[]).await;
    assert!(paid.path.ends_with("/state") && paid.says("费用已付清"), "{} {}", paid.path, paid.text);
    assert_eq!((orders(&app).await.len(), held(&app).await), (1, 2_500));
    // Nothing is offered any more: asking for another cashier leads to the truth.
    assert!(desktop.post(&format!("{}/cashier", desktop.pay), &[]).await.says("费用已付清"));
    assert_eq!((orders(&app).await.len(), held(&app).await), (1, 2_500));
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

/// Whoever opens the order again, from wherever, finds it where it stands.
async fn found_again(payer: &Payer, words: &str) {
    let visit = payer.visit().await;
    let from_visit = payer.person.get(&visit).await.link("/pay/").expect("the visit's page leads to its payment");
    for path in [payer.pay.clone(), format!("{}/state", payer.pay), from_visit] {
        let page = payer.person.get(&path).await;
        assert!(page.is_ok() && page.says(words), "{path}, no «{words}»: {} {}", page.path, page.text);
    }
}

/// Nothing is offered: the cashier's page leads on.
async fn no_cashier(payer: &Payer) {
    let away = payer.person.once(Method::GET, &format!("{}/cashier", payer.pay), None).await;
    assert_eq!((away.status, location(&away)), (303, format!("{}/state", payer.pay)));
}

#[db_test]
async fn a_browser_that_was_closed_finds_the_order_where_it_stands(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    found_again(&payer, "医保支付 20.00 元").await;
    no_cashier(&payer).await;
    let front = payer.person.get("/").await;
    assert_eq!(front.link("/pay/").as_deref(), Some(payer.pay.as_str()), "and the front page reminds of it");
    // Closed while the insurer is asked.
    fault(&app, "insurer", "2207", "time_out_after", 1).await;
    payer.person.go_to(&app.paying_with(&[("INSURER__TIMEOUT_MS", "1000")]).await.url);
    payer.settle(PIN).await;
    payer.person.go_to(&app.url);
    found_again(&payer, "正在向医保确认，不会重复扣款").await;
    no_cashier(&payer).await;
    pass(&app, 60).await;
    // Closed before one's own money is asked for.
    found_again(&payer, "医保已支付 20.00 元，还需自己付 5.00 元").await;
    no_cashier(&payer).await;
    assert!(payer.person.get("/").await.says("去支付 5.00 元"));
    // Closed before the cashier.
    payer.cash(500).await;
    found_again(&payer, "继续去微信支付 5.00 元").await;
    assert!(payer.person.get(&format!("{}/cashier", payer.pay)).await.says("用微信扫一扫付钱"));
    assert_eq!(orders(&app).await.len(), 1);
    // Closed after it.
    buyer_pays(&app).await;
    pass(&app, 30).await;
    found_again(&payer, "费用已付清").await;
    no_cashier(&payer).await;
    let visit = payer.visit().await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    pass(&app, 60).await;
    found_again(&payer, "已付的钱都已按原路退回").await;
    no_cashier(&payer).await;
    app.check().await;
}

#[db_test]
async fn nobody_is_told_that_nothing_was_taken_after_the_insurer_has_paid(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    // A page that was opened before, on another device: all of it alone.
    let open = payer.person.get(&payer.pay).await;
    assert!(open.says("全部自己付"), "{}", open.text);
    assert!(payer.settle(PIN).await.says("医保已支付"));
    let told = payer.cash(2_500).await;
    assert!(told.says("您打开那一页以后，这笔订单有了变化") && told.says("医保已支付 20.00 元"), "{}", told.text);
    for word in ["changed", "too-late", "stopped"] {
        let page = payer.person.get(&format!("{}/state?told={word}", payer.pay)).await;
        assert!(page.says("医保已支付 20.00 元") && !page.says("没有扣钱"), "{word}: {}", page.text);
    }
    app.check().await;
}

/// From now on money comes for this payment even after it was closed.
async fn will_be_late(app: &TestApp, number: &str) {
    assert_eq!(control(app, &format!("wechat_pay/orders/{number}"), json!({ "late_pay": true })).await, 200);
}

/// The message about what was paid too much.
async fn told_of_too_much(app: &TestApp, payer: &Payer) -> Answer {
    app.run_jobs().await;
    let messages = payer.person.get("/messages").await;
    let message = messages.link("/messages/").unwrap_or_else(|| panic!("no message: {}", messages.text));
    payer.person.get(&message).await
}

#[db_test]
async fn who_paid_the_same_twice_is_told_which_of_it_comes_back(app: TestApp) {
    let desktop = Payer::new(&app, 0).await;
    assert!(desktop.settle(PIN).await.says("医保已支付"));
    desktop.cash(500).await;
    let by_code = newest(&app).await;
    let phone = Payer { person: phone(&app, 0).await, slot: desktop.slot.clone(), pay: desktop.pay.clone() };
    phone.post(&format!("{}/cashier", phone.pay), &[]).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(phone.state().await.says("费用已付清"));
    will_be_late(&app, &by_code).await;
    assert_eq!(control(&app, &format!("wechat_pay/pay/{by_code}"), json!({})).await, 200);
    pass(&app, 600).await;
    let told = told_of_too_much(&app, &phone).await;
    assert!(told.says("多付的 5.00 元正在退回") && told.says("多付的是微信那一笔"), "{}", told.text);
    assert!(!told.says("退回医保"), "{}", told.text);
    // The trail stands in the order of time: what came late, and what went back, behind all else.
    let trail = phone.state().await;
    let places = ["个人账户 12.00 元 已支付", "微信支付 5.00 元 已支付", "微信支付 5.00 元 已原路退回"]
        .map(|words| trail.text.find(words));
    assert!(places.is_sorted() && places[0].is_some(), "{places:?} {}", trail.text);
    assert_eq!((held(&app).await, at_the_channel(&app).await), (2_500, 500));
    app.check().await;
}
