//! The bounded queue before a lane or the readers.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::work::Work;

/// After this many batches the bulk queue gets a turn even when the lane was never idle.
const BULK_AFTER_BATCHES: u32 = 64;

/// A queue that refuses at once when it is full, instead of letting people wait behind thousands.
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    room: usize,
    bulk_room: usize,
}

struct State {
    main: VecDeque<Box<dyn Work>>,
    bulk: VecDeque<Box<dyn Work>>,
    batches_since_bulk: u32,
    /// Threads that sleep until something is pushed.
    asleep: usize,
    closed: bool,
}

/// Why a closure was not taken.
pub(crate) enum Refused {
    Full,
    Closed,
}

impl Queue {
    pub(crate) fn new(room: usize, bulk_room: usize) -> Self {
        let state =
            State { main: VecDeque::new(), bulk: VecDeque::new(), batches_since_bulk: 0, asleep: 0, closed: false };
        Self { state: Mutex::new(state), wake: Condvar::new(), room, bulk_room }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn push(&self, work: Box<dyn Work>, bulk: bool) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.closed {
            return Err(Refused::Closed);
        }
        let (line, room) = if bulk { (&mut state.bulk, self.bulk_room) } else { (&mut state.main, self.room) };
        if line.len() >= room {
            return Err(Refused::Full);
        }
        line.push_back(work);
        // Waking is a system call even when no thread sleeps, and a thread that is awake looks again before it sleeps.
        let asleep = state.asleep > 0;
        drop(state);
        if asleep {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Waits for work and takes up to `most` closures; `None` once closed and empty. Bulk work
    /// comes one closure at a time, when there is nothing else or when it has waited too long.
    pub(crate) fn next_batch(&self, most: usize) -> Option<Vec<Box<dyn Work>>> {
        let mut state = self.lock();
        loop {
            let overdue = state.batches_since_bulk >= BULK_AFTER_BATCHES;
            if (state.main.is_empty() || overdue)
                && let Some(work) = state.bulk.pop_front()
            {
                state.batches_since_bulk = 0;
                return Some(vec![work]);
            }
            if !state.main.is_empty() {
                if !state.bulk.is_empty() {
                    state.batches_since_bulk += 1;
                }
                let many = state.main.len().min(most);
                return Some(state.main.drain(..many).collect());
            }
            if state.closed {
                return None;
            }
            state.asleep += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.asleep -= 1;
        }
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    pub(crate) fn len(&self) -> usize {
        let state = self.lock();
        state.main.len() + state.bulk.len()
    }
}
