//! A server whose places, time and memory nobody can use up with idle or slow connections.
//!
//! Every connection has a place. The number of places is limited, in all and for one neighbourhood; when they are
//! taken, an idle connection makes room for a newcomer ([`crowd`]). Everything that is waited for has an end: a
//! greeting, a request's head, its body, an answer being read, the next request ([`line`]). A head is judged before
//! anything is made of it ([`framing`]). A stop closes idle connections at once and waits for the others, but not for
//! ever.
//!
//! The HTTP engine itself is hyper's. Time here is the machine's own, never the city's, which tests and demos move.

mod chunks;
mod connection;
mod crowd;
pub mod files;
mod framing;
mod line;
mod pace;
mod seat;
mod words;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Extensions;
use rustix::net::sockopt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::neighbourhood::Neighbourhood;
use crate::networks::Networks;
use crowd::{Crowd, Full};
use seat::Told;

/// What the system keeps for one connection in each direction, bytes (it doubles them for its own bookkeeping).
const SOCKET_BYTES: usize = 64 * 1024;
/// How long accepting pauses when the process or the system has run out of a resource.
const OUT_OF_HANDLES: Duration = Duration::from_millis(50);
/// How many places are freed in that case.
const ROOM: usize = 16;
/// The same trouble is logged only once in this time.
const TOLD_AGAIN: Duration = Duration::from_secs(10);

/// The figures of one listener.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The listener's name in metrics and the log.
    pub name: &'static str,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one neighbourhood; a trusted proxy's are everybody's and not counted.
    pub per_neighbourhood: usize,
    /// Proxies that stand for those behind them.
    pub trusted: Networks,
    /// How long a request's head may take from its first byte on; the same holds for a TLS handshake and for the first
    /// byte.
    pub head: Duration,
    /// Between two requests of one connection.
    pub idle: Duration,
    /// How long a body may bring nothing, or an answer may not be read.
    pub pause: Duration,
    /// The bytes a second that a body or an answer must move beyond one pause.
    pub least_rate: u64,
    /// The largest head, bytes; at most 64 KiB.
    pub head_bytes: usize,
    /// How long a stop waits for requests that are under way.
    pub stop: Duration,
}

impl Rules {
    /// For a listener that only machines on the same network reach: metrics, the sandbox's partners. They keep their
    /// connections longer, so that none is closed under a call.
    pub fn inside(name: &'static str) -> Rules {
        Rules {
            name,
            connections: 1024,
            per_neighbourhood: 1024,
            trusted: Networks::default(),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(300),
            pause: Duration::from_secs(15),
            least_rate: 1000,
            head_bytes: 32 * 1024,
            stop: Duration::from_secs(1),
        }
    }
}

/// What happens to a connection before its first request.
pub trait Greet: Clone + Send + Sync + 'static {
    /// What is spoken over afterwards.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Whether words may be said to somebody who has not been greeted.
    const PLAIN: bool;

    /// Greets: gives the stream, and what every request on it is to carry.
    fn greet(&self, stream: TcpStream) -> impl Future<Output = io::Result<(Self::Io, Extensions)>> + Send;
}

/// Plain HTTP: no greeting.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Greet for Plain {
    type Io = TcpStream;
    const PLAIN: bool = true;

    async fn greet(&self, stream: TcpStream) -> io::Result<(TcpStream, Extensions)> {
        Ok((stream, Extensions::new()))
    }
}

/// Serves until `stop`, then finishes what is under way; says how many requests were cut off in the end. Dropped before
/// that, it ends every connection. Each request carries its peer as `ConnectInfo<SocketAddr>`.
pub async fn serve<G: Greet>(
    listener: TcpListener,
    greet: G,
    pages: Router,
    rules: Rules,
    stop: impl Future<Output = ()>,
) -> usize {
    prepare(&listener);
    let crowd = Arc::new(Crowd::new(&rules));
    let leaving = LeaveAtLast(Arc::clone(&crowd));
    let door = Door { greet, pages, rules: Arc::new(rules), crowd };
    door.open_until(&listener, stop).await;
    // First: whoever is refused by the system from now on may count on it that answers say that they are the last.
    door.crowd.tell_all(Told::Finish);
    drop(listener);
    let finished = timeout(door.rules.stop, door.crowd.is_empty()).await;
    let cut = if finished.is_ok() { 0 } else { door.crowd.len() };
    drop(leaving);
    cut
}

/// Ends every connection when the server is dropped, not only when it is stopped.
struct LeaveAtLast(Arc<Crowd>);

impl Drop for LeaveAtLast {
    fn drop(&mut self) {
        self.0.tell_all(Told::Leave);
    }
}

struct Door<G> {
    greet: G,
    pages: Router,
    rules: Arc<Rules>,
    crowd: Arc<Crowd>,
}

impl<G: Greet> Door<G> {
    async fn open_until(&self, listener: &TcpListener, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut told_at = None;
        loop {
            let accepted = tokio::select! {
                biased;
                () = &mut stop => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, from)) => self.welcome(stream, from),
                // The other side has gone before it was let in.
                Err(error) if is_the_others(&error) => {}
                Err(error) => {
                    let freed = self.crowd.make_room(ROOM);
                    metrics::counter!("renshe_http_accept_failed", "listener" => self.rules.name).increment(1);
                    if told_at.is_none_or(|at: Instant| at.elapsed() > TOLD_AGAIN) {
                        told_at = Some(Instant::now());
                        tracing::warn!(listener = self.rules.name, %error, freed, "http.accept_failed");
                    }
                    tokio::select! {
                        () = &mut stop => return,
                        () = sleep(OUT_OF_HANDLES) => {}
                    }
                }
            }
        }
    }

    fn welcome(&self, stream: TcpStream, from: SocketAddr) {
        let whose = (!self.rules.trusted.contain(from.ip())).then(|| Neighbourhood::of(from.ip()));
        match self.crowd.enter(whose) {
            Ok(place) => {
                tune(&stream, &self.rules);
                let given = (Arc::clone(&self.rules), place);
                tokio::spawn(connection::serve(stream, from, self.greet.clone(), self.pages.clone(), given));
            }
            Err(full) => {
                let why = match full {
                    Full::House => "full",
                    Full::Neighbourhood => "neighbourhood_full",
                };
                metrics::counter!("renshe_http_refused", "listener" => self.rules.name, "why" => why).increment(1);
                if G::PLAIN {
                    // Writes only as much as the socket takes at once, because nobody waits for a connection that is
                    // not let in.
                    drop(stream.try_write(&words::full()));
                }
            }
        }
    }
}

/// Bounds what the system keeps for each connection. What it does not let us set, it keeps at its own measure.
fn prepare(listener: &TcpListener) {
    let sized = sockopt::set_socket_send_buffer_size(listener, SOCKET_BYTES)
        .and_then(|()| sockopt::set_socket_recv_buffer_size(listener, SOCKET_BYTES));
    if let Err(error) = sized {
        tracing::debug!(%error, "http.buffers_not_bounded");
    }
}

/// An answer leaves at once; and a peer that does not even acknowledge is given up by the system, also after we have
/// closed: what is written is then the system's to deliver.
fn tune(stream: &TcpStream, rules: &Rules) {
    let unheard_ms = u32::try_from(rules.pause.as_millis().saturating_mul(2)).unwrap_or(u32::MAX);
    let set = sockopt::set_tcp_nodelay(stream, true).and_then(|()| sockopt::set_tcp_user_timeout(stream, unheard_ms));
    if let Err(error) = set {
        tracing::debug!(%error, "http.socket_not_tuned");
    }
}

fn is_the_others(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
