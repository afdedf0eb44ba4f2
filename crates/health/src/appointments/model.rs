//! An appointment, its states and the one table of moves between them; pure.
//!
//! [`decide`] and [`decide_book`] hold the rules. Use cases load a view, ask these functions, and write the answer; the
//! seeded driver asks the same functions without a database.

use kernel::{Date, Fen, Moment};

pub use super::limits::{Limits, Load};
pub use crate::clinics::model::{ClinicState, Places};

kernel::typed_id!(
    /// One appointment (预约).
    pub AppointmentId,
    "apt"
);

kernel::words! {
    /// Where an appointment stands (REG-2, REG-5, REG-10).
    pub enum State: "a state of an appointment" {
        /// The place is kept while the fee is not paid yet.
        Held = "held",
        /// The place is the patient's.
        Booked = "booked",
        /// The patient came and was checked in.
        Attended = "attended",
        /// Given up by the patient in time.
        Cancelled = "cancelled",
        /// The hold ran out unpaid.
        Expired = "expired",
    }
}

impl State {
    /// True while the appointment takes up a place.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Held | Self::Booked | Self::Attended)
    }

    /// What one appointment in this state adds to its slot's counters.
    const fn weight(self) -> Places {
        match self {
            Self::Held => Places { held: 1, booked: 0 },
            Self::Booked | Self::Attended => Places { held: 0, booked: 1 },
            Self::Cancelled | Self::Expired => Places { held: 0, booked: 0 },
        }
    }
}

kernel::words! {
    /// What can happen to an appointment.
    pub enum Event: "an event of an appointment" {
        /// Nothing is left to pay.
        Confirm = "confirm",
        /// The patient gives the place up (「取消预约」).
        Cancel = "cancel",
        /// The hold's time is over.
        Expire = "expire",
        /// The hospital's desk scanned the visit barcode.
        CheckIn = "check_in",
        /// The desk takes a check-in back a moment later: it was the wrong person's.
        UndoCheckIn = "undo_check_in",
    }
}

impl Event {
    /// Whether it happens at the hospital's desk.
    pub const fn is_at_desk(self) -> bool {
        matches!(self, Self::CheckIn | Self::UndoCheckIn)
    }
}

/// All possible moves. A pair that is neither here nor in [`REPEATS`] is refused.
pub const TRANSITIONS: &[(State, Event, State)] = &[
    (State::Held, Event::Confirm, State::Booked),
    (State::Held, Event::Cancel, State::Cancelled),
    (State::Held, Event::Expire, State::Expired),
    (State::Booked, Event::CheckIn, State::Attended),
    (State::Booked, Event::Cancel, State::Cancelled),
    (State::Attended, Event::UndoCheckIn, State::Booked),
];

/// Events that arrive again after they were done: success, and nothing changes.
pub const REPEATS: &[(State, Event)] = &[
    (State::Booked, Event::Confirm),
    (State::Attended, Event::Confirm),
    (State::Attended, Event::CheckIn),
    (State::Booked, Event::UndoCheckIn),
    (State::Cancelled, Event::Cancel),
    (State::Expired, Event::Expire),
];

/// What [`decide`] must know of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    pub state: State,
    /// The civil date of the visit.
    pub date: Date,
    /// Set while held: when the place goes back on sale.
    pub hold_until: Option<Moment>,
    /// The hospital's cut-off: a booked visit can be cancelled before this.
    pub cancel_until: Moment,
    /// Set once attended: the check-in can be taken back before this.
    pub undo_until: Option<Moment>,
}

/// What to do about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Write the new state and change the slot's counters with it.
    Change(Change),
    /// It was done before; answer as if it had been done now.
    Already,
}

/// One move of the table, and what it does to the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    pub from: State,
    pub event: Event,
    pub to: State,
    pub places: Places,
}

/// Why an event is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such move from this state.
    #[error("{event:?} is not possible for an appointment that is {state}")]
    Forbidden { state: State, event: Event },
    /// The hold still has time.
    #[error("the hold runs until {until}")]
    HoldRunning { until: Moment },
    /// The hold ran out before the fee was paid.
    #[error("the hold ran out at {at}")]
    HoldOver { at: Moment },
    /// The hospital's cut-off has passed (REG-5).
    #[error("cancelling was possible until {until}")]
    PastCutOff { until: Moment },
    /// The visit is on another day (REG-10).
    #[error("the visit is on {date}")]
    OtherDay { date: Date },
    /// The moment in which a check-in can be taken back is over.
    #[error("taking the check-in back was possible until {until}")]
    PastUndo { until: Moment },
}

/// What an event does to an appointment, by the table and the rules that guard its moves.
pub fn decide(view: &View, event: Event, now: Moment) -> Result<Decision, Refusal> {
    if REPEATS.contains(&(view.state, event)) {
        return Ok(Decision::Already);
    }
    let to = TRANSITIONS.iter().find(|(from, on, _)| (*from, *on) == (view.state, event)).map(|(_, _, to)| *to);
    let to = to.ok_or(Refusal::Forbidden { state: view.state, event })?;
    guard(view, event, now)?;
    Ok(Decision::Change(Change { from: view.state, event, to, places: between(Some(view.state), to) }))
}

fn guard(view: &View, event: Event, now: Moment) -> Result<(), Refusal> {
    match (event, view.state, view.hold_until) {
        (Event::Expire, _, Some(until)) if now < until => Err(Refusal::HoldRunning { until }),
        (Event::Confirm, _, Some(at)) if now >= at => Err(Refusal::HoldOver { at }),
        // An unpaid place may be given up at any time, because nobody loses anything by it.
        (Event::Cancel, State::Booked, _) if now >= view.cancel_until => {
            Err(Refusal::PastCutOff { until: view.cancel_until })
        }
        (Event::UndoCheckIn, ..) => match view.undo_until {
            Some(until) if now >= until => Err(Refusal::PastUndo { until }),
            _ => Ok(()),
        },
        (Event::CheckIn, _, _) if now.date() != view.date => Err(Refusal::OtherDay { date: view.date }),
        _ => Ok(()),
    }
}

/// The change of the slot's counters when an appointment goes from one state to another.
const fn between(from: Option<State>, to: State) -> Places {
    let before = match from {
        Some(state) => state.weight(),
        None => Places { held: 0, booked: 0 },
    };
    let after = to.weight();
    Places { held: after.held - before.held, booked: after.booked - before.booked }
}

/// What [`decide_book`] must know of a slot and its clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotView {
    pub capacity: i64,
    pub held: i64,
    pub booked: i64,
    /// Whether the clinic is on sale.
    pub state: ClinicState,
    /// Booking ends here (policy, before the slot's start).
    pub book_until: Moment,
    pub fee: Fen,
}

impl SlotView {
    /// Places that can still be had.
    pub const fn left(&self) -> i64 {
        self.capacity - self.held - self.booked
    }

    /// The slot after a change of its counters.
    #[must_use]
    pub const fn plus(mut self, places: Places) -> Self {
        self.held += places.held;
        self.booked += places.booked;
        self
    }
}

/// The person's active appointment with the same doctor in the same half-day, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mine {
    None,
    /// In this very slot: a second tap.
    SameSlot,
    /// At another time of the half-day.
    OtherSlot,
}

/// The result of a request to book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Booking {
    /// The person already has this place; show it.
    Land,
    /// Take one place.
    Take(Take),
}

/// A place taken: the row to write and the change of the slot's counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Take {
    pub state: State,
    /// Set when the place is only held.
    pub hold_until: Option<Moment>,
    pub places: Places,
}

/// Why a place cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BookRefusal {
    #[error("the person has an appointment with this doctor in this half-day")]
    AlreadyBooked,
    #[error("the clinic is called off")]
    CalledOff,
    #[error("the hospital takes no bookings here")]
    NotTaken,
    #[error("booking for this time has ended")]
    TooLate,
    #[error("no place is left")]
    Full,
    #[error("the patient has a visit at this time")]
    SameTime,
    #[error("the patient has as many visits in this department on this day as one may have")]
    DepartmentFull,
    #[error("the patient has as many visits on this day as one may have")]
    DayFull,
    #[error("the patient has as many visits to come as one may have")]
    TooManyVisits,
    #[error("as many bookings were made for the patient today as may be")]
    TooManyToday,
}

/// Whether a patient gets a place in a slot (REG-2). A place that costs something is held first; a
/// free one is held and confirmed in the same moment, so it is booked.
pub fn decide_book(
    slot: &SlotView,
    mine: Mine,
    load: &Load,
    limits: &Limits,
    now: Moment,
) -> Result<Booking, BookRefusal> {
    match mine {
        Mine::SameSlot => return Ok(Booking::Land),
        Mine::OtherSlot => return Err(BookRefusal::AlreadyBooked),
        Mine::None => {}
    }
    match slot.state {
        ClinicState::Open => {}
        ClinicState::CalledOff => return Err(BookRefusal::CalledOff),
        ClinicState::NotTaken => return Err(BookRefusal::NotTaken),
    }
    if now >= slot.book_until {
        return Err(BookRefusal::TooLate);
    }
    if slot.left() < 1 {
        return Err(BookRefusal::Full);
    }
    if let Some(refusal) = load.over(limits) {
        return Err(refusal);
    }
    let free = slot.fee == Fen::ZERO;
    let state = if free { State::Booked } else { State::Held };
    let hold_until = (!free).then(|| now.plus_secs(limits.hold_secs));
    Ok(Booking::Take(Take { state, hold_until, places: between(None, state) }))
}

/// The smallest seat number that no active appointment of the slot has.
pub fn free_seat(taken: &[i64]) -> i64 {
    let mut seat = 1;
    while taken.contains(&seat) {
        seat += 1;
    }
    seat
}

/// The smallest free seat when there is no gap among the taken ones, told without reading them all: `places` are
/// taken by the slot's counters, the new one included, and `last` is the highest seat given.
pub fn next_seat(places: i64, last: i64) -> Option<i64> {
    (last == places - 1).then_some(places)
}

/// The table as a mermaid state diagram, for the docs.
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> held: hold\n");
    for (from, event, to) in TRANSITIONS {
        text.push_str(&format!("    {from} --> {to}: {}\n", event.as_str()));
    }
    for state in State::ALL {
        if !TRANSITIONS.iter().any(|(from, _, _)| *from == state) {
            text.push_str(&format!("    {state} --> [*]\n"));
        }
    }
    text
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
