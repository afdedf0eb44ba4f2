//! Pages inside WeChat and Alipay: what does not open there is said, with the way to the phone's own browser.

use serde_json::json;

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::story;
use crate::measure::{Findings, Promise};
use crate::support::payer::{PIN, Payer};

const WECHAT: &str = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 XWEB/1160 \
                      MMWEBSDK/20240501 MicroMessenger/8.0.50(0x28003253) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN";
const ALIPAY: &str = "Mozilla/5.0 (Linux; U; Android 13; zh-CN) AppleWebKit/537.36 Chrome/100.0 Mobile Safari/537.36 \
                      Nebula AliApp(AP/10.5.90) AlipayClient/10.5.90";

#[test]
fn a_payment_link_leads_out_of_the_app() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        let mut findings = Findings::default();
        let citizen = app.citizen(0).await;
        let set = citizen.post_form("/pay-password/new", &[("pin", PIN), ("pin_again", PIN)]).await;
        assert!(set.is_ok(), "{}", set.text);
        let phone = citizen.clone().with_header("user-agent", WECHAT);
        app.vouch(&phone).await;
        let payer = Payer::of(&app, phone).await;
        for (name, agent, lang, elder) in [
            ("wechat", WECHAT, "zh-CN", false),
            ("wechat-elder", WECHAT, "zh-CN", true),
            ("wechat-en", WECHAT, "en", false),
            ("alipay", ALIPAY, "zh-CN", false),
        ] {
            let promise = if elder { Promise::ELDER } else { Promise::STANDARD };
            let promise = if lang == "en" { promise.in_english() } else { promise };
            browser.devtools("Emulation.setUserAgentOverride", json!({ "userAgent": agent })).await;
            browser.adopt(&citizen).await;
            app.vouch_in(&citizen, agent).await;
            browser.look(lang, elder).await;
            browser.go(&payer.pay).await;
            browser.shot(&format!("{name}-pay")).await;
            findings.look(&browser, &format!("{name}-pay"), promise).await;
            if name == "wechat" {
                browser.says("您是在微信里打开的").await;
                payer.cash(2_500).await;
                app.drive().await;
            }
            if name == "wechat" {
                browser.go(&format!("{}/cashier", payer.pay)).await;
                browser.says("在微信里打开的网页，现在还不能用微信支付").await;
                browser.says("在浏览器打开").await;
                assert!(!browser.has("a[href*='/cashier/']").await, "no link that leads nowhere");
                let address = browser.find("[data-copy-from]").await.prop("value").await.expect("a state");
                assert_eq!(address.as_deref(), Some(format!("{}{}/cashier", app.url, payer.pay).as_str()));
                browser.find("[data-copy]").await.click().await.expect("a tap");
                browser.until_says("已复制").await;
            }
            if name != "alipay" {
                browser.go(&format!("{}/cashier", payer.pay)).await;
                browser.shot(&format!("{name}-cashier")).await;
                findings.look(&browser, &format!("{name}-cashier"), promise).await;
            }
        }
        // The other way that works there.
        browser.devtools("Emulation.setUserAgentOverride", json!({ "userAgent": WECHAT })).await;
        app.vouch_in(&citizen, WECHAT).await;
        browser.look("zh-CN", false).await;
        browser.go(&format!("{}/cashier", payer.pay)).await;
        browser.tap_words("改用二维码，用另一部手机扫").await;
        browser.until_says("长按识别，付不了").await;
        browser.shot("wechat-code").await;
        findings.none();
        browser.close().await;
        app.check().await;
    });
}
