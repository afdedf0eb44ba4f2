//! What must be true, kept by the driver in the simplest way: a list of slots, a list of visits.
//! Written apart from the product's own rules, which it must agree with.

use health::appointments::model::State;
use kernel::Moment;

use crate::wish::{Said, Wish};

/// The figures of the policy that the driver runs under.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub hold_secs: i64,
    pub book_until_secs: i64,
    pub cancel_until_secs: i64,
    pub visits_most: usize,
    pub visits_a_day: usize,
    pub department_a_day: usize,
    pub bookings_a_day: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub id: String,
    /// Clinics are numbered in the order of their ids, as the sweeper takes them.
    pub clinic: usize,
    pub capacity: usize,
    pub free: bool,
    pub starts_at: Moment,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Empty until it is known.
    pub id: String,
    /// The barcode's digits; empty until they are known.
    pub code: String,
    pub person: usize,
    pub slot: usize,
    pub seat: i64,
    pub state: State,
    pub hold_until: Option<Moment>,
    pub made_at: Moment,
    pub changed_at: Moment,
    /// How many events it has had.
    pub events: i64,
}

impl Visit {
    fn active(&self) -> bool {
        matches!(self.state, State::Held | State::Booked | State::Attended)
    }
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Model {
    pub figures: Figures,
    pub slots: Vec<Slot>,
    pub visits: Vec<Visit>,
    /// Messages to people, each with an SMS beside it.
    pub messages: i64,
}

/// What a wish must be told, and how things stand after each of its commits; none: it only reads.
pub type Forecast = (Said, Vec<Model>);

impl Model {
    /// What must come of a wish. `late`: it looked before others changed things, so it finds out
    /// within its closure, and a commit that changes nothing is made.
    pub fn foretell(&self, wish: Wish, now: Moment, late: bool) -> Forecast {
        let (said, states) = match wish {
            Wish::Book { person, slot } => self.book(person, slot, now),
            Wish::Cancel { person, visit } => self.cancel(person, visit, now),
            Wish::CheckIn { visit, elsewhere } => self.check_in(visit, elsewhere, now),
            Wish::Expire => self.expire(self, now),
        };
        let done_before = matches!(said, Said::Landed(_) | Said::CancelledBefore(_));
        if late && done_before { (said, vec![self.clone()]) } else { (said, states) }
    }

    fn book(&self, person: usize, slot: usize, now: Moment) -> Forecast {
        let wanted = &self.slots[slot];
        let clinic = |visit: &&Visit| self.slots[visit.slot].clinic == wanted.clinic;
        let own = self.visits.iter().filter(|visit| visit.active() && visit.person == person).find(clinic);
        match own {
            Some(own) if own.slot == slot => return (Said::Landed(own.id.clone()), vec![]),
            Some(own) => return (Said::Elsewhere(own.id.clone()), vec![]),
            None => {}
        }
        if now >= wanted.starts_at.minus_secs(self.figures.book_until_secs) {
            return (Said::TooLate, vec![]);
        }
        let taken: Vec<i64> = self.active_in(slot).map(|visit| visit.seat).collect();
        if taken.len() >= wanted.capacity {
            return (Said::Full, vec![]);
        }
        if self.has_enough(person, wanted, now) {
            return (Said::Enough, vec![]);
        }
        let mut after = self.clone();
        after.messages += i64::from(wanted.free);
        after.visits.push(Visit {
            id: String::new(),
            code: String::new(),
            person,
            slot,
            seat: (1..).find(|seat| !taken.contains(seat)).expect("seats do not end"),
            state: if wanted.free { State::Booked } else { State::Held },
            hold_until: (!wanted.free).then(|| now.plus_secs(self.figures.hold_secs)),
            made_at: now,
            changed_at: now,
            events: if wanted.free { 2 } else { 1 },
        });
        (Said::Booked, vec![after])
    }

    /// Whether somebody has as much as one may have. There is one department, and no two clinics meet at one time.
    fn has_enough(&self, person: usize, wanted: &Slot, now: Moment) -> bool {
        let own = || self.visits.iter().filter(move |visit| visit.person == person);
        let on_day = own().filter(|visit| visit.active()).map(|visit| self.slots[visit.slot].starts_at.date());
        let on_day = on_day.filter(|day| *day == wanted.starts_at.date()).count();
        let to_come = own().filter(|visit| matches!(visit.state, State::Held | State::Booked));
        let to_come = to_come.filter(|visit| self.slots[visit.slot].starts_at >= now).count();
        let today = own().filter(|visit| visit.made_at.date() == now.date()).count();
        let Figures { visits_most, visits_a_day, department_a_day, bookings_a_day, .. } = self.figures;
        on_day >= visits_a_day.min(department_a_day) || to_come >= visits_most || today >= bookings_a_day
    }

    fn cancel(&self, person: usize, visit: usize, now: Moment) -> Forecast {
        let own = &self.visits[visit];
        if own.person != person {
            return (Said::NotFound, vec![]);
        }
        let too_late = now >= self.slots[own.slot].starts_at.minus_secs(self.figures.cancel_until_secs);
        match own.state {
            State::Cancelled => (Said::CancelledBefore(own.changed_at), vec![]),
            State::Attended | State::Expired => (Said::Refused, vec![]),
            State::Booked if too_late => (Said::Refused, vec![]),
            State::Booked | State::Held => {
                let mut after = self.changed(visit, State::Cancelled, now);
                after.messages += i64::from(own.state == State::Booked);
                (Said::Cancelled, vec![after])
            }
        }
    }

    fn check_in(&self, visit: usize, elsewhere: bool, now: Moment) -> Forecast {
        let own = &self.visits[visit];
        if elsewhere {
            return (Said::NotFound, vec![]);
        }
        match own.state {
            State::Attended => (Said::CheckedIn { at: own.changed_at, already: true }, vec![self.clone()]),
            State::Booked if self.slots[own.slot].starts_at.date() == now.date() => {
                (Said::CheckedIn { at: now, already: false }, vec![self.changed(visit, State::Attended, now)])
            }
            _ => (Said::Refused, vec![]),
        }
    }

    /// One commit for each hold past its time when the sweeper looked, the oldest first; what has ended since is
    /// left alone.
    pub fn expire(&self, seen: &Model, now: Moment) -> Forecast {
        let mut due: Vec<usize> = (0..seen.visits.len()).filter(|visit| seen.overdue(*visit, now, 0)).collect();
        due.sort_by_key(|visit| (seen.visits[*visit].hold_until, &seen.visits[*visit].id));
        let still = due.iter().filter(|visit| self.overdue(**visit, now, 0)).count();
        let mut states: Vec<Model> = Vec::new();
        for visit in due {
            let before = states.last().unwrap_or(self);
            let ends = before.overdue(visit, now, 0);
            states.push(if ends { before.changed(visit, State::Expired, now) } else { before.clone() });
        }
        (Said::Expired(still as u64), states)
    }

    fn changed(&self, visit: usize, state: State, now: Moment) -> Model {
        let mut after = self.clone();
        let own = &mut after.visits[visit];
        own.state = state;
        own.hold_until = None;
        own.changed_at = now;
        own.events += 1;
        after
    }

    fn overdue(&self, visit: usize, now: Moment, grace_secs: i64) -> bool {
        self.visits[visit].hold_until.is_some_and(|until| until.plus_secs(grace_secs) <= now)
    }

    /// Whether a hold has outlived its time by so much.
    pub fn has_overdue(&self, now: Moment, grace_secs: i64) -> bool {
        (0..self.visits.len()).any(|visit| self.overdue(visit, now, grace_secs))
    }

    fn active_in(&self, slot: usize) -> impl Iterator<Item = &Visit> {
        self.visits.iter().filter(move |visit| visit.slot == slot && visit.active())
    }

    /// A slot's counters as they must be: held, booked.
    pub fn counters(&self, slot: usize) -> (i64, i64) {
        let held = self.active_in(slot).filter(|visit| visit.state == State::Held).count();
        (held as i64, (self.active_in(slot).count() - held) as i64)
    }
}
