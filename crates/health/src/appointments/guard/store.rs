//! The only SQL for `booking_guard`, and what a patient's wish is judged by.

use identity::PersonId;
use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use crate::appointments::model::{AppointmentId, Load};
use crate::clinics::model::{Place, SlotCard, SlotId};
use crate::clinics::store::{CARD_WIDTH, PLACE_WIDTH, card_at, card_columns, card_joins, place_at, place_columns};

/// A person's active appointment, and its slot.
pub(in crate::appointments) type Existing = Option<(AppointmentId, SlotId)>;

/// The person `$1`'s active appointment with the doctor of clinic `c` in its half-day.
macro_rules! join_mine {
    () => {
        " LEFT JOIN appointment a ON a.person_id = $1 AND a.doctor_id = c.doctor_id AND a.date = c.date AND a.half = c.half \
         AND a.state IN ('held', 'booked', 'attended') "
    };
}

/// What the patient `$1` has beside a wish for slot `s` of clinic `c` in department `d`: [`having_at`] reads it. Visits to come
/// begin after `$2`; bookings of today were made after `$3`.
macro_rules! having_columns {
    () => {
        ", a.id, a.slot_id, \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.starts_at >= $2 AND v.state IN ('held', 'booked')), \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.date = c.date \
          AND v.state IN ('held', 'booked', 'attended')), \
         (SELECT COUNT(*) FROM appointment v JOIN doctor w ON w.id = v.doctor_id WHERE v.person_id = $1 AND v.date = c.date \
          AND w.department_id = d.id AND v.state IN ('held', 'booked', 'attended')), \
         (SELECT COUNT(*) FROM appointment v JOIN slot t ON t.id = v.slot_id WHERE v.person_id = $1 AND v.date = c.date \
          AND t.starts_at < s.ends_at AND t.ends_at > s.starts_at AND v.state IN ('held', 'booked', 'attended')), \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.created_at >= $3) "
    };
}

/// What a patient has beside a wish.
pub(in crate::appointments) struct Having {
    /// With the same doctor in the same half-day.
    pub(in crate::appointments) existing: Existing,
    pub(in crate::appointments) load: Load,
}

/// A slot with everything people read about it, and what a person has beside it.
pub(in crate::appointments) fn card_for(
    tx: &mut Tx<'_>,
    person: &PersonId,
    slot: &SlotId,
    now: Moment,
) -> Result<Option<(SlotCard, Having)>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        card_columns!(),
        having_columns!(),
        "FROM slot s",
        card_joins!(),
        join_mine!(),
        "WHERE s.id = $4"
    ));
    let values = vals![person.as_str(), now, Moment::start_of(now.date()), slot.as_str()];
    tx.opt(sql, values, |row| Ok((card_at(row, 0)?, having_at(row, CARD_WIDTH)?)))
}

/// The same without the words: what booking decides on. The patient's guard is held first, so that whoever books for the
/// same patient in another clinic, lane or instance comes before or after, and is counted.
pub(in crate::appointments) fn place_for(
    tx: &mut Tx<'_>,
    person: &PersonId,
    slot: &SlotId,
    now: Moment,
) -> Result<Option<(Place, Having)>, DbFault> {
    let guard = sql!(
        "INSERT INTO booking_guard (patient_id, held_at) VALUES ($1, $2) \
         ON CONFLICT (patient_id) DO UPDATE SET held_at = excluded.held_at"
    );
    tx.send(guard, vals![person.as_str(), now])?;
    let sql = sql!(concat!(
        "SELECT ",
        place_columns!(),
        having_columns!(),
        "FROM slot s JOIN clinic c ON c.id = s.clinic_id JOIN doctor o ON o.id = c.doctor_id \
         JOIN department d ON d.id = o.department_id",
        join_mine!(),
        "WHERE s.id = $4"
    ));
    let values = vals![person.as_str(), now, Moment::start_of(now.date()), slot.as_str()];
    tx.opt(sql, values, |row| Ok((place_at(row)?, having_at(row, PLACE_WIDTH)?)))
}

fn having_at(row: &Row, at: usize) -> Result<Having, DbFault> {
    Ok(Having {
        existing: row.opt_parse(at)?.zip(row.opt_parse(at + 1)?),
        load: Load {
            visits: row.int(at + 2)?,
            that_day: row.int(at + 3)?,
            in_department: row.int(at + 4)?,
            at_that_time: row.int(at + 5)?,
            made_today: row.int(at + 6)?,
        },
    })
}
