//! What people and clerks type, as their keyboards write it: understood, or refused with words that say what is wrong.

use identity::Role;
use identity::staff::{AddStaff, add};
use testkit::db_test;

use crate::support::people::{details, id_number};
use crate::support::{TestApp, Visitor, store};

/// The first sample person.
const NUMBER: &str = "320402198001010012";

/// Digits as a Chinese keyboard has them.
fn wide(digits: &str) -> String {
    digits.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect()
}

#[db_test]
async fn signing_up_takes_what_every_keyboard_writes(app: TestApp) {
    let number = id_number(3);
    let typed_number = format!("\u{202D}{}-{}.{}\u{202C}", &number[..6], wide(&number[6..14]), &number[14..]);
    let person = app.visitor();
    let page = app.ask_sign_up(&person, "（＋86）138-1234-5678\u{200B}").await;
    assert!(page.is_ok() && page.path.starts_with("/sign-up/details"), "{} {}", page.path, page.text);
    let code = app.code("13812345678").await;
    let typed_code = format!("\u{FEFF}{}-{}", wide(&code[..3]), &code[3..]);
    let fields = details("\u{202E}\u{F90A}\u{3000}\u{2FBC}\u{200B}○", &typed_number, &typed_code, "Chunjiang-2026");
    let done = person.send_form(&page, &fields).await;
    assert!(done.path.starts_with("/login"), "{} {}", done.path, done.text);
    // And in by the numbers, typed otherwise.
    let typed = format!("{}/{}_{}", &number[..6], &number[6..14], number[14..].to_lowercase());
    for login in [typed.as_str(), "0086 138.1234.5678", "l3812345678", "013812345678"] {
        let home = app.log_in(&app.visitor(), login, "Chunjiang-2026").await;
        assert!(home.path == "/me" && home.says("金高〇"), "{login}: {} {}", home.path, home.text);
    }
    app.check().await;
}

/// A form's answer to one field, in Chinese and in English.
async fn told(app: &TestApp, path: &str, field: (&str, &str)) -> (String, String) {
    let mut texts = Vec::new();
    for lang in ["zh-CN", "en"] {
        let person = app.visitor().with_cookie(&format!("lang={lang}"));
        let page = person.post_form(path, &[field]).await;
        assert_eq!(page.status, 422, "{path} {field:?}: {}", page.text);
        texts.push(page.text);
    }
    let [zh, en] = texts.try_into().expect("two");
    (zh, en)
}

#[db_test]
async fn what_cannot_be_is_told_by_what_is_wrong_with_it(app: TestApp) {
    for (typed, zh, en) in [
        ("0519-85588120", "这是固定电话", "This is a landline"),
        ("+852 9123 4567", "只支持内地的手机号码", "only accept mobile numbers from mainland China"),
        ("1381234567", "您填了 10 位", "you entered 10"),
        ("1381234567x", "不能有「x」", "cannot contain “x”"),
        ("12812345678", "以 13 到 19 开头", "start with 13 to 19"),
        ("", "请填 11 位手机号码", "Enter an 11-digit mobile number"),
    ] {
        for path in ["/sign-up", "/login/code"] {
            let told = told(&app, path, ("mobile", typed)).await;
            assert!(told.0.contains(zh) && told.1.contains(en), "{typed}: {} {}", told.0, told.1);
        }
    }
    for (field, typed, zh, en) in [
        ("name", "张3", "不能有「3」", "cannot contain “3”"),
        ("name", "张😀", "不能有「😀」", "cannot contain “😀”"),
        ("name", "张\u{E000}", "不能有「U+E000」", "cannot contain “U+E000”"),
        ("name", "张<b>三", "不能有「&#60;」", "cannot contain “&#60;”"),
        ("name", "·张三", "只能在姓名的字之间", "between the letters of a name"),
        ("name", "张\u{200B}", "至少两个字", "at least two characters"),
        ("id_number", "32040219800101001", "您填了 17 位", "you entered 17"),
        ("id_number", "320402-19800101-001", "您填了 17 位", "you entered 17"),
        ("id_number", "E12345678", "不能有「E」", "cannot contain “E”"),
        ("id_number", "320402198001010013", "身份证号有误", "is not correct"),
        ("id_number", "320402800101001", "15 位的旧证号", "Old 15-digit numbers"),
        ("id_number", "320402197913010010", "出生日期", "date of birth"),
        ("id_number", "020402198001010011", "没有这样开头的身份证号", "No ID number starts like this"),
    ] {
        let told = told(&app, "/forgot", (field, typed)).await;
        assert!(told.0.contains(zh) && told.1.contains(en), "{typed}: {} {}", told.0, told.1);
    }
    app.check().await;
}

#[db_test]
async fn a_password_is_the_same_from_two_keyboards(app: TestApp) {
    let (composed, apart) = ("caf\u{e9}-M\u{fc}ller-2026", "cafe\u{301}-Mu\u{308}ller-2026");
    for (chosen, typed) in [(composed, apart), (apart, composed), (apart, apart)] {
        let hash = app.ctx.hasher.hash(chosen.to_owned()).await.expect("hashed");
        app.plant(move |tx| store::set_passwords(tx, &hash)).await;
        let home = app.log_in(&app.visitor(), NUMBER, typed).await;
        assert_eq!(home.path, "/me", "{typed:?}: {}", home.text);
        let other = app.log_in(&app.visitor(), NUMBER, "cafe-Muller-2026").await;
        assert!(other.status == 422 && other.says("再错"), "{}", other.text);
        // Nothing else is put right.
        let spaced = app.log_in(&app.visitor(), NUMBER, &format!("{typed} ")).await;
        assert!(spaced.status == 422 && spaced.says("再错"), "{}", spaced.text);
    }
    app.check().await;
}

/// A clerk's desk, opened with a name and a password as they are typed.
async fn at_the_desk(app: &TestApp, login: &str, password: &str) -> u16 {
    let front = app.visitor().post_form("/desk/login", &[("login", login), ("password", password)]).await;
    if front.is_ok() {
        assert_ne!(front.path, "/desk/login", "{}", front.text)
    }
    front.status
}

#[db_test]
async fn a_clerk_signs_in_from_every_keyboard(app: TestApp) {
    let (_, hospital) = app.clerk(0).await;
    let command = AddStaff {
        login: "Chuang-Kou.1".to_owned(),
        name: "王五".to_owned(),
        role: Role::Clerk,
        institution: Some(hospital.parse().expect("an institution")),
        password: "cafe\u{301}-Mu\u{308}ller-2026".to_owned(),
    };
    add(&app.ctx, command).await.expect("added");
    let password = "caf\u{e9}-M\u{fc}ller-2026";
    for login in ["chuang-kou.1", "CHUANG-KOU.1\t", "ｃｈｕａｎｇ－ｋｏｕ。１", "\u{FEFF}chuang—kou.1"] {
        assert_eq!(at_the_desk(&app, login, password).await, 200, "{login:?}");
    }
    assert_eq!(at_the_desk(&app, "chuang-kou.1", "cafe-Muller-2026").await, 422);
    app.check().await;
}

#[db_test]
async fn a_payment_password_is_six_digits_however_typed(app: TestApp) {
    let person = app.citizen(0).await;
    let pins = [("pin", "\u{FEFF}739164"), ("pin_again", &wide("739164"))];
    let set = person.post_form("/pay-password/new", &pins).await;
    assert!(set.path == "/pay-password" && set.says("支付密码已设置"), "{} {}", set.path, set.text);
    let (old, pin, again) = (wide("739164"), "402-857", "\u{202D}4O2857\u{202C}");
    let fields = [("old", old.as_str()), ("pin", pin), ("pin_again", again)];
    let changed = person.post_form("/pay-password/change", &fields).await;
    assert!(changed.path == "/pay-password" && changed.says("已修改"), "{} {}", changed.path, changed.text);
    let fields = [("old", "402857"), ("pin", "19028"), ("pin_again", "19028")];
    let short = person.post_form("/pay-password/change", &fields).await;
    assert!(short.status == 422 && short.says("6 位数字"), "what cannot be one is no try: {}", short.text);
    app.check().await;
}

/// The window's code for somebody whose name the clerk types as it is on the paper.
async fn counter_code(desk: &Visitor, name: &str) -> String {
    let fields = [("name", name), ("id_number", NUMBER), ("purpose", "real-name"), ("paper", "id-card")];
    let form = desk.get("/desk/window").await;
    let page = desk.send_form_to(&form, "/desk/window", &fields).await;
    let word = page.text.split("verdict-word\">").nth(1).and_then(|rest| rest.split('<').next());
    word.unwrap_or_else(|| panic!("{}", page.text)).chars().filter(char::is_ascii_digit).collect()
}

#[db_test]
async fn a_counters_code_brings_the_name_on_the_paper_however_it_is_typed(app: TestApp) {
    let login = app.logins.iter().find(|login| login.role == "window").expect("a sample clerk");
    let desk = app.visitor();
    desk.post_form("/desk/login", &[("login", &login.login), ("password", &login.password)]).await;
    // 周明远 has signed up under this number.
    let person = app.signed_in(0).await;
    let code = counter_code(&desk, "周\u{3000}明遠\u{200B}").await;
    let typed = format!("\u{FEFF}{}-{}", wide(&code[..4]), &code[4..]);
    let done = person.post_form("/prove/real-name/counter", &[("code", &typed)]).await;
    assert!(done.is_ok() && done.path == "/real-name/done", "{} {}", done.path, done.text);
    let me = person.get("/me").await;
    assert!(me.says("周明遠"), "{}", me.text);
    app.check().await;
}

#[db_test]
async fn a_card_and_its_password_are_read_as_typed(app: TestApp) {
    let url = format!("http://{}/control/people/{NUMBER}", app.sandbox.control);
    let known: serde_json::Value = reqwest::get(url).await.expect("answers").json().await.expect("JSON");
    let text = |name: &str| known[name].as_str().expect("a text").to_lowercase();
    let card_no = format!("\u{FEFF}{} {}\t", &text("card_no")[..5], wide(&text("card_no")[5..]));
    let pin = format!("{}\u{200B}", wide(&text("card_pin")));
    let person = app.signed_in(0).await;
    let page = person.post_form("/prove/real-name/card", &[("card_no", &card_no)]).await;
    assert!(page.path.starts_with("/prove/real-name/card/code"), "{} {}", page.path, page.text);
    let code = wide(&app.code("13900000001").await);
    let done = person.send_form(&page, &[("code", &code), ("pin", &pin)]).await;
    assert_eq!(done.path, "/real-name/done", "{}", done.text);
    app.check().await;
}

#[db_test]
async fn a_search_finds_what_is_meant(app: TestApp) {
    let person = app.visitor();
    for typed in [
        "眼 科",
        "眼\u{3000}科",
        "眼\u{0}科",
        "\u{FEFF}眼\u{200B}科\u{202C}",
        "ＹＫ",
        "yanke",
        "YAN KE",
        "ophthalmology",
    ] {
        let q: String = form_urlencoded(typed);
        let page = person.get(&format!("/search?q={q}")).await;
        assert!(page.is_ok() && page.says(">眼科<"), "{typed:?}: {}", page.text);
    }
    for typed in ["市兒童醫院", "兒 童", "ertong"] {
        let page = person.get(&format!("/search?q={}", form_urlencoded(typed))).await;
        assert!(page.is_ok() && page.says("儿"), "{typed:?}: {}", page.text);
    }
    for typed in ["%", "_", "眼_科", "\u{0}", "眼%科"] {
        let page = person.get(&format!("/search?q={}", form_urlencoded(typed))).await;
        let found = page.says("/departments/");
        assert!(page.is_ok() && found == typed.contains('眼'), "no wildcards: {typed:?}: {}", page.text);
    }
    app.check().await;
}

fn form_urlencoded(text: &str) -> String {
    crate::support::form::encoded(&[("q", text)]).trim_start_matches("q=").to_owned()
}
