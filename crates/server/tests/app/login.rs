//! Logging in: locks that grow, names that do not exist, devices that are known.

use testkit::db_test;

use crate::support::people::PASSWORD;
use crate::support::{Answer, TestApp, Visitor};

const OWNER: &str = "13900000001";
const OWNERS_PASSWORD: &str = "changzhou2026";
/// A number without an account.
const NOBODY: &str = "13700000000";

/// The notice above the form.
fn notice(page: &Answer) -> String {
    let words = ["再错", "试得太多了"];
    let at = words.iter().find_map(|word| page.text.find(word)).unwrap_or_else(|| panic!("{}", page.text));
    page.text[at..].split('<').next().unwrap_or_default().to_owned()
}

/// Five wrong tries at a citizen's login; the notices they brought.
async fn five_wrong(app: &TestApp, login: &str) -> Vec<String> {
    let person = app.visitor();
    let mut told = Vec::new();
    for _ in 0..5 {
        let page = app.log_in(&person, login, "wrong-password-1").await;
        assert!(page.status == 422 && !page.says("wrong-password-1"), "{} {}", page.status, page.text);
        told.push(notice(&page));
    }
    told
}

#[db_test]
async fn wrong_passwords_lock_longer_each_time_and_unknown_names_alike(app: TestApp) {
    for (secs, told) in [(60, "60 秒"), (300, "5 分钟"), (900, "15 分钟"), (3600, "60 分钟"), (3600, "60 分钟")]
    {
        let known = five_wrong(&app, OWNER).await;
        assert_eq!(five_wrong(&app, NOBODY).await, known, "a name that does not exist behaves alike");
        for (tries, notice) in (1..5).rev().zip(&known) {
            assert!(notice.contains(&format!("再错 {tries} 次")), "{known:?}");
        }
        assert!(known[4].contains(told), "{known:?}");
        let right = app.log_in(&app.visitor(), OWNER, OWNERS_PASSWORD).await;
        assert!(right.status == 422 && right.says("试得太多了"), "even the right one waits: {}", right.text);
        app.advance_secs(secs + 1);
    }
    let home = app.log_in(&app.visitor(), OWNER, OWNERS_PASSWORD).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    let first = five_wrong(&app, OWNER).await;
    assert!(first[4].contains("60 秒"), "a login takes the ladder away: {first:?}");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn spaces_and_the_id_number_open_no_new_budget(app: TestApp) {
    for typed in ["13900000001", "139 0000 0001", "+86 139-0000-0001", " 13900000001 "] {
        app.log_in(&app.visitor(), typed, "wrong").await;
    }
    let page = app.log_in(&app.visitor(), "１３９００００００01", "wrong").await;
    assert!(page.says("60 秒"), "{}", notice(&page));
    app.check().await;
}

#[db_test]
async fn a_known_device_keeps_its_own_budget(app: TestApp) {
    let owner = app.citizen(0).await;
    owner.cookies.lock().expect("lock").remove("ses");
    five_wrong(&app, OWNER).await;
    let home = app.log_in(&owner, OWNER, OWNERS_PASSWORD).await;
    assert_eq!(home.path, "/me", "strangers elsewhere do not lock its owner out: {}", home.text);
    // It has its own ladder: the device does not open a second budget for guessing.
    owner.cookies.lock().expect("lock").remove("ses");
    for _ in 0..5 {
        app.log_in(&owner, OWNER, "wrong").await;
    }
    let locked = app.log_in(&owner, OWNER, OWNERS_PASSWORD).await;
    assert!(locked.status == 422 && locked.says("试得太多了"), "{}", locked.text);
    // Nor does it help with anybody else's account, or changed by hand.
    let thief = app.visitor().with_cookie(&format!("dev={}", owner.cookie("dev").expect("a device cookie")));
    for _ in 0..5 {
        app.log_in(&thief, "13900000002", "wrong").await;
    }
    let other = app.log_in(&app.visitor(), "13900000002", OWNERS_PASSWORD).await;
    assert!(other.says("试得太多了"), "{}", other.text);
    app.check().await;
}

#[db_test]
async fn staff_are_locked_like_everybody(app: TestApp) {
    let wrong = async |login: &str| -> Vec<String> {
        let desk = app.visitor();
        let mut told = Vec::new();
        for _ in 0..5 {
            told.push(notice(&desk.post_form("/desk/login", &[("login", login), ("password", "wrong")]).await));
        }
        told
    };
    let known = wrong("chuangkou1").await;
    assert_eq!(wrong("nobody1").await, known);
    assert!(known[4].contains("60 秒"), "{known:?}");
    let right = [("login", "chuangkou1"), ("password", "gongzuotai2026")];
    let locked = app.visitor().post_form("/desk/login", &right).await;
    assert!(locked.status == 422 && locked.says("试得太多了"), "{}", locked.text);
    app.advance_secs(61);
    let desk = app.visitor().post_form("/desk/login", &right).await;
    assert_eq!(desk.path, "/desk/visits", "{}", desk.text);
    // A clerk's name and password open nothing among the citizens.
    let citizen = app.log_in(&app.visitor(), "chuangkou1", "gongzuotai2026").await;
    assert_eq!(citizen.status, 422);
    app.check().await;
}

#[db_test]
async fn a_login_code_goes_to_members_only_and_strangers_see_no_difference(app: TestApp) {
    let ask = async |mobile: &str| -> (Visitor, Answer) {
        let person = app.visitor();
        let page = person.post_form("/login/code", &[("mobile", mobile)]).await;
        assert!(page.is_ok() && page.says("如果"), "{} {}", page.status, page.text);
        (person, page)
    };
    let (member, page) = ask(OWNER).await;
    let (stranger, their_page) = ask(NOBODY).await;
    assert_eq!(app.texts(NOBODY).await.len(), 0);
    let code = app.code(OWNER).await;
    let wrong = stranger.send_form(&their_page, &[("code", &code)]).await;
    assert!(wrong.status == 422 && wrong.says("还可以再试 4 次"), "{}", wrong.text);
    let home = member.send_form(&page, &[("code", &code)]).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    app.check().await;
}

#[db_test]
async fn after_login_one_is_where_one_wanted_to_be(app: TestApp) {
    let person = app.visitor();
    let place = app.place(86_400, 4).await;
    let page = person.get("/me/sessions").await;
    assert!(page.path.starts_with("/login?to="), "{}", page.path);
    let there = person.send_form(&page, &[("login", OWNER), ("password", OWNERS_PASSWORD)]).await;
    assert!(there.path == "/devices" && there.is_ok(), "{} {}", there.path, there.text);
    // What asks for more asks next, and brings back too.
    let person = app.visitor();
    let page = person.get(&place.book()).await;
    let there = person.send_form(&page, &[("login", OWNER), ("password", OWNERS_PASSWORD)]).await;
    let asked = there.path.starts_with("/real-name?to=%2Fslots%2F") && there.says("请先完成实名认证");
    assert!(asked, "{} {}", there.path, there.text);
    for evil in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let person = app.visitor();
        let page = person.get("/login").await;
        let fields = [("login", OWNER), ("password", OWNERS_PASSWORD), ("to", evil)];
        assert_eq!(person.send_form(&page, &fields).await.path, "/me", "{evil}");
    }
    assert_eq!(app.log_in(&app.visitor(), OWNER, PASSWORD).await.status, 422);
    app.check().await;
}

#[db_test]
async fn guesses_at_once_are_counted_like_guesses_in_turn(app: TestApp) {
    let visitors: Vec<Visitor> = (0..12).map(|_| app.visitor()).collect();
    let tries = visitors.iter().enumerate().map(|(n, person)| {
        let password = format!("guess-number-{n}");
        async move { person.post_form("/login", &[("login", OWNER), ("password", &password)]).await }
    });
    for answer in futures_util::future::join_all(tries).await {
        // Too many at once may find the hasher full: that is no guess either.
        assert!(matches!(answer.status, 422 | 503), "{} {}", answer.status, answer.text);
    }
    while !app.log_in(&app.visitor(), OWNER, "one-more").await.says("试得太多了") {}
    let right = app.log_in(&app.visitor(), OWNER, OWNERS_PASSWORD).await;
    assert!(right.status == 422 && right.says("试得太多了"), "{}", notice(&right));
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn login_says_once_what_follows(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let said = |page: &Answer| page.text.matches("登录后").count();
    for (path, words) in [
        (place.book(), "登录后继续：挂号"),
        ("/orders".to_owned(), "登录后继续：我的订单"),
        ("/card".to_owned(), "登录后继续：电子社保卡"),
        ("/messages".to_owned(), "登录后继续：消息"),
    ] {
        let person = app.visitor();
        let page = person.get(&path).await;
        assert!(page.path.starts_with("/login?to=") && page.says(words) && said(&page) == 1, "{path}: {}", page.text);
        // Also after a mistake, and on the other way.
        let again = person.send_form(&page, &[("login", OWNER), ("password", "wrong")]).await;
        assert!(again.status == 422 && again.says(words) && said(&again) == 1, "{path}: {}", again.text);
        let code = person.get(&page.link("/login/code").expect("the other way")).await;
        assert!(code.says(words) && said(&code) == 1, "{path}: {}", code.text);
    }
    assert_eq!(said(&app.visitor().get("/me").await), 0, "nothing in particular was wanted");
    app.check().await;
}
