//! Tries at a card's password, codes from a counter, the papers a clerk may have seen. Pure.

use kernel::{IdKind, Moment, typing};

use crate::sms_codes::{CodeEvent, CodeState, Refusal};

kernel::typed_id!(
    /// A card named in a browser, and how far it was shown.
    pub WayId, "cdw"
);
kernel::typed_id!(
    /// One try at a card's password.
    pub TryId, "cdt"
);
kernel::typed_id!(
    /// Somebody else's card named, or a wrong counter's code.
    pub MissId, "mis"
);
kernel::typed_id!(
    /// A code given at a counter.
    pub CounterCodeId, "cnt"
);

/// Digits of a card's password.
pub(super) const CARD_PIN_DIGITS: usize = 6;
/// Digits of a counter's code.
pub(super) const COUNTER_DIGITS: usize = 8;

kernel::words! {
    /// How far the holder of a card has shown it. That it is too old is not a state.
    pub(super) enum WayState: "a state of the way with the card" {
        /// It is the person's card; a code by SMS comes next.
        Named = "named",
        /// The code was entered; the card's password comes next.
        Phoned = "phoned",
        /// The password was right: it has proven somebody.
        Used = "used",
    }
}

/// What happens on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayEvent {
    CodeEntered,
    PinRight,
}

impl WayState {
    /// The transition table; `None` where an event changes nothing.
    pub(super) fn on(self, event: WayEvent) -> Option<WayState> {
        match (self, event) {
            (WayState::Named, WayEvent::CodeEntered) => Some(WayState::Phoned),
            (WayState::Phoned, WayEvent::PinRight) => Some(WayState::Used),
            _ => None,
        }
    }
}

kernel::words! {
    /// Where a try at a card's password stands.
    pub(super) enum TryState: "a state of a try at a card's password" {
        /// The card system is being asked; counts until it has answered.
        Asked = "asked",
        /// Wrong, or a card that may not be used.
        Wrong = "wrong",
        /// Right.
        Right = "right",
        /// The card system gave no answer: does not count.
        Spared = "spared",
    }
}

/// What happens to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TryEvent {
    SaidWrong,
    SaidRight,
    NoAnswer,
}

impl TryState {
    /// The transition table; `None` where an event changes nothing.
    pub(super) fn on(self, event: TryEvent) -> Option<TryState> {
        match (self, event) {
            (TryState::Asked, TryEvent::SaidWrong) => Some(TryState::Wrong),
            (TryState::Asked, TryEvent::SaidRight) => Some(TryState::Right),
            (TryState::Asked, TryEvent::NoAnswer) => Some(TryState::Spared),
            _ => None,
        }
    }
}

/// A card number in its one form; `None` unless nine letters and digits.
pub(super) fn clean_card_no(typed: &str) -> Option<String> {
    let text = typing::code(typed);
    (text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(text)
}

kernel::words! {
    /// A paper that a clerk saw.
    pub(super) enum Paper: "a paper that a clerk sees" {
        /// 居民身份证
        IdCard = "id-card",
        /// 临时居民身份证
        TemporaryCard = "temporary-card",
        /// 户口簿
        Household = "household",
        /// 港澳台居民居住证
        Residence = "residence",
        /// 外国人永久居留身份证
        Foreigner = "foreigner",
    }
}

impl Paper {
    /// Whether a number of this kind stands on it.
    pub(super) const fn bears(self, kind: IdKind) -> bool {
        match self {
            Paper::IdCard | Paper::TemporaryCard | Paper::Household => matches!(kind, IdKind::Resident),
            Paper::Residence => matches!(kind, IdKind::HongKong | IdKind::Macao | IdKind::Taiwan),
            Paper::Foreigner => matches!(kind, IdKind::ForeignResident),
        }
    }
}

/// A counter's code as a decision needs it.
#[derive(Debug, Clone)]
pub(super) struct CounterView {
    pub(super) state: CodeState,
    /// Wrong tries, whoever made them.
    pub(super) tries: i64,
    /// Of these, those of whoever tries now.
    pub(super) mine: i64,
    /// Those of everybody who spends the same budget: of all strangers, or once more the owner's own.
    pub(super) all: i64,
    pub(super) expires_at: Moment,
    pub(super) ended_at: Option<Moment>,
}

/// Two taps on one button are one wish, for so many seconds; the second opens nothing again.
const SECOND_TAP_SECS: i64 = 30;

/// The verdict on a try at a counter's code: the answer, and the state and count of wrong tries to be written.
///
/// After `mine` wrong tries it is shut for whoever made them, and after `all` for every stranger; it stays open for its owner,
/// who is judged by their own wrong tries alone.
pub(super) fn judge(
    code: &CounterView,
    matches: bool,
    now: Moment,
    (mine, all): (i64, i64),
) -> (Result<(), Refusal>, Option<(CodeState, i64)>) {
    match code.state {
        CodeState::Live if now >= code.expires_at => return (Err(Refusal::Expired), None),
        CodeState::Live if left(code, (mine, all)) <= 0 => return (Err(Refusal::Killed), None),
        CodeState::Live => {}
        CodeState::Killed => return (Err(Refusal::Killed), None),
        CodeState::Used if matches && code.ended_at.is_some_and(|at| now < at.plus_secs(SECOND_TAP_SECS)) => {
            return (Err(Refusal::Repeated), None);
        }
        CodeState::Used | CodeState::Replaced => return (Err(Refusal::Gone), None),
    }
    if matches {
        return (Ok(()), code.state.on(CodeEvent::Right).map(|state| (state, code.tries)));
    }
    let refusal = match left(code, (mine, all)) - 1 {
        0 => Refusal::Killed,
        left => Refusal::Wrong { left },
    };
    (Err(refusal), code.state.on(CodeEvent::Wrong).map(|state| (state, code.tries + 1)))
}

/// Wrong tries that whoever tries now has left.
fn left(code: &CounterView, (mine, all): (i64, i64)) -> i64 {
    (mine - code.mine).min(all - code.all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(1_760_000_000_000).plus_secs(secs)
    }

    #[test]
    fn a_try_ends_once() {
        let events = [TryEvent::SaidWrong, TryEvent::SaidRight, TryEvent::NoAnswer];
        for state in TryState::ALL {
            let moves = events.into_iter().filter_map(|event| state.on(event)).count();
            assert_eq!(moves, if state == TryState::Asked { 3 } else { 0 }, "{state:?}");
        }
    }

    #[test]
    fn the_telephone_comes_before_the_password() {
        use WayEvent::{CodeEntered, PinRight};
        assert_eq!(WayState::Named.on(PinRight), None);
        assert_eq!(WayState::Named.on(CodeEntered), Some(WayState::Phoned));
        assert_eq!(WayState::Phoned.on(PinRight), Some(WayState::Used));
        for event in [CodeEntered, PinRight] {
            assert_eq!(WayState::Used.on(event), None);
        }
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(clean_card_no(" a1234 5678 "), Some("A12345678".into()));
        assert_eq!(clean_card_no("A1234567"), None);
        assert_eq!(clean_card_no("卡12345678"), None);
        assert_eq!(clean_card_no("\u{FEFF}а1234-5678\t"), Some("A12345678".into()));
    }

    #[test]
    fn a_counters_code_bears_five_tries_of_each_and_its_time() {
        let live = |mine, all| CounterView {
            state: CodeState::Live,
            tries: 60,
            mine,
            all,
            expires_at: at(900),
            ended_at: None,
        };
        let judge = |code: &CounterView, matches, secs| judge(code, matches, at(secs), (5, 50));
        assert_eq!(judge(&live(4, 40), true, 899), (Ok(()), Some((CodeState::Used, 60))));
        assert_eq!(judge(&live(0, 0), true, 900), (Err(Refusal::Expired), None));
        assert_eq!(judge(&live(0, 9), false, 1), (Err(Refusal::Wrong { left: 4 }), Some((CodeState::Live, 61))));
        // The fifth of one's own shuts it for oneself; it lives on for others.
        assert_eq!(judge(&live(4, 4), false, 1), (Err(Refusal::Killed), Some((CodeState::Live, 61))));
        assert_eq!(judge(&live(5, 5), true, 1), (Err(Refusal::Killed), None));
        // The fiftieth of all strangers shuts it for strangers, and its owner has another budget.
        assert_eq!(judge(&live(0, 49), true, 1), (Ok(()), Some((CodeState::Used, 60))));
        assert_eq!(judge(&live(0, 48), false, 1), (Err(Refusal::Wrong { left: 1 }), Some((CodeState::Live, 61))));
        assert_eq!(judge(&live(0, 49), false, 1), (Err(Refusal::Killed), Some((CodeState::Live, 61))));
        assert_eq!(judge(&live(0, 50), true, 1), (Err(Refusal::Killed), None));
        for state in [CodeState::Used, CodeState::Killed, CodeState::Replaced] {
            assert!(judge(&CounterView { state, ..live(0, 0) }, true, 1).0.is_err());
        }
    }
}
