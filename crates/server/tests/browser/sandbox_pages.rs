//! The sandbox's own pages: what was sent, the faults, the clock.

use crate::browser::{Browser, PHONE, Screen, Wanted};
use crate::driver::story;
use crate::measure::{Findings, Promise};

const DESKTOP: Screen = Screen { width: 1100, height: 800, touch: false };

#[test]
fn the_pages_of_the_sandbox_are_as_usable_as_the_app() {
    story(|app, driver| async move {
        let person = app.visitor();
        let sent = person.post_form("/sign-up", &[("mobile", "13812345678")]).await;
        assert!(sent.is_ok(), "{} {}", sent.status, sent.text);
        let code = app.code("13812345678").await;
        let fault = serde_json::json!({ "partner": "sms", "operation": "SendSms", "kind": "lose", "times": 2 });
        app.fault(fault).await;
        let base = format!("http://{}", app.sandbox.control);
        let mut findings = Findings::default();
        for (screen, lang) in [(PHONE, "zh"), (PHONE, "en"), (DESKTOP, "zh")] {
            let browser = Browser::open(&driver, &base, Wanted::on(screen)).await;
            browser.go(&format!("/lang?to={lang}&page=front")).await;
            let promise = if lang == "en" { Promise::STANDARD.in_english() } else { Promise::STANDARD };
            for (name, path) in [("front", "/"), ("sms", "/sms")] {
                browser.go(path).await;
                let page = format!("sandbox-{lang}-{}-{name}", screen.width);
                browser.shot(&page).await;
                findings.look(&browser, &page, promise).await;
            }
            browser.says(&code).await;
            browser.close().await;
        }
        findings.none();
    });
}
