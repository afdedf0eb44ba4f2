//! Tries at a payment password: their states, and whether one more may be made. Pure.

use kernel::Moment;

use super::policy::PayPasswordPolicy;

kernel::typed_id!(
    /// One try at a payment password.
    pub PayTryId, "ppt"
);

kernel::words! {
    /// Where a try stands.
    pub(super) enum TryState: "a state of a try at a payment password" {
        /// The hash is being looked at; the try counts as wrong until the result is known.
        Reserved = "reserved",
        /// It was wrong.
        Wrong = "wrong",
        /// It was right.
        Right = "right",
        /// It was wrong, and counts no more.
        Forgiven = "forgiven",
    }
}

/// The moves a try can make.
#[cfg(test)]
pub(super) const TRANSITIONS: &[(TryState, TryState)] = &[
    (TryState::Reserved, TryState::Wrong),
    (TryState::Reserved, TryState::Right),
    (TryState::Reserved, TryState::Forgiven),
    (TryState::Wrong, TryState::Forgiven),
];

/// The tries that count against the limit at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counted {
    /// How many were wrong.
    pub(super) wrong: i64,
    /// How many are reserved.
    pub(super) reserved: i64,
    /// When the last of them was made.
    pub(super) latest: Option<Moment>,
}

/// Whether one more try may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum May {
    /// It may.
    Try,
    /// No: locked until then.
    Locked(Moment),
    /// No, and a lock must be written, because those under way will not write it: their process died.
    Lock(Moment),
    /// No: as many are under way as may be wrong. One of them may yet be right.
    Wait,
}

/// Judges by the lock and by the tries that count.
pub(super) fn may(locked_until: Option<Moment>, counted: Counted, now: Moment, policy: &PayPasswordPolicy) -> May {
    if let Some(until) = locked_until.filter(|until| *until > now) {
        return May::Locked(until);
    }
    if counted.wrong + counted.reserved < policy.tries {
        return May::Try;
    }
    match counted.latest {
        Some(latest) if now >= latest.plus_secs(policy.judge_secs) => May::Lock(latest.plus_secs(policy.lock_secs)),
        _ => May::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> PayPasswordPolicy {
        PayPasswordPolicy { tries: 6, window_secs: 86_400, lock_secs: 86_400, right_clears: true, judge_secs: 60 }
    }

    #[test]
    fn a_try_that_has_ended_is_never_reserved_again() {
        assert!(TRANSITIONS.iter().all(|(from, to)| from != to && *to != TryState::Reserved));
    }

    #[test]
    fn reserved_tries_count_as_wrong_ones() {
        let now = Moment::from_ms(1_772_413_200_000);
        let counted = |wrong, reserved, ago| Counted { wrong, reserved, latest: Some(now.minus_secs(ago)) };
        let cases = [
            (None, Counted::default(), May::Try),
            (None, counted(5, 0, 1), May::Try),
            (None, counted(5, 1, 1), May::Wait),
            (None, counted(0, 6, 59), May::Wait),
            (None, counted(5, 1, 60), May::Lock(now.plus_secs(86_400 - 60))),
            (Some(now.plus_secs(1)), Counted::default(), May::Locked(now.plus_secs(1))),
            (Some(now), Counted::default(), May::Try),
        ];
        for (locked, counted, expected) in cases {
            assert_eq!(may(locked, counted, now, &policy()), expected, "{counted:?}");
        }
    }
}
