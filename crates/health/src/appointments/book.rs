//! Booking a visit (REG-2): one closure in the lane of the clinic reads, decides and writes.

use identity::PersonId;
use identity::messages::{self, PreparedMessage};
use identity::people::{self, Reach};
use kernel::ShortNo;
use payments::{NewOrder, OrderId};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::code::VisitCode;
use super::guard::{self, Having};
use super::model::{AppointmentId, BookRefusal, Booking, State, Take, decide_book, free_seat, next_seat};
use super::notice::{self, NoticeError};
use super::paid;
use super::store::{self, NewAppointment};
use crate::clinics;
use crate::clinics::model::{Place, SlotCard, SlotId};
use crate::public::places_changed;
use crate::rules::BookingRules;

/// A person's request for a place. `person` comes from the `Citizen` extractor.
#[derive(Debug, Clone)]
pub struct Book {
    pub person: PersonId,
    pub slot: SlotId,
}

/// The appointment the person has now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    pub appointment: AppointmentId,
    /// What is to be paid, where the place has a price.
    pub pay: Option<OrderId>,
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
    /// Called off, the slot has begun, or the patient has as much as one may have.
    #[error("refused: {0}")]
    Refused(BookRefusal),
    /// No such slot.
    #[error("no such slot")]
    NotFound,
    /// There is no policy for this day.
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
    for _ in 0..DRAWS {
        match with_a_number(ctx, command.clone()).await {
            Err(Unwritten::NumberTaken) => {}
            Err(Unwritten::Refused(error)) => return Err(error),
            Ok(booked) => return Ok(booked),
        }
    }
    Err(DbFault::Busy.into())
}

/// So many times a number is drawn. Where a hundred million visits have one, one in ten is drawn anew.
const DRAWS: usize = 8;

/// Why one try wrote nothing.
enum Unwritten {
    /// A number that was drawn belongs to another visit: another is drawn.
    NumberTaken,
    /// Another number would not help.
    Refused(BookError),
}

impl<E: Into<BookError>> From<E> for Unwritten {
    fn from(error: E) -> Unwritten {
        Unwritten::Refused(error.into())
    }
}

async fn with_a_number(ctx: &Ctx, command: Book) -> Result<Booked, Unwritten> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let (card, reach) = match glance(ctx, &command, &rules).await? {
        Glance::Free(card, reach) => (card, reach),
        Glance::Mine(appointment) => return Ok(Booked { appointment, pay: None, fresh: false }),
    };
    let no_digits = || DbFault::Corrupt("the generator gave no digits".to_owned());
    let new = NewAppointment {
        id: ctx.id(),
        code: VisitCode::draw(ctx.rng.as_ref()).ok_or_else(no_digits)?,
        no: ShortNo::draw(ctx.rng.as_ref()).ok_or_else(no_digits)?,
        person: command.person.clone(),
        seat_no: 0,
        actor: ctx.trace.actor.label(),
        now,
    };
    let message = notice::booked(ctx, &reach, (&new.id, Some(&new.no)), &card)?;
    let order: OrderId = ctx.id();
    let until = now.plus_secs(rules.hold_secs);
    let order = paid::order(&order, (&new.id, &new.no), &command, &card, until, now);
    let told = Told { message, order };
    let lane = clinics::lane(&card.clinic.id);
    let ctx2 = ctx.clone();
    ctx.db.write(lane, "appointment.book", move |tx| within(tx, &ctx2, &command, &new, &rules, &told)).await
}

/// What the look before the closure saw.
enum Glance {
    /// There seems to be a place; the card holds the words for the message, the rest whom it reaches.
    Free(Box<SlotCard>, Reach),
    /// The person has it already.
    Mine(AppointmentId),
}

/// A look before the closure, to prepare the message. It also turns away requests that cannot succeed by what is
/// committed now, so that a rush on a full slot costs only reads. The closure decides again, so nothing here needs one
/// snapshot.
async fn glance(ctx: &Ctx, command: &Book, rules: &BookingRules) -> Result<Glance, BookError> {
    let (command, now, rules, vault) = (command.clone(), ctx.now(), rules.clone(), ctx.vault.clone());
    ctx.db
        .look("appointment.book.glance", move |tx| {
            let Book { person, slot } = &command;
            let (card, having) = guard::card_for(tx, person, slot, now)?.ok_or(BookError::NotFound)?;
            let Having { existing, load } = having;
            let mine = store::mine(existing.as_ref(), slot);
            let view = rules.view(&card.slot, &card.clinic);
            match (decide_book(&view, mine, &load, &rules.limits(), now), existing) {
                (Ok(Booking::Land), Some((id, _))) => Ok(Glance::Mine(id)),
                (Ok(_), _) => {
                    let reach = people::reach(tx, &vault, person)?.ok_or(NoticeError::NoSuchPerson)?;
                    Ok(Glance::Free(Box::new(card), reach))
                }
                (Err(refusal), existing) => Err(refused(refusal, existing.map(|(id, _)| id))),
            }
        })
        .await
}

/// What a new place brings with it, prepared before the closure.
struct Told {
    message: PreparedMessage,
    order: NewOrder,
}

fn within(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    command: &Book,
    new: &NewAppointment,
    rules: &BookingRules,
    told: &Told,
) -> Result<Booked, Unwritten> {
    let (place, having) = guard::place_for(tx, &command.person, &command.slot, new.now)?.ok_or(BookError::NotFound)?;
    let Having { existing, load } = having;
    let mine = store::mine(existing.as_ref(), &command.slot);
    let view = rules.view(&place.slot, &place.clinic);
    match (decide_book(&view, mine, &load, &rules.limits(), new.now), existing) {
        (Ok(Booking::Take(take)), _) => write(tx, ctx, new, &place, &take, told),
        (Ok(Booking::Land), Some((appointment, _))) => Ok(Booked { appointment, pay: None, fresh: false }),
        (Ok(Booking::Land), None) => Err(DbFault::Corrupt("a second tap without a first".to_owned()).into()),
        (Err(refusal), existing) => Err(refused(refusal, existing.map(|(id, _)| id)).into()),
    }
}

fn write(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    new: &NewAppointment,
    place: &Place,
    take: &Take,
    told: &Told,
) -> Result<Booked, Unwritten> {
    let slot = &place.slot.id;
    let Some(taken) = clinics::store::take_places(tx, slot, take.places)? else { return Err(BookError::Full.into()) };
    // From here on the slot's row is ours: no other instance can give out its seats.
    let mut seat_no = match next_seat(taken.places, taken.last_seat) {
        Some(seat) => seat,
        None => free_seat(&store::seats(tx, slot)?),
    };
    let with_seat = |seat_no| NewAppointment { seat_no, ..new.clone() };
    if !store::insert(tx, &with_seat(seat_no), place, take)? {
        if let Some((id, _)) = store::active_in_clinic(tx, &new.person, &place.clinic.id)? {
            return Err(BookError::AlreadyBooked(id).into());
        }
        // The seat was calculated from the state before another instance released the row; the state read now is
        // certain.
        seat_no = free_seat(&store::seats(tx, slot)?);
        if !store::insert(tx, &with_seat(seat_no), place, take)? {
            return Err(Unwritten::NumberTaken);
        }
    }
    if take.state == State::Booked {
        messages::insert(tx, &told.message)?;
    }
    let mut pay = None;
    if take.state == State::Held {
        // The price is the clinic's as it stands in this closure.
        let order = NewOrder { total: place.clinic.fee, ..told.order.clone() };
        if !payments::open(tx, ctx, &order)? {
            return Err(DbFault::Corrupt("a new appointment has an order".to_owned()).into());
        }
        pay = Some(order.id);
    }
    let act = if take.state == State::Booked { "appointment.booked" } else { "appointment.held" };
    tx.audit(ctx.act(act, new.id.as_str(), json!({ "slot": slot.as_str(), "seat": seat_no })));
    tx.after_commit(places_changed);
    Ok(Booked { appointment: new.id.clone(), pay, fresh: true })
}

fn refused(refusal: BookRefusal, existing: Option<AppointmentId>) -> BookError {
    match (refusal, existing) {
        (BookRefusal::AlreadyBooked, Some(id)) => BookError::AlreadyBooked(id),
        (BookRefusal::Full, _) => BookError::Full,
        (other, _) => BookError::Refused(other),
    }
}
