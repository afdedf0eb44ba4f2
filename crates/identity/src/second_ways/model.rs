//! Tries at a card's password, codes from a counter, the papers a clerk may have seen. Pure.

use kernel::{Moment, typing};

use crate::sms_codes::{CodeEvent, CodeState, Refusal};

kernel::typed_id!(
    /// One try at a card's password.
    pub TryId, "cdt"
);
kernel::typed_id!(
    /// A code given at a counter.
    pub CounterCodeId, "cnt"
);

/// Digits of a card's password.
pub(super) const CARD_PIN_DIGITS: usize = 6;
/// Digits of a counter's code.
pub(super) const COUNTER_DIGITS: usize = 8;

/// Where a try at a card's password stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TryState {
    /// The card system is being asked; counts until it has answered.
    Asked,
    /// Wrong, or a card that is not this person's, or one that may not be used.
    Wrong,
    /// Right; a code by SMS comes next.
    Right,
    /// The card system gave no answer: does not count.
    Spared,
    /// The code was entered; the try has proven somebody.
    Used,
}

/// What happens to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TryEvent {
    SaidWrong,
    SaidRight,
    SaidNothing,
    CodeEntered,
}

impl TryState {
    /// All states, for tables and tests.
    #[cfg(test)]
    const ALL: [TryState; 5] = [TryState::Asked, TryState::Wrong, TryState::Right, TryState::Spared, TryState::Used];

    /// As stored.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            TryState::Asked => "asked",
            TryState::Wrong => "wrong",
            TryState::Right => "right",
            TryState::Spared => "spared",
            TryState::Used => "used",
        }
    }

    /// The transition table; `None` where an event changes nothing.
    pub(super) fn on(self, event: TryEvent) -> Option<TryState> {
        match (self, event) {
            (TryState::Asked, TryEvent::SaidWrong) => Some(TryState::Wrong),
            (TryState::Asked, TryEvent::SaidRight) => Some(TryState::Right),
            (TryState::Asked, TryEvent::SaidNothing) => Some(TryState::Spared),
            (TryState::Right, TryEvent::CodeEntered) => Some(TryState::Used),
            _ => None,
        }
    }
}

/// Tries left before another that counts, with the moments of those that count; `Err`: the seconds
/// until one may be tried again.
pub(super) fn left(counting: &[Moment], now: Moment, tries: usize, window_secs: i64) -> Result<usize, i64> {
    let mut until: Vec<i64> =
        counting.iter().map(|at| at.plus_secs(window_secs).ms() - now.ms()).filter(|ms| *ms > 0).collect();
    if until.len() < tries {
        return Ok(tries - until.len());
    }
    // One is free again once the oldest of the newest `tries` has left the window.
    until.sort_unstable_by(|a, b| b.cmp(a));
    let ms = tries.checked_sub(1).and_then(|at| until.get(at)).copied().unwrap_or(0);
    Err((ms + 999) / 1000)
}

/// A card number in its one form; `None` unless nine letters and digits.
pub(super) fn clean_card_no(typed: &str) -> Option<String> {
    let text = typing::code(typed);
    (text.len() == 9 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(text)
}

/// A paper that a clerk saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    /// 居民身份证
    IdCard,
    /// 临时居民身份证
    TemporaryCard,
    /// 户口簿
    Household,
    /// 港澳台居民居住证
    Residence,
    /// 外国人永久居留身份证
    Foreigner,
}

impl Paper {
    /// All of them.
    pub(super) const ALL: [Paper; 5] =
        [Paper::IdCard, Paper::TemporaryCard, Paper::Household, Paper::Residence, Paper::Foreigner];

    /// As stored, and as in forms and keys of words.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Paper::IdCard => "id-card",
            Paper::TemporaryCard => "temporary-card",
            Paper::Household => "household",
            Paper::Residence => "residence",
            Paper::Foreigner => "foreigner",
        }
    }

    /// Reads what [`Paper::as_str`] wrote.
    pub(super) fn parse(text: &str) -> Option<Paper> {
        Paper::ALL.into_iter().find(|paper| paper.as_str() == text)
    }
}

/// A counter's code as a decision needs it.
#[derive(Debug, Clone)]
pub(super) struct CounterView {
    pub(super) state: CodeState,
    pub(super) tries: i64,
    pub(super) expires_at: Moment,
    pub(super) ended_at: Option<Moment>,
}

/// Two taps on one button are one wish, for so many seconds; the second opens nothing again.
const SECOND_TAP_SECS: i64 = 30;

/// The verdict on a try at a counter's code: the answer, and what is to be written of the code.
pub(super) fn judge(
    code: &CounterView,
    matches: bool,
    now: Moment,
    max_tries: i64,
) -> (Result<(), Refusal>, Option<(CodeState, i64)>) {
    match code.state {
        CodeState::Live if now >= code.expires_at => return (Err(Refusal::Expired), None),
        CodeState::Live => {}
        CodeState::Killed => return (Err(Refusal::Killed), None),
        CodeState::Used if matches && code.ended_at.is_some_and(|at| now < at.plus_secs(SECOND_TAP_SECS)) => {
            return (Err(Refusal::Repeated), None);
        }
        CodeState::Used | CodeState::Replaced => return (Err(Refusal::Gone), None),
    }
    let tries = if matches { code.tries } else { code.tries + 1 };
    let (event, answer) = if matches {
        (CodeEvent::Right, Ok(()))
    } else if tries >= max_tries {
        (CodeEvent::LastWrong, Err(Refusal::Killed))
    } else {
        (CodeEvent::Wrong, Err(Refusal::Wrong { left: max_tries - tries }))
    };
    (answer, code.state.on(event).map(|state| (state, tries)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(1_760_000_000_000).plus_secs(secs)
    }

    #[test]
    fn a_try_is_settled_once_and_proves_once() {
        let events = [TryEvent::SaidWrong, TryEvent::SaidRight, TryEvent::SaidNothing, TryEvent::CodeEntered];
        for state in TryState::ALL {
            let moves = events.into_iter().filter_map(|event| state.on(event)).count();
            let expected = match state {
                TryState::Asked => 3,
                TryState::Right => 1,
                TryState::Wrong | TryState::Spared | TryState::Used => 0,
            };
            assert_eq!(moves, expected, "{state:?}");
        }
    }

    #[test]
    fn five_a_day_and_the_oldest_leaves_first() {
        let day = 86_400;
        assert_eq!(left(&[], at(0), 5, day), Ok(5));
        let four: Vec<Moment> = (0..4).map(|n| at(n * 100)).collect();
        assert_eq!(left(&four, at(400), 5, day), Ok(1));
        let five: Vec<Moment> = (0..5).map(|n| at(n * 100)).collect();
        assert_eq!(left(&five, at(500), 5, day), Err(day - 500));
        assert_eq!(left(&five, at(day), 5, day), Ok(1));
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        assert_eq!(clean_card_no(" a1234 5678 "), Some("A12345678".into()));
        assert_eq!(clean_card_no("A1234567"), None);
        assert_eq!(clean_card_no("卡12345678"), None);
        assert_eq!(clean_card_no("\u{FEFF}а1234-5678\t"), Some("A12345678".into()));
    }

    #[test]
    fn a_counters_code_bears_five_tries_and_its_time() {
        let live = |tries| CounterView { state: CodeState::Live, tries, expires_at: at(900), ended_at: None };
        assert_eq!(judge(&live(4), true, at(899), 5), (Ok(()), Some((CodeState::Used, 4))));
        assert_eq!(judge(&live(0), true, at(900), 5), (Err(Refusal::Expired), None));
        assert_eq!(judge(&live(0), false, at(1), 5), (Err(Refusal::Wrong { left: 4 }), Some((CodeState::Live, 1))));
        assert_eq!(judge(&live(4), false, at(1), 5), (Err(Refusal::Killed), Some((CodeState::Killed, 5))));
        for state in [CodeState::Used, CodeState::Killed, CodeState::Replaced] {
            assert!(judge(&CounterView { state, ..live(0) }, true, at(1), 5).0.is_err());
        }
    }
}
