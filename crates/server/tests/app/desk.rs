//! The hospital desk: each verdict, and what a desk is not shown.

use testkit::db_test;

use crate::support::look::barcode;
use crate::support::people::location;
use crate::support::{Answer, TestApp, Visitor, store};

/// Scans at a desk.
async fn scan(desk: &Visitor, code: &str) -> Answer {
    let page = desk.get("/desk").await;
    desk.send_form_to(&page, "/desk/scan", &[("code", code)]).await
}

/// Books for a sample person and returns the visit's path and barcode.
async fn booked(person: &Visitor, form: &str) -> (String, String) {
    let visit = person.post_form(form, &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    (visit.path.clone(), barcode(&visit.text))
}

/// Nothing of 周明远 is on the page, nor a way to check anybody in.
fn shows_nobody(page: &Answer) {
    for trace in ["远 ·", "320402", "周明", "/desk/check-in"] {
        assert!(!page.says(trace), "{trace}: {}", page.text);
    }
}

#[db_test]
async fn another_hospitals_desk_sees_nothing(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place_at_desk(3600, 4).await;
    let (visit, code) = booked(&person, &place.book()).await;
    let (stranger, elsewhere) = app.clerk(1).await;
    assert_ne!(elsewhere, place.hospital);
    let verdict = scan(&stranger, &code).await;
    assert!(verdict.says("不是本院"), "{}", verdict.text);
    shows_nobody(&verdict);
    // Nor can it be forced past the page.
    let token = verdict.field("csrf").expect("a token");
    let forced = stranger.post("/desk/check-in", &[("csrf", &token), ("ready", &code)]).await;
    assert!(forced.says("不是本院"), "{}", forced.text);
    assert_eq!(app.states(&place.slot).await, ["booked"]);
    assert!(person.get(&visit).await.says("预约成功"));
    assert_eq!(app.acts("appointment.seen_by_desk").await, 2, "each look is written down");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn the_wrong_day_and_a_cancelled_visit_are_told(app: TestApp) {
    let person = app.citizen(0).await;
    let later = app.place_at_desk(2 * 86_400, 4).await;
    let desk = app.clerk_of(&later.hospital).await;
    let (visit, code) = booked(&person, &later.book()).await;
    let verdict = scan(&desk, &code).await;
    assert!(verdict.says("不是今天") && !verdict.says("action=\"/desk/check-in\""), "{}", verdict.text);
    let token = verdict.field("csrf").expect("a token");
    desk.post("/desk/check-in", &[("csrf", &token), ("ready", &code)]).await;
    assert_eq!(app.states(&later.slot).await, ["booked"], "not even past the page");
    person.post_form(&format!("{visit}/cancel"), &[]).await;
    let verdict = scan(&desk, &code).await;
    assert!(verdict.says("已取消") && !verdict.says("action=\"/desk/check-in\""), "{}", verdict.text);
    desk.post("/desk/check-in", &[("csrf", &token), ("ready", &code)]).await;
    assert_eq!(app.states(&later.slot).await, ["cancelled"]);
    assert_eq!(app.acts("appointment.attended").await, 0);
    app.check().await;
}

#[db_test]
async fn an_unpaid_and_an_expired_place_are_told(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let clinic = place.clinic.clone();
    app.plant(move |tx| store::set_fee(tx, &clinic, 1_000)).await;
    let desk = app.clerk_of(&place.hospital).await;
    let person = app.citizen(0).await;
    let held = person.post_form(&place.book(), &[]).await;
    assert!(held.path.starts_with("/pay/ord_"), "{} {}", held.path, held.text);
    let slot = place.slot.clone();
    let code = app.ask(move |tx| store::code_in(tx, &slot)).await;
    assert!(scan(&desk, &code).await.says("未付费"));
    app.advance_secs(901);
    app.run_jobs().await;
    // The desk has been unused for as long, and signs in anew.
    let desk = app.clerk_of(&place.hospital).await;
    assert!(scan(&desk, &code).await.says("已失效"));
    app.check().await;
}

#[db_test]
async fn what_is_no_code_is_told_apart_from_what_is_unknown(app: TestApp) {
    let (desk, _) = app.clerk(0).await;
    let unknown = kernel::check_digit::mod11_10::append("123456789012345").expect("digits");
    assert!(scan(&desk, &unknown).await.says("查无此码"));
    let last = unknown.as_bytes()[15];
    let wrong = format!("{}{}", &unknown[..15], if last == b'9' { '0' } else { char::from(last + 1) });
    for (typed, says) in [
        (wrong.as_str(), "条码不完整"),
        ("123", "条码不完整"),
        ("１２３", "条码不完整"),
        ("\u{2}\u{3}", "条码不完整"),
        ("https://example.cn/", "不是就诊条码"),
        ("<script>", "不是就诊条码"),
        ("'; DROP TABLE", "不是就诊条码"),
        ("CZRS2AAAAAAAAAAAAAAA", "不是就诊条码"),
        ("----", "输入法不对"),
        ("七三〇五一八", "输入法不对"),
        ("à&é\"'(-è_ç", "输入法不对"),
    ] {
        let page = scan(&desk, typed).await;
        assert!(page.is_ok() && page.says(says), "{typed}: {} {}", page.path, page.text);
        shows_nobody(&page);
    }
    let empty = scan(&desk, "  ").await;
    assert!(empty.is_ok() && empty.says("请扫就诊条码"), "{}", empty.text);
    let spaced = unknown.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join(" ");
    assert!(scan(&desk, &spaced).await.says("查无此码"), "digits in groups are read");
    app.check().await;
}

#[db_test]
async fn a_visit_barcode_survives_scanners_and_keyboards(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let (_, code) = booked(&app.citizen(0).await, &place.book()).await;
    let wide: String = code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
    for typed in [
        format!("]C1{code}\r\n"),
        format!("】C1{code}\t"),
        format!("\u{2}{code}\u{3}"),
        format!("\u{FEFF}{code}"),
        format!("{}。{}", &code[..8], &code[8..]),
        format!("{code}{code}"),
        wide,
    ] {
        let page = scan(&desk, &typed).await;
        assert!(page.says("可以签到"), "{typed:?}: {} {}", page.path, page.text);
    }
    app.check().await;
}

#[db_test]
async fn enter_on_the_verdict_checks_in_and_a_new_scan_does_not(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let (_, one) = booked(&app.citizen(0).await, &place.book()).await;
    let (_, two) = booked(&app.citizen(1).await, &place.book()).await;
    let first = scan(&desk, &one).await;
    let second = desk.send_form_to(&first, "/desk/scan", &[("code", &two)]).await;
    assert!(second.says("可以签到"), "{}", second.text);
    assert_eq!(app.states(&place.slot).await, ["booked", "booked"], "nobody is checked in by the next scan");
    // A scanner through a Chinese keyboard sends marks: that is a scan that cannot be read, not Enter alone.
    let unread = desk.send_form_to(&second, "/desk/scan", &[("code", "。。----")]).await;
    assert!(!unread.says("签到成功"), "{}", unread.text);
    assert_eq!(app.states(&place.slot).await, ["booked", "booked"]);
    let enter = desk.send_form_to(&second, "/desk/scan", &[("code", "")]).await;
    assert!(enter.says("签到成功"), "{}", enter.text);
    assert_eq!(app.states(&place.slot).await, ["attended", "booked"]);
    assert!(enter.says("今日已签到 1"), "{}", enter.text);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn production_has_no_desks_yet(app: TestApp) {
    let (desk, _) = app.clerk(0).await;
    let production = app.in_production().await;
    let mut desk = desk;
    desk.go_to(&production.url);
    for path in ["/desk", "/desk/login"] {
        let page = desk.once(reqwest::Method::GET, path, None).await;
        assert!(page.status == 403 || location(&page) == "/desk/login", "{path}: {} {}", page.status, page.text);
    }
    let login = desk.get("/desk").await;
    assert!(login.status == 403 && login.says("第二重验证"), "{} {}", login.status, login.text);
}
