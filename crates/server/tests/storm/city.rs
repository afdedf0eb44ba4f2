//! The place of a storm: a data folder, a database with a crowd in it, and how the program is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use identity::PersonId;
use kernel::SystemClock;
use platform::Ctx;
use platform::db::DbFault;
use renshe::halls::Halls;
use renshe::settings;
use renshe::start::{self, Access};
use testkit::TestDb;

use crate::booking_rules;
use crate::child::{Child, Place};
use crate::free_ports::Ports;
use crate::store;

const PEOPLE: usize = 192;
/// Fewer places than wishes, so that the last place is fought for.
const SLOTS: i64 = 60;
/// Ports in a row for one storm's programs.
pub const PORTS: u16 = 10;
/// Days from today to the visits: booking is open, and the cut-off far away.
const DAYS_AHEAD: i64 = 3;

/// Somebody with a browser.
#[derive(Clone)]
pub struct Visitor {
    pub person: String,
    /// The `Cookie` header: session and form secret.
    pub cookie: String,
    /// Fits the form secret.
    pub csrf: String,
}

/// What a storm needs to know.
pub struct City {
    /// Where the program serves, at every start.
    pub url: String,
    pub place: Place,
    pub visitors: Vec<Visitor>,
    pub slots: Vec<String>,
    /// Held while the program lives and dies.
    _ports: Ports,
}

impl City {
    /// Fills the database through the same keys that the program will use, and leaves it closed.
    pub async fn prepare(db: &TestDb) -> City {
        let ports = Ports::take(PORTS).expect("free ports");
        let port = ports.first();
        let folder = folder(port);
        let place = Place { env: settings(db, &folder, port), folder };
        let ctx = open(&place).await;
        let crowd = identity::demo::crowd(&ctx, PEOPLE).await.expect("a crowd");
        let visitors = crowd.into_iter().enumerate().map(|(number, one)| visitor(&ctx, number, one)).collect();
        let date = ctx.now().plus_secs(DAYS_AHEAD * 86_400).date();
        let slots = ctx.db.read("storm.slots", move |tx| store::slots_on(tx, date, SLOTS)).await;
        let slots = slots.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
        assert_eq!(slots.len() as i64, SLOTS, "the demo has too few clinics on {date}");
        close(ctx).await;
        City { url: format!("http://127.0.0.1:{port}"), place, visitors, slots, _ports: ports }
    }

    /// Starts the platform.
    pub fn serve(&self) -> Child {
        Child::start(&self.place, "serve", format!("{}/readyz", self.url))
    }
}

/// The context of the programs that will run here, over a database with hospitals.
pub async fn open(place: &Place) -> Ctx {
    let config = settings::from_text("storm", "", place.env.clone()).expect("settings");
    let halls = Halls::new().expect("no twins");
    let open = move || start::open(&config, &halls, Arc::new(SystemClock), Access::Make).expect("opened");
    let ctx = tokio::task::spawn_blocking(open).await.expect("joined");
    start::verify_vault(&ctx).await.expect("keys");
    health::seed(&ctx).await.expect("hospitals");
    ctx
}

/// Ends what [`open`] began, so that the programs have the database for themselves.
pub async fn close(ctx: Ctx) {
    tokio::task::spawn_blocking(move || ctx.db.close()).await.expect("closed");
}

/// A folder that no other storm has.
pub fn folder(port: u16) -> PathBuf {
    std::env::temp_dir().join(format!("renshe-storm-{}-{port}", std::process::id()))
}

pub fn visitor(ctx: &Ctx, number: usize, (person, session): (PersonId, String)) -> Visitor {
    let visit = ui::csrf::visit(&format!("storm-visitor-{number}"), ctx.now());
    let csrf = ui::csrf::token(&ctx.vault, ctx.rng.as_ref(), &visit, ctx.now());
    let cookie = format!("{session}; {}={visit}", ui::csrf::cookie_name(&visit));
    Visitor { person: person.to_string(), cookie, csrf }
}

fn settings(db: &TestDb, folder: &Path, port: u16) -> Vec<(String, String)> {
    // Nobody answers there: neither texts nor somebody else's clock come into this storm.
    let nobody = "http://127.0.0.1:9".to_owned();
    let endpoints = ["SMS", "FACE", "INSURER", "CARDS", "WECHAT_PAY"];
    let endpoints = endpoints.map(|partner| (format!("RENSHE__{partner}__ENDPOINT"), nobody.clone()));
    let mut settings = common_settings(db, folder, port);
    settings.push(("RENSHE__SANDBOX__ENABLED".to_owned(), "false".to_owned()));
    settings.push(("RENSHE__SANDBOX__LISTEN".to_owned(), "127.0.0.1:9".to_owned()));
    settings.extend(endpoints);
    settings
}

/// What every storm tells its programs: the same people book as long as it lasts.
pub fn common_settings(db: &TestDb, folder: &Path, port: u16) -> Vec<(String, String)> {
    let policy = booking_rules::generous(folder, &["bookings_a_day"]).expect("a policy folder");
    [
        ("MODE", "demo".to_owned()),
        ("DATA_DIR", folder.display().to_string()),
        ("POLICY_DIR", policy.display().to_string()),
        ("LISTEN", format!("127.0.0.1:{port}")),
        ("DATABASE__URL", db.url.clone()),
        ("METRICS_LISTEN", String::new()),
        ("LOG__FILTER", "error".to_owned()),
    ]
    .map(|(name, value)| (format!("RENSHE__{name}"), value))
    .to_vec()
}
