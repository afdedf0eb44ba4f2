//! Starting the sandbox: its database, its ports, the clock it left behind.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use kernel::{Rng, ShiftedClock};
use platform::db::{Db, DbFault, MigrateError};
use platform::listen::{self, Greet, Plain, Rules};
use platform::private;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::accounts::{CardsAccount, FaceAccount, InsurerAccount};
use crate::cards::Cards;
use crate::control;
use crate::data;
use crate::face;
use crate::house::{Addresses, House, Inner};
use crate::insurer::{self, Dialect, Insurer, Spoken};
use crate::listen::Cuttable;
use crate::partner::{Partner, serve};
use crate::people::{self, FirstPerson};
use crate::sms::{Sms, SmsAccount};
use crate::wechat_pay::keys::{self, WechatPayAccount};
use crate::wechat_pay::seal::Seals;
use crate::witness::WitnessKey;

/// How many people are drawn by default.
pub const PEOPLE: usize = 5_000;

/// Ports after the control port's. The one between is where the platform tells its metrics.
const SMS: u16 = 1;
const FACE: u16 = 3;
const INSURER: u16 = 4;
const CARDS: u16 = 5;
const WECHAT_PAY: u16 = 6;

/// How the sandbox is started.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The control port; the partners take ports after it: SMS the first, face checks the third,
    /// the insurer the fourth, the card system the fifth, WeChat Pay the sixth. With port 0 all are any free port.
    pub listen: SocketAddr,
    /// The data folder; the database is `sandbox/sandbox.db` in it.
    pub data_dir: PathBuf,
    /// The clock to move. It is set to the time at which the sandbox's clock stood last.
    pub clock: Arc<ShiftedClock>,
    /// Numbers of requests and texts.
    pub rng: Arc<dyn Rng>,
    /// The account that the SMS provider keeps.
    pub sms: SmsAccount,
    /// The account that the face-check provider keeps.
    pub face: FaceAccount,
    /// The account that the insurer keeps.
    pub insurer: InsurerAccount,
    /// The account that the card system keeps.
    pub cards: CardsAccount,
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
            sms: SmsAccount::default(),
            face: FaceAccount::default(),
            insurer: InsurerAccount::default(),
            cards: CardsAccount::default(),
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
    #[error("the sandbox needs a port and the six after it; {0} has too few after it")]
    NoNextPort(SocketAddr),
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

/// The sandbox at work. It ends when this is dropped.
pub struct Running {
    /// Where the pages and the control API are.
    pub control: SocketAddr,
    /// Where the SMS provider is.
    pub sms: SocketAddr,
    /// Where the face-check provider is.
    pub face: SocketAddr,
    /// Where the insurer is.
    pub insurer: SocketAddr,
    /// How it spoke when it began.
    pub insurer_dialect: Dialect,
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
        // The ports are bound first, so that a second sandbox on the same folder never touches the database.
        let doors = Doors::open(settings.listen).await?;
        let db = data::open(&settings).await?;
        let (limits, dialect) = (settings.sms.limits, settings.insurer.dialect);
        let ((shift_ms, jumps), dialect) = db
            .write(control::store::lane(), "sandbox.start", move |tx| {
                control::store::first(tx, limits)?;
                Ok((control::store::clock(tx)?, insurer::begin(tx, dialect)?))
            })
            .await
            .map_err(StartError::Fault)?;
        settings.clock.resume(shift_ms, jumps);
        let (wechat_pay, wechat_seals) = wechat_pay(&settings).await?;
        let witness = witness_key(&settings)?;
        let filling = populate(&db, settings.first, settings.seed, settings.people).await?;
        let addresses = doors.addresses()?;
        let control = doors.control.local_addr().map_err(|source| unheard(settings.listen, source))?;
        let house = House::new(Inner {
            db: db.clone(),
            clock: settings.clock,
            rng: settings.rng,
            seed: settings.seed,
            sms: settings.sms,
            face: settings.face,
            insurer: settings.insurer,
            insurer_speaks: Spoken::new(dialect),
            cards: settings.cards,
            wechat_pay: wechat_pay.clone(),
            wechat_seals,
            witness,
            wechat_standing: crate::wechat_pay::account::load(&db).await.map_err(StartError::Fault)?,
            wechat_refunds: tokio::sync::Mutex::default(),
            addresses,
            allow_remote: settings.allow_remote,
        });
        let mut servers = doors.serve(&house);
        let (notices, wiping) = (crate::wechat_pay::notify::run(house.clone()), crate::forget::run(house.clone()));
        servers.extend([tokio::spawn(notices), tokio::spawn(wiping)]);
        tracing::info!(%control, ?addresses, shift_ms, "sandbox.started");
        let Addresses { sms, face, insurer, cards, wechat_pay: channel, .. } = addresses;
        Ok(Running {
            control,
            sms,
            face,
            insurer,
            insurer_dialect: dialect,
            cards,
            wechat_pay: channel,
            wechat: wechat_pay,
            witness_key: house.witness.public(),
            db,
            servers,
            filling,
            filled: false,
        })
    }
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
    sms: TcpListener,
    face: TcpListener,
    insurer: TcpListener,
    cards: TcpListener,
    wechat_pay: TcpListener,
}

impl Doors {
    async fn open(listen: SocketAddr) -> Result<Doors, StartError> {
        Ok(Doors {
            control: bind(listen).await?,
            sms: bind(after(listen, SMS)?).await?,
            face: bind(after(listen, FACE)?).await?,
            insurer: bind(after(listen, INSURER)?).await?,
            cards: bind(after(listen, CARDS)?).await?,
            wechat_pay: bind(after(listen, WECHAT_PAY)?).await?,
        })
    }

    fn addresses(&self) -> Result<Addresses, StartError> {
        let address = |listener: &TcpListener| {
            listener.local_addr().map_err(|source| unheard(SocketAddr::from(([127, 0, 0, 1], 0)), source))
        };
        Ok(Addresses {
            sms: address(&self.sms)?,
            face: address(&self.face)?,
            insurer: address(&self.insurer)?,
            cards: address(&self.cards)?,
            wechat_pay: address(&self.wechat_pay)?,
            control: address(&self.control)?,
        })
    }

    fn serve(self, house: &House) -> Vec<JoinHandle<()>> {
        vec![
            answer(self.control, Plain, control::routes(house.clone())),
            answer(self.sms, Cuttable, routes::<Sms>(house)),
            answer(self.face, Cuttable, face::routes(house)),
            answer(self.insurer, Cuttable, routes::<Insurer>(house)),
            answer(self.cards, Cuttable, routes::<Cards>(house)),
            answer(self.wechat_pay, Cuttable, crate::wechat_pay::routes(house)),
        ]
    }
}

/// Every path of a partner that is asked by servers only.
fn routes<P: Partner>(house: &House) -> Router {
    Router::new().fallback(any(serve::<P>)).with_state(house.clone())
}

/// Answers a port until the task is aborted.
fn answer<G: Greet>(listener: TcpListener, greet: G, routes: Router) -> JoinHandle<()> {
    tokio::spawn(async {
        listen::serve(listener, greet, routes, Rules::inside("sandbox"), std::future::pending()).await;
    })
}

impl Running {
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

/// The keys of WeChat Pay. They are made at the first start on a thread of their own, because that takes a while.
async fn wechat_pay(settings: &SandboxSettings) -> Result<(WechatPayAccount, Seals), StartError> {
    let folder =
        settings.wechat_pay_keys.clone().unwrap_or_else(|| settings.data_dir.join("sandbox").join("wechat_pay"));
    let at = folder.clone();
    let made = tokio::task::spawn_blocking(move || {
        if let Some(above) = folder.parent() {
            private::make(above)?;
        }
        let account = keys::account_in(&folder)?;
        let seals = Seals::read(&account)?;
        Ok((account, seals))
    });
    let made = made.await.map_err(|_| StartError::Fault(DbFault::Panicked))?;
    made.map_err(|source| StartError::Folder { folder: at, source })
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
        assert_eq!(after(address(8081), SMS).unwrap(), address(8082));
        assert_eq!(after(address(8081), CARDS).unwrap(), address(8086));
        assert_eq!(after(address(0), FACE).unwrap(), address(0));
        assert!(matches!(after(address(65_533), FACE), Err(StartError::NoNextPort(_))));
    }
}
