//! Forms as browsers send them: taken, or refused with the true reason and with what was typed.

use super::pages::{app_of, ask, ctx, see};
use crate::Site;
use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode, header};
use kernel::{ManualClock, Moment};
use platform::{Ctx, Mode};
use std::sync::Arc;

const DAY: i64 = 24 * 3600;

struct Browser {
    app: Router,
    clock: Arc<ManualClock>,
}

impl Browser {
    fn new() -> Browser {
        let clock = Arc::new(ManualClock::new(Moment::from_ms(1_795_000_000_000)));
        let ctx = Ctx { clock: clock.clone(), ..ctx(Mode::Demo) };
        Browser { app: app_of(ctx), clock }
    }

    /// Opens the form with these cookies: the cookie it is given, if any, and the form's token.
    async fn open(&self, cookies: &str) -> (Option<String>, String) {
        let mut request = see("/form");
        request.headers_mut().insert("cookie", cookies.parse().unwrap());
        let (page, text) = ask(&self.app, request).await;
        let set = page.headers().get(header::SET_COOKIE).map(|line| line.to_str().unwrap());
        let cookie = set.map(|line| line.split(';').next().unwrap().to_owned());
        (cookie, text.replace("<form>", "").replace("</form>", ""))
    }

    async fn send(&self, cookies: &str, token: &str, lines: &[(&str, &str)]) -> (StatusCode, String) {
        let mut request = Request::post("/form")
            .header("host", "localhost")
            .header("cookie", cookies)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let body = format!("csrf={token}&word=%E5%A5%BD&password=secret&note=%22%3E");
        let (response, text) = ask(&self.app, request.body(Body::from(body)).unwrap()).await;
        (response.status(), text)
    }
}

const OWN: &[(&str, &str)] = &[("sec-fetch-site", "same-origin")];

/// The form on a page that offers to send it again: its token, and whether it holds what was typed and no secret.
fn kept(page: &str) -> String {
    let typed = ["name=\"word\" value=\"好\"", "name=\"note\" value=\"&#34;&#62;\""];
    assert!(typed.iter().all(|field| page.contains(field)), "what was typed: {page}");
    assert!(!page.contains("secret") && page.contains("密码和验证码要再填一次"), "no secret: {page}");
    page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_form_of_ours_is_taken() {
    let browser = Browser::new();
    let (cookie, token) = browser.open("").await;
    let (status, text) = browser.send(&cookie.unwrap(), &token, OWN).await;
    assert_eq!((status, text.as_str()), (StatusCode::OK, "好"));
}

#[tokio::test]
async fn two_first_tabs_both_go_on() {
    let browser = Browser::new();
    let (first, second) = (browser.open("").await, browser.open("").await);
    let both = format!("{}; {}", first.0.unwrap(), second.0.unwrap());
    for token in [&first.1, &second.1] {
        assert_eq!(browser.send(&both, token, OWN).await.0, StatusCode::OK);
    }
    let (new, third) = browser.open(&both).await;
    assert_eq!(new, None, "no third cookie");
    assert_eq!(browser.send(&both, &third, OWN).await.0, StatusCode::OK);
}

#[tokio::test]
async fn each_refusal_says_why_and_keeps_what_was_typed() {
    let browser = Browser::new();
    let (cookie, token) = browser.open("").await;
    let cookie = cookie.unwrap();
    for (cookies, says) in [
        ("", "浏览器没有带上本网站的 Cookie"),
        ("lang=zh-CN", "浏览器里本网站的记录被清掉了"),
        ("visit-abcd=abcd.1", "这个页面不是在这个浏览器里打开的"),
    ] {
        let (status, page) = browser.send(cookies, &token, OWN).await;
        assert!(status == StatusCode::FORBIDDEN && page.contains(says), "{cookies}: {page}");
        assert!(page.contains("什么都没有改变") && !page.contains("放得太久"), "{page}");
        let again = kept(&page);
        assert_ne!(again, token, "a token of its own");
        let vouched = [("origin", "http://localhost")];
        kept(&browser.send(cookies, &token, &vouched).await.1);
        let (_, plain) = browser.send(cookies, &token, &[]).await;
        assert!(plain.contains(says) && !plain.contains("name=\"word\""), "nobody vouches for it: {plain}");
        assert!(plain.contains("返回上一页"), "{plain}");
    }
    assert_eq!(browser.send(&cookie, &token, OWN).await.0, StatusCode::OK, "and it is still good");
}

#[tokio::test]
async fn what_is_sent_again_is_taken() {
    let browser = Browser::new();
    let (_, token) = browser.open("").await;
    let request = Request::post("/form")
        .header("host", "localhost")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("csrf={token}&word=%E5%A5%BD&password=secret&note=%22%3E")));
    let (refused, page) = ask(&browser.app, request.unwrap()).await;
    let cookie = refused.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(browser.send(&cookie, &kept(&page), OWN).await.0, StatusCode::OK);
}

#[tokio::test]
async fn only_a_page_that_stood_too_long_is_called_that() {
    let browser = Browser::new();
    let (cookie, token) = browser.open("").await;
    let cookie = cookie.unwrap();
    browser.clock.advance_secs(22 * DAY);
    let (_, page) = browser.send("", &token, OWN).await;
    assert!(page.contains("没有带上本网站的 Cookie"), "its cookie lives still: {page}");
    browser.clock.advance_secs(2 * DAY);
    let (_, page) = browser.send("", &token, OWN).await;
    assert!(page.contains("页面放得太久了"), "{page}");
    kept(&page);
    assert_eq!(browser.send(&cookie, &token, OWN).await.0, StatusCode::OK, "its cookie came back");
}

#[tokio::test]
async fn a_visits_cookie_is_renewed_and_open_pages_go_on() {
    let browser = Browser::new();
    let (cookie, token) = browser.open("").await;
    let cookie = cookie.unwrap();
    browser.clock.advance_secs(6 * DAY);
    assert_eq!(browser.open(&cookie).await.0, None, "still young");
    browser.clock.advance_secs(2 * DAY);
    let renewed = browser.open(&cookie).await.0.expect("renewed");
    assert_ne!(renewed, cookie);
    assert_eq!(renewed.split('=').next(), cookie.split('=').next(), "the same cookie");
    assert_eq!(browser.send(&renewed, &token, OWN).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_another_site_sends_is_not_offered_again() {
    let browser = Browser::new();
    let (cookie, token) = browser.open("").await;
    let cookie = cookie.unwrap();
    for (cookies, token, lines) in [
        (cookie.as_str(), token.as_str(), &[("sec-fetch-site", "cross-site")][..]),
        (&cookie, &token, &[("sec-fetch-site", "same-site")]),
        (&cookie, &token, &[("origin", "https://evil.example")]),
        (&cookie, &token, &[("origin", "null")]),
        (&cookie, "", OWN),
        (&cookie, "AAAA", OWN),
        ("", "", OWN),
    ] {
        let (status, page) = browser.send(cookies, token, lines).await;
        assert!(status == StatusCode::FORBIDDEN && page.contains("不是从本网站的页面发出的"), "{lines:?}: {page}");
        assert!(!page.contains("name=\"word\"") && page.contains("什么都没有改变"), "{page}");
    }
}

#[tokio::test]
async fn http_where_it_is_https_is_named_as_the_cause() {
    let browser = Browser::new();
    let site = Site::new("https://localhost", false, true);
    let browser = Browser { app: browser.app.clone().layer(axum::Extension(site)), ..browser };
    let (_, token) = browser.open("").await;
    for lines in [[("origin", "http://localhost")], [("referer", "http://localhost/form")]] {
        let (status, page) = browser.send("", &token, &lines).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{page}");
        assert!(page.contains("您是从 http://localhost 打开的") && page.contains("不保存本网站的 Cookie"), "{page}");
        assert!(page.contains("href=\"https://localhost/form\""), "the way there: {page}");
    }
}

#[tokio::test]
async fn a_page_by_another_name_leads_to_the_right_one() {
    let app = app_of(ctx(Mode::Production)).layer(axum::Extension(Site::new("https://app.example.cn", false, true)));
    let by = |host: &str, path: &str| {
        let mut request = see(path);
        request.headers_mut().insert("host", host.parse().unwrap());
        request
    };
    assert_eq!(ask(&app, by("app.example.cn", "/form")).await.0.status(), StatusCode::OK);
    let (wrong, page) = ask(&app, by("10.0.0.7:8443", "/form?a=1&b=2")).await;
    assert_eq!(wrong.status(), StatusCode::MISDIRECTED_REQUEST);
    assert!(page.contains("本网站的网址是 https://app.example.cn，您是从 https://10.0.0.7:8443 打开的"), "{page}");
    assert!(page.contains("href=\"https://app.example.cn/form?a=1&#38;b=2\"") && !page.contains("<form>"), "{page}");
    assert!(!wrong.headers().contains_key(header::SET_COOKIE), "no cookie is left there");
    // Style and machines are served by any name.
    assert_eq!(ask(&app, by("10.0.0.7:8443", crate::assets::url("app.css"))).await.0.status(), StatusCode::OK);
    let mut probe = by("10.0.0.7:8443", "/form");
    probe.headers_mut().remove("accept");
    assert_eq!(ask(&app, probe).await.0.status(), StatusCode::OK);
    let (demo, page) = {
        let app = app_of(ctx(Mode::Demo)).layer(axum::Extension(Site::new("http://localhost:8080", true, false)));
        ask(&app, by("mypc:8080", "/form")).await
    };
    assert!(
        demo.status() == StatusCode::MISDIRECTED_REQUEST && page.contains("public_url = &#34;http://mypc:8080&#34;"),
        "{page}"
    );
}
