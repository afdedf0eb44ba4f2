//! What somebody wants, what they are told, and the use case that does it.

use std::sync::Arc;

use health::appointments::book::{Book, BookError, book};
use health::appointments::cancel::{Cancel, CancelError, Cancelled, cancel};
use health::appointments::check_in::{CheckIn, CheckInError, check_in};
use health::appointments::code::VisitCode;
use health::appointments::expire_holds::{ExpireError, expire_holds};
use health::appointments::model::BookRefusal;
use health::{AppointmentId, HospitalId, SlotId};
use identity::{Failure, PersonId};
use kernel::Moment;
use payments::Listeners;
use platform::Ctx;
use platform::db::DbFault;

use crate::instance::now;

/// One thing to do. People, slots and visits are places in the model's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    Book {
        person: usize,
        slot: usize,
    },
    /// `person` may be somebody else than the visit's own.
    Cancel {
        person: usize,
        visit: usize,
    },
    CheckIn {
        visit: usize,
        elsewhere: bool,
    },
    /// The sweeper's round.
    Expire,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Booked,
    /// A second tap: the visit that is there.
    Landed(String),
    /// Another visit of the half-day stands in the way.
    Elsewhere(String),
    Full,
    TooLate,
    /// The person has as much as one may have.
    Enough,
    Cancelled,
    CancelledBefore(Moment),
    CheckedIn {
        at: Moment,
        already: bool,
    },
    Expired(u64),
    Refused,
    NotFound,
    /// The commit was not answered.
    Unknown,
    /// What must never come.
    Odd(String),
}

/// An answer, with the id of a visit that is new.
pub type Answer = (Said, Option<String>);

/// A wish in the use cases' own words.
#[derive(Debug, Clone)]
pub enum Order {
    Book(PersonId, SlotId),
    Cancel(PersonId, AppointmentId),
    CheckIn(HospitalId, VisitCode),
    Expire,
}

/// Does it, on the caller's thread.
pub fn fulfil(ctx: &Ctx, order: Order) -> Answer {
    match order {
        Order::Book(person, slot) => match now(book(ctx, Book { person, slot })) {
            Ok(booked) if booked.fresh => (Said::Booked, Some(booked.appointment.to_string())),
            Ok(booked) => (Said::Landed(booked.appointment.to_string()), None),
            Err(error) => (not_booked(error), None),
        },
        Order::Cancel(person, appointment) => match now(cancel(ctx, &listeners(), Cancel { person, appointment })) {
            Ok(Cancelled::Now | Cancelled::GivingUp) => (Said::Cancelled, None),
            Ok(Cancelled::Already { at }) => (Said::CancelledBefore(at), None),
            Err(error) => (not_cancelled(error), None),
        },
        Order::CheckIn(hospital, code) => match now(check_in(ctx, CheckIn { hospital, code })) {
            Ok(done) => (Said::CheckedIn { at: done.at, already: done.already }, None),
            Err(CheckInError::NotFound) => (Said::NotFound, None),
            Err(CheckInError::Refused(_)) => (Said::Refused, None),
            Err(CheckInError::Fault(fault)) => (faulty(fault), None),
            Err(error) => (Said::Odd(error.to_string()), None),
        },
        Order::Expire => match now(expire_holds(ctx, &listeners())) {
            Ok(count) => (Said::Expired(count), None),
            Err(ExpireError::Fault(fault)) => (faulty(fault), None),
            Err(error) => (Said::Odd(error.to_string()), None),
        },
    }
}

/// Who follows orders, as the program has them.
fn listeners() -> Arc<Listeners> {
    Arc::clone(renshe::halls::Halls::new().expect("no twins").listeners())
}

fn not_booked(error: BookError) -> Said {
    match error {
        BookError::Full => Said::Full,
        BookError::AlreadyBooked(id) => Said::Elsewhere(id.to_string()),
        BookError::Refused(BookRefusal::TooLate) => Said::TooLate,
        BookError::Refused(BookRefusal::CalledOff) => Said::Odd("nothing is ever called off here".to_owned()),
        BookError::Refused(_) => Said::Enough,
        BookError::NotFound => Said::NotFound,
        BookError::Fault(fault) | BookError::Notice(Failure::Fault(fault)) => faulty(fault),
        error => Said::Odd(error.to_string()),
    }
}

fn not_cancelled(error: CancelError) -> Said {
    match error {
        CancelError::NotFound => Said::NotFound,
        CancelError::Refused(_) => Said::Refused,
        CancelError::Fault(fault) | CancelError::Notice(Failure::Fault(fault)) => faulty(fault),
        error => Said::Odd(error.to_string()),
    }
}

fn faulty(fault: DbFault) -> Said {
    if fault == DbFault::Unknown { Said::Unknown } else { Said::Odd(fault.to_string()) }
}
