//! What a browser may keep for where there is no network: the server's word on it.

use testkit::db_test;

use crate::support::{Answer, TestApp, Visitor};

fn head<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

async fn book(app: &TestApp, citizen: &Visitor) -> Answer {
    citizen.post_form(&app.place(86_400, 4).await.book(), &[]).await
}

#[db_test]
async fn only_the_next_visits_barcode_may_be_kept_and_only_until_its_day_is_over(app: TestApp) {
    let citizen = app.citizen(0).await;
    let none = citizen.get("/code").await;
    assert_eq!(head(&none, "x-keep-offline"), "", "there is nothing to keep");
    let order = book(&app, &citizen).await;
    let code = citizen.get("/code").await;
    // From nine on Monday to the end of Tuesday.
    let secs: i64 = head(&code, "x-keep-offline").parse().expect("seconds");
    assert!((38 * 3600..=39 * 3600).contains(&secs), "{secs}");
    assert_eq!(head(&code, "cache-control"), "no-store", "nothing else may keep it");
    assert!(code.says("3 月 3 日（周二）"), "days as dates: {}", code.text);
    for path in [order.path.as_str(), "/", "/me", "/card", "/orders", "/messages", "/hospitals", "/nowhere"] {
        assert_eq!(head(&citizen.get(path).await, "x-keep-offline"), "", "{path}");
    }
    app.check().await;
}

#[db_test]
async fn the_home_page_brings_what_is_kept_up_to_date(app: TestApp) {
    let citizen = app.citizen(0).await;
    let anew = |page: &Answer| page.says("data-keeps=\"/code\" data-keeps-anew");
    assert!(anew(&citizen.get("/").await), "a cancelled visit's page goes");
    book(&app, &citizen).await;
    assert!(anew(&citizen.get("/").await), "a moved visit's page is made anew");
    assert!(!anew(&app.visitor().get("/").await));
    app.check().await;
}

#[db_test]
async fn who_opens_the_offline_page_over_a_network_is_led_on(app: TestApp) {
    let worker = app.visitor();
    for path in ["/offline", "/offline/card"] {
        let page = worker.get(path).await;
        assert!(page.says("没有网络") && page.link("/look").is_none(), "{path}: {}", page.text);
    }
    let person = app.visitor().with_header("sec-fetch-mode", "navigate");
    for (path, on) in [("/offline", "href=\"/\""), ("/offline/card", "href=\"/card\"")] {
        let page = person.get(path).await;
        assert!(page.says("网络已经连上") && !page.says("没有网络") && page.says(on), "{path}: {}", page.text);
    }
    app.check().await;
}

#[db_test]
async fn every_page_says_for_whose_session_it_is(app: TestApp) {
    let (citizen, other) = (app.citizen(0).await, app.citizen(1).await);
    let mark = head(&citizen.get("/code").await, "x-keep-for").to_owned();
    assert!(mark.len() == 24 && !mark.contains("ses_"), "{mark}");
    for path in ["/", "/me", "/hospitals", "/orders", "/card"] {
        assert_eq!(head(&citizen.get(path).await, "x-keep-for"), mark, "{path}");
    }
    assert_ne!(head(&other.get("/me").await, "x-keep-for"), mark, "another person");
    let again = app.signed_in(0).await;
    assert_ne!(head(&again.get("/me").await, "x-keep-for"), mark, "another session of the same person");
    // What asked nobody says nothing: it takes nothing away.
    for path in ["/nowhere", "/dev/components", "/offline"] {
        assert_eq!(head(&citizen.get(path).await, "x-keep-for"), "", "{path}");
    }
    // Nobody: pages from the cache of public pages, the login page, and where an ended session leads.
    let nobody = app.visitor();
    for path in ["/", "/", "/hospitals", "/hospitals", "/login"] {
        assert_eq!(head(&nobody.get(path).await, "x-keep-for"), "nobody", "{path}");
    }
    let page = citizen.get("/me").await;
    citizen.send_form_to(&page, "/logout", &[]).await;
    let led = citizen.get("/code").await;
    assert!(led.path.starts_with("/login") && head(&led, "x-keep-for") == "nobody", "{}", led.path);
    app.check().await;
}
