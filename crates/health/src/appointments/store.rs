//! The only SQL for appointments and their events.

use identity::PersonId;
use kernel::{Fen, Moment, ShortNo};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::code::VisitCode;
use super::expire_holds::DeadHold;
use super::guard::Existing;
use super::model::{AppointmentId, Change, Event, Mine, State, Take, View};
use crate::clinics::model::{ClinicId, Place, SlotCard, SlotId};
use crate::clinics::store::{hold_slot, move_places, to_card};
use crate::public::places_changed;
use crate::rules::BookingRules;

/// An appointment with everything a person reads about it.
#[derive(Debug, Clone)]
pub struct Appointment {
    pub id: AppointmentId,
    pub code: VisitCode,
    /// Its short number; none while a visit of a program from before waits for one.
    pub no: Option<ShortNo>,
    pub person: PersonId,
    pub state: State,
    /// The place in its slot, from 1.
    pub seat_no: i64,
    pub fee: Fen,
    pub hold_until: Option<Moment>,
    /// How many events it has had.
    pub version: i64,
    pub created_at: Moment,
    /// When it came into its state.
    pub changed_at: Moment,
    pub card: SlotCard,
}

impl Appointment {
    /// As the model sees it.
    pub fn view(&self, rules: &BookingRules) -> View {
        View {
            state: self.state,
            date: self.card.clinic.date,
            hold_until: self.hold_until,
            cancel_until: rules.cancel_until_of(&self.card),
            undo_until: self.undo_until(rules),
        }
    }

    /// Until when its check-in can be taken back.
    pub fn undo_until(&self, rules: &BookingRules) -> Option<Moment> {
        (self.state == State::Attended).then(|| self.changed_at.plus_secs(rules.undo_check_in_secs))
    }
}

macro_rules! appointment_columns {
    () => {
        concat!(
            "a.id AS a_id, a.code AS a_code, a.person_id AS a_person_id, a.state AS a_state, a.seat_no AS a_seat_no, \
             a.fee_fen AS a_fee_fen, a.hold_until AS a_hold_until, a.version AS a_version, \
             a.created_at AS a_created_at, a.changed_at AS a_changed_at, a.no AS a_no, ",
            crate::clinics::store::card_columns!()
        )
    };
}

/// The joins behind `appointment a` from which these columns come.
macro_rules! appointment_joins {
    () => {
        concat!(" JOIN slot s ON s.id = a.slot_id", crate::clinics::store::card_joins!())
    };
}

/// The statement for [`to_appointment`], but for its end: which appointments, in what order.
macro_rules! appointments {
    ($end:literal) => {
        sql!(concat!(
            "SELECT ",
            crate::appointments::store::appointment_columns!(),
            " FROM appointment a",
            crate::appointments::store::appointment_joins!(),
            $end
        ))
    };
}

pub(super) use {appointment_columns, appointment_joins, appointments};

/// An appointment of this person; nobody else's is found.
pub(crate) fn of_person(
    tx: &mut Tx<'_>,
    person: &PersonId,
    id: &AppointmentId,
) -> Result<Option<Appointment>, DbFault> {
    let sql = appointments!("WHERE a.id = $1 AND a.person_id = $2");
    tx.opt(sql, vals![id.as_str(), person.as_str()], to_appointment)
}

/// A page of a person's visits that are over, cancelled or lapsed, the latest first, after the one that ended the page
/// before (its start and id; two visits may start together). What [`upcoming`] has from the same moment on is left out.
pub(super) fn over(
    tx: &mut Tx<'_>,
    person: &PersonId,
    from: Moment,
    before: (Moment, &str),
    limit: i64,
) -> Result<Vec<Appointment>, DbFault> {
    let sql = appointments!(
        "WHERE a.person_id = $1 AND (a.starts_at < $2 OR (a.starts_at = $2 AND a.id < $3)) \
         AND NOT (a.starts_at >= $4 AND a.state IN ('held', 'booked', 'attended')) \
         ORDER BY a.starts_at DESC, a.id DESC LIMIT $5"
    );
    tx.query(sql, vals![person.as_str(), before.0, before.1, from, limit], to_appointment)
}

/// All of a person's visits to come (held, booked, or attended today), from a moment on, the nearest first. Nothing is cut:
/// what a patient may have at once is bounded when it is booked (T43), and who looks for one among them must see them all.
pub(super) fn upcoming(tx: &mut Tx<'_>, person: &PersonId, from: Moment) -> Result<Vec<Appointment>, DbFault> {
    let sql = appointments!(
        "WHERE a.person_id = $1 AND a.starts_at >= $2 AND a.state IN ('held', 'booked', 'attended') ORDER BY a.starts_at, a.id"
    );
    tx.query(sql, vals![person.as_str(), from], to_appointment)
}

/// The appointment with this barcode, for a desk, which must look at its hospital first.
pub(super) fn by_code(tx: &mut Tx<'_>, code: &VisitCode) -> Result<Option<Appointment>, DbFault> {
    let sql = appointments!("WHERE a.code = $1");
    tx.opt(sql, vals![code.as_str()], to_appointment)
}

/// The appointment with this short number, for a desk, which must look at its hospital first.
pub(super) fn by_no(tx: &mut Tx<'_>, no: &ShortNo) -> Result<Option<Appointment>, DbFault> {
    let sql = appointments!("WHERE a.no = $1");
    tx.opt(sql, vals![no.as_str()], to_appointment)
}

/// A person's active appointment in a clinic, and its slot.
pub(super) fn active_in_clinic(tx: &mut Tx<'_>, person: &PersonId, clinic: &ClinicId) -> Result<Existing, DbFault> {
    let sql = sql!(
        "SELECT a.id, a.slot_id FROM appointment a JOIN clinic c ON c.doctor_id = a.doctor_id AND c.date = a.date AND c.half = a.half \
         WHERE c.id = $1 AND a.person_id = $2 AND a.state IN ('held', 'booked', 'attended')"
    );
    tx.opt(sql, vals![clinic.as_str(), person.as_str()], |row| Ok((row.parse(0)?, row.parse(1)?)))
}

/// What the person's active appointment in a clinic means for a slot of it.
pub(super) fn mine(existing: Option<&(AppointmentId, SlotId)>, slot: &SlotId) -> Mine {
    match existing {
        None => Mine::None,
        Some((_, own)) if own == slot => Mine::SameSlot,
        Some(_) => Mine::OtherSlot,
    }
}

/// The seats of a slot that are taken.
pub(super) fn seats(tx: &mut Tx<'_>, slot: &SlotId) -> Result<Vec<i64>, DbFault> {
    let sql = sql!("SELECT seat_no FROM appointment WHERE slot_id = $1 AND state IN ('held', 'booked', 'attended')");
    tx.query(sql, vals![slot.as_str()], |row| row.int(0))
}

/// A new appointment's row.
#[derive(Debug, Clone)]
pub(super) struct NewAppointment {
    pub id: AppointmentId,
    pub code: VisitCode,
    pub no: ShortNo,
    pub person: PersonId,
    pub seat_no: i64,
    pub actor: String,
    pub now: Moment,
}

/// Writes a new appointment; false when one of the unique rules refuses it (the seat, the person's
/// half-day, the code, the short number): another instance was faster, or a number was drawn before.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewAppointment, place: &Place, take: &Take) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO appointment (id, code, person_id, hospital_id, doctor_id, clinic_id, slot_id, date, half, seat_no, state, \
         fee_fen, starts_at, hold_until, version, created_at, changed_at, no) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING"
    );
    let (slot, clinic) = (&place.slot, &place.clinic);
    // A free visit has had both its events at once.
    let version = if take.state == State::Booked { 2 } else { 1 };
    let values = vals![
        new.id.as_str(),
        new.code.as_str(),
        new.person.as_str(),
        place.hospital.as_str(),
        place.doctor.as_str(),
        clinic.id.as_str(),
        slot.id.as_str(),
        clinic.date.to_string(),
        clinic.half.as_str(),
        new.seat_no,
        take.state.as_str(),
        clinic.fee,
        slot.starts_at,
        take.hold_until,
        version,
        new.now,
        new.now,
        new.no.as_str()
    ];
    if tx.exec(sql, values)? == 0 {
        return Ok(false);
    }
    if take.state == State::Booked {
        held_and_confirmed(tx, new)?;
    } else {
        event(tx, &new.id, 1, (HOLD, None), State::Held, &new.actor, new.now)?;
    }
    Ok(true)
}

/// The first event of every appointment.
const HOLD: &str = "hold";

/// Both events of a free visit in one statement.
fn held_and_confirmed(tx: &mut Tx<'_>, new: &NewAppointment) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO appointment_event (appointment_id, n, event, state, actor, at) \
         VALUES ($1, 1, $2, $3, $4, $5), ($1, 2, $6, $7, $4, $5)"
    );
    let (held, confirmed) = (State::Held.as_str(), State::Booked.as_str());
    let values = vals![new.id.as_str(), HOLD, held, &new.actor, new.now, Event::Confirm.as_str(), confirmed];
    tx.send(sql, values)
}

/// Writes a decided change with its event and the slot's counters. False when the appointment has
/// changed since it was read (another instance): read and decide again.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    appointment: &Appointment,
    change: &Change,
    actor: &str,
    now: Moment,
) -> Result<bool, DbFault> {
    let slot = &appointment.card.slot.id;
    // The slot first, as booking does: two instances then wait for each other and never in a circle.
    let moves = change.places != Default::default();
    if moves {
        hold_slot(tx, slot)?;
    }
    let sql = sql!(
        "UPDATE appointment SET state = $1, hold_until = NULL, version = version + 1, changed_at = $2 WHERE id = $3 AND version = $4"
    );
    if tx.exec(sql, vals![change.to.as_str(), now, appointment.id.as_str(), appointment.version])? == 0 {
        return Ok(false);
    }
    if moves {
        move_places(tx, slot, change.places)?;
    }
    let desk = change.event.is_at_desk().then(|| appointment.card.hospital.id.as_str());
    event(tx, &appointment.id, appointment.version + 1, (change.event.as_str(), desk), change.to, actor, now)?;
    if moves {
        tx.after_commit(places_changed);
    }
    Ok(true)
}

/// Writes an event, and at which hospital's desk it happened, if at one.
fn event(
    tx: &mut Tx<'_>,
    id: &AppointmentId,
    n: i64,
    (event, desk): (&str, Option<&str>),
    state: State,
    actor: &str,
    at: Moment,
) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO appointment_event (appointment_id, n, event, state, actor, at, desk) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    );
    tx.send(sql, vals![id.as_str(), n, event, state.as_str(), actor, at, desk])
}

/// Until when a held place is kept; nothing: until its order ends.
pub(super) fn keep_place(tx: &mut Tx<'_>, id: &AppointmentId, until: Option<Moment>) -> Result<(), DbFault> {
    let sql = sql!("UPDATE appointment SET hold_until = $1 WHERE id = $2 AND state = 'held'");
    tx.exec(sql, vals![until, id.as_str()]).map(drop)
}

/// Holds that ran out, the oldest first, after the one with this end and id.
pub(super) fn dead_holds(
    tx: &mut Tx<'_>,
    now: Moment,
    after: (Moment, &str),
    limit: i64,
) -> Result<Vec<DeadHold>, DbFault> {
    let sql = sql!(
        "SELECT clinic_id, person_id, id, hold_until FROM appointment WHERE state = 'held' AND hold_until <= $1 \
         AND hold_until >= $2 AND (hold_until > $2 OR id > $3) ORDER BY hold_until, id LIMIT $4"
    );
    tx.query(sql, vals![now, after.0, after.1, limit], |row| {
        Ok(DeadHold { clinic: row.parse(0)?, person: row.parse(1)?, id: row.parse(2)?, until: row.moment(3)? })
    })
}

/// How many appointments there are.
pub(crate) fn count(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM appointment"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

/// The same, counted as far as `most`.
pub(crate) fn count_to(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    let sql = sql!("SELECT COUNT(*) FROM (SELECT id FROM appointment LIMIT $1) few");
    tx.one(sql, vals![most], |row| row.int(0)).map(i64::unsigned_abs)
}

/// Reads the columns of `appointment_columns!`.
pub(super) fn to_appointment(row: &Row) -> Result<Appointment, DbFault> {
    Ok(Appointment {
        id: row.parse("a_id")?,
        code: row.parse("a_code")?,
        person: row.parse("a_person_id")?,
        state: row.parse("a_state")?,
        seat_no: row.int("a_seat_no")?,
        fee: row.fen("a_fee_fen")?,
        hold_until: row.opt_moment("a_hold_until")?,
        version: row.int("a_version")?,
        created_at: row.moment("a_created_at")?,
        changed_at: row.moment("a_changed_at")?,
        no: row.opt_parse("a_no")?,
        card: to_card(row)?,
    })
}
