//! The sandbox as its callers see it: through the real adapter, over HTTP. Here is the stage; each
//! file beside it is one part of the story.

mod cards;
mod clock;
mod face;
mod faults;
mod insurer;
mod limits;
mod pages;
mod people;
mod sending;
mod wechat_pay;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use kernel::{Clock, Date, Moment, OsRng, Rng, ShiftedClock, Time};
use partners::acs3::AccessKey;
use partners::sms::{SmsCarrier, SmsSettings};
use platform::db::{Db, DbSettings, Target};
use platform::outbox::{Carrier, Parcel, Verdict};
use platform::password::Hasher;
use platform::policy::Policy;
use platform::vault::Vault;
use platform::{Ctx, Mode, Trace};
use serde_json::{Value, json};

use crate::{Running, Sandbox, SandboxSettings, SmsTemplate};

/// A number without magic.
const MOBILE: &str = "13800138000";
/// Long enough for a loaded machine, short enough for a test that waits it out.
const TIMEOUT_MS: u64 = 1500;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let name = format!("renshe-sandbox-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A sandbox, an adapter that sends to it, and a way to ask the control API.
struct Stage {
    running: Running,
    clock: Arc<ShiftedClock>,
    carrier: SmsCarrier,
    ctx: Ctx,
    http: reqwest::Client,
    folder: Folder,
}

/// A clock of every story: it starts at nine on a Monday, so that no story crosses midnight, a month's end or a
/// year's end because of the hour at which it is run.
fn clock() -> Arc<ShiftedClock> {
    let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 0, 0, 0));
    Arc::new(ShiftedClock::starting_at(nine))
}

/// What a program sends in these stories: our name, and the template at the provider.
fn templates() -> [(&'static str, SmsTemplate); 2] {
    [
        ("verify", SmsTemplate::verification("SMS_100001", "您的验证码为${code}，5分钟内有效，请勿告诉他人。")),
        ("booked", SmsTemplate::notice("SMS_100002", "您已预约${hospital}${doctor}，${time}就诊。")),
    ]
}

fn settings(folder: &Folder, clock: &Arc<ShiftedClock>) -> SandboxSettings {
    SandboxSettings {
        // Most stories need nobody but the named.
        people: 0,
        accounts: [("sms", json!({ "templates": templates().map(|(_, template)| template) }))].into(),
        // Keys take long to make: all stories share them.
        wechat_pay_keys: Some(std::env::temp_dir().join("renshe-test-wechat-pay")),
        ..SandboxSettings::demo(([127, 0, 0, 1], 0).into(), folder.0.clone(), Arc::clone(clock), Arc::new(OsRng))
    }
}

fn carrier(endpoint: String, id: &str, secret: &str) -> SmsCarrier {
    SmsCarrier::new(SmsSettings {
        endpoint,
        key: AccessKey { id: id.into(), secret: secret.into() },
        sign_name: "常州人社".into(),
        templates: templates().into_iter().map(|(name, template)| (name.to_owned(), template.code)).collect(),
        timeout_ms: TIMEOUT_MS,
        calls_max: 8,
    })
    .unwrap()
}

fn context(folder: &Folder, clock: Arc<dyn Clock>) -> Ctx {
    let rng: Arc<dyn Rng> = Arc::new(OsRng);
    // The adapter never opens the database, but a context has one.
    let target = Target::Sqlite(folder.0.join("platform.db"));
    Ctx {
        db: Db::open(DbSettings::new(target, "test")).unwrap(),
        clock,
        rng: Arc::clone(&rng),
        vault: Arc::new(Vault::for_tests()),
        policy: Arc::new(Policy::from_files([]).unwrap()),
        hasher: Hasher::for_tests(rng),
        mode: Mode::Demo,
        nudge: Arc::default(),
        not_after: None,
        trace: Trace::system("test"),
    }
}

impl Stage {
    async fn new() -> Stage {
        let folder = Folder::new();
        let clock = clock();
        let running = Sandbox::start(settings(&folder, &clock)).await.unwrap();
        let carrier = carrier(format!("http://{}", running.at("sms").unwrap()), "sandbox", "sandbox-secret");
        let ctx = context(&folder, clock.clone());
        Stage { running, clock, carrier, ctx, http: reqwest::Client::new(), folder }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.control)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let reply = self.http.post(self.url(path)).json(&body).send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap_or(Value::Null))
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(self.url(path)).send().await.unwrap().json().await.unwrap()
    }

    /// Adds a fault for SMS; `rule` gives the rest.
    async fn fault(&self, mut rule: Value) {
        rule["partner"] = json!("sms");
        let (status, answer) = self.post("/control/faults", rule).await;
        assert_eq!(status, 201, "{answer}");
    }

    async fn advance(&self, secs: i64) {
        let (status, answer) = self.post("/control/clock", json!({ "advance_secs": secs })).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// What was sent, newest first.
    async fn sent(&self) -> Vec<Value> {
        self.get("/control/sms").await.as_array().unwrap().clone()
    }

    async fn send(&self, parcel: &Parcel) -> Verdict {
        self.carrier.send(&self.ctx, parcel).await
    }

    async fn ask(&self, parcel: &Parcel) -> Verdict {
        self.carrier.ask(&self.ctx, parcel).await
    }

    /// Sends, and gives the parcel back as the outbox would hand it to a later question.
    async fn sent_before(&self, parcel: &Parcel) -> (Verdict, Parcel) {
        let sent_at: Moment = self.clock.now();
        let verdict = self.send(parcel).await;
        (verdict, Parcel { sent_at: Some(sent_at), attempts: 2, ..parcel.clone() })
    }
}

fn notice(id: &str, mobile: &str) -> Parcel {
    let params = json!({ "hospital": "常州市中医医院", "doctor": "陈医生", "time": "3月2日 09:30" });
    parcel(id, json!({ "mobile": mobile, "template": "booked", "params": params }))
}

fn verification(id: &str, code: &str) -> Parcel {
    let params = json!({ "code": code });
    parcel(id, json!({ "mobile": MOBILE, "template": "verify", "params": params }))
}

fn parcel(id: &str, payload: Value) -> Parcel {
    Parcel { id: id.into(), about: "test".into(), payload, attempts: 1, sent_at: None }
}
