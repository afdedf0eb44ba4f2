//! Bad days while a visit is being paid: what a partner refuses, does not answer or answers wrongly.

use serde_json::json;
use testkit::db_test;

use crate::support::TestApp;
use crate::support::payer::{
    PIN, Payer, at_the_channel, buyer_pays, clear_faults, control, fault, held, insured, orders, pass, rule,
    settlements,
};

/// Pages wait for partners so long only, where a story wants them silent.
const HASTY: [(&str, &str); 2] = [("INSURER__TIMEOUT_MS", "1000"), ("WECHAT_PAY__TIMEOUT_MS", "1000")];

#[db_test]
async fn what_the_insurer_did_not_answer_is_asked_about(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    fault(&app, "insurer", "2207", "time_out_after", 1).await;
    payer.person.go_to(&app.paying_with(&HASTY).await.url);
    let shown = payer.settle(PIN).await;
    assert!(shown.says("正在确认，不会重复扣款") && !shown.says("失败"), "{}", shown.text);
    assert_eq!(app.counters(&payer.slot).await.1, 1, "the place is kept");
    pass(&app, 60).await;
    assert!(payer.state().await.says("医保已支付"), "{}", payer.state().await.text);
    assert_eq!((settlements(&app).await.len(), insured(&app).await), (1, 2_000), "settled once");
    app.check().await;
}

#[db_test]
async fn a_settlement_that_never_left_is_given_up_at_the_end(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    // Nobody listens there: it certainly does not arrive.
    let cut_off = app.paying_with(&[("INSURER__ENDPOINT", "http://127.0.0.1:9")]).await;
    payer.person.go_to(&cut_off.url);
    let shown = payer.settle(PIN).await;
    assert!(shown.says("正在确认") && !shown.says("失败"), "{}", shown.text);
    for _ in 0..58 {
        app.advance_secs(30);
        cut_off.drive().await;
    }
    assert!(payer.state().await.says("正在确认"), "{}", payer.state().await.text);
    assert_eq!(app.counters(&payer.slot).await.1, 1, "the place is kept");
    for _ in 0..4 {
        app.advance_secs(30);
        cut_off.drive().await;
    }
    let closed = payer.state().await;
    assert!(closed.says("支付时间已过") && closed.says("没有扣钱"), "{}", closed.text);
    assert_eq!(app.counters(&payer.slot).await.1, 0, "and free again");
    // The insurer can be reached again: nothing is sent any more.
    pass(&app, 600).await;
    assert_eq!(settlements(&app).await.len(), 0);
    app.check().await;
}

#[db_test]
async fn an_account_that_is_too_poor_takes_nothing_and_shows_new_amounts(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    assert!(payer.person.get(&payer.pay).await.says("12.00"));
    let number = identity::demo::citizens()[0].number;
    assert_eq!(control(&app, &format!("people/{number}"), json!({ "balance_fen": 300 })).await, 200);
    let poor = json!({
        "partner": "insurer", "operation": "2207", "kind": "refuse", "code": "个人账户余额不足", "times": 1,
    });
    rule(&app, poor).await;
    let refused = payer.settle(PIN).await;
    assert!(refused.says("个人账户里的钱不够，刚才没有付成，没有扣钱"), "{} {}", refused.path, refused.text);
    assert!(refused.says("14.00 元") && refused.says("医保支付 11.00 元"), "{}", refused.text);
    assert_eq!((held(&app).await, app.counters(&payer.slot).await.1), (0, 1), "nothing taken, the place kept");
    assert!(payer.settle(PIN).await.says("还需自己付 14.00 元"), "{}", payer.state().await.text);
    payer.cash(1_400).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    assert_eq!((insured(&app).await, at_the_channel(&app).await), (1_100, 1_400));
    app.check().await;
}

#[db_test]
async fn six_wrong_passwords_begin_nothing_and_own_money_is_still_good(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let asks = payer.second_step().await;
    for left in [5, 4, 3, 2, 1] {
        let wrong = payer.send_pin(&asks, "402857").await;
        // Led to, so that loading the page again sends nothing: as often as one likes, so many are left.
        assert!(wrong.is_ok() && wrong.path.contains("/password?"), "{} {}", wrong.status, wrong.path);
        for _ in 0..2 {
            assert!(payer.person.get(&wrong.path).await.says(&format!("还可以试 {left} 次")), "{}", wrong.path);
        }
        // At the field, where the eye is, and nowhere else; the cursor is there.
        assert_eq!(wrong.text.matches(&format!("还可以试 {left} 次")).count(), 1, "{}", wrong.text);
        let field = wrong.text.split("id=\"f-pin\"").nth(1).and_then(|rest| rest.split('>').next()).expect("the field");
        assert!(field.contains("autofocus") && field.contains("aria-describedby=\"e-pin"), "{field}");
        assert!(!wrong.says("402857"), "what was typed is not shown");
        // What cannot be a password is no try.
        assert!(payer.send_pin(&wrong, "12345").await.says("6 位数字"));
    }
    let locked = payer.send_pin(&asks, "402857").await;
    assert!(locked.says("已锁定") && locked.says("全部自己付"), "{}", locked.text);
    let right = payer.send_pin(&asks, PIN).await;
    assert!(right.says("已锁定"), "not even the right one: {}", right.text);
    // Whoever comes now is told before anything is typed, with the way out.
    let told = payer.second_step().await;
    assert!(told.says("已锁定") && told.says("自动解锁") && told.field("pin").is_none(), "{}", told.text);
    assert!(told.link("/pay-password/forgot").is_some(), "{}", told.text);
    let asked =
        asks.field("hash").map(|hash| format!("{}/password?hash={hash}&way=account", payer.pay)).expect("a hash");
    let led = payer.person.get(&asked).await;
    assert!(led.path.starts_with(&format!("{}?", payer.pay)) && led.says("已锁定"), "{} {}", led.path, led.text);
    assert_eq!((settlements(&app).await.len(), orders(&app).await.len()), (0, 0));
    assert_eq!((app.acts("payment.intended").await, app.acts("pay_password.locked").await), (0, 1));
    payer.cash(2_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn who_is_told_that_they_are_not_insured_has_it_asked_anew(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let refuse = json!({
        "partner": "insurer", "operation": "2206", "kind": "refuse", "code": "参保状态异常", "times": 1,
    });
    rule(&app, refuse).await;
    app.advance_secs(400);
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says("医保系统说，您现在没有参保"), "{}", page.text);
    // Not what was known before: it is asked now, and the way back is there.
    app.advance_secs(1);
    let asked = payer.person.send_form_to(&page, "/real-name/level", &[("to", &payer.pay)]).await;
    assert!(asked.says("已重新查询参保状态"), "{} {}", asked.path, asked.text);
    assert_eq!(asked.link(&payer.pay).as_deref(), Some(payer.pay.as_str()), "{}", asked.text);
    // The bill is asked for anew as well, at once.
    let insured = payer.person.get(&payer.pay).await;
    assert!(insured.says("医保支付 20.00 元") && !insured.says("现在没有参保"), "{}", insured.text);
    // It can be asked again there, and not twice in a minute.
    let soon = payer.person.send_form_to(&asked, "/real-name/level", &[]).await;
    assert!(soon.says("一分钟内刚查过") && !soon.says("已重新查询"), "{}", soon.text);
    app.advance_secs(61);
    let number = identity::demo::citizens()[0].number;
    assert_eq!(control(&app, &format!("people/{number}"), json!({ "insured": "none" })).await, 200);
    let none = payer.person.send_form_to(&soon, "/real-name/level", &[]).await;
    assert!(none.says("已重新查询参保状态") && none.says("没有查到正常的参保"), "{}", none.text);
    // Whoever holds a place pays for it all the same, with their own money.
    assert_eq!(none.link(&payer.pay).as_deref(), Some(payer.pay.as_str()), "{}", none.text);
    assert!(payer.cash(2_500).await.path.ends_with("/cashier"));
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn an_insurer_that_is_down_leaves_ones_own_money(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    fault(&app, "insurer", "*", "down", 20).await;
    app.advance_secs(400);
    let page = payer.person.get(&payer.pay).await;
    assert!(page.says("暂时没有回应") && page.says("全部自己付"), "{}", page.text);
    // Trying again is the main button; paying alone is outlined, below what is lost by it.
    let button = |words: &str| page.text.split(words).next().and_then(|before| before.rsplit("class=\"btn ").next());
    assert!(button(">再试一次").is_some_and(|class| class.starts_with("btn-main")), "{}", page.text);
    assert!(button(">不用医保，全部自己付").is_some_and(|class| class.starts_with("btn-plain")), "{}", page.text);
    assert!(page.says("医保一分不付。点了以后，就不能再改成医保支付"), "{}", page.text);
    payer.cash(2_500).await;
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}

#[db_test]
async fn what_wechat_refuses_may_be_tried_again(app: TestApp) {
    let refuse = json!({
        "partner": "wechat_pay", "operation": "native", "kind": "refuse", "code": "NO_AUTH", "times": 1,
    });
    // The insurer has paid: its part stays.
    let half = Payer::new(&app, 0).await;
    assert!(half.settle(PIN).await.says("医保已支付"));
    rule(&app, refuse.clone()).await;
    let refused = half.cash(500).await;
    assert!(refused.says("微信支付刚才没有受理，没有扣钱") && refused.says("医保已支付"), "{}", refused.text);
    assert_eq!((orders(&app).await.len(), insured(&app).await), (0, 2_000));
    assert!(half.cash(500).await.says("<svg"));
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(half.state().await.says("费用已付清"), "{}", half.state().await.text);
    // Nothing is paid yet: the order is open as before.
    let own = Payer::new(&app, 2).await;
    rule(&app, refuse).await;
    let refused = own.cash(2_500).await;
    assert!(refused.path == own.pay || refused.path.starts_with(&format!("{}?", own.pay)), "{}", refused.path);
    assert!(refused.says("微信支付刚才没有受理，没有扣钱"), "{}", refused.text);
    assert!(own.cash(2_500).await.says("<svg"));
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(own.state().await.says("费用已付清"), "{}", own.state().await.text);
    assert_eq!(held(&app).await, 5_000);
    app.check().await;
}

#[db_test]
async fn a_slow_wechat_is_asked_and_offers_once(app: TestApp) {
    let hasty = app.paying_with(&HASTY).await;
    for (number, kind) in [(0, "time_out_before"), (1, "time_out_after")] {
        let mut payer = Payer::new(&app, number).await;
        fault(&app, "wechat_pay", "native", kind, 1).await;
        payer.person.go_to(&hasty.url);
        let opening = payer.cash(2_500).await;
        assert!(opening.says("用微信扫一扫付钱"), "{kind}: it is asked about at once: {}", opening.text);
        let cashier = payer.person.get(&format!("{}/cashier", payer.pay)).await;
        assert!(cashier.says("用微信扫一扫付钱"), "{kind}: {} {}", cashier.path, cashier.text);
        assert_eq!(orders(&app).await.len(), number + 1, "{kind}: one payment at the channel");
        buyer_pays(&app).await;
        pass(&app, 30).await;
        assert!(payer.state().await.says("费用已付清"), "{kind}: {}", payer.state().await.text);
    }
    assert_eq!(held(&app).await, 5_000);
    app.check().await;
}

#[db_test]
async fn forged_amounts_stop_the_order_and_call_a_person(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    fault(&app, "insurer", "2207", "forge", 1).await;
    let shown = payer.settle(PIN).await;
    assert!(shown.says("正在核对") && shown.says("12333"), "{}", shown.text);
    let calls = payments::calls(&app.ctx).await.expect("read");
    assert_eq!(calls.iter().map(|call| call.reason.as_str()).collect::<Vec<_>>(), ["amounts"]);
    // While nobody has looked, nothing is sent, and the place is kept.
    pass(&app, 60).await;
    assert!(payer.state().await.says("正在核对"));
    assert_eq!((settlements(&app).await.len(), app.counters(&payer.slot).await.1), (0, 1));
    // Then the partner is asked anew: nothing is settled there, and nothing will be. The person may choose again.
    let id = payer.pay.trim_start_matches("/pay/").parse().expect("an order");
    payments::unblock(&app.pay.listeners, &app.ctx, &id).await.expect("it goes on");
    pass(&app, 120).await;
    let open = payer.state().await;
    assert!(open.path.starts_with(&format!("{}?", payer.pay)), "{}", open.path);
    assert!(open.says("刚才医保没有付成，没有扣钱") && open.says("医保支付 20.00 元"), "{}", open.text);
    assert_eq!(payments::calls(&app.ctx).await.expect("read"), []);
    assert!(payer.settle(PIN).await.says("医保已支付 20.00 元，还需自己付 5.00 元"));
    let once: Vec<_> = settlements(&app).await.iter().map(|one| one["state"].clone()).collect();
    assert_eq!(once, ["settled"]);
    app.check().await;
}

#[db_test]
async fn a_channel_that_does_not_answer_says_so_and_its_cashier_opens_soon_after(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    rule(&app, json!({ "partner": "wechat_pay", "kind": "down" })).await;
    payer.cash(2_500).await;
    let cashier = format!("{}/cashier", payer.pay);
    let opening = payer.person.get(&cashier).await;
    assert!(opening.says("正在打开微信支付") && !opening.says("没有应答"), "{} {}", opening.path, opening.text);
    pass(&app, 120).await;
    let silent = payer.person.get(&cashier).await;
    assert!(silent.says("微信支付现在没有应答") && silent.says("还没有扣这笔钱"), "{}", silent.text);
    assert!(silent.says("data-reload-secs"), "and looks again by itself: {}", silent.text);
    clear_faults(&app).await;
    // However long it was down, nobody waits for minutes: it is asked first, and then offered again.
    for secs in [10, 1] {
        app.advance_secs(secs);
        app.drive().await;
    }
    let open = payer.person.get(&cashier).await;
    assert!(!open.says("没有应答") && !open.says("正在打开"), "{}", open.text);
    buyer_pays(&app).await;
    pass(&app, 30).await;
    assert!(payer.state().await.says("费用已付清"), "{}", payer.state().await.text);
    app.check().await;
}
