//! Clocks: the only way to learn the time. Code takes a [`Clock`]; only this file asks the system's clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::Moment;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Moment;

    /// What this clock showed `secs` seconds of real time ago. It is asked where something is judged by its age; a demo's
    /// clock that was put forward by a day has not let a day pass.
    fn showed_ago(&self, secs: i64) -> Moment {
        self.now().minus_secs(secs)
    }

    /// Whether something that says it is of `moment` was made at most `secs` seconds of real time ago, and is at most as
    /// far ahead of this clock: how the freshness of a signed request is judged.
    fn is_near(&self, moment: Moment, secs: i64) -> bool {
        self.showed_ago(secs) <= moment && moment <= self.now().plus_secs(secs)
    }
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

/// How often a clock may have been put forward while that is remembered; what was before is long settled.
pub const JUMPS_KEPT: usize = 32;

/// A clock was put forward from one moment to another at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    /// What it showed before.
    pub from: Moment,
    /// What it showed next.
    pub to: Moment,
}

/// The system's clock moved by a settable amount: the demo shows tomorrow without waiting for it.
/// One such clock is shared by the service and the partners' sandbox, so both see the same time.
#[derive(Debug, Default)]
pub struct ShiftedClock {
    system: SystemClock,
    /// How far the clock was ahead of the system's when it was made, in milliseconds.
    origin_ms: i64,
    shift_ms: AtomicI64,
    /// The oldest first.
    jumps: Mutex<Vec<Jump>>,
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
        ShiftedClock { system, origin_ms, ..ShiftedClock::default() }
    }

    /// Lets `secs` seconds pass; negative ones go back.
    pub fn advance_secs(&self, secs: i64) {
        advance(&self.shift_ms, secs);
    }

    /// Puts the clock forward from one moment to another without letting the time between them pass: whatever is under
    /// way is not older afterwards.
    pub fn jump(&self, jump: Jump) {
        let mut jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        jumps.push(jump);
        let forgotten = jumps.len().saturating_sub(JUMPS_KEPT);
        jumps.drain(..forgotten);
        self.shift_ms.fetch_add(jump.to.ms().saturating_sub(jump.from.ms()), Ordering::SeqCst);
    }

    /// Takes over where another clock stands: how far it has been moved on, in milliseconds, and how it came there, the
    /// oldest jump first.
    pub fn resume(&self, shift_ms: i64, jumps: Vec<Jump>) {
        *self.jumps.lock().unwrap_or_else(PoisonError::into_inner) = jumps;
        self.shift_ms.store(shift_ms, Ordering::SeqCst);
    }

    /// How the clock was put forward, the oldest first, at most [`JUMPS_KEPT`].
    pub fn jumps(&self) -> Vec<Jump> {
        self.jumps.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    fn showed_ago(&self, secs: i64) -> Moment {
        let jumps = self.jumps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut moment = self.now().minus_secs(secs);
        for jump in jumps.iter().rev() {
            if jump.to <= moment {
                break;
            }
            moment = moment.plus_ms(jump.from.ms().saturating_sub(jump.to.ms()));
        }
        moment
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
        clock.resume(-5_000, Vec::new());
        assert!(clock.now() < SystemClock.now());
    }

    #[test]
    fn a_clock_that_starts_at_a_moment_flows_from_there_and_shifts() {
        let start = Moment::from_ms(1_000_000_000_000);
        let clock = ShiftedClock::starting_at(start);
        assert_eq!(clock.shift_ms(), 0);
        let since_ms = clock.now().ms() - start.ms();
        assert!((0..=10_000).contains(&since_ms), "{since_ms}");
        clock.resume(86_400_000, Vec::new());
        let since_ms = clock.now().ms() - start.ms();
        assert!((86_400_000..=86_410_000).contains(&since_ms), "{since_ms}");
    }

    #[test]
    fn what_was_under_way_is_not_older_after_a_jump() {
        let clock = ShiftedClock::starting_at(Moment::from_ms(1_000_000_000_000));
        let made = clock.now();
        for _ in 0..2 {
            let from = clock.now();
            clock.jump(Jump { from, to: from.plus_secs(86_400) });
        }
        assert_eq!(clock.shift_ms(), 2 * 86_400_000);
        assert!(clock.is_near(made, 60), "a minute has not passed, though the clock shows two days more");
        assert!(clock.showed_ago(60) < made && made.minus_secs(70) < clock.showed_ago(60));
        clock.advance_secs(61);
        assert!(!clock.is_near(made, 60), "now it has");
        assert!(clock.is_near(clock.now().plus_secs(59), 60) && !clock.is_near(clock.now().plus_secs(70), 60));
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
