//! Levels, the gate and the way back, through the front door: the real adapters against the sandbox's
//! insurer, card system and face checks.

use kernel::check_digit::mod11_2;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::db_test;

use crate::faces::{camera, film, finish, make_known};
use crate::support::people::{PASSWORD, location};
use crate::support::{Answer, TestApp, Visitor};

const FACE: &str = "/prove/real-name/face";

/// An ID number of Tianning with this birthday and these digits 15 to 17.
fn number(birthday: &str, sequence: u32) -> String {
    let digits = format!("320402{birthday}{sequence:03}");
    format!("{digits}{}", mod11_2::of(&digits).expect("seventeen digits"))
}

fn grown_up(sequence: u32) -> String {
    number("19880808", sequence)
}

/// Changes what partners know of somebody.
async fn steer(app: &TestApp, number: &str, wish: &Value) {
    let url = format!("http://{}/control/people/{number}", app.sandbox.control);
    let answer = reqwest::Client::new().post(url).json(wish).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap_or_default());
}

/// Takes every fault away.
async fn mend(app: &TestApp) {
    let url = format!("http://{}/control/faults", app.sandbox.control);
    let answer = reqwest::Client::new().delete(url).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}", answer.status());
}

async fn insurer_down(app: &TestApp) {
    app.fault(json!({ "partner": "insurer", "operation": "1101", "kind": "down" })).await;
}

async fn log_in(app: &TestApp, person: &Visitor, sequence: u32) {
    let home = app.log_in(person, &format!("1570000{sequence:04}"), PASSWORD).await;
    assert!(home.is_ok() && home.path == "/me", "{} {}", home.path, home.text);
}

/// Somebody whom partners know, with an account, signed in and no more.
async fn known(app: &TestApp, sequence: u32, birthday: &str, wish: &Value) -> Visitor {
    let number = number(birthday, sequence);
    make_known(app, "测试市民", &number).await;
    steer(app, &number, wish).await;
    let person = app.visitor();
    app.sign_up(&person, &format!("1570000{sequence:04}"), "测试市民", &number).await;
    log_in(app, &person, sequence).await;
    person
}

async fn citizen(app: &TestApp, sequence: u32, wish: &Value) -> Visitor {
    known(app, sequence, "19880808", wish).await
}

/// Proves by face who they are, and returns the page that follows.
async fn authenticate(person: &Visitor) -> Answer {
    let page = camera(person, FACE).await;
    film(&page).await;
    let done = finish(person, &page).await;
    assert_eq!(location(&done), "/real-name/done", "{} {}", done.status, done.text);
    person.get("/real-name/done").await
}

#[db_test]
async fn where_one_is_insured_says_what_opens(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let cases = [
        (201, json!({ "insured": "employee" }), None),
        (202, json!({ "insured": "resident" }), None),
        (203, json!({ "insured": "none" }), Some("没有查到正常的参保")),
        (204, json!({ "insured": "employee", "region": "310100" }), Some("在外地参保")),
        (205, json!({ "insured": "ended" }), Some("在本市参保，目前中断")),
    ];
    for (sequence, wish, shut) in cases {
        let person = citizen(&app, sequence, &wish).await;
        let done = authenticate(&person).await;
        assert!(done.is_ok() && done.says("实名认证成功") && done.says("密码设置"), "{} {}", done.status, done.text);
        let form = person.get(&place.book()).await;
        match shut {
            None => assert!(form.path == place.book() && form.says("确认预约"), "{wish}: {} {}", form.path, form.text),
            Some(why) => {
                assert!(done.says(why), "{wish}: {}", done.text);
                assert!(form.path.starts_with("/real-name/level?for=booking"), "{wish}: {}", form.path);
                let told = [why, "「线上挂号」目前不能用", "电子社保卡支付密码", "重新查询参保状态"];
                assert!(told.iter().all(|words| form.says(words)), "{wish}: {}", form.text);
                let me = person.get("/me").await;
                assert!(me.says(why) && me.says("已认证"), "{}", me.text);
                assert!(person.get("/orders").await.is_ok() && person.get("/code").await.is_ok(), "these stay open");
            }
        }
    }
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_level_moves_with_the_insurance(app: TestApp) {
    let place = app.place(10 * 86_400, 4).await;
    let person = citizen(&app, 211, &json!({ "insured": "employee" })).await;
    authenticate(&person).await;
    assert!(!person.get("/messages").await.says("缴费已开通"), "the page said so already");
    steer(&app, &grown_up(211), &json!({ "insured": "none" })).await;
    assert_eq!(person.get(&place.book()).await.path, place.book(), "a fresh answer is not asked for again");
    app.advance_secs(86_400);
    app.run_jobs().await;
    log_in(&app, &person, 211).await;
    // The same device in a new session shows itself before messages are shown.
    let asked = person.get("/messages").await;
    let enter = person.send_form_to(&asked, "/devices/prove/sms", &[]).await;
    let code = app.code("15700000211").await;
    let messages = person.send_form_to(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert!(
        messages.path == "/messages" && messages.says("线上挂号、缴费已暂停"),
        "{} {}",
        messages.path,
        messages.text
    );
    let shut = person.get(&place.book()).await;
    assert!(shut.path.starts_with("/real-name/level") && shut.says("没有查到正常的参保"), "{}", shut.path);
    // At the person's wish it is asked about at once, though not twice in a minute.
    steer(&app, &grown_up(211), &json!({ "insured": "resident", "region": "320400" })).await;
    app.advance_secs(61);
    let again = person.send_form_to(&shut, "/real-name/level", &[]).await;
    assert!(again.says("已重新查询参保状态") && again.says("全部服务都可以用"), "{}", again.text);
    assert!(person.get("/messages").await.says("线上挂号、缴费已开通"));
    assert_eq!((app.acts("level.medical_gained").await, app.acts("level.medical_lost").await), (2, 1));
    assert_eq!(person.get(&place.book()).await.path, place.book(), "the level is there");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn the_gate_brings_back(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let person = citizen(&app, 221, &json!({ "insured": "employee" })).await;
    let asked = person.get(&place.book()).await;
    assert!(asked.path.starts_with("/real-name?to="), "{}", asked.path);
    for way in ["/prove/real-name/face", "/prove/real-name/card", "/prove/real-name/counter"] {
        assert!(asked.link(way).is_some(), "{way}: {}", asked.text);
    }
    let done = authenticate(&person).await;
    let back = done.link("/slots/").expect("a way back");
    assert_eq!(back, place.book());
    let visit = person.post_form(&back, &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{} {}", visit.path, visit.text);
    let texts = app.texts("15700000221").await;
    assert!(texts.iter().any(|text| text.to_string().contains("完成实名认证")), "told on the phone: {texts:?}");
    // On another phone authentication is asked for again; the first goes on as before.
    let elsewhere = app.visitor();
    log_in(&app, &elsewhere, 221).await;
    let new = elsewhere.get(&place.book()).await;
    assert!(new.path.starts_with("/real-name?to=") && new.says("这是一台新设备"), "{} {}", new.path, new.text);
    assert!(elsewhere.get(&visit.path).await.is_ok(), "one's visits can always be looked at");
    authenticate(&elsewhere).await;
    for browser in [&elsewhere, &person] {
        assert!(!browser.get(&place.book()).await.path.starts_with("/real-name"));
    }
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn what_was_typed_survives_the_gate(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let person = app.signed_in(0).await;
    let token = person.get("/me").await.field("csrf").expect("a form");
    let fields = [("csrf", token.as_str()), ("note", "轮椅 & \"助听器\""), ("pin", "135790"), ("password", "geheim")];
    let sent = person.once(Method::POST, &place.book(), Some(encoded(&fields))).await;
    let to = location(&sent);
    assert!(to.starts_with("/real-name?to=%2Freal-name%2Fcontinue%2Fkpt_"), "{} {to}", sent.status);
    let path = to.split_once("to=").expect("a way back").1.replace("%2F", "/");
    // Nobody else sees it: neither another person, nor the same one in another browser, nor nobody.
    for other in [app.citizen(1).await, app.citizen(0).await] {
        let gone = other.get(&path).await;
        assert!(gone.path == "/" && gone.says("已过期") && !gone.says("轮椅"), "{} {}", gone.path, gone.text);
    }
    let login = app.visitor().get(&path).await;
    assert!(login.path.starts_with("/login") && login.says("刚才填的内容先替您留着"), "{}", login.text);
    person.get(&to).await;
    app.vouch(&person).await;
    assert_eq!(person.get("/real-name/done").await.link("/real-name/continue/"), Some(path.clone()));
    let page = person.get(&path).await;
    assert!(page.says("继续刚才的操作") && page.says("轮椅"), "{}", page.text);
    assert!(!page.says("135790") && !page.says("geheim"), "secrets are typed again: {}", page.text);
    let visit = person.send_form_to(&page, &place.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{} {}", visit.path, visit.text);
    // After half an hour it is gone.
    app.advance_secs(1801);
    app.log_in(&person, "13900000001", "changzhou2026").await;
    assert_eq!(person.get(&path).await.path, "/");
    app.run_jobs().await;
    app.check().await;
}

#[db_test]
async fn what_was_typed_survives_the_end_of_a_session(app: TestApp) {
    let (here, there) = (app.signed_in(0).await, app.signed_in(0).await);
    let page = here.get("/devices").await;
    let session = page.text.split("name=\"session\" value=\"").nth(2).expect("the other session");
    let session = session.split('"').next().expect("its id").to_owned();
    app.advance_secs(1801);
    let sent = here.send_once(&page, "/devices", &[("session", &session)]).await;
    assert!(location(&sent).starts_with("/login?to=%2Freal-name%2Fcontinue%2F"), "{}", location(&sent));
    let login = here.get(&location(&sent)).await;
    let back = here.send_form(&login, &[("login", "13900000001"), ("password", "changzhou2026")]).await;
    assert!(back.says("继续刚才的操作") && back.says(&session), "{} {}", back.path, back.text);
    app.vouch(&here).await;
    let done = here.send_form_to(&back, "/devices", &[]).await;
    assert!(done.path == "/devices" && done.is_ok(), "{} {}", done.path, done.text);
    drop(there);
    app.check().await;
}

#[db_test]
async fn what_another_site_sends_is_not_kept(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let person = app.signed_in(0).await;
    let token = app.signed_in(1).await.get("/me").await.field("csrf").expect("a form");
    for fields in [&[("note", "x")][..], &[("csrf", token.as_str()), ("note", "x")]] {
        let sent = person.once(Method::POST, &place.book(), Some(encoded(fields))).await;
        assert_eq!(location(&sent), "/real-name?to=%2F", "{}", sent.status);
    }
    // And of one person's flood the newest are kept.
    let token = person.get("/me").await.field("csrf").expect("a form");
    let mut ways = Vec::new();
    for n in 0..9 {
        app.advance_secs(1);
        let note = format!("note {n}");
        let sent = person.once(Method::POST, &place.book(), Some(encoded(&[("csrf", &token), ("note", &note)]))).await;
        ways.push(location(&sent).split_once("to=").expect("a way back").1.replace("%2F", "/"));
    }
    for (n, way) in ways.iter().enumerate() {
        let page = person.get(way).await;
        assert_eq!(page.says(&format!("note {n}\"")), n >= 4, "{n}: {} {}", page.path, page.text);
    }
    app.check().await;
}

#[db_test]
async fn while_the_insurer_is_silent_its_last_word_holds(app: TestApp) {
    let place = app.place(12 * 86_400, 4).await;
    let (old, new) = (
        citizen(&app, 231, &json!({ "insured": "employee" })).await,
        citizen(&app, 232, &json!({ "insured": "employee" })).await,
    );
    authenticate(&old).await;
    insurer_down(&app).await;
    let done = authenticate(&new).await;
    assert!(done.says("实名认证成功") && done.says("暂时查不到"), "{}", done.text);
    let shut = new.get(&place.book()).await;
    assert!(shut.path.starts_with("/real-name/level") && shut.says("医保系统暂时没有回应"), "{}", shut.text);
    // A day later the job finds it down still; whoever was insured goes on for a week.
    app.advance_secs(86_401);
    app.run_jobs().await;
    log_in(&app, &old, 231).await;
    assert!(old.get(&place.book()).await.path.starts_with("/devices/prove"), "the level is still there");
    app.advance_secs(7 * 86_400);
    log_in(&app, &old, 231).await;
    let shut = old.get(&place.book()).await;
    assert!(shut.path.starts_with("/real-name/level") && shut.says("医保系统暂时没有回应"), "{}", shut.text);
    // Once it answers, the next gate after the wait is enough.
    mend(&app).await;
    app.advance_secs(3601);
    for (person, sequence) in [(&old, 231), (&new, 232)] {
        log_in(&app, person, sequence).await;
        assert!(person.get(&place.book()).await.path.starts_with("/devices/prove"), "{sequence}");
    }
    app.check().await;
}

#[db_test]
async fn under_sixteen_nobody_is_authenticated_alone(app: TestApp) {
    // Sixteen on the day after the story's.
    let young = known(&app, 241, "20100303", &json!({})).await;
    let told = young.get("/real-name").await;
    assert!(told.says("未满 16 周岁") && told.link("/prove/").is_none(), "{}", told.text);
    for way in ["face", "card", "counter"] {
        assert_eq!(young.get(&format!("/prove/real-name/{way}")).await.path, "/real-name", "{way}");
    }
    let place = app.place(2 * 86_400, 4).await;
    assert!(young.get(&place.book()).await.path.starts_with("/real-name?to="));
    app.advance_secs(86_400);
    log_in(&app, &young, 241).await;
    assert!(authenticate(&young).await.says("实名认证成功"), "on the birthday");
    app.check().await;
}

#[db_test]
async fn without_a_photo_the_other_ways_are_shown(app: TestApp) {
    let person = citizen(&app, 251, &json!({ "has_photo": false })).await;
    let page = person.get("/real-name").await;
    assert!(page.says("常州市政务服务中心 1-2 号楼 C 区") && page.says("没有照片"), "{}", page.text);
    assert!(page.link(FACE).is_none() && page.link("/prove/real-name/card").is_some(), "{}", page.text);
    // The card system's silence costs nobody a way.
    app.fault(json!({ "partner": "cards", "operation": "card.query", "kind": "down" })).await;
    let page = person.get("/real-name").await;
    assert!(page.is_ok() && page.link(FACE).is_some() && !page.says("没有照片"), "{}", page.text);
    app.check().await;
}

fn encoded(fields: &[(&str, &str)]) -> String {
    crate::support::form::encoded(fields)
}
