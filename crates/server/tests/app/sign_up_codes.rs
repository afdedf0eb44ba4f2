//! Codes by SMS: wrong, late, used up, of another purpose, asked for too often.

use testkit::db_test;

use crate::support::people::{PASSWORD, details, id_number, not};
use crate::support::{Answer, TestApp};

const MOBILE: &str = "13812345678";

#[db_test]
async fn the_sixth_try_fails_whatever_is_typed(app: TestApp) {
    let person = app.visitor();
    let page = app.ask_sign_up(&person, MOBILE).await;
    let code = app.code(MOBILE).await;
    let number = id_number(1);
    for left in (1..5).rev() {
        let again = person.send_form(&page, &details("沈德福", &number, not(&code), PASSWORD)).await;
        assert!(again.status == 422 && again.says(&format!("还可以再试 {left} 次")), "{}", again.text);
        assert!(again.says("沈德福") && again.says(&number) && !again.says(PASSWORD), "{}", again.text);
    }
    for code in [not(&code), &code] {
        let again = person.send_form(&page, &details("沈德福", &number, code, PASSWORD)).await;
        assert!(again.status == 422 && again.says("已经作废"), "{}", again.text);
    }
    app.advance_secs(61);
    let mut resend = details("沈德福", &number, "", "").to_vec();
    resend.push(("act", "resend"));
    let fresh = person.send_form(&page, &resend).await;
    assert!(fresh.says("新的验证码已发出") && fresh.says("沈德福"), "{} {}", fresh.status, fresh.text);
    let newer = app.code(MOBILE).await;
    let done = person.send_form(&fresh, &details("沈德福", &number, &newer, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    app.check().await;
}

#[db_test]
async fn malformed_codes_cost_no_try(app: TestApp) {
    let person = app.visitor();
    let page = app.ask_sign_up(&person, MOBILE).await;
    let code = app.code(MOBILE).await;
    for typed in ["", "12345", "1234567", "abcdef", "12 34"] {
        for _ in 0..2 {
            let again = person.send_form(&page, &details("沈德福", &id_number(1), typed, PASSWORD)).await;
            assert!(again.status == 422 && again.says("验证码是 6 位数字"), "{typed}: {}", again.text);
        }
    }
    let spaced = format!(" {} {} ", &code[..3], &code[3..]);
    let done = person.send_form(&page, &details("沈德福", &id_number(1), &spaced, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    app.check().await;
}

#[db_test]
async fn five_minutes_and_not_longer(app: TestApp) {
    for (n, secs, lands) in [(1, 290, true), (2, 300, false)] {
        let (person, mobile) = (app.visitor(), format!("1381234567{n}"));
        let page = app.ask_sign_up(&person, &mobile).await;
        let code = app.code(&mobile).await;
        app.advance_secs(secs);
        let done = person.send_form(&page, &details("沈德福", &id_number(n), &code, PASSWORD)).await;
        assert_eq!(done.path.starts_with("/login"), lands, "after {secs} s: {} {}", done.path, done.text);
        assert!(lands || (done.status == 422 && done.says("验证码已过期")), "{}", done.text);
    }
    app.check().await;
}

#[db_test]
async fn a_code_opens_once_and_for_its_own_purpose(app: TestApp) {
    // 周明远 asks for a login code; a sign-up page cannot use it, under any id.
    let (owner, mobile) = (app.visitor(), "13900000001");
    let enter = owner.post_form("/login/code", &[("mobile", mobile)]).await;
    let login_code = app.code(mobile).await;
    app.advance_secs(61);
    let page = app.ask_sign_up(&owner, mobile).await;
    let number = id_number(5);
    let mut fields = details("沈德福", &number, &login_code, PASSWORD).to_vec();
    let again = owner.send_form(&page, &fields).await;
    assert!(again.status == 422 && again.says("还可以再试 4 次"), "{}", again.text);
    let challenge = enter.field("challenge").expect("a challenge");
    fields.push(("challenge", challenge.as_str()));
    let lost = owner.send_form(&page, &fields).await;
    assert!(lost.path == "/sign-up" && lost.says("已经失效"), "{} {}", lost.path, lost.text);
    // For its own purpose it is still good, once.
    let home = owner.send_form(&enter, &[("code", &login_code)]).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    app.advance_secs(31);
    let thief = app.visitor();
    let form = thief.get(&enter.path).await;
    let late = thief.send_form(&form, &[("code", &login_code)]).await;
    assert!(late.status == 422 && late.says("已经用过"), "{} {}", late.status, late.text);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_newer_code_takes_the_place_of_the_older(app: TestApp) {
    let person = app.visitor();
    let old_page = app.ask_sign_up(&person, MOBILE).await;
    let old = app.code(MOBILE).await;
    app.advance_secs(61);
    let new_page = app.ask_sign_up(&person, MOBILE).await;
    let new = app.code(MOBILE).await;
    let number = id_number(1);
    let gone = person.send_form(&old_page, &details("沈德福", &number, &old, PASSWORD)).await;
    assert!(gone.status == 422 && gone.says("被新的验证码代替"), "{}", gone.text);
    let done = person.send_form(&new_page, &details("沈德福", &number, &new, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{}", done.text);
    app.check().await;
}

/// Asks from a fresh form in a browser of its own, from the `n`th place.
async fn ask(app: &TestApp, n: u8) -> Answer {
    app.ask_sign_up(&app.visitor_at(100 + n), MOBILE).await
}

fn granted(answer: &Answer) -> bool {
    answer.path.starts_with("/sign-up/details")
}

#[db_test]
async fn asking_is_capped_by_the_minute_the_hour_and_the_day(app: TestApp) {
    assert!(granted(&ask(&app, 0).await));
    let soon = ask(&app, 1).await;
    let secs = soon.text.split("申请得太频繁了，请 ").nth(1).and_then(|rest| rest.split(" 秒").next());
    let secs: i64 = secs.and_then(|secs| secs.parse().ok()).unwrap_or_else(|| panic!("{}", soon.text));
    assert!(soon.status == 422 && (50..=60).contains(&secs), "{secs} s left");
    for n in 0..3 {
        app.advance_secs(61);
        assert!(granted(&ask(&app, n).await));
    }
    app.advance_secs(61);
    let fifth = ask(&app, 3).await;
    assert!(fifth.status == 422 && fifth.says(" 分钟后再试"), "{}", fifth.text);
    app.advance_secs(3600);
    for n in 4..6 {
        app.advance_secs(61);
        assert!(granted(&ask(&app, n).await));
    }
    app.advance_secs(3700);
    let seventh = ask(&app, 7).await;
    assert!(seventh.status == 422 && seventh.says(" 小时后再试"), "six for one purpose: {}", seventh.text);
    app.advance_secs(86_400);
    assert!(granted(&ask(&app, 8).await), "a day later it is free again");
    app.check().await;
}

#[db_test]
async fn two_taps_send_one_text(app: TestApp) {
    let person = app.visitor();
    let form = person.get("/sign-up").await;
    let fields = [("mobile", MOBILE)];
    let (one, two) = tokio::join!(person.send_form(&form, &fields), person.send_form(&form, &fields));
    assert!(granted(&one) && one.path == two.path, "{} {}", one.path, two.path);
    assert_eq!(app.texts(MOBILE).await.len(), 1);
    app.check().await;
}

#[db_test]
async fn two_taps_on_the_last_button_open_one_account(app: TestApp) {
    let person = app.visitor();
    let page = app.ask_sign_up(&person, MOBILE).await;
    let code = app.code(MOBILE).await;
    let number = id_number(1);
    let fields = details("沈德福", &number, &code, PASSWORD);
    let (one, two) = tokio::join!(person.send_form(&page, &fields), person.send_form(&page, &fields));
    assert!(one.path.starts_with("/login") && two.path.starts_with("/login"), "{} {}", one.path, two.path);
    assert_eq!(app.acts("account.created").await, 5, "four samples and this one");
    assert!(app.log_in(&person, MOBILE, PASSWORD).await.path == "/me");
    assert!(!person.get("/messages").await.says("有人用您的资料注册"), "nobody is warned of themselves");
    // The same of a login by code: the second tap is in as well, through the first one's session.
    let browser = app.visitor();
    app.advance_secs(61);
    let enter = browser.post_form("/login/code", &[("mobile", MOBILE)]).await;
    let code = app.code(MOBILE).await;
    let fields = [("code", code.as_str())];
    let (one, two) =
        tokio::join!(browser.send_once(&enter, "/login", &fields), browser.send_once(&enter, "/login", &fields));
    assert_eq!((one.status, two.status), (303, 303), "{} {}", one.text, two.text);
    assert_eq!(app.acts("login.ok").await, 2, "one by password, one by code");
    app.check().await;
}

#[db_test]
async fn two_strangers_with_one_id_number_stand_in_nobodys_way(app: TestApp) {
    let mobiles = ["13812345671", "13812345672"];
    let (a, b) = (app.visitor(), app.visitor());
    let (page_a, page_b) = (app.ask_sign_up(&a, mobiles[0]).await, app.ask_sign_up(&b, mobiles[1]).await);
    let (code_a, code_b) = (app.code(mobiles[0]).await, app.code(mobiles[1]).await);
    let number = id_number(7);
    let (one, two) = (details("沈德福", &number, &code_a, PASSWORD), details("沈德福", &number, &code_b, PASSWORD));
    let (one, two) = tokio::join!(a.send_form(&page_a, &one), b.send_form(&page_b, &two));
    assert!(one.path.starts_with("/login") && two.path.starts_with("/login"), "{} {}", one.text, two.text);
    assert_eq!(app.acts("account.created").await, 6);
    for (person, mobile) in [(&a, mobiles[0]), (&b, mobiles[1])] {
        // Each browser's ID number means the account that was opened in it.
        let home = app.log_in(person, &number, PASSWORD).await;
        assert!(home.path == "/me" && home.says(&format!("138****567{}", &mobile[10..])), "{}", home.text);
    }
    app.check().await;
    app.audit().await;
}
