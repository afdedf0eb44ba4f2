//! Booking a visit (REG-2): one closure in the lane of the clinic reads, decides and writes.

use identity::PersonId;
use identity::messages::{self, PreparedMessage};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::code::VisitCode;
use super::model::{AppointmentId, BookRefusal, Booking, State, Take, decide_book, free_seat};
use super::notice::{self, NoticeError};
use super::store::{self, NewAppointment};
use crate::clinics;
use crate::clinics::model::{SlotCard, SlotId};
use crate::clinics::policy::BookingRules;

/// A person's wish for a place. `person` comes from the `Citizen` extractor.
#[derive(Debug, Clone)]
pub struct Book {
    pub person: PersonId,
    pub slot: SlotId,
}

/// The appointment the person has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub appointment: AppointmentId,
    /// False when it was there before: a second tap.
    pub fresh: bool,
}

/// Why there is no appointment.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// No place is left in this slot.
    #[error("no place is left")]
    Full,
    /// The person sees this doctor in this half-day already.
    #[error("already booked: {0}")]
    AlreadyBooked(AppointmentId),
    /// Called off, or the slot has begun.
    #[error("closed: {0}")]
    Closed(BookRefusal),
    /// No such slot.
    #[error("no such slot")]
    NotFound,
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The message could not be prepared.
    #[error(transparent)]
    Notice(#[from] NoticeError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Books a place in a slot. The same person and slot again lands on the same appointment.
pub async fn book(ctx: &Ctx, command: Book) -> Result<Booked, BookError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let card = match glance(ctx, &command, &rules).await? {
        Glance::Free(card) => card,
        Glance::Mine(appointment) => return Ok(Booked { appointment, fresh: false }),
    };
    let new = NewAppointment {
        id: ctx.id(),
        code: VisitCode::draw(ctx.rng.as_ref())
            .ok_or_else(|| DbFault::Corrupt("the generator gave no digits".to_owned()))?,
        person: command.person.clone(),
        seat_no: 0,
        actor: ctx.trace.actor.label(),
        now,
    };
    let message = notice::booked(ctx, &command.person, &new.id, &card).await?;
    let lane = crate::lane(&card.clinic.id);
    let ctx2 = ctx.clone();
    ctx.db.write(lane, "appointment.book", move |tx| within(tx, &ctx2, &command, &new, &rules, &message)).await
}

/// What the look before the closure saw.
enum Glance {
    /// There seems to be a place; the card holds the words for the message.
    Free(Box<SlotCard>),
    /// The person has it already.
    Mine(AppointmentId),
}

/// A look before the closure, for the message's words. It also turns away who cannot succeed by what
/// is committed now, so that a rush on a full slot costs reads only.
async fn glance(ctx: &Ctx, command: &Book, rules: &BookingRules) -> Result<Glance, BookError> {
    let (command, now, rules) = (command.clone(), ctx.now(), rules.clone());
    ctx.db
        .read("appointment.book.glance", move |tx| {
            let card = clinics::store::card(tx, &command.slot)?.ok_or(BookError::NotFound)?;
            let existing = store::active_in_clinic(tx, &command.person, &card.clinic.id)?;
            let mine = store::mine(existing.as_ref(), &command.slot);
            match (decide_book(&rules.view(&card), mine, now, rules.hold_secs), existing) {
                (Ok(Booking::Land), Some((id, _))) => Ok(Glance::Mine(id)),
                (Ok(_), _) => Ok(Glance::Free(Box::new(card))),
                (Err(refusal), existing) => Err(refused(refusal, existing.map(|(id, _)| id))),
            }
        })
        .await
}

fn within(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    command: &Book,
    new: &NewAppointment,
    rules: &BookingRules,
    message: &PreparedMessage,
) -> Result<Booked, BookError> {
    let card = clinics::store::card(tx, &command.slot)?.ok_or(BookError::NotFound)?;
    let existing = store::active_in_clinic(tx, &command.person, &card.clinic.id)?;
    let mine = store::mine(existing.as_ref(), &command.slot);
    match (decide_book(&rules.view(&card), mine, new.now, rules.hold_secs), existing) {
        (Ok(Booking::Take(take)), _) => write(tx, ctx, new, &card, &take, message),
        (Ok(Booking::Land), Some((appointment, _))) => Ok(Booked { appointment, fresh: false }),
        (Ok(Booking::Land), None) => Err(DbFault::Corrupt("a second tap without a first".to_owned()).into()),
        (Err(refusal), existing) => Err(refused(refusal, existing.map(|(id, _)| id))),
    }
}

fn write(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    new: &NewAppointment,
    card: &SlotCard,
    take: &Take,
    message: &PreparedMessage,
) -> Result<Booked, BookError> {
    if !clinics::store::take_places(tx, &card.slot.id, take.places)? {
        return Err(BookError::Full);
    }
    // From here on the slot's row is ours: no other instance can give out its seats.
    let seat_no = free_seat(&store::seats(tx, &card.slot.id)?);
    if !store::insert(tx, &NewAppointment { seat_no, ..new.clone() }, card, take)? {
        return match store::active_in_clinic(tx, &new.person, &card.clinic.id)? {
            Some((id, _)) => Err(BookError::AlreadyBooked(id)),
            // A code that was drawn before, one chance in 10^15 for each appointment there is.
            None => Err(DbFault::Busy.into()),
        };
    }
    if take.state == State::Booked {
        messages::insert(tx, message)?;
    }
    let act = if take.state == State::Booked { "appointment.booked" } else { "appointment.held" };
    tx.audit(ctx.act(act, new.id.as_str(), json!({ "slot": card.slot.id.as_str(), "seat": seat_no })));
    tx.after_commit(crate::places_changed);
    Ok(Booked { appointment: new.id.clone(), fresh: true })
}

fn refused(refusal: BookRefusal, existing: Option<AppointmentId>) -> BookError {
    match (refusal, existing) {
        (BookRefusal::AlreadyBooked, Some(id)) => BookError::AlreadyBooked(id),
        (BookRefusal::Full, _) => BookError::Full,
        (other, _) => BookError::Closed(other),
    }
}
