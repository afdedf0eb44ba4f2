//! The lock-out ladder: after a number of wrong tries comes a lock, and each lock is longer than the one before. Pure.

use kernel::Moment;

use super::policy::LoginPolicy;

/// The record of wrong tries at one name within one budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Wrong tries since the last lock.
    pub(crate) wrong: i64,
    /// Locks so far: which length the next one has.
    pub(crate) rung: i64,
    /// The lock in force, if it has not passed.
    pub(crate) locked_until: Option<Moment>,
    /// The last wrong try.
    pub(crate) updated_at: Option<Moment>,
}

impl Guard {
    /// Seconds until the lock ends; `None` if there is none.
    pub(crate) fn locked_secs(&self, now: Moment) -> Option<i64> {
        let ms = self.locked_until?.ms() - now.ms();
        (ms > 0).then_some((ms + 999) / 1000)
    }

    /// Tries left before the next lock.
    pub(crate) fn left(&self, policy: &LoginPolicy) -> i64 {
        policy.tries - self.wrong
    }

    /// After one more wrong try of `tries` before each lock.
    pub(crate) fn after_wrong(&self, now: Moment, tries: i64, policy: &LoginPolicy) -> Guard {
        let forgotten = self.updated_at.is_none_or(|at| now >= at.plus_secs(policy.forget_secs));
        let before = if forgotten { Guard::default() } else { *self };
        let wrong = before.wrong + 1;
        if wrong < tries {
            return Guard { wrong, rung: before.rung, locked_until: None, updated_at: Some(now) };
        }
        let length = lock_secs(before.rung, policy);
        Guard { wrong: 0, rung: before.rung + 1, locked_until: Some(now.plus_secs(length)), updated_at: Some(now) }
    }
}

fn lock_secs(rung: i64, policy: &LoginPolicy) -> i64 {
    let last = policy.lock_secs.len().saturating_sub(1);
    let index = usize::try_from(rung).unwrap_or(0).min(last);
    policy.lock_secs.get(index).copied().unwrap_or(3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> LoginPolicy {
        LoginPolicy {
            tries: 5,
            strangers_tries: 50,
            lock_secs: vec![60, 300, 900, 3600],
            forget_secs: 86_400,
            device_days: 180,
            address_limit: 300,
            address_window_secs: 600,
        }
    }

    #[test]
    fn each_lock_is_longer_and_the_last_stays() {
        let mut now = Moment::from_ms(1_760_000_000_000);
        let mut guard = Guard::default();
        for expected in [60, 300, 900, 3600, 3600] {
            for left in (1..5).rev() {
                guard = guard.after_wrong(now, 5, &policy());
                assert_eq!(guard.locked_secs(now), None);
                assert_eq!(guard.left(&policy()), left);
            }
            guard = guard.after_wrong(now, 5, &policy());
            assert_eq!(guard.locked_secs(now), Some(expected));
            now = now.plus_secs(expected);
            assert_eq!(guard.locked_secs(now), None);
        }
    }

    #[test]
    fn a_quiet_day_is_forgiven() {
        let start = Moment::from_ms(1_760_000_000_000);
        let mut guard = Guard::default();
        for _ in 0..5 {
            guard = guard.after_wrong(start, 5, &policy());
        }
        assert_eq!(guard.rung, 1);
        let next_day = start.plus_secs(86_400);
        guard = guard.after_wrong(next_day, 5, &policy());
        assert_eq!((guard.wrong, guard.rung), (1, 0));
    }
}
