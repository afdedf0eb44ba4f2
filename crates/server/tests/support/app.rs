//! Platform and sandbox of one test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hall::{Wired, Works};
use identity::Ports;
use identity::demo::DemoLogin;
use kernel::{Date, Moment, OsRng, ShiftedClock, Time};
use payments::Payments;
use platform::Ctx;
use platform::jobs::{Job, Runner};
use platform::listen::{self, Plain};
use platform::outbox::Worker;
use renshe::app;
use renshe::halls::Halls;
use renshe::ports::{self, SandboxAt};
use renshe::{commands, settings, start};
use testkit::{Fixture, TestDb, test_ctx};
use tokio::net::TcpListener;

use super::visitor::Visitor;

/// Everything a story needs.
pub struct TestApp {
    pub ctx: Ctx,
    pub test: TestDb,
    pub clock: Arc<ShiftedClock>,
    /// Where people are served: `http://127.0.0.1:PORT`.
    pub url: String,
    pub addr: SocketAddr,
    pub sandbox: sandbox::Running,
    /// The adapters to the sandbox's partners.
    pub ports: Arc<Ports>,
    /// The adapters that payments use, and who listens.
    pub pay: Arc<Payments>,
    /// What the program is made of.
    pub halls: Arc<Halls>,
    /// Sample people and clerks with their passwords.
    pub logins: Vec<DemoLogin>,
    worker: Worker,
    runner: Runner,
    folder: PathBuf,
}

impl Fixture for TestApp {
    const GROUND: &'static str = "city";

    async fn lay(test: TestDb) {
        let halls = Halls::new().expect("no twins");
        let ctx = test_ctx(&test, testkit::a_monday_morning());
        commands::seed::seed(&ctx, &halls).await.expect("sample data");
    }

    async fn open(test: TestDb) -> TestApp {
        let config = settings::from_text("test", "", []).expect("the defaults are a configuration");
        // Nine on a Monday of a year whose calendar we have; from there it flows, and is moved.
        let nine = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 0, 0, 0));
        let clock = Arc::new(ShiftedClock::starting_at(nine));
        let folder = std::env::temp_dir().join(format!("renshe-app-{}-{:p}", std::process::id(), Arc::as_ptr(&clock)));
        let halls = Halls::new().expect("no twins");
        let sandbox = start_sandbox(&clock, &folder, &halls).await;
        let ctx = test_ctx(&test, clock.clone());
        start::verify_vault(&ctx).await.expect("fresh keys");
        // All is there; this only says who can sign in.
        let logins = commands::seed::seed(&ctx, &halls).await.expect("sample data").logins;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let addr = listener.local_addr().expect("bound");
        let at = SandboxAt::from(&sandbox);
        let ports = ports::ports(&config, &at, &Arc::default()).expect("settings");
        let pay = payments_of(&sandbox, &at, &ports, (&format!("http://{addr}"), &[]));
        let place = app::Place::demo(&format!("http://{addr}"));
        let wired = Wired { identity: Arc::clone(&ports), pay: Arc::clone(&pay) };
        let service = app::service(ctx.clone(), &halls, wired.clone(), place);
        tokio::spawn(listen::serve(listener, Plain, service, listener_rules(), std::future::pending()));
        let works =
            start::works(&config, at.of("sms").expect("played"), &halls, &wired).expect("settings, and no twins");
        let worker = Worker::new(ctx.clone(), "test", works.carriers);
        let runner = Runner::new(ctx.clone(), "test", works.jobs);
        TestApp {
            ports,
            pay,
            halls,
            url: format!("http://{addr}"),
            addr,
            ctx,
            test,
            clock,
            sandbox,
            logins,
            worker,
            runner,
            folder,
        }
    }
}

impl TestApp {
    /// Somebody with a browser of their own: cookies kept, redirects followed, forms filled in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }

    /// The same from elsewhere: `127.0.0.n`.
    pub fn visitor_at(&self, n: u8) -> Visitor {
        Visitor::at(&self.url, [127, 0, 0, n])
    }

    /// Carries every parcel that is due.
    pub async fn carry(&self) {
        while self.worker.carry_due().await.expect("the outbox works") > 0 {}
    }

    /// Drives every order that is due, until none is.
    pub async fn drive(&self) {
        for _ in 0..20 {
            if payments::drive_due(&self.pay, &self.ctx).await.expect("orders are read") == 0 {
                return;
            }
        }
    }

    /// Runs every job that is due.
    pub async fn run_jobs(&self) {
        self.runner.run_due().await;
    }

    /// What the program was wired to.
    pub fn wired(&self) -> Wired {
        Wired { identity: Arc::clone(&self.ports), pay: Arc::clone(&self.pay) }
    }

    /// Every job of the halls.
    pub fn jobs(&self) -> Vec<Job> {
        self.halls.works(&self.wired(), Works::default()).expect("no twins").jobs
    }

    /// Moves the clock of platform and sandbox.
    pub fn advance_secs(&self, secs: i64) {
        self.clock.advance_secs(secs);
    }

    /// Texts that the SMS provider was given for a number, newest first, after carrying what is due.
    pub async fn texts(&self, mobile: &str) -> Vec<serde_json::Value> {
        self.carry().await;
        let url = format!("http://{}/control/sms?mobile={mobile}", self.sandbox.control);
        let body: serde_json::Value = reqwest::get(url).await.expect("the sandbox answers").json().await.expect("JSON");
        let list = body
            .as_array()
            .cloned()
            .or_else(|| body.as_object().and_then(|o| o.values().find_map(|v| v.as_array().cloned())));
        list.unwrap_or_default()
    }

    /// The newest verification code sent to a number.
    pub async fn code(&self, mobile: &str) -> String {
        let texts = self.texts(mobile).await;
        let text =
            texts.iter().map(ToString::to_string).find(|text| text.contains("验证码为")).expect("a text with a code");
        let after = text.split("验证码为").nth(1).expect("the template's words");
        after.chars().take_while(char::is_ascii_digit).collect()
    }

    /// Orders a fault of the SMS provider: `{"operation": "SendSms", "kind": …}`.
    pub async fn fault(&self, rule: serde_json::Value) {
        let url = format!("http://{}/control/faults", self.sandbox.control);
        let answer = reqwest::Client::new().post(url).json(&rule).send().await.expect("the sandbox answers");
        assert!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await.unwrap_or_default());
    }

    /// A sample person, signed in, authenticated and insured here: somebody who may book.
    pub async fn citizen(&self, number: usize) -> Visitor {
        let visitor = self.signed_in(number).await;
        self.vouch(&visitor).await;
        visitor
    }

    /// A sample person, signed in and no more.
    pub async fn signed_in(&self, number: usize) -> Visitor {
        let login = self.logins.iter().filter(|login| login.role == "citizen").nth(number).expect("a sample person");
        let visitor = self.visitor();
        let answer = visitor.post_form("/login", &[("login", &login.login), ("password", &login.password)]).await;
        assert!(answer.is_ok(), "signing in: {} {}", answer.status, answer.text);
        visitor
    }

    /// A sample clerk, signed in at the desk, and the id of the hospital they serve.
    pub async fn clerk(&self, number: usize) -> (Visitor, String) {
        let login = self.logins.iter().filter(|login| login.role == "clerk").nth(number).expect("a sample clerk");
        let visitor = self.visitor();
        let answer = visitor.post_form("/desk/login", &[("login", &login.login), ("password", &login.password)]).await;
        assert!(answer.is_ok(), "signing in: {} {}", answer.status, answer.text);
        (visitor, login.institution.as_ref().expect("a hospital").as_str().to_owned())
    }

    /// Asserts that every invariant of `renshe check` holds.
    pub async fn check(&self) {
        for answer in commands::check::all(&self.ctx, &self.halls).await {
            let result = answer.result.expect("the check runs");
            assert_eq!(result.broken, Vec::<String>::new(), "{}: {}", answer.check.id, answer.check.says);
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // Best effort: a test that passed must not fail on tidying up.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// The people's listener, as it is without a word in the configuration.
pub fn listener_rules() -> listen::Rules {
    let config = settings::from_text("test", "", []).expect("the defaults are a configuration");
    config.http.rules(listen::files::raise(), config.proxy.trusted).expect("enough files")
}

/// Payments with the keys of this test's sandbox, and with settings of its own.
pub(super) fn payments_of(
    sandbox: &sandbox::Running,
    at: &SandboxAt,
    ports: &Arc<Ports>,
    (own, other): (&str, &[(&str, &str)]),
) -> Arc<Payments> {
    let account = sandbox.kept::<sandbox::WechatPayAccount>().expect("kept");
    let path = |path: &std::path::Path| path.display().to_string();
    let settings = [
        ("MCHID", account.mchid.clone()),
        ("APPID", account.appid.clone()),
        ("MERCHANT_SERIAL", account.merchant_serial.clone()),
        ("MERCHANT_KEY_FILE", path(&account.merchant_key)),
        ("APIV3_KEY", account.apiv3_key.clone()),
        ("PLATFORM_PUBLIC_KEY_FILE", path(&account.platform_public_key)),
        ("PLATFORM_PUBLIC_KEY_ID", account.platform_public_key_id.clone()),
    ]
    .map(|(name, value)| (format!("RENSHE__WECHAT_PAY__{name}"), value));
    let other = other.iter().map(|(name, value)| (format!("RENSHE__{name}"), (*value).to_owned()));
    let config = settings::from_text("test", "", settings.into_iter().chain(other)).expect("settings");
    let halls = Halls::new().expect("no twins");
    ports::payments(&config, at, (ports, halls.listeners()), (own, &Arc::default())).expect("settings")
}

async fn start_sandbox(clock: &Arc<ShiftedClock>, folder: &std::path::Path, halls: &Halls) -> sandbox::Running {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let mut settings = sandbox::SandboxSettings::demo(anywhere, folder.to_owned(), Arc::clone(clock), Arc::new(OsRng));
    let texts = serde_json::json!({ "templates": commands::sandbox::templates(halls) });
    settings.accounts.insert("sms", texts);
    // Stories name the people they need.
    settings.people = 0;
    // Keys take long to make: all stories share them.
    settings.wechat_pay_keys = Some(std::env::temp_dir().join("renshe-test-wechat-pay"));
    settings.first = commands::sandbox::named();
    sandbox::Sandbox::start(settings).await.expect("the sandbox starts")
}
