//! Stories of devices, through this crate's own routes, with keys as a browser has them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use testkit::{TestDb, db_test};

use super::{Standing, standing};
use crate::askers::{KnownDevice, Place, place};
use crate::devices::DevicePolicy;
use crate::devices::model::{DeviceProofId, How};
use crate::devices::store::{self, NewProof};
use crate::people::lane;
use crate::sessions::{Prover, Token, store as sessions};
use crate::stories::{Browser, Town};

const NUMBER: &str = "320402198001010012";
const MOBILE: &str = "13812345678";
const THIEF: &str = "Mozilla/5.0 (Windows NT 10.0) Chrome/130";

fn new_key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn public(key: &EcdsaKeyPair) -> String {
    URL_SAFE_NO_PAD.encode(key.public_key().as_ref())
}

/// What device.js does with a challenge.
fn sign(key: &EcdsaKeyPair, origin: &str, challenge: &str) -> String {
    let text = format!("renshe device proof\n{origin}\n{challenge}");
    URL_SAFE_NO_PAD.encode(key.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref())
}

fn field(page: &str, name: &str) -> String {
    let at = format!("name=\"{name}\" value=\"");
    page.split(&at).nth(1).unwrap_or_default().split('"').next().unwrap_or_default().to_owned()
}

impl Town {
    /// Where a browser stands, as the gate asks.
    async fn standing(&self, browser: &Browser<'_>) -> Standing {
        let hash = Token::parse(&browser.cookies["ses"]).unwrap().hash();
        let word = KnownDevice::read(&self.ctx, &browser.cookies["dev"]).unwrap().device;
        let from = place(&self.here(), browser.agent);
        let (now, policy) = (self.ctx.now(), self.ctx.policy.at::<DevicePolicy>(self.ctx.now().date()).unwrap());
        let read = self.ctx.db.read("test.standing", move |tx| {
            let Prover { session, person, .. } = sessions::owner_of(tx, &hash)?.unwrap();
            standing(tx, &session, &person, &word, &from, now, &policy)
        });
        read.await.unwrap()
    }

    fn here(&self) -> platform::Ctx {
        let mut ctx = self.ctx.clone();
        // As a request without a peer address has it.
        ctx.trace.ip = "0.0.0.0".to_owned();
        ctx
    }

    /// Somebody who was authenticated in this browser just now.
    async fn authenticated(&self) -> Browser<'_> {
        let browser = self.logged_in(MOBILE).await;
        let (ses, dev) = (&browser.cookies["ses"], &browser.cookies["dev"]);
        crate::demo::vouch(&self.ctx, ses, dev, browser.agent).await.unwrap();
        let hash = Token::parse(ses).unwrap().hash();
        let word = KnownDevice::read(&self.ctx, dev).unwrap().device;
        let Prover { session, person, .. } =
            self.ctx.db.read("test.owner", move |tx| sessions::owner_of(tx, &hash)).await.unwrap().unwrap();
        let vouched = super::Vouched::draw(&self.ctx, &word, place(&self.here(), browser.agent));
        let lane = lane(&person);
        let bound = self.ctx.db.write(lane, "test.bind", move |tx| super::vouch(tx, &vouched, &person, &session));
        bound.await.unwrap();
        assert_eq!(self.standing(&browser).await, Standing::Proven);
        browser
    }
}

/// Somebody authenticated whose browser has left its key.
async fn with_key<'a>(town: &'a Town, key: &EcdsaKeyPair) -> Browser<'a> {
    let mut browser = town.authenticated().await;
    browser.get("/devices").await;
    browser.post("/devices/key", &[("key", &public(key)), ("to", "/devices")]).await;
    assert_eq!(browser.to, "/devices");
    town.clock.advance_secs(120);
    // Enough to look at what is one's own, and to do nothing.
    assert_eq!(town.standing(&browser).await, Standing::Lately);
    browser
}

/// Answers the challenge shown; where it led.
async fn answer(browser: &mut Browser<'_>, key: &EcdsaKeyPair, origin: &str, challenge: &str) -> String {
    let signature = sign(key, origin, challenge);
    browser.post("/devices/prove", &[("challenge", challenge), ("signature", &signature), ("to", "/me")]).await;
    if browser.status == StatusCode::SEE_OTHER { browser.to.clone() } else { String::new() }
}

#[db_test]
async fn a_key_answers_and_nobody_elses_does(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let (key, foreign, here) = (new_key(), new_key(), "http://localhost");
    let mut browser = with_key(&town, &key).await;
    browser.get("/devices/prove?to=%2Fme").await;
    let challenge = field(&browser.page, "challenge");
    assert_eq!(answer(&mut browser, &foreign, here, &challenge).await, "");
    browser.says("没有确认成功");
    assert_eq!(answer(&mut browser, &key, "https://evil.example", &challenge).await, "");
    assert_eq!(town.standing(&browser).await, Standing::Lately);
    assert_eq!(answer(&mut browser, &key, here, &challenge).await, "/me");
    assert_eq!(town.standing(&browser).await, Standing::Proven);
    town.clock.advance_secs(121);
    assert_eq!(town.standing(&browser).await, Standing::Lately, "for looking, not for acting");
    // Neither again nor too late.
    assert_eq!(answer(&mut browser, &key, here, &challenge).await, "");
    browser.get("/devices/prove").await;
    let late = field(&browser.page, "challenge");
    town.clock.advance_secs(60);
    assert_eq!(answer(&mut browser, &key, here, &late).await, "");
    assert_eq!(town.standing(&browser).await, Standing::Lately);
    town.clock.advance_secs(1700);
    assert_eq!(town.standing(&browser).await, Standing::Challenge);
    town.nothing_broken().await;
}

#[db_test]
async fn a_challenge_is_answered_once_and_in_its_session(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let (key, here) = (new_key(), "http://localhost");
    let mut browser = with_key(&town, &key).await;
    browser.get("/devices/prove").await;
    let challenge = field(&browser.page, "challenge");
    assert_eq!(answer(&mut browser, &key, here, &challenge).await, "/me");
    // What was sent is sent again, with the same cookies from elsewhere.
    let mut thief = town.browser();
    (thief.cookies, thief.agent) = (browser.cookies.clone(), THIEF);
    thief.get("/devices").await;
    assert_eq!(answer(&mut thief, &key, here, &challenge).await, "", "replayed");
    assert_eq!(town.standing(&thief).await, Standing::Challenge);
    // A second session in the same browser cannot use the first one's challenge.
    town.clock.advance_secs(121);
    browser.get("/devices/prove").await;
    let other = field(&browser.page, "challenge");
    let dev = browser.cookies["dev"].clone();
    let mut second = town.browser();
    second.cookies.insert("dev".into(), dev);
    second.get("/login").await;
    second.post("/login", &[("login", MOBILE), ("password", crate::stories::PASSWORD), ("to", "")]).await;
    second.get("/devices").await;
    assert_eq!(answer(&mut second, &key, here, &other).await, "");
    town.nothing_broken().await;
}

#[db_test]
async fn stolen_cookies_open_nothing_elsewhere(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let key = new_key();
    let mut browser = with_key(&town, &key).await;
    browser.get("/devices/prove").await;
    let challenge = field(&browser.page, "challenge");
    answer(&mut browser, &key, "http://localhost", &challenge).await;
    let mut thief = town.browser();
    thief.cookies = browser.cookies.clone();
    thief.agent = THIEF;
    assert_eq!(town.standing(&thief).await, Standing::Challenge, "another place");
    let own = new_key();
    thief.get("/devices/prove").await;
    let challenge = field(&thief.page, "challenge");
    thief.post("/devices/key", &[("key", &public(&own)), ("to", "/me")]).await;
    assert_eq!(answer(&mut thief, &own, "http://localhost", &challenge).await, "", "a key of the thief's");
    // A code that went to the thief's phone is not this person's.
    town.clock.advance_secs(60);
    thief.get("/devices/prove").await;
    thief.post("/devices/prove/sms", &[]).await;
    let sent = town.texts().await;
    assert_eq!(sent[0]["mobile"], MOBILE, "the code goes to its owner");
    assert_eq!(town.standing(&thief).await, Standing::Challenge);
    assert_eq!(town.standing(&browser).await, Standing::Proven, "and the owner goes on");
    town.nothing_broken().await;
}

#[db_test]
async fn without_script_a_code_does_it_once_a_session(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let first = town.authenticated().await;
    town.clock.advance_secs(600);
    assert_eq!(town.standing(&first).await, Standing::Proven, "authenticated here, for the session");
    let mut browser = town.browser();
    browser.cookies.insert("dev".into(), first.cookies["dev"].clone());
    browser.get("/login").await;
    browser.post("/login", &[("login", MOBILE), ("password", crate::stories::PASSWORD), ("to", "")]).await;
    assert_eq!(town.standing(&browser).await, Standing::Challenge);
    browser.get("/devices/prove?to=%2Fme").await;
    browser.says("138****5678");
    browser.post("/devices/prove/sms", &[]).await;
    browser.follow().await;
    let code = town.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.post("/devices/prove/code", &[("code", wrong)]).await;
    browser.says("还可以再试 4 次");
    for _ in 0..2 {
        browser.post("/devices/prove/code", &[("code", &code)]).await;
        assert_eq!(browser.to, "/me", "{}", browser.page);
    }
    assert_eq!(town.standing(&browser).await, Standing::Proven);
    town.clock.advance_secs(900);
    assert_eq!(town.standing(&browser).await, Standing::Proven);
    browser.agent = THIEF;
    assert_eq!(town.standing(&browser).await, Standing::Challenge);
    town.nothing_broken().await;
}

#[db_test]
async fn a_device_signed_out_is_new_again(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let lost = town.authenticated().await;
    town.clock.advance_secs(61);
    let mut owner = town.browser();
    owner.get("/login/code").await;
    owner.post("/login/code", &[("mobile", MOBILE), ("to", "")]).await;
    owner.follow().await;
    let code = town.code().await;
    owner.post("/login/code/enter", &[("code", &code)]).await;
    assert_eq!(town.standing(&owner).await, Standing::New);
    owner.get("/devices/prove?to=%2Fme").await;
    assert!(owner.to.starts_with("/real-name"), "{}", owner.to);
    owner.get("/devices").await;
    let device = field(&owner.page, "device");
    owner.post("/devices", &[("device", &device)]).await;
    assert_eq!(owner.to, "/devices");
    let mut gone = lost;
    gone.get("/me").await;
    assert_eq!(gone.to, "/login?to=%2Fme", "its session ended with it");
    let mut back = town.browser();
    back.cookies.insert("dev".into(), gone.cookies["dev"].clone());
    back.get("/login").await;
    back.post("/login", &[("login", MOBILE), ("password", crate::stories::PASSWORD), ("to", "")]).await;
    assert_eq!(town.standing(&back).await, Standing::New);
    owner.get("/devices").await;
    assert!(!owner.page.contains("实名认证："), "no device is left on which its owner was authenticated");
    town.nothing_broken().await;
}

#[db_test]
async fn the_check_finds_a_device_that_stands_for_a_stranger(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    let owner = town.authenticated().await;
    let owner = Token::parse(&owner.cookies["ses"]).unwrap().hash();
    town.clock.advance_secs(61);
    town.sign_up("13912345678", "32040419900615002X").await;
    let stranger = town.logged_in("13912345678").await;
    let hash = Token::parse(&stranger.cookies["ses"]).unwrap().hash();
    let (ctx, id): (_, DeviceProofId) = (town.ctx.clone(), town.ctx.id());
    let planted = town.ctx.db.write(platform::db::LaneKey::of("test", "1"), "test.plant", move |tx| {
        let Prover { session, .. } = sessions::owner_of(tx, &hash)?.unwrap();
        let Prover { person: owner, .. } = sessions::owner_of(tx, &owner)?.unwrap();
        let device = store::list(tx, &owner)?.remove(0).id;
        let nonce = id.as_str().to_owned();
        let (place, now) = (Place::default(), ctx.now());
        store::insert_proof(
            tx,
            &NewProof { id: id.clone(), session, device, how: How::Sms, nonce, place, roams: None, now },
        )
    });
    planted.await.unwrap();
    let found = town.ctx.db.read("test.broken", store::broken).await.unwrap();
    assert_eq!(found.1.len(), 1, "{found:?}");
}

#[db_test]
async fn another_device_can_be_signed_out(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up(MOBILE, NUMBER).await;
    town.clock.advance_secs(60);
    let mut here = town.logged_in_by_code(MOBILE).await;
    let mut there = town.logged_in(MOBILE).await;
    here.get("/devices").await;
    let id = here.page.split("name=\"session\" value=\"").nth(2).unwrap().split('"').next().unwrap().to_owned();
    here.post("/devices", &[("session", &id)]).await;
    assert_eq!(here.to, "/devices");
    there.get("/me").await;
    assert_eq!(there.status, StatusCode::SEE_OTHER);
    let mut third = town.logged_in(MOBILE).await;
    here.get("/devices").await;
    here.post("/devices", &[("act", "others")]).await;
    third.get("/me").await;
    assert_eq!(third.status, StatusCode::SEE_OTHER);
    here.get("/me").await;
    assert_eq!(here.status, StatusCode::OK);
}
