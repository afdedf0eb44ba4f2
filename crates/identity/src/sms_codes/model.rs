//! A code's life: states, the transition table, the verdict on a try, the caps on asking. Pure.

use kernel::{Moment, typing};

use super::policy::SmsCodePolicy;
use crate::askers::window_wait;

kernel::typed_id!(
    /// A code that was asked for; knowing this id is what ties a code to the browser that asked.
    pub CodeId, "otp"
);

/// Digits in a code.
pub(crate) const CODE_DIGITS: usize = 6;

kernel::words! {
    /// What a code was asked for; it serves nothing else.
    pub enum Purpose: "a purpose of a code" {
        /// Opening an account.
        SignUp = "sign_up",
        /// Logging in without a password.
        Login = "login",
        /// Showing that a session is on its owner's device, where the browser keeps no key (RNA-9).
        Device = "device",
        /// The last step of authentication with the card, to the number the card system has (RNA-11).
        CardProof = "card_proof",
    }
}

kernel::words! {
    /// Where a code stands. That it is too old is not a state: `expires_at` says so.
    pub enum CodeState: "a state of a code" {
        /// May be tried.
        Live = "live",
        /// Was right once; never again.
        Used = "used",
        /// Too many wrong tries.
        Killed = "killed",
        /// A newer code took its place.
        Replaced = "replaced",
    }
}

impl CodeState {
    /// The transition table; `None` where an event changes nothing.
    pub(crate) fn on(self, event: CodeEvent) -> Option<CodeState> {
        match (self, event) {
            (CodeState::Live, CodeEvent::Right) => Some(CodeState::Used),
            (CodeState::Live, CodeEvent::Wrong) => Some(CodeState::Live),
            (CodeState::Live, CodeEvent::LastWrong) => Some(CodeState::Killed),
            (CodeState::Live, CodeEvent::Renewed) => Some(CodeState::Replaced),
            (CodeState::Used | CodeState::Killed | CodeState::Replaced, _) => None,
        }
    }
}

/// What happens to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeEvent {
    /// The right digits in time.
    Right,
    /// Wrong digits, tries left.
    Wrong,
    /// Wrong digits, and that was the last try.
    LastWrong,
    /// The person asked for another code.
    Renewed,
}

/// A code as a decision needs it.
#[derive(Debug, Clone)]
pub(crate) struct CodeView {
    pub(crate) purpose: Purpose,
    pub(crate) state: CodeState,
    pub(crate) tries: i64,
    pub(crate) expires_at: Moment,
    pub(crate) ended_at: Option<Moment>,
}

/// For so many seconds after its use a right code is answered as what it did, not as a refusal:
/// two taps on one button are one wish. It opens nothing again.
const SECOND_TAP_SECS: i64 = 30;

/// Why a code was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Wrong digits; so many tries are left.
    Wrong {
        /// At least 1.
        left: i64,
    },
    /// Too many wrong tries; a new code is needed.
    Killed,
    /// Too old; a new code is needed.
    Expired,
    /// The right code, used a moment ago: the second of two taps.
    Repeated,
    /// Used already, replaced by a newer one, or never there.
    Gone,
}

impl Refusal {
    /// The error kind at the field of the code.
    pub(crate) fn kind(self) -> String {
        match self {
            Refusal::Wrong { left } => format!("code-wrong:{left}"),
            Refusal::Killed => "code-killed".to_owned(),
            Refusal::Expired => "code-expired".to_owned(),
            Refusal::Repeated | Refusal::Gone => "code-gone".to_owned(),
        }
    }
}

/// The verdict on one try, and what becomes of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) answer: Result<(), Refusal>,
    /// New state and count of wrong tries; `None` if nothing is to be written.
    pub(crate) write: Option<(CodeState, i64)>,
}

/// Judges one try. `matches` says whether the digits are right.
pub(crate) fn judge(code: &CodeView, purpose: Purpose, matches: bool, now: Moment, max_tries: i64) -> Verdict {
    let refuse = |refusal| Verdict { answer: Err(refusal), write: None };
    if code.purpose != purpose {
        return refuse(Refusal::Gone);
    }
    match code.state {
        CodeState::Live => {}
        CodeState::Killed => return refuse(Refusal::Killed),
        CodeState::Used if matches && just_ended(code, now) => return refuse(Refusal::Repeated),
        CodeState::Used | CodeState::Replaced => return refuse(Refusal::Gone),
    }
    if now >= code.expires_at {
        return refuse(Refusal::Expired);
    }
    let tries = if matches { code.tries } else { code.tries + 1 };
    let (event, answer) = if matches {
        (CodeEvent::Right, Ok(()))
    } else if tries >= max_tries {
        (CodeEvent::LastWrong, Err(Refusal::Killed))
    } else {
        (CodeEvent::Wrong, Err(Refusal::Wrong { left: max_tries - tries }))
    };
    Verdict { answer, write: code.state.on(event).map(|state| (state, tries)) }
}

fn just_ended(code: &CodeView, now: Moment) -> bool {
    code.ended_at.is_some_and(|ended| now < ended.plus_secs(SECOND_TAP_SECS))
}

/// A code that was granted to a number, as the caps count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Granted {
    /// When.
    pub(crate) at: Moment,
    /// To the number's owner.
    pub(crate) own: bool,
    /// To the browser or the neighbourhood that asks now.
    pub(crate) mine: bool,
    /// For the purpose that is asked for now.
    pub(crate) same_purpose: bool,
}

/// Seconds until another code may be asked for; `None` if now. `granted`: what the number was granted in the last
/// 24 hours; `to_browser`: what the browser that asks was, for any number. `own`: the number's owner asks. What a
/// stranger spends leaves the owner codes, and what is spent for one purpose leaves some for another.
pub(crate) fn wait_secs(
    granted: &[Granted],
    to_browser: &[Moment],
    own: bool,
    now: Moment,
    policy: &SmsCodePolicy,
) -> Option<i64> {
    const HOUR: i64 = 3600;
    const DAY: i64 = 86_400;
    let wait = |which: &dyn Fn(&Granted) -> bool, window, cap| {
        window_wait(granted.iter().filter(|one| which(one)).map(|one| one.at), now, window, cap)
    };
    let everybody = [
        wait(&|_| true, policy.every_secs, 1),
        wait(&|_| true, HOUR, policy.per_hour),
        wait(&|_| true, DAY, policy.per_day),
        window_wait(to_browser.iter().copied(), now, DAY, policy.browser_per_day),
    ];
    let strangers = [
        wait(&|one| !one.own, HOUR, policy.strangers_per_hour),
        wait(&|one| !one.own, DAY, policy.strangers_per_day),
        wait(&|one| !one.own && one.same_purpose, DAY, policy.purpose_per_day),
        wait(&|one| !one.own && one.mine, DAY, policy.asker_per_day),
    ];
    let strangers = strangers.into_iter().flatten().filter(|_| !own);
    everybody.into_iter().flatten().chain(strangers).max()
}

/// The digits of a typed code. `None` unless six.
pub(super) fn clean_code(typed: &str) -> Option<String> {
    typing::digits(typed, CODE_DIGITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Moment {
        Moment::from_ms(1_760_000_000_000).plus_secs(secs)
    }

    fn live(tries: i64) -> CodeView {
        CodeView { purpose: Purpose::Login, state: CodeState::Live, tries, expires_at: at(300), ended_at: None }
    }

    #[test]
    fn only_a_live_code_changes() {
        let events = [CodeEvent::Right, CodeEvent::Wrong, CodeEvent::LastWrong, CodeEvent::Renewed];
        for state in CodeState::ALL {
            for event in events {
                assert_eq!(state.on(event).is_some(), state == CodeState::Live, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_right_code_is_used_once() {
        let verdict = judge(&live(4), Purpose::Login, true, at(299), 5);
        assert_eq!(verdict, Verdict { answer: Ok(()), write: Some((CodeState::Used, 4)) });
        let used = CodeView { state: CodeState::Used, ended_at: Some(at(10)), ..live(4) };
        let again = |matches, secs| judge(&used, Purpose::Login, matches, at(secs), 5);
        assert_eq!(again(true, 39), Verdict { answer: Err(Refusal::Repeated), write: None });
        assert_eq!(again(true, 40).answer, Err(Refusal::Gone));
        assert_eq!(again(false, 11).answer, Err(Refusal::Gone));
    }

    #[test]
    fn the_fifth_wrong_try_kills() {
        for tries in 0..4 {
            let verdict = judge(&live(tries), Purpose::Login, false, at(1), 5);
            assert_eq!(verdict.answer, Err(Refusal::Wrong { left: 4 - tries }));
            assert_eq!(verdict.write, Some((CodeState::Live, tries + 1)));
        }
        let verdict = judge(&live(4), Purpose::Login, false, at(1), 5);
        assert_eq!(verdict, Verdict { answer: Err(Refusal::Killed), write: Some((CodeState::Killed, 5)) });
        let killed = CodeView { state: CodeState::Killed, ..live(5) };
        assert_eq!(judge(&killed, Purpose::Login, true, at(2), 5).answer, Err(Refusal::Killed));
    }

    #[test]
    fn a_code_serves_its_purpose_and_time_only() {
        assert_eq!(judge(&live(0), Purpose::SignUp, true, at(1), 5).answer, Err(Refusal::Gone));
        let late = judge(&live(0), Purpose::Login, true, at(300), 5);
        assert_eq!(late, Verdict { answer: Err(Refusal::Expired), write: None });
    }

    fn granted(secs: i64, own: bool, mine: bool, same_purpose: bool) -> Granted {
        Granted { at: at(secs), own, mine, same_purpose }
    }

    #[test]
    fn asking_is_capped_by_minute_hour_and_day() {
        let policy = super::super::policy::tests::sms_codes();
        let wait = |codes: &[Granted], now| wait_secs(codes, &[], true, at(now), &policy);
        let own = |secs| granted(secs, true, true, true);
        assert_eq!(wait(&[], 0), None);
        assert_eq!(wait(&[own(0)], 1), Some(59));
        assert_eq!(wait(&[own(0)], 60), None);
        let hour: Vec<Granted> = (0..5).map(|n| own(n * 60)).collect();
        assert_eq!(wait(&hour, 300), Some(3300));
        assert_eq!(wait(&hour, 3600), None);
        let day: Vec<Granted> = (0..10).map(|n| own(n * 3600)).collect();
        assert_eq!(wait(&day, 36_000), Some(86_400 - 36_000));
        assert_eq!(wait(&day, 86_400), None);
    }

    #[test]
    fn strangers_leave_codes_to_the_owner_and_to_each_other() {
        let policy = super::super::policy::tests::sms_codes();
        let wait = |codes: &[Granted], own| wait_secs(codes, &[], own, at(50_000), &policy);
        let strangers = |count: i64, mine, same| -> Vec<Granted> {
            (0..count).map(|n| granted(n * 3600, false, mine, same)).collect()
        };
        // One neighbourhood has four a day, a purpose six, all strangers seven.
        assert_eq!(wait(&strangers(3, true, true), false), None);
        assert!(wait(&strangers(4, true, true), false).is_some());
        assert_eq!(wait(&strangers(4, false, true), false), None, "somebody else's neighbourhood");
        assert!(wait(&strangers(6, false, true), false).is_some());
        assert_eq!(wait(&strangers(6, false, false), false), None, "another purpose");
        assert!(wait(&strangers(7, false, false), false).is_some());
        assert_eq!(wait(&strangers(7, false, true), true), None, "the owner still has three");
        let hour: Vec<Granted> = (0..4).map(|n| granted(48_000 + n * 60, false, false, false)).collect();
        assert!(wait(&hour, false).is_some());
        assert_eq!(wait(&hour, true), None, "and one an hour");
    }

    #[test]
    fn a_browser_has_its_own_cap_over_all_numbers() {
        let policy = super::super::policy::tests::sms_codes();
        let to_browser: Vec<Moment> = (0..10).map(|n| at(n * 60)).collect();
        assert_eq!(wait_secs(&[], &to_browser[..9], false, at(900), &policy), None);
        assert_eq!(wait_secs(&[], &to_browser, true, at(900), &policy), Some(86_400 - 900));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(clean_code(" 123 456 "), Some("123456".into()));
        assert_eq!(clean_code("\u{FEFF}１２３-４５６"), Some("123456".into()));
        for wrong in ["", "12345", "1234567", "12345a"] {
            assert_eq!(clean_code(wrong), None, "{wrong}");
        }
    }
}
