//! Starting the sandbox: its database, its ports, the clock it left behind.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use kernel::ShiftedClock;
use platform::db::{Db, DbFault};
use platform::listen::{self, Greet, Plain, Rules};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::about::{Addresses, Page};
use crate::control;
use crate::data;
use crate::entry::{Desk, Entry, Opening};
use crate::house::{House, Inner, Office};
use crate::listen::Cuttable;
use crate::people::{self, FirstPerson};
use crate::registry::{self, ALL};
use crate::settings::store as settings_of;
use crate::setup::{SandboxSettings, StartError};
use crate::witness::{self, WitnessKey};

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
    kept: Arc<dyn Any + Send + Sync>,
}

/// The sandbox at work. It ends when this is dropped.
pub struct Running {
    /// Where the pages and the control API are.
    pub control: SocketAddr,
    /// Every partner, in the order of the front page.
    pub partners: Vec<At>,
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
        let unknown = |name: &&&str| ALL.iter().all(|entry| entry.name() != **name);
        if let Some(name) = settings.accounts.keys().find(unknown) {
            return Err(StartError::NoPartner { name: (*name).to_owned(), known: registry::names() });
        }
        // The ports are bound first, so that a second sandbox on the same folder never touches the database.
        let doors = Doors::open(settings.listen).await?;
        let addresses = doors.addresses()?;
        let db = data::open(&settings).await?;
        resume(&db, &settings.clock).await?;
        let house = house(&settings, db, addresses);
        let opening = Opening { house: &house, settings: &settings };
        let mut desks = Vec::new();
        for entry in ALL {
            desks.push((entry, (entry.open)(&opening).await?));
        }
        let witness = witness_key(&settings)?;
        let filling = populate(&house.db, settings.first, settings.seed, settings.people).await?;
        let running = Running::of(&house, &desks, &witness, filling);
        Ok(running.serving(doors, &house, desks, witness))
    }
}

/// What all parts share.
fn house(settings: &SandboxSettings, db: Db, addresses: Addresses) -> House {
    let pages = std::iter::once(people::PAGE).chain(ALL.iter().filter_map(|entry| entry.page));
    House::new(Inner {
        db,
        clock: Arc::clone(&settings.clock),
        rng: Arc::clone(&settings.rng),
        seed: settings.seed,
        partners: ALL.iter().map(|entry| entry.about).collect(),
        pages: pages.collect::<Vec<Page>>(),
        addresses,
        allow_remote: settings.allow_remote,
    })
}

/// The clock as it was left.
async fn resume(db: &Db, clock: &ShiftedClock) -> Result<(), StartError> {
    let (shift_ms, jumps) = db
        .write(settings_of::lane(), "sandbox.start", |tx| {
            settings_of::first_clock(tx)?;
            settings_of::clock(tx)
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
        for entry in ALL {
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

    /// Answers every port, and has partners work by themselves.
    fn serve(self, house: &House, desks: Vec<(&'static Entry, Desk)>, witness: Router) -> Vec<JoinHandle<()>> {
        let (mut others, mut fronts, mut servers) = (witness, Vec::new(), Vec::new());
        for ((_, listener), (_, desk)) in self.partners.into_iter().zip(desks) {
            others = others.merge(desk.control);
            fronts.extend(desk.front);
            servers.push(answer(listener, Cuttable, desk.routes));
            servers.extend(desk.tasks.into_iter().map(tokio::spawn));
        }
        servers.push(answer(self.control, Plain, control::routes(house, others, fronts)));
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
    fn of(
        house: &House,
        desks: &[(&'static Entry, Desk)],
        witness: &WitnessKey,
        filling: JoinHandle<Result<(), DbFault>>,
    ) -> Running {
        Running {
            control: house.addresses.control,
            partners: desks.iter().filter_map(|(entry, desk)| at(house, entry, desk)).collect(),
            witness_key: witness.public(),
            db: house.db.clone(),
            servers: Vec::new(),
            filling,
            filled: false,
        }
    }

    /// The same, from here on answering and working.
    fn serving(
        mut self,
        doors: Doors,
        house: &House,
        desks: Vec<(&'static Entry, Desk)>,
        witness: WitnessKey,
    ) -> Running {
        self.servers = doors.serve(house, desks, witness::routes(Office::new(house, witness)));
        self.servers.push(tokio::spawn(crate::forget::run(house.clone())));
        let (addresses, shift_ms) = (&house.addresses, house.clock.shift_ms());
        tracing::info!(control = %addresses.control, partners = ?addresses.partners, shift_ms, "sandbox.started");
        self
    }

    /// What a partner keeps for us, as its own type, for whoever plays along with it ([`crate::WechatPayAccount`]);
    /// nothing: none keeps this.
    pub fn kept<T: 'static>(&self) -> Option<&T> {
        self.partners.iter().find_map(|partner| partner.kept.downcast_ref::<T>())
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
fn at(house: &House, entry: &Entry, desk: &Desk) -> Option<At> {
    Some(At {
        name: entry.name(),
        title: entry.about.title_en,
        address: house.addresses.of(entry.name())?,
        page: entry.page.map(|page| page.path),
        account: desk.account.clone(),
        kept: Arc::clone(&desk.kept),
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
        port => {
            port.checked_add(places).ok_or_else(|| StartError::NoNextPort { address, last: registry::last_port() })?
        }
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
        assert!(
            refused.to_string().contains(&format!("a port and the {} after it", registry::last_port())),
            "{refused}"
        );
    }
}
