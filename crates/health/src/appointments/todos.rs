//! What waits for a person on the front page (待办): the visits to come.

use identity::PersonId;
use kernel::{Moment, Time};
use payments::Order;
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::{NextVisit, Todo};

use super::fee_state::due;
use super::model::State;
use super::pages::payment_of;
use super::store::{self, Appointment};
use crate::show;

/// At most so many are shown; the rest is in the list of orders.
const LIMIT: usize = 3;
/// So many of the nearest are looked at: a place that is only held comes before visits that are nearer.
const NEAREST: i64 = 20;

/// A visit to come, and the order that pays for it while it is only held.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub visit: Appointment,
    pub pay: Option<Order>,
}

/// A person's visits from today on: what is held first, because its time runs out, then the nearest.
pub fn todos(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Waiting>, DbFault> {
    let mut visits = store::upcoming(tx, person, Moment::at(now.date(), Time::midnight()), NEAREST)?;
    visits.sort_by_key(|visit| visit.state != State::Held);
    visits.truncate(LIMIT);
    visits.into_iter().map(|visit| Ok(Waiting { pay: payment_of(tx, &visit)?, visit })).collect()
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
    let when = show::when(page, &visit.card);
    let due = pay.as_ref().and_then(due);
    let (title, button, bar) = match (pay, due) {
        (Some(_), Some(due)) => {
            (page.t1("health-todo-pay", "when", when), page.t1("health-todo-pay-button", "yuan", due), "due")
        }
        (Some(order), None) => {
            let state = payments::state_word(page, order).0;
            (page.t2("health-todo-wait", "when", when, "state", state), page.t("health-todo-wait-button"), "due")
        }
        _ => (page.t1("health-todo-visit", "when", when), page.t("health-todo-visit-button"), "blue"),
    };
    Todo {
        title,
        detail: show::place(page, &visit.card),
        href: pay.as_ref().map_or_else(|| format!("/appointments/{}", visit.id), payments::pay_href),
        button,
        bar,
    }
}
