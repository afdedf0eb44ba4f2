//! The gate before hashing: a few hashes at once, a bounded queue, and turns by the askers' neighbourhoods.
//!
//! A hash is expensive on purpose, so whoever asks for many slows everybody down. Each neighbourhood (an IPv4 address,
//! an IPv6 network of one customer) has a line of its own, and the lines take turns. When all waiting places are taken,
//! somebody of the longest line makes room for a neighbourhood that has fewer: one address can fill what is free, and
//! never what others need.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::neighbourhood::Neighbourhood;

/// The neighbourhood whose line is joined; jobs and commands have no address and share one line.
pub(super) type Line = Option<Neighbourhood>;

/// All places are taken by others with an equal right to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// Cheap to clone; clones are the same gate.
#[derive(Clone)]
pub(super) struct Gate(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    at_once: usize,
    waiting_most: usize,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: usize,
    next_ticket: u64,
    lines: HashMap<Line, VecDeque<Waiter>>,
    /// Neighbourhoods with somebody waiting, the next to be served first.
    turns: VecDeque<Line>,
}

struct Waiter {
    ticket: u64,
    call: oneshot::Sender<Pass>,
}

/// The right to hash, given back when dropped.
pub(super) struct Pass(Gate);

impl Gate {
    pub(super) fn new(at_once: usize, waiting_most: usize) -> Self {
        Self(Arc::new(Inner { state: Mutex::default(), at_once: at_once.max(1), waiting_most }))
    }

    /// Waits for a turn.
    pub(super) async fn enter(&self, from: &Line) -> Result<Pass, Full> {
        let (ticket, called) = {
            let mut state = self.lock();
            if state.running < self.0.at_once {
                state.running += 1;
                return Ok(Pass(self.clone()));
            }
            if state.waiting >= self.0.waiting_most && !state.make_room_for(from) {
                return Err(Full);
            }
            state.join(from)
        };
        // Leaves the line when whoever asked has gone.
        let _place = Place { gate: self, from, ticket };
        called.await.map_err(|_| Full)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn join(&mut self, from: &Line) -> (u64, oneshot::Receiver<Pass>) {
        let (call, called) = oneshot::channel();
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiting += 1;
        let line = self.lines.entry(*from).or_default();
        if line.is_empty() {
            self.turns.push_back(*from);
        }
        line.push_back(Waiter { ticket, call });
        (ticket, called)
    }

    /// Sends away the last one in the longest line, if that line does not become shorter than the newcomer's own.
    fn make_room_for(&mut self, from: &Line) -> bool {
        let own = self.lines.get(from).map_or(0, VecDeque::len);
        let longest = self.lines.iter().max_by_key(|(_, line)| line.len()).map(|(of, line)| (*of, line.len()));
        let Some((of, _)) = longest.filter(|(_, length)| *length > own + 1) else { return false };
        let last = self.lines.get(&of).and_then(|line| line.back()).map(|waiter| waiter.ticket);
        last.is_some_and(|ticket| self.leave(&of, ticket))
    }

    fn leave(&mut self, from: &Line, ticket: u64) -> bool {
        let Some(line) = self.lines.get_mut(from) else { return false };
        let before = line.len();
        line.retain(|waiter| waiter.ticket != ticket);
        let left = before - line.len();
        self.waiting -= left;
        if line.is_empty() {
            self.lines.remove(from);
            self.turns.retain(|of| of != from);
        }
        left > 0
    }

    /// Whose turn it is; their neighbourhood goes to the end.
    fn next(&mut self) -> Option<Waiter> {
        let of = self.turns.pop_front()?;
        let line = self.lines.get_mut(&of)?;
        let waiter = line.pop_front();
        if line.is_empty() {
            self.lines.remove(&of);
        } else {
            self.turns.push_back(of);
        }
        self.waiting -= usize::from(waiter.is_some());
        waiter
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.lock();
            state.running -= 1;
            let next = state.next();
            state.running += usize::from(next.is_some());
            next
        };
        if let Some(waiter) = next {
            // Somebody who has gone meanwhile drops the pass, and with it calls the next.
            drop(waiter.call.send(Pass(self.0.clone())));
        }
    }
}

/// A place in a line.
struct Place<'g> {
    gate: &'g Gate,
    from: &'g Line,
    ticket: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.gate.lock().leave(self.from, self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    type Entering = std::pin::Pin<Box<dyn Future<Output = Result<Pass, Full>>>>;

    /// Somebody who has asked and waits.
    fn ask(gate: &Gate, address: &str) -> Entering {
        let (gate, from) = (gate.clone(), Neighbourhood::of_trace(address));
        let mut entering: Entering = Box::pin(async move { gate.enter(&from).await });
        assert!((&mut entering).now_or_never().is_none(), "{address} has to wait");
        entering
    }

    fn pass(entering: &mut Entering) -> Option<Pass> {
        entering.now_or_never().map(|entered| entered.unwrap_or_else(|_| panic!("sent away")))
    }

    #[test]
    fn one_address_fills_the_queue_and_nobody_else_is_sent_away() {
        let gate = Gate::new(1, 8);
        let running =
            gate.enter(&Neighbourhood::of_trace("10.6.6.6")).now_or_never().unwrap().unwrap_or_else(|_| panic!());
        let mut attack: Vec<_> = (0..8).map(|_| ask(&gate, "10.6.6.6")).collect();
        let more = gate.enter(&Neighbourhood::of_trace("10.6.6.6")).now_or_never();
        assert!(matches!(more, Some(Err(Full))), "the attacker's own queue is full");
        // Each of three others finds a place, at the cost of who came last to the longest line.
        let mut others: Vec<_> = (1..=3).map(|n| ask(&gate, &format!("10.0.0.{n}"))).collect();
        let last = attack.iter_mut().rev().take(3);
        let gone = last.map(|one| one.now_or_never()).filter(|left| matches!(left, Some(Err(Full)))).count();
        assert_eq!((gone, gate.lock().waiting), (3, 8));
        // And they take turns: the first of the attacker, then each of the others, not five of the attacker.
        drop(running);
        let first = pass(&mut attack[0]).expect("whoever came first");
        drop(first);
        for other in &mut others {
            drop(pass(other).expect("a turn"));
        }
        assert!(pass(&mut attack[1]).is_some());
    }

    #[test]
    fn who_has_gone_takes_no_turn_and_no_place() {
        let gate = Gate::new(1, 2);
        let running =
            gate.enter(&Neighbourhood::of_trace("192.0.2.1")).now_or_never().unwrap().unwrap_or_else(|_| panic!());
        let (gone, mut stays) = (ask(&gate, "192.0.2.2"), ask(&gate, "192.0.2.3"));
        drop(gone);
        assert_eq!(gate.lock().waiting, 1);
        drop(running);
        let running = pass(&mut stays).expect("the next in line");
        // Called, and gone before it heard of it: the pass goes on to the next.
        let (called, mut last) = (ask(&gate, "192.0.2.4"), ask(&gate, "192.0.2.5"));
        drop(running);
        drop(called);
        assert!(pass(&mut last).is_some());
        assert_eq!(gate.lock().turns.len(), 0);
    }

    #[test]
    fn many_addresses_with_one_each_have_equal_rights() {
        let gate = Gate::new(1, 2);
        let _running = gate.enter(&Neighbourhood::of_trace("192.0.2.1")).now_or_never();
        let _waiting = (ask(&gate, "192.0.2.2"), ask(&gate, "192.0.2.3"));
        assert!(matches!(gate.enter(&Neighbourhood::of_trace("192.0.2.4")).now_or_never(), Some(Err(Full))));
    }
}
