//! The citizen's pages of appointments: check and book, one order with its barcode.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use identity::people::patient_card;
use identity::{Asks, PersonId, RealName, Refused, opens};
use kernel::{Moment, ShortNo};
use payments::{Order, OrderState, PaymentRules};
use platform::db::{DbFault, Tx};
use serde::Deserialize;
use ui::{Form, Markup, Page, Problem, Query, html, html_status, see_other, see_other_with};

use super::book::{self as use_book, Book, BookError, Booked};
use super::fee_state::FeeState;
use super::guard::{self, Having};
use super::model::{AppointmentId, BookRefusal, Booking, Decision, Event, State, decide, decide_book};
use super::paid::{SUBJECT, again_href};
use super::show;
use super::store::{self, Appointment};
use crate::clinics::model::{SlotCard, SlotId};
use crate::rules::BookingRules;

/// A POST that carries nothing but its token.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// The facts of a visit, as the pages list them.
pub(super) struct Facts {
    pub(super) hospital: String,
    pub(super) department: String,
    pub(super) doctor: String,
    pub(super) when: String,
    pub(super) fee: String,
}

impl Facts {
    pub(super) fn of(page: &Page, card: &SlotCard) -> Self {
        Self {
            hospital: show::hospital(page, &card.hospital).to_owned(),
            department: show::department(page, &card.department).to_owned(),
            doctor: show::doctor_line(page, &card.doctor),
            when: show::when(page, card),
            fee: show::fee(page, card.clinic.fee),
        }
    }
}

#[derive(Template)]
#[template(path = "appointments/confirm.html")]
struct ConfirmPage {
    page: Page,
    slot: SlotId,
    back: String,
    patient: String,
    id_masked: String,
    facts: Facts,
    /// Until when it can be cancelled; nothing where that is over.
    cancel_until: Option<String>,
    /// Why it cannot be booked.
    refusal: Option<RefusedTime>,
    /// The other appointment that stands in the way.
    other: Option<AppointmentId>,
    /// Others do, and can be given up.
    own_visits: bool,
    /// A POST was refused a moment ago, and by now it would go through.
    again: bool,
    /// Nothing is to be paid: the place is not held first.
    free: bool,
    hold_minutes: i64,
}

/// Where a POST that was refused comes back to.
#[derive(Deserialize)]
pub(crate) struct Tried {
    #[serde(default)]
    tried: Option<String>,
}

/// The page to check everything on before 「确认预约」. Booking asks who it is first (RNA-1); looking at what was
/// booked and cancelling it ask for the device only (RNA-9).
pub(crate) async fn confirm(
    citizen: RealName<opens::Booking>,
    Path(id): Path<String>,
    Query(tried): Query<Tried>,
) -> Result<Response, Problem> {
    let slot: SlotId = id.parse().map_err(|_| Problem::not_found())?;
    let ctx = citizen.ctx();
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date()).map_err(Problem::fault)?;
    let (vault, person, wanted) = (ctx.vault.clone(), citizen.person.clone(), slot.clone());
    let read = move |tx: &mut Tx<'_>| {
        let Some((card, having)) = guard::card_for(tx, &person, &wanted, now)? else { return Ok(None) };
        Ok::<_, DbFault>(Some((card, having, patient_card(tx, &vault, &person)?)))
    };
    let (card, Having { existing, load }, patient) =
        ctx.db.read("appointment.confirm", read).await?.ok_or_else(Problem::not_found)?;
    let mine = store::mine(existing.as_ref(), &slot);
    let decision = decide_book(&rules.view(&card.slot, &card.clinic), mine, &load, &rules.limits(), now);
    let other = existing.map(|(id, _)| id);
    if let (Ok(Booking::Land), Some(id)) = (decision, &other) {
        return Ok(see_other(&format!("/appointments/{id}")));
    }
    let page = citizen.into_citizen().visit.page;
    let refusal = decision.err().map(|refusal| RefusedTime::of(&page, refusal, &rules));
    let shown = ConfirmPage {
        back: format!("/clinics/{}", card.clinic.id),
        patient: patient.as_ref().map_or_else(String::new, |patient| patient.name.expose().to_owned()),
        id_masked: patient.map_or_else(String::new, |patient| patient.id_masked),
        facts: Facts::of(&page, &card),
        cancel_until: cancel_until(&page, &rules, &card, now),
        again: tried.tried.is_some() && refusal.is_none(),
        free: card.clinic.fee == kernel::Fen::ZERO,
        hold_minutes: rules.hold_secs / 60,
        own_visits: refusal.as_ref().is_some_and(|refused| refused.own),
        refusal,
        other,
        slot,
        page,
    };
    // After a refused POST the page is the answer to it, so its status says so.
    let status = if shown.refusal.is_some() && tried.tried.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(html_status(&shown.page.clone(), status, shown))
}

/// Why a time cannot be booked, in words.
struct RefusedTime {
    title: String,
    /// The rule, and what to do.
    text: String,
    /// The patient's own visits stand in the way: that is where something can be done.
    own: bool,
}

impl RefusedTime {
    fn of(page: &Page, refusal: BookRefusal, rules: &BookingRules) -> Self {
        let (key, most) = match refusal {
            BookRefusal::AlreadyBooked => ("already", 1),
            BookRefusal::CalledOff => ("called-off", 0),
            BookRefusal::NotTaken => ("not-taken", 0),
            BookRefusal::TooLate => ("too-late", 0),
            BookRefusal::Full => ("full", 0),
            BookRefusal::SameTime => ("same-time", 1),
            BookRefusal::DepartmentFull => ("department", rules.department_a_day),
            BookRefusal::DayFull => ("day", rules.visits_a_day),
            BookRefusal::TooManyVisits => ("visits", rules.visits_most),
            BookRefusal::TooManyToday => ("today", rules.bookings_a_day),
        };
        let own = matches!(
            refusal,
            BookRefusal::SameTime | BookRefusal::DepartmentFull | BookRefusal::DayFull | BookRefusal::TooManyVisits
        );
        Self {
            title: page.t1(&format!("health-refused-{key}"), "most", most),
            text: page.t1(&format!("health-refused-{key}-text"), "most", most),
            own,
        }
    }
}

/// 「确认预约」. A refusal goes back to the page above, which shows how things stand now.
pub(crate) async fn book(
    citizen: RealName<opens::Booking>,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let slot: SlotId = id.parse().map_err(|_| Problem::not_found())?;
    let command = Book { person: citizen.person.clone(), slot: slot.clone() };
    match use_book::book(citizen.ctx(), command).await {
        Ok(Booked { pay: Some(order), .. }) => Ok(see_other(&format!("/pay/{order}"))),
        Ok(booked) if booked.fresh => {
            Ok(see_other_with(&format!("/appointments/{}", booked.appointment), "health-flash-booked"))
        }
        Ok(booked) => Ok(see_other(&format!("/appointments/{}", booked.appointment))),
        Err(BookError::Full | BookError::AlreadyBooked(_) | BookError::Refused(_)) => {
            Ok(see_other(&format!("/slots/{slot}/book?tried=1")))
        }
        Err(BookError::NotFound) => Err(Problem::not_found()),
        Err(BookError::Policy(error)) => Err(Problem::fault(error)),
        Err(BookError::Notice(error)) => Err(error.into()),
        Err(BookError::Fault(fault)) => Err(fault.into()),
    }
}

#[derive(Template)]
#[template(path = "appointments/order.html")]
struct OrderPage {
    page: Page,
    id: AppointmentId,
    /// Its short number, to be read to whoever is asked about it.
    no: String,
    title: String,
    tone: &'static str,
    /// What the state means, with its moment: when to come, until when held, when cancelled.
    told: String,
    facts: Facts,
    seat_no: i64,
    bars: Option<(Markup<String>, String)>,
    place: String,
    address: String,
    phone: String,
    /// Until when it can be cancelled; nothing where that is over.
    cancel_until: Option<String>,
    can_cancel: bool,
    again: String,
    tips: Vec<String>,
    pay: Option<FeeState>,
    /// What is to be paid now, as the button says it.
    go_pay: Option<String>,
    /// Something is under way with the money: the page looks again after so many seconds.
    look_secs: Option<i64>,
}

/// One order: its state, the barcode, what to know before coming, what can be done.
pub(crate) async fn order(asks: Asks<opens::Booked>, Path(id): Path<String>) -> Result<Response, Refused> {
    let id: Option<AppointmentId> = id.parse().ok();
    let now = asks.ctx().now();
    let rules = asks.ctx().policy.at::<BookingRules>(now.date()).map_err(Problem::fault)?;
    let pay_rules = asks.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let read = move |tx: &mut Tx<'_>, person: &PersonId| match &id {
        Some(id) => match store::of_person(tx, person, id)? {
            Some(found) => Ok(Some((found, payments::order_of(tx, SUBJECT, id.as_str())?))),
            None => Ok(None),
        },
        None => Ok(None),
    };
    let (citizen, found) = asks.read("appointment.order", read).await?;
    let (found, pay) = found.ok_or_else(Problem::not_found)?;
    let page = order_page(citizen.visit.page, &found, pay.as_ref(), (&rules, &pay_rules), now);
    Ok(html(&page.page, &page))
}

/// How a visit that is only held is paid; the others' states say enough in a list.
pub(super) fn payment_of(tx: &mut Tx<'_>, visit: &Appointment) -> Result<Option<Order>, DbFault> {
    match visit.state {
        State::Held => payments::order_of(tx, SUBJECT, visit.id.as_str()),
        _ => Ok(None),
    }
}

/// Until when a visit can still be cancelled; nothing where that time is over.
fn cancel_until(page: &Page, rules: &BookingRules, card: &SlotCard, now: Moment) -> Option<String> {
    let until = rules.cancel_until_of(card);
    (now < until).then(|| page.moment(until))
}

/// Whether its time is over and its day is not: whoever comes now comes late.
pub(super) fn is_late(visit: &Appointment, now: Moment) -> bool {
    visit.state == State::Booked && visit.card.slot.ends_at <= now && visit.card.clinic.date == now.date()
}

/// The state in words, and its tone. A booked visit whose day is over without a check-in is told as such, and a held
/// one as its order stands.
pub(super) fn standing(page: &Page, visit: &Appointment, pay: Option<&Order>, now: Moment) -> (String, &'static str) {
    match (visit.state, pay) {
        (State::Booked, _) if visit.card.clinic.date < now.date() => (page.t("health-state-missed"), "due"),
        (State::Booked, _) if is_late(visit, now) => (page.t("health-state-late"), "due"),
        (State::Held, Some(order)) => payments::state_word(page, order),
        _ => show::state(page, visit.state),
    }
}

/// What the state means, with its moment: when to come, until when held, what became of the money.
fn told(page: &Page, visit: &Appointment, pay: Option<&Order>, rules: &PaymentRules) -> String {
    let at = |key: &str, moment: Moment| page.t1(key, "at", page.moment(moment));
    match (visit.state, visit.hold_until, pay.map(|order| (order.state, order))) {
        (State::Held, _, Some((state, order))) if state != OrderState::Open => payments::state_text(page, order, rules),
        (State::Held, _, Some((_, order))) if payments::is_over(order, page.now()) => page.t("health-order-over"),
        (State::Held, until, _) => at("health-order-held", until.unwrap_or(visit.changed_at)),
        (State::Expired, _, Some((OrderState::Refunded, _))) => page.t("health-order-expired-returned"),
        (State::Expired, _, Some((OrderState::Returning | OrderState::Blocked, _))) => {
            page.t("health-order-expired-returning")
        }
        (other, ..) => at(&format!("health-order-{other}"), visit.changed_at),
    }
}

fn order_page(
    page: Page,
    order: &Appointment,
    pay: Option<&Order>,
    (rules, pay_rules): (&BookingRules, &PaymentRules),
    now: Moment,
) -> OrderPage {
    let card = &order.card;
    // The barcode ends with its day.
    let valid = order.state == State::Booked && card.clinic.date >= now.date();
    let (title, tone) = standing(&page, order, pay, now);
    let told = match order.state {
        State::Booked if is_late(order, now) => page.t("health-order-late"),
        State::Booked if valid => {
            page.t2("health-order-come", "when", show::when(&page, card), "minutes", rules.arrive_minutes)
        }
        State::Booked => page.t("health-order-missed"),
        _ => told(&page, order, pay, pay_rules),
    };
    let look_secs = pay.and_then(|pay| payments::look_secs(pay, now));
    let can_cancel = matches!(decide(&order.view(rules), Event::Cancel, now), Ok(Decision::Change(_)));
    let pay = pay.map(|pay| FeeState::of(&page, pay, pay_rules, now, can_cancel));
    let due = pay.as_ref().and_then(|pay| pay.due);
    OrderPage {
        id: order.id.clone(),
        no: order.no.as_ref().map(ShortNo::grouped).unwrap_or_default(),
        look_secs,
        title,
        tone: if tone == "plain" { "blue" } else { tone },
        told,
        facts: Facts::of(&page, card),
        seat_no: order.seat_no,
        bars: valid.then(|| (ui::barcode::markup(order.code.as_str()), ui::barcode::grouped(order.code.as_str()))),
        place: page.pick(&card.department.place, &card.department.place_en).to_owned(),
        address: card.hospital.address.clone(),
        phone: card.hospital.phone.clone(),
        cancel_until: cancel_until(&page, rules, card, now),
        can_cancel,
        again: again_href(card),
        tips: show::paragraphs(page.pick(&card.hospital.tips, &card.hospital.tips_en)),
        go_pay: due.map(|due| page.t1("health-todo-pay-button", "yuan", due.own_money)),
        pay,
        page,
    }
}
