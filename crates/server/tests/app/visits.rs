//! What a person sees of their visits: nothing is hidden by a list that was cut, one number for each, and what is true now.

use serde_json::json;
use testkit::db_test;

use crate::support::payer::{PIN, Payer, clear_faults, control, fault, pass};
use crate::support::{Answer, TestApp, Visitor, store};

const DAY: i64 = 86_400;

/// As one reads it: a blank that does not break is a blank.
fn read(text: &str) -> String {
    text.replace('\u{a0}', " ").replace('\u{2060}', "")
}

/// The short number on a page, ten digits: what stands behind its name, whatever marks are between.
fn number(page: &Answer) -> String {
    let behind = |rest: &str| {
        let mut within = false;
        let mut seen = rest.chars().filter(move |c| {
            let mark = within || *c == '<';
            within = if within { *c != '>' } else { *c == '<' };
            !mark && !c.is_whitespace()
        });
        let digits: String = seen.by_ref().take(10).collect();
        digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
    };
    let found = page.text.split("单号").skip(1).find_map(behind);
    found.unwrap_or_else(|| panic!("no number: {} {}", page.path, page.text))
}

async fn book(person: &Visitor, form: &str) -> Answer {
    let visit = person.post_form(form, &[]).await;
    assert!(visit.path.starts_with("/appointments/apt_"), "{} {}", visit.path, visit.text);
    visit
}

/// Takes one more place at a price, on a day of its own.
async fn hold(app: &TestApp, person: &Visitor, after_secs: i64) -> String {
    let after = app.ctx.now().plus_secs(after_secs);
    let slot = app.ask(move |tx| store::priced_slot(tx, after, 2_500)).await;
    let page = person.post_form(&format!("/slots/{slot}/book"), &[]).await;
    assert!(page.path.starts_with("/pay/ord_"), "{} {}", page.path, page.text);
    page.path
}

#[db_test]
async fn unpaid_places_hide_no_booked_visit(app: TestApp) {
    let person = app.citizen(0).await;
    let visit = book(&person, &app.place(8 * DAY, 4).await.book()).await.path;
    for days in [2, 3, 4] {
        hold(&app, &person, days * DAY).await;
    }
    let front = person.get("/").await;
    assert_eq!(front.link("/appointments/"), Some(visit.clone()), "the booked visit is there: {}", front.text);
    assert_eq!(front.links("/pay/").len(), 3, "{}", front.text);
    assert!(!front.says("现在没有要办的事"), "{}", front.text);
    assert!(read(&front.text).contains("href=\"/todos\">全部 4<"), "{}", front.text);
    let all = person.get("/todos").await;
    assert_eq!((all.links("/pay/").len(), all.links("/appointments/")), (3, vec![visit.clone()]), "{}", all.text);
    assert!(person.get("/code").await.link(&visit).is_some(), "and its code");
    app.check().await;
}

#[db_test]
async fn more_waits_than_the_front_page_shows(app: TestApp) {
    let person = app.citizen(0).await;
    for days in [1, 2, 3, 4, 5] {
        book(&person, &app.place(days * DAY, 4).await.book()).await;
    }
    let front = person.get("/").await;
    assert!(read(&front.text).contains("全部 5"), "{}", front.text);
    assert_eq!(front.links("/appointments/").len(), 3, "{}", front.text);
    assert_eq!(person.get("/todos").await.links("/appointments/").len(), 5);
    app.check().await;
}

#[db_test]
async fn who_has_nothing_is_told_so(app: TestApp) {
    let person = app.citizen(0).await;
    let front = person.get("/").await;
    assert!(front.says("现在没有要办的事") && front.link("/todos").is_none(), "{}", front.text);
    assert!(person.get("/todos").await.says("现在没有要办的事"));
}

#[db_test]
async fn whoever_comes_late_is_told_where_to_go_and_not_to_cancel(app: TestApp) {
    let person = app.citizen(0).await;
    // Some hospitals have other times until which one may cancel.
    let own_rule = |code: &str| ["dsrmyy", "zyyy"].contains(&code);
    let place = app.places(4 * 3_600, 4).await.into_iter().find(|place| !own_rule(&place.code)).expect("a slot");
    let asked = person.get(&place.book()).await;
    assert!(asked.says("不能来的话，请在今天"), "{}", asked.text);
    let visit = book(&person, &place.book()).await;
    app.advance_secs(250 * 60);
    let person = app.citizen(0).await;
    let soon = person.get(&visit.path).await;
    assert!(soon.says("预约成功") && !soon.says("前取消"), "the time for that is over: {}", soon.text);
    app.advance_secs(2 * 3_600);
    let person = app.citizen(0).await;
    let late = person.get(&visit.path).await;
    assert!(late.says("就诊时间已过") && late.says("请到分诊台说明"), "{}", late.text);
    app.check().await;
}

#[db_test]
async fn a_full_page_leads_to_no_empty_one(app: TestApp) {
    let place = app.place(9 * DAY, 4).await;
    for number in 0..30 {
        if number % 8 == 7 {
            app.advance_secs(DAY);
        }
        let person = app.citizen(0).await;
        let visit = book(&person, &place.book()).await;
        person.post_form(&format!("{}/cancel", visit.path), &[]).await;
    }
    let person = app.citizen(0).await;
    let first = person.get("/orders").await;
    assert_eq!(first.links("/appointments/").len(), 30);
    assert_eq!(first.link("/orders?"), None, "there are no older ones");
    let (mut path, mut seen) = ("/messages".to_owned(), 0);
    loop {
        let page = person.get(&path).await;
        let messages = page.links("/messages/msg_").len();
        assert!(messages > 0, "{path} says there is nothing: {}", page.text);
        seen += messages;
        let Some(older) = page.link("/messages?") else { break };
        path = older;
    }
    assert!(seen >= 60, "{seen}");
    let beyond = person.get("/orders?before=0&id=").await;
    assert!(beyond.says("没有更早的订单") && !beyond.says("还没有订单"), "{}", beyond.text);
    app.check().await;
}

#[db_test]
async fn what_is_shown_above_as_unfinished_promises_no_older_page(app: TestApp) {
    let place = app.place(9 * DAY, 4).await;
    for number in 0..30 {
        if number % 7 == 6 {
            app.advance_secs(DAY);
        }
        let person = app.citizen(0).await;
        let visit = book(&person, &place.book()).await;
        person.post_form(&format!("{}/cancel", visit.path), &[]).await;
    }
    // The oldest by its time: with the others it would be the first of a second page.
    let payer = Payer::own_money(&app, 0).await;
    let paid = payer.visit().await;
    payer.person.post_form(&format!("{paid}/cancel"), &[]).await;
    let list = payer.person.get("/orders").await;
    assert!(list.says("已取消 · 已发起退款"), "{}", list.text);
    assert_eq!((list.links("/appointments/").len(), list.link("/orders?")), (31, None), "{}", list.text);
    app.check().await;
}

#[db_test]
async fn orders_begin_with_what_is_not_finished(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let paid = payer.visit().await;
    let coming = book(&payer.person, &app.place(5 * DAY, 4).await.book()).await.path;
    let gone = book(&payer.person, &app.place(6 * DAY, 4).await.book()).await.path;
    payer.person.post_form(&format!("{gone}/cancel"), &[]).await;
    let held = hold(&app, &payer.person, 8 * DAY).await;
    let held = payer.person.get(&held).await.link("/appointments/").expect("its visit");
    // Cancelled, and its money is on its way back: that is not finished either.
    payer.person.post_form(&format!("{paid}/cancel"), &[]).await;
    let list = payer.person.get("/orders").await;
    let at = |words: &str| list.text.find(words).unwrap_or_else(|| panic!("no {words}: {}", list.text));
    let (unfinished, next, month) = (at("还没办完"), at("近期安排"), at(&gone));
    assert!(unfinished < at(&held) && at(&held) < next && at(&paid) < next, "{}", list.text);
    assert!(next < at(&coming) && at(&coming) < month, "{}", list.text);
    assert!(list.says("已取消 · 已发起退款"), "{}", list.text);
    // The cancelling itself may still be about the refund at the first looks.
    pass(&app, 300).await;
    let list = payer.person.get("/orders").await;
    assert!(list.says("已取消 · 已退回"), "{}", list.text);
    assert!(list.text.find("近期安排") < list.text.find(paid.as_str()), "it is finished: {}", list.text);
    app.check().await;
}

#[db_test]
async fn one_number_is_said_everywhere(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let visit = payer.visit().await;
    let said = number(&payer.person.get(&visit).await);
    assert_eq!(number(&payer.state().await), said, "the order's page");
    let message = payer.person.get("/messages").await.link("/messages/msg_").expect("a message");
    assert_eq!(number(&payer.person.get(&message).await), said, "the message");
    let slot = payer.slot.clone();
    let hospital = app.ask(move |tx| store::hospital_of_slot(tx, &slot)).await;
    let clerk = app.clerk_of(&hospital).await;
    let spaced = format!("{} {} {}", &said[..3], &said[3..6], &said[6..]);
    for typed in [said.as_str(), spaced.as_str()] {
        let page = clerk.get("/desk").await;
        let seen = clerk.send_form_to(&page, "/desk/visits/scan", &[("code", typed)]).await;
        assert!(seen.says("不是今天") && number(&seen) == said, "{typed}: {}", seen.text);
    }
    // A digit that was heard wrongly is told as such, and nobody is shown.
    let last = said.as_bytes()[9];
    let wrong = format!("{}{}", &said[..9], if last == b'9' { '0' } else { char::from(last + 1) });
    let page = clerk.get("/desk").await;
    let seen = clerk.send_form_to(&page, "/desk/visits/scan", &[("code", &wrong)]).await;
    assert!(seen.says("单号有一位不对") && !seen.says("320402"), "{}", seen.text);
    // Whoever looks after payments finds the order by it.
    let found = payments::find(&app.ctx, &spaced).await.expect("it is a number");
    assert_eq!(
        found.iter().map(|order| format!("/pay/{}", order.id)).collect::<Vec<_>>(),
        std::slice::from_ref(&payer.pay)
    );
    app.check().await;
}

#[db_test]
async fn another_hospital_finds_nobody_by_a_number(app: TestApp) {
    let place = app.place_at_desk(3_600, 4).await;
    let person = app.citizen(0).await;
    let said = number(&book(&person, &place.book()).await);
    let (stranger, elsewhere) = app.clerk(1).await;
    assert_ne!(elsewhere, place.hospital);
    let page = stranger.get("/desk").await;
    let seen = stranger.send_form_to(&page, "/desk/visits/scan", &[("code", &said)]).await;
    assert!(seen.says("不是本院") && !seen.says("320402") && !seen.says("单号 "), "{}", seen.text);
    assert_eq!(app.acts("appointment.seen_by_desk").await, 1, "each look is written down");
    // Whoever looks after payments is told that it is a visit's number, and why no order has it.
    let no = kernel::ShortNo::parse(&said).expect("a number");
    assert!(payments::find(&app.ctx, &said).await.expect("it is a number").is_empty());
    let fee = health::fee_by_number(&app.ctx, &no).await.expect("looked for");
    assert_eq!(fee, Some(kernel::Fen::ZERO));
    // At its own, the number checks in as the barcode does.
    let desk = app.clerk_of(&place.hospital).await;
    let page = desk.get("/desk").await;
    let ready = desk.send_form_to(&page, "/desk/visits/scan", &[("code", &said)]).await;
    assert!(ready.says("可以签到"), "{}", ready.text);
    assert!(desk.send_form_to(&ready, "/desk/visits/check-in", &[]).await.says("签到成功"));
    // Whoever waits to be called still sees the visit.
    let front = person.get("/").await;
    assert!(front.says("已签到") && !front.says("现在没有要办的事"), "{}", front.text);
    assert!(person.get("/code").await.says("等候叫号"));
    assert!(person.get("/orders").await.says("近期安排"));
    app.check().await;
}

#[db_test]
async fn visits_of_a_program_from_before_get_their_numbers(app: TestApp) {
    let payer = Payer::new(&app, 0).await;
    let free = book(&payer.person, &app.place(5 * DAY, 4).await.book()).await.path;
    app.plant(store::forget_numbers).await;
    assert!(!payer.person.get(&free).await.says("单号"), "it is shown without one meanwhile");
    assert!(payer.person.get(&payer.pay).await.is_ok());
    app.run_jobs().await;
    let said = number(&payer.person.get(&free).await);
    let visit = payer.person.get(&payer.pay).await;
    assert_ne!(number(&visit), said);
    let href = visit.link("/appointments/").expect("its visit");
    assert_eq!(number(&payer.person.get(&href).await), number(&visit), "the order has its visit's");
    app.check().await;
}

#[db_test]
async fn the_page_of_a_cancelled_visit_goes_on_by_itself(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let visit = payer.visit().await;
    let shown = payer.person.post_form(&format!("{visit}/cancel"), &[]).await;
    assert!(shown.says("已取消") && shown.says("已发起退款"), "{}", shown.text);
    assert!(shown.says("http-equiv=\"refresh\"") && shown.says("data-reload-secs"), "{}", shown.text);
    assert!(shown.says("再看一次"), "and who has no such browser is told how");
    pass(&app, 60).await;
    let done = payer.person.get(&visit).await;
    assert!(done.says("已退回") && !done.says("http-equiv=\"refresh\""), "{}", done.text);
    app.check().await;
}

#[db_test]
async fn what_cancelling_promises_is_true_while_a_payment_is_not_known(app: TestApp) {
    let mut payer = Payer::new(&app, 0).await;
    payer.person.get(&payer.pay).await;
    fault(&app, "insurer", "2207", "time_out_after", 1).await;
    let here = payer.person.clone();
    payer.person.go_to(&app.paying_with(&[("INSURER__TIMEOUT_MS", "1000")]).await.url);
    assert!(payer.settle(PIN).await.says("正在确认"));
    payer.person = here;
    let visit = payer.visit().await;
    let asked = payer.person.get(&format!("{visit}/cancel")).await;
    assert!(asked.says("刚才的医保支付还在确认") && !asked.says("马上放回"), "{}", asked.text);
    let shown = payer.person.post_form(&format!("{visit}/cancel"), &[]).await;
    assert!(!shown.says("号已放回") && shown.says("http-equiv=\"refresh\""), "{}", shown.text);
    assert_eq!(app.counters(&payer.slot).await.1, 1, "the place is kept until it is known");
    pass(&app, 120).await;
    assert_eq!(app.counters(&payer.slot).await.1, 0);
    assert!(payer.person.get(&visit).await.says("已取消"));
    app.check().await;
}

#[db_test]
async fn the_front_page_knows_that_a_card_is_back(app: TestApp) {
    let person = app.citizen(0).await;
    person.get("/card").await;
    app.carry().await;
    let number = identity::demo::citizens()[0].number;
    let steer = |state: &'static str| {
        let path = format!("people/{number}");
        let app = &app;
        async move { assert_eq!(control(app, &path, json!({ "card": state })).await, 200) }
    };
    steer("lost").await;
    assert!(person.get("/card").await.says("社保卡已挂失"));
    assert!(
        person.get("/").await.says("社保卡已挂失") && person.get("/").await.says("hero ecard-off"),
        "so the card system says, and the card's page"
    );
    // Nobody has looked at the card page since.
    steer("active").await;
    let front = person.get("/").await;
    assert!(!front.says("已挂失") && !front.says("ecard-off") && front.says("出示二维码"), "{}", front.text);
    // A card system that says nothing is no reason to repeat what it said long ago.
    steer("lost").await;
    person.get("/card").await;
    app.fault(json!({ "partner": "cards", "operation": "card.query", "kind": "down" })).await;
    app.advance_secs(700);
    let person = app.citizen(0).await;
    let front = person.get("/").await;
    assert!(front.says("现在查不到卡的状态") && !front.says("已挂失"), "{}", front.text);
    clear_faults(&app).await;
    app.check().await;
}

#[db_test]
async fn services_are_found_and_lead_somewhere(app: TestApp) {
    let person = app.citizen(0).await;
    for service in app.halls.services().all() {
        let page = person.get(service.path).await;
        assert!(page.is_ok(), "{}: {} {}", service.path, page.status, page.text);
    }
    let person = app.citizen(0).await;
    for (typed, path) in [
        ("挂号", "/hospitals"),
        ("就诊码", "/code"),
        ("电子社保卡", "/card"),
        ("支付密码", "/pay-password"),
        ("大字", "/look?elder=1"),
        ("消息", "/messages"),
        ("实名认证", "/real-name"),
        ("我的设备", "/devices"),
    ] {
        let found = app.visitor().get(&format!("/search?q={typed}")).await;
        let (_, results) = found.text.split_once("<main").expect("a page");
        assert!(results.contains(&format!("class=\"row\" href=\"{path}")), "{typed}: {}", found.text);
    }
    let found = person.get("/search?q=妇产科").await;
    assert!(found.says("妇科") && found.says(">产科<"), "{}", found.text);
    app.check().await;
}

#[db_test]
async fn money_that_is_not_where_it_belongs_is_named_beside_a_visit_that_is_booked_or_past(app: TestApp) {
    let payer = Payer::own_money(&app, 0).await;
    let pay = payer.pay.clone();
    assert!(!payer.person.get("/orders").await.says("正在核对"));
    app.plant(move |tx| store::block_an_order(tx, &pay)).await;
    let coming = payer.person.get("/orders").await;
    assert!(coming.says("正在核对"), "{}", coming.text);
    app.advance_secs(4 * DAY);
    let person = app.citizen(0).await;
    let past = person.get("/orders").await;
    let (_, unfinished) = past.text.split_once("还没办完").unwrap_or_else(|| panic!("no such part: {}", past.text));
    assert!(unfinished.contains("正在核对"), "{}", past.text);
    app.plant(store::forget_the_block).await;
    assert!(!person.get("/orders").await.says("正在核对"));
    app.check().await;
}
