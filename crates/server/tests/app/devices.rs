//! Devices at the gate, through the front door: keys as a browser has them, stolen cookies, codes by SMS.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use testkit::db_test;

use crate::support::people::{location, not};
use crate::support::{Answer, TestApp, Visitor};

const MOBILE: &str = "13900000001";

pub fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key")
}

/// Asks for something gated, and stops at the first answer.
async fn ask(person: &Visitor, gated: &str) -> Answer {
    person.once(Method::GET, gated, None).await
}

pub fn is_challenged(answer: &Answer) -> bool {
    answer.status == 303 && location(answer).starts_with("/devices/prove")
}

/// Leaves the key of a browser, as its script does right after authentication.
pub async fn leave(person: &Visitor, key: &EcdsaKeyPair) -> Answer {
    let token = person.get("/devices").await.field("csrf").expect("a form");
    let public = URL_SAFE_NO_PAD.encode(key.public_key().as_ref());
    let fields = [("csrf", token.as_str()), ("key", public.as_str()), ("to", "/devices")];
    person.post("/devices/key", &fields).await
}

/// Signs a page's challenge and sends it, as the script does; the first answer.
async fn sign(app: &TestApp, person: &Visitor, page: &Answer, key: &EcdsaKeyPair) -> Answer {
    sign_at(&app.url, person, page, key).await
}

/// The same for a service that the browser calls so.
pub async fn sign_at(origin: &str, person: &Visitor, page: &Answer, key: &EcdsaKeyPair) -> Answer {
    let challenge = page.field("challenge").expect("a challenge");
    let text = format!("renshe device proof\n{origin}\n{challenge}");
    let signature = key.sign(&SystemRandom::new(), text.as_bytes()).expect("signed");
    let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
    person.send_once(page, "/devices/prove", &[("signature", &signature)]).await
}

/// The same cookies in a thief's browser.
fn stolen(app: &TestApp, owner: &Visitor) -> Visitor {
    let thief = app.visitor().with_header("user-agent", "Mozilla/5.0 (Windows NT 10.0) Chrome/130");
    thief.cookies.lock().expect("lock").clone_from(&owner.cookies.lock().expect("lock"));
    thief
}

#[db_test]
async fn what_was_tapped_goes_on_by_itself_as_soon_as_the_device_has_answered(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let (owner, key) = (app.citizen(0).await, new_key());
    assert!(leave(&owner, &key).await.is_ok());
    let confirm = owner.get(&place.book()).await;
    for (waits_secs, by_itself) in [(31, false), (2, true)] {
        app.advance_secs(121);
        let asked = owner.send_once(&confirm, &place.book(), &[("note", "轮椅")]).await;
        assert!(is_challenged(&asked), "{} {}", asked.status, location(&asked));
        let page = owner.get(&location(&asked)).await;
        let went_on = sign(&app, &owner, &page, &key).await;
        app.advance_secs(waits_secs);
        let kept = owner.get(&location(&went_on)).await;
        assert!(kept.path.starts_with("/real-name/continue/") && kept.says("轮椅"), "{} {}", kept.path, kept.text);
        assert_eq!(kept.says("data-goes-on"), by_itself, "after {waits_secs} s: {}", kept.text);
        let lured = owner.clone().with_header("sec-fetch-site", "cross-site").get(&kept.path).await;
        assert!(lured.says("轮椅") && !lured.says("data-goes-on"), "by somebody's link: {}", lured.text);
    }
    // What was sent from elsewhere with copied cookies waits for a tap.
    app.advance_secs(121);
    let sent = stolen(&app, &owner).send_once(&confirm, &place.book(), &[("note", "轮椅")]).await;
    let (_, way) =
        location(&sent).split_once("to=").map(|(at, to)| (at.to_owned(), to.replace("%2F", "/"))).expect("a way");
    let page = owner.get(&format!("/devices/prove?to={way}")).await;
    let kept = owner.get(&location(&sign(&app, &owner, &page, &key).await)).await;
    assert!(kept.path == way && kept.says("轮椅"), "{} {}", kept.path, kept.text);
    assert!(!kept.says("data-goes-on"), "{}", kept.text);
    app.check().await;
}

#[db_test]
async fn a_browser_with_a_key_goes_on_by_itself_and_a_thief_does_not(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let (owner, key, own) = (app.citizen(0).await, new_key(), new_key());
    assert!(leave(&owner, &key).await.is_ok());
    app.advance_secs(121);
    let asked = ask(&owner, &gated).await;
    assert!(is_challenged(&asked), "{} {}", asked.status, location(&asked));
    let page = owner.get(&location(&asked)).await;
    let challenge = page.field("challenge").expect("a challenge");
    assert_eq!(challenge.split('.').count(), 3, "as the release before reads it: {challenge}");
    assert_eq!(sign(&app, &owner, &page, &own).await.status, 422, "another key");
    let page = owner.get(&location(&asked)).await;
    let went_on = sign(&app, &owner, &page, &key).await;
    assert_eq!(location(&went_on), gated, "{}", went_on.text);
    assert_eq!(ask(&owner, &gated).await.status, 200);
    // With the cookies alone, elsewhere: neither the gate, nor a key of the thief's, nor what was sent before.
    let thief = stolen(&app, &owner);
    assert!(is_challenged(&ask(&thief, &gated).await));
    leave(&thief, &own).await;
    let theirs = thief.get("/devices/prove").await;
    assert_eq!(sign(&app, &thief, &theirs, &own).await.status, 422);
    assert_eq!(sign(&app, &thief, &page, &key).await.status, 422, "a challenge is answered once");
    assert!(is_challenged(&ask(&thief, &gated).await));
    assert_eq!(ask(&owner, &gated).await.status, 200);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn without_script_a_code_to_the_owners_phone_does(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let owner = app.citizen(0).await;
    app.advance_secs(600);
    assert_eq!(ask(&owner, &gated).await.status, 200, "authenticated here, for the session");
    let thief = stolen(&app, &owner);
    let page = thief.get("/devices/prove").await;
    let enter = thief.send_form_to(&page, "/devices/prove/sms", &[]).await;
    assert!(enter.path.starts_with("/devices/prove/code") && enter.says("139****0001"), "{}", enter.text);
    let code = app.code(MOBILE).await;
    let wrong = thief.send_form(&enter, &[("code", not(&code))]).await;
    assert!(wrong.status == 422 && is_challenged(&ask(&thief, &gated).await));
    // The owner on another network has the phone.
    let done = thief.send_form_to(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert!(done.is_ok(), "{} {}", done.status, done.text);
    assert_eq!(ask(&thief, &gated).await.status, 200);
    app.check().await;
}

#[db_test]
async fn a_code_to_another_phone_is_none(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let (owner, other) = (app.citizen(0).await, app.citizen(1).await);
    // The thief has an account too, and a code to the phone of it.
    let elsewhere = stolen(&app, &other);
    let page = elsewhere.get("/devices/prove").await;
    let enter = elsewhere.send_form_to(&page, "/devices/prove/sms", &[]).await;
    let challenge = enter.field("challenge").expect("a challenge");
    let code = app.code("13900000002").await;
    let thief = stolen(&app, &owner);
    let token = thief.get("/devices").await.field("csrf").expect("a form");
    let fields = [("csrf", token.as_str()), ("challenge", challenge.as_str()), ("code", code.as_str())];
    let tried = thief.post("/devices/prove/code", &fields).await;
    assert!(tried.path.starts_with("/devices/prove"), "{} {}", tried.path, tried.text);
    assert!(is_challenged(&ask(&thief, &gated).await));
    app.check().await;
}

#[db_test]
async fn a_device_signed_out_begins_anew(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let phone = app.citizen(0).await;
    let laptop = app.signed_in(0).await;
    let led = ask(&laptop, &gated).await;
    assert!(led.status == 303 && location(&led).starts_with("/real-name"), "{}", location(&led));
    let list = laptop.get("/devices").await;
    let device = list.field("device").expect("the phone");
    shows_the_phone(&app, &laptop, &list, &[("device", &device)]).await;
    let ended = laptop.send_form_to(&list, "/devices", &[("device", &device)]).await;
    assert!(ended.says("那台设备已退出"), "{}", ended.text);
    let texts = app.texts(MOBILE).await;
    assert!(
        texts.iter().any(|text| text.to_string().contains("被退出")),
        "whoever was not there hears of it: {texts:?}"
    );
    let gone = ask(&phone, &gated).await;
    assert!(location(&gone).starts_with("/login"), "{}", location(&gone));
    app.log_in(&phone, MOBILE, "changzhou2026").await;
    assert!(location(&ask(&phone, &gated).await).starts_with("/real-name"), "authenticated again first");
    app.check().await;
}

/// Somebody who only knows the password is asked for a code to the owner's phone, and enters it.
async fn shows_the_phone(app: &TestApp, person: &Visitor, list: &Answer, fields: &[(&str, &str)]) {
    let asked = person.send_form_to(list, "/devices", fields).await;
    assert!(asked.path.starts_with("/devices/prove?for=log-out"), "{} {}", asked.path, asked.text);
    assert!(asked.says("只凭登录密码，不能让其他设备退出") && asked.says("去实名认证"), "{}", asked.text);
    let enter = person.send_form_to(&asked, "/devices/prove/sms", &[]).await;
    let code = app.code(MOBILE).await;
    let wrong = person.send_form(&enter, &[("code", not(&code))]).await;
    assert!(wrong.status == 422 && wrong.says("还可以再试"), "{}", wrong.text);
    let shown = person.send_form_to(&enter, "/devices/prove/code", &[("code", &code)]).await;
    assert!(shown.is_ok() && shown.path == "/devices", "{} {}", shown.path, shown.text);
}

#[db_test]
async fn a_password_alone_logs_nobody_else_out(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let (phone, tablet) = (app.citizen(0).await, app.signed_in(0).await);
    let thief = app.signed_in(0).await;
    let list = thief.get("/devices").await;
    let device = list.field("device").expect("the phone");
    let login = list.text.split("name=\"session\" value=\"").nth(2).and_then(|rest| rest.split('"').next());
    let login = login.expect("the tablet's login").to_owned();
    for fields in
        [vec![("device", device.as_str())], vec![("device", ""), ("session", &login)], vec![("act", "others")]]
    {
        let tried = thief.send_form_to(&list, "/devices", &fields).await;
        assert!(tried.path.starts_with("/devices/prove?for=log-out"), "{fields:?}: {} {}", tried.path, tried.text);
    }
    assert_eq!(ask(&phone, &gated).await.status, 200, "the phone stands as before");
    assert!(ask(&tablet, "/me").await.is_ok(), "and so does the tablet");
    // The owner, on a new phone on which nobody was authenticated: by a code, and by a login with one.
    shows_the_phone(&app, &thief, &list, &[("device", ""), ("session", &login)]).await;
    thief.send_form_to(&list, "/devices", &[("device", ""), ("session", &login)]).await;
    assert!(location(&ask(&tablet, "/me").await).starts_with("/login"), "the tablet is out");
    assert!(
        is_challenged(&ask(&thief, &gated).await) || location(&ask(&thief, &gated).await).starts_with("/real-name")
    );
    app.advance_secs(61);
    let new = app.visitor();
    let enter = new.post_form("/login/code", &[("mobile", MOBILE)]).await;
    let code = app.code(MOBILE).await;
    assert_eq!(new.send_form(&enter, &[("code", &code)]).await.path, "/me");
    let all = new.send_form_to(&new.get("/devices").await, "/devices", &[("act", "others")]).await;
    assert!(all.says("其他设备都已退出"), "{} {}", all.path, all.text);
    assert!(location(&ask(&phone, "/me").await).starts_with("/login"), "the phone is out");
    // One's own login ends without anything.
    let own = app.signed_in(0).await;
    let list = own.get("/devices").await;
    let session = list.field("session").expect("its own login");
    assert_eq!(own.send_form_to(&list, "/devices", &[("device", ""), ("session", &session)]).await.path, "/");
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_session_without_its_device_signs_no_device_out(app: TestApp) {
    let gated = app.place(86_400, 4).await.book();
    let phone = app.citizen(0).await;
    let thief = app.visitor().with_cookie(&phone.cookie_pair("ses").expect("a session"));
    let list = thief.get("/devices").await;
    let tried = thief.send_form_to(&list, "/devices", &[]).await;
    assert!(tried.path.starts_with("/devices/prove?for=log-out"), "{} {}", tried.path, tried.text);
    let (laptop, _tablet) = (app.signed_in(0).await, app.citizen(0).await);
    let tried = thief.send_form_to(&thief.get("/devices").await, "/devices", &[("act", "others")]).await;
    assert!(tried.path.starts_with("/devices/prove?for=log-out"), "{} {}", tried.path, tried.text);
    assert!(ask(&laptop, "/me").await.is_ok(), "the laptop stays in");
    assert_eq!(ask(&phone, &gated).await.status, 200, "the phone stands as before");
    app.check().await;
}

#[db_test]
async fn a_device_that_only_has_its_cookies_is_not_said_to_be_the_one(app: TestApp) {
    let owner = app.citizen(0).await;
    let own = owner.get("/real-name").await;
    assert!(own.says("您已在这台设备上完成实名认证") && own.says("已在本市参保"), "{}", own.text);
    let thief = stolen(&app, &owner);
    let theirs = thief.get("/real-name").await;
    assert!(theirs.says("请先确认这台设备") && theirs.link("/devices/prove").is_some(), "{}", theirs.text);
    assert!(!theirs.says("在这台设备上完成") && !theirs.says("参保"), "{}", theirs.text);
    let me = thief.get("/me").await;
    assert!(me.is_ok() && !me.says("已在本市参保") && !me.says("全部服务"), "{}", me.text);
    app.check().await;
}
