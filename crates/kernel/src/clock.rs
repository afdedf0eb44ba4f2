//! Clocks: the only way to learn the time. Code takes a [`Clock`]; only this file asks the system's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Moment;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock; all else is handed a Clock"
    )]
    fn now(&self) -> Moment {
        let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Moment::from_ms(ms)
    }
}

/// The system's clock moved by a settable amount: the demo shows tomorrow without waiting for it.
/// One such clock is shared by the service and the partners' sandbox, so both see the same time.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    system: SystemClock,
    /// How far the clock was ahead of the system's when it was made, in milliseconds.
    origin_ms: i64,
    shift_ms: AtomicI64,
}

impl ShiftedClock {
    /// A clock that shows the system's time until it is moved.
    pub fn new() -> ShiftedClock {
        ShiftedClock::default()
    }

    /// A clock that shows `moment` now, flows on from there, and has not been moved yet: what a test sees then does
    /// not depend on the hour or the day at which it is run.
    pub fn starting_at(moment: Moment) -> ShiftedClock {
        let system = SystemClock;
        let origin_ms = moment.ms().saturating_sub(system.now().ms());
        ShiftedClock { system, origin_ms, shift_ms: AtomicI64::new(0) }
    }

    /// Moves the clock on by `secs` seconds; back, when negative.
    pub fn advance_secs(&self, secs: i64) {
        advance(&self.shift_ms, secs);
    }

    /// Sets how far the clock has been moved on from where it started, in milliseconds.
    pub fn set_shift_ms(&self, shift_ms: i64) {
        self.shift_ms.store(shift_ms, Ordering::SeqCst);
    }

    /// How far the clock has been moved on from where it started, in milliseconds.
    pub fn shift_ms(&self) -> i64 {
        self.shift_ms.load(Ordering::SeqCst)
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Moment {
        self.system.now().plus_ms(self.origin_ms).plus_ms(self.shift_ms())
    }
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug)]
pub struct ManualClock {
    now_ms: AtomicI64,
}

impl ManualClock {
    /// A clock that shows `start`.
    pub fn new(start: Moment) -> ManualClock {
        ManualClock { now_ms: AtomicI64::new(start.ms()) }
    }

    /// Sets the clock.
    pub fn set(&self, now: Moment) {
        self.now_ms.store(now.ms(), Ordering::SeqCst);
    }

    /// Moves the clock on by `secs` seconds; back, when negative.
    pub fn advance_secs(&self, secs: i64) {
        advance(&self.now_ms, secs);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        Moment::from_ms(self.now_ms.load(Ordering::SeqCst))
    }
}

/// Adds seconds to a count of milliseconds without wrapping and without losing a rival's step.
fn advance(ms: &AtomicI64, secs: i64) {
    let by_ms = secs.saturating_mul(1000);
    let mut old = ms.load(Ordering::SeqCst);
    while let Err(rival) = ms.compare_exchange(old, old.saturating_add(by_ms), Ordering::SeqCst, Ordering::SeqCst) {
        old = rival;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_in_this_century_and_shifts() {
        let clock = ShiftedClock::new();
        let before = clock.now();
        assert!(before > Moment::from_ms(1_700_000_000_000), "{before}");
        clock.advance_secs(86_400);
        assert_eq!(clock.shift_ms(), 86_400_000);
        let ahead_ms = clock.now().ms() - SystemClock.now().ms();
        assert!((86_390_000..=86_400_000).contains(&ahead_ms), "{ahead_ms}");
        clock.advance_secs(-86_400);
        assert_eq!(clock.shift_ms(), 0);
        clock.set_shift_ms(-5_000);
        assert!(clock.now() < SystemClock.now());
    }

    #[test]
    fn a_clock_that_starts_at_a_moment_flows_from_there_and_shifts() {
        let start = Moment::from_ms(1_000_000_000_000);
        let clock = ShiftedClock::starting_at(start);
        assert_eq!(clock.shift_ms(), 0);
        let since_ms = clock.now().ms() - start.ms();
        assert!((0..=10_000).contains(&since_ms), "{since_ms}");
        clock.set_shift_ms(86_400_000);
        let since_ms = clock.now().ms() - start.ms();
        assert!((86_400_000..=86_410_000).contains(&since_ms), "{since_ms}");
    }

    #[test]
    fn the_manual_clock_stands_still() {
        let clock = ManualClock::new(Moment::from_ms(1_000));
        assert_eq!(clock.now(), clock.now());
        clock.advance_secs(3);
        assert_eq!(clock.now().ms(), 4_000);
        clock.set(Moment::from_ms(-7));
        assert_eq!(clock.now().ms(), -7);
        clock.advance_secs(i64::MAX);
        assert_eq!(clock.now().ms(), i64::MAX - 7);
    }
}
