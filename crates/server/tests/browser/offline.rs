//! Without a network: the next visit's barcode is there, everything else says what can be done, and nothing stays behind for
//! the next who holds the phone.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::browser::{Browser, PHONE, Wanted};
use crate::driver::{Driver, story};
use crate::support::{Answer, TestApp, Visitor};
use crate::world::digits;

/// A phone whose owner has a visit to come, and has looked at its barcode.
async fn with_a_visit(app: &TestApp, driver: &Driver) -> (Browser, Visitor, Answer) {
    let citizen = app.citizen(0).await;
    let order = book(app, &citizen, 86_400).await;
    let browser = Browser::open(driver, &app.url, Wanted::on(PHONE)).await;
    browser.look("zh-CN", false).await;
    browser.adopt(&citizen).await;
    app.vouch_in(&citizen, &browser.agent().await).await;
    browser.go("/code").await;
    browser.until_says("没有网络也能出示").await;
    (browser, citizen, order)
}

/// Books a time that costs nothing, so long from now.
async fn book(app: &TestApp, citizen: &Visitor, after_secs: i64) -> Answer {
    let place = app.place(after_secs, 4).await;
    let order = citizen.post_form(&place.book(), &[]).await;
    assert!(order.path.starts_with("/appointments/"), "{}: {}", order.path, order.text);
    order
}

async fn network(browser: &Browser, there: bool) {
    browser.devtools("Network.enable", json!({})).await;
    let conditions = json!({ "offline": !there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.devtools("Network.emulateNetworkConditions", conditions).await;
}

/// The paths that are kept for a session.
async fn kept(browser: &Browser) -> Value {
    const KEPT: &str = "return caches.open('kept').then((cache) => cache.keys())\
                        .then((all) => all.map((request) => new URL(request.url).pathname))";
    browser.run(KEPT, vec![]).await
}

/// What is kept comes to be this: the worker hears of a page after the page is shown.
async fn until_kept(browser: &Browser, wanted: &[&str]) {
    let begun = Instant::now();
    loop {
        let now = kept(browser).await;
        if now == json!(wanted) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "kept: {now}, wanted: {wanted:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn the_next_visits_barcode_is_shown_without_a_network() {
    story(|app, driver| async move {
        let (browser, _, order) = with_a_visit(&app, &driver).await;
        assert!(!browser.words().await.contains("保存的"), "a page off the network says nothing of keeping");
        network(&browser, false).await;
        browser.go("/code").await;
        browser.says("没有网络，这是 3 月 2 日（周一）9:").await;
        browser.says("3 月 3 日（周二）").await;
        browser.until_says("没有网络也能出示").await;
        let shown = browser.find(".barcode .code").await.text().await.expect("text");
        assert_eq!(shown.replace(' ', ""), digits(&order));
        assert!(browser.find("svg.bars").await.is_displayed().await.expect("a state"));
        let (_, _, width, _) = browser.find("svg.bars").await.rectangle().await.expect("a place");
        assert!(width >= 280.0, "the style is there as well");
        browser.shot("offline-code").await;

        browser.go("/card").await;
        browser.says("没有网络，电子社保卡不能出示").await;
        browser.says("出示实体社保卡").await;
        browser.shot("offline-card").await;
        browser.go("/orders").await;
        browser.says("现在没有网络").await;
        browser.shot("offline-page").await;
        browser.tap_words("出示就诊码").await;
        browser.says("没有网络，这是").await;
        browser.go("/hospitals").await;
        network(&browser, true).await;
        browser.tap_words("再试一次").await;
        browser.says("医院").await;
        assert_eq!(browser.path().await, "/hospitals");
        browser.go("/code").await;
        assert!(!browser.words().await.contains("保存的"));
        browser.close().await;
    });
}

#[test]
fn a_network_that_does_not_answer_is_not_waited_for() {
    story(|app, driver| async move {
        let (browser, ..) = with_a_visit(&app, &driver).await;
        let slow = json!({ "offline": false, "latency": 60_000, "downloadThroughput": -1, "uploadThroughput": -1 });
        browser.devtools("Network.enable", json!({})).await;
        browser.devtools("Network.emulateNetworkConditions", slow).await;
        browser.go("/code").await;
        browser.says("网络很慢，这是").await;
        assert!(browser.has("svg.bars").await);
        browser.close().await;
    });
}

#[test]
fn an_answer_that_comes_late_is_heard() {
    story(|app, driver| async move {
        let (browser, citizen, order) = with_a_visit(&app, &driver).await;
        let cancel = citizen.get(&format!("{}/cancel", order.path)).await;
        citizen.send_form(&cancel, &[]).await;
        let slow = json!({ "offline": false, "latency": 6_500, "downloadThroughput": -1, "uploadThroughput": -1 });
        browser.devtools("Network.enable", json!({})).await;
        browser.devtools("Network.emulateNetworkConditions", slow).await;
        browser.go("/code").await;
        browser.says("网络很慢，这是").await;
        until_kept(&browser, &[]).await;
        browser.close().await;
    });
}

#[test]
fn what_is_kept_belongs_to_one_session() {
    story(|app, driver| async move {
        let (browser, citizen, _) = with_a_visit(&app, &driver).await;
        assert_eq!(kept(&browser).await, json!(["/code"]));
        // Pages that everybody sees, and errors, leave it where it is.
        for path in ["/hospitals", "/nowhere", "/dev/components", "/me"] {
            browser.go(path).await;
        }
        until_kept(&browser, &["/code"]).await;

        // Signing out, without a network too: the tap itself takes it away.
        browser.go("/me").await;
        network(&browser, false).await;
        browser.run("document.querySelector('form[action=\"/logout\"]').submit()", vec![]).await;
        network(&browser, true).await;
        browser.go("/hospitals").await;
        until_kept(&browser, &[]).await;

        // A session that was ended elsewhere: gone with the first page that finds it so.
        browser.go("/code").await;
        until_kept(&browser, &["/code"]).await;
        let page = citizen.get("/me").await;
        citizen.send_form_to(&page, "/logout", &[]).await;
        browser.go("/me").await;
        assert!(browser.path().await.starts_with("/login"), "signed out");
        until_kept(&browser, &[]).await;

        // Somebody else.
        let other = app.citizen(1).await;
        browser.adopt(&other).await;
        app.vouch_in(&other, &browser.agent().await).await;
        book(&app, &other, 86_400).await;
        browser.go("/code").await;
        until_kept(&browser, &["/code"]).await;
        let third = app.citizen(2).await;
        browser.adopt(&third).await;
        app.vouch_in(&third, &browser.agent().await).await;
        browser.go("/me").await;
        until_kept(&browser, &[]).await;
        network(&browser, false).await;
        browser.go("/code").await;
        browser.says("现在没有网络").await;
        assert!(!browser.find(".holds").await.is_displayed().await.expect("a state"), "nothing is promised");
        browser.close().await;
    });
}

#[test]
fn what_is_kept_follows_the_visit() {
    story(|app, driver| async move {
        let (browser, _, first) = with_a_visit(&app, &driver).await;
        browser.go(&format!("{}/cancel", first.path)).await;
        browser.tap_words("确定取消预约").await;
        // The order's page brings the kept barcode up to date by itself: now there is none.
        browser.says("已取消").await;
        until_kept(&browser, &[]).await;
        browser.go(&app.place(2 * 86_400, 4).await.book()).await;
        browser.tap_words("确认预约").await;
        browser.says("预约成功").await;
        let second = browser.find(".barcode .code").await.text().await.expect("text").replace(' ', "");
        until_kept(&browser, &["/code"]).await;
        network(&browser, false).await;
        browser.go("/code").await;
        let shown = browser.find(".barcode .code").await.text().await.expect("text");
        assert_eq!(shown.replace(' ', ""), second);
        network(&browser, true).await;

        // It ends with its day: the end that was written down is put into the past. The page that is open does not ask
        // to be kept, and what was asked before has been done.
        browser.go("/me").await;
        let asked = "return new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = () => done(true); \
                     navigator.serviceWorker.controller.postMessage({ keep: '/code', anew: false }, [port2]); })";
        browser.run(asked, vec![]).await;
        let over = "return caches.open('kept').then(async (cache) => { const one = await cache.match('/code', { ignoreVary: true }); \
                    const headers = new Headers(one.headers); headers.set('x-kept-until', String(Date.now() - 1)); \
                    await cache.put('/code', new Response(await one.text(), { headers })); return true; })";
        browser.run(over, vec![]).await;
        network(&browser, false).await;
        browser.go("/code").await;
        browser.says("现在没有网络").await;
        until_kept(&browser, &[]).await;
        browser.close().await;
    });
}

#[test]
fn nothing_but_the_release_is_cached_and_forms_go_their_own_way() {
    story(|app, driver| async move {
        let (browser, ..) = with_a_visit(&app, &driver).await;
        for path in ["/", "/card", "/orders", "/me", "/messages"] {
            browser.go(path).await;
        }
        const ALL: &str = "return caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name)\
                           .then((cache) => cache.keys())))).then((all) => all.flat().map((request) => new URL(request.url).pathname).sort())";
        let all = browser.run(ALL, vec![]).await;
        let all: Vec<String> =
            all.as_array().expect("paths").iter().map(|path| path.as_str().expect("text").to_owned()).collect();
        let ours = |path: &&String| !path.starts_with("/assets/") && !path.starts_with("/offline");
        assert_eq!(all.iter().filter(ours).collect::<Vec<_>>(), ["/code"], "{all:?}");

        // A form that is sent goes past the worker, and its answer leads on.
        browser.go("/me").await;
        browser.tap_words("退出登录").await;
        assert_eq!(browser.path().await, "/");
        until_kept(&browser, &[]).await;
        browser.close().await;
    });
}

#[test]
fn the_site_can_be_installed() {
    story(|app, driver| async move {
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        for (lang, name) in [("zh-CN", "常州人社"), ("en", "Changzhou")] {
            browser.look(lang, false).await;
            browser.go("/").await;
            browser.run("return navigator.serviceWorker.ready.then(() => true)", vec![]).await;
            let told = browser.devtools("Page.getAppManifest", json!({})).await;
            assert_eq!(told["errors"], json!([]), "{told}");
            let manifest: Value = serde_json::from_str(told["data"].as_str().expect("a manifest")).expect("JSON");
            assert_eq!(manifest["lang"], lang);
            assert!(manifest["name"].as_str().is_some_and(|told| told.contains(name)), "{manifest}");
            for icon in manifest["icons"].as_array().expect("icons") {
                let seen = "const [src, sizes] = arguments; return new Promise((done) => { const one = new Image(); \
                            one.onload = () => done(`${one.naturalWidth}x${one.naturalHeight}` === sizes); one.onerror = () => done(false); one.src = src; })";
                assert_eq!(browser.run(seen, vec![icon["src"].clone(), icon["sizes"].clone()]).await, true, "{icon}");
            }
            let errors = browser.devtools("Page.getInstallabilityErrors", json!({})).await;
            assert_eq!(errors["installabilityErrors"], json!([]), "{errors}");
        }
        assert_eq!(browser.console().await, Vec::<String>::new(), "nothing was blocked");
        browser.close().await;
    });
}

#[test]
fn where_no_worker_can_be_nothing_is_promised() {
    story(|app, driver| async move {
        let citizen = app.citizen(0).await;
        book(&app, &citizen, 86_400).await;
        let browser = Browser::open(&driver, &app.url, Wanted::on(PHONE)).await;
        let none = "delete Navigator.prototype.serviceWorker";
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": none })).await;
        browser.look("zh-CN", false).await;
        browser.adopt(&citizen).await;
        app.vouch_in(&citizen, &browser.agent().await).await;
        browser.go("/code").await;
        browser.says("就诊条码").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!browser.words().await.contains("没有网络也能出示"));
        browser.close().await;
    });
}
