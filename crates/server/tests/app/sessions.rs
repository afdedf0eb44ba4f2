//! Sessions: their list, their ends, their cookies.

use testkit::db_test;

use crate::support::people::{asks_to_sign_in, location};
use crate::support::raw::{ask, status};
use crate::support::{Answer, TestApp, Visitor};

const OWNERS_PASSWORD: &str = "changzhou2026";
const OWNER: [(&str, &str); 2] = [("login", "13900000001"), ("password", OWNERS_PASSWORD)];

async fn is_in(person: &Visitor) -> bool {
    let page = person.once(reqwest::Method::GET, "/me", None).await;
    assert!(page.is_ok() || asks_to_sign_in(&page), "{} {}", page.status, page.text);
    page.is_ok()
}

fn agent(app: &TestApp, words: &str) -> Visitor {
    app.visitor().with_header("user-agent", words)
}

async fn signed_in(person: Visitor) -> Visitor {
    assert_eq!(person.post_form("/login", &OWNER).await.path, "/me");
    person
}

/// The id of the login on the line of a device that calls itself so.
fn login_on(page: &Answer, device: &str) -> String {
    let line = page.text.split(device).nth(1).unwrap_or_else(|| panic!("{device}: {}", page.text));
    let id = line.split("name=\"session\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    id.expect("an id").to_owned()
}

#[db_test]
async fn devices_and_logins_are_one_list_and_end_one_by_one_or_all_at_once(app: TestApp) {
    let here = signed_in(agent(&app, "Mozilla/5.0 (iPhone) Safari/604.1")).await;
    app.vouch(&here).await;
    let there = signed_in(agent(&app, "Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537.36 Edg/130")).await;
    let third = signed_in(agent(&app, "Mozilla/5.0 (Linux; Android 15) Chrome/130 Safari/537.36")).await;
    let fourth = signed_in(agent(&app, "Mozilla/5.0 (iPad) Safari/604.1")).await;
    app.vouch(&fourth).await;
    let page = here.get("/me/sessions").await;
    assert_eq!(page.path, "/devices", "the list of logins is the list of devices");
    for device in ["iPhone · Safari", "Windows · Edge", "Android · Chrome", "iPad · Safari"] {
        assert_eq!(page.text.matches(&format!("<b>{device}</b>")).count(), 1, "{device} once: {}", page.text);
    }
    assert_eq!(page.text.matches("本机").count(), 1, "{}", page.text);
    assert_eq!(page.text.matches("只登录过").count(), 2, "{}", page.text);
    assert_eq!(page.text.matches("实名认证：").count(), 2, "{}", page.text);
    assert!(page.says("127.0.*.*"), "{}", page.text);
    assert!(!page.says(&here.cookie("ses").expect("a token")), "no token is shown");
    let id = login_on(&page, "Windows · Edge");
    for _ in 0..2 {
        let after = here.send_form_to(&page, "/devices", &[("session", &id), ("device", "")]).await;
        assert!(after.is_ok() && !after.says("Windows · Edge"), "{}", after.text);
    }
    assert!(!is_in(&there).await && is_in(&third).await && is_in(&fourth).await && is_in(&here).await);
    let after = here.send_form_to(&page, "/devices", &[("act", "others")]).await;
    assert!(after.says("其他设备都已退出"), "{}", after.text);
    assert!(!after.says("iPad") && !after.says("Android") && after.says("iPhone"), "{}", after.text);
    assert!(!is_in(&third).await && !is_in(&fourth).await && is_in(&here).await);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_copied_device_cookie_is_seen_on_the_list(app: TestApp) {
    let owner = signed_in(agent(&app, "Mozilla/5.0 (iPhone) Safari/604.1")).await;
    app.vouch(&owner).await;
    let thief = agent(&app, "Mozilla/5.0 (Windows NT 10.0) Chrome/130");
    let thief = signed_in(thief.with_cookie(&owner.cookie_pair("dev").expect("a device"))).await;
    let page = owner.get("/devices").await;
    assert!(page.says("iPhone · Safari") && page.says("Windows · Chrome"), "{}", page.text);
    let id = login_on(&page, "Windows · Chrome");
    owner.send_form_to(&page, "/devices", &[("session", &id), ("device", "")]).await;
    assert!(!is_in(&thief).await && is_in(&owner).await, "its owner stays");
    app.check().await;
}

#[db_test]
async fn nobody_ends_another_persons_session(app: TestApp) {
    let owner = signed_in(app.visitor()).await;
    let second = signed_in(app.visitor()).await;
    let page = owner.get("/devices").await;
    let id =
        page.text.split("name=\"session\" value=\"").nth(2).and_then(|rest| rest.split('"').next()).expect("an id");
    let stranger = app.citizen(1).await;
    signed_in_again(&app, 1).await;
    let form = stranger.get("/devices").await;
    let sent = stranger.send_form_to(&form, "/devices", &[("session", id), ("device", "")]).await;
    assert!(sent.is_ok(), "{} {}", sent.status, sent.text);
    let nobodys = [("session", "ses_00000000000000000000000000"), ("device", "")];
    let unknown = stranger.send_form_to(&form, "/devices", &nobodys).await;
    assert_eq!((sent.status, sent.path), (unknown.status, unknown.path), "theirs and nobody's answer alike");
    assert!(is_in(&second).await && is_in(&owner).await);
    let nonsense = stranger.send_form_to(&form, "/devices", &[("session", "x"), ("device", "")]).await;
    assert_eq!(nonsense.status, 404);
    app.check().await;
}

async fn signed_in_again(app: &TestApp, number: usize) -> Visitor {
    app.citizen(number).await
}

#[db_test]
async fn half_an_hour_unused_or_twelve_hours_in_all_end_a_session(app: TestApp) {
    let idle = signed_in(app.visitor()).await;
    app.advance_secs(1700);
    assert!(is_in(&idle).await, "28 minutes");
    app.advance_secs(1700);
    assert!(is_in(&idle).await, "being used keeps it");
    app.advance_secs(1800);
    assert!(!is_in(&idle).await, "half an hour unused");
    for path in ["/login", "/login/code"] {
        assert!(idle.get(path).await.says("很久没有操作，已自动退出"), "{path} says why");
        assert!(!app.visitor().get(path).await.says("很久没有操作"), "{path}: nobody else is told so");
    }
    let busy = signed_in(app.visitor()).await;
    for _ in 0..35 {
        app.advance_secs(1200);
        assert!(is_in(&busy).await);
    }
    app.advance_secs(1201);
    assert!(!is_in(&busy).await, "twelve hours, however busy");
    app.check().await;
}

#[db_test]
async fn a_shift_at_a_desk_ends_after_eight_hours(app: TestApp) {
    let (desk, _) = app.clerk(0).await;
    let at_desk = async || desk.once(reqwest::Method::GET, "/desk/visits", None).await;
    for _ in 0..39 {
        app.advance_secs(720);
        assert!(at_desk().await.is_ok());
    }
    app.advance_secs(721);
    assert_eq!(location(&at_desk().await), "/desk/login", "however busy");
    app.check().await;
}

#[db_test]
async fn a_desk_that_nobody_uses_signs_out_and_a_new_login_ends_the_old(app: TestApp) {
    let (desk, _) = app.clerk(0).await;
    app.advance_secs(899);
    assert!(desk.once(reqwest::Method::GET, "/desk/visits", None).await.is_ok());
    app.advance_secs(901);
    assert_eq!(location(&desk.once(reqwest::Method::GET, "/desk/visits", None).await), "/desk/login");
    let fields = [("login", "chuangkou1"), ("password", "gongzuotai2026")];
    assert_eq!(desk.post_form("/desk/login", &fields).await.path, "/desk/visits");
    let first = desk.cookie("desk").expect("a token");
    assert_eq!(desk.post_form("/desk/login", &fields).await.path, "/desk/visits");
    let old = app.visitor().with_cookie(&format!("desk={first}"));
    assert_eq!(location(&old.once(reqwest::Method::GET, "/desk/visits", None).await), "/desk/login");
    assert!(desk.once(reqwest::Method::GET, "/desk/visits", None).await.is_ok());
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_stolen_token_is_dead_after_its_owner_signed_out(app: TestApp) {
    let owner = signed_in(app.visitor()).await;
    let stolen = owner.cookie("ses").expect("a token");
    let thief = app.visitor().with_cookie(&format!("ses={stolen}"));
    assert!(is_in(&thief).await);
    let me = owner.get("/me").await;
    let out = owner.send_form_to(&me, "/logout", &[]).await;
    assert!(out.path == "/" && out.says("您已安全退出"), "{} {}", out.path, out.text);
    assert!(owner.cookie("ses").is_none() && !is_in(&thief).await);
    let again = owner.send_form_to(&me, "/logout", &[]).await;
    assert!(again.is_ok(), "signing out twice is no mistake: {} {}", again.status, again.text);
    let (desk, _) = app.clerk(0).await;
    let thief = app.visitor().with_cookie(&format!("desk={}", desk.cookie("desk").expect("a token")));
    let page = desk.get("/desk").await;
    desk.send_form_to(&page, "/desk/logout", &[]).await;
    assert_eq!(location(&thief.once(reqwest::Method::GET, "/desk/visits", None).await), "/desk/login");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn each_login_brings_a_new_token_and_ends_the_one_before(app: TestApp) {
    // A token planted before the login never becomes a session.
    let planted = "0".repeat(64);
    let person = app.visitor().with_cookie(&format!("ses={planted}"));
    let person = signed_in(person).await;
    let first = person.cookie("ses").expect("a token");
    assert_ne!(first, planted);
    let page = app.visitor().get("/login").await;
    assert!(page.is_ok());
    // The same browser logs in once more from a form that was open before.
    let form = app.visitor();
    let open = form.get("/login").await;
    let person = person.with_cookie(&form.cookie_pair("visit-").expect("a visit"));
    assert_eq!(person.send_form(&open, &OWNER).await.path, "/me");
    let second = person.cookie("ses").expect("a token");
    assert_ne!(first, second);
    let old = app.visitor().with_cookie(&format!("ses={first}"));
    assert!(!is_in(&old).await && is_in(&person).await);
    app.check().await;
}

/// Another service under the same domain has set cookies in its own bytes; a phone calls itself what it likes.
#[db_test]
async fn a_neighbours_odd_cookie_shuts_nobody_out(app: TestApp) {
    let person = signed_in(app.visitor()).await;
    let own = person.cookie_pair("ses").expect("a session");
    for cookies in [
        format!("Cookie: theme=深色; {own}\r\n"),
        format!("Cookie: {own}; 主题=1\r\n"),
        format!("Cookie: theme=\u{80}\u{9f}\r\nCookie: {own}\r\n"),
        format!("Cookie: nothing; =; ;; {own};\r\n"),
    ] {
        let head = format!("GET /me HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n{cookies}");
        let said = ask(&app.url, &format!("{head}User-Agent: 华为 Mobile\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(status(&said), 200, "{cookies}: {said}");
    }
    let bare = "GET /me HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&ask(&app.url, bare).await), 303, "without it one signs in");
    app.check().await;
}

fn cookie_lines(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).map(str::to_owned).collect()
}

#[db_test]
async fn cookies_are_kept_from_scripts_and_neighbours(app: TestApp) {
    let city = app.behind_a_proxy().await;
    for (host, prefix, secure) in [(None, "", false), (Some("app.example.cn"), "__Host-", true)] {
        for (form, login) in
            [("/login", OWNER), ("/desk/login", [("login", "chuangkou1"), ("password", "gongzuotai2026")])]
        {
            let mut person = app.visitor();
            if let Some(host) = host {
                person = person.with_header("host", host);
                person.go_to(&city.url);
            }
            let look = person.once(reqwest::Method::GET, "/look?lang=en&elder=1", None).await;
            let page = person.get(form).await;
            let answer = person.send_once(&page, form, &login).await;
            assert_eq!(answer.status, 303, "{}", answer.text);
            let lines = [cookie_lines(&look), cookie_lines(&page), cookie_lines(&answer)].concat();
            for name in ["lang", "elder"] {
                assert!(lines.iter().any(|line| line.starts_with(&format!("{prefix}{name}="))), "{lines:?}");
            }
            let name = if form == "/login" { "ses" } else { "desk" };
            assert!(lines.iter().any(|line| line.starts_with(&format!("{prefix}{name}="))), "{lines:?}");
            assert!(lines.iter().any(|line| line.starts_with(&format!("{prefix}visit-"))), "{lines:?}");
            for line in &lines {
                assert!(line.contains("; Path=/; HttpOnly; SameSite=Lax"), "{line}");
                assert_eq!(line.contains("; Secure"), secure, "{line}");
            }
            // A message over a redirect, and its end once it has been shown.
            if form == "/login" {
                let me = person.get("/me").await;
                let out = person.send_once(&me, "/logout", &[]).await;
                let shown = person.once(reqwest::Method::GET, "/", None).await;
                for (answer, age) in [(out, "60"), (shown, "0")] {
                    let lines = cookie_lines(&answer);
                    let flash =
                        lines.iter().find(|line| line.starts_with(&format!("{prefix}flash="))).expect("a message");
                    assert_eq!(flash.contains("; Secure"), secure, "{flash}");
                    assert!(flash.contains(&format!("Max-Age={age}")) && flash.contains("HttpOnly"), "{flash}");
                }
            }
            let hsts = answer.headers.contains_key("strict-transport-security");
            assert_eq!(hsts, secure);
        }
    }
    app.check().await;
}

/// Fills in the form for another login password.
async fn change(person: &Visitor, old: &str, new: &str) -> Answer {
    let fields = [("old", old), ("password", new), ("password_again", new)];
    person.post_form("/me/password", &fields).await
}

#[db_test]
async fn a_login_password_is_changed_by_the_old_one(app: TestApp) {
    let (here, there) = (app.signed_in(0).await, app.signed_in(0).await);
    let before = here.cookie("ses");
    for (new, why) in [("tian1", "密码至少 8 位"), ("woaini1314", "太容易被猜到"), ("x13900000001", "不要有证件号")]
    {
        let told = change(&here, OWNERS_PASSWORD, new).await;
        assert!(told.status == 422 && told.says(why), "{new}: {}", told.text);
    }
    let page = here.get("/me/password").await;
    let fields = [("old", OWNERS_PASSWORD), ("password", "文笔塔青果巷天宁寺"), ("password_again", "文笔塔")];
    assert!(here.send_form_to(&page, "/me/password", &fields).await.says("两次输入的密码不一样"));
    let done = change(&here, OWNERS_PASSWORD, "文笔塔青果巷天宁寺").await;
    assert!(done.path == "/me" && done.says("登录密码已修改"), "{} {}", done.path, done.text);
    assert!(change(&here, "文笔塔青果巷天宁寺", "文笔塔青果巷天宁寺").await.says("和现在的一样"));
    assert_ne!(here.cookie("ses"), before, "the token is another one");
    assert!(there.get("/me").await.path.starts_with("/login"), "the other device is out");
    app.carry().await;
    let told = app.texts("13900000001").await;
    assert!(told.iter().any(|text| text.to_string().contains("登录密码")), "{told:?}");
    assert_ne!(app.log_in(&app.visitor(), "13900000001", OWNERS_PASSWORD).await.path, "/me");
    assert_eq!(app.log_in(&app.visitor(), "13900000001", "文笔塔青果巷天宁寺").await.path, "/me");
    assert_eq!(app.acts("account.password_changed").await, 1);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_stolen_session_does_not_find_the_password_out(app: TestApp) {
    let owner = app.signed_in(0).await;
    let thief = app.visitor_at(77).with_cookie(&format!("ses={}", owner.cookie("ses").expect("a session")));
    for left in (1..5).rev() {
        let told = change(&thief, "guess-number-1", "qingguo7xiang").await;
        assert!(told.status == 422 && told.says(&format!("再错 {left} 次")), "{}", told.text);
    }
    change(&thief, "guess-number-1", "qingguo7xiang").await;
    let locked = change(&thief, OWNERS_PASSWORD, "qingguo7xiang").await;
    assert!(locked.says("试得太多了"), "{}", locked.text);
    // A hundred at once would count as many; the owner on their own device goes on.
    assert!(change(&owner, OWNERS_PASSWORD, "qingguo7xiang").await.path == "/me");
    assert!(thief.get("/me").await.path.starts_with("/login"), "and that ends the stolen session");
    app.check().await;
}
