//! This crate's stories through its own routes: request, response, what was posted to a phone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::{Extension, Router};
use kernel::{Clock, ManualClock};
use platform::Ctx;
use platform::outbox::{Carrier, Mode, Parcel, Verdict, Worker};
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};
use tower::ServiceExt;

use crate::institutions::{self, AddInstitution, Capability, Facts, HospitalId, Kind};
use crate::ports::stories::House;

pub(crate) const PASSWORD: &str = "tianning2026";
const AGENT: &str = "Mozilla/5.0 (iPhone) Safari/604.1";

/// Notes what would go to phones.
#[derive(Default)]
struct Phone(Mutex<Vec<serde_json::Value>>);

#[async_trait]
impl Carrier for Phone {
    fn kind(&self) -> &'static str {
        "sms"
    }
    fn mode(&self) -> Mode {
        Mode::Ask
    }
    async fn send(&self, _ctx: &Ctx, parcel: &Parcel) -> Verdict {
        self.0.lock().unwrap().push(parcel.payload.clone());
        Verdict::Done
    }
    async fn ask(&self, _ctx: &Ctx, _parcel: &Parcel) -> Verdict {
        Verdict::Done
    }
}

/// A city with identity only.
pub(crate) struct Town {
    pub(crate) ctx: Ctx,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) house: Arc<House>,
    router: Router,
    phone: Arc<Phone>,
    worker: Worker,
}

impl Town {
    pub(crate) fn new(db: &TestDb) -> Town {
        let clock = a_monday_morning();
        let ctx = test_ctx(db, clock.clone() as Arc<dyn Clock>);
        let phone = Arc::new(Phone::default());
        let carriers: Vec<Arc<dyn Carrier>> = vec![phone.clone()];
        let worker = Worker::new(ctx.clone(), "test", carriers);
        let house = Arc::new(House::default());
        let routes = crate::routes().merge(crate::desk_routes()).layer(Extension(house.ports()));
        let router = ui::layer(routes, ctx.clone());
        Town { ctx, clock, house, router, phone, worker }
    }

    /// A hospital of the directory.
    pub(crate) async fn hospital(&self) -> HospitalId {
        let command = AddInstitution {
            kind: Kind::Hospital,
            code: "town".to_owned(),
            facts: Facts { name: "城中医院".to_owned(), ..Facts::default() },
            capabilities: vec![Capability::CheckIn],
        };
        institutions::add(&self.ctx, command).await.unwrap().try_into().unwrap()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        let (cookies, page, to) = Default::default();
        Browser { town: self, agent: AGENT, cookies, page, status: StatusCode::OK, to }
    }

    /// The texts since the last look.
    pub(crate) async fn texts(&self) -> Vec<serde_json::Value> {
        self.worker.carry_due().await.unwrap();
        std::mem::take(&mut *self.phone.0.lock().unwrap())
    }

    pub(crate) async fn code(&self) -> String {
        let texts = self.texts().await;
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert_eq!(texts[0]["template"], "verify");
        texts[0]["params"]["code"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn sign_up(&self, mobile: &str, number: &str) {
        let mut browser = self.browser();
        browser.get("/sign-up").await;
        browser.post("/sign-up", &[("mobile", mobile)]).await;
        assert_eq!(browser.status, StatusCode::SEE_OTHER, "{}", browser.page);
        browser.follow().await;
        let code = self.code().await;
        browser.post("/sign-up/details", &details(number, &code)).await;
        assert_eq!(browser.to, "/login", "{}", browser.page);
    }

    pub(crate) async fn logged_in(&self, login: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.get("/login").await;
        browser.post("/login", &[("login", login), ("password", PASSWORD), ("to", "")]).await;
        assert_eq!(browser.to, "/me", "{}", browser.page);
        browser
    }

    pub(crate) async fn logged_in_by_code(&self, mobile: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.get("/login/code?to=%2Fdevices").await;
        browser.post("/login/code", &[("mobile", mobile)]).await;
        browser.follow().await;
        let code = self.code().await;
        browser.post("/login/code/enter", &[("code", &code)]).await;
        assert_eq!(browser.to, "/devices", "{}", browser.page);
        browser
    }

    pub(crate) async fn nothing_broken(&self) {
        let now = self.clock.now();
        for check in crate::checks() {
            let result = self.ctx.db.read("check", move |tx| (check.run)(tx, now)).await.unwrap();
            assert_eq!(result.broken, Vec::<String>::new(), "{}", check.id);
        }
    }
}

fn details<'a>(number: &'a str, code: &'a str) -> [(&'a str, &'a str); 5] {
    let name = ("name", "阿依古丽·买买提");
    [name, ("id_number", number), ("code", code), ("password", PASSWORD), ("password_again", PASSWORD)]
}

/// A browser without script: keeps cookies, fills in the forms it was shown.
pub(crate) struct Browser<'a> {
    town: &'a Town,
    /// What it calls itself.
    pub(crate) agent: &'static str,
    pub(crate) cookies: HashMap<String, String>,
    pub(crate) page: String,
    pub(crate) status: StatusCode,
    pub(crate) to: String,
}

impl Browser<'_> {
    pub(crate) async fn get(&mut self, path: &str) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await;
    }

    pub(crate) async fn follow(&mut self) {
        let to = self.to.clone();
        self.get(&to).await;
    }

    /// Posts the fields, and the hidden ones of the page shown last.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for part in self.page.split("<input type=\"hidden\" name=\"").skip(1) {
            let (name, rest) = part.split_once('"').unwrap();
            let value = rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0;
            let known = fields.iter().any(|(field, _)| *field == name) || pairs.iter().any(|(field, _)| field == name);
            if !known {
                pairs.push((name.to_owned(), value.to_owned()));
            }
        }
        pairs.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.join("&"))).unwrap()).await;
    }

    async fn send(&mut self, mut request: Request<Body>) {
        let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers = request.headers_mut();
        headers.insert(header::HOST, "localhost".parse().unwrap());
        headers.insert(header::USER_AGENT, self.agent.parse().unwrap());
        headers.insert(header::COOKIE, jar.join("; ").parse().unwrap());
        let response = self.town.router.clone().oneshot(request).await.unwrap();
        self.status = response.status();
        let to = response.headers().get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
        self.to = to.unwrap_or_default();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (pair, rest) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        // Behind a redirect the form that was sent is still there, as for the second of two taps.
        if self.status != StatusCode::SEE_OTHER {
            // A space that does not break is a space to whoever reads.
            self.page = String::from_utf8(body.to_vec()).unwrap().replace('\u{a0}', " ").replace('\u{2060}', "");
        }
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.page.contains(text), "{} does not say {text}: {}", self.status, self.page);
    }
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[db_test]
async fn one_signs_up_logs_in_and_signs_out(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("138 1234 5678", "320402198001010012").await;
    let mut browser = town.browser();
    browser.get("/me").await;
    assert_eq!(browser.to, "/login?to=%2Fme");
    for login in ["13812345678", "320402198001010012"] {
        let mut browser = town.logged_in(login).await;
        browser.follow().await;
        browser.says("阿依古丽·买买提");
        browser.says("138****5678");
        browser.get("/messages").await;
        browser.says("还没有消息");
        browser.get("/devices").await;
        browser.says("iPhone · Safari");
        browser.says("本机");
    }
    let mut browser = town.logged_in("13812345678").await;
    let stolen = browser.cookies.clone();
    browser.get("/me").await;
    browser.post("/logout", &[]).await;
    assert_eq!(browser.to, "/");
    browser.cookies = stolen;
    browser.get("/me").await;
    assert_eq!(browser.to, "/login?to=%2Fme");
    town.nothing_broken().await;
}

#[db_test]
async fn a_taken_number_looks_like_a_free_one(db: TestDb) {
    let town = Town::new(&db);
    crate::demo::seed(&town.ctx, &[]).await.unwrap();
    // The number of somebody who owns it, with another mobile number; then somebody's mobile number.
    town.sign_up("13912345678", "320402198001010012").await;
    let texts = town.texts().await;
    assert_eq!(texts.len(), 1);
    assert_eq!((&texts[0]["template"], &texts[0]["mobile"]), (&"sign_up_tried".into(), &"13900000001".into()));
    assert_eq!(texts[0]["params"]["tried_at"], "3月2日 9:00");
    town.clock.advance_secs(61);
    town.sign_up("13900000001", "320402198001010047").await;
    assert_eq!(town.texts().await.len(), 0, "once a day is enough");
    let mut owner = town.browser();
    owner.get("/login").await;
    let password = crate::demo::CITIZEN_PASSWORD;
    owner.post("/login", &[("login", "13900000001"), ("password", password), ("to", "")]).await;
    assert_eq!(owner.to, "/me", "{}", owner.page);
    owner.get("/messages").await;
    owner.says("有人用您的资料注册");
    let id = owner.page.split("/messages/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    owner.get(&format!("/messages/{id}")).await;
    owner.says("今天");
    // There is an account, and nothing of the owner's is in it.
    let mut stranger = town.logged_in("13912345678").await;
    stranger.get("/messages").await;
    stranger.says("还没有消息");
    town.nothing_broken().await;
}

#[db_test]
async fn wrong_codes_are_counted_and_two_taps_are_one_wish(db: TestDb) {
    let town = Town::new(&db);
    let mut browser = town.browser();
    browser.get("/sign-up").await;
    browser.post("/sign-up", &[("mobile", "13812345678")]).await;
    let first = browser.to.clone();
    browser.post("/sign-up", &[("mobile", "13812345678")]).await;
    assert_eq!(browser.to, first, "a second tap leads to the same code");
    let code = town.code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    browser.get(&first).await;
    for left in (1..5).rev() {
        browser.post("/sign-up/details", &details("320402198001010012", wrong)).await;
        browser.says(&format!("还可以再试 {left} 次"));
        browser.says("阿依古丽·买买提");
        assert!(!browser.page.contains(PASSWORD));
    }
    browser.post("/sign-up/details", &details("320402198001010012", wrong)).await;
    browser.says("已经作废");
    browser.post("/sign-up/details", &details("320402198001010012", &code)).await;
    browser.says("已经作废");
    browser.post("/sign-up/details", &[("act", "resend"), ("name", "沈德福")]).await;
    browser.says("请 60 秒后再试");
    town.clock.advance_secs(60);
    browser.post("/sign-up/details", &[("act", "resend"), ("name", "沈德福")]).await;
    browser.says("新的验证码已发出");
    browser.says("沈德福");
    let code = town.code().await;
    for _ in 0..2 {
        browser.post("/sign-up/details", &details("320402198001010012", &code)).await;
        assert_eq!(browser.to, "/login");
    }
    town.nothing_broken().await;
}

#[db_test]
async fn wrong_passwords_lock_and_a_known_device_is_spared(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", "320402198001010012").await;
    let known = town.logged_in("13812345678").await.cookies;
    for login in ["13812345678", "13700000000"] {
        let mut stranger = town.browser();
        stranger.get("/login").await;
        for left in (1..5).rev() {
            stranger.post("/login", &[("login", login), ("password", "wrong")]).await;
            stranger.says(&format!("再错 {left} 次"));
        }
        stranger.post("/login", &[("login", login), ("password", "wrong")]).await;
        stranger.says("请 60 秒后再试");
        stranger.post("/login", &[("login", login), ("password", PASSWORD)]).await;
        stranger.says("请 60 秒后再试");
    }
    let mut owner = town.browser();
    owner.cookies = known;
    owner.cookies.remove("ses");
    owner.get("/login").await;
    owner.post("/login", &[("login", "13812345678"), ("password", PASSWORD)]).await;
    assert_eq!(owner.to, "/me");
    town.clock.advance_secs(60);
    town.logged_in("13812345678").await;
}

#[db_test]
async fn a_code_logs_in_and_an_unknown_number_gets_none(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", "320402198001010012").await;
    town.clock.advance_secs(60);
    let mut stranger = town.browser();
    stranger.get("/login/code").await;
    stranger.post("/login/code", &[("mobile", "13700000000")]).await;
    stranger.follow().await;
    stranger.says("137****0000");
    assert_eq!(town.texts().await.len(), 0);
    stranger.post("/login/code/enter", &[("code", "123456")]).await;
    stranger.says("还可以再试 4 次");
    let mut browser = town.logged_in_by_code("13812345678").await;
    browser.get("/devices").await;
    town.logged_in("13812345678").await;
    town.clock.advance_secs(1800);
    browser.get("/devices").await;
    assert_eq!(browser.to, "/login?to=%2Fdevices", "half an hour unused");
    town.nothing_broken().await;
}

#[db_test]
async fn clerks_log_in_but_not_in_production(db: TestDb) {
    let mut town = Town::new(&db);
    let hospital = town.hospital().await;
    let logins = crate::demo::seed(&town.ctx, std::slice::from_ref(&hospital)).await.unwrap();
    assert_eq!(crate::demo::seed(&town.ctx, &[hospital]).await.unwrap(), logins);
    let clerk = logins.iter().find(|login| login.role == "clerk").unwrap();
    let mut desk = town.browser();
    desk.get("/desk/login").await;
    desk.post("/desk/login", &[("login", &clerk.login), ("password", "wrong")]).await;
    desk.says("再错 4 次");
    desk.post("/desk/login", &[("login", &clerk.login), ("password", &clerk.password)]).await;
    assert_eq!(desk.to, "/desk", "{}", desk.page);
    town.ctx.mode = platform::Mode::Production;
    town.router = ui::layer(crate::desk_routes(), town.ctx.clone());
    let mut desk = town.browser();
    desk.get("/desk/login").await;
    assert_eq!(desk.status, StatusCode::FORBIDDEN);
    desk.says("第二重验证");
}

#[db_test]
async fn what_has_served_its_time_is_wiped(db: TestDb) {
    let town = Town::new(&db);
    town.sign_up("13812345678", "320402198001010012").await;
    town.logged_in("13812345678").await;
    town.clock.advance_secs(40 * 86_400);
    for job in crate::jobs(town.house.ports()) {
        (job.run)(town.ctx.clone()).await.unwrap();
    }
    // People stay, and that they were made.
    for check in crate::checks().into_iter().filter(|check| !["I-D01", "T35"].contains(&check.id)) {
        let now = town.clock.now();
        let result = town.ctx.db.read("check", move |tx| (check.run)(tx, now)).await.unwrap();
        assert_eq!(result.rows, 0, "{}", check.id);
    }
}
