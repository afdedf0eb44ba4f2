//! Visits as things that are paid for: the order that is opened with a place, and what its changes do to the
//! appointment, in the same closure.

use std::sync::Arc;

use async_trait::async_trait;
use identity::messages::{self, PreparedMessage};
use identity::people::patient_card;
use kernel::{Fen, Moment, ShortNo};
use payments::orders::Order;
use payments::ports::Care;
use payments::{
    Again, Cause, Fact, Legs, Listener, NewOrder, News, OrderId, OrderState, Pass, PaymentRules, Subject, Telling,
};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;
use ui::Page;

use super::advance::advance;
use super::book::Book;
use super::model::{AppointmentId, Event, Refusal, State};
use super::notice;
use super::show;
use super::store;
use crate::clinics::model::SlotCard;
use crate::rules::BookingRules;

/// The name that orders have for an appointment.
pub(crate) const SUBJECT: Subject = Subject::new("appointment");
/// 门诊挂号.
const MED_TYPE: &str = "12";
/// What a visit's fee is called in the institution's own list.
const ITEM: &str = "GHF";
/// The most characters in the insurer's numbers.
const NUMBER_CHARS: usize = 30;

/// The order for a place that is held until `deadline` (REG-2).
pub(super) fn order(
    id: &OrderId,
    (appointment, no): (&AppointmentId, &ShortNo),
    command: &Book,
    card: &SlotCard,
    deadline: Moment,
    now: Moment,
) -> NewOrder {
    let cut = |text: &str| text.chars().take(NUMBER_CHARS).collect::<String>();
    NewOrder {
        id: id.clone(),
        no: no.clone(),
        subject: SUBJECT,
        subject_id: appointment.as_str().to_owned(),
        person: command.person.clone(),
        institution: card.hospital.id.clone().into(),
        total: card.clinic.fee,
        deadline,
        lane: ("clinic", card.clinic.id.as_str().to_owned()),
        care: Care {
            visit_no: cut(appointment.as_str()),
            med_type: MED_TYPE.to_owned(),
            begins_at: card.slot.starts_at,
            department_code: cut(card.department.id.as_str()),
            department: card.department.name.clone(),
            doctor_code: cut(card.doctor.id.as_str()),
            doctor: card.doctor.name.clone(),
            item_code: ITEM.to_owned(),
            total: card.clinic.fee,
        },
        title: format!("{} {} 挂号费", card.hospital.name, card.department.name),
        title_en: format!("{}, {}, visit fee", card.hospital.name_en, card.department.name_en),
        href: format!("/appointments/{appointment}"),
        now,
    }
}

/// Listens to the orders of appointments.
#[derive(Debug, Clone, Copy)]
struct Visits;

/// What is paid for here, with who listens to its orders.
pub fn subjects() -> Vec<(Subject, Arc<dyn Listener>)> {
    vec![(SUBJECT, Arc::new(Visits))]
}

/// Why an appointment did not follow its order.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

#[async_trait]
impl Listener for Visits {
    fn changed(&self, tx: &mut Tx<'_>, ctx: &Ctx, news: &News<'_>) -> Result<(), DbFault> {
        let id = appointment_of(news.order)?;
        match news.to {
            OrderState::Open => store::keep_place(tx, &id, Some(news.order.view.deadline)),
            OrderState::Settled => follow(tx, ctx, (news.order, &id), Event::Confirm, news.now),
            // It has ended; `ended` frees the place, perhaps long ago.
            OrderState::Closed | OrderState::Refunded => Ok(()),
            // Something is under way: the order holds the place until it ends, however long that takes.
            _ => store::keep_place(tx, &id, None),
        }
    }

    fn ended(&self, tx: &mut Tx<'_>, ctx: &Ctx, order: &Order, now: Moment) -> Result<(), DbFault> {
        let given_up = order.view.stop == Some(Cause::Cancelled);
        let event = if given_up { Event::Cancel } else { Event::Expire };
        follow(tx, ctx, (order, &appointment_of(order)?), event, now)
    }

    async fn message(
        &self,
        ctx: &Ctx,
        order: &Order,
        telling: Telling,
    ) -> Result<Option<PreparedMessage>, identity::Failure> {
        let days = ctx.policy.at::<PaymentRules>(ctx.now().date())?.refund_days;
        let (kind, own) = match (telling, order.state, order.view.stop) {
            (Telling::Extra(amount), ..) => {
                let leg = Legs::undone(order).word();
                ("paid_too_much", json!({ "amount": amount.to_string(), "days": days, "leg": leg }))
            }
            (Telling::Stuck, ..) => {
                let amount = payments::stuck(order).unwrap_or(Fen::ZERO).to_string();
                ("refund_stuck", json!({ "amount": amount }))
            }
            (_, OrderState::Settled, _) => return booked(ctx, order).await,
            (_, OrderState::Reconfirm, _) if payments::own_money_due(order) > Fen::ZERO => {
                let own_money = payments::own_money_due(order).to_string();
                ("pay_reconfirm", json!({ "cash": own_money, "until_at": order.view.deadline.ms() }))
            }
            (_, OrderState::Returning, cause) => {
                let kind = if cause == Some(Cause::TimedOut) { "pay_timed_out" } else { "refund_begun" };
                let held = Legs::held(order);
                (kind, json!({ "amount": held.sum().to_string(), "days": days, "leg": held.word() }))
            }
            (_, OrderState::Refunded, _) if payments::outside(order) > Fen::ZERO => {
                let (all, outside) = (Legs::ever(order).sum().to_string(), payments::outside(order).to_string());
                ("refunded_outside", json!({ "amount": all, "outside": outside }))
            }
            (_, OrderState::Refunded, _) => ("refunded", json!({ "amount": Legs::ever(order).sum().to_string() })),
            _ => return Ok(None),
        };
        let no = order.no.as_ref().map_or(order.id.as_str(), ShortNo::as_str);
        let mut args = json!({ "what": order.title, "what_en": order.title_en, "link": order.href, "no": no });
        if let (Some(all), Some(own)) = (args.as_object_mut(), own.as_object()) {
            all.extend(own.clone());
        }
        // SVC-6: the app keeps what an SMS says; that the money has arrived is said by whoever brings it, and nothing is to
        // be done about what was paid too much or did not arrive.
        let in_app = ["refunded", "refunded_outside", "paid_too_much", "refund_stuck"];
        let with_sms = !in_app.contains(&kind);
        Ok(Some(messages::prepare(ctx, &order.person, kind, &args, with_sms).await?))
    }

    async fn facts(&self, ctx: &Ctx, order: &Order, page: &Page) -> Result<Vec<Fact>, DbFault> {
        let (id, vault, person) = (appointment_of(order)?, ctx.vault.clone(), order.person.clone());
        let read = ctx.db.read("appointment.paid_for", move |tx| {
            Ok::<_, DbFault>(store::of_person(tx, &person, &id)?.zip(patient_card(tx, &vault, &person)?))
        });
        let Some((visit, patient)) = read.await? else { return Ok(Vec::new()) };
        Ok(vec![
            Fact {
                title: show::doctor_line(page, &visit.card.doctor),
                detail: show::place(page, &visit.card),
                name: String::new(),
            },
            Fact {
                title: show::when(page, &visit.card),
                detail: page.t("health-patient-self"),
                name: patient.name.expose().to_string(),
            },
        ])
    }

    async fn pass(&self, ctx: &Ctx, order: &Order, page: &Page) -> Result<Option<Pass>, DbFault> {
        let (id, person, today) = (appointment_of(order)?, order.person.clone(), ctx.now().date());
        let rules = ctx.policy.at::<BookingRules>(today);
        let rules = rules.map_err(|error| DbFault::Corrupt(format!("booking rules: {error}")))?;
        let found = ctx.db.read("appointment.pass", move |tx| store::of_person(tx, &person, &id)).await?;
        // As on the visit's own page: the barcode ends with its day.
        let valid = found.filter(|visit| visit.state == State::Booked && visit.card.clinic.date >= today);
        Ok(valid.map(|visit| {
            let place = page.pick(&visit.card.department.place, &visit.card.department.place_en);
            Pass {
                state: show::state(page, visit.state).0,
                digits: visit.code.as_str().to_owned(),
                caption: page.t("health-pass-caption"),
                when: page.t2(
                    "health-order-come",
                    "when",
                    show::when(page, &visit.card),
                    "minutes",
                    rules.arrive_minutes,
                ),
                place: format!("{} · {place}", show::hospital(page, &visit.card.hospital)),
                who: Fact {
                    title: show::doctor_line(page, &visit.card.doctor),
                    detail: page.t("health-patient-self"),
                    name: page.who.clone().unwrap_or_default(),
                },
            }
        }))
    }

    async fn again(&self, ctx: &Ctx, order: &Order, page: &Page) -> Result<Option<Again>, DbFault> {
        let (id, person) = (appointment_of(order)?, order.person.clone());
        let found = ctx.db.read("appointment.again", move |tx| store::of_person(tx, &person, &id)).await?;
        let gone = found.filter(|visit| matches!(visit.state, State::Cancelled | State::Expired));
        Ok(gone.map(|visit| Again { href: again_href(&visit.card), label: page.t("health-book-again") }))
    }
}

/// Where the same doctor is booked once more.
pub(super) fn again_href(card: &SlotCard) -> String {
    format!("/doctors/{}", card.doctor.id)
}

fn appointment_of(order: &Order) -> Result<AppointmentId, DbFault> {
    order.subject_id.parse().map_err(|_| DbFault::Corrupt(format!("{} is no appointment", order.subject_id)))
}

/// Brings a held appointment to what its order came to. One that is held no more stays as it is: money that comes
/// late changes no visit.
fn follow(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (order, id): (&Order, &AppointmentId),
    event: Event,
    now: Moment,
) -> Result<(), DbFault> {
    let rules = ctx
        .policy
        .at::<BookingRules>(now.date())
        .map_err(|error| DbFault::Corrupt(format!("booking rules: {error}")))?;
    let person = &order.person;
    let Some(found) = store::of_person(tx, person, id)? else { return Ok(()) };
    if found.state != State::Held {
        return Ok(());
    }
    store::keep_place(tx, id, None)?;
    let actor = ctx.trace.actor.label();
    let find = |tx: &mut Tx<'_>| store::of_person(tx, person, id).map_err(FollowError::from);
    match advance(tx, find, &rules, event, &actor, now) {
        Ok(_) => {
            tx.audit(ctx.act("appointment.followed", id.as_str(), json!({ "event": event.as_str() })));
            Ok(())
        }
        Err(FollowError::Fault(fault)) => Err(fault),
        // What partners did is recorded all the same; `renshe check` shows the visit that does not fit.
        Err(FollowError::Refused(refusal)) => {
            tracing::error!(appointment = id.as_str(), %refusal, "appointment.does_not_follow");
            Ok(())
        }
    }
}

async fn booked(ctx: &Ctx, order: &Order) -> Result<Option<PreparedMessage>, identity::Failure> {
    let Ok(id) = appointment_of(order) else { return Ok(None) };
    let (vault, person, wanted) = (ctx.vault.clone(), order.person.clone(), id.clone());
    let read = ctx.db.read("appointment.told", move |tx| {
        let found = store::of_person(tx, &person, &wanted)?;
        Ok::<_, DbFault>(found.zip(identity::people::reach(tx, &vault, &person)?))
    });
    match read.await? {
        Some((found, reach)) => Ok(Some(notice::booked(ctx, &reach, (&id, found.no.as_ref()), &found.card)?)),
        None => Ok(None),
    }
}
