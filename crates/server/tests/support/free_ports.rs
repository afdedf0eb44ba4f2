//! Ports for programs that are started, killed, and started again.

use std::net::TcpListener;

use kernel::{OsRng, Rng};

/// A port that is free, and so are those after it: so many in a row. Beneath those that the system gives to whoever
/// connects: while a program is dead, nobody else must take its ports.
pub fn free_ports(many: u16) -> Option<u16> {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut tries = (0..1_000).filter_map(|_| u16::try_from(20_000 + OsRng.below(12_000)).ok());
    tries.find(|port| (0..many).all(|after| free(port + after)))
}
