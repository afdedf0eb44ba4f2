//! The camera page of a face check, before a camera that shows a made-up picture.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::story;
use crate::measure::{Findings, Promise};
use crate::support::{TestApp, Visitor};

const FACE: &str = "/prove/real-name/face";
/// Born on 1 January 1990; partners are told who this is.
const NUMBER: &str = "320402199001012311";
const NAME: &str = "欧阳明珠";
const MOBILE: &str = "15800000231";

/// Somebody signed in whom partners know.
async fn citizen(app: &TestApp) -> Visitor {
    let url = format!("http://{}/control/people", app.sandbox.control);
    let person = json!({ "name": NAME, "id_number": NUMBER });
    let answer = reqwest::Client::new().post(url).json(&person).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
    let visitor = app.visitor();
    app.sign_up(&visitor, MOBILE, NAME, NUMBER).await;
    let home = app.log_in(&visitor, MOBILE, crate::support::people::PASSWORD).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    visitor
}

/// Waits until the page's script has shown or hidden something.
async fn until(browser: &Browser, css: &str, secs: u64) {
    let begun = Instant::now();
    while !browser.has(css).await {
        assert!(begun.elapsed() < Duration::from_secs(secs), "no {css} on {}", browser.path().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The script leaves its key after the proof; later the gate's question is answered without a tap.
async fn the_device_answers_by_itself(app: &TestApp, browser: &Browser) {
    let begun = Instant::now();
    while browser.has("[data-device-key]").await {
        assert!(begun.elapsed() < Duration::from_secs(15), "the key was not left");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    app.carry().await;
    app.advance_secs(600);
    browser.go("/card").await;
    until(browser, "svg.qr, .qr svg, .qr", 15).await;
    assert_eq!(browser.path().await, "/card");
    browser.shot("card").await;
    assert_eq!(app.acts("device.refused").await, 0, "it was asked, and answered");
    // What is tapped after that time is not tapped twice either.
    let place = app.place(86_400, 4).await;
    browser.go(&place.book()).await;
    app.advance_secs(600);
    browser.tap_words("确认预约").await;
    browser.until_says("预约成功").await;
    assert_eq!(app.acts("device.refused").await, 0);
}

#[test]
fn a_face_is_filmed_sent_and_recognised() {
    story(|app, driver| async move {
        let wanted = Wanted { camera: true, ..Wanted::on(PHONE) };
        let browser = Browser::open(&driver, &app.url, wanted).await;
        browser.adopt(&citizen(&app).await).await;
        let mut findings = Findings::default();
        browser.go(FACE).await;
        browser.shot("face-consent").await;
        findings.look(&browser, "face-consent", Promise::STANDARD).await;
        browser.tap_words("同意，开始面部识别").await;
        until(&browser, "[data-face-begin]:not([hidden])", 10).await;
        browser.shot("face-camera").await;
        findings.look(&browser, "face-camera", Promise::STANDARD).await;
        browser.find("[data-face-begin]").await.click().await.expect("a tap");
        until(&browser, ".face-live video", 10).await;
        until(&browser, "[data-movement][aria-current]", 20).await;
        browser.screen("face-live").await;
        let begun = Instant::now();
        while browser.path().await.starts_with(FACE) {
            assert!(begun.elapsed() < Duration::from_secs(90), "still at {}", browser.path().await);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(browser.path().await.starts_with("/real-name/done"), "{}", browser.path().await);
        the_device_answers_by_itself(&app, &browser).await;
        assert_eq!(browser.console().await, Vec::<String>::new(), "nothing was blocked");
        findings.none();
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn without_a_camera_the_page_says_what_to_do() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.adopt(&citizen(&app).await).await;
        browser.go(FACE).await;
        browser.tap_words("同意，开始面部识别").await;
        until(&browser, "[data-face-begin]:not([hidden])", 10).await;
        browser.find("[data-face-begin]").await.click().await.expect("a tap");
        until(&browser, "[data-face-none]:not([hidden]), [data-face-refused]:not([hidden])", 10).await;
        browser.shot("face-no-camera").await;
        browser.tap_words("不用面部识别，改用其他方式").await;
        assert!(browser.path().await.starts_with("/real-name"), "{}", browser.path().await);
        browser.close().await;
        app.check().await;
    });
}

#[test]
fn without_script_the_second_way_is_shown() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted { script: false, ..Wanted::on(PHONE) }).await;
        browser.adopt(&citizen(&app).await).await;
        browser.go(FACE).await;
        browser.until_says("没有运行本页的脚本").await;
        browser.tap_words("看看其他方式").await;
        assert!(browser.path().await.starts_with("/real-name"), "{}", browser.path().await);
        browser.close().await;
        app.check().await;
    });
}
