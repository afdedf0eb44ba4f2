//! 我的订单: what is not finished first, then the visits to come, then what is over, month by month.

use askama::Template;
use axum::response::Response;
use identity::{PersonId, RealName, opens};
use kernel::{Fen, Moment};
use payments::{Legs, Order, OrderState, PaymentRules};
use platform::db::{DbFault, Tx};
use serde::Deserialize;
use ui::{Page, Problem, Query, html};

use super::model::{AppointmentId, State};
use super::pages::standing;
use super::paid::SUBJECT;
use super::show;
use super::store::{self, Appointment};
use super::todos::since;

/// Visits that are over, on one page.
const ROWS: usize = 30;

/// A row of the list.
struct Line {
    href: String,
    title: String,
    detail: String,
    state: String,
    tone: &'static str,
    /// What the visit costs, what of it is paid, and until when the rest must be; empty where it is free.
    money: String,
    /// Nothing is to be done or to come any more.
    over: bool,
}

/// Rows under one heading.
struct Part {
    title: String,
    /// How many there are, where they are all here.
    count: Option<usize>,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "appointments/orders.html")]
struct OrdersPage {
    page: Page,
    parts: Vec<Part>,
    /// Whether this page begins after another one.
    later: bool,
    older: Option<String>,
}

/// Where the next page begins.
#[derive(Deserialize)]
pub(crate) struct Before {
    #[serde(default)]
    before: Option<i64>,
    #[serde(default)]
    id: String,
}

/// A visit and the order that pays for it.
type Paid = (Appointment, Option<Order>);

/// What a page shows.
struct Found {
    /// Held, or with money that is not where it belongs yet. All of them.
    unfinished: Vec<Paid>,
    /// Booked and to come. All of them.
    coming: Vec<Paid>,
    /// Over, as many as a page has.
    over: Vec<Paid>,
    /// Where the next page begins, if there is one.
    last: Option<(Moment, AppointmentId)>,
}

/// The list.
pub(crate) async fn orders(citizen: RealName<opens::Mine>, Query(query): Query<Before>) -> Result<Response, Problem> {
    let (person, now) = (citizen.person.clone(), citizen.ctx().now());
    let before = query.before.map(|ms| (Moment::from_ms(ms), query.id));
    let later = before.is_some();
    let found = citizen.ctx().db.read("appointment.list", move |tx| find(tx, &person, before.as_ref(), now)).await?;
    let page = citizen.visit.page.clone();
    let rules = citizen.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let all = |key: &str, visits: &[Paid]| Part {
        title: page.t(key),
        count: Some(visits.len()),
        lines: visits.iter().map(|visit| line(&page, visit, (&rules, now), false)).collect(),
    };
    let mut parts =
        vec![all("health-orders-unfinished", &found.unfinished), all("health-orders-coming", &found.coming)];
    let month = |visit: &Paid| visit.0.card.clinic.date.first_of_month();
    for visits in found.over.chunk_by(|one, other| month(one) == month(other)) {
        let title = visits.first().map_or_else(String::new, |visit| page.month(month(visit)));
        let lines = visits.iter().map(|visit| line(&page, visit, (&rules, now), true)).collect();
        parts.push(Part { title, count: None, lines });
    }
    parts.retain(|part| !part.lines.is_empty());
    let older = found.last.map(|(starts_at, id)| format!("/orders?before={}&id={id}", starts_at.ms()));
    Ok(html(&page.clone(), OrdersPage { page, parts, later, older }))
}

fn find(tx: &mut Tx<'_>, person: &PersonId, before: Option<&(Moment, String)>, now: Moment) -> Result<Found, DbFault> {
    let from = since(now);
    let under_way = payments::unfinished(tx, person, SUBJECT)?;
    let (mut unfinished, mut coming) = (Vec::new(), Vec::new());
    if before.is_none() {
        for visit in store::upcoming(tx, person, from)? {
            if visit.state == State::Held { unfinished.push(visit) } else { coming.push(visit) }
        }
        for id in under_way.iter().filter_map(|id| id.parse::<AppointmentId>().ok()) {
            let listed = unfinished.iter().chain(&coming).any(|visit| visit.id == id);
            if !listed {
                unfinished.extend(store::of_person(tx, person, &id)?);
            }
        }
    }
    let (at, id) = before.map_or((Moment::from_ms(i64::MAX), ""), |(at, id)| (*at, id.as_str()));
    // One more than is shown: whether there is another page is known, not guessed.
    let mut over = store::over(tx, person, from, (at, id), i64::try_from(ROWS + 1).unwrap_or(i64::MAX))?;
    let more = over.len() > ROWS;
    over.truncate(ROWS);
    let last = over.last().filter(|_| more).map(|visit| (visit.card.slot.starts_at, visit.id.clone()));
    over.retain(|visit| !under_way.iter().any(|id| id == visit.id.as_str()));
    Ok(Found {
        unfinished: with_orders(tx, unfinished, &under_way)?,
        coming: with_orders(tx, coming, &under_way)?,
        over: with_orders(tx, over, &under_way)?,
        last,
    })
}

/// Of what is booked or attended the money is said only while it is not where it belongs.
fn with_orders(tx: &mut Tx<'_>, visits: Vec<Appointment>, under_way: &[String]) -> Result<Vec<Paid>, DbFault> {
    let paid = |visit: Appointment| {
        let moves = under_way.iter().any(|id| id == visit.id.as_str());
        let said = moves || (visit.fee > Fen::ZERO && !matches!(visit.state, State::Booked | State::Attended));
        let order = if said { payments::order_of(tx, SUBJECT, visit.id.as_str())? } else { None };
        Ok((visit, order))
    };
    visits.into_iter().map(paid).collect()
}

fn line(page: &Page, (visit, order): &Paid, (rules, now): (&PaymentRules, Moment), over: bool) -> Line {
    let card = &visit.card;
    let (state, tone) = standing(page, visit, order.as_ref(), now);
    // What became of the money is said beside what became of the visit.
    let moved = order.as_ref().filter(|order| {
        visit.state != State::Held
            && !matches!(order.state, OrderState::Open | OrderState::Settled | OrderState::Closed)
    });
    let state = match moved {
        Some(order) => format!("{state} · {}", payments::state_word(page, order).0),
        None => state,
    };
    let money = money(page, visit, order.as_ref(), (rules, now));
    let doctor = page.pick(&card.doctor.name, &card.doctor.name_en);
    let department = show::department(page, &card.department);
    Line {
        href: format!("/appointments/{}", visit.id),
        title: page.pick(&format!("{department} {doctor}"), &format!("{department}, {doctor}")).to_owned(),
        detail: format!("{} · {}", show::when(page, card), show::short_hospital(page, &card.hospital)),
        state,
        tone,
        money,
        over,
    }
}

/// What is still to be paid and until when, what the visit costs and what of it is paid: no figure stands without its name.
fn money(page: &Page, visit: &Appointment, order: Option<&Order>, (rules, now): (&PaymentRules, Moment)) -> String {
    if visit.fee == Fen::ZERO {
        return String::new();
    }
    let fee = show::fee(page, visit.fee);
    let Some((order, due)) = order.and_then(|order| Some((order, payments::due(order, now, rules)?))) else {
        return page.t1("health-fee-line", "fee", fee);
    };
    let paid = Legs::held(order).sum();
    let key = if paid > Fen::ZERO { "health-orders-part" } else { "health-orders-pay-by" };
    let args = [
        ("due", show::fee(page, due.own_money)),
        ("until", page.moment(due.until)),
        ("fee", fee),
        ("paid", show::fee(page, paid)),
    ];
    page.with(key, &args)
}
