//! How the sandbox is started, and why it is not.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Rng, ShiftedClock};
use platform::db::{DbFault, MigrateError};
use serde_json::Value;

use crate::people::FirstPerson;

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
    #[error("the sandbox needs a port and the {last} after it; {address} has too few after it")]
    NoNextPort {
        /// The control port.
        address: SocketAddr,
        /// How many ports after it the last partner's is.
        last: u16,
    },
    /// A partner of this name is not played.
    #[error("no partner «{name}»; known: {known}")]
    NoPartner {
        /// The name.
        name: String,
        /// Those that are played.
        known: String,
    },
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
