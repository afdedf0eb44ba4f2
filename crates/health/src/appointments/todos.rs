//! What waits for a person on the front page (待办): the visits to come.

use identity::PersonId;
use kernel::{Moment, Time};
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::{NextVisit, Todo};

use super::model::State;
use super::store::{self, Appointment};
use crate::show;

/// At most so many are shown; the rest is in the list of orders.
const LIMIT: i64 = 3;

/// A person's visits from today on that are held or booked, the nearest first.
pub fn todos(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Appointment>, DbFault> {
    store::upcoming(tx, person, Moment::at(now.date(), Time::midnight()), LIMIT)
}

/// The visit on the front page's card: the nearest one that is booked.
pub fn next_visit(page: &Page, visits: &[Appointment]) -> Option<NextVisit> {
    let next = visits.iter().find(|visit| visit.state == State::Booked)?;
    Some(NextVisit { when: show::when(page, &next.card), place: show::place(page, &next.card) })
}

/// The visits as rows of the front page.
pub fn rows(page: &Page, visits: &[Appointment]) -> Vec<Todo> {
    visits.iter().map(|visit| row(page, visit)).collect()
}

fn row(page: &Page, visit: &Appointment) -> Todo {
    let (title, button, bar) = match visit.state {
        State::Held => ("health-todo-pay", "health-todo-pay-button", "due"),
        _ => ("health-todo-visit", "health-todo-visit-button", "blue"),
    };
    Todo {
        title: page.t1(title, "when", show::when(page, &visit.card)),
        detail: show::place(page, &visit.card),
        href: format!("/appointments/{}", visit.id),
        button: page.t(button),
        bar,
    }
}
