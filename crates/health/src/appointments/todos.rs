//! What waits for a person on the front page (待办): the visits to come.

use identity::PersonId;
use kernel::{Moment, Time};
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::{NextVisit, Todo};

use super::model::State;
use super::paid::SUBJECT;
use super::store::{self, Appointment};
use crate::show;

/// At most so many are shown; the rest is in the list of orders.
const LIMIT: i64 = 3;

/// A visit to come, and the page that pays for it while it is only held.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub visit: Appointment,
    pub pay: Option<String>,
}

/// A person's visits from today on that are held or booked, the nearest first.
pub fn todos(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Waiting>, DbFault> {
    let mut waiting = Vec::new();
    for visit in store::upcoming(tx, person, Moment::at(now.date(), Time::midnight()), LIMIT)? {
        let order = match visit.state {
            State::Held => payments::order_of(tx, SUBJECT, visit.id.as_str())?,
            _ => None,
        };
        waiting.push(Waiting { visit, pay: order.as_ref().map(payments::pay_href) });
    }
    Ok(waiting)
}

/// The visit on the front page's card: the nearest one that is booked.
pub fn next_visit(page: &Page, visits: &[Waiting]) -> Option<NextVisit> {
    let next = visits.iter().map(|one| &one.visit).find(|visit| visit.state == State::Booked)?;
    Some(NextVisit { when: show::when(page, &next.card), place: show::place(page, &next.card) })
}

/// The visits as rows of the front page.
pub fn rows(page: &Page, visits: &[Waiting]) -> Vec<Todo> {
    visits.iter().map(|one| row(page, one)).collect()
}

fn row(page: &Page, Waiting { visit, pay }: &Waiting) -> Todo {
    let (title, button, bar) = match visit.state {
        State::Held => ("health-todo-pay", "health-todo-pay-button", "due"),
        _ => ("health-todo-visit", "health-todo-visit-button", "blue"),
    };
    Todo {
        title: page.t1(title, "when", show::when(page, &visit.card)),
        detail: show::place(page, &visit.card),
        href: pay.clone().unwrap_or_else(|| format!("/appointments/{}", visit.id)),
        button: page.t(button),
        bar,
    }
}
