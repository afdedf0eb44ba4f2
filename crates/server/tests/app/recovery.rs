//! Forgotten passwords: proven first, then set anew; nobody learns who has an account.

use reqwest::Method;
use testkit::db_test;

use crate::faces::{agree, camera, fail, film, finish, make_known, number, proofs};
use crate::second_ways::{by_card, card, given, window};
use crate::support::people::{PASSWORD, asks_to_sign_in, location};
use crate::support::{Answer, TestApp, Visitor};

const FACE: &str = "/prove/login-password/face";
const NEW: &str = "Tianning-2027";
const NAME: &str = "测试市民";

/// Somebody whose number is theirs, signed in.
async fn citizen(app: &TestApp, sequence: u32) -> Visitor {
    let person = crate::faces::citizen(app, sequence).await;
    app.vouch(&person).await;
    person
}

/// Says who they are, and returns the page with the ways.
async fn named(person: &Visitor, name: &str, number: &str) -> Answer {
    let page = person.post_form("/forgot", &[("name", name), ("id_number", number)]).await;
    assert!(page.is_ok() && page.path == "/forgot/ways", "{} {} {}", page.status, page.path, page.text);
    page
}

/// Passes a face check as a visitor, and returns where it leads.
async fn proven(person: &Visitor) -> String {
    let page = camera(person, FACE).await;
    film(&page).await;
    location(&finish(person, &page).await)
}

async fn is_in(person: &Visitor) -> bool {
    let page = person.once(Method::GET, "/me", None).await;
    assert!(page.is_ok() || asks_to_sign_in(&page), "{} {}", page.status, page.text);
    page.is_ok()
}

#[db_test]
async fn a_forgotten_password_is_set_anew_and_everybody_is_signed_out(app: TestApp) {
    let phone = citizen(&app, 201).await;
    let tablet = app.visitor();
    app.log_in(&tablet, "15800000201", PASSWORD).await;
    assert!(app.visitor().get("/login").await.says("href=\"/forgot\""));
    let person = app.visitor();
    let ways = named(&person, NAME, &number(201)).await;
    for words in ["面部识别验证", FACE, "/prove/login-password/card", "/prove/login-password/counter"] {
        assert!(ways.says(words), "{words}: {}", ways.text);
    }
    assert!(!ways.says(&number(201)) && !ways.says(NAME), "masked: {}", ways.text);
    assert_eq!(person.get("/forgot/new-password").await.path, "/forgot/ways", "not before it is proven");
    assert_eq!(proven(&person).await, "/forgot/new-password");
    let page = person.get("/forgot/new-password").await;
    let both = |password, again| [("password", password), ("password_again", again)];
    for (first, again, words) in [
        ("short1", "short1", "密码至少 8 位"),
        ("love910101", "love910101", "密码里不要有证件号"),
        ("x15800000201", "x15800000201", "密码里不要有证件号"),
        (NEW, "Tianning-2028", "两次输入的密码不一样"),
    ] {
        let again = person.send_form(&page, &both(first, again)).await;
        assert!(again.status == 422 && again.says(words), "{words}: {} {}", again.status, again.text);
    }
    assert!(is_in(&phone).await && is_in(&tablet).await, "nothing has happened yet");
    let done = person.send_form(&page, &both(NEW, NEW)).await;
    assert!(done.path == "/login" && done.says("新密码已设好"), "{} {}", done.path, done.text);
    assert!(!is_in(&phone).await && !is_in(&tablet).await, "every session has ended");
    assert_eq!(app.log_in(&app.visitor(), "15800000201", PASSWORD).await.status, 422, "the old one is dead");
    let home = app.visitor();
    assert_eq!(app.log_in(&home, "15800000201", NEW).await.path, "/me");
    app.vouch(&home).await;
    // Whoever has the telephone, and signs in there by a code, stands before a device that is nobody's any more.
    assert_eq!(app.log_in(&phone, "15800000201", NEW).await.path, "/me");
    let shut = phone.get("/orders").await;
    assert!(shut.path.starts_with("/real-name"), "{} {}", shut.path, shut.text);
    let messages = home.get("/messages").await;
    assert!(messages.says("登录密码已修改"), "{}", messages.text);
    let texts = app.texts("15800000201").await;
    assert!(texts.iter().any(|text| text.to_string().contains("登录密码已于")), "{texts:?}");
    let again = person.send_form(&page, &both("Another-2027", "Another-2027")).await;
    assert_eq!(again.path, "/forgot", "the proof was used and the visitor forgotten");
    assert_eq!(app.log_in(&app.visitor(), "15800000201", "Another-2027").await.status, 422);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn who_sets_a_new_password_is_not_told_of_an_old_session(app: TestApp) {
    let person = citizen(&app, 216).await;
    app.advance_secs(1801);
    assert!(person.get("/login").await.says("很久没有操作，已自动退出"));
    named(&person, NAME, &number(216)).await;
    assert_eq!(proven(&person).await, "/forgot/new-password");
    let page = person.get("/forgot/new-password").await;
    let done = person.send_form(&page, &[("password", NEW), ("password_again", NEW)]).await;
    assert!(done.says("新密码已设好") && !done.says("已自动退出"), "{} {}", done.path, done.text);
    app.check().await;
}

#[db_test]
async fn an_unknown_number_looks_like_any_other_until_it_is_proven(app: TestApp) {
    drop(citizen(&app, 202).await);
    make_known(&app, NAME, &number(203)).await;
    let (known, unknown) = (app.visitor(), app.visitor());
    let (first, second) = (named(&known, NAME, &number(202)).await, named(&unknown, NAME, &number(203)).await);
    let plain = |page: &Answer, number: &str| {
        let cut = |text: &str| text.split("name=\"csrf\"").next().unwrap_or_default().to_owned();
        cut(&page.text).replace(&number[14..], "****")
    };
    assert_eq!(plain(&first, &number(202)), plain(&second, &number(203)));
    let (first, second) = (known.get(FACE).await, unknown.get(FACE).await);
    assert_eq!(plain(&first, &number(202)), plain(&second, &number(203)));
    assert_eq!(proven(&known).await, proven(&unknown).await);
    assert!(known.get("/forgot/new-password").await.says("设置新密码"));
    let told = unknown.get("/forgot/new-password").await;
    assert!(told.path == "/forgot/account" && told.says("现在就可以开通"), "{} {}", told.path, told.text);
    assert_eq!(proofs(&app).await, (2, 2));
    app.check().await;
}

#[db_test]
async fn another_code_for_a_new_account_says_that_passwords_are_typed_again(app: TestApp) {
    let (owner, mobile) = (app.visitor(), "15800000205");
    make_known(&app, NAME, &number(205)).await;
    named(&owner, NAME, &number(205)).await;
    proven(&owner).await;
    let page = owner.post_form("/forgot/account", &[("mobile", mobile)]).await;
    let code = app.code(mobile).await;
    let typed = [("code", code.as_str()), ("password", NEW), ("password_again", NEW), ("act", "resend")];
    let early = owner.send_form(&page, &typed).await;
    assert!(early.status == 422 && early.says("密码不会保留，请再输一遍") && !early.says(NEW), "{}", early.text);
    assert_eq!(early.field("code").as_deref(), Some(code.as_str()), "it is still good");
    app.advance_secs(61);
    let sent = owner.send_form(&early, &typed).await;
    assert!(sent.is_ok() && sent.says("新的验证码已发出"), "{} {}", sent.path, sent.text);
    assert!(sent.says("密码不会保留，请再输一遍"), "{}", sent.text);
    // With nothing typed, nothing is said of it.
    app.carry().await;
    app.advance_secs(61);
    let sent = owner.send_form(&sent, &[("act", "resend")]).await;
    assert!(sent.says("新的验证码已发出") && !sent.says("密码不会保留"), "{}", sent.text);
    let code = app.code(mobile).await;
    let done = owner.send_form(&sent, &[("code", &code), ("password", NEW), ("password_again", NEW)]).await;
    assert!(done.path == "/login" && done.says("账户已开通"), "{} {}", done.path, done.text);
    app.check().await;
}

#[db_test]
async fn strangers_cannot_use_up_a_persons_own_tries(app: TestApp) {
    let owner = citizen(&app, 204).await;
    for _ in 0..5 {
        let stranger = app.visitor();
        named(&stranger, NAME, &number(204)).await;
        fail(&stranger, FACE).await;
    }
    let stranger = app.visitor();
    named(&stranger, NAME, &number(204)).await;
    let sixth = agree(&stranger, FACE).await;
    assert!(sixth.status == 422 && sixth.says("识别次数已用完"), "{} {}", sixth.status, sixth.text);
    assert!(sixth.says("href=\"/forgot/ways\""), "{}", sixth.text);
    // The owner, signed in, and signed out in the browser that has been signed in before.
    assert!(camera(&owner, "/prove/real-name/face").await.is_ok());
    let me = owner.get("/me").await;
    owner.send_form_to(&me, "/logout", &[]).await;
    named(&owner, NAME, &number(204)).await;
    assert_eq!(proven(&owner).await, "/forgot/new-password");
    // Another person's device is a stranger's.
    let other = citizen(&app, 205).await;
    named(&other, NAME, &number(204)).await;
    assert_eq!(agree(&other, FACE).await.status, 422);
    app.check().await;
}

const CARD: &str = "/prove/login-password/card";
const COUNTER: &str = "/prove/login-password/counter";
/// A sample person, whom the card system knows.
const OWNER: (&str, &str) = ("周明远", "320402198001010012");
const OTHER: &str = "32040419900615002X";

/// The owner in the browser that they were signed in with, signed out; who says that they forgot the password.
async fn forgetful_owner(app: &TestApp) -> Visitor {
    let owner = app.signed_in(0).await;
    let me = owner.get("/me").await;
    owner.send_form_to(&me, "/logout", &[]).await;
    named(&owner, OWNER.0, OWNER.1).await;
    owner
}

async fn name_card(person: &Visitor, card_no: &str) -> Answer {
    person.post_form(CARD, &[("card_no", card_no)]).await
}

#[db_test]
async fn strangers_who_name_cards_do_not_shut_the_owners_own_device(app: TestApp) {
    let ((card_no, pin), (other_no, _)) = (card(&app, OWNER.1).await, card(&app, OTHER).await);
    let owner = forgetful_owner(&app).await;
    for n in 0..4_u8 {
        let stranger = app.visitor_at(60 + n);
        named(&stranger, "王小二", OWNER.1).await;
        for _ in 0..5 {
            name_card(&stranger, &other_no).await;
        }
    }
    let fifth = app.visitor_at(70);
    named(&fifth, OWNER.0, OWNER.1).await;
    assert!(name_card(&fifth, &card_no).await.says("试得太多了"), "all strangers together have twenty");
    let page = name_card(&owner, &card_no).await;
    assert!(page.path.starts_with("/prove/login-password/card/code"), "{} {}", page.path, page.text);
    assert!(!page.says("139****0001"), "who is not proven is shown no telephone: {}", page.text);
    let code = app.code("13900000001").await;
    let done = owner.send_form(&page, &[("code", &code), ("pin", &pin)]).await;
    assert_eq!(done.path, "/forgot/new-password", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn strangers_who_ask_for_codes_leave_the_owners_own_device_some(app: TestApp) {
    let (card_no, _) = card(&app, OWNER.1).await;
    for n in 0..12_u8 {
        let stranger = app.visitor_at(60 + n);
        named(&stranger, OWNER.0, OWNER.1).await;
        name_card(&stranger, &card_no).await;
        app.advance_secs(900);
    }
    let last = app.visitor_at(80);
    named(&last, OWNER.0, OWNER.1).await;
    assert!(!name_card(&last, &card_no).await.says("name=\"code\""), "strangers have had theirs");
    let owner = forgetful_owner(&app).await;
    let page = name_card(&owner, &card_no).await;
    assert!(page.says("name=\"code\""), "{} {}", page.path, page.text);
    app.check().await;
}

/// Enters a code from a counter, after a stranger at the same address has guessed at it.
async fn enters_after_a_stranger(app: &TestApp, person: &Visitor) -> Answer {
    let code = given(&window(app).await, OWNER.0, OWNER.1, "login-password").await;
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    let stranger = app.visitor();
    named(&stranger, OWNER.0, OWNER.1).await;
    for _ in 0..6 {
        stranger.post_form(COUNTER, &[("code", wrong)]).await;
    }
    assert_eq!(stranger.post_form(COUNTER, &[("code", &code)]).await.status, 422);
    person.post_form(COUNTER, &[("code", &code)]).await
}

#[db_test]
async fn a_strangers_guesses_leave_the_owners_own_device_its_code_from_a_counter(app: TestApp) {
    let owner = forgetful_owner(&app).await;
    let done = enters_after_a_stranger(&app, &owner).await;
    assert_eq!(done.path, "/forgot/new-password", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn the_device_that_an_owner_was_proven_on_is_their_own(app: TestApp) {
    // A new telephone: the account that was logged in to here ended when it turned out whose number it says.
    let owner = app.visitor();
    app.sign_up(&owner, "15700000901", OWNER.0, OWNER.1).await;
    app.log_in(&owner, "15700000901", PASSWORD).await;
    assert_eq!(by_card(&app, &owner, OWNER.1).await.path, "/real-name/done");
    let me = owner.get("/me").await;
    owner.send_form_to(&me, "/logout", &[]).await;
    named(&owner, OWNER.0, OWNER.1).await;
    let done = enters_after_a_stranger(&app, &owner).await;
    assert_eq!(done.path, "/forgot/new-password", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn a_neighbour_who_asks_for_ever_does_not_keep_the_owners_own_device_out(app: TestApp) {
    let owner = app.signed_in(0).await;
    let me = owner.get("/me").await;
    owner.send_form_to(&me, "/logout", &[]).await;
    let fields = [("name", OWNER.0), ("id_number", OWNER.1)];
    let mut refused = 0;
    for _ in 0..11 {
        let neighbour = app.visitor();
        for _ in 0..50 {
            let told = neighbour.post_form("/forgot", &fields).await;
            refused += i32::from(told.says("试得太多了"));
        }
    }
    assert_eq!(refused, 50, "behind one address there are five hundred");
    assert_eq!(owner.post_form("/forgot", &fields).await.path, "/forgot/ways");
    app.check().await;
}

#[db_test]
async fn a_proof_is_the_browsers_that_earned_it_and_lives_five_minutes(app: TestApp) {
    drop(citizen(&app, 206).await);
    let person = app.visitor();
    named(&person, NAME, &number(206)).await;
    assert_eq!(proven(&person).await, "/forgot/new-password");
    let page = person.get("/forgot/new-password").await;
    // Somebody else who says to be the same person; and the same browser, after it said so anew.
    let other = app.visitor();
    named(&other, NAME, &number(206)).await;
    assert_eq!(other.get("/forgot/new-password").await.path, "/forgot/ways");
    let fields = [("password", NEW), ("password_again", NEW)];
    let token = other.get("/forgot").await.field("csrf").expect("a form");
    let stolen = [fields[0], fields[1], ("csrf", token.as_str())];
    assert_eq!(other.post("/forgot/new-password", &stolen).await.path, "/forgot/ways");
    app.advance_secs(300);
    let late = person.send_form(&page, &fields).await;
    assert!(late.path == "/forgot/ways" && late.says("请先证明是您本人"), "{} {}", late.path, late.text);
    assert_eq!(app.log_in(&app.visitor(), "15800000206", PASSWORD).await.path, "/me");
    app.advance_secs(601);
    assert_eq!(person.get("/forgot/ways").await.path, "/forgot", "a quarter of an hour for a visitor");
    app.check().await;
}

#[db_test]
async fn two_new_passwords_at_once_are_one(app: TestApp) {
    drop(citizen(&app, 207).await);
    let person = app.visitor();
    named(&person, NAME, &number(207)).await;
    proven(&person).await;
    let page = person.get("/forgot/new-password").await;
    let passwords: Vec<String> = (0..4).map(|n| format!("Tianning-300{n}")).collect();
    let sent = passwords.iter().map(|password| {
        let fields = [("password", password.as_str()), ("password_again", password.as_str())];
        let (person, page) = (&person, &page);
        async move { person.send_once(page, "/forgot/new-password", &fields).await }
    });
    let answers = futures_util::future::join_all(sent).await;
    assert_eq!(answers.iter().filter(|answer| location(answer) == "/login").count(), 1);
    let mut right = 0;
    for password in &passwords {
        right += i32::from(app.log_in(&app.visitor(), "15800000207", password).await.path == "/me");
    }
    assert_eq!(right, 1);
    app.check().await;
}

#[db_test]
async fn a_lock_is_forgiven_with_the_new_password(app: TestApp) {
    drop(citizen(&app, 208).await);
    for _ in 0..5 {
        app.log_in(&app.visitor(), "15800000208", "not-this-1").await;
    }
    assert!(app.log_in(&app.visitor(), "15800000208", PASSWORD).await.says("试得太多了"));
    let person = app.visitor();
    named(&person, NAME, &number(208)).await;
    proven(&person).await;
    let fields = [("password", NEW), ("password_again", NEW)];
    assert_eq!(person.post_form("/forgot/new-password", &fields).await.path, "/login");
    assert_eq!(app.log_in(&app.visitor(), "15800000208", NEW).await.path, "/me");
    app.check().await;
}

#[db_test]
async fn who_one_is_must_be_readable_and_is_not_asked_for_ever(app: TestApp) {
    let person = app.visitor();
    let wrong = person.post_form("/forgot", &[("name", ""), ("id_number", "320402900101")]).await;
    assert!(wrong.status == 422 && wrong.says("姓名没有填") && wrong.says("身份证号是 18 位"), "{}", wrong.text);
    for path in ["/forgot/ways", "/forgot/new-password", FACE] {
        assert_eq!(person.get(path).await.path, "/forgot", "{path}");
    }
    let fields = [("name", NAME.to_owned()), ("id_number", number(209))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..50 {
        assert_eq!(person.post_form("/forgot", &fields).await.path, "/forgot/ways");
    }
    let refused = person.post_form("/forgot", &fields).await;
    assert!(refused.status == 422 && refused.says("试得太多了"), "{} {}", refused.status, refused.text);
    // Hundreds stand behind one address: who else is there has not spent theirs.
    assert_eq!(app.visitor().post_form("/forgot", &fields).await.path, "/forgot/ways");
    app.check().await;
}
