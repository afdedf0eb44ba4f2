//! The two steps of paying and their end: the amounts, the password alone, the barcode; what is said is so.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use testkit::db_test;

use crate::support::payer::{
    PIN, Payer, at_the_channel, buyer_pays, clear_faults, fault, held, insured, pass, rule, settlements,
};
use crate::support::people::location;
use crate::support::{TestApp, look};

#[db_test]
async fn first_the_amounts_then_the_password_alone_and_in_the_end_the_barcode(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let amounts = payer.person.get(&payer.pay).await;
    assert!(amounts.says(">医保支付 20.00 元</button>") && amounts.field("pin").is_none(), "{}", amounts.text);
    // No money has moved: there is no heading over nothing, here or on the visit's page.
    assert!(!amounts.says("钱在哪里"), "{}", amounts.text);
    let visit = payer.visit().await;
    let unpaid = payer.person.get(&visit).await;
    assert!(!unpaid.says("钱在哪里") && unpaid.link("/pay/").is_some(), "{}", unpaid.text);
    let asks = payer.second_step().await;
    assert!(asks.path.contains("/password?") && asks.field("pin").is_some(), "{} {}", asks.path, asks.text);
    let (before, form) = asks.text.split_once("id=\"f-pin\"").expect("the field");
    assert!(before.contains("20.00 元") && before.contains("个人账户 12.00 元"), "the amount above it: {before}");
    assert!(form.contains("确认支付 20.00 元") && !asks.says("全部自己付"), "{}", asks.text);
    assert!(payer.send_pin(&asks, PIN).await.says("医保已支付 20.00 元，还需自己付 5.00 元"));
    // Whoever goes back to the password finds what has become of it.
    let back = payer.person.get(&format!("{}/password?hash=00&way=account", payer.pay)).await;
    assert!(back.path.ends_with("/state") && back.says("医保已支付"), "{} {}", back.path, back.text);
    payer.cash(500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    let paid = payer.state().await;
    let shown = payer.person.get(&visit).await;
    assert_eq!(look::barcode(&paid.text), look::barcode(&shown.text), "{}", paid.text);
    assert!(paid.says("请提前") && paid.says("费用已付清"), "when, and how much earlier: {}", paid.text);
    assert!(shown.says("钱在哪里"), "{}", shown.text);
    app.check().await;
}

#[db_test]
async fn an_amount_that_was_not_shown_is_not_asked_a_password_for(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    for hash in ["", "00", "zz"] {
        let page = payer.person.get(&format!("{}/password?hash={hash}&way=fund", payer.pay)).await;
        assert!(
            page.path.starts_with(&format!("{}?", payer.pay)) && page.says("金额变了，没有扣钱"),
            "{hash}: {} {}",
            page.path,
            page.text
        );
    }
    // Nobody else's either.
    let other = app.citizen(1).await;
    let page = other.get(&format!("{}/password?hash=00&way=account", payer.pay)).await;
    assert_eq!(page.status, 404, "{}", page.text);
    // Who has no payment password sets one first, and comes back.
    let fresh = app.citizen(2).await;
    let fresh = Payer::of(&app, fresh).await;
    let amounts = fresh.second_step().await;
    assert!(amounts.link(&format!("/pay-password/new?back={}", fresh.pay)).is_some(), "{}", amounts.text);
    let led = fresh.person.get(&format!("{}/password?hash=00&way=account", fresh.pay)).await;
    assert!(
        led.path.starts_with("/pay-password/new") && led.field("back").as_deref() == Some(&fresh.pay),
        "{}",
        led.path
    );
    app.check().await;
}

#[db_test]
async fn eight_taps_at_once_after_a_wrong_one_are_all_told_that_it_is_paid(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let asks = payer.second_step().await;
    assert!(payer.send_pin(&asks, "402857").await.says("还可以试 5 次"));
    let taps = join_all((0..8).map(|_| payer.send_pin(&asks, PIN))).await;
    for tap in taps {
        assert!(!tap.says("锁定"), "{} {}", tap.path, tap.text);
        assert!(tap.path.ends_with("/state"), "{} {}", tap.path, tap.text);
        assert!(tap.says("医保已支付 20.00 元") || tap.says("正在确认，不会重复扣款"), "{}", tap.text);
    }
    app.drive().await;
    assert_eq!((settlements(&app).await.len(), insured(&app).await), (1, 2_000));
    assert_eq!(app.acts("pay_password.locked").await, 0);
    app.check().await;
}

#[db_test]
async fn all_of_it_alone_says_what_is_lost_before_it_is_chosen(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    let own = payer.person.get(&format!("{}?way=own_money", payer.pay)).await;
    for words in
        ["医保一分不付", "多付 20.00 元", "医保统筹 8.00 元、个人账户 12.00 元", "5.00 元", "仍然全部自己付 25.00 元"]
    {
        assert!(own.says(words), "{words}: {}", own.text);
    }
    assert!(own.link(&payer.pay).is_some(), "the way back: {}", own.text);
    let cashier = payer.person.send_form(&own, &[]).await;
    assert!(cashier.path.ends_with("/cashier") && cashier.says("25.00 元"), "{} {}", cashier.path, cashier.text);
    app.check().await;
}

#[db_test]
async fn giving_up_says_that_the_booking_is_cancelled_with_it(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let visit = payer.visit().await;
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says(">不付了，取消预约</a>"), "{}", page.text);
    let asked = payer.person.get(&format!("{}/give-up", payer.pay)).await;
    assert!(asked.says("预约也会取消") && asked.says("本人"), "which one: {}", asked.text);
    let ended = payer.person.send_form(&asked, &[]).await;
    assert!(ended.says("预约已取消") && ended.says("没有扣钱"), "{} {}", ended.path, ended.text);
    let again = ended.link("/doctors/").expect("the way to book again");
    assert!(ended.says("再约这位医生") && payer.person.get(&again).await.is_ok(), "{}", ended.text);
    assert!(payer.person.get(&visit).await.says("已取消"));
    app.check().await;
}

#[db_test]
async fn until_when_a_place_is_held_is_said_wherever_it_is_shown_and_not_a_moment_longer(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let visit = payer.visit().await;
    let places = ["/", "/todos", "/orders", payer.pay.as_str(), visit.as_str()];
    let until = {
        let page = payer.person.get(&payer.pay).await;
        let band = page.text.split("号给您留到").nth(1).and_then(|rest| rest.split('<').next()).expect("the band");
        band.to_owned()
    };
    assert!(until.starts_with("今天") || until.starts_with("明天"), "{until}");
    for place in places {
        let page = payer.person.get(place).await;
        assert!(page.says(&until), "{place} {until}: {}", page.text);
    }
    assert!(payer.person.get("/todos").await.says(&format!("{until} 前付款")));
    assert!(payer.person.get("/orders").await.says("待付 25.00 元"), "what the figure is");
    // Its time is over, and nobody has swept yet.
    app.advance_secs(900);
    for place in places {
        let page = payer.person.get(place).await;
        assert!(page.says("支付时间已过") || page.says("支付时间已到"), "{place}: {}", page.text);
        assert!(!page.says(&until) && !page.says("待支付") && !page.says("前付款"), "{place}: {}", page.text);
    }
    app.drive().await;
    app.run_jobs().await;
    let ended = payer.state().await;
    assert!(ended.says("支付时间已过") && ended.link("/doctors/").is_some(), "{} {}", ended.path, ended.text);
    app.check().await;
}

#[db_test]
async fn a_half_paid_order_says_in_the_list_what_is_paid_and_what_is_not(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.settle(PIN).await.says("医保已支付"));
    let list = payer.person.get("/orders").await;
    assert!(list.says("挂号费 25.00 元，已付 20.00 元") && list.says("待付 5.00 元"), "{}", list.text);
    assert!(list.says("前付款"), "{}", list.text);
    assert!(payer.person.get("/").await.says("前付款"));
    payer.cash(500).await;
    assert!(payer.person.get("/orders").await.says("待付 5.00 元"), "offered, and not paid");
    buyer_pays(&app).await;
    pass(&app, 30).await;
    let list = payer.person.get("/orders").await;
    assert!(list.says("挂号费 25.00 元") && !list.says("待付") && !list.says("前付款"), "{}", list.text);
    app.check().await;
}

#[db_test]
async fn a_half_paid_page_looks_again_when_its_time_is_over(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let half = payer.settle(PIN).await;
    let looks = |text: &str| text.split("data-reload-secs=\"").nth(1)?.split('"').next()?.parse::<i64>().ok();
    let secs = looks(&half.text).expect("it looks again");
    assert!((1_500..1_800).contains(&secs), "when nothing can be begun any more: {secs}");
    pass(&app, 900).await;
    payer.state().await;
    pass(&app, secs - 900 + 30).await;
    let late = payer.state().await;
    assert!(late.says("来不及再用微信付") && late.field("fen").is_none(), "{}", late.text);
    let secs = looks(&late.text).expect("it looks again");
    assert!((3..=180).contains(&secs), "at the end: {secs}");
    pass(&app, secs + 60).await;
    assert!(payer.state().await.says("退回"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn what_was_paid_in_time_and_learned_late_is_not_told_that_it_was_late(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    fault(&app, "wechat_pay", "notify", "lose", 9).await;
    payer.settle(PIN).await;
    payer.cash(500).await;
    // In time; and from then on the channel answers nothing, until long after the end.
    rule(&app, json!({ "partner": "wechat_pay", "operation": "query", "kind": "down" })).await;
    rule(&app, json!({ "partner": "wechat_pay", "operation": "close", "kind": "down" })).await;
    buyer_pays(&app).await;
    pass(&app, 1_980).await;
    clear_faults(&app).await;
    pass(&app, 900).await;
    payer.person = app.citizen(0).await;
    assert_eq!((held(&app).await, at_the_channel(&app).await), (0, 0), "everything went back");
    let messages = payer.person.get("/messages").await;
    let link = messages.links("/messages/").into_iter().collect::<Vec<_>>();
    let mut words =
        messages.text.clone() + &payer.state().await.text + &payer.person.get(&payer.visit().await).await.text;
    for message in link {
        words += &payer.person.get(&message).await.text;
    }
    assert!(words.contains("钱正在退回"), "{words}");
    for wrong in ["支付时间已过", "没有付款", "没有付完"] {
        assert!(!words.contains(wrong), "{wrong}: {words}");
    }
    app.check().await;
}

#[db_test]
async fn a_return_that_waits_for_a_person_is_not_promised_at_once(app: TestApp) {
    let mut payer = Payer::paid(&app, 0).await;
    let visit = payer.visit().await;
    rule(&app, json!({ "partner": "insurer", "kind": "down" })).await;
    payer.post(&format!("{visit}/cancel"), &[]).await;
    app.drive().await;
    assert!(payer.state().await.says("20.00 元正退回医保，一般马上到账"), "{}", payer.state().await.text);
    pass(&app, 4_500).await;
    payer.person = app.citizen(0).await;
    let called = payments::calls(&app.ctx).await.expect("read");
    assert_eq!(called.iter().map(|call| call.reason.as_str()).collect::<Vec<_>>(), ["void"]);
    let waits = payer.state().await;
    assert!(waits.says("退款正在人工处理") && waits.says("20.00 元还没有退回医保"), "{}", waits.text);
    assert!(!waits.says("马上到账") && !waits.says("即时"), "{}", waits.text);
    assert!(!payer.person.get(&visit).await.says("马上到账"));
    clear_faults(&app).await;
    pass(&app, 1_900).await;
    payer.person = app.citizen(0).await;
    assert!(payer.state().await.says("已付的钱都已按原路退回"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn a_page_of_the_former_release_sends_to_the_former_address_and_gets_there(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let former = format!("{}/cash", payer.pay);
    let answer = payer.person.once(Method::POST, &former, Some("fen=2500".to_owned())).await;
    // The browser sends the same form again: with its token, which is read there.
    assert_eq!((answer.status, location(&answer)), (308, format!("{}/own-money", payer.pay)), "{}", answer.text);
    let stranger = app.citizen(1).await.once(Method::POST, &former, Some("fen=2500".to_owned())).await;
    assert_eq!(stranger.status, 404, "{}", stranger.text);
    app.check().await;
}
