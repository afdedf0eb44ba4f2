//! A script that is lost, that breaks, or that a form must not wait for: pages do without it, whatever the reason.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use platform::db::{DbFault, LaneKey};
use serde_json::{Value, json};

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::{story, story_that_waits};
use crate::support::TestApp;
use crate::support::payer::{Payer, buyer_pays};

/// Every script of ours is lost on the way: a blocker, a proxy, a bad network.
async fn lose_scripts(browser: &Browser) {
    browser.devtools("Network.enable", json!({})).await;
    browser.devtools("Network.setBlockedURLs", json!({ "urls": ["*/assets/*.js"] })).await;
}

/// Every page finds a browser in which this is so before its own scripts run.
async fn before_pages(browser: &Browser, script: &str) {
    browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
}

/// Somebody who may show a code, on a phone.
async fn with_a_card(app: &TestApp, browser: &Browser) {
    let citizen = app.citizen(0).await;
    browser.adopt(&citizen).await;
    app.vouch_in(&citizen, &browser.agent().await).await;
    // The first look orders the card of somebody who was only vouched for.
    citizen.get("/card").await;
    app.carry().await;
}

/// What the code on the page says.
async fn code(browser: &Browser) -> Value {
    browser.run("const code = document.querySelector('.qr-box svg'); return code ? code.innerHTML : ''", vec![]).await
}

/// Waits until the page shows another code than this, by itself.
async fn until_renewed(browser: &Browser, old: &Value) {
    let begun = Instant::now();
    loop {
        let now = code(browser).await;
        if now != *old && now != "" {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(90), "the code is never renewed");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

#[test]
fn codes_are_renewed_when_the_script_is_lost() {
    story_that_waits(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        with_a_card(&app, &browser).await;
        lose_scripts(&browser).await;
        browser.go("/card").await;
        let old = code(&browser).await;
        assert_ne!(old, "", "{}", browser.words().await);
        browser.shot("card-script-lost").await;
        until_renewed(&browser, &old).await;
        browser.close().await;
    });
}

#[test]
fn codes_are_renewed_when_the_script_breaks() {
    story_that_waits(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        with_a_card(&app, &browser).await;
        before_pages(&browser, "performance.now = () => { throw new Error('an odd browser') };").await;
        browser.go("/card").await;
        let old = code(&browser).await;
        assert_ne!(old, "", "{}", browser.words().await);
        assert!(browser.console().await.join("\n").contains("an odd browser"), "it did break");
        until_renewed(&browser, &old).await;
        browser.close().await;
    });
}

#[test]
fn a_script_that_runs_ends_the_pages_own_refresh() {
    story_that_waits(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        with_a_card(&app, &browser).await;
        // A page that nobody looks at makes no codes.
        before_pages(&browser, "Object.defineProperty(document, 'hidden', { get: () => window.away === true });").await;
        browser.go("/card").await;
        let old = code(&browser).await;
        browser.run("window.away = true; window.here = true", vec![]).await;
        let over = "const box = document.querySelector('[data-code-secs]'); \
                    return performance.now() > (Number(box.dataset.codeSecs) + 3) * 1000";
        let begun = Instant::now();
        while browser.run(over, vec![]).await != json!(true) {
            assert!(begun.elapsed() < Duration::from_secs(90), "the page's time does not end");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(browser.run("return window.here === true", vec![]).await, json!(true), "it is still the same page");
        assert_eq!(code(&browser).await, old);
        browser.run("window.away = false; document.dispatchEvent(new Event('visibilitychange'))", vec![]).await;
        until_renewed(&browser, &old).await;
        browser.close().await;
    });
}

#[test]
fn the_camera_page_leads_on_when_its_script_is_lost_or_breaks() {
    story(|app, driver| async move {
        for breaks in [false, true] {
            let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
            browser.adopt(&app.signed_in(1 + usize::from(breaks)).await).await;
            if breaks {
                before_pages(
                    &browser,
                    "Element.prototype.querySelector = () => { throw new Error('an odd browser') };",
                )
                .await;
            } else {
                lose_scripts(&browser).await;
            }
            browser.go("/prove/real-name/face").await;
            browser.until_says("同意，开始面部识别").await;
            browser.tap_words("同意，开始面部识别").await;
            browser.until_says("没有运行本页的脚本").await;
            assert!(!browser.has("[data-face-begin]:not([hidden])").await);
            browser.shot(if breaks { "face-script-broken" } else { "face-script-lost" }).await;
            browser.tap_words("不用面部识别，改用其他方式").await;
            assert!(browser.path().await.starts_with("/real-name"), "{}", browser.path().await);
            browser.close().await;
        }
    });
}

#[test]
fn waiting_pages_look_again_when_their_script_is_lost_or_breaks() {
    story(|app, driver| async move {
        for breaks in [false, true] {
            let payer = Payer::new(&app, usize::from(breaks)).await;
            let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
            browser.adopt(&payer.person).await;
            app.vouch_in(&payer.person, &browser.agent().await).await;
            browser.look("zh-CN", false).await;
            if breaks {
                let broken = "Object.defineProperty(HTMLElement.prototype, 'dataset', \
                              { get: () => { throw new Error('an odd browser') } });";
                before_pages(&browser, broken).await;
            } else {
                lose_scripts(&browser).await;
            }
            payer.cash(2_500).await;
            browser.go(&format!("{}/{}", payer.pay, if breaks { "cashier" } else { "state" })).await;
            assert!(!browser.words().await.contains("费用已付清"));
            if breaks {
                assert!(browser.console().await.join("\n").contains("an odd browser"), "it did break");
            }
            // Nothing is tapped: the page follows by itself.
            buyer_pays(&app).await;
            browser.until_says("费用已付清").await;
            browser.close().await;
        }
        app.check().await;
    });
}

/// Taps the button of the page's form, does something, and says whether the form could be sent again by then.
async fn tapped(browser: &Browser, then: &str) -> Value {
    let script = format!(
        "const form = document.querySelector('main form'); const button = form.querySelector('[type=submit]'); button.click(); \
         return new Promise((done) => setTimeout(() => {{ const held = form.dataset.sent === '1'; {then}; \
         setTimeout(() => done([held, form.dataset.sent === '1', button.hasAttribute('aria-busy')]), 500); }}, 200))"
    );
    browser.run(&script, vec![]).await
}

#[test]
fn a_form_whose_sending_was_stopped_can_be_sent_again() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        browser.go("/login").await;
        browser.fill("login", "13900000001").await;
        browser.fill("password", "not-this-one-1").await;
        // The answer does not come: the database is held.
        let (release, held) = mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let db = app.ctx.db.clone();
        let holding = tokio::spawn(async move {
            let hold = move |_: &mut platform::db::Tx<'_>| -> Result<(), DbFault> {
                let held = held.lock().map_err(|_| DbFault::Panicked)?;
                // Released, or the test is over.
                held.recv().unwrap_or_default();
                Ok(())
            };
            db.write(LaneKey::of("test", "hold"), "test.hold", hold).await
        });
        // As the browser's stop button does, and as Escape does at a desk.
        assert_eq!(tapped(&browser, "window.stop()").await, json!([true, false, false]));
        let escape = "window.stop(); document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }))";
        assert_eq!(tapped(&browser, escape).await, json!([true, false, false]));
        release.send(()).expect("it waits");
        assert_eq!(holding.await.expect("joined"), Ok(()));
        browser.tap("main form .btn-main").await;
        browser.says("账号或密码不对").await;
        browser.close().await;
    });
}

#[test]
fn a_form_whose_answer_never_comes_can_be_sent_again_after_a_while() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        browser.look("zh-CN", false).await;
        // A while passes quickly here, and nobody is told that the network failed.
        before_pages(
            &browser,
            "const wait = window.setTimeout; window.setTimeout = (run, ms) => wait(run, ms >= 5000 ? 300 : ms); \
             delete window.navigation; addEventListener('submit', (event) => event.preventDefault(), true);",
        )
        .await;
        browser.go("/login").await;
        assert_eq!(tapped(&browser, "").await, json!([true, false, false]));
        browser.close().await;
    });
}

#[test]
fn a_browser_that_keeps_no_cookies_is_told_so() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted { cookies: false, ..Wanted::on(PHONE) }).await;
        browser.go("/sign-up").await;
        browser.fill("mobile", "13812345678").await;
        browser.tap_words("同意并获取短信验证码").await;
        browser.says("浏览器没有带上本网站的 Cookie").await;
        browser.says("刚才填的内容还在").await;
        browser.shot("problem-blocked").await;
        // Nothing has changed, and it does not go round in circles unnoticed.
        browser.tap_words("再提交一次").await;
        browser.says("浏览器没有带上本网站的 Cookie").await;
        browser.close().await;
        app.check().await;
    });
}

/// Pages that look again by themselves end their meta element's turn once they are loaded, and ending it would end a tap as
/// well. `active`: somebody has tapped before the script ran. `leaves`: a tap came between the script and the page's end.
async fn ends_its_turn(browser: &Browser, path: &str, (active, leaves): (bool, bool)) -> Value {
    let script = format!(
        "window.stops = 0; window.stop = () => {{ stops += 1; }};
         Object.defineProperty(Navigator.prototype, 'userActivation', {{ configurable: true, get: () => ({{ hasBeenActive: {active} }}) }});
         document.addEventListener('DOMContentLoaded', () => {{ if ({leaves}) dispatchEvent(new Event('beforeunload')); }});"
    );
    let told = browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    browser.go(path).await;
    let after = "return new Promise((done) => setTimeout(() => done([stops, !!document.querySelector('meta[http-equiv=refresh]')]), 50))";
    let seen = browser.run(after, vec![]).await;
    browser.devtools("Page.removeScriptToEvaluateOnNewDocument", json!({ "identifier": told["identifier"] })).await;
    seen
}

#[test]
fn a_tap_made_before_a_page_is_loaded_is_not_ended() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        with_a_card(&app, &browser).await;
        let citizen = app.citizen(0).await;
        let payer = Payer::of(&app, citizen.clone()).await;
        payer.cash(2_500).await;
        browser.adopt(&citizen).await;
        app.vouch_in(&citizen, &browser.agent().await).await;
        for path in ["/card", &format!("{}/state", payer.pay)] {
            let quiet = ends_its_turn(&browser, path, (false, false)).await;
            assert_eq!(quiet, json!([1, false]), "{path}: the script has taken over");
            let tapped = ends_its_turn(&browser, path, (true, false)).await;
            assert_eq!(tapped, json!([0, true]), "{path}: a tap may be under way, the meta element keeps its turn");
            let leaving = ends_its_turn(&browser, path, (false, true)).await;
            assert_eq!(leaving, json!([0, true]), "{path}: the page is being left");
        }
        browser.close().await;
    });
}
