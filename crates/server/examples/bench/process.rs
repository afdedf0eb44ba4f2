//! The real binary: from start to the first answer, and its memory idle and loaded.

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load;
use crate::report::Report;

type Done = Result<(), Box<dyn Error>>;

/// Starts the demo twice: once to make its data, once to be measured.
pub fn run(report: &mut Report) -> Done {
    let folder = std::env::temp_dir().join(format!("renshe-bench-{}-process", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (mut first, addr) = start(&folder)?;
    let fresh = answered(addr)?;
    stop(&mut first)?;
    let (mut child, addr) = start(&folder)?;
    let again = answered(addr)?;
    report.figure("start to first answer, data there", again.as_secs_f64() * 1000.0, "ms", "< 1000");
    report.figure("start to first answer, empty folder", fresh.as_secs_f64() * 1000.0, "ms", "—");
    std::thread::sleep(Duration::from_secs(3));
    report.figure("memory, idle", resident_mb(child.id())?, "MB", "≤ 80");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for path in ["/", "/hospitals", "/search?q=yk", "/login"] {
        runtime.block_on(load::repeat(addr, load::get(path, "", "zstd"), 64, Duration::from_secs(2)));
    }
    report.figure("memory, after page load on 64 connections", resident_mb(child.id())?, "MB", "≤ 80");
    stop(&mut child)?;
    // Best effort: the figures are already taken.
    drop(std::fs::remove_dir_all(&folder));
    Ok(())
}

fn start(folder: &PathBuf) -> Result<(Child, SocketAddr), Box<dyn Error>> {
    let binary = std::env::current_exe()?
        .parent()
        .and_then(|examples| examples.parent())
        .ok_or("no target folder")?
        .join("renshe");
    let ports: Vec<_> = (0..2).map(|_| std::net::TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    let (listen, sandbox) = (ports[0].local_addr()?, ports[1].local_addr()?);
    drop(ports);
    let child = Command::new(binary)
        .env("RENSHE__DATA_DIR", folder)
        .env("RENSHE__LISTEN", listen.to_string())
        .env("RENSHE__SANDBOX__LISTEN", sandbox.to_string())
        .env("RENSHE__METRICS_LISTEN", "")
        .env("RENSHE__LOG__FILTER", "warn")
        .stdout(Stdio::null())
        .spawn()?;
    Ok((child, listen))
}

fn answered(addr: SocketAddr) -> Result<Duration, Box<dyn Error>> {
    let started = Instant::now();
    let request = b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    while started.elapsed() < Duration::from_secs(60) {
        if let Ok(mut stream) = std::net::TcpStream::connect(addr) {
            use std::io::{Read, Write};
            let mut head = [0; 12];
            if stream.write_all(request).is_ok() && stream.read_exact(&mut head).is_ok() && &head[9..12] == b"200" {
                return Ok(started.elapsed());
            }
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Err("no answer in a minute".into())
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

fn stop(child: &mut Child) -> Done {
    let pid = child.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status()?;
    child.wait()?;
    Ok(())
}
