//! A small load generator: keep-alive connections that send prepared requests and count answers.
//!
//! It runs in the same process group and on the same cores as what it measures, so its own cost is
//! part of every figure, of the limit's as well as of ours.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a run of requests came to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub answers: u64,
    /// Answers whose status is below 400.
    pub good: u64,
    pub bytes: u64,
    pub seconds: f64,
}

impl Tally {
    pub fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.good as f64 / self.seconds } else { 0.0 }
    }
}

/// Each connection sends its own requests, one after another, until they or the time are used up.
pub async fn drive(addr: SocketAddr, connections: Vec<Vec<Vec<u8>>>, longest: Duration) -> Tally {
    let started = Instant::now();
    let tasks: Vec<_> =
        connections.into_iter().map(|requests| tokio::spawn(one(addr, requests, started + longest))).collect();
    let mut tally = Tally::default();
    for task in tasks {
        if let Ok(Ok(part)) = task.await {
            tally.answers += part.answers;
            tally.good += part.good;
            tally.bytes += part.bytes;
        }
    }
    tally.seconds = started.elapsed().as_secs_f64();
    tally
}

/// The same request again and again on `connections` connections for `span`.
pub async fn repeat(addr: SocketAddr, request: Vec<u8>, connections: usize, span: Duration) -> Tally {
    let started = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let request = request.clone();
            tokio::spawn(async move { cycle(addr, &request, started + span).await })
        })
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        if let Ok(Ok(part)) = task.await {
            tally.answers += part.answers;
            tally.good += part.good;
            tally.bytes += part.bytes;
        }
    }
    tally.seconds = started.elapsed().as_secs_f64();
    tally
}

async fn one(addr: SocketAddr, requests: Vec<Vec<u8>>, until: Instant) -> std::io::Result<Tally> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (mut tally, mut buffer) = (Tally::default(), Vec::with_capacity(65_536));
    for request in requests {
        if Instant::now() > until {
            break;
        }
        exchange(&mut stream, &request, &mut buffer, &mut tally).await?;
    }
    Ok(tally)
}

async fn cycle(addr: SocketAddr, request: &[u8], until: Instant) -> std::io::Result<Tally> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.set_nodelay(true)?;
    let (mut tally, mut buffer) = (Tally::default(), Vec::with_capacity(65_536));
    while Instant::now() < until {
        exchange(&mut stream, request, &mut buffer, &mut tally).await?;
    }
    Ok(tally)
}

async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
    tally: &mut Tally,
) -> std::io::Result<()> {
    stream.write_all(request).await?;
    buffer.clear();
    let head = loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length: usize = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|n| n.trim().parse().ok())
        .unwrap_or(0);
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    tally.answers += 1;
    tally.bytes += (head + length) as u64;
    if text.get(9..10).is_some_and(|class| class < "4") {
        tally.good += 1;
    }
    Ok(())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// A GET as a phone's browser sends it.
pub fn get(path: &str, cookie: &str, encoding: &str) -> Vec<u8> {
    let cookie = if cookie.is_empty() { String::new() } else { format!("cookie: {cookie}\r\n") };
    format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\naccept-encoding: {encoding}\r\n{cookie}\r\n"
    )
    .into_bytes()
}

/// A form as a page of ours posts it.
pub fn post(path: &str, cookie: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\naccept: text/html\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\ncookie: {cookie}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
