//! The ways without a face, through the front door: the real adapter against the sandbox's card system,
//! and codes from the service window.

use futures_util::future::join_all;
use serde_json::{Value, json};
use testkit::db_test;

use crate::support::people::{PASSWORD, id_number, not};
use crate::support::{Answer, TestApp, Visitor};

const NUMBER: &str = "320402198001010012";
const NAME: &str = "周明远";
const MOBILE: &str = "13900000001";
const OTHER: &str = "32040419900615002X";
const CARD: &str = "/prove/real-name/card";
const COUNTER: &str = "/prove/real-name/counter";

/// What the sandbox knows of somebody.
async fn known(app: &TestApp, number: &str) -> Value {
    let url = format!("http://{}/control/people/{number}", app.sandbox.control);
    reqwest::get(url).await.expect("the sandbox answers").json().await.expect("JSON")
}

pub async fn steer(app: &TestApp, number: &str, wish: Value) {
    let url = format!("http://{}/control/people/{number}", app.sandbox.control);
    let answer = reqwest::Client::new().post(url).json(&wish).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
}

/// Card number and password of somebody.
pub async fn card(app: &TestApp, number: &str) -> (String, String) {
    let person = known(app, number).await;
    let text = |name: &str| person[name].as_str().expect("a text").to_owned();
    (text("card_no"), text("card_pin"))
}

/// Names a card, and returns the page that follows.
async fn name_card(person: &Visitor, card_no: &str) -> Answer {
    person.post_form(CARD, &[("card_no", card_no)]).await
}

/// Names one's card and enters the code to the number on record, with a password.
async fn phone_and_pin(app: &TestApp, person: &Visitor, number: &str, pin: &str) -> Answer {
    let (card_no, _) = card(app, number).await;
    let page = name_card(person, &card_no).await;
    assert!(page.path.starts_with("/prove/real-name/card/code"), "{} {}", page.path, page.text);
    let mobile = known(app, number).await["mobile"].as_str().expect("a number on record").to_owned();
    let code = app.code(&mobile).await;
    person.send_form(&page, &[("code", &code), ("pin", pin)]).await
}

/// Proves by card who they are, and returns the page that follows.
pub async fn by_card(app: &TestApp, person: &Visitor, number: &str) -> Answer {
    let (_, pin) = card(app, number).await;
    phone_and_pin(app, person, number, &pin).await
}

pub async fn window(app: &TestApp) -> Visitor {
    let login = app.logins.iter().find(|login| login.role == "window").expect("a sample clerk");
    let desk = app.visitor();
    let front = desk.post_form("/desk/login", &[("login", &login.login), ("password", &login.password)]).await;
    assert!(front.is_ok() && front.path == "/desk/window", "{} {}", front.path, front.text);
    desk
}

pub async fn given(desk: &Visitor, name: &str, number: &str, purpose: &str) -> String {
    let fields = [("name", name), ("id_number", number), ("purpose", purpose), ("paper", "id-card")];
    let form = desk.get("/desk/window").await;
    let page = desk.send_form_to(&form, "/desk/window", &fields).await;
    let word = page.text.split("verdict-word\">").nth(1).and_then(|rest| rest.split('<').next());
    word.expect("a code").chars().filter(char::is_ascii_digit).collect()
}

#[db_test]
async fn the_card_opens_what_a_face_opens(app: TestApp) {
    let (card_no, pin) = card(&app, NUMBER).await;
    let person = app.signed_in(0).await;
    let page = name_card(&person, &card_no).await;
    let shown = page.path.starts_with("/prove/real-name/card/code") && page.says("139****0001");
    assert!(shown, "the number's owner is shown where the code went: {}", page.text);
    let code = app.code(MOBILE).await;
    assert_eq!(person.send_form(&page, &[("code", not(&code)), ("pin", &pin)]).await.status, 422);
    let done = person.send_form(&page, &[("code", &code), ("pin", &pin)]).await;
    assert!(done.is_ok() && done.path == "/real-name/done", "{} {}", done.path, done.text);
    assert!(done.says("data-device-key"), "a browser with script leaves its key now");
    assert_eq!(person.get(&app.place(86_400, 4).await.book()).await.status, 200);
    // The second of two taps goes where the first one went.
    assert_eq!(person.send_form(&page, &[("code", &code), ("pin", &pin)]).await.path, "/real-name/done");
    assert_eq!(app.acts("proof.passed").await, 1);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn wrong_passwords_are_five_a_day_and_need_the_telephone_on_record(app: TestApp) {
    let (card_no, pin) = card(&app, NUMBER).await;
    let person = app.signed_in(0).await;
    let page = name_card(&person, &card_no).await;
    for code in ["000000", "000001", "000002"] {
        assert!(person.send_form(&page, &[("code", code), ("pin", "111111")]).await.says("验证码不对"));
    }
    assert_eq!(app.acts("card_proof.asked").await, 0, "without the code the card system is asked nothing");
    let code = app.code(MOBILE).await;
    let wrong = person.send_form(&page, &[("code", &code), ("pin", "111111")]).await;
    assert!(wrong.says("今天还可以再试 4 次"), "{}", wrong.text);
    for left in (0..4).rev() {
        let wrong = person.send_form(&wrong, &[("pin", "111112")]).await;
        assert!(wrong.says(&format!("今天还可以再试 {left} 次")), "{}", wrong.text);
    }
    assert!(person.send_form(&wrong, &[("pin", &pin)]).await.says("试得太多了"));
    assert_eq!(app.acts("card_proof.asked").await, 5);
    app.advance_secs(86_400);
    let person = app.signed_in(0).await;
    assert_eq!(by_card(&app, &person, NUMBER).await.path, "/real-name/done", "a day later");
    app.check().await;
}

#[db_test]
async fn guesses_sent_at_once_count_one_by_one(app: TestApp) {
    let person = app.signed_in(0).await;
    let page = phone_and_pin(&app, &person, NUMBER, "111111").await;
    let guesses: Vec<_> = (0..20)
        .map(|n| {
            let (same, page) = (person.clone(), page.clone());
            tokio::spawn(async move { same.send_form(&page, &[("pin", &format!("99{n:04}"))]).await.status })
        })
        .collect();
    for guess in guesses {
        assert_eq!(guess.await.expect("answered"), 422);
    }
    assert_eq!(app.acts("card_proof.asked").await, 5);
    app.check().await;
}

#[db_test]
async fn nobody_locks_a_card_that_is_not_theirs(app: TestApp) {
    // Six made-up people with their own accounts name somebody's card; the card system locks after six passwords.
    let (card_no, pin) = card(&app, NUMBER).await;
    for n in 0..6_u8 {
        let (stranger, mobile) = (app.visitor_at(10 + n), format!("1570000020{n}"));
        app.sign_up(&stranger, &mobile, "市民", &id_number(200 + u32::from(n))).await;
        app.log_in(&stranger, &mobile, PASSWORD).await;
        let told = name_card(&stranger, &card_no).await;
        assert!(told.status == 422 && told.says("没有这个姓名和证件号的社保卡"), "{}", told.text);
    }
    // Nor does whoever says the owner's name and number, and holds the card in their hand.
    for n in 0..6_u8 {
        let (stranger, mobile) = (app.visitor_at(20 + n), format!("1570000030{n}"));
        app.sign_up(&stranger, &mobile, NAME, NUMBER).await;
        app.log_in(&stranger, &mobile, PASSWORD).await;
        let page = name_card(&stranger, &card_no).await;
        assert!(!page.says("139****0001"), "nor do they learn the telephone: {}", page.text);
        for code in ["000000", "000001"] {
            stranger.send_form(&page, &[("code", code), ("pin", "111111")]).await;
        }
    }
    assert_eq!(app.acts("card_proof.asked").await, 0);
    app.advance_secs(3600);
    let owner = app.signed_in(0).await;
    let page = name_card(&owner, &card_no).await;
    let code = app.code(MOBILE).await;
    assert_eq!(owner.send_form(&page, &[("code", &code), ("pin", &pin)]).await.path, "/real-name/done");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn strangers_do_not_shut_the_owners_way_by_card(app: TestApp) {
    let ((card_no, pin), (other_no, _)) = (card(&app, NUMBER).await, card(&app, OTHER).await);
    let mut told = Vec::new();
    for n in 0..5_u8 {
        // From five places somebody says the owner's name and number, and names a card that is not the owner's.
        let (stranger, mobile) = (app.visitor_at(40 + n), format!("1570000070{n}"));
        app.sign_up(&stranger, &mobile, NAME, NUMBER).await;
        app.log_in(&stranger, &mobile, PASSWORD).await;
        for _ in 0..5 {
            told.push(name_card(&stranger, &other_no).await.says("试得太多了"));
        }
    }
    assert_eq!(told.iter().filter(|too_many| **too_many).count(), 5, "all strangers together have twenty: {told:?}");
    let owner = app.signed_in(0).await;
    for _ in 0..4 {
        assert!(name_card(&owner, &other_no).await.says("不是您名下现在使用的社保卡"));
    }
    let page = name_card(&owner, &card_no).await;
    let code = app.code(MOBILE).await;
    assert_eq!(owner.send_form(&page, &[("code", &code), ("pin", &pin)]).await.path, "/real-name/done");
    app.check().await;
}

#[db_test]
async fn what_is_spent_of_a_person_is_not_spent_of_a_card(app: TestApp) {
    let ((card_no, _), (other_no, _)) = (card(&app, NUMBER).await, card(&app, OTHER).await);
    for n in 0..2_u8 {
        // Ten misses about the person, with another card, and ten about the card, by people who do not exist.
        for (place, mobile, name, number, named) in [
            (80 + n, format!("1570000080{n}"), NAME, NUMBER.to_owned(), &other_no),
            (90 + n, format!("1570000081{n}"), "市民", id_number(220 + u32::from(n)), &card_no),
        ] {
            let stranger = app.visitor_at(place);
            app.sign_up(&stranger, &mobile, name, &number).await;
            app.log_in(&stranger, &mobile, PASSWORD).await;
            for _ in 0..5 {
                assert_eq!(name_card(&stranger, named).await.status, 422);
            }
            assert!(name_card(&stranger, named).await.says("试得太多了"), "five are theirs");
        }
    }
    let person = app.visitor_at(99);
    app.sign_up(&person, "15700000820", NAME, NUMBER).await;
    app.log_in(&person, "15700000820", PASSWORD).await;
    let page = name_card(&person, &card_no).await;
    assert!(page.path.starts_with("/prove/real-name/card/code"), "neither of the two is spent: {}", page.text);
    app.check().await;
}

#[db_test]
async fn whoever_goes_back_enters_the_code_that_is_on_its_way(app: TestApp) {
    let (card_no, pin) = card(&app, NUMBER).await;
    let person = app.signed_in(0).await;
    name_card(&person, &card_no).await;
    let code = app.code(MOBILE).await;
    let page = name_card(&person, &card_no).await;
    assert!(page.says("name=\"code\""), "{}", page.text);
    // In another browser none is on its way, and the page says why it sends none.
    let elsewhere = name_card(&app.signed_in(0).await, &card_no).await;
    assert!(elsewhere.says("刚发过一条短信") && elsewhere.says("获取短信验证码"), "{}", elsewhere.text);
    assert_eq!(person.send_form(&page, &[("code", &code), ("pin", &pin)]).await.path, "/real-name/done");
    assert_eq!(app.texts(MOBILE).await.iter().filter(|text| text.to_string().contains("验证码为")).count(), 1);
    app.check().await;
}

#[db_test]
async fn cards_named_at_once_count_one_by_one(app: TestApp) {
    let (other_no, _) = card(&app, OTHER).await;
    let person = app.signed_in(0).await;
    person.get(CARD).await;
    let named = join_all((0..20).map(|_| name_card(&person, &other_no))).await;
    assert_eq!(named.iter().filter(|told| told.says("不是您名下现在使用的社保卡")).count(), 5);
    assert_eq!(named.iter().filter(|told| told.says("试得太多了")).count(), 15);
    assert_eq!(app.acts("card_proof.missed").await, 5);
    app.check().await;
}

#[db_test]
async fn cards_that_cannot_prove_say_why(app: TestApp) {
    let ((card_no, _), (other_no, _)) = (card(&app, NUMBER).await, card(&app, OTHER).await);
    let person = app.signed_in(0).await;
    app.fault(json!({ "partner": "cards", "operation": "card.query", "kind": "down" })).await;
    for _ in 0..6 {
        assert!(name_card(&person, &card_no).await.says("不算次数"));
    }
    mend(&app).await;
    app.fault(json!({ "partner": "cards", "operation": "card.verify-pin", "kind": "down" })).await;
    let told = phone_and_pin(&app, &person, NUMBER, "111111").await;
    assert!(told.says("不算次数"), "{}", told.text);
    mend(&app).await;
    steer(&app, NUMBER, json!({ "mobile": "" })).await;
    assert!(name_card(&person, &card_no).await.says("没有登记您的手机号码"));
    steer(&app, NUMBER, json!({ "card": "lost" })).await;
    assert!(name_card(&person, &card_no).await.says("已经挂失"));
    for _ in 0..5 {
        assert!(name_card(&person, &other_no).await.says("不是您名下现在使用的社保卡"));
    }
    assert!(name_card(&person, &other_no).await.says("试得太多了"));
    app.check().await;
}

async fn mend(app: &TestApp) {
    let faults = format!("http://{}/control/faults", app.sandbox.control);
    reqwest::Client::new().delete(faults).send().await.expect("the sandbox answers");
}

#[db_test]
async fn a_code_from_the_window_proves_once(app: TestApp) {
    let desk = window(&app).await;
    let person = app.signed_in(0).await;
    let enter = async |code: &str| person.post_form(COUNTER, &[("code", code)]).await.path == "/real-name/done";
    let for_password = given(&desk, NAME, NUMBER, "login-password").await;
    assert!(!enter(&for_password).await, "for another purpose");
    let other = given(&desk, "林晓岚", OTHER, "real-name").await;
    assert!(!enter(&other).await, "for another person");
    let code = given(&desk, NAME, NUMBER, "real-name").await;
    app.advance_secs(900);
    assert!(!enter(&code).await, "too old");
    let desk = window(&app).await;
    let code = given(&desk, NAME, NUMBER, "real-name").await;
    for _ in 0..5 {
        assert!(!enter(if code == "00000000" { "00000001" } else { "00000000" }).await);
    }
    assert!(!enter(&code).await, "shut");
    let code = given(&desk, NAME, NUMBER, "real-name").await;
    assert!(enter(&code).await);
    app.advance_secs(31);
    assert!(!enter(&code).await, "used twice");
    assert_eq!(app.acts("counter_code.issued").await, 5);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_window_gives_no_code_under_a_name_that_the_insurer_knows_otherwise(app: TestApp) {
    let desk = window(&app).await;
    let typed = async |name: &str| {
        let fields = [("name", name), ("id_number", NUMBER), ("purpose", "real-name"), ("paper", "id-card")];
        let form = desk.get("/desk/window").await;
        desk.send_form_to(&form, "/desk/window", &fields).await
    };
    let slip = typed("周明元").await;
    assert!(slip.status == 422 && slip.says("登记的是另一个姓名"), "{}", slip.text);
    assert_eq!(app.acts("counter_code.issued").await, 0);
    assert!(typed("周明遠").await.path.starts_with("/desk/window?given="), "the same name in other characters");
    // A silent insurer keeps nobody from a code: the clerk has seen the paper.
    app.fault(json!({ "partner": "insurer", "operation": "1101", "kind": "down" })).await;
    assert!(typed("周明元").await.path.starts_with("/desk/window?given="));
    mend(&app).await;
    app.check().await;
}

#[db_test]
async fn a_window_gives_no_code_for_a_document_that_cannot_bear_the_number(app: TestApp) {
    let desk = window(&app).await;
    let hong_kong = ("李嘉文", "810000199003070517");
    for ((name, number), paper, fits) in [
        (("周明远", NUMBER), "residence", false),
        (("周明远", NUMBER), "foreigner", false),
        (hong_kong, "id-card", false),
        (hong_kong, "household", false),
        (hong_kong, "residence", true),
        (("周明远", NUMBER), "temporary-card", true),
    ] {
        let fields = [("name", name), ("id_number", number), ("purpose", "real-name"), ("paper", paper)];
        let form = desk.get("/desk/window").await;
        let told = desk.send_form_to(&form, "/desk/window", &fields).await;
        assert_eq!(told.path.starts_with("/desk/window?given="), fits, "{number} {paper}: {}", told.text);
        assert_eq!(told.says("这种证件上不会是这个证件号"), !fits, "{number} {paper}: {}", told.text);
    }
    assert_eq!(app.acts("counter_code.issued").await, 2);
    app.check().await;
}

#[db_test]
async fn what_is_empty_is_named_once_at_its_field_in_the_pages_order(app: TestApp) {
    let desk = window(&app).await;
    let form = desk.get("/desk/window").await;
    let empty = desk.send_form_to(&form, "/desk/window", &[]).await;
    assert_eq!(empty.status, 422);
    let mut before = 0;
    for said in ["姓名没有填", "证件号码没有填", "核对过的证件没有选", "办理事项没有选"] {
        assert_eq!(empty.text.matches(said).count(), 1, "{said}: {}", empty.text);
        let at = empty.text.find(said).expect("at its field");
        assert!(at > before, "{said} stands in the order of the page");
        before = at;
    }
    assert_eq!(empty.text.matches("role=\"alert\"").count(), 1, "it is said aloud once: {}", empty.text);
    assert!(!empty.says("data-focus"), "the cursor waits in the field, not above it");
    let person = app.signed_in(0).await;
    let wrong = person.post_form(COUNTER, &[("code", "00000000")]).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.text.matches("没有通过").count(), 1, "at the field: {}", wrong.text);
    app.check().await;
}

#[db_test]
async fn each_role_has_its_own_desk(app: TestApp) {
    let (desk, (clerk, _)) = (window(&app).await, app.clerk(0).await);
    assert_eq!(clerk.get("/desk/window").await.status, 403);
    assert_eq!(desk.get("/desk").await.path, "/desk/window");
    let token = desk.get("/desk/window").await.field("csrf").expect("a form");
    assert_eq!(desk.post("/desk/visits/scan", &[("csrf", &token), ("code", "1")]).await.status, 403);
    let token = clerk.get("/desk").await.field("csrf").expect("a form");
    assert_eq!(clerk.post("/desk/window", &[("csrf", &token)]).await.status, 403);
    app.check().await;
}
