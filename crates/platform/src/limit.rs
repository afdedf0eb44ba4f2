//! Caps per key in this process's memory: how often one address may ask for something.
//!
//! What must hold across restarts and instances (codes per number, wrong passwords) is counted in rows by its context;
//! this is only a wall in front of that.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use kernel::Moment;

/// Keys remembered before old ones are swept out; bounds the memory an attacker can take.
const KEYS: usize = 50_000;

/// At most `limit` takes per key in any `window_secs` seconds.
#[derive(Debug)]
pub struct Limiter {
    limit: usize,
    window_ms: i64,
    taken: Mutex<HashMap<String, VecDeque<i64>>>,
}

impl Limiter {
    /// A cap of `limit` per `window_secs`; a limit of 0 refuses everything.
    pub fn new(limit: usize, window_secs: i64) -> Self {
        Self { limit, window_ms: window_secs.saturating_mul(1000), taken: Mutex::new(HashMap::new()) }
    }

    /// Takes one for `key`, or says in how many seconds (at least 1) the next may be taken.
    pub fn take(&self, key: &str, now: Moment) -> Result<(), i64> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= KEYS && !taken.contains_key(key) {
            self.sweep(&mut taken, now);
        }
        let stamps = taken.entry(key.to_owned()).or_default();
        let since = now.ms() - self.window_ms;
        // A time in the future means that the clock was set back; this must not lock anybody out.
        stamps.retain(|at| *at > since && *at <= now.ms());
        if stamps.len() < self.limit {
            stamps.push_back(now.ms());
            return Ok(());
        }
        let free_at = stamps.front().map_or(now.ms() + self.window_ms, |oldest| oldest + self.window_ms);
        Err(((free_at - now.ms() + 999) / 1000).max(1))
    }

    /// Forgets keys whose window has passed; if that frees too little, forgets everything, because a flood of addresses
    /// must neither use up memory nor lock people out.
    fn sweep(&self, taken: &mut HashMap<String, VecDeque<i64>>, now: Moment) {
        let since = now.ms() - self.window_ms;
        taken.retain(|_, stamps| stamps.back().is_some_and(|at| *at > since));
        if taken.len() > KEYS / 2 {
            taken.retain(|_, stamps| stamps.len() >= self.limit);
        }
        if taken.len() > KEYS / 2 {
            tracing::warn!(keys = taken.len(), "limit.overflow");
            taken.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(secs * 1000)
    }

    #[test]
    fn the_window_slides_and_the_wait_is_told() {
        let limiter = Limiter::new(2, 60);
        assert_eq!(limiter.take("a", at(0)), Ok(()));
        assert_eq!(limiter.take("a", at(30)), Ok(()));
        assert_eq!(limiter.take("a", at(40)), Err(20));
        assert_eq!(limiter.take("b", at(40)), Ok(()));
        assert_eq!(limiter.take("a", at(60)), Ok(()));
        assert_eq!(limiter.take("a", at(61)), Err(29));
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let limiter = Limiter::new(1, 60);
        assert_eq!(limiter.take("a", at(10_000)), Ok(()));
        assert_eq!(limiter.take("a", at(5)), Ok(()));
    }

    #[test]
    fn a_flood_of_keys_keeps_those_at_their_limit() {
        let limiter = Limiter::new(2, 60);
        assert_eq!((limiter.take("a", at(0)), limiter.take("a", at(0))), (Ok(()), Ok(())));
        for n in 0..KEYS + 10 {
            assert_eq!(limiter.take(&format!("k{n}"), at(1)), Ok(()));
        }
        assert_eq!(limiter.take("a", at(2)), Err(58));
        assert!(limiter.taken.lock().unwrap().len() <= KEYS);
    }
}
