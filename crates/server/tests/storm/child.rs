//! The program as a child process: started, asked whether it is ready, killed.

use std::fs::{File, OpenOptions};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::city::City;

const BINARY: &str = env!("CARGO_BIN_EXE_renshe");
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running `renshe serve`; killed at the latest when dropped.
pub struct Child {
    process: std::process::Child,
    url: String,
    log: PathBuf,
}

impl Child {
    pub fn start(city: &City) -> Child {
        let log = city.folder.join("log");
        let process = command(city, &["serve"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(append(&log))
            .spawn()
            .expect("the program starts");
        Child { process, url: city.url.clone(), log }
    }

    /// Returns when it serves.
    pub async fn ready(&mut self) {
        let (begun, client) = (Instant::now(), reqwest::Client::new());
        loop {
            let answer = client.get(format!("{}/readyz", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            let ended = self.process.try_wait().expect("asked");
            let log = || std::fs::read_to_string(&self.log).unwrap_or_default();
            assert!(ended.is_none(), "the program ended by itself ({ended:?}):\n{}", log());
            assert!(begun.elapsed() < READY_WITHIN, "the program does not get ready:\n{}", log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have been killed already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Runs one of the program's commands to its end.
pub fn run(city: &City, words: &[&str]) -> Output {
    command(city, words).stdin(Stdio::null()).output().expect("the program runs")
}

fn command(city: &City, words: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(words).env_remove("RENSHE_CONFIG").envs(city.env.iter().cloned()).current_dir(&city.folder);
    command
}

fn append(path: &PathBuf) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("a log file")
}
