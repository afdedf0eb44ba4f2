//! The electronic card: its states, the one table of moves between them, and what an answer of the
//! card system means for it. Pure.

use kernel::{Date, Moment};

use crate::ports::PhysicalState;

kernel::typed_id!(
    /// An electronic social-security card.
    pub EcardId, "ecd"
);

kernel::words! {
    /// Where an electronic card stands (RNA-10).
    pub(crate) enum State: "a state of an electronic card" {
        /// Asked of the card system.
        Issuing = "issuing",
        /// Can be shown.
        Live = "live",
        /// The physical card is lost, frozen or cancelled.
        Suspended = "suspended",
        /// Never came to be, or given up; a new one may be asked for.
        Ended = "ended",
    }
}

/// The events that can happen to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// The card system issued it, for a physical card in use.
    Issue,
    /// It issued it, for a physical card that is not in use; or the physical card fell out of use.
    Stop,
    /// The physical card is in use again, or there is a new one.
    Restore,
    /// There is no physical card that it could stand for.
    FindNone,
}

/// The moves there are; every other pair changes nothing.
pub(crate) const TRANSITIONS: &[(State, Event, State)] = &[
    (State::Issuing, Event::Issue, State::Live),
    (State::Issuing, Event::Stop, State::Suspended),
    (State::Issuing, Event::FindNone, State::Ended),
    (State::Live, Event::Stop, State::Suspended),
    (State::Suspended, Event::Restore, State::Live),
];

/// Where an event leads; `None` if it changes nothing.
pub(crate) fn step(from: State, event: Event) -> Option<State> {
    TRANSITIONS.iter().find(|(at, what, _)| *at == from && *what == event).map(|(_, _, to)| *to)
}

/// Why a card cannot be shown, as stored beside the physical card's own states: no card was found.
pub(crate) const NO_CARD: &str = "none";

/// A card's row, without what is sealed.
#[derive(Debug, Clone)]
pub(crate) struct Ecard {
    pub(crate) id: EcardId,
    pub(crate) state: State,
    pub(crate) request_no: String,
    pub(crate) card_masked: String,
    pub(crate) level: i64,
    /// `None` before the card system said anything, and where it knows of no card.
    pub(crate) physical: Option<PhysicalState>,
    pub(crate) valid_to: Option<Date>,
    pub(crate) checked_at: Option<Moment>,
}

/// What the card system said of the physical card behind an issued one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// `None`: it knows of no card any more.
    pub(crate) physical: Option<PhysicalState>,
    /// Whether its number is another than the one kept.
    pub(crate) replaced: bool,
}

/// What follows from an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    /// The state after it.
    pub(crate) state: State,
    /// The message that tells the person, if there is something to tell.
    pub(crate) tell: Option<&'static str>,
}

/// What an answer about the physical card means for an issued one.
pub(crate) fn decide(state: State, seen: Seen) -> Change {
    let event = if seen.physical == Some(PhysicalState::Active) { Event::Restore } else { Event::Stop };
    match step(state, event) {
        Some(to @ State::Suspended) => Change { state: to, tell: Some("card_suspended") },
        Some(to) if seen.replaced => Change { state: to, tell: Some("card_replaced") },
        Some(to) => Change { state: to, tell: Some("card_restored") },
        None => Change { state, tell: (seen.replaced && state == State::Live).then_some("card_replaced") },
    }
}

/// The first character and the last two: enough to tell two cards apart, too little to use one.
pub(crate) fn mask_card(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    match chars.as_slice() {
        [first, middle @ .., before, last] if middle.len() >= 3 => {
            format!("{first}{}{before}{last}", "*".repeat(middle.len()))
        }
        _ => "*".repeat(chars.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_card_stays_ended_and_a_live_one_never_goes_back_to_issuing() {
        for (from, _, to) in TRANSITIONS {
            assert_ne!(*from, State::Ended);
            assert_ne!(*to, State::Issuing);
        }
        assert_eq!(step(State::Ended, Event::Restore), None);
        assert_eq!(step(State::Live, Event::Restore), None);
    }

    #[test]
    fn the_physical_card_acts_on_the_electronic_one() {
        let seen = |physical, replaced| Seen { physical, replaced };
        let active = Some(PhysicalState::Active);
        let cases = [
            (State::Live, seen(active, false), State::Live, None),
            (State::Live, seen(Some(PhysicalState::Lost), false), State::Suspended, Some("card_suspended")),
            (State::Live, seen(Some(PhysicalState::Frozen), false), State::Suspended, Some("card_suspended")),
            (State::Live, seen(None, false), State::Suspended, Some("card_suspended")),
            (State::Suspended, seen(Some(PhysicalState::Cancelled), false), State::Suspended, None),
            (State::Suspended, seen(active, false), State::Live, Some("card_restored")),
            (State::Suspended, seen(active, true), State::Live, Some("card_replaced")),
            (State::Live, seen(active, true), State::Live, Some("card_replaced")),
        ];
        for (state, seen, to, tell) in cases {
            assert_eq!(decide(state, seen), Change { state: to, tell }, "{state:?} {seen:?}");
        }
    }

    #[test]
    fn a_masked_number_keeps_its_ends() {
        assert_eq!(mask_card("C12345678"), "C******78");
        assert_eq!(mask_card("C123"), "****");
    }
}
