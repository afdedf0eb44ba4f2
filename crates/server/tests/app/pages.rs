//! What holds of every page: forms cannot be sent from elsewhere, errors carry a number, headers,
//! compression, language, the cache of public pages.

use std::io::Read;
use std::sync::Arc;

use reqwest::Method;
use testkit::db_test;

use crate::support::{Answer, TestApp, Visitor};

/// The reference number on an error page: two groups of four.
fn reference(page: &Answer) -> String {
    let shown = page.text.split("class=\"code-small\">").nth(1).unwrap_or_else(|| panic!("no number: {}", page.text));
    let number = shown.split('<').next().unwrap_or_default().to_owned();
    let fits = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    assert!(number.len() == 9 && number.split('-').all(|half| half.len() == 4 && half.chars().all(fits)), "{number}");
    number
}

#[db_test]
async fn a_form_from_elsewhere_does_nothing(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let person = app.citizen(0).await;
    let form = person.get(&place.book()).await;
    let token = form.field("csrf").expect("a token");
    let other = app.citizen(1).await.get(&place.book()).await.field("csrf").expect("a token");
    let mut cut = token.clone();
    cut.pop();
    for fields in
        [vec![], vec![("csrf", "")], vec![("csrf", "x")], vec![("csrf", other.as_str())], vec![("csrf", cut.as_str())]]
    {
        let refused = person.post(&place.book(), &fields).await;
        assert!(
            refused.status == 403 && refused.says("什么都没有改变"),
            "{fields:?}: {} {}",
            refused.status,
            refused.text
        );
        reference(&refused);
    }
    let cookies = person.cookies.lock().expect("lock").clone();
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("sec-fetch-site", "odd")]
    {
        let mut browser = app.visitor().with_header(name, value);
        browser.cookies = Arc::new(cookies.clone().into());
        let refused = browser.post(&place.book(), &[("csrf", &token)]).await;
        assert_eq!(refused.status, 403, "{name}: {value}");
    }
    let mut old = app.visitor().with_header("sec-fetch-site", "").with_header("origin", "https://evil.example");
    old.cookies = Arc::new(cookies.into());
    assert_eq!(
        old.post(&place.book(), &[("csrf", &token)]).await.status,
        403,
        "an old browser says where it comes from"
    );
    assert_eq!(app.counters(&place.slot).await, (4, 0, 0));
    assert!(person.post(&place.book(), &[("csrf", &token)]).await.path.starts_with("/appointments/"));
    app.check().await;
}

#[db_test]
async fn what_cannot_be_read_is_refused_with_a_page(app: TestApp) {
    let person = app.citizen(0).await;
    let page = person.get("/devices").await;
    let token = person.get("/me").await.field("csrf").expect("a form");
    assert!(page.is_ok());
    let large = "x".repeat(100_000);
    let refused = person.post("/logout", &[("csrf", &token), ("note", &large)]).await;
    assert!(refused.status == 413 && refused.says("太大"), "{} {}", refused.status, refused.text);
    reference(&refused);
    let odd = person.get("/hospitals/%FF%FE").await;
    assert!(matches!(odd.status, 400 | 404), "{} {}", odd.status, odd.text);
    reference(&odd);
    let method = person.get("/logout").await;
    assert!(method.status == 405 && method.says("这个页面不能直接打开"), "{} {}", method.status, method.text);
    reference(&method);
    assert!(person.get("/me").await.is_ok(), "still signed in");
    app.check().await;
}

/// A database may not take the byte zero in a text; a page must.
#[db_test]
async fn odd_characters_are_nobodys_fault(app: TestApp) {
    let person = app.visitor();
    for q in ["%00", "a%00b", "%25", "_", "%27%22", "%F0%9F%98%80", "%E2%80%AE", "%5C", &"%E7%9C%BC".repeat(300)] {
        let page = person.get(&format!("/search?q={q}")).await;
        assert_eq!(page.status, 200, "{q}: {}", page.text);
    }
    let page = person.get("/sign-up").await;
    let long = "t".repeat(60_000);
    for (n, ticket) in ["\0", "a\0b", "💊", long.as_str()].into_iter().enumerate() {
        let mobile = format!("1381234567{n}");
        let sent = person.send_form(&page, &[("mobile", &mobile), ("ticket", ticket)]).await;
        assert!(sent.status < 500, "{}: {}", sent.status, sent.text);
    }
    for login in ["\0", "a\0b@c", "💊", long.as_str()] {
        let page = person.post_form("/login", &[("login", login), ("password", "x\0y")]).await;
        assert_eq!(page.status, 422, "{}", page.text);
        let page = person.post_form("/desk/login", &[("login", login), ("password", "x\0y")]).await;
        assert_eq!(page.status, 422, "{}", page.text);
    }
    for path in [
        "/sign-up/details?c=%00",
        "/login/code/enter?c=%00",
        "/hospitals/%00",
        "/look?to=%00&lang=%00",
        "/login?to=%00",
    ] {
        let page = person.get(path).await;
        assert!(page.status < 500, "{path}: {} {}", page.status, page.text);
    }
    let citizen = app.citizen(0).await;
    for path in ["/messages?before=%00", "/messages/%00", "/orders?before=%00", "/appointments/%00", "/slots/%00/book"]
    {
        let page = citizen.get(path).await;
        assert!(page.status < 500, "{path}: {} {}", page.status, page.text);
    }
    app.check().await;
}

#[db_test]
async fn a_missing_page_is_told_in_the_visitors_language(app: TestApp) {
    let missing =
        ["/nowhere", "/hospitals/x", "/hospitals/hos_00000000000000000000000000", "/assets/none.css", "/desk/nowhere"];
    for path in missing {
        let zh = app.visitor().get(path).await;
        assert!(zh.status == 404 && zh.says("没有找到这个页面") && zh.says("lang=\"zh-CN\""), "{path}: {}", zh.text);
        let en = english(&app, "en-GB,en;q=0.9").get(path).await;
        assert!(
            en.status == 404 && en.says("<html lang=\"en\"") && !en.says("没有找到这个页面"),
            "{path}: {}",
            en.text
        );
        assert_ne!(reference(&zh), reference(&en), "each refusal has its own number");
    }
}

fn english(app: &TestApp, accept: &str) -> Visitor {
    let person = app.visitor().with_header("accept-language", accept);
    person.cookies.lock().expect("lock").clear();
    person
}

#[db_test]
async fn the_first_visit_speaks_the_browsers_language_and_then_the_chosen_one(app: TestApp) {
    for (accept, lang) in
        [("en", "en"), ("fr,en;q=0.5", "en"), ("fr", "zh-CN"), ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"), ("", "zh-CN")]
    {
        let page = english(&app, accept).get("/hospitals").await;
        assert!(page.says(&format!("<html lang=\"{lang}\"")), "{accept}: {}", page.text);
    }
    let person = english(&app, "en");
    let chosen = person.get("/look?lang=zh-CN&to=/search%3Fq%3Dyk").await;
    assert!(chosen.path == "/search?q=yk" && chosen.says("<html lang=\"zh-CN\""), "{} {}", chosen.path, chosen.text);
    assert!(person.get("/").await.says("<html lang=\"zh-CN\""), "it is kept");
    let elder = person.get("/look?elder=1&to=//evil.example").await;
    assert!(elder.path == "/" && elder.says("class=\"elder\""), "{} {}", elder.path, elder.text);
}

#[db_test]
async fn the_component_page_is_not_in_production(app: TestApp) {
    let mut person = app.visitor();
    for path in ["/dev/components", "/dev/desk", "/dev/app.css"] {
        assert!(person.get(path).await.is_ok(), "{path}");
    }
    let production = app.in_production().await;
    person.go_to(&production.url);
    for path in ["/dev/components", "/dev/desk", "/dev/app.css"] {
        assert_eq!(person.get(path).await.status, 404, "{path}");
    }
    let front = person.get("/").await;
    assert!(front.is_ok() && !front.says("演示"), "nothing is called a demo: {}", front.text);
}

#[db_test]
async fn every_answer_carries_the_headers_that_keep_browsers_safe(app: TestApp) {
    let citizen = app.citizen(0).await;
    let (desk, _) = app.clerk(0).await;
    let asset = citizen.get("/").await.link("/assets/").expect("an asset");
    let own = [
        "/",
        "/me",
        "/orders",
        "/code",
        "/messages",
        "/logout",
        "/nowhere",
        "/hospitals",
        "/search?q=yk",
        "/look",
        "/healthz",
        &asset,
    ];
    let mut answers = Vec::new();
    for path in own {
        answers.push((path, citizen.once(Method::GET, path, None).await));
    }
    answers.push(("/desk/visits", desk.once(Method::GET, "/desk/visits", None).await));
    answers.push(("POST /logout", app.visitor().once(Method::POST, "/logout", Some(String::new())).await));
    for (path, answer) in answers {
        let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let policy = header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(rule), "{path}: {rule} in {policy}");
        }
        assert!(
            !policy.contains("unsafe")
                && !answer.says("<script>")
                && !answer.says(" style=\"")
                && !answer.says(" onclick"),
            "{path}"
        );
        assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        let personal = !matches!(path, "/hospitals" | "/search?q=yk") && !path.starts_with("/assets/");
        assert!(!personal || header("cache-control") == "no-store", "{path}: {}", header("cache-control"));
    }
}

#[db_test]
async fn pages_are_compressed_as_the_browser_wishes(app: TestApp) {
    let client = reqwest::Client::new();
    let get = async |path: &str, accept: &str| {
        let request =
            client.get(format!("{}{path}", app.url)).header("accept-encoding", accept).header("cookie", "lang=zh-CN");
        let answer = request.send().await.expect("an answer");
        let coding = answer.headers().get("content-encoding").map(|value| value.to_str().expect("text").to_owned());
        (coding, answer.bytes().await.expect("bytes").to_vec())
    };
    let citizen = app.citizen(0).await.get("/").await;
    for path in [
        "/hospitals".to_owned(),
        "/nowhere".to_owned(),
        "/login".to_owned(),
        citizen.link("/assets/").expect("an asset"),
    ] {
        let (none, plain) = get(&path, "identity").await;
        assert_eq!(none, None, "{path}");
        for accept in ["zstd", "gzip"] {
            let (coding, packed) = get(&path, accept).await;
            assert_eq!(coding.as_deref(), Some(accept), "{path}");
            assert!(packed.len() * 3 < plain.len() * 2, "{path}: {} of {}", packed.len(), plain.len());
            let mut read = Vec::new();
            match accept {
                "zstd" => read = zstd::bulk::decompress(&packed, 1 << 22).expect("zstd"),
                _ => drop(flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut read).expect("gzip")),
            }
            assert!(read.starts_with(&plain[..plain.len().min(200)]), "{path}: the same page");
        }
    }
}

#[db_test]
async fn a_booking_shows_at_once_on_pages_that_are_kept(app: TestApp) {
    let place = app.place(86_400, 2).await;
    let page = format!("/clinics/{}", place.clinic);
    let nobody = app.visitor();
    let before = nobody.get(&page).await;
    assert_eq!(nobody.get(&page).await.text, before.text, "kept");
    let visit = app.citizen(0).await.post_form(&place.book(), &[]).await;
    let after = nobody.get(&page).await;
    assert_ne!(after.text, before.text, "one place fewer");
    app.citizen(1).await.post_form(&place.book(), &[]).await;
    assert!(nobody.get(&page).await.link(&place.book()).is_none(), "full");
    app.citizen(0).await.post_form(&format!("{}/cancel", visit.path), &[]).await;
    assert_eq!(nobody.get(&page).await.text, after.text, "and one free again");
    assert!(!app.citizen(0).await.get(&page).await.text.is_empty());
    assert!(!nobody.get("/").await.says("周明远"), "what is kept greets nobody");
    app.check().await;
}
