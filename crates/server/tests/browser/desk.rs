//! The clerk's window: keyboard and scanner only, a verdict that reads from two metres.

use fantoccini::key::Key;

use crate::browser::{Browser, WINDOW, Wanted};
use crate::driver::story;
use crate::measure::{Findings, Promise};
use crate::support::TestApp;
use crate::world::World;

#[test]
fn a_clerk_checks_people_in_without_a_mouse() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(WINDOW)).await;
        browser.look("zh-CN", false).await;
        log_in(&app, &browser).await;
        cursor_waits(&browser).await;

        scan(&browser, &world.code).await;
        assert_eq!(verdict(&browser).await, "可以签到");
        cursor_waits(&browser).await;
        browser.screen("desk-1-ready").await;
        enter(&browser).await;
        assert_eq!(verdict(&browser).await, "签到成功");
        cursor_waits(&browser).await;
        browser.screen("desk-2-success").await;

        scan(&browser, &world.code).await;
        assert_eq!(verdict(&browser).await, "已签到");
        enter(&browser).await;
        assert_eq!(browser.path().await, "/desk", "an empty scan box brings the waiting page");
        scan(&browser, &world.elsewhere).await;
        assert_eq!(verdict(&browser).await, "不是本院");
        browser.screen("desk-3-elsewhere").await;
        scan(&browser, "1234").await;
        assert_eq!(verdict(&browser).await, "条码不完整");
        cursor_waits(&browser).await;
        // A scanner may end with Tab, and the keyboard may be another.
        ends_with(&browser, &format!("]C1{}", world.code), Key::Tab).await;
        assert_eq!(verdict(&browser).await, "已签到");
        cursor_waits(&browser).await;
        scan(&browser, "七三〇五").await;
        assert_eq!(verdict(&browser).await, "输入法不对");
        browser.screen("desk-4-keyboard").await;
        cursor_waits(&browser).await;
        // A hand that types and moves on is no scanner.
        let box_ = browser.client.active_element().await.expect("a focus");
        box_.send_keys(&format!("12{}", char::from(Key::Tab))).await.expect("typing");
        assert_eq!(browser.path().await, "/desk?unread=keyboard", "nothing was sent");
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn every_page_of_the_desk_in_both_languages_and_in_the_dark() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let mut findings = Findings::default();
        for (lang, dark) in [("zh-CN", false), ("en", false), ("zh-CN", true)] {
            let browser = Browser::open(&driver, &app.url, Wanted { dark, ..Wanted::on(WINDOW) }).await;
            browser.look(lang, false).await;
            let promise = if lang == "en" { Promise::STANDARD.in_english() } else { Promise::STANDARD };
            let name = |page: &str| format!("desk-{lang}{}-{page}", if dark { "-dark" } else { "" });
            browser.go("/desk/login").await;
            browser.shot(&name("login")).await;
            findings.look(&browser, &name("login"), promise).await;
            log_in(&app, &browser).await;
            for (page, code) in [
                ("waiting", ""),
                ("ready", world.code.as_str()),
                ("elsewhere", &world.elsewhere),
                ("unknown", "0000000000000000"),
                ("keyboard", "七三〇五"),
            ] {
                if !code.is_empty() {
                    scan(&browser, code).await;
                }
                browser.shot(&name(page)).await;
                findings.look(&browser, &name(page), promise).await;
            }
            browser.close().await;
        }
        findings.none();
    });
}

pub async fn log_in(app: &TestApp, browser: &Browser) {
    let login = app.logins.iter().find(|login| login.role == "clerk").expect("a clerk");
    browser.go("/desk/login").await;
    let first = browser.client.active_element().await.expect("a focus");
    assert_eq!(first.attr("name").await.expect("a name").as_deref(), Some("login"), "the cursor waits for the name");
    first.send_keys(&format!("{}{}", login.login, char::from(Key::Tab))).await.expect("typing");
    let second = browser.client.active_element().await.expect("a focus");
    second.send_keys(&format!("{}{}", login.password, char::from(Key::Enter))).await.expect("typing");
    browser.left(&second).await;
    assert_eq!(browser.path().await, "/desk", "{}", browser.words().await);
}

/// A scanner is a fast keyboard that ends with Enter; it types wherever the cursor is.
pub async fn scan(browser: &Browser, code: &str) {
    ends_with(browser, code, Key::Enter).await;
}

async fn ends_with(browser: &Browser, code: &str, end: Key) {
    let box_ = browser.client.active_element().await.expect("a focus");
    box_.send_keys(&format!("{code}{}", char::from(end))).await.expect("typing");
    browser.left(&box_).await;
}

pub async fn enter(browser: &Browser) {
    scan(browser, "").await;
}

/// The verdict's word, which must be large.
async fn verdict(browser: &Browser) -> String {
    let word = browser.find(".verdict-word").await;
    let size = word.css_value("font-size").await.expect("a size");
    let px: f64 = size.trim_end_matches("px").parse().expect("px");
    assert!(px >= 48.0, "the verdict is {size} high");
    word.text().await.expect("text")
}

async fn cursor_waits(browser: &Browser) {
    let focus = browser.client.active_element().await.expect("a focus");
    assert_eq!(focus.attr("id").await.expect("an id").as_deref(), Some("code"), "the cursor is in the scan box");
    assert_eq!(focus.prop("value").await.expect("a value").as_deref(), Some(""), "and the box is empty");
}
