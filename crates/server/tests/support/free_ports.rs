//! Ports for programs that are started, killed, and started again.
//!
//! A port that was free a moment ago need not be so any more, least of all where several test processes look at once. So ports
//! are taken in blocks, and a block is held by listening on its last port, which no program is given: whoever else looks
//! for a block finds it taken, in this process or in another, until it is dropped.

use std::net::TcpListener;

use kernel::{OsRng, Rng};

/// Ports of a block that are given out.
pub const MOST: u16 = 15;
/// Blocks lie beneath the ports that the system gives to whoever connects: while a program is dead, nobody else is
/// given its ports.
const FIRST: u16 = 20_000;
const BLOCKS: u64 = 750;
const TRIES: usize = 2_000;

/// So many free ports in a row, this holder's until it is dropped.
pub struct Ports {
    first: u16,
    _held: TcpListener,
}

impl Ports {
    /// Finds a block of which nobody listens on the first `many` ports; `None` when there is none, or too many are asked for.
    pub fn take(many: u16) -> Option<Ports> {
        if many > MOST {
            return None;
        }
        let listen = |port: u16| TcpListener::bind(("127.0.0.1", port));
        (0..TRIES).find_map(|_| {
            let first = FIRST + u16::try_from(OsRng.below(BLOCKS)).ok()? * (MOST + 1);
            // Held before it is looked at: of two who look at once, one goes on.
            let held = listen(first + MOST).ok()?;
            (0..many).all(|after| listen(first + after).is_ok()).then_some(Ports { first, _held: held })
        })
    }

    /// The first of them.
    pub fn first(&self) -> u16 {
        self.first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_given_what_another_holds() {
        let held: Vec<Ports> = (0..60).map(|_| Ports::take(10).expect("free ports")).collect();
        let mut firsts: Vec<u16> = held.iter().map(Ports::first).collect();
        firsts.sort_unstable();
        assert!(firsts.windows(2).all(|pair| pair[1] - pair[0] > MOST), "{firsts:?}");
        let first = held[0].first();
        assert!(TcpListener::bind(("127.0.0.1", first)).is_ok(), "its own programs can listen there");
        assert!(Ports::take(MOST + 1).is_none());
    }
}
