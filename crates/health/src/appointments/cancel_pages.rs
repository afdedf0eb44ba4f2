//! 「取消预约」: the page that asks before, with what would go back, and the form behind it.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use identity::{Citizen, RealName, opens};
use payments::{Order, PaymentRules, Payments};
use platform::db::{DbFault, Tx};
use ui::{Form, Page, Problem, html, see_other, see_other_with};

use super::cancel::{self as use_cancel, Cancel, CancelError, Cancelled};
use super::fee_state;
use super::model::{AppointmentId, Decision, Event, Refusal, State, decide};
use super::pages::{Facts, Nothing};
use super::paid::SUBJECT;
use super::store::{self, Appointment};
use crate::rules::BookingRules;

#[derive(Template)]
#[template(path = "appointments/cancel.html")]
struct CancelPage {
    page: Page,
    id: AppointmentId,
    facts: Facts,
    cancel_until: String,
    /// What becomes of the place.
    ask_text: String,
    /// Why it cannot be cancelled: the end of a locale key.
    refusal: Option<&'static str>,
    phone: String,
    /// What goes back then, where something was paid.
    returns: Option<String>,
}

/// Asks before 「取消预约」.
pub(crate) async fn ask_cancel(
    citizen: RealName<opens::Cancelling>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (found, pay, rules) = load(&citizen, &id).await?;
    let now = citizen.ctx().now();
    let pay_rules = citizen.ctx().policy.at::<PaymentRules>(now.date()).map_err(Problem::fault)?;
    let page = citizen.visit.page.clone();
    let refusal = match decide(&found.view(&rules), Event::Cancel, now) {
        Ok(Decision::Change(_)) => None,
        Ok(Decision::Already) => return Ok(see_other(&format!("/appointments/{}", found.id))),
        Err(Refusal::PastCutOff { .. }) => Some("past"),
        Err(_) => Some("state"),
    };
    // What may still come in is waited for, and holds the place meanwhile.
    let held = pay.as_ref().filter(|_| found.state == State::Held);
    let waits = held.and_then(|order| payments::give_up_waits(&page, order));
    let returns = pay.as_ref().and_then(|order| fee_state::would_return(&page, order, &pay_rules));
    let shown = CancelPage {
        ask_text: waits.unwrap_or_else(|| page.t("health-cancel-ask-text")),
        facts: Facts::of(&page, &found.card),
        cancel_until: page.moment(rules.cancel_until_of(&found.card)),
        phone: found.card.hospital.phone.clone(),
        returns: returns.map(|how| page.t1("health-cancel-returns", "how", how)),
        id: found.id,
        refusal,
        page,
    };
    Ok(html(&shown.page.clone(), shown))
}

/// 「取消预约」. A second tap says that it is done already.
pub(crate) async fn cancel(
    citizen: RealName<opens::Cancelling>,
    Path(id): Path<String>,
    Extension(pay): Extension<Arc<Payments>>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let appointment: AppointmentId = id.parse().map_err(|_| Problem::not_found())?;
    let command = Cancel { person: citizen.person.clone(), appointment: appointment.clone() };
    let order = format!("/appointments/{appointment}");
    match use_cancel::cancel(citizen.ctx(), &pay.listeners, command).await {
        Ok(Cancelled::Now) => Ok(see_other_with(&order, "health-flash-cancelled")),
        Ok(Cancelled::GivingUp) => Ok(see_other_with(&order, "health-flash-giving-up")),
        Ok(Cancelled::Already { .. }) => Ok(see_other_with(&order, "health-flash-cancelled-before")),
        Err(CancelError::Refused(_)) => Ok(see_other(&format!("{order}/cancel"))),
        Err(CancelError::NotFound) => Err(Problem::not_found()),
        Err(CancelError::Policy(error)) => Err(Problem::fault(error)),
        Err(CancelError::Notice(error)) => Err(error.into()),
        Err(CancelError::Payment(error)) => Err(Problem::fault(error)),
        Err(CancelError::Fault(fault)) => Err(fault.into()),
    }
}

/// The citizen's own appointment; anybody else's is not found.
async fn load(citizen: &Citizen, id: &str) -> Result<(Appointment, Option<Order>, BookingRules), Problem> {
    let id: AppointmentId = id.parse().map_err(|_| Problem::not_found())?;
    let ctx = citizen.ctx();
    let rules = ctx.policy.at::<BookingRules>(ctx.now().date()).map_err(Problem::fault)?;
    let person = citizen.person.clone();
    let read = move |tx: &mut Tx<'_>| {
        Ok::<_, DbFault>((store::of_person(tx, &person, &id)?, payments::order_of(tx, SUBJECT, id.as_str())?))
    };
    let (found, pay) = ctx.db.read("appointment.show", read).await?;
    Ok((found.ok_or_else(Problem::not_found)?, pay, (*rules).clone()))
}
