//! The whole journey on a phone, by tapping, with script and without.

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::story;
use crate::measure::{Findings, Promise};
use crate::support::TestApp;

const MOBILE: &str = "13812345678";
const PASSWORD: &str = "Chunjiang-2026";

#[test]
fn a_newcomer_signs_up_books_and_cancels_on_a_phone() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        journey(&app, &browser, "phone").await;
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn the_same_without_script() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted { script: false, ..Wanted::on(PHONE) }).await;
        browser.look("zh-CN", false).await;
        browser.go("/dev/components").await;
        assert!(!browser.has("[data-wait]:disabled").await, "the countdown is script's, and script is off");
        journey(&app, &browser, "plain").await;
        browser.close().await;
        app.check().await;
    });
}

async fn journey(app: &TestApp, browser: &Browser, name: &str) {
    sign_up(app, browser, name).await;
    // How one is authenticated has its own journey.
    app.vouch_with(&browser.cookie("ses").await, &browser.cookie("dev").await, &browser.agent().await).await;
    let first = book(browser, 0).await;
    browser.says("预约成功").await;
    barcode_can_be_scanned(browser).await;
    browser.shot(&format!("{name}-booked")).await;

    browser.tap(".tabs a[href='/code']").await;
    barcode_can_be_scanned(browser).await;
    app.carry().await;
    browser.tap(".tabs a[href='/messages']").await;
    browser.tap("a.row[href^='/messages/']").await;
    browser.says("您已预约").await;
    browser.tap_words("去看看").await;
    assert_eq!(browser.path().await, first);

    let second = book(browser, 1).await;
    assert_ne!(first, second);
    browser.tap_words("取消预约").await;
    browser.says("确定取消这次预约吗？").await;
    browser.tap_words("确定取消预约").await;
    assert_eq!(browser.path().await, second);
    browser.says("已取消").await;
    assert!(!browser.has("svg.bars").await, "a cancelled visit shows no barcode");
    // The button that goes back must not bring the question back to life.
    browser.client.back().await.expect("back");
    browser.go("/orders").await;
    browser.says("预约成功").await;
    browser.says("已取消").await;
    browser.shot(&format!("{name}-orders")).await;

    browser.go("/me").await;
    browser.tap_words("退出登录").await;
    browser.go("/orders").await;
    assert!(browser.path().await.starts_with("/login"), "signed out");
}

/// From the front page to being signed in; with a code out of the sandbox.
async fn sign_up(app: &TestApp, browser: &Browser, name: &str) {
    let mut findings = Findings::default();
    let measured = browser.wanted.script;
    browser.go("/").await;
    browser.tap_words("注册").await;
    browser.fill("mobile", "138 1234 567").await;
    browser.tap_words("同意并获取短信验证码").await;
    browser.says("手机号码是 11 位，您填了 10 位").await;
    browser.shot(&format!("{name}-sign-up-wrong")).await;
    browser.fill("mobile", "8").await;
    browser.tap_words("同意并获取短信验证码").await;
    browser.says("验证码已发往").await;
    browser.shot(&format!("{name}-details")).await;
    browser.fill("code", "000000").await;
    browser.fill("name", "欧阳·明珠").await;
    browser.fill("id_number", "110105194912310021").await;
    browser.fill("password", "12345678").await;
    browser.fill("password_again", "12345679").await;
    browser.tap_words("同意并提交注册").await;
    browser.shot(&format!("{name}-details-wrong")).await;
    if measured {
        findings.look(browser, "details-wrong", Promise::STANDARD).await;
    }
    let code = app.code(MOBILE).await;
    for (field, text) in [
        ("code", code.as_str()),
        ("id_number", "11010519491231002X"),
        ("password", PASSWORD),
        ("password_again", PASSWORD),
    ] {
        browser.find(&format!("[name='{field}']")).await.clear().await.expect("an empty field");
        browser.fill(field, text).await;
    }
    browser.tap_words("同意并提交注册").await;
    assert!(browser.path().await.starts_with("/login"), "{}", browser.words().await);
    browser.shot(&format!("{name}-login")).await;
    let login = browser.find("[name='login']").await.prop("value").await.expect("a value");
    assert_eq!(login.as_deref(), Some(MOBILE), "whoever has just signed up need not type the number again");
    browser.fill("password", "not-this-1").await;
    browser.tap("main form .btn-main").await;
    browser.says("账号或密码不对").await;
    if measured {
        findings.look(browser, "login-wrong", Promise::STANDARD).await;
    }
    browser.fill("password", PASSWORD).await;
    browser.tap("main form .btn-main").await;
    browser.says("欧阳·明珠").await;
    findings.none();
}

/// Finds a doctor by tapping, books the last time of the last clinic but `skip`, and says where the
/// order is.
async fn book(browser: &Browser, skip: usize) -> String {
    browser.go("/").await;
    browser.tap_words("线上挂号").await;
    browser.tap("a.row[href^='/hospitals/']").await;
    browser.tap("a.row[href^='/departments/']").await;
    browser.tap("a.row[href^='/doctors/']").await;
    let clinics = browser.client.find_all(fantoccini::Locator::Css("a.row[href^='/clinics/']")).await.expect("clinics");
    // Another half day each time: a doctor is booked once a half day.
    let after = clinics.len() - 1 - skip;
    browser.press(clinics.get(after).expect("a clinic"), "a clinic").await;
    browser.tap("a.slot:last-of-type").await;
    browser.says("请核对").await;
    browser.tap_words("确认预约").await;
    browser.path().await
}

/// Black on white, wide enough to be read off a screen, and clear of what stands around it.
async fn barcode_can_be_scanned(browser: &Browser) {
    let (_, y, width, height) = browser.find("svg.bars").await.rectangle().await.expect("a place");
    assert!(width >= 280.0 && height >= 60.0, "bars of {width}×{height}");
    let (_, top, _, _) = browser.find(".card:has(.barcode)").await.rectangle().await.expect("a place");
    assert!(y - top >= 16.0, "{} px of white above the bars", y - top);
    let digits = browser.find(".barcode .code").await.text().await.expect("text");
    assert_eq!(digits.chars().filter(char::is_ascii_digit).count(), 16, "{digits}");
}
