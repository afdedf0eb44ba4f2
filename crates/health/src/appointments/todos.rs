//! The to-dos of a person (待办) in this hall: the visits to come.

use hall::{TodoRow, Todos, Whose};
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

/// All that waits from today on: what is held presses, because its time runs out; the next visit is always shown.
pub(crate) fn lists(tx: &mut Tx<'_>, whose: &Whose<'_>, most: Option<usize>) -> Result<Todos, DbFault> {
    let visits = upcoming(tx, whose.person, whose.now)?;
    let (all, next) = (visits.len(), next(&visits, whose.now).map(|visit| visit.id.clone()));
    let most = most.unwrap_or(all);
    let mut rows = Vec::new();
    for (at, visit) in visits.into_iter().enumerate() {
        let keep = Some(&visit.id) == next.as_ref();
        if at < most || keep {
            let pay = payment_of(tx, &visit)?;
            rows.push(todo(visit, pay, keep, whose));
        }
    }
    Ok(Todos { rows, all })
}

fn todo(visit: Appointment, pay: Option<Order>, keep: bool, whose: &Whose<'_>) -> TodoRow {
    let (rules, now) = (whose.rules.clone(), whose.now);
    TodoRow {
        pressing: visit.state == State::Held,
        at: visit.card.slot.starts_at,
        keep,
        show: Box::new(move |page| row(page, &visit, pay.as_ref(), (&rules, now))),
    }
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

/// The visits: what is held first, then the nearest.
pub(crate) fn upcoming(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Appointment>, DbFault> {
    let mut visits = store::upcoming(tx, person, since(now))?;
    visits.sort_by_key(|visit| visit.state != State::Held);
    Ok(visits)
}

fn row(page: &Page, visit: &Appointment, pay: Option<&Order>, (rules, now): (&PaymentRules, Moment)) -> Todo {
    let when = show::when(page, &visit.card);
    let due = pay.and_then(|order| payments::due(order, now, rules));
    let place = show::short_place(page, &visit.card);
    // Until when a place is held is said as long as that is to come.
    let detail = match due {
        Some(due) => page.t2("health-todo-pay-by", "until", page.moment(due.until), "place", place),
        None => place,
    };
    let (title, button, bar) = match (pay, due) {
        (Some(_), Some(due)) => {
            (page.t1("health-todo-pay", "when", when), page.t1("health-todo-pay-button", "yuan", due.own_money), "due")
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
    let pay = pay.filter(|order| !payments::is_over(order, now));
    Todo {
        title,
        detail,
        href: pay.map_or_else(|| format!("/appointments/{}", visit.id), payments::pay_href),
        button,
        bar,
    }
}
