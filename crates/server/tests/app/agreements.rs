//! The user agreement and the privacy policy: read before anything is asked for, recorded with the account, asked again.

use reqwest::Method;
use testkit::db_test;

use crate::support::people::{PASSWORD, details, id_number, location};
use crate::support::{TestApp, store};

#[db_test]
async fn both_texts_come_before_anything_is_asked_for(app: TestApp) {
    let person = app.visitor();
    for path in ["/sign-up", "/login", "/login/code"] {
        let page = person.get(path).await;
        for text in ["/terms", "/privacy"] {
            assert!(page.link(text).is_some(), "{path} leads to {text}: {}", page.text);
        }
    }
    let page = person.get("/sign-up").await;
    let (text, field) = (page.text.find("href=\"/privacy\""), page.text.find("name=\"mobile\""));
    assert!(text < field, "before the number is asked for: {}", page.text);
    for (path, title, words) in [
        ("/terms", "《用户服务协议》", "30 天内没有认证的，账户自动注销"),
        ("/privacy", "《隐私政策》", "照片从您的手机直接交给认证机构比对，我们不保存照片"),
    ] {
        let page = person.get(path).await;
        assert!(page.is_ok() && page.says(title) && page.says(words), "{}", page.text);
        assert!(page.says("版本 2026-11") && page.says("2026 年 11 月 30 日"), "{}", page.text);
        // How long what is kept comes from policy.
        assert!(!page.says("{$") && !page.says("{ $"), "{}", page.text);
    }
    let page = person.get("/privacy").await;
    for words in ["消息：2 年", "面部识别的过程记录：30 天", "通过没有通过：3 年", "退出的设备：1 年", "存在这台手机上"]
    {
        assert!(page.says(words), "{words}: {}", page.text);
    }
    app.check().await;
}

#[db_test]
async fn what_was_agreed_to_is_recorded_with_the_account(app: TestApp) {
    let before = app.acts("agreement.given").await;
    let person = app.newcomer(1).await;
    assert_eq!(app.acts("agreement.given").await, before + 1);
    assert!(person.get("/me").await.is_ok(), "nobody is asked twice");
    app.check().await;
}

#[db_test]
async fn nobody_agrees_to_a_text_that_the_page_did_not_lead_to(app: TestApp) {
    let (person, mobile, number) = (app.visitor(), "15800000011", id_number(11));
    let page = app.ask_sign_up(&person, mobile).await;
    let code = app.code(mobile).await;
    assert_eq!(page.field("terms").as_deref(), Some("2026-11"), "{}", page.text);
    for older in [("terms", "2020-01"), ("privacy", "")] {
        let fields: Vec<_> = details("王五", &number, &code, PASSWORD).into_iter().chain([older]).collect();
        let again = person.send_form(&page, &fields).await;
        assert!(again.status == 422 && again.says("刚有了新版本"), "{} {}", again.status, again.text);
        assert_eq!(again.field("name").as_deref(), Some("王五"), "what was typed stays: {}", again.text);
        assert_eq!(again.field("terms").as_deref(), Some("2026-11"), "and the page leads to what is in force");
    }
    let before = app.acts("agreement.given").await;
    let done = person.send_form(&page, &details("王五", &number, &code, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    assert_eq!(app.acts("agreement.given").await, before + 1);
    app.log_in(&person, mobile, PASSWORD).await;
    app.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.older", store::agreed_to_older).await.expect("done");
    let asked = person.get("/me").await;
    let again = person.send_form_to(&asked, "/agree", &[("privacy", "2020-01")]).await;
    assert!(again.status == 422 && again.says("刚有了新版本"), "{} {}", again.status, again.text);
    assert_eq!(app.acts("agreement.given").await, before + 1);
    let went_on = person.send_form_to(&again, "/agree", &[]).await;
    assert!(went_on.path == "/me" && went_on.is_ok(), "{} {}", went_on.path, went_on.text);
    app.check().await;
}

#[db_test]
async fn a_visit_that_is_booked_is_shown_and_cancelled_before_agreeing(app: TestApp) {
    let person = app.citizen(0).await;
    let visit = person.post_form(&app.place(86_400, 4).await.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    app.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.older", store::agreed_to_older).await.expect("done");
    let cancel = format!("{}/cancel", visit.path);
    for path in ["/code", visit.path.as_str(), cancel.as_str()] {
        let page = person.once(Method::GET, path, None).await;
        assert!(page.is_ok(), "{path}: {} {}", page.status, location(&page));
    }
    // The page on which the device shows itself is open too.
    let prove = person.once(Method::GET, "/devices/prove?to=/code", None).await;
    assert!(!location(&prove).starts_with("/agree"), "{} {}", prove.status, location(&prove));
    let page = person.get(&cancel).await;
    let cancelled = person.send_form(&page, &[]).await;
    assert!(cancelled.path == visit.path && cancelled.says("已取消"), "{} {}", cancelled.path, cancelled.text);
    app.check().await;
}

#[db_test]
async fn the_way_back_from_the_texts_keeps_the_place(app: TestApp) {
    let person = app.citizen(0).await;
    app.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.older", store::agreed_to_older).await.expect("done");
    let asked = person.get("/orders").await;
    for text in ["/terms", "/privacy"] {
        let page = person.get(&asked.link(text).expect("a link").replace("&amp;", "&")).await;
        let back = page.link("/agree").expect("a way back").replace("&amp;", "&");
        assert_eq!(back, "/agree?to=%2Forders", "{}", page.text);
        let other = if text == "/terms" { "/privacy?to=" } else { "/terms?to=" };
        assert!(page.link(other).is_some(), "{}", page.text);
    }
    let form = app.visitor().get("/sign-up").await;
    assert!(form.says("href=\"/terms\" target=\"_blank\""), "what was typed stays: {}", form.text);
    let page = app.visitor().get("/terms?to=//elsewhere.example").await;
    assert!(page.says("class=\"back\" href=\"/\""), "{}", page.text);
    app.check().await;
}

#[db_test]
async fn whoever_agreed_to_another_version_is_asked_before_the_next_page(app: TestApp) {
    let person = app.citizen(0).await;
    let gated = app.place(86_400, 4).await.book();
    let confirm = person.get(&gated).await;
    app.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.older", store::agreed_to_older).await.expect("done");
    for path in ["/me", "/devices", "/orders", gated.as_str()] {
        let led = person.once(Method::GET, path, None).await;
        assert!(led.status == 303 && location(&led).starts_with("/agree?to=%2F"), "{path}: {}", location(&led));
    }
    let front = person.get("/").await;
    assert!(front.is_ok() && front.link("/agree").is_some(), "{}", front.text);
    assert!(front.says("协议有更新") && !front.says("请先确认是您本人在用这台设备"), "the true reason: {}", front.text);
    // What was begun is finished.
    let booked = person.send_once(&confirm, &gated, &[]).await;
    assert!(location(&booked).starts_with("/appointments/"), "{} {}", booked.status, location(&booked));
    let asked = person.get("/me").await;
    assert!(asked.says("请先看一下再继续") && asked.link("/terms").is_some(), "{}", asked.text);
    let before = app.acts("agreement.given").await;
    let went_on = person.send_form_to(&asked, "/agree", &[]).await;
    assert!(went_on.path == "/me" && went_on.is_ok(), "{} {}", went_on.path, went_on.text);
    person.send_form_to(&asked, "/agree", &[]).await;
    assert_eq!(app.acts("agreement.given").await, before + 1, "twice is once");
    // Whoever does not agree logs out.
    app.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.older", store::agreed_to_older).await.expect("done");
    let asked = person.get("/me").await;
    let out = person.send_form_to(&asked, "/logout", &[]).await;
    assert!(out.path == "/" && out.says("您已安全退出"), "{} {}", out.path, out.text);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn an_account_that_is_nobodys_yet_is_told_until_when_it_stays(app: TestApp) {
    let person = app.visitor();
    let login = app.sign_up(&person, "15800000009", "沈德福", &id_number(9)).await;
    assert!(login.says("请在 30 天内完成实名认证") && login.says("号码以前的主人"), "{}", login.text);
    assert_eq!(login.field("login").as_deref(), Some("15800000009"), "the number stands there already");
    app.log_in(&person, "15800000009", PASSWORD).await;
    for path in ["/me", "/real-name"] {
        let page = person.get(path).await;
        assert!(page.says("账户会自动注销") && page.says("4 月 1 日"), "{path}: {}", page.text);
    }
    app.vouch(&person).await;
    for path in ["/me", "/real-name"] {
        assert!(!person.get(path).await.says("自动注销"), "{path}");
    }
    assert!(!app.visitor().get("/login").await.says("资料已提交"));
    app.check().await;
}

#[db_test]
async fn one_wrong_field_blanks_no_other_and_burns_no_code(app: TestApp) {
    let (person, mobile) = (app.visitor(), "15800000010");
    let page = app.ask_sign_up(&person, mobile).await;
    let code = app.code(mobile).await;
    let number = id_number(10);
    let again = person.send_form(&page, &details("王", &number, &code, PASSWORD)).await;
    assert_eq!(again.status, 422);
    for (field, typed) in [("code", code.as_str()), ("name", "王"), ("id_number", number.as_str())] {
        assert_eq!(again.field(field).as_deref(), Some(typed), "{field}: {}", again.text);
    }
    assert!(again.says("密码不会保留，请再输一遍") && !again.says(PASSWORD), "{}", again.text);
    assert_eq!(again.text.matches("至少两个字").count(), 1, "told once: {}", again.text);
    // The first that is wrong on the page is the first that is led to.
    let again = person.send_form(&page, &details("王", "1", "12", PASSWORD)).await;
    assert!(again.says("有 3 处要改") && again.says("href=\"#f-code\""), "{}", again.text);
    // A wrong code is told once, and costs nothing but itself.
    let wrong = crate::support::people::not(&code);
    let again = person.send_form(&page, &details("王五", &number, wrong, PASSWORD)).await;
    assert_eq!(again.text.matches("还可以再试 4 次").count(), 1, "{}", again.text);
    assert!(!again.says("验证码没有通过") && again.field("code").as_deref() == Some(""), "{}", again.text);
    let done = person.send_form(&again, &details("王五", &number, &code, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    app.check().await;
}
