//! How many visits one patient may have, so that nobody takes places from others (T43), and what else the model must know
//! of the booking rules; pure.

use super::model::{BookRefusal, SlotView};
use crate::clinics::model::{Clinic, Slot};
use crate::rules::BookingRules;

/// What the policy allows a patient (T43), and how long an unpaid place is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub hold_secs: i64,
    pub visits_most: i64,
    pub visits_a_day: i64,
    pub department_a_day: i64,
    pub bookings_a_day: i64,
}

/// The visits that a patient has already, as far as they matter for another visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Load {
    /// Visits to come, held or booked.
    pub visits: i64,
    /// Visits on the wished day.
    pub that_day: i64,
    /// Of these, those in the wished department.
    pub in_department: i64,
    /// Of these, those at the wished time.
    pub at_that_time: i64,
    /// Bookings made today, whatever became of them.
    pub made_today: i64,
}

impl Load {
    /// Which limit another visit would break; the limit that is hardest to get round comes first.
    pub(super) fn over(&self, limits: &Limits) -> Option<BookRefusal> {
        let caps = [
            (self.at_that_time, 1, BookRefusal::SameTime),
            (self.in_department, limits.department_a_day, BookRefusal::DepartmentFull),
            (self.that_day, limits.visits_a_day, BookRefusal::DayFull),
            (self.visits, limits.visits_most, BookRefusal::TooManyVisits),
            (self.made_today, limits.bookings_a_day, BookRefusal::TooManyToday),
        ];
        caps.into_iter().find(|(has, most, _)| has >= most).map(|(_, _, refusal)| refusal)
    }
}

impl BookingRules {
    /// What the model must know of the rules.
    pub const fn limits(&self) -> Limits {
        Limits {
            hold_secs: self.hold_secs,
            visits_most: self.visits_most,
            visits_a_day: self.visits_a_day,
            department_a_day: self.department_a_day,
            bookings_a_day: self.bookings_a_day,
        }
    }

    /// A slot as the model sees it.
    pub fn view(&self, slot: &Slot, clinic: &Clinic) -> SlotView {
        SlotView {
            capacity: slot.capacity,
            held: slot.held,
            booked: slot.booked,
            state: clinic.state,
            book_until: slot.starts_at.minus_secs(self.book_until_secs),
            fee: clinic.fee,
        }
    }
}
