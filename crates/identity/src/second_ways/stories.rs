//! Stories of the ways without a face, through this crate's own routes.

use kernel::{IdNumber, Mobile};
use testkit::{TestDb, db_test};

use crate::ports::PhysicalState;
use crate::ports::stories::Card;
use crate::stories::{Browser, Town};

const NUMBER: &str = "320402198001010012";
const NAME: &str = "阿依古丽·买买提";
const CARD: &str = "/prove/real-name/card";
const COUNTER: &str = "/prove/real-name/counter";

fn give_card(town: &Town, card_no: &str, number: &str, change: impl FnOnce(&mut Card)) {
    let mut card = Card {
        number: IdNumber::parse(number, town.ctx.now().date()).unwrap(),
        pin: "246810",
        mobile: Some(Mobile::parse("13712345678").unwrap()),
        state: PhysicalState::Active,
        locked: false,
    };
    change(&mut card);
    town.house.cards.lock().unwrap().insert(card_no.to_owned(), card);
}

async fn try_card(browser: &mut Browser<'_>, card_no: &str, pin: &str) {
    browser.get(CARD).await;
    browser.post(CARD, &[("card_no", card_no), ("pin", pin)]).await;
}

/// A clerk at the service window.
async fn window(town: &Town) -> Browser<'_> {
    let logins = crate::demo::seed(&town.ctx, &["hos_0".to_owned()]).await.unwrap();
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
async fn card_password_and_a_code_to_the_number_on_record(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let mut browser = town.logged_in("13812345678").await;
    try_card(&mut browser, "a1234 5678", "246810").await;
    assert!(browser.to.starts_with("/prove/real-name/card/code?t=cdt_"), "{}", browser.page);
    browser.follow().await;
    browser.says("137****5678");
    let code = town.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.post("/prove/real-name/card/code", &[("code", wrong)]).await;
    browser.says("还可以再试 4 次");
    for _ in 0..2 {
        browser.post("/prove/real-name/card/code", &[("code", &code)]).await;
        assert_eq!(browser.to, "/real-name/done", "{}", browser.page);
    }
    browser.get("/devices").await;
    browser.says("iPhone · Safari");
    browser.get("/messages").await;
    browser.says("新设备完成了实名认证");
    town.nothing_broken().await;
}

#[db_test]
async fn wrong_somebody_elses_and_unknown_cards_look_alike_and_are_counted(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    give_card(&town, "B12345678", "32040419900615002X", |_| {});
    let mut browser = town.logged_in("13812345678").await;
    let tries = [("A12345678", "000000"), ("B12345678", "246810"), ("C12345678", "246810")];
    for (left, (card_no, pin)) in (0..5).rev().zip(tries.into_iter().cycle()) {
        try_card(&mut browser, card_no, pin).await;
        browser.says(&format!("不是您本人的卡。今天还可以再试 {left} 次"));
    }
    try_card(&mut browser, "A12345678", "246810").await;
    browser.says("试得太多了，请 24 小时后再试");
    assert_eq!(*town.house.asked.lock().unwrap(), 5, "the sixth was not asked");
    // A new session changes nothing; a day does.
    let mut again = town.logged_in("13812345678").await;
    try_card(&mut again, "A12345678", "246810").await;
    again.says("试得太多了");
    town.clock.advance_secs(86_400);
    let mut later = town.logged_in("13812345678").await;
    try_card(&mut later, "A12345678", "246810").await;
    assert!(later.to.contains("/card/code?t="), "{}", later.page);
    town.nothing_broken().await;
}

#[db_test]
async fn guesses_sent_at_once_are_counted_one_by_one(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    give_card(&town, "A12345678", NUMBER, |_| {});
    let first = town.logged_in("13812345678").await;
    let guesses = (0..20).map(|n| {
        let (cookies, town) = (first.cookies.clone(), &town);
        async move {
            let mut browser = town.browser();
            browser.cookies = cookies;
            try_card(&mut browser, "A12345678", &format!("{n:06}")).await;
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
async fn cards_that_cannot_prove_say_why(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut browser = town.logged_in("13812345678").await;
    give_card(&town, "A00000001", NUMBER, |card| card.state = PhysicalState::Lost);
    give_card(&town, "A00000002", NUMBER, |card| card.locked = true);
    give_card(&town, "A00000003", NUMBER, |card| card.mobile = None);
    for (card_no, words) in
        [("A00000001", "已经挂失"), ("A00000002", "已经锁定"), ("A00000003", "没有登记您的手机号码")]
    {
        try_card(&mut browser, card_no, "246810").await;
        browser.says(words);
    }
    *town.house.down.lock().unwrap() = true;
    for _ in 0..6 {
        try_card(&mut browser, "A00000003", "246810").await;
        browser.says("不算次数");
    }
    browser.post(CARD, &[("card_no", "12"), ("pin", "1")]).await;
    browser.says("社保卡卡号是 9 位");
    assert_eq!(town.texts().await.len(), 0);
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
    let other_name = given(&mut desk, "张三丰", NUMBER, "real-name").await;
    assert!(!enter(&mut browser, COUNTER, &other_name).await, "the paper shows another name");
    let replaced = given(&mut desk, NAME, NUMBER, "real-name").await;
    let code = given(&mut desk, NAME, NUMBER, "real-name").await;
    assert!(replaced == code || !enter(&mut browser, COUNTER, &replaced).await, "a newer one took its place");
    assert!(enter(&mut browser, COUNTER, &code).await, "{}", browser.page);
    town.clock.advance_secs(60);
    assert!(!enter(&mut browser, COUNTER, &code).await, "used twice");
    browser.get("/messages").await;
    browser.says("服务窗口为您开了验证码");
    town.nothing_broken().await;
}

#[db_test]
async fn a_counters_code_dies_of_five_wrong_tries_and_of_age(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", NUMBER).await;
    let mut desk = window(&town).await;
    let mut browser = town.logged_in("13812345678").await;
    let code = given(&mut desk, NAME, NUMBER, "real-name").await;
    for _ in 0..5 {
        assert!(!enter(&mut browser, COUNTER, other(&code)).await);
    }
    assert!(!enter(&mut browser, COUNTER, &code).await, "killed");
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
    let logins = crate::demo::seed(&town.ctx, &["hos_0".to_owned()]).await.unwrap();
    let clerk = logins.iter().find(|login| login.role == "clerk").unwrap();
    let mut wrong = town.browser();
    wrong.get("/desk/login").await;
    wrong.post("/desk/login", &[("login", &clerk.login), ("password", &clerk.password)]).await;
    wrong.get("/desk/window").await;
    assert_eq!(wrong.status, axum::http::StatusCode::FORBIDDEN);
    let mut desk = window(&town).await;
    desk.get("/desk/window").await;
    desk.post("/desk/window", &[("name", "王"), ("id_number", "1")]).await;
    for words in ["身份证号", "请选择办理事项", "请选择核对过的证件"] {
        desk.says(words);
    }
    desk.post("/desk/logout", &[]).await;
    assert_eq!(desk.to, "/desk/login");
    desk.get("/desk/window").await;
    assert_eq!(desk.to, "/desk/login");
}
