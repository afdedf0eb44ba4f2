//! A proxy between the door and PostgreSQL that cuts connections at a chosen point of COMMIT.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::thread;

/// Where the next COMMIT is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    Nowhere = 0,
    /// COMMIT never reaches the server.
    BeforeServer = 1,
    /// COMMIT is carried out and its answer is lost.
    BeforeAnswer = 2,
}

/// A running proxy.
pub struct Proxy {
    pub addr: SocketAddr,
    state: Arc<State>,
}

struct State {
    upstream: SocketAddr,
    cut: AtomicU8,
    cuts: AtomicU32,
    refuse: AtomicU8,
}

impl Proxy {
    pub fn start(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let addr = listener.local_addr().expect("bound");
        let state =
            Arc::new(State { upstream, cut: AtomicU8::new(0), cuts: AtomicU32::new(0), refuse: AtomicU8::new(0) });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.refuse.load(Ordering::SeqCst) == 1 {
                    drop(client);
                    continue;
                }
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(client, &state));
            }
        });
        Self { addr, state }
    }

    /// Cuts the next COMMIT, once.
    pub fn cut_next(&self, cut: Cut) {
        self.state.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// How many were cut.
    pub fn cuts(&self) -> u32 {
        self.state.cuts.load(Ordering::SeqCst)
    }

    /// While true, new connections are closed at once: the server is away.
    pub fn refuse(&self, refuse: bool) {
        self.state.refuse.store(u8::from(refuse), Ordering::SeqCst);
    }
}

fn serve(client: TcpStream, state: &Arc<State>) {
    let Ok(server) = TcpStream::connect(state.upstream) else { return };
    let (mut from_server, mut to_client) = (server.try_clone().expect("clone"), client.try_clone().expect("clone"));
    let mute = Arc::new(AtomicU8::new(0));
    let muted = Arc::clone(&mute);
    let back = thread::spawn(move || {
        let mut buffer = [0; 16384];
        while let Ok(read) = from_server.read(&mut buffer) {
            if read == 0 || muted.load(Ordering::SeqCst) == 1 || to_client.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        drop(to_client.shutdown(Shutdown::Both));
    });
    forward(client, &server, state, &mute);
    drop(server.shutdown(Shutdown::Write));
    drop(back.join());
}

fn forward(mut client: TcpStream, mut server: &TcpStream, state: &State, mute: &AtomicU8) {
    let mut buffer = [0; 16384];
    while let Ok(read) = client.read(&mut buffer) {
        if read == 0 {
            break;
        }
        let data = &buffer[..read];
        if data.windows(7).any(|window| window == b"COMMIT\0") {
            match state.cut.swap(Cut::Nowhere as u8, Ordering::SeqCst) {
                1 => {
                    state.cuts.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                2 => {
                    state.cuts.fetch_add(1, Ordering::SeqCst);
                    mute.store(1, Ordering::SeqCst);
                }
                _ => {}
            }
        }
        if server.write_all(data).is_err() {
            break;
        }
    }
    drop(client.shutdown(Shutdown::Both));
}
