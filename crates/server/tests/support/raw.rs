//! Sockets without a browser around them: what is sent is what stands here, and what is not sent is not.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Longer than any time-out of a test's server: what takes longer never comes.
const NEVER: Duration = Duration::from_secs(60);

/// One connection.
pub struct Raw(TcpStream);

impl Raw {
    /// Connects to `http://address:port`.
    pub async fn to(url: &str) -> Raw {
        let address =
            url.split("://").nth(1).expect("a scheme").trim_end_matches('/').replace("localhost", "127.0.0.1");
        let socket = TcpSocket::new_v4().expect("a socket");
        // So that an answer nobody reads is not taken by the system on the reader's behalf.
        socket.set_recv_buffer_size(4096).expect("a size");
        Raw(socket.connect(address.parse().expect("an address")).await.expect("connected"))
    }

    /// Connects and sends.
    pub async fn sending(url: &str, text: &str) -> Raw {
        let mut raw = Raw::to(url).await;
        raw.send(text).await;
        raw
    }

    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("sent");
    }

    /// Sends, unless the server has closed.
    pub async fn try_send(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).await.is_ok()
    }

    /// A tenth of a second in which nothing is sent.
    pub async fn pause_a_little(&mut self) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    /// Whether the server has closed by now, or closes while it is looked at.
    pub async fn is_closed(&mut self) -> bool {
        let mut space = [0; 4096];
        let look = async {
            while let Ok(read) = self.0.read(&mut space).await {
                if read == 0 {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_millis(20), look).await.is_ok()
    }

    /// Tries to connect; says if nobody listens any more.
    pub async fn is_refused(url: &str) -> Option<()> {
        let address = url.split("://").nth(1).expect("a scheme").replace("localhost", "127.0.0.1");
        TcpStream::connect(address).await.err().map(drop)
    }

    /// Everything that still comes until the server closes; `None` if it does not.
    pub async fn rest(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(NEVER, self.0.read_to_end(&mut bytes)).await.ok()?;
        // A reset is an end as well.
        drop(read);
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// One answer of a connection that stays open: its head and body.
    pub async fn answer(&mut self) -> String {
        let mut bytes = Vec::new();
        let whole = async {
            let mut space = [0; 4096];
            loop {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                if let Some((head, body)) = text.split_once("\r\n\r\n") {
                    let length = head.to_ascii_lowercase();
                    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
                    let head_bytes = head.len() + 4;
                    if length
                        .and_then(|length| length.parse::<usize>().ok())
                        .is_some_and(|n| bytes.len() >= head_bytes + n)
                    {
                        return format!("{head}\r\n\r\n{body}");
                    }
                }
                match self.0.read(&mut space).await {
                    Ok(0) | Err(_) => return text,
                    Ok(read) => bytes.extend_from_slice(&space[..read]),
                }
            }
        };
        tokio::time::timeout(NEVER, whole).await.expect("an answer")
    }
}

/// Sends this on a connection of its own, and reads until the server closes it.
pub async fn ask(url: &str, text: &str) -> String {
    Raw::sending(url, text).await.rest().await.expect("the server closes")
}

/// The status of an answer.
pub fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

/// What a page is asked for with, on a connection that ends with it.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n")
}
