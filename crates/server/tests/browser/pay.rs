//! Paying on a phone by tapping: three purses with script and without, and a buyer who leaves the cashier and comes back.

use serde_json::json;

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::{Driver, story};
use crate::support::payer::{PIN, Payer, buyer_pays, held, pass, rule};
use crate::support::{TestApp, store};

/// A phone: the channel is reached by a link.
const AGENT: &str = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36";

#[test]
fn a_visit_is_paid_from_three_purses_on_a_phone() {
    story(|app, driver| async move {
        let (browser, slot) = before_paying(&app, &driver, Wanted::on(PHONE)).await;
        three_purses(&app, &browser, &slot, "phone").await;
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn the_same_without_script() {
    story(|app, driver| async move {
        let plain = Wanted { script: false, ..Wanted::on(PHONE) };
        let (browser, slot) = before_paying(&app, &driver, plain).await;
        three_purses(&app, &browser, &slot, "plain").await;
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn who_leaves_the_cashier_finds_the_way_back_to_it() {
    story(|app, driver| async move {
        let (browser, slot) = before_paying(&app, &driver, Wanted::on(PHONE)).await;
        browser.tap_words("不用医保，全部自己付 25.00 元").await;
        // Nothing has been looked up for them yet but the insurer's part: it says what is lost.
        browser.says("医保一分不付").await;
        browser.shot("pay-own").await;
        browser.tap_words("仍然全部自己付 25.00 元").await;
        to_the_channel(&browser, "25.00").await;
        browser.tap_words("返回商户").await;
        browser.says("等待微信支付").await;
        browser.says("没有付成不会扣钱").await;
        browser.shot("pay-left-the-cashier").await;
        browser.tap_words("继续去微信支付 25.00 元").await;
        to_the_channel(&browser, "25.00").await;
        browser.tap_words("支付失败").await;
        browser.says("支付未完成").await;
        browser.tap_words("返回商户").await;
        browser.says("等待微信支付").await;
        assert_eq!(held(&app).await, 0);
        // Paid with the other hand; nothing is tapped here.
        buyer_pays(&app).await;
        browser.until_says("费用已付清").await;
        assert_eq!((app.counters(&slot).await.1, app.counters(&slot).await.2), (0, 1));
        assert_eq!(held(&app).await, 2_500);
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn a_half_paid_page_goes_on_by_itself_when_its_time_is_over() {
    story(|app, driver| async move {
        for script in [true, false] {
            let payer = Payer::new(&app, usize::from(!script)).await;
            assert!(payer.settle(PIN).await.says("医保已支付"));
            // Nearly over: nothing can be begun any more, and the page is opened.
            pass(&app, 900).await;
            payer.state().await;
            pass(&app, 870).await;
            app.advance_secs(24);
            let browser = Browser::open(&driver, &app.url, Wanted { script, ..Wanted::on(PHONE) }).await;
            browser.adopt(&payer.person).await;
            app.vouch_in(&payer.person, &browser.agent().await).await;
            browser.look("zh-CN", false).await;
            browser.go(&format!("{}/state", payer.pay)).await;
            browser.says("来不及再用微信付").await;
            browser.shot(&format!("pay-half-over-{script}")).await;
            // The time is over, and nothing is tapped.
            pass(&app, 60).await;
            browser.until_says("退回").await;
            browser.until_says("已付的钱都已按原路退回").await;
            browser.close().await;
        }
        assert_eq!(held(&app).await, 0);
        app.check().await;
    });
}

#[test]
fn a_page_that_looks_again_breaks_off_no_tap() {
    story(|app, driver| async move {
        let payer = Payer::new(&app, 0).await;
        payer.cash(2_500).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.adopt(&payer.person).await;
        app.vouch_in(&payer.person, &browser.agent().await).await;
        browser.look("zh-CN", false).await;
        browser.go(&format!("{}/cashier", payer.pay)).await;
        browser.says("用微信扫一扫付钱").await;
        // It looks again while what was tapped is under way, and what it waits for has changed already.
        rule(&app, json!({ "partner": "wechat_pay", "operation": "close", "kind": "slow", "ms": 2000, "times": 1 }))
            .await;
        let script = "const here = [...document.querySelectorAll('button')]; \
                      here.find((one) => one.textContent.includes('在这台设备上付')).click(); \
                      setTimeout(() => document.dispatchEvent(new Event('visibilitychange')), 700)";
        browser.run(script, vec![]).await;
        browser.until_says("去微信支付 25.00 元").await;
        browser.close().await;
        app.check().await;
    });
}

/// Somebody on a phone has taken a place that costs 25 yuan, and is asked to pay.
async fn before_paying(app: &TestApp, driver: &Driver, wanted: Wanted) -> (Browser, String) {
    let citizen = app.citizen(0).await;
    let browser = Browser::open(driver, &app.url, wanted).await;
    browser.devtools("Emulation.setUserAgentOverride", json!({ "userAgent": AGENT })).await;
    browser.look("zh-CN", false).await;
    browser.adopt(&citizen).await;
    app.vouch_in(&citizen, AGENT).await;
    let after = app.ctx.now().plus_secs(2 * 86_400);
    let slot = app.ask(move |tx| store::priced_slot(tx, after, 2_500)).await;
    browser.go(&format!("/slots/{slot}/book")).await;
    browser.says("25.00 元").await;
    browser.tap_words("确认预约").await;
    assert!(browser.path().await.starts_with("/pay/ord_"), "{}", browser.path().await);
    (browser, slot)
}

/// From the place to the visit, with everything the insurer pays and the rest at the channel's cashier.
async fn three_purses(app: &TestApp, browser: &Browser, slot: &str, name: &str) {
    let pay = browser.path().await;
    browser.tap_words("去设置电子社保卡支付密码").await;
    browser.fill("pin", PIN).await;
    browser.fill("pin_again", PIN).await;
    browser.tap("main form .btn-main").await;
    assert_eq!(browser.path().await, pay, "back to what is to be paid");
    for words in ["医保统筹基金", "8.00 元", "医保个人账户", "12.00 元", "自己付", "5.00 元"] {
        browser.says(words).await;
    }
    assert!(!browser.has("input[name=pin]").await, "the amounts alone");
    the_toast_covers_nothing(browser).await;
    browser.shot(&format!("{name}-pay")).await;
    browser.tap_words("医保支付 20.00 元").await;
    assert!(browser.path().await.contains("/password?"), "{}", browser.path().await);
    browser.shot(&format!("{name}-password")).await;
    browser.fill("pin", "000000").await;
    browser.tap_words("确认支付 20.00 元").await;
    browser.says("电子社保卡支付密码不对。还可以试 5 次").await;
    let focused = browser.run("return document.activeElement.name", vec![]).await;
    assert_eq!(focused, "pin", "where the eye is");
    browser.shot(&format!("{name}-password-wrong")).await;
    browser.fill("pin", PIN).await;
    browser.tap_words("确认支付 20.00 元").await;
    browser.says("医保已支付 20.00 元，还需自己付 5.00 元").await;
    browser.shot(&format!("{name}-half-paid")).await;
    browser.tap_words("微信支付 5.00 元").await;
    browser.shot(&format!("{name}-cashier")).await;
    to_the_channel(browser, "5.00").await;
    browser.tap_words("支付 ¥ 5.00").await;
    browser.says("已支付").await;
    browser.tap_words("返回商户").await;
    // The page follows by itself: nothing is tapped until it is paid.
    browser.until_says("费用已付清").await;
    assert!(browser.has("main .bars").await, "the end is the barcode");
    browser.says("请提前").await;
    browser.shot(&format!("{name}-paid")).await;
    browser.tap_words("查看预约").await;
    browser.says("预约成功").await;
    assert_eq!((app.counters(slot).await.1, app.counters(slot).await.2), (0, 1));
    assert_eq!(held(app).await, 2_500, "both partners hold the whole price");
}

/// The message about the password that was set stands below the band of the time, and both show all of themselves.
async fn the_toast_covers_nothing(browser: &Browser) {
    let boxes = browser
        .run(
            "return ['header.top', '.held', '.toast', 'main h2'].map((css) => {
                 const box = document.querySelector(css).getBoundingClientRect();
                 return [box.top, box.bottom]; })",
            vec![],
        )
        .await;
    let edge = |at: usize, side: usize| boxes[at][side].as_f64().expect("a place");
    for at in 1..4 {
        assert!(edge(at, 0) >= edge(at - 1, 1) - 0.5, "{at} lies over what is above it: {boxes}");
    }
}

/// Over the page with the link to the channel's own.
async fn to_the_channel(browser: &Browser, yuan: &str) {
    browser.until_says(&format!("去微信支付 {yuan} 元")).await;
    browser.tap_words(&format!("去微信支付 {yuan} 元")).await;
    assert!(browser.path().await.starts_with("/cashier/"), "{}", browser.path().await);
}
