//! What waits for a person (待办): the visits to come, on the front page and on the page that shows all of them.

use identity::PersonId;
use kernel::Moment;
use payments::{Order, PaymentRules};
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::front::Todo;

use super::model::State;
use super::pages::payment_of;
use super::show;
use super::store::{self, Appointment};

/// The front page shows so many, and the next visit where it is not among them.
const SHOWN: usize = 3;

/// A visit to come, and the order that pays for it while it is only held.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub visit: Appointment,
    pub pay: Option<Order>,
}

/// All that waits for a person from today on: what is held first, because its time runs out, then the nearest.
pub fn todos(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Waiting>, DbFault> {
    let all = waiting(tx, person, now)?;
    with_orders(tx, all)
}

/// What the front page shows of it, and how much there is in all.
pub fn for_front(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<(Vec<Waiting>, usize), DbFault> {
    let all = waiting(tx, person, now)?;
    let (count, next) = (all.len(), next(&all, now).map(|visit| visit.id.clone()));
    let shown = all.into_iter().enumerate();
    let shown = shown.filter(|(at, visit)| *at < SHOWN || Some(&visit.id) == next.as_ref()).map(|(_, visit)| visit);
    Ok((with_orders(tx, shown.collect())?, count))
}

/// The next of these visits that is booked: today's whose time has passed come after those that are still to come
/// today, and before those of other days. Where none is, the one at which its patient has checked in today and waits.
pub(super) fn next(visits: &[Appointment], now: Moment) -> Option<&Appointment> {
    let key = |visit: &&Appointment| {
        let slot = &visit.card.slot;
        (visit.state == State::Attended, visit.card.clinic.date, slot.ends_at <= now, slot.starts_at)
    };
    visits.iter().filter(|visit| matches!(visit.state, State::Booked | State::Attended)).min_by_key(key)
}

/// Where "from today on" begins: a visit of this morning still counts, for whoever comes late.
pub(super) fn since(now: Moment) -> Moment {
    Moment::start_of(now.date())
}

fn waiting(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Appointment>, DbFault> {
    let mut visits = store::upcoming(tx, person, since(now))?;
    visits.sort_by_key(|visit| visit.state != State::Held);
    Ok(visits)
}

fn with_orders(tx: &mut Tx<'_>, visits: Vec<Appointment>) -> Result<Vec<Waiting>, DbFault> {
    visits.into_iter().map(|visit| Ok(Waiting { pay: payment_of(tx, &visit)?, visit })).collect()
}

/// The visits as rows.
pub fn rows(page: &Page, visits: &[Waiting], rules: &PaymentRules, now: Moment) -> Vec<Todo> {
    visits.iter().map(|one| row(page, one, rules, now)).collect()
}

fn row(page: &Page, Waiting { visit, pay }: &Waiting, rules: &PaymentRules, now: Moment) -> Todo {
    let when = show::when(page, &visit.card);
    let due = pay.as_ref().and_then(|order| payments::due(order, now, rules));
    let place = show::short_place(page, &visit.card);
    // Until when a place is held is said as long as that is to come.
    let detail = match due {
        Some(due) => page.t2("health-todo-pay-by", "until", page.moment(due.until), "place", place),
        None => place,
    };
    let (title, button, bar) = match (pay, due) {
        (Some(_), Some(due)) => {
            (page.t1("health-todo-pay", "when", when), page.t1("health-todo-pay-button", "yuan", due.cash), "due")
        }
        (Some(order), None) => {
            let state = payments::state_word(page, order).0;
            (page.t2("health-todo-wait", "when", when, "state", state), page.t("health-todo-wait-button"), "due")
        }
        _ if visit.state == State::Attended => {
            (page.t1("health-todo-attended", "when", when), page.t("health-see-order"), "done")
        }
        _ => (page.t1("health-todo-visit", "when", when), page.t("health-todo-visit-button"), "blue"),
    };
    // What can be paid no more is explained on the visit's page.
    let pay = pay.as_ref().filter(|order| !payments::is_over(order, now));
    Todo {
        title,
        detail,
        href: pay.map_or_else(|| format!("/appointments/{}", visit.id), payments::pay_href),
        button,
        bar,
    }
}
