//! The real binary, in a data folder of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder for one program's data; removed when dropped.
pub struct Home(PathBuf);

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Home {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let name = format!("renshe-home-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        Home(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A file in the folder above the data, for configurations.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    /// The program, told to keep its data here and to listen on any port.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_renshe"));
        command
            .args(words)
            .env_clear()
            .env("RENSHE__DATA_DIR", self.0.join("data"))
            .env("RENSHE__LISTEN", "127.0.0.1:0")
            .env("RENSHE__METRICS_LISTEN", "")
            .env("RENSHE__SANDBOX__LISTEN", "127.0.0.1:0")
            .env("RENSHE__LOG__FILTER", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The same in a shell that bounds its open files first: `-S -n 256` for the soft limit, `-n 256` for both.
    pub fn command_with_files(&self, ulimit: &str, settings: &[(&str, &str)]) -> Command {
        let inner = self.command(&[]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit {ulimit} && exec \"$0\""), env!("CARGO_BIN_EXE_renshe")]).env_clear();
        for (name, value) in inner.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.envs(settings.iter().map(|(name, value)| (format!("RENSHE__{name}"), (*value).to_owned())));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, words: &[&str]) -> Ended {
        ended(self.command(words))
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub fn good(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert_eq!(ended.code, 0, "{words:?}: {} {}", ended.out, ended.err);
        ended.out
    }
}

impl Default for Home {
    fn default() -> Home {
        Home::new()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // Best effort: a test that passed must not fail on tidying up.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// Runs a command to its end.
pub fn ended(mut command: Command) -> Ended {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// Runs a command with something on its standard input.
pub fn ended_with(mut command: Command, input: &str) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("read");
    let output = child.wait_with_output().expect("ended");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ended { code: output.status.code().unwrap_or(-1), out: text(&output.stdout), err: text(&output.stderr) }
}

/// A program that serves; killed when dropped.
pub struct Serving {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    /// The first address it printed.
    pub url: String,
}

impl Serving {
    /// Starts it and waits for the line with its address, which comes when it answers.
    pub fn start(command: Command) -> Serving {
        Serving::start_logging(command, Stdio::inherit())
    }

    /// The same, with its log going somewhere.
    pub fn start_logging(mut command: Command, log: impl Into<Stdio>) -> Serving {
        let mut child = command.stderr(log).spawn().expect("the program runs");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("a line");
        let url = line.trim().to_owned();
        let serving = Serving { child, out, url };
        assert!(serving.url.starts_with("http"), "the first line is an address: {line:?}");
        serving
    }

    /// The next line it prints that is an address.
    pub fn next_address(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert!(self.out.read_line(&mut line).expect("a line") > 0, "it ended without another address");
            if line.starts_with("http") {
                return line.trim().to_owned();
            }
        }
    }

    /// The memory that it holds, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        line.trim().trim_end_matches("kB").trim().parse().expect("a number")
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("it runs").count()
    }

    /// Asks it to end and does not wait.
    pub fn ask_to_stop(&self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(told.success());
    }

    /// Asks it to end, as a service manager does, and returns its code and what else it printed.
    pub fn stop(mut self) -> (i32, String) {
        self.ask_to_stop();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("text");
        (self.child.wait().expect("ended").code().unwrap_or(-1), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
