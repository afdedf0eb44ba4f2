//! The visits of a person in 我的订单: held or with money under way, to come, over.

use hall::{Row, Rows, Whose};
use identity::PersonId;
use kernel::{Fen, Moment};
use payments::{Legs, Order, OrderState, PaymentRules};
use platform::db::{DbFault, Tx};
use ui::Page;
use ui::orders::Line;

use super::model::{AppointmentId, State};
use super::pages::standing;
use super::paid::SUBJECT;
use super::show;
use super::store::{self, Appointment};
use super::todos::since;

/// A visit and the order that pays for it.
type Paid = (Appointment, Option<Order>);

/// A person's visits, as `hall::orders` asks for them.
pub(crate) fn lists(
    tx: &mut Tx<'_>,
    whose: &Whose<'_>,
    before: Option<(Moment, &str)>,
    most: usize,
) -> Result<Rows, DbFault> {
    let (person, from) = (whose.person, since(whose.now));
    let under_way = payments::unfinished(tx, person, SUBJECT)?;
    let (unfinished, coming) = match before {
        None => open(tx, person, from, &under_way)?,
        Some(_) => Default::default(),
    };
    // What is under way stands with the unfinished. So many more are read, so that fewer than asked for says that there are
    // no more.
    let limit = i64::try_from(most.saturating_add(under_way.len())).unwrap_or(i64::MAX);
    let before = before.unwrap_or((Moment::from_ms(i64::MAX), ""));
    let mut over = store::over(tx, person, from, before, limit)?;
    over.retain(|visit| !under_way.iter().any(|id| id == visit.id.as_str()));
    over.truncate(most);
    let mut rows = |visits, over| -> Result<Vec<Row>, DbFault> {
        let paid = with_orders(tx, visits, &under_way)?;
        Ok(paid.into_iter().map(|visit| row(visit, whose, over)).collect())
    };
    Ok(Rows { unfinished: rows(unfinished, false)?, coming: rows(coming, false)?, over: rows(over, true)? })
}

/// All that are held or whose money is not where it belongs yet, and all that are booked and to come.
fn open(
    tx: &mut Tx<'_>,
    person: &PersonId,
    from: Moment,
    under_way: &[String],
) -> Result<(Vec<Appointment>, Vec<Appointment>), DbFault> {
    let (mut unfinished, mut coming) = (Vec::new(), Vec::new());
    for visit in store::upcoming(tx, person, from)? {
        if visit.state == State::Held { unfinished.push(visit) } else { coming.push(visit) }
    }
    for id in under_way.iter().filter_map(|id| id.parse::<AppointmentId>().ok()) {
        let listed = unfinished.iter().chain(&coming).any(|visit| visit.id == id);
        if !listed {
            unfinished.extend(store::of_person(tx, person, &id)?);
        }
    }
    Ok((unfinished, coming))
}

fn row((visit, order): Paid, whose: &Whose<'_>, over: bool) -> Row {
    let (rules, now) = (whose.rules.clone(), whose.now);
    Row {
        at: visit.card.slot.starts_at,
        id: visit.id.to_string(),
        show: Box::new(move |page| line(page, &visit, order.as_ref(), (&rules, now), over)),
    }
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

fn line(
    page: &Page,
    visit: &Appointment,
    order: Option<&Order>,
    (rules, now): (&PaymentRules, Moment),
    over: bool,
) -> Line {
    let card = &visit.card;
    let (state, tone) = standing(page, visit, order, now);
    // What became of the money is said beside what became of the visit.
    let moved = order.filter(|order| {
        visit.state != State::Held
            && !matches!(order.state, OrderState::Open | OrderState::Settled | OrderState::Closed)
    });
    let state = match moved {
        Some(order) => format!("{state} · {}", payments::state_word(page, order).0),
        None => state,
    };
    let money = money(page, visit, order, (rules, now));
    let doctor = page.pick(&card.doctor.name, &card.doctor.name_en);
    let department = show::department(page, &card.department);
    Line {
        icon: "booking",
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
