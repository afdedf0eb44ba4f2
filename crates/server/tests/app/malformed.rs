//! What no page of ours sends: the answer is still the house's page in the visitor's language, and JSON for programs.

use reqwest::Method;
use testkit::db_test;

use crate::support::TestApp;

/// A body's content type, and the body.
type Body = (&'static str, &'static str);

/// A method, a path and a body that are refused before any use case sees them.
const MALFORMED: [(&str, &str, Option<Body>); 20] = [
    ("GET", "/%ff", None),
    ("GET", "/hospitals/%ff", None),
    ("GET", "/hospitals/%c3%28", None),
    ("GET", "/pay/%ff", None),
    ("GET", "/messages/%80", None),
    ("GET", "/appointments/%ed%a0%80", None),
    ("POST", "/slots/%ff/book", Some(("application/x-www-form-urlencoded", ""))),
    ("GET", "/search?q=%ff", None),
    ("GET", "/nowhere", None),
    ("GET", "/assets/nothing.css", None),
    ("PUT", "/", None),
    ("DELETE", "/login", None),
    ("PATCH", "/look", None),
    ("POST", "/", Some(("text/plain", "x"))),
    ("POST", "/login", Some(("application/json", "{}"))),
    ("POST", "/login", Some(("text/xml", "<a/>"))),
    ("POST", "/login", Some(("multipart/form-data", "no boundary"))),
    ("POST", "/login", Some(("application/x-www-form-urlencoded", "mobile=%ff&mobile=1"))),
    ("POST", "/login/code", Some(("multipart/form-data; boundary=x", "--x\r\nbroken"))),
    ("OPTIONS", "/me", None),
];

#[db_test]
async fn whatever_cannot_be_read_is_refused_with_a_page_of_the_house(app: TestApp) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    for (accept, cookie, wanted) in [
        ("*/*", "", "<html lang=\"zh-CN\""),
        ("text/html", "lang=en", "<html lang=\"en\""),
        ("image/png", "lang=en", "<html lang=\"en\""),
    ] {
        for (method, path, body) in MALFORMED {
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let mut request = client.request(method.clone(), format!("{}{path}", app.url));
            request = request.header("accept", accept).header("cookie", cookie);
            if let Some((kind, body)) = body {
                request = request.header("content-type", kind).body(body);
            }
            let answer = request.send().await.expect("an answer");
            let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
            let page = text.contains(wanted) && text.contains("<h1");
            let led_on = matches!(status, 200 | 303) && !text.contains("Invalid");
            assert!(led_on || (status >= 400 && page), "{accept} {method} {path}: {status} {text}");
        }
    }
}

#[db_test]
async fn a_body_beyond_the_limit_is_refused_with_a_page(app: TestApp) {
    let answer = reqwest::Client::new()
        .post(format!("{}/login", app.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("a".repeat(2 * 1024 * 1024))
        .send()
        .await;
    // The connection may end while the rest is still being sent.
    let Ok(answer) = answer else { return };
    let (status, text) = (answer.status().as_u16(), answer.text().await.expect("text"));
    assert!(status == 413 && text.contains("<html lang=\"zh-CN\""), "{status} {text}");
}

#[db_test]
async fn programs_are_refused_with_json(app: TestApp) {
    let client = reqwest::Client::new();
    for (method, path, status, error) in [
        (Method::GET, "/api/v1/card-codes/verify", 405, "method"),
        (Method::POST, "/api/v1/nothing", 404, "not_found"),
        (Method::POST, "/api/v1/card-codes/verify", 401, "unsigned"),
        (Method::GET, "/api/%ff", 404, "not_found"),
    ] {
        for accept in ["*/*", "application/json", "text/html"] {
            let request = client.request(method.clone(), format!("{}{path}", app.url)).header("accept", accept);
            let answer = request.send().await.expect("an answer");
            let got = answer.status().as_u16();
            let told: serde_json::Value = answer.json().await.expect("JSON");
            assert_eq!((got, &told["error"]), (status, &serde_json::json!(error)), "{accept} {method} {path}: {told}");
            assert!(told["message"].is_string());
        }
    }
}
