//! The place of the storm of paying: people whom the platform and the insurer know, visits that cost something.

use std::path::Path;

use aws_lc_rs::signature::KeyPair;
use identity::PersonId;
use platform::Ctx;
use platform::db::DbFault;
use testkit::TestDb;

use super::control::Control;
use super::phone::key;
use super::store;
use crate::child::{Child, Place};
use crate::city::{self, Visitor};
use crate::free_ports::Ports;

const PEOPLE: usize = 48;
/// Their name in a crowd.
const NAME: &str = "市民";
/// Everybody's payment password.
pub const PIN: &str = "258036";
/// What their browsers call themselves: the channel is reached by a link, as on a phone.
pub const AGENT: &str = "Mozilla/5.0 (Linux; Android 15) Mobile";
/// Personal accounts: enough for everything, for some visits, for nothing.
const BALANCES_FEN: [i64; 3] = [500_000, 3_000, 0];
/// Days from today to the first visits: far from every cut-off.
const DAYS_AHEAD: i64 = 2;
const SLOTS: i64 = 200;

/// Somebody who pays.
#[derive(Clone)]
pub struct Payer {
    pub who: Visitor,
    /// The ID number, by which the sandbox tells of them.
    pub number: String,
    pub psn_no: String,
    /// What the personal account held before the storm.
    pub balance_fen: i64,
}

/// What the storm needs to know.
pub struct Town {
    /// Where the platform serves, at every start.
    pub url: String,
    /// Where buyers pay, at every start of the sandbox.
    pub cashier: String,
    pub control: Control,
    pub place: Place,
    pub payers: Vec<Payer>,
    pub slots: Vec<String>,
    ready: String,
    /// Held while the programs live and die.
    _ports: Ports,
}

impl Town {
    /// Fills the database and the sandbox, and leaves both closed.
    pub async fn prepare(db: &TestDb) -> Town {
        let ports = Ports::take(city::PORTS).expect("free ports");
        let port = ports.first();
        let folder = city::folder(port);
        std::fs::create_dir_all(&folder).expect("a folder");
        let place = Place { env: settings(db, &folder, port), folder };
        // The control port is the next; the channel is the sixth after it.
        let control = format!("http://127.0.0.1:{}", port + 1);
        let mut town = Town {
            url: format!("http://127.0.0.1:{port}"),
            cashier: format!("http://127.0.0.1:{}", port + 7),
            ready: format!("{control}/control/clock"),
            control: Control::new(control),
            place,
            payers: Vec::new(),
            slots: Vec::new(),
            _ports: ports,
        };
        let mut sandbox = town.sandbox();
        sandbox.ready().await;
        let ctx = city::open(&town.place).await;
        town.people(&ctx).await;
        town.control.trouble().await;
        let after = ctx.now().plus_secs(DAYS_AHEAD * 86_400);
        let slots = ctx.db.read("storm.priced", move |tx| store::priced_slots(tx, after, SLOTS)).await;
        town.slots = slots.unwrap_or_else(|fault: DbFault| panic!("{fault}"));
        assert_eq!(town.slots.len() as i64, SLOTS, "the demo has too few priced places");
        city::close(ctx).await;
        // It keeps its people through the first of many ends.
        sandbox.kill();
        town
    }

    /// Starts the platform.
    pub fn serve(&self) -> Child {
        Child::start(&self.place, "serve", format!("{}/readyz", self.url))
    }

    /// Starts the partners.
    pub fn sandbox(&self) -> Child {
        Child::start(&self.place, "sandbox", self.ready.clone())
    }

    async fn people(&mut self, ctx: &Ctx) {
        let crowd = identity::demo::crowd(ctx, PEOPLE).await.expect("a crowd");
        let people: Vec<PersonId> = crowd.iter().map(|(person, _)| person.clone()).collect();
        identity::demo::give_pay_password(ctx, &people, PIN).await.expect("payment passwords");
        let key = key();
        for (number, (person, cookies)) in crowd.into_iter().enumerate() {
            let (session, device) = cookies.split_once("; ").expect("two cookies");
            let value = |cookie: &str| cookie.split_once('=').expect("name=value").1.to_owned();
            identity::demo::vouch(ctx, &value(session), &value(device), AGENT).await.expect("vouched for");
            // One key for all: what matters here is that each payment is confirmed by it.
            identity::demo::leave_key(ctx, &person, &value(device), key.public_key().as_ref()).await.expect("a key");
            let id_number = identity::demo::number_of(ctx, &person).await.expect("read").expect("somebody");
            let id_number = id_number.expose().to_owned();
            let balance_fen = BALANCES_FEN[number % BALANCES_FEN.len()];
            let insured = self.control.add_person(&id_number, NAME, balance_fen).await;
            let who = city::visitor(ctx, number, (person, cookies));
            self.payers.push(Payer { who, number: id_number, psn_no: insured.psn_no, balance_fen });
        }
    }
}

/// One data folder for both programs: the platform finds the channel's keys where the sandbox keeps them.
fn settings(db: &TestDb, folder: &Path, port: u16) -> Vec<(String, String)> {
    let mut settings = city::common_settings(db, folder, port);
    // What a device signs begins with it.
    settings.push(("RENSHE__PUBLIC_URL".to_owned(), format!("http://127.0.0.1:{port}")));
    settings.push(("RENSHE__SANDBOX__LISTEN".to_owned(), format!("127.0.0.1:{}", port + 1)));
    // Nobody but those who pay: a restart is quick.
    settings.push(("RENSHE__SANDBOX__PEOPLE".to_owned(), "0".to_owned()));
    settings
}
