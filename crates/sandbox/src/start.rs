//! Starting the sandbox: its database, its ports, the clock it left behind.

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use kernel::{Clock, Rng, ShiftedClock};
use platform::db::{Db, DbFault, DbSettings, MigrateError, Migration, Migrations, Target};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::control;
use crate::house::{House, Inner};
use crate::listen::{Cut, CuttableListener};
use crate::partner::serve;
use crate::sms::{Sms, SmsAccount};

/// How the sandbox is started.
#[derive(Clone)]
pub struct SandboxSettings {
    /// The control port; the SMS provider takes the next one. With port 0 both are any free port.
    pub listen: SocketAddr,
    /// The data folder; the database is `sandbox/sandbox.db` in it.
    pub data_dir: PathBuf,
    /// The clock to move. It is set to where the sandbox's clock stood last.
    pub clock: Arc<ShiftedClock>,
    /// Numbers of requests and texts.
    pub rng: Arc<dyn Rng>,
    /// The account that the SMS provider keeps.
    pub sms: SmsAccount,
    /// Lets it listen on an address that other machines reach. It has no passwords: only inside
    /// a network that is trusted.
    pub allow_remote: bool,
}

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is reachable by other machines and that was not allowed.
    #[error("the sandbox listens on this machine only, not on {0}; it has no passwords")]
    Remote(SocketAddr),
    /// The control port is the last there is.
    #[error("the sandbox needs a port and the next one; {0} has no next")]
    NoNextPort(SocketAddr),
    /// An address cannot be listened on.
    #[error("the sandbox cannot listen on {address}: {source}")]
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
    db: Db,
    servers: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts everything and answers once the ports are open.
    pub async fn start(settings: SandboxSettings) -> Result<Running, StartError> {
        if !settings.listen.ip().is_loopback() && !settings.allow_remote {
            return Err(StartError::Remote(settings.listen));
        }
        // Ports first: a second sandbox on the same folder then never touches the database.
        let control = bind(settings.listen).await?;
        let sms = bind(next(settings.listen)?).await?;
        let db = open(&settings).await?;
        let limits = settings.sms.limits;
        let shift_ms = db
            .write(control::store::lane(), "sandbox.start", move |tx| {
                control::store::first(tx, limits)?;
                control::store::clock_shift_ms(tx)
            })
            .await
            .map_err(StartError::Fault)?;
        settings.clock.set_shift_ms(shift_ms);

        let address = |listener: &TcpListener| {
            listener.local_addr().map_err(|source| StartError::Listen { address: settings.listen, source })
        };
        let (control_address, sms_address) = (address(&control)?, address(&sms)?);
        let house = House::new(Inner {
            db: db.clone(),
            clock: settings.clock,
            rng: settings.rng,
            sms: settings.sms,
            sms_address,
            allow_remote: settings.allow_remote,
        });
        let pages = axum::serve(control, control::routes(house.clone()));
        let provider = Router::new().fallback(any(serve::<Sms>)).with_state(house);
        let provider = axum::serve(CuttableListener(sms), provider.into_make_service_with_connect_info::<Cut>());
        let servers = vec![
            tokio::spawn(async { drop(pages.into_future().await) }),
            tokio::spawn(async { drop(provider.into_future().await) }),
        ];
        tracing::info!(control = %control_address, sms = %sms_address, shift_ms, "sandbox.started");
        Ok(Running { control: control_address, sms: sms_address, db, servers })
    }
}

impl Running {
    /// Takes no more connections and closes the database; what is queued there is finished.
    pub async fn stop(self) {
        self.servers.iter().for_each(JoinHandle::abort);
        let db = self.db.clone();
        // Closing waits for the database's threads, which must not hold up the runtime.
        drop(tokio::task::spawn_blocking(move || db.close()).await);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

fn next(address: SocketAddr) -> Result<SocketAddr, StartError> {
    let port = match address.port() {
        0 => 0,
        port => port.checked_add(1).ok_or(StartError::NoNextPort(address))?,
    };
    Ok(SocketAddr::new(address.ip(), port))
}

async fn open(settings: &SandboxSettings) -> Result<Db, StartError> {
    let folder = settings.data_dir.join("sandbox");
    std::fs::create_dir_all(&folder).map_err(|source| StartError::Folder { folder: folder.clone(), source })?;
    let target = Target::Sqlite(folder.join("sandbox.db"));
    let (schema_of, now) = (target.clone(), settings.clock.now());
    // Migrating blocks, so it has a thread of its own; a panic there ends the start as well.
    let migrated = tokio::task::spawn_blocking(move || migrations().apply(&schema_of, now)).await;
    migrated.map_err(|_| StartError::Fault(DbFault::Panicked))??;
    let mut db = DbSettings::new(target, "sandbox");
    db.readers = 2;
    Db::open(db).map_err(StartError::Open)
}

/// The sandbox's own list, apart from the platform's.
fn migrations() -> Migrations {
    Migrations::new(vec![Migration {
        version: 1,
        name: "sandbox".to_owned(),
        text: include_str!("../migrations/0001_sandbox.sql").to_owned(),
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_partner_takes_the_next_port() {
        let address = |port| SocketAddr::from(([127, 0, 0, 1], port));
        assert_eq!(next(address(8090)).unwrap(), address(8091));
        assert_eq!(next(address(0)).unwrap(), address(0));
        assert!(matches!(next(address(65_535)), Err(StartError::NoNextPort(_))));
    }
}
