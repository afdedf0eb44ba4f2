//! Signing up with what people and strangers type: each mistake is told, nothing secret is echoed,
//! and nobody learns who has an account.

use testkit::db_test;

use crate::support::people::{PASSWORD, details, id_number, location};
use crate::support::{Answer, TestApp, Visitor};

/// Asks for a code and returns the details page with it.
async fn with_code(app: &TestApp, person: &Visitor, mobile: &str) -> (Answer, String) {
    let page = app.ask_sign_up(person, mobile).await;
    assert!(page.path.starts_with("/sign-up/details?c=otp_"), "{} {}", page.path, page.text);
    let code = app.code(mobile).await;
    (page, code)
}

#[db_test]
async fn malformed_id_numbers_are_each_explained(app: TestApp) {
    let person = app.visitor();
    let (page, code) = with_code(&app, &person, "13812345678").await;
    let (form, letter, digit) = ("身份证号是 18 位", "不能有「", "身份证号有误");
    let (birth, start, old) = ("出生日期", "没有这样开头的身份证号", "15 位的旧证号");
    for (typed, told) in [
        ("", "证件号码没有填"),
        ("12345", form),
        ("3204021980010100120", form),
        ("32040219800101001A", letter),
        ("一二三四五六七八九十一二三四五六七八", letter),
        ("320402198001010013", digit),
        ("320402197913010010", birth),
        ("990402198001010012", digit),
        ("000000000000000000", start),
        ("320402900101001", old),
    ] {
        let fields = details("沈德福", typed, &code, PASSWORD);
        let again = person.send_form(&page, &fields).await;
        assert!(again.status == 422 && again.says(told), "{typed}: {} {}", again.status, again.text);
        assert!(again.says("沈德福") && !again.says(PASSWORD), "{typed}: what was typed stays, secrets do not");
        assert_eq!(again.field("id_number").as_deref(), Some(typed), "{}", again.text);
        assert_eq!(again.field("code").as_deref(), Some(code.as_str()), "the code was not tried, and stays");
    }
    let done = person.send_form(&page, &details("沈德福", &id_number(1), &code, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "none of this used up the code: {} {}", done.path, done.text);
    app.check().await;
}

#[db_test]
async fn mobile_numbers_are_read_or_explained(app: TestApp) {
    let person = app.visitor();
    for (typed, told) in [
        ("", "请填 11 位手机号码"),
        ("1381234567", "手机号码是 11 位，您填了 10 位"),
        ("138123456789", "手机号码是 11 位，您填了 12 位"),
        ("23812345678", "手机号码以 13 到 19 开头"),
        ("abc", "不能有「a」"),
        ("138 1234 567八", "不能有「八」"),
        ("' OR 1=1", "不能有「R」"),
    ] {
        let again = app.ask_sign_up(&person, typed).await;
        assert!(again.status == 422 && again.says(told), "{typed}: {} {}", again.status, again.text);
    }
    assert!(app.outbox().await.is_empty(), "nothing was sent");
    for typed in ["+86 138-1234-5678", "１３８１２３４５６７９"] {
        let page = app.ask_sign_up(&person, typed).await;
        assert!(page.path.starts_with("/sign-up/details") && page.says("138****567"), "{typed}: {}", page.text);
    }
    app.check().await;
}

/// A page without what is drawn anew each time it is shown.
fn bare(page: &Answer) -> String {
    let mut text = String::new();
    for (at, part) in page.text.split("type=\"hidden\" name=\"").enumerate() {
        let rest = if at == 0 { part } else { part.split_once('>').map_or("", |(_, rest)| rest) };
        text.push_str(rest);
    }
    // The language link leads back to this page, whose address names the code that was asked for.
    let mut parts = text.split("otp_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |bare, part| bare + "otp_" + part.get(26..).unwrap_or_default())
}

/// Every answer on the way of signing up, from an empty browser to the login page.
async fn way(app: &TestApp, mobile: &str, number: &str) -> Vec<(u16, String, String)> {
    let person = app.visitor();
    let start = person.get("/sign-up").await;
    let sent = person.send_once(&start, "/sign-up", &[("mobile", mobile)]).await;
    let page = person.get(&location(&sent)).await;
    let code = app.code(mobile).await;
    let done = person.send_once(&page, "/sign-up/details", &details("林晓岚", number, &code, PASSWORD)).await;
    let login = person.get(&location(&done)).await;
    let kind = |path: String| path.split("otp_").next().unwrap_or_default().to_owned();
    [start, sent, page, done, login]
        .iter()
        .map(|answer| {
            (
                answer.status,
                kind(location(answer)),
                bare(answer).replace(&masked(mobile), "MOBILE").replace(mobile, "MOBILE"),
            )
        })
        .collect()
}

fn masked(mobile: &str) -> String {
    format!("{}****{}", &mobile[..3], &mobile[7..])
}

#[db_test]
async fn a_stranger_cannot_tell_a_taken_number_from_a_free_one(app: TestApp) {
    // 周明远 of the sample data: 13900000001, 320402198001010012.
    let free = way(&app, "13812345678", &id_number(1)).await;
    let taken_number = way(&app, "13812345679", "320402198001010012").await;
    let taken_mobile = way(&app, "13900000002", &id_number(2)).await;
    for (step, ((free, number), mobile)) in free.iter().zip(&taken_number).zip(&taken_mobile).enumerate() {
        assert_eq!(free, number, "step {step}: an ID number that has an account");
        assert_eq!(free, mobile, "step {step}: a mobile number that has an account");
    }
    let owner = app.citizen(0).await;
    assert!(owner.get("/messages").await.says("有人用您的资料注册"), "only the owner is told");
    let told = app.texts("13900000001").await;
    assert!(told.iter().any(|text| text["content"].as_str().is_some_and(|text| text.contains("注册"))), "{told:?}");
    assert!(app.citizen(1).await.get("/messages").await.says("有人用您的资料注册"));
    // Whoever said the owner's number has an account that is nobody's: it shows and opens nothing of the owner's.
    let stranger = app.visitor();
    assert_eq!(app.log_in(&stranger, "13812345679", PASSWORD).await.path, "/me");
    assert!(stranger.get("/messages").await.says("还没有消息"));
    assert_eq!(app.acts("account.created").await, 6, "four samples, the free one, and the one that is nobody's");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn weak_passwords_are_refused_with_the_reason(app: TestApp) {
    let person = app.visitor();
    let (page, code) = with_code(&app, &person, "13812345678").await;
    let number = id_number(3);
    let birth = &number[6..14];
    let personal = format!("xy{birth}");
    for (password, told) in [
        ("", "密码至少 8 位"),
        ("Ab3$efg", "密码至少 8 位"),
        ("abcdefghi", "太容易被猜到"),
        ("987654321", "太容易被猜到"),
        ("woaini1314", "太容易被猜到"),
        ("password1", "太容易被猜到"),
        ("PASSWORD1", "太容易被猜到"),
        ("aaaaaaaaaaaaa", "太容易被猜到"),
        ("love12345678x", "不要有证件号、手机号或生日"),
        (personal.as_str(), "不要有证件号、手机号或生日"),
    ] {
        let again = person.send_form(&page, &details("沈德福", &number, &code, password)).await;
        assert!(again.status == 422 && again.says(told), "{password}: {} {}", again.status, again.text);
        assert!(password.len() < 7 || !again.says(password), "{password} is not echoed");
    }
    let long = "ab1".repeat(50);
    let again = person.send_form(&page, &details("沈德福", &number, &code, &long)).await;
    assert!(again.status == 422 && again.says("密码最多 128 位"), "{}", again.text);
    let mut differ = details("沈德福", &number, &code, PASSWORD);
    differ[4].1 = "Chunjiang-2025";
    let again = person.send_form(&page, &differ).await;
    assert!(again.status == 422 && again.says("两次输入的密码不一样"), "{}", again.text);
    let done = person.send_form(&page, &details("沈德福", &number, &code, "春春春春春春春春")).await;
    assert!(done.status == 422, "one character eight times: {}", done.text);
    let done = person.send_form(&page, &details("沈德福", &number, &code, "春江花月夜青果巷文笔塔天宁寺")).await;
    assert!(done.path.starts_with("/login"), "no kind of character is asked for: {}", done.text);
    let home = app.log_in(&person, "13812345678", "春江花月夜青果巷文笔塔天宁寺").await;
    assert_eq!(home.path, "/me", "{}", home.text);
    app.check().await;
}

#[db_test]
async fn rare_and_long_names_are_names(app: TestApp) {
    let fifty = "古".repeat(50);
    let names = [
        ("𠮷田𪚥", "𠮷田𪚥"),
        ("㐂〇", "㐂〇"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("O'Neill Anne-Marie", "O&#39;Neill Anne-Marie"),
        (fifty.as_str(), fifty.as_str()),
    ];
    for (n, (name, shown)) in (0..).zip(names) {
        let (person, mobile) = (app.visitor(), format!("1580000{n:04}"));
        let done = app.sign_up(&person, &mobile, name, &id_number(10 + n)).await;
        assert!(done.path.starts_with("/login"), "{name}: {} {}", done.path, done.text);
        let home = app.log_in(&person, &mobile, PASSWORD).await;
        assert!(home.says(shown), "{name}: {}", home.text);
    }
    app.check().await;
}

#[db_test]
async fn what_is_no_name_is_explained(app: TestApp) {
    let person = app.visitor();
    let (page, code) = with_code(&app, &person, "13812345678").await;
    let long = "古".repeat(51);
    for (name, told) in [
        ("", "姓名没有填"),
        ("王", "至少两个字"),
        (long.as_str(), "最多 50 个字"),
        ("<b>王五</b>", "不能有「&#60;」"),
        ("王\u{202e}", "至少两个字"),
        ("王五😀", "不能有「😀」"),
        ("13812345678", "不能有「1」"),
    ] {
        let again = person.send_form(&page, &details(name, &id_number(4), &code, PASSWORD)).await;
        assert!(again.status == 422 && again.says(told), "{name}: {} {}", again.status, again.text);
        assert!(!again.says("<b>王五"), "markup is text: {}", again.text);
    }
    app.check().await;
}
