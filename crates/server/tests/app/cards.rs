//! The electronic card: issued after authentication, shown, and following the physical one.

use serde_json::{Value, json};
use testkit::db_test;

use crate::partner_api::Scanner;
use crate::support::{Answer, TestApp, Visitor};

/// ID number of the first sample person.
const OWNER: &str = "320402198001010012";

/// A sample person whose card has been issued.
pub async fn live_card(app: &TestApp, number: usize) -> Visitor {
    let person = app.citizen(number).await;
    // Whoever was vouched for without an order has the first look place it.
    person.get("/card").await;
    app.carry().await;
    let page = person.get("/card").await;
    assert!(page.is_ok() && page.says("class=\"qr\""), "{} {}", page.path, page.text);
    person
}

/// The text of the code on a page, read off its QR code as a scanner would.
pub fn card_code(page: &Answer) -> String {
    let modules = modules(&page.text);
    read_qr(&modules)
}

/// Steers the person at the partners.
pub async fn steer(app: &TestApp, number: &str, change: Value) {
    let url = format!("http://{}/control/people/{number}", app.sandbox.control);
    let answer = reqwest::Client::new().post(url).json(&change).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap_or_default());
}

async fn clear_faults(app: &TestApp) {
    let url = format!("http://{}/control/faults", app.sandbox.control);
    let answer = reqwest::Client::new().delete(url).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success());
}

/// Dark modules as `M{x} {y}h{run}…`, without the quiet zone.
fn modules(text: &str) -> Vec<Vec<bool>> {
    let svg = text.split("<svg class=\"qr\"").nth(1).expect("a QR code").split("</svg>").next().expect("its end");
    let side: usize = svg
        .split("viewBox=\"0 0 ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next())
        .expect("a side")
        .parse()
        .expect("a number");
    let mut grid = vec![vec![false; side - 8]; side - 8];
    let path = svg.split("fill=\"#000\" d=\"").nth(1).expect("a path");
    for part in path.split('M').skip(1) {
        let (x, rest) = part.split_once(' ').expect("x");
        let (y, rest) = rest.split_once('h').expect("y");
        let run: usize = rest.split('v').next().expect("a run").parse().expect("a number");
        let (x, y): (usize, usize) = (x.parse().expect("x"), y.parse().expect("y"));
        grid[y - 4][x - 4..x - 4 + run].fill(true);
    }
    grid
}

/// Reads a version-3 code of level M that nothing has damaged: unmasks and walks the columns.
fn read_qr(grid: &[Vec<bool>]) -> String {
    const SIDE: usize = 29;
    assert_eq!(grid.len(), SIDE, "version 3");
    let format = (0..3).fold(0, |bits, at| bits << 1 | usize::from(grid[8][2 + at])) ^ 0b101;
    let masked = |y: usize, x: usize| match format {
        0 => (y + x).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (y + x).is_multiple_of(3),
        4 => (y / 2 + x / 3).is_multiple_of(2),
        5 => (y * x) % 2 + (y * x) % 3 == 0,
        6 => ((y * x) % 2 + (y * x) % 3).is_multiple_of(2),
        _ => ((y + x) % 2 + (y * x) % 3).is_multiple_of(2),
    };
    let fixed = |y: usize, x: usize| {
        let corner = (y < 9 && !(9..SIDE - 8).contains(&x)) || (y >= SIDE - 8 && x < 9);
        let alignment = (20..=24).contains(&y) && (20..=24).contains(&x);
        corner || alignment || x == 6 || y == 6
    };
    let mut bits = Vec::new();
    let (mut right, mut up) = (SIDE - 1, true);
    loop {
        for step in 0..SIDE {
            let y = if up { SIDE - 1 - step } else { step };
            bits.extend([right, right - 1].into_iter().filter(|x| !fixed(y, *x)).map(|x| grid[y][x] ^ masked(y, x)));
        }
        up = !up;
        right = match right {
            0..=2 => break,
            8 => 5,
            other => other - 2,
        };
    }
    let words: Vec<u8> =
        bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |word, bit| word << 1 | u8::from(*bit))).collect();
    // One block, of which 44 words are data.
    segments(&words[..44])
}

/// The text of the segments in a version-3 code's data: digits, capitals, bytes.
fn segments(data: &[u8]) -> String {
    const CAPITALS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut at = 0;
    let mut take = |bits: usize| {
        let value = (at..at + bits).fold(0, |value, bit| value << 1 | usize::from(data[bit / 8] >> (7 - bit % 8) & 1));
        at += bits;
        value
    };
    let mut text = String::new();
    loop {
        match take(4) {
            1 => {
                let mut left = take(10);
                while left > 0 {
                    let few = left.min(3);
                    text.push_str(&format!("{:0few$}", take(1 + 3 * few)));
                    left -= few;
                }
            }
            2 => {
                let mut left = take(9);
                while left > 0 {
                    let few = left.min(2);
                    let value = if few == 2 { take(11) } else { take(6) };
                    let pair = [value / 45, value % 45];
                    text.extend(pair[2 - few..].iter().map(|capital| char::from(CAPITALS[*capital])));
                    left -= few;
                }
            }
            4 => {
                let length = take(8);
                text.extend((0..length).map(|_| char::from(u8::try_from(take(8)).expect("a byte"))));
            }
            _ => return text,
        }
    }
}

#[db_test]
async fn a_card_is_issued_and_shown_with_a_new_code_each_time(app: TestApp) {
    let person = app.citizen(0).await;
    let waiting = person.get("/card").await;
    assert!(waiting.says("正在签发") && waiting.says("http-equiv=\"refresh\""), "{}", waiting.text);
    app.carry().await;
    let page = person.get("/card").await;
    assert!(page.says("周明远") && page.says("有效期至") && page.says("http-equiv=\"refresh\""), "{}", page.text);
    assert!(card_code(&page).starts_with("CZRS2"), "{}", card_code(&page));
    assert_ne!(card_code(&page), card_code(&person.get("/card").await));
    let masked = page
        .text
        .split("class=\"ecard-number\"><span>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .expect("a number")
        .to_owned();
    assert!(masked.contains("***"), "{masked}");
    let open = person.get("/card?show=1").await;
    assert!(!open.says(&masked) && open.says("隐藏卡号"), "{}", open.text);
    assert!(person.get("/messages").await.says("电子社保卡已签发"));
    assert!(person.get("/").await.says(&masked), "the front page shows it");
    app.check().await;
}

#[db_test]
async fn without_a_card_one_is_told_where_to_get_it(app: TestApp) {
    let person = app.citizen(0).await;
    app.fault(
        json!({ "partner": "cards", "operation": "ecard.issue", "kind": "refuse", "code": "NO_CARD", "times": 1 }),
    )
    .await;
    person.get("/card").await;
    app.carry().await;
    let page = person.get("/card").await;
    assert!(page.says("常州市政务服务中心 1-2 号楼 C 区") && !page.says("class=\"qr\""), "{}", page.text);
    assert!(person.get("/messages").await.says("电子社保卡没有签发"));
    let done = person.get("/real-name/done").await;
    assert!(done.says("电子社保卡没有签发") && !done.says("正在签发"), "{}", done.text);
    let again = person.send_form_to(&page, "/card/again", &[]).await;
    assert!(again.says("正在签发"), "{}", again.text);
    app.carry().await;
    assert!(person.get("/card").await.says("class=\"qr\""));
    app.check().await;
}

#[db_test]
async fn a_lost_card_stops_its_codes_at_once_and_a_found_one_brings_them_back(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    let code = card_code(&person.get("/card").await);
    steer(&app, OWNER, json!({ "card": "lost" })).await;
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "suspended", "though it was shown before");
    let page = person.get("/card").await;
    assert!(page.says("社保卡已挂失") && !page.says("class=\"qr\""), "{}", page.text);
    assert!(person.get("/messages").await.says("电子社保卡已停用"));
    steer(&app, OWNER, json!({ "card": "active" })).await;
    assert!(person.get("/card").await.says("class=\"qr\""));
    steer(&app, OWNER, json!({ "replace": true })).await;
    let page = person.get("/card").await;
    assert!(page.says("<span>K******"), "the new number: {}", page.text);
    assert!(person.get("/messages").await.says("已换成新社保卡"));
    app.check().await;
}

#[db_test]
async fn a_silent_card_system_is_borne_for_a_while(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    app.fault(json!({ "partner": "cards", "operation": "card.query", "kind": "down" })).await;
    app.advance_secs(500);
    let code = card_code(&person.get("/card").await);
    assert!(!person.get("/card").await.says("窗口已读取"), "not before");
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "ok", "the last answer holds");
    assert!(person.get("/card").await.says("窗口已读取"), "its holder sees that it was read");
    let code = card_code(&person.get("/card").await);
    app.advance_secs(58);
    app.advance_secs(42);
    let page = person.get("/card").await;
    assert!(page.says("暂时不能出示") && !page.says("class=\"qr\""), "{}", page.text);
    let told = scanner.scan(&app, &code).await;
    assert_eq!(told["verdict"], "expired", "{told}");
    clear_faults(&app).await;
    assert!(person.get("/card").await.says("class=\"qr\""));
    app.check().await;
}

#[db_test]
async fn a_job_finds_a_lost_card_that_nobody_shows(app: TestApp) {
    let person = live_card(&app, 0).await;
    steer(&app, OWNER, json!({ "card": "frozen" })).await;
    app.advance_secs(25 * 3600);
    app.run_jobs().await;
    assert_eq!(app.acts("card.changed").await, 1);
    assert!(app.citizen(0).await.get("/messages").await.says("电子社保卡已停用"));
    drop(person);
    app.check().await;
}

#[db_test]
async fn a_lasting_error_of_some_keeps_the_job_from_nobody_behind_them(app: TestApp) {
    let citizens = identity::demo::citizens();
    for number in 0..citizens.len() {
        live_card(&app, number).await;
        app.advance_secs(1);
    }
    app.advance_secs(25 * 3600);
    // The three whose turn comes first get no answer, each for a reason of its own; the fourth's card was frozen.
    for (citizen, kind) in citizens.iter().zip(["down", "refuse", "forge"]) {
        let mut rule = json!({ "partner": "cards", "operation": "card.query", "kind": kind, "match": citizen.number });
        if kind == "refuse" {
            rule["code"] = json!("BUSY");
        }
        app.fault(rule).await;
    }
    for citizen in &citizens {
        steer(&app, citizen.number, json!({ "card": "frozen" })).await;
    }
    app.run_jobs().await;
    app.advance_secs(60);
    app.run_jobs().await;
    assert_eq!(app.acts("card.changed").await, 1, "the fourth had its turn");
    // What lasted is over: the three have their turn again in an hour, not at the head of each minute's queue.
    clear_faults(&app).await;
    app.advance_secs(60);
    app.run_jobs().await;
    assert_eq!(app.acts("card.changed").await, 1, "not yet");
    app.advance_secs(3600);
    app.run_jobs().await;
    assert_eq!(app.acts("card.changed").await, 4);
    app.check().await;
}

/// Scans at a desk.
async fn desk_scan(clerk: &Visitor, code: &str) -> Answer {
    let page = clerk.get("/desk/card").await;
    clerk.send_form_to(&page, "/desk/card", &[("code", code)]).await
}

#[db_test]
async fn a_clerk_reads_the_verdict(app: TestApp) {
    let person = live_card(&app, 0).await;
    let (clerk, _) = app.clerk(0).await;
    let code = card_code(&person.get("/card").await);
    let scan = desk_scan(&clerk, &code).await;
    assert!(scan.says("有效") && scan.says("周明远") && scan.says("verdict-done"), "{}", scan.text);
    let reloaded = clerk.get(&scan.path).await;
    assert!(reloaded.says("verdict-done"), "reloading verifies nothing anew");
    let replayed = desk_scan(&clerk, &code).await;
    assert!(replayed.says("已使用") && replayed.says("verdict-due"), "{}", replayed.text);
    let barcode = kernel::check_digit::mod11_10::append("123456789012345").expect("digits");
    let visit = desk_scan(&clerk, &barcode).await;
    assert!(
        visit.says("就诊条码请到「就诊签到」扫") && !visit.path.contains(&barcode),
        "{} {}",
        visit.path,
        visit.text
    );
    let foreign = desk_scan(&clerk, "hello").await;
    assert!(foreign.says("不是社保卡码"), "{}", foreign.text);
    let code = card_code(&person.get("/card").await);
    for (typed, says) in [(&code[..40], "没扫全"), ("成人S2不", "输入法不对")] {
        let unread = desk_scan(&clerk, typed).await;
        assert!(unread.says(says) && unread.says("不是持卡人的问题"), "{typed}: {}", unread.text);
        assert!(unread.says("verdict-due") && !unread.says("verdict-danger"), "{}", unread.text);
    }
    let nothing = desk_scan(&clerk, "\u{2}\u{3}\r\n").await;
    assert!(nothing.says("请扫电子社保卡"), "a scanner's marks alone are no scan: {}", nothing.text);
    let typed = desk_scan(&clerk, &format!("]Q1{}\t", code.to_lowercase())).await;
    assert!(typed.says("verdict-done"), "{}", typed.text);
    app.check().await;
}

#[db_test]
async fn a_card_that_is_there_is_not_said_to_be_issued_again(app: TestApp) {
    let person = app.citizen(0).await;
    assert!(person.get("/real-name/done").await.says("正在签发"));
    let person = live_card(&app, 0).await;
    let done = person.get("/real-name/done").await;
    assert!(done.says("您的电子社保卡可以用了") && !done.says("正在签发"), "{}", done.text);
    app.check().await;
}
