//! What strangers spend is theirs: nobody is locked out of a login, a telephone or a proof by others.

use testkit::db_test;

use crate::faces::{agree, camera, fail, make_known};
use crate::second_ways::{card, given, window};
use crate::support::people::{PASSWORD, details, id_number, not};
use crate::support::{Answer, TestApp, Visitor};

const MOBILE: &str = "13900000001";
const NUMBER: &str = "320402198001010012";
const NAME: &str = "周明远";
const OTHER: &str = "32040419900615002X";
const OWNERS_PASSWORD: &str = "changzhou2026";

/// Somebody elsewhere with a browser of their own.
fn stranger(app: &TestApp, n: u8) -> Visitor {
    app.visitor_at(100 + n)
}

async fn asks_login_code(person: &Visitor) -> Answer {
    person.post_form("/login/code", &[("mobile", MOBILE)]).await
}

fn was_sent(answer: &Answer) -> bool {
    answer.path.starts_with("/login/code/enter") || answer.path.starts_with("/sign-up/details")
}

#[db_test]
async fn strangers_requests_cut_nobody_off_from_their_codes(app: TestApp) {
    let owner = app.signed_in(0).await;
    let mut sent = 0;
    for n in 0..20 {
        // New browsers from many places, for whatever purpose, one a minute.
        let person = stranger(&app, n % 5);
        let answer = match n % 2 {
            0 => asks_login_code(&person).await,
            _ => app.ask_sign_up(&person, MOBILE).await,
        };
        sent += i32::from(was_sent(&answer));
        app.advance_secs(600);
    }
    assert_eq!(sent, 7, "what strangers have of the ten");
    let device = owner.cookie("dev").expect("a device");
    let known = app.visitor().with_cookie(&format!("dev={device}"));
    let page = asks_login_code(&known).await;
    assert!(was_sent(&page), "the owner's own device: {} {}", page.path, page.text);
    let code = app.code(MOBILE).await;
    assert_eq!(known.send_form(&page, &[("code", &code)]).await.path, "/me");
    assert!(app.texts(MOBILE).await.len() <= 11, "and no more than ten codes in all");
    app.check().await;
}

#[db_test]
async fn one_neighbourhood_cannot_spend_what_others_have(app: TestApp) {
    for n in 0..6 {
        let answer = asks_login_code(&stranger(&app, 1)).await;
        assert_eq!(was_sent(&answer), n < 4, "{n}: {}", answer.text);
        app.advance_secs(1800);
    }
    let elsewhere = asks_login_code(&app.visitor()).await;
    assert!(was_sent(&elsewhere), "{} {}", elsewhere.path, elsewhere.text);
    app.check().await;
}

#[db_test]
async fn a_browser_has_ten_codes_a_day_whatever_the_number(app: TestApp) {
    let person = app.visitor();
    person.get("/sign-up").await;
    for n in 0..11 {
        let answer = app.ask_sign_up(&person, &format!("157000004{n:02}")).await;
        assert_eq!(was_sent(&answer), n < 10, "{n}: {}", answer.text);
    }
    assert!(was_sent(&app.ask_sign_up(&app.visitor(), "15700000499").await), "another browser");
    app.check().await;
}

#[db_test]
async fn a_strangers_request_ends_no_code_that_is_on_its_way(app: TestApp) {
    let owner = app.visitor();
    let page = asks_login_code(&owner).await;
    let code = app.code(MOBILE).await;
    app.advance_secs(61);
    let theirs = asks_login_code(&stranger(&app, 1)).await;
    assert!(was_sent(&theirs), "{}", theirs.text);
    // Guesses at the stranger's own code cost the owner's nothing either.
    for _ in 0..5 {
        stranger(&app, 1).send_form(&theirs, &[("code", not(&code))]).await;
    }
    let home = owner.send_form(&page, &[("code", &code)]).await;
    assert_eq!(home.path, "/me", "{}", home.text);
    app.check().await;
}

#[db_test]
async fn a_login_is_locked_where_it_was_guessed_and_not_elsewhere(app: TestApp) {
    for n in 0..3 {
        for _ in 0..5 {
            app.log_in(&stranger(&app, n), MOBILE, "guess-number-1").await;
        }
        let locked = app.log_in(&stranger(&app, n), MOBILE, OWNERS_PASSWORD).await;
        assert!(locked.says("试得太多了"), "{}", locked.text);
    }
    let home = app.log_in(&app.visitor(), MOBILE, OWNERS_PASSWORD).await;
    assert_eq!(home.path, "/me", "a new telephone elsewhere: {}", home.text);
    app.check().await;
}

#[db_test]
async fn a_crowd_locks_strangers_and_not_the_owners_devices(app: TestApp) {
    let owner = app.signed_in(0).await;
    for n in 0..10 {
        for _ in 0..5 {
            app.log_in(&stranger(&app, n), MOBILE, "guess-number-1").await;
        }
    }
    let new = app.log_in(&app.visitor(), MOBILE, OWNERS_PASSWORD).await;
    assert!(new.says("试得太多了"), "fifty guesses from ten places: {}", new.text);
    owner.cookies.lock().expect("lock").remove("ses");
    assert_eq!(app.log_in(&owner, MOBILE, OWNERS_PASSWORD).await.path, "/me");
    app.check().await;
}

async fn desk_login(person: &Visitor, password: &str) -> Answer {
    person.post_form("/desk/login", &[("login", "chuangkou1"), ("password", password)]).await
}

#[db_test]
async fn nobody_locks_a_clerk_out_of_the_desk(app: TestApp) {
    let (clerk, _) = app.clerk(0).await;
    // Through the citizens' form, by a name that once had the clerk's own guard.
    for _ in 0..5 {
        app.log_in(&app.visitor(), "staff\nchuangkou1", "wrong").await;
    }
    assert_eq!(desk_login(&app.visitor(), "gongzuotai2026").await.path, "/desk/visits");
    // At the desks' own door, from many places.
    for n in 0..10 {
        for _ in 0..5 {
            desk_login(&stranger(&app, n), "wrong").await;
        }
    }
    assert!(desk_login(&app.visitor(), "gongzuotai2026").await.says("试得太多了"), "strangers wait");
    clerk.cookies.lock().expect("lock").remove("desk");
    let desk = desk_login(&clerk, "gongzuotai2026").await;
    assert_eq!(desk.path, "/desk/visits", "the clerk's own device does not: {}", desk.text);
    app.check().await;
}

#[db_test]
async fn another_persons_face_tries_are_not_a_strangers_to_spend(app: TestApp) {
    const FACE: &str = "/prove/real-name/face";
    let owner = app.signed_in(0).await;
    // Accounts that only say the number are strangers, signed in or not.
    for n in 0..3 {
        let (person, mobile) = (stranger(&app, n), format!("1570000050{n}"));
        app.sign_up(&person, &mobile, NAME, NUMBER).await;
        app.log_in(&person, &mobile, PASSWORD).await;
        for _ in 0..5 {
            fail(&person, FACE).await;
        }
        let sixth = agree(&person, FACE).await;
        assert!(sixth.status == 422 && sixth.says("识别次数已用完"), "{n}: {}", sixth.text);
    }
    // All strangers together have fifteen; the owner has five of their own.
    let fourth = stranger(&app, 9);
    app.sign_up(&fourth, "15700000509", NAME, NUMBER).await;
    app.log_in(&fourth, "15700000509", PASSWORD).await;
    assert_eq!(agree(&fourth, FACE).await.status, 422);
    assert!(camera(&owner, FACE).await.is_ok());
    app.check().await;
}

#[db_test]
async fn one_strangers_tries_leave_another_theirs(app: TestApp) {
    const FACE: &str = "/prove/real-name/face";
    let number = id_number(60);
    make_known(&app, "测试市民", &number).await;
    let (first, second) = (stranger(&app, 1), app.visitor());
    for (person, mobile) in [(&first, "15700000511"), (&second, "15700000512")] {
        app.sign_up(person, mobile, "测试市民", &number).await;
        app.log_in(person, mobile, PASSWORD).await;
    }
    for _ in 0..5 {
        fail(&first, FACE).await;
    }
    assert!(camera(&second, FACE).await.is_ok(), "who the owner is, nobody knows yet");
    app.check().await;
}

#[db_test]
async fn a_code_from_a_counter_is_not_a_strangers_to_kill(app: TestApp) {
    const COUNTER: &str = "/prove/real-name/counter";
    let owner = app.signed_in(0).await;
    let code = given(&window(&app).await, NAME, NUMBER, "real-name").await;
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    for n in 0..4 {
        let (person, mobile) = (stranger(&app, n), format!("1570000052{n}"));
        app.sign_up(&person, &mobile, NAME, NUMBER).await;
        app.log_in(&person, &mobile, PASSWORD).await;
        for _ in 0..6 {
            person.post_form(COUNTER, &[("code", wrong)]).await;
        }
    }
    let done = owner.post_form(COUNTER, &[("code", &code)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
    app.check().await;
}

/// Somebody who says the owner's number in an account of their own, signed in.
async fn sayer(app: &TestApp, place: u8, mobile: &str) -> Visitor {
    let person = stranger(app, place);
    app.sign_up(&person, mobile, NAME, NUMBER).await;
    app.log_in(&person, mobile, PASSWORD).await;
    person
}

fn no_counter_code(code: &str) -> &'static str {
    if code == "00000000" { "00000001" } else { "00000000" }
}

#[db_test]
async fn a_code_from_a_counter_is_its_owners_also_where_a_stranger_sits(app: TestApp) {
    const COUNTER: &str = "/prove/real-name/counter";
    let owner = app.signed_in(0).await;
    let code = given(&window(&app).await, NAME, NUMBER, "real-name").await;
    // Behind the owner's own address, as in one house or one hospital.
    let person = app.visitor();
    app.sign_up(&person, "15700000540", NAME, NUMBER).await;
    app.log_in(&person, "15700000540", PASSWORD).await;
    for _ in 0..6 {
        person.post_form(COUNTER, &[("code", no_counter_code(&code))]).await;
    }
    let theirs = person.post_form(COUNTER, &[("code", &code)]).await;
    assert_eq!(theirs.status, 422, "it is shut for whoever guessed: {}", theirs.path);
    for _ in 0..4 {
        assert_eq!(owner.post_form(COUNTER, &[("code", no_counter_code(&code))]).await.status, 422);
    }
    let done = owner.post_form(COUNTER, &[("code", &code)]).await;
    assert_eq!(done.path, "/real-name/done", "the owner has five of their own: {}", done.text);
    app.check().await;
}

#[db_test]
async fn whoever_signs_in_behind_one_address_has_tries_of_their_own(app: TestApp) {
    let number = crate::owners::known(&app, 61).await;
    let ((card_no, _), (other_no, _)) = (card(&app, &number).await, card(&app, OTHER).await);
    let ways = ["face", "card", "counter"].map(|way| format!("/prove/real-name/{way}"));
    let [face, by_card, counter] = ways.each_ref().map(String::as_str);
    let code = given(&window(&app).await, crate::owners::NAME, &number, "real-name").await;
    // In one hospital: somebody says the owner's number, and the owner is not proven yet.
    let squatter = app.visitor();
    app.sign_up(&squatter, "15700000561", crate::owners::NAME, &number).await;
    app.log_in(&squatter, "15700000561", PASSWORD).await;
    for _ in 0..5 {
        fail(&squatter, face).await;
        squatter.post_form(by_card, &[("card_no", &other_no)]).await;
        squatter.post_form(counter, &[("code", no_counter_code(&code))]).await;
    }
    assert_eq!(agree(&squatter, face).await.status, 422);
    assert_eq!(squatter.post_form(by_card, &[("card_no", &card_no)]).await.status, 422);
    assert_eq!(squatter.post_form(counter, &[("code", &code)]).await.status, 422);
    // Another browser of theirs is no other account.
    let again = app.visitor();
    app.log_in(&again, "15700000561", PASSWORD).await;
    assert_eq!(again.post_form(counter, &[("code", &code)]).await.status, 422);
    let owner = app.visitor();
    app.sign_up(&owner, "15700000562", crate::owners::NAME, &number).await;
    app.log_in(&owner, "15700000562", PASSWORD).await;
    assert!(camera(&owner, face).await.is_ok());
    let page = owner.post_form(by_card, &[("card_no", &card_no)]).await;
    assert!(page.path.starts_with("/prove/real-name/card/code"), "{} {}", page.path, page.text);
    let done = owner.post_form(counter, &[("code", &code)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn a_crowd_kills_no_code_from_a_counter(app: TestApp) {
    const COUNTER: &str = "/prove/real-name/counter";
    let desk = window(&app).await;
    let code = given(&desk, NAME, NUMBER, "real-name").await;
    for n in 0..11 {
        let person = sayer(&app, n, &format!("157000006{n:02}")).await;
        for _ in 0..5 {
            person.post_form(COUNTER, &[("code", no_counter_code(&code))]).await;
        }
    }
    // The owner with a new telephone at a new place: nobody here can know that it is the owner.
    let new = sayer(&app, 50, "15700000650").await;
    let done = new.post_form(COUNTER, &[("code", &code)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn a_stolen_session_alone_spends_what_strangers_have(app: TestApp) {
    const FACE: &str = "/prove/real-name/face";
    const CARD: &str = "/prove/real-name/card";
    const COUNTER: &str = "/prove/real-name/counter";
    let owner = app.signed_in(0).await;
    let ((card_no, _), (other_no, _)) = (card(&app, NUMBER).await, card(&app, OTHER).await);
    let code = given(&window(&app).await, NAME, NUMBER, "real-name").await;
    // The session's cookie without the device's, in the same house.
    let thief = app.visitor().with_cookie(&owner.cookie_pair("ses").expect("a session"));
    for _ in 0..5 {
        fail(&thief, FACE).await;
        thief.post_form(CARD, &[("card_no", &other_no)]).await;
        thief.post_form(COUNTER, &[("code", no_counter_code(&code))]).await;
    }
    assert_eq!(agree(&thief, FACE).await.status, 422);
    assert!(thief.post_form(CARD, &[("card_no", &other_no)]).await.says("试得太多了"));
    assert_eq!(thief.post_form(COUNTER, &[("code", &code)]).await.status, 422);
    // All three are the owner's still, on the device that they logged in on.
    assert!(camera(&owner, FACE).await.is_ok());
    let page = owner.post_form(CARD, &[("card_no", &card_no)]).await;
    assert!(page.path.starts_with("/prove/real-name/card/code"), "{} {}", page.path, page.text);
    let done = owner.post_form(COUNTER, &[("code", &code)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn a_stolen_session_alone_does_not_spend_the_owners_codes_by_sms(app: TestApp) {
    let owner = app.citizen(0).await;
    let thief = stranger(&app, 1).with_cookie(&owner.cookie_pair("ses").expect("a session"));
    let token = thief.get("/devices").await.field("csrf").expect("a form");
    for _ in 0..30 {
        thief.post("/devices/prove/sms", &[("csrf", &token), ("to", "/me")]).await;
        app.advance_secs(601);
    }
    // The owner's next session on the same device shows the device anew.
    let me = owner.get("/me").await;
    owner.send_form_to(&me, "/logout", &[]).await;
    app.log_in(&owner, MOBILE, OWNERS_PASSWORD).await;
    let page = owner.get("/devices/prove").await;
    let enter = owner.send_form_to(&page, "/devices/prove/sms", &[]).await;
    assert!(enter.path.starts_with("/devices/prove/code"), "{} {}", enter.path, enter.text);
    app.check().await;
}

#[db_test]
async fn signing_up_is_open_to_everybody_while_others_guess(app: TestApp) {
    let person = app.visitor();
    let page = app.ask_sign_up(&person, "15700000531").await;
    let code = app.code("15700000531").await;
    for n in 0..5 {
        stranger(&app, n).send_form(&page, &details(NAME, &id_number(61), not(&code), PASSWORD)).await;
    }
    // A page of somebody else's is known by its token: their guesses are not even tried.
    let done = person.send_form(&page, &details(NAME, &id_number(61), &code, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    app.check().await;
}
