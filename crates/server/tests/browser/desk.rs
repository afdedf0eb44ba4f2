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
        assert_eq!(browser.path().await, "/desk/visits", "an empty scan box brings the waiting page");
        scan(&browser, &world.elsewhere).await;
        assert_eq!(verdict(&browser).await, "不是本院");
        browser.screen("desk-3-elsewhere").await;
        scan(&browser, "1234").await;
        assert_eq!(verdict(&browser).await, "数字不对");
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
        assert_eq!(browser.path().await, "/desk/visits?unread=keyboard", "nothing was sent");
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

#[test]
fn a_check_in_is_taken_back_by_one_key_and_never_by_a_scan() {
    story(|app, driver| async move {
        let world = World::make(&app).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(WINDOW)).await;
        browser.look("zh-CN", false).await;
        log_in(&app, &browser).await;
        scan(&browser, &world.code).await;
        enter(&browser).await;
        assert_eq!(verdict(&browser).await, "签到成功");
        // What only begins with the letter is a scan.
        scan(&browser, "ZHAOHANG").await;
        assert_eq!(verdict(&browser).await, "不是就诊条码");
        cursor_waits(&browser).await;
        let box_ = browser.client.active_element().await.expect("a focus");
        box_.send_keys("z").await.expect("typing");
        browser.left(&box_).await;
        assert_eq!(verdict(&browser).await, "已撤销");
        browser.screen("desk-5-undone").await;
        cursor_waits(&browser).await;
        // The next Enter is meant for the next patient.
        enter(&browser).await;
        scan(&browser, &world.code).await;
        assert_eq!(verdict(&browser).await, "可以签到");
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn a_window_gives_a_code_by_keys_alone_and_all_of_it_is_above_the_fold() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(WINDOW)).await;
        for (lang, name) in [("zh-CN", "周明远"), ("en", "林晓岚")] {
            browser.look(lang, false).await;
            log_in_as(&app, &browser, "window").await;
            above_the_fold(&browser).await;
            // Enter goes on where nothing stands yet, and at last to the button; it sends nothing on the way.
            for (field, typed) in [("name", "\u{e007}"), ("id_number", "\u{e007}"), ("paper", "9")] {
                assert_eq!(at(&browser).await, field, "{lang}");
                browser.client.active_element().await.expect("a focus").send_keys(typed).await.expect("typing");
            }
            browser.go("/desk/window").await;
            let number = if lang == "en" { "32040419900615002X" } else { "320402198001010012" };
            for (field, typed) in [
                ("name", format!("{name}\u{e007}")),
                ("id_number", format!("{number}\u{e007}")),
                ("paper", "1".into()),
                ("purpose", "2".into()),
            ] {
                assert_eq!(at(&browser).await, field, "{lang}");
                browser.client.active_element().await.expect("a focus").send_keys(&typed).await.expect("typing");
            }
            let button = browser.client.active_element().await.expect("a focus");
            assert_eq!(button.attr("type").await.expect("a type").as_deref(), Some("submit"), "{lang}");
            button.send_keys("\u{e007}").await.expect("typing");
            browser.left(&button).await;
            let code = verdict(&browser).await;
            assert_eq!(code.chars().filter(char::is_ascii_digit).count(), 8, "{code}");
            assert_eq!(at(&browser).await, "name", "the next person's name can be typed at once");
            above_the_fold(&browser).await;
            browser.screen(&format!("window-{lang}-given")).await;
            // An empty form says what is empty, and the cursor waits in the first of it.
            let field = browser.client.active_element().await.expect("a focus");
            field.send_keys("\u{e00c}").await.expect("typing");
            browser.left(&field).await;
            assert!(
                browser.client.find(fantoccini::Locator::Css(".verdict")).await.is_err(),
                "the code is off the screen"
            );
            let button = browser.find(".desk-steps [type=submit]").await;
            button.send_keys("\u{e007}").await.expect("typing");
            browser.left(&button).await;
            assert_eq!(at(&browser).await, "name", "{lang}");
            browser.screen(&format!("window-{lang}-empty")).await;
            browser
                .client
                .find(fantoccini::Locator::Css(".desk-who button"))
                .await
                .expect("a way out")
                .click()
                .await
                .expect("a click");
        }
        browser.close().await;
        app.check().await;
    });
}

/// The name of the field where the cursor is.
async fn at(browser: &Browser) -> String {
    let focus = browser.client.active_element().await.expect("a focus");
    focus.attr("name").await.expect("a name").unwrap_or_default()
}

/// The whole desk is seen without scrolling.
async fn above_the_fold(browser: &Browser) {
    let script = "return document.querySelector('main [type=submit]').getBoundingClientRect().bottom - innerHeight";
    let over = browser.client.execute(script, Vec::new()).await.expect("a script").as_f64().expect("px");
    assert!(over <= 0.0, "the button ends {over} px below the fold");
}

pub async fn log_in(app: &TestApp, browser: &Browser) {
    log_in_as(app, browser, "clerk").await;
}

async fn log_in_as(app: &TestApp, browser: &Browser, role: &str) {
    let login = app.logins.iter().find(|login| login.role == role).expect("a clerk");
    browser.go("/desk/login").await;
    // The browser sets the cursor when it first draws the page, which may be after it has loaded.
    let first = browser.waits_in("login").await;
    first.send_keys(&format!("{}{}", login.login, char::from(Key::Tab))).await.expect("typing");
    let second = browser.client.active_element().await.expect("a focus");
    second.send_keys(&format!("{}{}", login.password, char::from(Key::Enter))).await.expect("typing");
    browser.left(&second).await;
    let desk = if role == "window" { "/desk/window" } else { "/desk/visits" };
    assert_eq!(browser.path().await, desk, "{}", browser.words().await);
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
