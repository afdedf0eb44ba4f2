//! Whose an ID number is: a stranger may say it first, its owner has it all the same, by every way.

use serde_json::json;
use testkit::db_test;

use crate::faces::{camera, film, finish, make_known};
use crate::second_ways::{by_card, given, steer, window};
use crate::support::people::{PASSWORD, details, id_number, location};
use crate::support::{Answer, TestApp, Visitor, store};

pub const NAME: &str = "测试市民";
pub const OWNERS: &str = "15700000101";
const STRANGERS: &str = "15700000102";
const FACE: &str = "/prove/real-name/face";

/// Somebody whom partners know, and whose number a stranger has said first.
async fn occupied(app: &TestApp, n: u32) -> (String, Visitor) {
    occupied_by(app, n, STRANGERS).await
}

/// Somebody whom partners know, with a telephone on record.
pub async fn known(app: &TestApp, n: u32) -> String {
    let number = id_number(n);
    make_known(app, NAME, &number).await;
    steer(app, &number, json!({ "mobile": format!("1371100{n:04}") })).await;
    number
}

async fn occupied_by(app: &TestApp, n: u32, mobile: &str) -> (String, Visitor) {
    let number = known(app, n).await;
    let stranger = app.visitor_at(7);
    app.sign_up(&stranger, mobile, NAME, &number).await;
    let home = app.log_in(&stranger, mobile, PASSWORD).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    (number, stranger)
}

/// The owner, who signs up like anybody and is in.
pub async fn signed_up(app: &TestApp, number: &str, mobile: &str) -> Visitor {
    let owner = app.visitor();
    let landed = app.sign_up(&owner, mobile, NAME, number).await;
    assert!(landed.path.starts_with("/login"), "{} {}", landed.path, landed.text);
    // The ID number logs in here to what was opened here, whoever said it before.
    let home = app.log_in(&owner, number, PASSWORD).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    owner
}

pub async fn by_face(person: &Visitor) -> Answer {
    let page = camera(person, FACE).await;
    film(&page).await;
    let done = finish(person, &page).await;
    assert_eq!(location(&done), "/real-name/done", "{} {}", done.status, done.text);
    person.get("/real-name/done").await
}

async fn by_counter(app: &TestApp, person: &Visitor, number: &str) -> Answer {
    let code = given(&window(app).await, NAME, number, "real-name").await;
    person.post_form("/prove/real-name/counter", &[("code", &code)]).await
}

/// Whoever holds this mobile number can neither log in nor be sent a code.
async fn is_shut_out(app: &TestApp, mobile: &str) {
    let there = app.visitor_at(8);
    assert_eq!(app.log_in(&there, mobile, PASSWORD).await.status, 422);
    let before = app.texts(mobile).await.len();
    there.post_form("/login/code", &[("mobile", mobile)]).await;
    assert_eq!(app.texts(mobile).await.len(), before, "no code goes to a number without an account");
}

#[db_test]
async fn a_number_that_a_stranger_said_first_is_its_owners_by_every_way(app: TestApp) {
    for (n, way) in [(41, "card"), (42, "face"), (43, "counter")] {
        let [owners, strangers, late] = [1, 2, 3].map(|who| format!("1570000{n}0{who}"));
        let (number, stranger) = occupied_by(&app, n, &strangers).await;
        let owner = signed_up(&app, &number, &owners).await;
        let done = match way {
            "card" => by_card(&app, &owner, &number).await,
            "face" => by_face(&owner).await,
            _ => by_counter(&app, &owner, &number).await,
        };
        assert!(done.is_ok() && done.says("实名认证成功"), "{way}: {} {}", done.path, done.text);
        // The stranger is out, and told; so is the owner.
        assert!(stranger.get("/me").await.path.starts_with("/login"), "{way}");
        is_shut_out(&app, &strangers).await;
        let told = app.texts(&strangers).await;
        assert!(told.iter().any(|text| text.to_string().contains("停用")), "{way}: {told:?}");
        let messages = owner.get("/messages").await;
        assert!(messages.says("冒用您身份证号的账户已停用"), "{way}: {}", messages.text);
        // Whoever says it from now on is nobody, and the ID number logs in to the owner's.
        let other = app.visitor_at(6);
        app.sign_up(&other, &late, NAME, &number).await;
        let home = app.log_in(&app.visitor_at(6), &number, PASSWORD).await;
        assert!(home.says(&format!("{}****{}", &owners[..3], &owners[7..])), "{way}: {}", home.text);
        assert!(owner.get("/orders").await.is_ok());
    }
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn whoever_says_an_owned_number_is_ended_at_its_owners_next_proof(app: TestApp) {
    let (number, late) = ("320402198001010012", app.visitor_at(6));
    app.sign_up(&late, "15700000091", "周明远", number).await;
    assert_eq!(app.log_in(&late, "15700000091", PASSWORD).await.path, "/me");
    let owner = app.signed_in(0).await;
    by_card(&app, &owner, number).await;
    assert!(late.get("/me").await.path.starts_with("/login"));
    assert!(owner.get("/messages").await.says("冒用您身份证号的账户已停用"));
    app.check().await;
}

#[db_test]
async fn nothing_of_the_owners_is_the_strangers_before_either(app: TestApp) {
    // 周明远 owns his number and has a visit; a stranger says it now, under his name.
    let owner = app.citizen(0).await;
    let visit = owner.post_form(&app.place(86_400, 4).await.book(), &[]).await.path;
    let stranger = app.visitor_at(7);
    app.sign_up(&stranger, STRANGERS, "周明远", "320402198001010012").await;
    assert_eq!(app.log_in(&stranger, STRANGERS, PASSWORD).await.path, "/me");
    assert_eq!(stranger.get(&visit).await.status, 404);
    for path in ["/orders", "/messages", "/code"] {
        let page = stranger.get(path).await;
        assert!(
            page.is_ok() && page.link("/appointments/").is_none() && page.link("/messages/msg_").is_none(),
            "{path}"
        );
    }
    for path in [app.place(86_400, 4).await.book(), "/card".into(), "/pay-password/new".into()] {
        assert!(stranger.get(&path).await.path.starts_with("/real-name"), "{path}");
    }
    // The owner's own consent is not the stranger's to take back, nor does a stranger's stand for the owner.
    assert!(!stranger.get(FACE).await.says("您已同意由"));
    let messages = owner.get("/messages").await;
    assert!(messages.says("有人用您的资料注册"), "{}", messages.text);
    assert!(owner.get(&visit).await.says("预约成功"));
    app.check().await;
}

#[db_test]
async fn whoever_is_proven_and_has_no_account_opens_one(app: TestApp) {
    let (number, stranger) = occupied(&app, 44).await;
    let owner = app.visitor();
    owner.post_form("/forgot", &[("name", NAME), ("id_number", &number)]).await;
    let code = given(&window(&app).await, NAME, &number, "login-password").await;
    let page = owner.post_form("/prove/login-password/counter", &[("code", &code)]).await;
    assert!(page.path == "/forgot/account" && page.says("现在就可以开通"), "{} {}", page.path, page.text);
    // A mobile number that is another proven person's is not taken from them, and the proof is kept.
    let taken = owner.send_form(&page, &[("mobile", "13900000001")]).await;
    let fields =
        |code: &str| [("code", code.to_owned()), ("password", PASSWORD.into()), ("password_again", PASSWORD.into())];
    let sent = fields(&app.code("13900000001").await);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = owner.send_form(&taken, &sent).await;
    assert!(refused.status == 422 && refused.says("已经是另一位市民的登录手机号"), "{}", refused.text);
    let again = owner.get("/forgot/account").await;
    let page = owner.send_form(&again, &[("mobile", OWNERS)]).await;
    let sent = fields(&app.code(OWNERS).await);
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = owner.send_form(&page, &sent).await;
    assert!(done.path == "/login" && done.says("账户已开通"), "{} {}", done.path, done.text);
    assert_eq!(app.log_in(&owner, &number, PASSWORD).await.path, "/me");
    assert!(stranger.get("/me").await.path.starts_with("/login"));
    is_shut_out(&app, STRANGERS).await;
    assert_eq!(app.log_in(&app.visitor(), "13900000001", "changzhou2026").await.path, "/me");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_new_telephone_leads_to_the_old_account(app: TestApp) {
    let old = app.citizen(0).await;
    let visit = old.post_form(&app.place(86_400, 4).await.book(), &[]).await.path;
    let new = app.visitor_at(5);
    app.sign_up(&new, "15700000051", "周明远", "320402198001010012").await;
    assert_eq!(app.log_in(&new, "15700000051", PASSWORD).await.path, "/me");
    let before = new.cookie("ses").expect("a session");
    let done = by_card(&app, &new, "320402198001010012").await;
    assert!(done.says("实名认证成功"), "{} {}", done.path, done.text);
    assert!(new.get(&visit).await.says("预约成功"), "the same person has the same visits");
    // What stood before is out, and its telephone was told.
    assert!(old.get("/me").await.path.starts_with("/login"));
    let told = app.texts("13900000001").await;
    assert!(told.iter().any(|text| text.to_string().contains("登录手机号和密码已更换")), "{told:?}");
    assert_eq!(app.log_in(&app.visitor(), "13900000001", "changzhou2026").await.status, 422);
    assert_eq!(app.log_in(&app.visitor(), "320402198001010012", PASSWORD).await.path, "/me");
    assert_eq!(app.log_in(&app.visitor(), "15700000051", PASSWORD).await.path, "/me");
    // Whoever copied the token before is left behind.
    assert_ne!(new.cookie("ses"), Some(before.clone()));
    app.advance_secs(61);
    let thief = app.visitor_at(5).with_cookie(&format!("ses={before}"));
    assert!(thief.get("/me").await.path.starts_with("/login"));
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_lost_answer_costs_a_login_and_no_proof(app: TestApp) {
    let number = known(&app, 45).await;
    let person = signed_up(&app, &number, OWNERS).await;
    let before = person.cookie("ses").expect("a session");
    by_card(&app, &person, &number).await;
    // The browser never heard of the new token: it goes on with the old one for a minute.
    let late = app.visitor().with_cookie(&format!("ses={before}; dev={}", person.cookie("dev").expect("a device")));
    let done = late.get("/real-name/done").await;
    assert!(done.says("实名认证成功"), "{} {}", done.path, done.text);
    // Nobody is given the new token for the old one: that is what a thief would ask for.
    assert_eq!(late.cookie("ses"), Some(before));
    app.advance_secs(61);
    assert!(late.get("/me").await.path.starts_with("/login"));
    assert_eq!(app.log_in(&late, OWNERS, PASSWORD).await.path, "/me");
    assert!(
        late.get("/real-name").await.says("已认证") || late.get("/me").await.says("已认证"),
        "nothing is asked again"
    );
    app.check().await;
}

#[db_test]
async fn accounts_from_before_numbers_had_owners_are_given_their_month(app: TestApp) {
    let (_, stranger) = occupied(&app, 47).await;
    let before = app.count("account").await;
    app.plant(store::undate_accounts).await;
    app.run_jobs().await;
    assert_eq!(app.count("account").await, before, "they have a month from now");
    assert_eq!(stranger.get("/me").await.path, "/me");
    app.advance_secs(30 * 86_400 + 7200);
    app.run_jobs().await;
    assert_eq!(app.count("account").await, before - 1);
    app.check().await;
}

#[db_test]
async fn an_account_that_is_nobodys_goes_after_a_month(app: TestApp) {
    let (number, stranger) = occupied(&app, 48).await;
    let owner = signed_up(&app, &number, OWNERS).await;
    by_card(&app, &owner, &number).await;
    let third = app.visitor_at(4);
    app.sign_up(&third, "15700000053", NAME, &number).await;
    let count = |what: &'static str| app.count(what);
    let before = count("account").await;
    app.advance_secs(30 * 86_400 - 120);
    app.run_jobs().await;
    assert_eq!(count("account").await, before, "not a day early");
    // A text that was sent a moment ago is no reason to stay, nor to keep the others.
    app.log_in(&third, "15700000053", PASSWORD).await;
    let fields = [("old", PASSWORD), ("password", "文笔塔青果巷天宁寺"), ("password_again", "文笔塔青果巷天宁寺")];
    assert_eq!(third.post_form("/me/password", &fields).await.path, "/me");
    app.advance_secs(7200);
    app.run_jobs().await;
    assert_eq!(count("account").await, before - 2, "what was ended, and what nobody was proven for");
    assert_eq!(count("person").await, before - 2, "what a stranger typed is gone with it");
    assert_eq!(app.log_in(&app.visitor(), "15700000053", PASSWORD).await.status, 422);
    assert_eq!(app.log_in(&owner, &number, PASSWORD).await.path, "/me", "the owner's stays");
    assert!(stranger.get("/me").await.path.starts_with("/login"));
    // The mobile number and the ID number are free to be said again.
    app.sign_up(&third, "15700000053", NAME, &number).await;
    assert_eq!(app.log_in(&third, "15700000053", PASSWORD).await.path, "/me");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn an_id_number_that_several_say_logs_in_to_none_of_them(app: TestApp) {
    let (number, _) = occupied(&app, 49).await;
    assert_eq!(app.log_in(&app.visitor(), &number, PASSWORD).await.path, "/me", "nobody else says it");
    let owner = signed_up(&app, &number, OWNERS).await;
    // Elsewhere the number is not asked about: neither the stranger's password opens by it, nor is the owner's tried at theirs.
    for _ in 0..3 {
        let told = app.log_in(&app.visitor(), &number, PASSWORD).await;
        assert!(told.status == 422 && told.says("请用手机号码登录"), "{} {}", told.status, told.text);
    }
    assert_eq!(app.log_in(&app.visitor(), OWNERS, PASSWORD).await.path, "/me");
    assert_eq!(app.log_in(&app.visitor_at(8), STRANGERS, PASSWORD).await.path, "/me", "by what they confirmed");
    by_face(&owner).await;
    assert_eq!(app.log_in(&app.visitor_at(9), &number, PASSWORD).await.path, "/me", "it is its owner's now");
    app.check().await;
}

#[db_test]
async fn two_who_are_proven_at_once_are_one_person(app: TestApp) {
    let number = known(&app, 49).await;
    let (one, two) = (signed_up(&app, &number, OWNERS).await, app.visitor_at(7));
    app.sign_up(&two, STRANGERS, NAME, &number).await;
    app.log_in(&two, STRANGERS, PASSWORD).await;
    let desk = window(&app).await;
    let code = given(&desk, NAME, &number, "real-name").await;
    let (first, second) = (one.get("/prove/real-name/counter").await, two.get("/prove/real-name/counter").await);
    let fields = [("code", code.as_str())];
    let (a, b) = tokio::join!(
        one.send_once(&first, "/prove/real-name/counter", &fields),
        two.send_once(&second, "/prove/real-name/counter", &fields),
    );
    let right = |answer: &Answer| location(answer) == "/real-name/done";
    assert!(right(&a) || right(&b), "{} {}", a.text, b.text);
    assert_eq!(app.count("number_owner").await, 5, "four samples and this one");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_mobile_number_of_a_nobody_is_whose_it_was_confirmed_for_last(app: TestApp) {
    let first = app.visitor();
    app.sign_up(&first, OWNERS, NAME, &id_number(50)).await;
    app.log_in(&first, OWNERS, PASSWORD).await;
    app.advance_secs(61);
    // The number was given to somebody else since.
    let second = app.visitor_at(7);
    let page = app.ask_sign_up(&second, OWNERS).await;
    let code = app.code(OWNERS).await;
    second.send_form(&page, &details("新的机主", &id_number(51), &code, "Another-2026")).await;
    let home = app.log_in(&second, OWNERS, "Another-2026").await;
    assert!(home.path == "/me" && home.says("新的机主"), "{} {}", home.path, home.text);
    assert!(first.get("/me").await.path.starts_with("/login"));
    app.check().await;
}

#[db_test]
async fn a_card_that_lost_its_number_keeps_other_ways_open(app: TestApp) {
    let (number, _) = occupied(&app, 52).await;
    steer(&app, &number, json!({ "mobile": "" })).await;
    let owner = signed_up(&app, &number, OWNERS).await;
    let (card_no, _) = crate::second_ways::card(&app, &number).await;
    let told = owner.post_form("/prove/real-name/card", &[("card_no", &card_no)]).await;
    assert!(told.status == 422 && told.says("没有登记您的手机号码"), "{}", told.text);
    assert!(by_face(&owner).await.says("实名认证成功"));
    app.check().await;
}
