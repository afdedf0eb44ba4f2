//! The real binary: from start to the first answer, and its memory idle and loaded.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load;
use crate::report::Report;

type Done = Result<(), Box<dyn Error>>;

/// Starts the demo twice: once to make its data, once to be measured.
pub fn run(report: &mut Report) -> Done {
    let folder = std::env::temp_dir().join(format!("renshe-bench-{}-process", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let first = Running::start(&folder)?;
    let fresh = first.answered()?;
    first.stop()?;
    let running = Running::start(&folder)?;
    let (child, addr) = (running.child.id(), running.addr);
    let again = running.answered()?;
    report.figure("start to first answer, data there", again.as_secs_f64() * 1000.0, "ms", "< 1000");
    report.figure("start to first answer, empty folder", fresh.as_secs_f64() * 1000.0, "ms", "—");
    std::thread::sleep(Duration::from_secs(3));
    report.figure("memory, idle", resident_mb(child)?, "MB", "≤ 80");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for path in ["/", "/hospitals", "/search?q=yk", "/login"] {
        runtime.block_on(load::repeat(addr, load::get(path, "", "zstd"), 64, Duration::from_secs(2)));
    }
    report.figure("memory, after page load on 64 connections", resident_mb(child)?, "MB", "≤ 80");
    running.stop()?;
    // Best effort: the figures are already taken.
    drop(std::fs::remove_dir_all(&folder));
    Ok(())
}

/// The program at work. It listens on any port and says which, so that nobody can take the port before it does.
struct Running {
    child: Child,
    addr: SocketAddr,
    begun: Instant,
    /// Open as long as it lives: what it says goes nowhere else.
    _out: BufReader<ChildStdout>,
}

impl Running {
    fn start(folder: &PathBuf) -> Result<Running, Box<dyn Error>> {
        let binary = std::env::current_exe()?
            .parent()
            .and_then(|examples| examples.parent())
            .ok_or("no target folder")?
            .join("renshe");
        let begun = Instant::now();
        let mut child = Command::new(binary)
            .env("RENSHE__DATA_DIR", folder)
            .env("RENSHE__LISTEN", "127.0.0.1:0")
            .env("RENSHE__SANDBOX__LISTEN", "127.0.0.1:0")
            .env("RENSHE__METRICS_LISTEN", "")
            .env("RENSHE__LOG__FILTER", "warn")
            .stdout(Stdio::piped())
            .spawn()?;
        let mut out = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        out.read_line(&mut line)?;
        let port = line.trim().rsplit(':').next().ok_or("no address")?.parse()?;
        Ok(Running { child, addr: SocketAddr::from(([127, 0, 0, 1], port)), begun, _out: out })
    }

    /// From its start to its first answer.
    fn answered(&self) -> Result<Duration, Box<dyn Error>> {
        let request = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        while self.begun.elapsed() < Duration::from_secs(60) {
            if let Ok(mut stream) = std::net::TcpStream::connect(self.addr) {
                let mut head = [0; 12];
                if stream.write_all(request).is_ok() && stream.read_exact(&mut head).is_ok() && &head[9..12] == b"200" {
                    return Ok(self.begun.elapsed());
                }
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err("no answer in a minute".into())
    }

    fn stop(mut self) -> Done {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

fn resident_mb(pid: u32) -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kb: f64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no VmRSS")?
        .parse()?;
    Ok(kb / 1024.0)
}
