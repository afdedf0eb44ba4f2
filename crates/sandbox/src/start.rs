//! Starting the sandbox: its database, its ports, the clock it left behind.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use kernel::{Rng, ShiftedClock};
use platform::db::{Db, DbFault, MigrateError};
use platform::listen::{self, Greet, Plain, Rules};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::control;
use crate::data;
use crate::house::{House, Inner};
use crate::listen::Cuttable;
use crate::people::{self, FirstPerson};
use crate::registry::{self, ALL, Addresses, Entry, Opening, Rooms};
use crate::wechat_pay::keys::WechatPayAccount;
use crate::witness::WitnessKey;

/// How many people are drawn by default.
pub const PEOPLE: usize = 5_000;

/// How the sandbox is started.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The control port; the partners take ports after it, each its own (`PARTNER` in `wire`). With port 0 all are any
    /// free port.
    pub listen: SocketAddr,
    /// The data folder; the database is `sandbox/sandbox.db` in it.
    pub data_dir: PathBuf,
    /// The clock to move. It is set to the time at which the sandbox's clock stood last.
    pub clock: Arc<ShiftedClock>,
    /// Numbers of requests and texts.
    pub rng: Arc<dyn Rng>,
    /// The account that each partner keeps for us, by the partner's name: what is left out is the demo's.
    pub accounts: BTreeMap<&'static str, Value>,
    /// Where the keys of WeChat Pay are, made there if there are none; nothing: `sandbox/wechat_pay` in the data folder.
    pub wechat_pay_keys: Option<PathBuf>,
    /// How many people are drawn, beside the named ones.
    pub people: usize,
    /// People with a name and a number, there before the ports answer.
    pub first: Vec<FirstPerson>,
    /// The seed from which the city is drawn: the same seed gives the same people.
    pub seed: u64,
    /// Lets it listen on an address that other machines can reach. It has no passwords, so this is only for a trusted
    /// network.
    pub allow_remote: bool,
}

impl SandboxSettings {
    /// The demo's sandbox: its accounts, a city of [`PEOPLE`] drawn from seed 1, nobody named.
    pub fn demo(listen: SocketAddr, data_dir: PathBuf, clock: Arc<ShiftedClock>, rng: Arc<dyn Rng>) -> SandboxSettings {
        SandboxSettings {
            listen,
            data_dir,
            clock,
            rng,
            accounts: BTreeMap::new(),
            wechat_pay_keys: None,
            people: PEOPLE,
            first: Vec::new(),
            seed: 1,
            allow_remote: false,
        }
    }
}

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is reachable by other machines and that was not allowed.
    #[error("the sandbox listens on this machine only, not on {0}; it has no passwords")]
    Remote(SocketAddr),
    /// The control port is too near the last there is.
    #[error("the sandbox needs a port and the {last} after it; {0} has too few after it", last = registry::last_port())]
    NoNextPort(SocketAddr),
    /// A partner of this name is not played.
    #[error("no partner «{0}»; known: {names}", names = registry::names())]
    NoPartner(String),
    /// The account is not one that the partner can keep.
    #[error("the account at the sandbox's partner «{name}»: {why}")]
    Account {
        /// The partner.
        name: &'static str,
        /// What is wrong.
        why: String,
    },
    /// An address cannot be listened on.
    #[error(
        "the sandbox cannot listen on {address}: {source}. Choose another address with `sandbox.listen` or RENSHE__SANDBOX__LISTEN; the partners' ports follow it"
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why: most often another process has it.
        source: io::Error,
    },
    /// The folder cannot be made.
    #[error("the sandbox cannot use the folder {folder}: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database's threads cannot be started.
    #[error("the sandbox's database cannot be opened: {0}")]
    Open(io::Error),
    /// The database is not one this program can use.
    #[error("the sandbox's database: {0}")]
    Schema(#[from] MigrateError),
    /// The database failed.
    #[error("the sandbox's database: {0}")]
    Fault(#[from] DbFault),
}

/// Every partner as a server.
#[derive(Debug)]
pub struct Sandbox;

/// A partner at work.
#[derive(Clone)]
pub struct At {
    /// Its name in the configuration and in rules of faults.
    pub name: &'static str,
    /// Its name for people, in English.
    pub title: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    /// The path of its page at the control port, if it has one.
    pub page: Option<&'static str>,
    /// All that somebody who is to use it must know beside the address, with secrets: an object.
    pub account: Value,
}

/// The sandbox at work. It ends when this is dropped.
pub struct Running {
    /// Where the pages and the control API are.
    pub control: SocketAddr,
    /// Every partner, in the order of the front page.
    pub partners: Vec<At>,
    /// Where the SMS provider is.
    pub sms: SocketAddr,
    /// Where the face-check provider is.
    pub face: SocketAddr,
    /// Where the insurer is.
    pub insurer: SocketAddr,
    /// Where the card system is.
    pub cards: SocketAddr,
    /// Where WeChat Pay is.
    pub wechat_pay: SocketAddr,
    /// The merchant's account there.
    pub wechat: WechatPayAccount,
    /// The public key of the audit's witness, in base64; it answers under `/witness` at the control port.
    pub witness_key: String,
    db: Db,
    servers: Vec<JoinHandle<()>>,
    filling: JoinHandle<Result<(), DbFault>>,
    filled: bool,
}

impl Sandbox {
    /// Starts everything and answers once the ports are open and the named people are in; the
    /// drawn ones come in behind.
    pub async fn start(settings: SandboxSettings) -> Result<Running, StartError> {
        if !settings.listen.ip().is_loopback() && !settings.allow_remote {
            return Err(StartError::Remote(settings.listen));
        }
        if let Some(name) = settings.accounts.keys().find(|name| registry::named(name).is_none()) {
            return Err(StartError::NoPartner((*name).to_owned()));
        }
        // The ports are bound first, so that a second sandbox on the same folder never touches the database.
        let doors = Doors::open(settings.listen).await?;
        let addresses = doors.addresses()?;
        let db = data::open(&settings).await?;
        resume(&db, &settings.clock).await?;
        let rooms = Rooms::open(&Opening { db: &db, settings: &settings, addresses: &addresses }).await?;
        let witness = witness_key(&settings)?;
        let filling = populate(&db, settings.first, settings.seed, settings.people).await?;
        let house = House::new(Inner {
            db,
            clock: settings.clock,
            rng: settings.rng,
            seed: settings.seed,
            rooms,
            witness,
            addresses,
            allow_remote: settings.allow_remote,
        });
        let running = Running::of(&house, filling)?;
        Ok(running.serving(doors, &house))
    }
}

/// The clock as it was left.
async fn resume(db: &Db, clock: &ShiftedClock) -> Result<(), StartError> {
    let (shift_ms, jumps) = db
        .write(control::store::lane(), "sandbox.start", |tx| {
            control::store::first_clock(tx)?;
            control::store::clock(tx)
        })
        .await
        .map_err(StartError::Fault)?;
    clock.resume(shift_ms, jumps);
    Ok(())
}

/// Lets the named people in, and the drawn ones after them.
async fn populate(
    db: &Db,
    named: Vec<FirstPerson>,
    seed: u64,
    people: usize,
) -> Result<JoinHandle<Result<(), DbFault>>, StartError> {
    people::welcome(db, named, seed).await?;
    Ok(fill(db, seed, people))
}

/// Draws the city's people behind the open ports.
fn fill(db: &Db, seed: u64, people: usize) -> JoinHandle<Result<(), DbFault>> {
    let db = db.clone();
    tokio::spawn(async move {
        let done = people::fill(&db, seed, people).await;
        if let Err(fault) = &done {
            tracing::error!(%fault, "sandbox.people.not_filled");
        }
        done
    })
}

/// The ports, bound and not yet answered.
struct Doors {
    control: TcpListener,
    partners: Vec<(&'static Entry, TcpListener)>,
}

impl Doors {
    async fn open(listen: SocketAddr) -> Result<Doors, StartError> {
        let control = bind(listen).await?;
        let mut partners = Vec::new();
        for entry in &ALL {
            partners.push((entry, bind(after(listen, entry.about.place.port)?).await?));
        }
        Ok(Doors { control, partners })
    }

    fn addresses(&self) -> Result<Addresses, StartError> {
        let address = |listener: &TcpListener| {
            listener.local_addr().map_err(|source| unheard(SocketAddr::from(([127, 0, 0, 1], 0)), source))
        };
        let partners = self.partners.iter().map(|(entry, listener)| Ok((entry.name(), address(listener)?)));
        Ok(Addresses { control: address(&self.control)?, partners: partners.collect::<Result<_, StartError>>()? })
    }

    fn serve(self, house: &House) -> Vec<JoinHandle<()>> {
        let mut servers = vec![answer(self.control, Plain, control::routes(house.clone()))];
        for (entry, listener) in self.partners {
            servers.push(answer(listener, Cuttable, (entry.routes)(house)));
        }
        servers
    }
}

/// Answers a port until the task is aborted.
fn answer<G: Greet>(listener: TcpListener, greet: G, routes: Router) -> JoinHandle<()> {
    tokio::spawn(async {
        listen::serve(listener, greet, routes, Rules::inside("sandbox"), std::future::pending()).await;
    })
}

impl Running {
    /// What is told of a house that is ready; nothing is answered yet.
    fn of(house: &House, filling: JoinHandle<Result<(), DbFault>>) -> Result<Running, StartError> {
        let address = |partner: wire::partner::Partner| {
            house.addresses.of(partner.name).ok_or_else(|| StartError::NoPartner(partner.name.to_owned()))
        };
        Ok(Running {
            control: house.addresses.control,
            partners: ALL.iter().filter_map(|entry| at(house, entry)).collect(),
            sms: address(wire::aliyun_sms::PARTNER)?,
            face: address(wire::aliyun_cloudauth::PARTNER)?,
            insurer: address(wire::insurer::PARTNER)?,
            cards: address(wire::card_system::PARTNER)?,
            wechat_pay: address(wire::wechat_pay::PARTNER)?,
            wechat: house.rooms.wechat_pay.account.clone(),
            witness_key: house.witness.public(),
            db: house.db.clone(),
            servers: Vec::new(),
            filling,
            filled: false,
        })
    }

    /// The same, from here on answering and working.
    fn serving(mut self, doors: Doors, house: &House) -> Running {
        self.servers = doors.serve(house);
        self.servers.extend(ALL.iter().flat_map(|entry| (entry.tasks)(house)));
        self.servers.push(tokio::spawn(crate::forget::run(house.clone())));
        let (addresses, shift_ms) = (&house.addresses, house.clock.shift_ms());
        tracing::info!(control = %addresses.control, partners = ?addresses.partners, shift_ms, "sandbox.started");
        self
    }

    /// Where the partner of a name listens; nothing: there is no such partner.
    pub fn at(&self, name: &str) -> Option<SocketAddr> {
        self.partners.iter().find(|partner| partner.name == name).map(|partner| partner.address)
    }

    /// Waits until the drawn people are in the database; true if all of them are.
    pub async fn peopled(&mut self) -> bool {
        if self.filling.is_finished() && self.filled {
            return true;
        }
        self.filled = matches!((&mut self.filling).await, Ok(Ok(())));
        self.filled
    }

    /// Takes no more connections and closes the database; what is queued there is finished.
    pub async fn stop(self) {
        self.end();
        let db = self.db.clone();
        // Closing waits for the database's threads, which must not hold up the runtime.
        drop(tokio::task::spawn_blocking(move || db.close()).await);
    }

    fn end(&self) {
        self.filling.abort();
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// What is told of a partner; nothing where it has no port.
fn at(house: &House, entry: &Entry) -> Option<At> {
    Some(At {
        name: entry.name(),
        title: entry.about.title_en,
        address: house.addresses.of(entry.name())?,
        page: entry.page.map(|page| page.path),
        account: (entry.account)(house),
    })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| unheard(address, source))
}

fn unheard(address: SocketAddr, source: io::Error) -> StartError {
    StartError::Listen { address, source }
}

/// The port so many after the control port; any port where that is any.
fn after(address: SocketAddr, places: u16) -> Result<SocketAddr, StartError> {
    let port = match address.port() {
        0 => 0,
        port => port.checked_add(places).ok_or(StartError::NoNextPort(address))?,
    };
    Ok(SocketAddr::new(address.ip(), port))
}

/// The witness's key, made at the first start.
fn witness_key(settings: &SandboxSettings) -> Result<WitnessKey, StartError> {
    let folder = settings.data_dir.join("sandbox");
    WitnessKey::in_folder(&folder, settings.rng.as_ref()).map_err(|source| StartError::Folder { folder, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partners_take_ports_after_the_control_port() {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(after(address(8081), 1).unwrap(), address(8082));
        assert_eq!(after(address(8081), 5).unwrap(), address(8086));
        assert_eq!(after(address(0), 3).unwrap(), address(0));
        let refused = after(address(65_533), 3).err().unwrap();
        assert!(refused.to_string().contains("a port and the 6 after it"), "{refused}");
    }
}
