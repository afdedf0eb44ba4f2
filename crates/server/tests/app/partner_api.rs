//! Scanners of hospitals and pharmacies: signatures, and the code that is good once.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use identity::institutions::{self, AddInstitution, Capability, Facts, Kind};
use identity::partner_keys::{self, AddPartner, PartnerKeyId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testkit::db_test;

use crate::cards::{card_code, live_card};
use crate::support::TestApp;

const PATH: &str = "/api/v1/card-codes/verify";

/// A partner's system with its key.
pub struct Scanner {
    url: String,
    key: String,
    secret: String,
}

/// What one request is signed with.
pub struct Stamp<'a> {
    pub time: i64,
    pub nonce: &'a str,
}

impl Scanner {
    pub async fn new(app: &TestApp) -> Scanner {
        let shop = AddInstitution {
            kind: Kind::Pharmacy,
            code: format!("shop-{}", app.ctx.rng.digits(6)),
            facts: Facts { name: "恒泰大药房延陵路店".to_owned(), ..Facts::default() },
            capabilities: vec![Capability::CardScan],
        };
        let institution = institutions::add(&app.ctx, shop).await.expect("a pharmacy");
        let command = AddPartner { name: "恒泰大药房".to_owned(), institution };
        let (id, secret) = partner_keys::add(&app.ctx, command).await.expect("a key");
        Scanner { url: app.url.clone(), key: id.as_str().to_owned(), secret }
    }

    /// The same system, asking another instance.
    pub fn at(&self, url: &str) -> Scanner {
        Scanner { url: url.to_owned(), key: self.key.clone(), secret: self.secret.clone() }
    }

    /// Asks about a code; signed as it should be.
    pub async fn scan(&self, app: &TestApp, code: &str) -> Value {
        let nonce = hex(&kernel::bytes32(&*app.ctx.rng));
        let stamp = Stamp { time: app.ctx.now().ms() / 1000, nonce: &nonce };
        let (status, answer) = self.ask(&json!({ "code": code }).to_string(), &stamp, |_| {}).await;
        assert!(status == 200 || status == 503, "{status} {answer}");
        answer
    }

    /// One request, its signature spoilt by `spoil`.
    pub async fn ask(&self, body: &str, stamp: &Stamp<'_>, spoil: impl FnOnce(&mut String)) -> (u16, Value) {
        let text = format!("POST\n{PATH}\n{}\n{}\n{}", stamp.time, stamp.nonce, hex(&Sha256::digest(body.as_bytes())));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("a key of any length");
        mac.update(text.as_bytes());
        let mut signature = hex(&mac.finalize().into_bytes());
        spoil(&mut signature);
        let request = reqwest::Client::new()
            .post(format!("{}{PATH}", self.url))
            .header("x-renshe-key", &self.key)
            .header("x-renshe-time", stamp.time.to_string())
            .header("x-renshe-nonce", stamp.nonce)
            .header("x-renshe-signature", signature)
            .body(body.to_owned());
        let answer = request.send().await.expect("the app answers");
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[db_test]
async fn only_a_signed_young_and_new_request_is_answered(app: TestApp) {
    let scanner = Scanner::new(&app).await;
    let body = json!({ "code": "none" }).to_string();
    let now = app.ctx.now().ms() / 1000;
    let stamp = |time, nonce| Stamp { time, nonce };
    let refused = |answer: (u16, Value), status: u16, error: &str| {
        assert_eq!((answer.0, answer.1["error"].as_str()), (status, Some(error)), "{}", answer.1);
    };
    let turned = |signature: &mut String| *signature = signature.chars().rev().collect();
    refused(scanner.ask(&body, &stamp(now, "nonce-0000000000000001"), turned).await, 401, "signature");
    refused(scanner.ask(&body, &stamp(now - 301, "nonce-0000000000000002"), |_| {}).await, 401, "time");
    refused(scanner.ask(&body, &stamp(now + 302, "nonce-0000000000000002"), |_| {}).await, 401, "time");
    refused(scanner.ask(&body, &stamp(now, "short"), |_| {}).await, 401, "unsigned");
    let nonce = "nonce-0000000000000003";
    let (status, answer) = scanner.ask(&body, &stamp(now, nonce), |_| {}).await;
    assert_eq!((status, answer["verdict"].as_str()), (200, Some("unknown")), "{answer}");
    refused(scanner.ask(&body, &stamp(now, nonce), |_| {}).await, 409, "nonce");
    refused(scanner.ask("{}", &stamp(now, "nonce-0000000000000004"), |_| {}).await, 400, "body");
    let id: PartnerKeyId = scanner.key.parse().expect("an id");
    assert!(partner_keys::end(&app.ctx, &id).await.expect("ended"));
    refused(scanner.ask(&body, &stamp(now, "nonce-0000000000000005"), |_| {}).await, 401, "signature");
    app.check().await;
}

#[db_test]
async fn a_system_asks_only_what_its_institution_does(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    let code = card_code(&person.get("/card").await);
    let shop = institutions::find(&app.ctx, "恒泰大药房延陵路店").await.expect("found").remove(0).id;
    let refused = async |nonce| {
        let stamp = Stamp { time: app.ctx.now().ms() / 1000, nonce };
        let (status, answer) = scanner.ask(&json!({ "code": code }).to_string(), &stamp, |_| {}).await;
        assert_eq!((status, answer["error"].as_str()), (403, Some("capability")), "{answer}");
    };
    institutions::set_capability(&app.ctx, &shop, Capability::CardScan, false).await.expect("off");
    refused("nonce-0000000000000001").await;
    institutions::set_capability(&app.ctx, &shop, Capability::CardScan, true).await.expect("on");
    institutions::close(&app.ctx, &shop).await.expect("closed");
    refused("nonce-0000000000000001").await;
    assert_eq!(app.acts("card.verified").await, 0, "nobody has looked at the card");
    institutions::reopen(&app.ctx, &shop).await.expect("open again");
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "ok", "and its code was not used up");
    app.check().await;
}

#[db_test]
async fn a_code_is_good_once_and_a_picture_of_it_is_not(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    let code = card_code(&person.get("/card").await);
    let first = scanner.scan(&app, &code).await;
    assert_eq!(first["verdict"], "ok", "{first}");
    assert_eq!(first["holder"]["name"], "周明远");
    assert_eq!(first["holder"]["id_masked"], "320402********0012");
    let again = scanner.scan(&app, &code).await;
    assert_eq!(again["verdict"], "used", "{again}");
    assert!(again["holder"].is_null() && again["used_at"].is_i64(), "{again}");
    assert_eq!(app.acts("card.verified").await, 2, "each look at somebody's code is written down");
    app.check().await;
}

/// A code as somebody would make it who knows its form and not our key: one byte of the MAC is another.
fn forged(code: &str) -> String {
    let (prefix, body) = code.split_at(5);
    let mut bytes = BASE32_NOPAD.decode(body.as_bytes()).expect("base 32");
    bytes.truncate(32);
    bytes[25] ^= 1;
    let check = Sha256::digest([prefix.as_bytes(), &bytes].concat());
    bytes.extend(&check[..2]);
    format!("{prefix}{}", BASE32_NOPAD.encode(&bytes))
}

/// The same code typed by each of them in turn: only the first is told "valid", and nothing is ever laid to its holder.
#[db_test]
async fn a_code_survives_scanners_and_keyboards(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    let wide = |code: &str| -> String { code.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect() };
    let typists: [&dyn Fn(&str) -> String; 11] = [
        &|code| code.to_lowercase(),
        &wide,
        &|code| format!("\u{2}{code}\u{3}"),
        &|code| format!("\u{FEFF}{code}\r\n"),
        &|code| format!("]Q1{code}\t"),
        &|code| format!("]C1{}", code.to_lowercase()),
        &|code| format!("]d2{code}"),
        &|code| format!("】Q1{}", wide(code)),
        &|code| format!("{} {}", &code[..30], &code[30..]),
        &|code| format!("{}。{}", &code[..5], &code[5..]),
        &|code| format!("{code}{code}"),
    ];
    for typed in typists {
        let code = card_code(&person.get("/card").await);
        let typed = typed(&code);
        assert_eq!(scanner.scan(&app, &typed).await["verdict"], "ok", "{typed:?}");
        assert_eq!(scanner.scan(&app, &code).await["verdict"], "used", "{typed:?}");
    }
    let code = card_code(&person.get("/card").await);
    for typed in [&code[..59], &code[..7], &code[1..], &format!("{}{}", &code[..30], &code[31..]), "CZ"] {
        let told = scanner.scan(&app, typed).await;
        assert!(told["verdict"] == "incomplete" && told["holder"].is_null(), "{typed:?}: {told}");
    }
    for typed in ["成人S2不", "ｶﾅ", "&é\"'(-è_", "сzrs2"] {
        let told = scanner.scan(&app, typed).await;
        assert!(told["verdict"] == "keyboard" && told["holder"].is_null(), "{typed:?}: {told}");
    }
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "ok", "none of these has used it up");
    app.check().await;
}

#[db_test]
async fn of_two_scanners_at_once_one_wins(app: TestApp) {
    let person = live_card(&app, 0).await;
    let second = app.second_instance().await;
    let scanner = Scanner::new(&app).await;
    let elsewhere = scanner.at(&second.url);
    for _ in 0..4 {
        let code = card_code(&person.get("/card").await);
        let scans = (0..8).map(|n| if n % 2 == 0 { &scanner } else { &elsewhere }).map(|from| from.scan(&app, &code));
        let verdicts: Vec<String> =
            futures_util::future::join_all(scans).await.iter().map(|told| told["verdict"].to_string()).collect();
        assert_eq!(verdicts.iter().filter(|told| *told == "\"ok\"").count(), 1, "{verdicts:?}");
        assert_eq!(verdicts.iter().filter(|told| *told == "\"used\"").count(), 7, "{verdicts:?}");
    }
    app.check().await;
}

#[db_test]
async fn old_forged_and_foreign_codes_are_told_apart(app: TestApp) {
    let person = live_card(&app, 0).await;
    let scanner = Scanner::new(&app).await;
    let code = card_code(&person.get("/card").await);
    assert_eq!(scanner.scan(&app, &forged(&code)).await["verdict"], "forged");
    assert_eq!(scanner.scan(&app, "7305184622904416").await["verdict"], "unknown");
    let of_before = "CZRS1.AAAAAAAAAAAAAAAAAAAAAA.69a4.AAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(scanner.scan(&app, of_before).await["verdict"], "expired", "a code in the form of before is too old");
    // A clock four seconds behind ours is still in time, seventy seconds later is not.
    app.advance_secs(-4);
    let early = card_code(&person.get("/card").await);
    // The stories' clock flows: some seconds are left for a slow machine.
    app.advance_secs(4 + 57);
    assert_eq!(scanner.scan(&app, &early).await["verdict"], "ok", "sixty-one seconds by this clock");
    app.advance_secs(10);
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "expired");
    // After its row was cleared it is still old, not unknown.
    app.advance_secs(2 * 86_400);
    app.run_jobs().await;
    assert_eq!(scanner.scan(&app, &code).await["verdict"], "expired");
    app.check().await;
}
