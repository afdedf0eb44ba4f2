//! A face check's life: states, the transition table, our own result codes. Pure.

use kernel::Rng;

use crate::ports::{FaceVerdict, Movement};

kernel::typed_id!(
    /// One try at a face check.
    pub(crate) FaceId, "fce"
);
kernel::typed_id!(
    /// That somebody agreed to a face check.
    pub(crate) ConsentId, "cns"
);

/// The window in which tries are counted: any 24 hours.
pub(crate) const WINDOW_SECS: i64 = 86_400;

kernel::words! {
    /// Where a check stands. That it is too old is not a state: `expires_at` says so.
    pub(crate) enum CheckState: "a state of a face check" {
        /// Counted, and the provider is being asked to begin.
        Reserved = "reserved",
        /// The provider waits for frames.
        Started = "started",
        /// The provider was at fault and not the person, so it does not count as a try.
        Failed = "failed",
        /// Shown to be that person, once.
        Passed = "passed",
        /// Not shown, for a reason that the result names.
        Refused = "refused",
    }
}

impl CheckState {
    /// The transition table; `None` where an event changes nothing.
    pub(crate) fn on(self, event: CheckEvent) -> Option<CheckState> {
        match (self, event) {
            (CheckState::Reserved, CheckEvent::Begun) => Some(CheckState::Started),
            (CheckState::Reserved, CheckEvent::NotBegun) | (CheckState::Started, CheckEvent::NoAnswer) => {
                Some(CheckState::Failed)
            }
            (CheckState::Started, CheckEvent::Shown) => Some(CheckState::Passed),
            (CheckState::Started, CheckEvent::NotShown) => Some(CheckState::Refused),
            _ => None,
        }
    }
}

/// What happens to a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckEvent {
    /// The provider began it.
    Begun,
    /// The provider did not.
    NotBegun,
    /// The provider says that it is the person.
    Shown,
    /// The provider says that it is not, or the time is over.
    NotShown,
    /// The provider could not tell.
    NoAnswer,
}

impl CheckEvent {
    #[cfg(test)]
    const ALL: [CheckEvent; 5] =
        [CheckEvent::Begun, CheckEvent::NotBegun, CheckEvent::Shown, CheckEvent::NotShown, CheckEvent::NoAnswer];
}

kernel::words! {
    /// How a check ended, in codes of our own (`domain.md` 10); each has a page of its own.
    pub(crate) enum Outcome: "an end of a face check" {
        /// It is the person.
        Pass = "pass",
        /// Name and number do not belong together.
        IdentityMismatch = "identity_mismatch",
        /// The source holds no photo (RNA-6).
        NoPhoto = "no_photo",
        /// Another face.
        FaceMismatch = "face_mismatch",
        /// The movements were not seen.
        LivenessFailed = "liveness_failed",
        /// Too late.
        Timeout = "timeout",
        /// Signs of an attack.
        Risk = "risk",
        /// The provider did not work.
        ProviderDown = "provider_down",
    }
}

impl Outcome {
    /// What the provider's word means here; `None` while it has none.
    pub(crate) fn of(verdict: FaceVerdict) -> Option<Outcome> {
        Some(match verdict {
            FaceVerdict::Pending => return None,
            FaceVerdict::Passed => Outcome::Pass,
            FaceVerdict::IdentityMismatch => Outcome::IdentityMismatch,
            FaceVerdict::NoPhoto => Outcome::NoPhoto,
            FaceVerdict::FaceMismatch => Outcome::FaceMismatch,
            FaceVerdict::LivenessFailed => Outcome::LivenessFailed,
            FaceVerdict::Timeout => Outcome::Timeout,
            FaceVerdict::Risk => Outcome::Risk,
            FaceVerdict::ProviderDown => Outcome::ProviderDown,
        })
    }

    /// What it does to the check.
    pub(crate) const fn event(self) -> CheckEvent {
        match self {
            Outcome::Pass => CheckEvent::Shown,
            Outcome::ProviderDown => CheckEvent::NoAnswer,
            _ => CheckEvent::NotShown,
        }
    }

    /// Whether another face check may help.
    pub(crate) const fn worth_another(self) -> bool {
        !matches!(self, Outcome::Pass | Outcome::NoPhoto | Outcome::IdentityMismatch)
    }
}

/// What the provider said, judged by our own clock: a "passed" that comes too late is none (T06), and
/// silence is no answer only once there is no more time to wait. `None`: wait.
pub(crate) fn judge(said: Option<FaceVerdict>, late: bool) -> Option<Outcome> {
    match (said, late) {
        (Some(verdict), false) => Outcome::of(verdict),
        (None, false) => None,
        (None, true) => Some(Outcome::ProviderDown),
        (Some(verdict), true) => {
            Some(Outcome::of(verdict).filter(|outcome| *outcome != Outcome::Pass).unwrap_or(Outcome::Timeout))
        }
    }
}

/// The movements of one check: two or three of the four, in an unpredictable order.
pub(crate) fn draw_movements(rng: &dyn Rng) -> Vec<Movement> {
    let mut rest = Movement::ALL.to_vec();
    let count = 2 + rng.below(2);
    (0..count).map(|_| rest.swap_remove(usize::try_from(rng.below(rest.len() as u64)).unwrap_or(0))).collect()
}

/// As stored: `nod,blink`.
pub(crate) fn movements_text(movements: &[Movement]) -> String {
    movements.iter().map(|movement| movement.as_str()).collect::<Vec<_>>().join(",")
}

/// Reads what [`movements_text`] wrote; `None` for anything else.
pub(crate) fn read_movements(text: &str) -> Option<Vec<Movement>> {
    text.split(',').filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeededRng;

    #[test]
    fn only_what_is_open_changes_and_nothing_ends_twice() {
        for state in CheckState::ALL {
            for event in CheckEvent::ALL {
                let expected = match (state, event) {
                    (CheckState::Reserved, CheckEvent::Begun) => Some(CheckState::Started),
                    (CheckState::Reserved, CheckEvent::NotBegun) => Some(CheckState::Failed),
                    (CheckState::Started, CheckEvent::Shown) => Some(CheckState::Passed),
                    (CheckState::Started, CheckEvent::NotShown) => Some(CheckState::Refused),
                    (CheckState::Started, CheckEvent::NoAnswer) => Some(CheckState::Failed),
                    _ => None,
                };
                assert_eq!(state.on(event), expected, "{state:?} {event:?}");
            }
        }
        for outcome in Outcome::ALL {
            assert_eq!(outcome.event() == CheckEvent::Shown, outcome == Outcome::Pass);
        }
    }

    #[test]
    fn a_late_pass_is_none_and_silence_is_waited_for() {
        assert_eq!(judge(Some(FaceVerdict::Passed), false), Some(Outcome::Pass));
        assert_eq!(judge(Some(FaceVerdict::Passed), true), Some(Outcome::Timeout));
        assert_eq!(judge(Some(FaceVerdict::Pending), false), None);
        assert_eq!(judge(Some(FaceVerdict::Pending), true), Some(Outcome::Timeout));
        assert_eq!(judge(Some(FaceVerdict::Risk), true), Some(Outcome::Risk));
        assert_eq!(judge(None, false), None);
        assert_eq!(judge(None, true), Some(Outcome::ProviderDown));
    }

    #[test]
    fn movements_are_two_or_three_different_ones_in_any_order() {
        let rng = SeededRng::new(9);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..2000 {
            let drawn = draw_movements(&rng);
            let text = movements_text(&drawn);
            assert_eq!(read_movements(&text), Some(drawn.clone()));
            let different: std::collections::BTreeSet<_> = drawn.iter().map(|movement| movement.as_str()).collect();
            assert!((2..=3).contains(&drawn.len()) && different.len() == drawn.len(), "{text}");
            seen.insert(text);
        }
        // 4·3 pairs and 4·3·2 triples.
        assert_eq!(seen.len(), 12 + 24);
        assert_eq!(read_movements("blink,jump"), None);
    }
}
