//! The hospital desk: each verdict, and what a desk is not shown.

use identity::Role;
use identity::staff::{AddStaff, add};
use testkit::db_test;

use crate::cards::{card_code, live_card};
use crate::support::look::barcode;
use crate::support::people::location;
use crate::support::{Answer, TestApp, Visitor, store};

/// Scans at a desk.
pub async fn scan(desk: &Visitor, code: &str) -> Answer {
    let page = desk.get("/desk").await;
    desk.send_form_to(&page, "/desk/visits/scan", &[("code", code)]).await
}

/// Books for a sample person and returns the visit's path and barcode.
pub async fn booked(person: &Visitor, form: &str) -> (String, String) {
    let visit = person.post_form(form, &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    (visit.path.clone(), barcode(&visit.text))
}

/// Nothing of 周明远 is on the page, nor a way to check anybody in.
fn shows_nobody(page: &Answer) {
    for trace in ["周*远", "320402", "周明", "/desk/visits/check-in"] {
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
    let forced = stranger.post("/desk/visits/check-in", &[("csrf", &token), ("ready", &code)]).await;
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
    assert!(verdict.says("不是今天") && !verdict.says("action=\"/desk/visits/check-in\""), "{}", verdict.text);
    let token = verdict.field("csrf").expect("a token");
    desk.post("/desk/visits/check-in", &[("csrf", &token), ("ready", &code)]).await;
    assert_eq!(app.states(&later.slot).await, ["booked"], "not even past the page");
    person.post_form(&format!("{visit}/cancel"), &[]).await;
    let verdict = scan(&desk, &code).await;
    assert!(verdict.says("已取消") && !verdict.says("action=\"/desk/visits/check-in\""), "{}", verdict.text);
    desk.post("/desk/visits/check-in", &[("csrf", &token), ("ready", &code)]).await;
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
    assert!(scan(&desk, &unknown).await.says("查不到"));
    let last = unknown.as_bytes()[15];
    let wrong = format!("{}{}", &unknown[..15], if last == b'9' { '0' } else { char::from(last + 1) });
    for (typed, says) in [
        (wrong.as_str(), "数字不对"),
        ("123", "数字不对"),
        ("123456789", "单号是 10 位"),
        ("22345678901", "单号是 10 位"),
        ("１２３", "数字不对"),
        ("\u{2}\u{3}", "数字不对"),
        ("https://example.cn/", "网页二维码"),
        ("<script>", "不是就诊条码"),
        ("'; DROP TABLE", "不是就诊条码"),
        ("CZRS2AAAAAAAAAAAAAAA", "没扫全"),
        ("1234 5678", "窗口认证码"),
        ("123456", "短信验证码"),
        ("320402198001010012", "证件号码"),
        ("139 0000 0001", "手机号码"),
        ("134567890123456789", "付款码"),
        ("----", "输入法不对"),
        ("七三〇五一八", "输入法不对"),
        ("à&é\"'(-è_ç", "输入法不对"),
    ] {
        let page = scan(&desk, typed).await;
        assert!(page.is_ok() && page.says(says), "{typed}: {} {}", page.path, page.text);
        assert!(!page.path.contains(typed), "what may be somebody's stands in no address: {}", page.path);
        shows_nobody(&page);
    }
    let empty = scan(&desk, "  ").await;
    assert!(empty.is_ok() && empty.says("请扫码"), "{}", empty.text);
    let spaced = unknown.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four)).collect::<Vec<_>>().join(" ");
    assert!(scan(&desk, &spaced).await.says("查不到"), "digits in groups are read");
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
    let second = desk.send_form_to(&first, "/desk/visits/scan", &[("code", &two)]).await;
    assert!(second.says("可以签到"), "{}", second.text);
    assert_eq!(app.states(&place.slot).await, ["booked", "booked"], "nobody is checked in by the next scan");
    // A scanner through a Chinese keyboard sends marks: that is a scan that cannot be read, not Enter alone.
    let unread = desk.send_form_to(&second, "/desk/visits/scan", &[("code", "。。----")]).await;
    assert!(!unread.says("签到成功"), "{}", unread.text);
    assert_eq!(app.states(&place.slot).await, ["booked", "booked"]);
    let enter = desk.send_form_to(&second, "/desk/visits/scan", &[("code", "")]).await;
    assert!(enter.says("签到成功"), "{}", enter.text);
    assert_eq!(app.states(&place.slot).await, ["attended", "booked"]);
    assert!(enter.says("今日已签到 1"), "{}", enter.text);
    app.check().await;
    app.audit().await;
}

/// Takes a check-in back by the form on a page.
async fn undo(desk: &Visitor, page: &Answer) -> Answer {
    desk.send_form_to(page, "/desk/visits/undo", &[]).await
}

#[db_test]
async fn the_verdict_says_who_is_to_be_called(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let (_, code) = booked(&app.citizen(0).await, &place.book()).await;
    let verdict = scan(&desk, &code).await;
    for said in ["周*远", "男 · 46 岁", "320402********0012", "序号"] {
        assert!(verdict.says(said), "{said}: {}", verdict.text);
    }
    assert!(verdict.text.contains("<b>1</b>"), "the place in the slot, large: {}", verdict.text);
    assert!(!verdict.says("周明远"), "no more of the name than calling needs");
    app.check().await;
}

#[db_test]
async fn a_check_in_is_taken_back_for_a_moment(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let person = app.citizen(0).await;
    let (visit, code) = booked(&person, &place.book()).await;
    let done = desk.send_form_to(&scan(&desk, &code).await, "/desk/visits/scan", &[("code", "")]).await;
    assert!(done.says("签到成功") && done.says("data-key=\"z\""), "{}", done.text);
    // What is stored says so, and to whoever did it; no address does.
    let other = colleague(&app, &place.hospital).await;
    assert!(desk.get(&done.path).await.says("签到成功"), "{}", done.path);
    for (who, path) in [(&other, done.path.clone()), (&desk, format!("/desk/visits?code={code}&did=done"))] {
        let seen = who.get(&path).await;
        assert!(seen.says("不用再签") && !seen.says("签到成功"), "{path}: {}", seen.text);
    }
    for made_up in ["n=1", "n=9", "undo=1", "undo=2", "did=late"] {
        let seen = desk.get(&format!("/desk/visits?code={code}&{made_up}")).await;
        assert!(!seen.says("撤不了") && !seen.says("已撤销，"), "{made_up}: {}", seen.text);
    }
    let undone = undo(&desk, &done).await;
    assert!(undone.says("已撤销") && undone.says("撤销签到"), "the verdict and the list say so: {}", undone.text);
    assert_eq!(app.states(&place.slot).await, ["booked"]);
    assert!(person.get(&visit).await.says("预约成功"));
    // The next Enter is meant for the next patient, and a second press finds it done.
    let enter = desk.send_form_to(&undone, "/desk/visits/scan", &[("code", "")]).await;
    assert!(enter.path == "/desk/visits" && app.states(&place.slot).await == ["booked"], "{}", enter.path);
    assert!(undo(&desk, &done).await.says("已撤销"));
    assert_eq!(app.acts("appointment.check_in_undone").await, 1);
    // Whoever comes later is checked in again, and what was pressed for the first time does not take that back.
    let again = desk.send_form_to(&scan(&desk, &code).await, "/desk/visits/scan", &[("code", "")]).await;
    assert!(again.says("签到成功"), "{}", again.text);
    let stands = undo(&desk, &done).await;
    assert!(stands.says("撤不了") && stands.says("之后又签到过一次"), "{}", stands.text);
    assert_eq!(app.states(&place.slot).await, ["attended"]);
    app.advance_secs(60);
    let late = undo(&desk, &again).await;
    assert!(late.says("撤不了") && late.says("时间过了"), "{}", late.text);
    assert!(!desk.get("/desk").await.says("/desk/visits/undo"), "nothing is offered that cannot be done");
    assert!(desk.get(&again.path).await.says("不用再签"), "a moment later it is a check-in like any other");
    assert_eq!(app.states(&place.slot).await, ["attended"]);
    app.check().await;
    app.audit().await;
}

/// Another clerk of the same hospital, signed in.
async fn colleague(app: &TestApp, hospital: &str) -> Visitor {
    let (login, password) = ("tongshi1", "another-desk-2026");
    let command = AddStaff {
        login: login.to_owned(),
        name: "王五".to_owned(),
        role: Role::Clerk,
        institution: Some(hospital.parse().expect("an institution")),
        password: password.to_owned(),
    };
    add(&app.ctx, command).await.expect("added");
    let visitor = app.visitor();
    let answer = visitor.post_form("/desk/login", &[("login", login), ("password", password)]).await;
    assert!(answer.path == "/desk/visits" && answer.is_ok(), "signing in: {} {}", answer.status, answer.text);
    visitor
}

#[db_test]
async fn a_check_in_is_taken_back_however_busy_the_hospital_is(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let (_, mine) = booked(&app.citizen(0).await, &place.book()).await;
    let (_, theirs) = booked(&app.citizen(1).await, &place.book()).await;
    let done = desk.send_form_to(&scan(&desk, &mine).await, "/desk/visits/scan", &[("code", "")]).await;
    assert!(done.says("签到成功"), "{}", done.text);
    // Nine entries of another clerk come in between.
    let other = colleague(&app, &place.hospital).await;
    for _ in 0..5 {
        app.advance_secs(1);
        let done = other.send_form_to(&scan(&other, &theirs).await, "/desk/visits/scan", &[("code", "")]).await;
        assert!(done.says("签到成功"), "{}", done.text);
        undo(&other, &done).await;
    }
    let list = desk.get("/desk").await;
    let first = list.text.find("action=\"/desk/visits/undo\"").expect("it can still be taken back");
    assert!(list.text[first..].contains(&format!("value=\"{mine}\"")), "{}", list.text);
    assert!(list.says("data-key=\"z\""), "{}", list.text);
    assert!(undo(&desk, &list).await.says("已撤销"));
    assert_eq!(app.states(&place.slot).await, ["booked", "booked"]);
    assert!(!other.get("/desk").await.says("data-key=\"z\""), "another clerk's entries are not offered by the key");
    app.check().await;
}

#[db_test]
async fn another_hospital_takes_no_check_in_back(app: TestApp) {
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let (_, code) = booked(&app.citizen(0).await, &place.book()).await;
    let done = desk.send_form_to(&scan(&desk, &code).await, "/desk/visits/scan", &[("code", "")]).await;
    let (stranger, _) = app.clerk(1).await;
    let token = stranger.get("/desk").await.field("csrf").expect("a token");
    let n = done.field("n").expect("the event");
    let forced = stranger.post("/desk/visits/undo", &[("csrf", &token), ("code", &code), ("n", &n)]).await;
    assert!(forced.says("不是本院"), "{}", forced.text);
    shows_nobody(&forced);
    assert_eq!(app.states(&place.slot).await, ["attended"]);
    // Another clerk of the same hospital does, by the row of the list.
    let colleague = app.clerk_of(&place.hospital).await;
    let list = colleague.get("/desk").await;
    assert!(undo(&colleague, &list).await.says("已撤销"));
    assert_eq!(app.states(&place.slot).await, ["booked"]);
    app.check().await;
}

#[db_test]
async fn a_card_finds_the_visits_that_its_holder_has_here_today(app: TestApp) {
    let person = live_card(&app, 0).await;
    let code = async || card_code(&person.get("/card").await);
    let place = app.place_at_desk(3600, 4).await;
    let desk = app.clerk_of(&place.hospital).await;
    let none = scan(&desk, &code().await).await;
    assert!(none.says("今天没有预约") && none.says("周*远") && !none.says("/desk/visits/check-in"), "{}", none.text);
    let later = app.place_at_desk(2 * 86_400, 4).await;
    booked(&person, &later.book()).await;
    assert!(scan(&desk, &code().await).await.says("今天没有预约"), "of today, not of another day");
    let (_, barcode) = booked(&person, &place.book()).await;
    let shown = code().await;
    let verdict = scan(&desk, &shown).await;
    assert!(verdict.says("可以签到") && verdict.says("男 · 46 岁"), "{}", verdict.text);
    assert!(!verdict.path.contains(&shown[5..]), "the code stands in no address: {}", verdict.path);
    let used = scan(&desk, &shown).await;
    assert!(used.says("已使用") && !used.says("/desk/visits/check-in"), "a picture of it finds nobody: {}", used.text);
    let (stranger, _) = app.clerk(1).await;
    assert!(scan(&stranger, &code().await).await.says("今天没有预约"), "another hospital's visits are not here");
    let done = desk.send_form_to(&verdict, "/desk/visits/scan", &[("code", "")]).await;
    assert!(done.says("签到成功"), "{}", done.text);
    assert!(scan(&desk, &code().await).await.says("已签到"));
    assert!(scan(&desk, &barcode).await.says("已签到"));
    // Two visits on one day: the clerk asks which.
    for other in app.places(3600, 4).await.into_iter().filter(|other| other.hospital == place.hospital) {
        if person.post_form(&other.book(), &[]).await.path.starts_with("/appointments/") {
            break;
        }
    }
    let several = scan(&desk, &code().await).await;
    assert!(several.says("选一次就诊") && several.says("data-key=\"B\""), "{}", several.text);
    assert!(app.acts("appointment.found_by_card").await >= 4, "each look is written down");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn production_has_no_desks_yet(app: TestApp) {
    let (desk, _) = app.clerk(0).await;
    let production = app.in_production().await;
    let mut desk = desk;
    desk.go_to(&production.url);
    for path in ["/desk", "/desk/visits", "/desk/login"] {
        let page = desk.once(reqwest::Method::GET, path, None).await;
        assert!(page.status == 403 || location(&page) == "/desk/login", "{path}: {} {}", page.status, page.text);
    }
    let login = desk.get("/desk").await;
    assert!(login.status == 403 && login.says("第二重验证"), "{} {}", login.status, login.text);
}
