//! The place of a storm: a data folder, a database with a crowd in it, and how the program is told.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use identity::PersonId;
use kernel::SystemClock;
use platform::Ctx;
use platform::config::Config;
use platform::db::DbFault;
use renshe::start::{self, Schema};
use testkit::TestDb;

use crate::store;

const PEOPLE: usize = 192;
/// Fewer places than wishes, so that the last place is fought for.
const SLOTS: i64 = 60;
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
    /// The program's settings.
    pub env: Vec<(String, String)>,
    pub folder: PathBuf,
    pub visitors: Vec<Visitor>,
    pub slots: Vec<String>,
}

impl City {
    /// Fills the database through the same keys that the program will use, and leaves it closed.
    pub async fn prepare(db: &TestDb) -> City {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("renshe-storm-{}-{port}", std::process::id()));
        let env = settings(db, &folder, port);
        let config = Config::from_text("storm", "", env.clone()).expect("settings");
        let open = move || start::open(&config, Arc::new(SystemClock), Schema::Apply).expect("opened");
        let ctx = tokio::task::spawn_blocking(open).await.expect("joined");
        start::verify_vault(&ctx).await.expect("keys");
        health::seed(&ctx).await.expect("hospitals");
        let crowd = identity::demo::crowd(&ctx, PEOPLE).await.expect("a crowd");
        let visitors = crowd.into_iter().enumerate().map(|(number, one)| visitor(&ctx, number, one)).collect();
        let date = ctx.now().plus_secs(DAYS_AHEAD * 86_400).date();
        let slots = ctx.db.read("storm.slots", move |tx| store::slots_on(tx, date, SLOTS)).await;
        let slots = slots.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
        assert_eq!(slots.len() as i64, SLOTS, "the demo has too few clinics on {date}");
        tokio::task::spawn_blocking(move || ctx.db.close()).await.expect("closed");
        City { url: format!("http://127.0.0.1:{port}"), env, folder, visitors, slots }
    }
}

impl Drop for City {
    fn drop(&mut self) {
        // Best effort; a failed storm keeps its folder for who looks into it.
        if !std::thread::panicking() {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

fn visitor(ctx: &Ctx, number: usize, (person, session): (PersonId, String)) -> Visitor {
    let visit = format!("storm-visitor-{number}");
    let csrf = ui::csrf::token(&ctx.vault, ctx.rng.as_ref(), &visit);
    Visitor { person: person.to_string(), cookie: format!("{session}; visit={visit}"), csrf }
}

fn settings(db: &TestDb, folder: &std::path::Path, port: u16) -> Vec<(String, String)> {
    [
        ("MODE", "demo".to_owned()),
        ("DATA_DIR", folder.display().to_string()),
        ("LISTEN", format!("127.0.0.1:{port}")),
        ("DATABASE__URL", db.url.clone()),
        ("METRICS_LISTEN", String::new()),
        ("SANDBOX__ENABLED", "false".to_owned()),
        // Nobody answers there: neither texts nor somebody else's clock come into a storm.
        ("SANDBOX__LISTEN", "127.0.0.1:9".to_owned()),
        ("SMS__ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("FACE__ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("INSURER__ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("CARDS__ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("WECHAT_PAY__ENDPOINT", "http://127.0.0.1:9".to_owned()),
        ("LOG__FILTER", "error".to_owned()),
    ]
    .map(|(name, value)| (format!("RENSHE__{name}"), value))
    .to_vec()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").port()
}
