//! The program as child processes: started, asked whether they are ready, killed.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_renshe");
/// Generous: two storms' worth of neighbours may be at work on the same machine.
const READY_WITHIN: Duration = Duration::from_secs(60);

/// Where programs run: their folder, and how they are told.
#[derive(Debug)]
pub struct Place {
    pub folder: PathBuf,
    /// The programs' settings.
    pub env: Vec<(String, String)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        // Best effort; a failed storm keeps its folder for who looks into it.
        if !std::thread::panicking() {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

/// A running program; killed at the latest when dropped.
pub struct Child {
    process: std::process::Child,
    /// Answers with success when it serves.
    ready: String,
    log: PathBuf,
}

impl Child {
    /// Starts one of the program's commands that serve.
    pub fn start(place: &Place, word: &str, ready: String) -> Child {
        let log = place.folder.join(format!("{word}.log"));
        let process = command(place, &[word])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(append(&log))
            .spawn()
            .expect("the program starts");
        Child { process, ready, log }
    }

    /// Returns when it serves.
    pub async fn ready(&mut self) {
        let (begun, client) = (Instant::now(), reqwest::Client::new());
        loop {
            let answer = client.get(&self.ready).send().await;
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
pub fn run(place: &Place, words: &[&str]) -> Output {
    command(place, words).stdin(Stdio::null()).output().expect("the program runs")
}

fn command(place: &Place, words: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(words).env_remove("RENSHE_CONFIG").envs(place.env.iter().cloned()).current_dir(&place.folder);
    command
}

fn append(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).expect("a log file")
}
