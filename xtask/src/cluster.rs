//! A private PostgreSQL cluster: its own folder, a free port of loopback, gone with this process.
//!
//! PostgreSQL refuses to run as root, so root runs it as the user `postgres`. A small shell script
//! (`keeper.sh`) holds it, and ends it when the pipe from this process closes: no signal handler,
//! and nothing is left behind even after a kill -9.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::tools;

const KEEPER: &str = include_str!("keeper.sh");

/// A running cluster; stopped and removed when dropped.
pub struct Cluster {
    keeper: Child,
    port: u16,
    /// Shows others who look for a port that this one's pair is taken.
    _held: TcpListener,
}

/// Pairs of ports, beneath those that the system gives to whoever connects: the server's, and one that is held for it.
const FIRST: u16 = 14_000;
const PAIRS: u64 = 2_500;
/// Somebody else may listen where we look; then another is tried.
const TRIES: usize = 5;

impl Cluster {
    /// Makes and starts a cluster with the programs in `bin` (the folder that holds `initdb`).
    ///
    /// `durable` decides `fsync`: on for tests that kill processes, off where only speed counts.
    ///
    /// # Errors
    /// A sentence, when no port is free, the programs cannot be run or the server does not answer.
    pub fn start(bin: &Path, durable: bool) -> Result<Cluster, String> {
        let mut last = String::new();
        for _ in 0..TRIES {
            match Cluster::start_once(bin, durable) {
                Ok(cluster) => return Ok(cluster),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    fn start_once(bin: &Path, durable: bool) -> Result<Cluster, String> {
        let (port, held) = free_port()?;
        let mut command = if tools::is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut keeper = command
            .args(["-c", KEEPER, "keeper"])
            .arg(bin)
            .arg(port.to_string())
            .arg(if durable { "on" } else { "off" })
            // The caller's folder may be closed to the user `postgres`.
            .current_dir("/")
            // Its own group: Ctrl-C must reach the tests, not the database under them.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("PostgreSQL could not be started: {e}"))?;
        let mut said = String::new();
        if let Some(out) = keeper.stdout.take() {
            BufReader::new(out).read_line(&mut said).map_err(|e| e.to_string())?;
        }
        // Built first, so that a keeper that failed is waited for too.
        let cluster = Cluster { keeper, port, _held: held };
        match said.trim() {
            "ready" => Ok(cluster),
            _ => Err("the private PostgreSQL did not start; its log is above".to_string()),
        }
    }

    /// The address of its maintenance database, as `RENSHE_TEST_PG` wants it.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Closing the pipe is the order to stop; there is nobody to tell if waiting fails.
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// A free port of loopback, and what holds it against others who look for one.
fn free_port() -> Result<(u16, TcpListener), String> {
    let listen = |port: u16| TcpListener::bind(("127.0.0.1", port));
    let drawn = || RandomState::new().build_hasher().finish() % PAIRS;
    let found = (0..1_000).find_map(|_| {
        let port = FIRST + 2 * u16::try_from(drawn()).ok()?;
        let held = listen(port + 1).ok()?;
        listen(port).is_ok().then_some((port, held))
    });
    found.ok_or_else(|| "no free port".to_owned())
}
