//! Stories of the ways without a face, through this crate's own routes.

use kernel::{IdNumber, Mobile};
use testkit::{TestDb, db_test};

use crate::ports::PhysicalState;
use crate::ports::stories::Card;
use crate::stories::{Browser, Town};

const NUMBER: &str = "320402198001010012";
const NAME: &str = "阿依古丽·买买提";
const CARD: &str = "/prove/real-name/card";
const CODE: &str = "/prove/real-name/card/code";
const COUNTER: &str = "/prove/real-name/counter";

fn give_card(town: &Town, card_no: &str, number: &str, change: impl FnOnce(&mut Card)) {
    let mut card = Card {
        name: NAME,
        number: IdNumber::parse(number, town.ctx.now().date()).unwrap(),
        pin: "246810",
        mobile: Some(Mobile::parse("13712345678").unwrap()),
        state: PhysicalState::Active,
        locked: false,
    };
    change(&mut card);
    town.house.cards.lock().unwrap().insert(card_no.to_owned(), card);
}

/// Names a card, and reads where that leads.
async fn name_card(browser: &mut Browser<'_>, card_no: &str) {
    browser.get(CARD).await;
    browser.post(CARD, &[("card_no", card_no)]).await;
}

/// Names one's card and enters the code to the number on record, with a password.
async fn phone_and_pin(town: &Town, browser: &mut Browser<'_>, pin: &str) -> String {
    name_card(browser, "A12345678").await;
    assert!(browser.to.starts_with("/prove/real-name/card/code?t=cdw_"), "{}", browser.page);
    browser.follow().await;
    let code = town.code().await;
    browser.post(CODE, &[("code", &code), ("pin", pin)]).await;
    code
}

/// A clerk at the service window.
async fn window(town: &Town) -> Browser<'_> {
    let logins = crate::demo::seed(&town.ctx, &[]).await.unwrap();
    let clerk = logins.iter().find(|login| login.role == "window").unwrap();
    let mut desk = town.browser();
    desk.get("/desk/login").await;
    desk.post("/desk/login", &[("login", &clerk.login), ("password", &clerk.password)]).await;
    assert_eq!(desk.to, "/desk", "{}", desk.page);
    desk
}

/// Gives a code and reads it off the page.
async fn given(desk: &mut Browser<'_>, name: &str, number: &str, purpose: &str) -> String {
    desk.get("/desk/window").await;
    let fields = [("name", name), ("id_number", number), ("purpose", purpose), ("paper", "id-card")];
    desk.post("/desk/window", &fields).await;
    assert!(desk.to.starts_with("/desk/window?given="), "{}", desk.page);
    desk.follow().await;
    let word = desk.page.split("verdict-word\">").nth(1).unwrap().split('<').next().unwrap();
    word.chars().filter(char::is_ascii_digit).collect()
}

/// One try at a counter's code; says whether it was right.
async fn enter(browser: &mut Browser<'_>, path: &str, code: &str) -> bool {
    browser.get(path).await;
    browser.post(path, &[("code", code)]).await;
    browser.to.starts_with("/real-name/done")
}

fn other(code: &str) -> &'static str {
    if code == "00000000" { "00000001" } else { "00000000" }
}

#[db_test]
async fn a_code_to_the_number_on_record_and_the_cards_password(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let mut browser = town.logged_in("13812345678").await;
    name_card(&mut browser, "a1234 5678").await;
    browser.follow().await;
    assert!(!browser.page.contains("137****5678"), "who has not been proven is shown no number");
    let code = town.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.post(CODE, &[("code", wrong), ("pin", "246810")]).await;
    browser.says("还可以再试 4 次");
    assert_eq!(*town.house.asked.lock().unwrap(), 0, "no password is tried before the code is right");
    for _ in 0..2 {
        browser.post(CODE, &[("code", &code), ("pin", "246810")]).await;
        assert_eq!(browser.to, "/real-name/done", "{}", browser.page);
    }
    browser.get("/devices").await;
    browser.says("iPhone · Safari");
    browser.get("/messages").await;
    browser.says("新设备完成了实名认证");
    town.nothing_broken().await;
}

#[db_test]
async fn without_the_telephone_on_record_no_password_is_tried(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let mut stranger = town.logged_in("13812345678").await;
    name_card(&mut stranger, "A12345678").await;
    stranger.follow().await;
    let page = stranger.page.clone();
    for guess in 0..20 {
        let (code, pin) = (format!("{guess:06}"), format!("{:06}", 900_000 + guess));
        stranger.page.clone_from(&page);
        stranger.post(CODE, &[("code", &code), ("pin", &pin)]).await;
    }
    stranger.post(CODE, &[("pin", "246810")]).await;
    assert_eq!(*town.house.asked.lock().unwrap(), 0, "the card system counted nothing");
    town.nothing_broken().await;
}

#[db_test]
async fn wrong_passwords_are_five_and_the_code_is_asked_once(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let mut browser = town.logged_in("13812345678").await;
    phone_and_pin(&town, &mut browser, "000000").await;
    browser.says("今天还可以再试 4 次");
    for left in (0..4).rev() {
        browser.post(CODE, &[("pin", "000001")]).await;
        browser.says(&format!("今天还可以再试 {left} 次"));
    }
    browser.post(CODE, &[("pin", "246810")]).await;
    browser.says("试得太多了，请 24 小时后再试");
    assert_eq!(*town.house.asked.lock().unwrap(), 5, "the sixth was not asked");
    town.clock.advance_secs(86_400);
    let mut later = town.logged_in("13812345678").await;
    phone_and_pin(&town, &mut later, "246810").await;
    assert_eq!(later.to, "/real-name/done", "{}", later.page);
    town.nothing_broken().await;
}

#[db_test]
async fn guesses_sent_at_once_are_counted_one_by_one(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let mut first = town.logged_in("13812345678").await;
    phone_and_pin(&town, &mut first, "000000").await;
    let guesses = (0..20).map(|n| {
        let (cookies, page, town) = (first.cookies.clone(), first.page.clone(), &town);
        async move {
            let mut browser = town.browser();
            browser.cookies = cookies;
            browser.page = page;
            browser.post(CODE, &[("pin", &format!("{n:06}"))]).await;
        }
    });
    let mut all: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
    for guess in guesses {
        all.push(Box::pin(guess));
    }
    together(all).await;
    assert_eq!(*town.house.asked.lock().unwrap(), 5);
    town.nothing_broken().await;
}

/// Polls all until each is done.
async fn together(mut all: Vec<std::pin::Pin<Box<dyn Future<Output = ()> + '_>>>) {
    std::future::poll_fn(|context| {
        all.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

#[db_test]
async fn cards_that_cannot_prove_say_why_and_others_are_counted(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut browser = town.logged_in("13812345678").await;
    name_card(&mut browser, "A00000001").await;
    browser.says("没有这个姓名和证件号的社保卡");
    give_card(&town, "B00000001", "32040419900615002X", |_| {});
    give_card(&town, "A00000001", NUMBER, |card| card.state = PhysicalState::Lost);
    name_card(&mut browser, "A00000001").await;
    browser.says("已经挂失");
    give_card(&town, "A00000001", NUMBER, |card| card.mobile = None);
    name_card(&mut browser, "A00000001").await;
    browser.says("没有登记您的手机号码");
    *town.house.down.lock().unwrap() = true;
    for _ in 0..6 {
        name_card(&mut browser, "A00000001").await;
        browser.says("不算次数");
    }
    *town.house.down.lock().unwrap() = false;
    browser.post(CARD, &[("card_no", "12")]).await;
    browser.says("社保卡卡号是 9 位");
    for _ in 0..4 {
        name_card(&mut browser, "B00000001").await;
        browser.says("不是您名下现在使用的社保卡");
    }
    name_card(&mut browser, "B00000001").await;
    browser.says("试得太多了");
    assert_eq!((town.texts().await.len(), *town.house.asked.lock().unwrap()), (0, 0));
    town.nothing_broken().await;
}

#[db_test]
async fn a_locked_card_is_told_to_whoever_has_its_telephone(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |card| card.locked = true);
    let mut browser = town.logged_in("13812345678").await;
    phone_and_pin(&town, &mut browser, "246810").await;
    browser.says("已经锁定");
    town.nothing_broken().await;
}

#[db_test]
async fn a_counters_code_proves_once_for_its_person_and_purpose(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut desk = window(&town).await;
    let mut browser = town.logged_in("13812345678").await;
    let for_password = given(&mut desk, NAME, NUMBER, "login-password").await;
    assert!(!enter(&mut browser, COUNTER, &for_password).await, "for another purpose");
    let other_person = given(&mut desk, "林晓岚", "32040419900615002X", "real-name").await;
    assert!(!enter(&mut browser, COUNTER, &other_person).await, "for another person");
    let replaced = given(&mut desk, NAME, NUMBER, "real-name").await;
    let code = given(&mut desk, NAME, NUMBER, "real-name").await;
    assert!(replaced == code || !enter(&mut browser, COUNTER, &replaced).await, "a newer one took its place");
    assert!(enter(&mut browser, COUNTER, &code).await, "{}", browser.page);
    town.clock.advance_secs(60);
    assert!(!enter(&mut browser, COUNTER, &code).await, "used twice");
    town.nothing_broken().await;
}

#[db_test]
async fn a_counters_code_puts_a_wrong_name_right(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut desk = window(&town).await;
    let mut browser = town.logged_in("13812345678").await;
    let code = given(&mut desk, "张三丰", NUMBER, "real-name").await;
    assert!(enter(&mut browser, COUNTER, &code).await, "{}", browser.page);
    browser.get("/me").await;
    browser.says("张三丰");
    // From now on the owner is told when a window gives a code for them.
    given(&mut desk, "张三丰", NUMBER, "pay-password").await;
    browser.get("/messages").await;
    browser.says("服务窗口为您开了窗口认证码");
    town.nothing_broken().await;
}

#[db_test]
async fn a_counters_code_is_shut_by_ones_own_wrong_tries_and_by_age(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut desk = window(&town).await;
    let mut browser = town.logged_in("13812345678").await;
    let code = given(&mut desk, NAME, NUMBER, "real-name").await;
    for _ in 0..5 {
        assert!(!enter(&mut browser, COUNTER, other(&code)).await);
    }
    assert!(!enter(&mut browser, COUNTER, &code).await, "shut");
    let code = given(&mut desk, NAME, NUMBER, "real-name").await;
    let shown = desk.page.clone();
    town.clock.advance_secs(900);
    assert!(!enter(&mut browser, COUNTER, &code).await, "too old");
    assert!(shown.contains("verdict-word"));
    town.nothing_broken().await;
}

#[db_test]
async fn the_window_is_for_its_clerks_only(db: TestDb) {
    let town = Town::new(&db);
    let logins = crate::demo::seed(&town.ctx, &[town.hospital().await]).await.unwrap();
    let clerk = logins.iter().find(|login| login.role == "clerk").unwrap();
    let mut wrong = town.browser();
    wrong.get("/desk/login").await;
    wrong.post("/desk/login", &[("login", &clerk.login), ("password", &clerk.password)]).await;
    wrong.get("/desk/window").await;
    assert_eq!(wrong.status, axum::http::StatusCode::FORBIDDEN);
    let mut desk = window(&town).await;
    desk.get("/desk/window").await;
    desk.post("/desk/window", &[("name", "王"), ("id_number", "1")]).await;
    for words in ["身份证号", "办理事项没有选", "核对过的证件没有选"] {
        desk.says(words);
    }
    desk.post("/desk/logout", &[]).await;
    assert_eq!(desk.to, "/desk/login");
    desk.get("/desk/window").await;
    assert_eq!(desk.to, "/desk/login");
}
