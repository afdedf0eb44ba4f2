//! What the script adds, under the policy that the pages are served with.

use serde_json::json;

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::story;

#[test]
fn the_script_runs_under_the_policy_and_only_ours() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", true).await;
        browser.go("/").await;
        // Headless Chromium can speak, if without a voice: the button is shown.
        assert!(browser.find("[data-read]").await.is_displayed().await.expect("a state"), "the page can be read aloud");
        browser.find("[data-read]").await.click().await.expect("a tap");
        assert_eq!(browser.console().await, Vec::<String>::new(), "nothing was blocked");

        // What is not ours is not run and not shown: the policy is there, and it holds.
        let script = "const tag = document.createElement('script'); tag.textContent = 'window.slipped = 1'; \
                      document.body.append(tag); document.body.setAttribute('onclick', 'window.slipped = 1'); \
                      document.body.click(); return window.slipped === undefined";
        assert_eq!(browser.run(script, vec![]).await, json!(true), "no inline script");
        let said = browser.console().await.join("\n");
        assert!(said.contains("Content Security Policy"), "the browser says so: {said}");
        browser.close().await;
    });
}

#[test]
fn a_second_tap_sends_nothing() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/login").await;
        // Two submits in one go, as a trembling finger does; the second is dropped in the page.
        let script = "const form = document.querySelector('main form'); let sent = 0; \
                      addEventListener('submit', (event) => { sent += event.defaultPrevented ? 0 : 1; event.preventDefault(); }); \
                      const button = form.querySelector('[type=submit]'); button.click(); button.click(); \
                      return new Promise((done) => setTimeout(() => done([sent, button.getAttribute('aria-busy')]), 100))";
        assert_eq!(browser.run(script, vec![]).await, json!([1, "true"]));
        browser.close().await;
    });
}

#[test]
fn a_button_that_must_wait_counts_down() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/dev/components").await;
        let button = browser.find("[data-wait]").await;
        assert!(!button.is_enabled().await.expect("a state"));
        let before = button.text().await.expect("text");
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        let after = button.text().await.expect("text");
        assert!(before.contains('(') && before != after, "{before} then {after}");
        browser.close().await;
    });
}

#[test]
fn a_form_that_came_back_is_read_anew_and_not_sent_again() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/login/code").await;
        browser.fill("mobile", "13812345678").await;
        browser.tap("main form .btn-main").await;
        let page = browser.path().await;
        assert!(page.starts_with("/login/code/enter?c="), "{page}");
        for left in [4, 3] {
            browser.fill("code", "000000").await;
            browser.tap("main form .btn-main").await;
            browser.says(&format!("还可以再试 {left} 次")).await;
            // A pull down, twice: the page asks for the code again, and no try is lost.
            for _ in 0..2 {
                let form = browser.find("main form").await;
                browser.devtools("Page.reload", json!({})).await;
                browser.left(&form).await;
                assert_eq!(browser.path().await, page);
                let words = browser.words().await;
                assert!(words.contains("验证码") && !words.contains("还可以再试"), "{words}");
            }
        }
        browser.close().await;
    });
}
