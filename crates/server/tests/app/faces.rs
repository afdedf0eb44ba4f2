//! Face checks through the front door: the real adapter against the sandbox's provider, to which frames
//! are sent as a browser sends them.

use kernel::check_digit::mod11_2;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};
use reqwest::Method;
use serde_json::json;
use testkit::db_test;

use crate::support::people::{PASSWORD, location};
use crate::support::{Answer, TestApp, Visitor};

/// Where a citizen's face is checked.
pub const FACE: &str = "/prove/real-name/face";

/// An ID number of somebody born on 1 January 1991 in Tianning, with these digits 15 to 17.
pub fn number(sequence: u32) -> String {
    let digits = format!("32040219910101{sequence:03}");
    let check = mod11_2::of(&digits).expect("seventeen digits");
    format!("{digits}{check}")
}

/// A first few bytes of a picture.
fn jpeg() -> &'static str {
    "/9j/4AAQSkZJRg=="
}

/// Lets partners know somebody.
pub async fn make_known(app: &TestApp, name: &str, number: &str) {
    let url = format!("http://{}/control/people", app.sandbox.control);
    let person = json!({ "name": name, "id_number": number });
    let answer = reqwest::Client::new().post(url).json(&person).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap_or_default());
}

/// Somebody with an account whom partners know, signed in. Digits 15 to 17 of the number, which also
/// make the mobile number.
pub async fn citizen(app: &TestApp, sequence: u32) -> Visitor {
    make_known(app, "测试市民", &number(sequence)).await;
    let person = app.visitor();
    let mobile = format!("1580000{sequence:04}");
    app.sign_up(&person, &mobile, "测试市民", &number(sequence)).await;
    signed_in(app, sequence).await
}

/// The same person in another browser.
pub async fn signed_in(app: &TestApp, sequence: u32) -> Visitor {
    let person = app.visitor();
    let home = app.log_in(&person, &format!("1580000{sequence:04}"), PASSWORD).await;
    assert!(home.is_ok() && home.path == "/me", "{} {}", home.path, home.text);
    person
}

/// Agrees, and stops at the first answer.
pub async fn agree(person: &Visitor, face: &str) -> Answer {
    let page = person.get(face).await;
    assert!(page.is_ok(), "{} {}", page.status, page.text);
    let version = page.text.split("name=\"agree\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    person.send_once(&page, face, &[("agree", version.unwrap_or_default())]).await
}

/// Agrees and opens the camera page.
pub async fn camera(person: &Visitor, face: &str) -> Answer {
    let begun = agree(person, face).await;
    assert_eq!(begun.status, 303, "{}", begun.text);
    let page = person.get(&location(&begun)).await;
    assert!(page.is_ok() && page.says("data-upload"), "{} {}", page.status, page.text);
    page
}

/// The movements that a camera page asks for.
fn movements(page: &Answer) -> Vec<String> {
    let parts = page.text.split("data-movement=\"").skip(1);
    parts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Sends frames of these movements to where the page says; the provider's status.
async fn send(page: &Answer, movements: &[String]) -> u16 {
    let url = page.text.split("data-upload=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("an address");
    let frames: Vec<_> = movements
        .iter()
        .flat_map(|movement| {
            [json!({ "movement": movement, "jpeg": jpeg() }), json!({ "movement": movement, "jpeg": jpeg() })]
        })
        .collect();
    let sent = reqwest::Client::new().post(url).json(&json!({ "frames": frames })).send().await;
    sent.expect("the provider answers").status().as_u16()
}

/// Films what is asked for.
pub async fn film(page: &Answer) {
    let status = send(page, &movements(page)).await;
    assert!((200..300).contains(&status), "{status}");
}

/// Says that the browser is done, and stops at the first answer.
pub async fn finish(person: &Visitor, page: &Answer) -> Answer {
    person.send_once(page, &format!("{}/result", page.path), &[]).await
}

/// A whole check that fails: movements in the wrong order.
pub async fn fail(person: &Visitor, face: &str) {
    let page = camera(person, face).await;
    let mut wrong = movements(&page);
    wrong.reverse();
    send(&page, &wrong).await;
    let told = person.get(&location(&finish(person, &page).await)).await;
    assert!(told.says("没有看清动作"), "{}", told.text);
}

/// How many proofs by face and passed checks there are.
pub async fn proofs(app: &TestApp) -> (i64, i64) {
    let counted = app.ctx.db.read("test.proofs", |tx: &mut Tx<'_>| -> Result<(i64, i64), DbFault> {
        let proofs = tx.one(sql!("SELECT COUNT(*) FROM proof WHERE way = 'face'"), vals![], |row| row.int(0))?;
        let passed =
            tx.one(sql!("SELECT COUNT(*) FROM face_check WHERE state = 'passed'"), vals![], |row| row.int(0))?;
        Ok((proofs, passed))
    });
    counted.await.expect("the database answers")
}

/// Checks that the provider has begun.
pub async fn at_provider(app: &TestApp) -> usize {
    let url = format!("http://{}/control/faces", app.sandbox.control);
    let told: serde_json::Value = reqwest::get(url).await.expect("the sandbox answers").json().await.expect("JSON");
    told.as_array().map_or(0, Vec::len)
}

/// Orders a fault of the face-check provider.
async fn fault(app: &TestApp, operation: &str, kind: &str) {
    app.fault(json!({ "partner": "face", "operation": operation, "kind": kind, "times": 1 })).await;
}

#[db_test]
async fn a_face_is_checked_and_proves_once(app: TestApp) {
    let person = citizen(&app, 101).await;
    let page = person.get(FACE).await;
    for words in [
        "面部识别认证",
        "阿里云金融级实人认证",
        "不经过本平台",
        "用的哪台设备）保存 30 天；通过没有通过和时间保存 3 年",
        "您可以不同意",
        "data-unscripted",
        "href=\"/real-name\"",
    ] {
        assert!(page.says(words), "{words}: {}", page.text);
    }
    let unasked = person.send_form(&page, &[]).await;
    assert!(unasked.status == 422 && unasked.says("请先同意"), "{} {}", unasked.status, unasked.text);
    assert_eq!(at_provider(&app).await, 0, "nothing is sent before somebody agreed");
    let page = camera(&person, FACE).await;
    let policy = page.headers["content-security-policy"].to_str().expect("text").to_owned();
    let origin = format!("connect-src 'self' http://{};", app.sandbox.at("face").expect("played"));
    assert!(policy.contains(&origin) && policy.contains("script-src 'self'"), "{policy}");
    assert!(page.says("data-face-unscripted") && page.says("href=\"/real-name\""), "{}", page.text);
    film(&page).await;
    let done = finish(&person, &page).await;
    assert_eq!((done.status, location(&done).as_str()), (303, "/real-name/done"), "{}", done.text);
    assert_eq!(proofs(&app).await, (1, 1));
    for _ in 0..3 {
        finish(&person, &page).await;
        person.get(&format!("{}/result", page.path)).await;
    }
    assert_eq!(proofs(&app).await, (1, 1), "a result proves once");
    let shown = person.get(&page.path).await;
    assert!(shown.says("识别通过") && !shown.says("data-upload"), "{}", shown.text);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn what_the_browser_says_counts_for_nothing(app: TestApp) {
    let person = citizen(&app, 102).await;
    let page = camera(&person, FACE).await;
    let lie = [("passed", "true"), ("Passed", "T"), ("result", "pass"), ("state", "passed"), ("certify_id", "x")];
    let answer = person.send_once(&page, &format!("{}/result", page.path), &lie).await;
    assert_eq!(location(&answer), format!("{}/result", page.path), "{}", answer.text);
    let waiting = person.get(&location(&answer)).await;
    assert!(waiting.says("正在等识别结果") && waiting.says("http-equiv=\"refresh\""), "{}", waiting.text);
    assert_eq!(proofs(&app).await, (0, 0));
    let mut wrong = movements(&page);
    wrong.reverse();
    send(&page, &wrong).await;
    let answer = person.send_once(&page, &format!("{}/result", page.path), &lie).await;
    let told = person.get(&location(&answer)).await;
    assert!(told.says("没有看清动作") && told.says("还可以试 4 次") && told.says("再试一次"), "{}", told.text);
    assert_eq!(proofs(&app).await, (0, 0));
    app.check().await;
}

#[db_test]
async fn a_check_is_its_owners_in_that_browser_for_that_purpose(app: TestApp) {
    let person = citizen(&app, 103).await;
    let page = camera(&person, FACE).await;
    film(&page).await;
    let result = format!("{}/result", page.path);
    let other = citizen(&app, 104).await;
    let elsewhere = signed_in(&app, 103).await;
    for stranger in [&other, &elsewhere] {
        let token = stranger.get("/me").await.field("csrf").expect("a form");
        assert_eq!(stranger.get(&page.path).await.status, 404);
        assert_eq!(stranger.get(&result).await.status, 404);
        assert_eq!(stranger.post(&result, &[("csrf", &token)]).await.status, 404);
    }
    let token = page.field("csrf").expect("a form");
    for purpose in ["pay-password", "login-password", "nothing"] {
        let path = result.replace("real-name", purpose);
        let answer = person.once(Method::POST, &path, Some(format!("csrf={token}"))).await;
        assert!(answer.status == 404 || location(&answer) == "/forgot", "{purpose}: {}", answer.status);
    }
    assert_eq!(proofs(&app).await, (0, 0));
    app.advance_secs(300);
    let late = finish(&person, &page).await;
    let told = person.get(&location(&late)).await;
    assert!(told.says("超过了 5 分钟"), "{}", told.text);
    assert_eq!(proofs(&app).await, (0, 0), "passed at the provider, and too late here");
    app.check().await;
}

#[db_test]
async fn the_sixth_try_of_a_day_is_refused_before_anybody_is_asked(app: TestApp) {
    let person = citizen(&app, 105).await;
    for _ in 0..5 {
        fail(&person, FACE).await;
    }
    let sixth = agree(&person, FACE).await;
    assert!(sixth.status == 422 && sixth.says("识别次数已用完"), "{} {}", sixth.status, sixth.text);
    assert!(sixth.says("href=\"/real-name\""), "the second way is there: {}", sixth.text);
    assert_eq!(at_provider(&app).await, 5);
    app.check().await;
    app.advance_secs(86_400);
    let person = signed_in(&app, 105).await;
    let page = camera(&person, FACE).await;
    film(&page).await;
    finish(&person, &page).await;
    assert_eq!(proofs(&app).await, (1, 1));
    app.check().await;
}

#[db_test]
async fn tries_that_start_side_by_side_are_counted_one_by_one(app: TestApp) {
    drop(citizen(&app, 106).await);
    let mut browsers = Vec::new();
    for _ in 0..8 {
        browsers.push(signed_in(&app, 106).await);
    }
    let starts = browsers.iter().map(|person| agree(person, FACE));
    let answers = futures_util::future::join_all(starts).await;
    let begun = answers.iter().filter(|answer| answer.status == 303).count();
    let refused = answers.iter().filter(|answer| answer.status == 422 && answer.says("识别次数已用完")).count();
    assert_eq!((begun, refused), (5, 3));
    assert_eq!(at_provider(&app).await, 5);
    app.check().await;
}

#[db_test]
async fn two_taps_on_start_are_one_check(app: TestApp) {
    let person = citizen(&app, 107).await;
    let first = agree(&person, FACE).await;
    let second = agree(&person, FACE).await;
    assert_eq!((second.status, location(&second)), (303, location(&first)));
    assert_eq!(at_provider(&app).await, 1);
    let page = person.get(FACE).await;
    let fields = [("agree", "2026-11-30")];
    let taps = (0..4).map(|_| person.send_once(&page, FACE, &fields));
    for answer in futures_util::future::join_all(taps).await {
        assert_eq!(location(&answer), location(&first));
    }
    assert_eq!(at_provider(&app).await, 1);
    app.check().await;
}

#[db_test]
async fn every_ending_has_words_and_a_way_on(app: TestApp) {
    let endings = [
        (901, "社保卡没有照片", "常州市政务服务中心 1-2 号楼 C 区", false),
        (902, "没有认出是本人", "请本人操作", true),
        (903, "没有看清动作", "慢慢做", true),
        (904, "没有通过安全检查", "不要对着照片", true),
        (905, "识别服务暂时不可用", "不计入次数", true),
    ];
    for (sequence, title, todo, again) in endings {
        let person = citizen(&app, sequence).await;
        let page = camera(&person, FACE).await;
        film(&page).await;
        let told = person.get(&location(&finish(&person, &page).await)).await;
        assert!(told.is_ok() && told.says(title) && told.says(todo), "{sequence}: {}", told.text);
        assert!(told.says("href=\"/real-name\""), "{sequence}: the second way: {}", told.text);
        assert_eq!(told.says("再试一次"), again, "{sequence}: {}", told.text);
        let english = person.with_header("accept-language", "en");
        english.cookies.lock().expect("lock").insert("lang".to_owned(), "en".to_owned());
        let told = english.get(&page.path).await;
        assert!(told.says("<html lang=\"en\"") && !told.says(title), "{sequence}: {}", told.text);
    }
    let stranger = app.visitor();
    let mobile = "15800000108";
    app.sign_up(&stranger, mobile, "查无此人", &number(108)).await;
    app.log_in(&stranger, mobile, PASSWORD).await;
    let page = camera(&stranger, FACE).await;
    film(&page).await;
    let told = stranger.get(&location(&finish(&stranger, &page).await)).await;
    assert!(told.says("姓名和身份证号对不上") && told.says("12333"), "{}", told.text);
    assert_eq!(proofs(&app).await, (0, 0));
    app.check().await;
}

#[db_test]
async fn a_provider_in_trouble_costs_nobody_a_try(app: TestApp) {
    let person = citizen(&app, 109).await;
    for kind in ["down", "forge", "down", "forge", "down", "forge"] {
        fault(&app, "InitFaceVerify", kind).await;
        let told = person.get(&location(&agree(&person, FACE).await)).await;
        assert!(told.is_ok() && told.says("识别服务暂时不可用"), "{kind}: {}", told.text);
        assert!(told.says("再试一次") && told.says("href=\"/real-name\""), "{kind}: {}", told.text);
    }
    let page = camera(&person, FACE).await;
    film(&page).await;
    for kind in ["down", "forge"] {
        fault(&app, "DescribeFaceVerify", kind).await;
        let waiting = finish(&person, &page).await;
        assert_eq!(location(&waiting), format!("{}/result", page.path), "{kind}: {}", waiting.text);
        assert_eq!(proofs(&app).await, (0, 0), "{kind}");
        fault(&app, "DescribeFaceVerify", kind).await;
        let waiting = person.get(&location(&waiting)).await;
        assert!(waiting.is_ok() && waiting.says("什么都不会丢"), "{kind}: {}", waiting.text);
    }
    let done = person.once(Method::GET, &format!("{}/result", page.path), None).await;
    assert_eq!(location(&done), "/real-name/done", "the page that refreshes itself goes on by itself");
    assert_eq!(proofs(&app).await, (1, 1));
    app.check().await;
}

#[db_test]
async fn a_slow_verdict_is_waited_for(app: TestApp) {
    let person = citizen(&app, 110).await;
    let page = camera(&person, FACE).await;
    fault(&app, "Capture", "reorder").await;
    film(&page).await;
    let waiting = location(&finish(&person, &page).await);
    assert_eq!((waiting, proofs(&app).await), (format!("{}/result", page.path), (0, 0)), "not looked at yet");
    let done = person.once(Method::GET, &format!("{}/result", page.path), None).await;
    assert_eq!((location(&done).as_str(), proofs(&app).await), ("/real-name/done", (1, 1)));
    app.check().await;
    // A verdict that never comes is not the person's fault.
    let second = citizen(&app, 111).await;
    let page = camera(&second, FACE).await;
    fault(&app, "Capture", "lose").await;
    film(&page).await;
    assert!(location(&finish(&second, &page).await).ends_with("/result"));
    app.advance_secs(301);
    let told = second.get(&location(&finish(&second, &page).await)).await;
    assert!(told.says("超过了 5 分钟") || told.says("识别服务暂时不可用"), "{}", told.text);
    assert_eq!(second.get(&page.path).await.status, 200);
    app.check().await;
}
