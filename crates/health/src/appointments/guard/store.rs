//! The only SQL for `booking_guard`, and what a patient's wish is judged by.

use identity::PersonId;
use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use crate::appointments::model::{AppointmentId, Load};
use crate::clinics::model::{Place, SlotCard, SlotId};
use crate::clinics::store::{card_columns, card_joins, place_columns, to_card, to_place};

/// A person's active appointment, and its slot.
pub(in crate::appointments) type Existing = Option<(AppointmentId, SlotId)>;

/// The person `$1`'s active appointment with the doctor of clinic `c` in its half-day.
macro_rules! join_mine {
    () => {
        " LEFT JOIN appointment a ON a.person_id = $1 AND a.doctor_id = c.doctor_id AND a.date = c.date AND a.half = c.half \
         AND a.state IN ('held', 'booked', 'attended') "
    };
}

/// What the patient `$1` has beside a wish for slot `s` of clinic `c` in department `d`: [`to_having`] reads it. Visits to come
/// begin after `$2`; bookings of today were made after `$3`.
macro_rules! having_columns {
    () => {
        ", a.id AS mine_id, a.slot_id AS mine_slot, \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.starts_at >= $2 \
          AND v.state IN ('held', 'booked')) AS visits, \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.date = c.date \
          AND v.state IN ('held', 'booked', 'attended')) AS that_day, \
         (SELECT COUNT(*) FROM appointment v JOIN doctor w ON w.id = v.doctor_id WHERE v.person_id = $1 AND v.date = c.date \
          AND w.department_id = d.id AND v.state IN ('held', 'booked', 'attended')) AS in_department, \
         (SELECT COUNT(*) FROM appointment v JOIN slot t ON t.id = v.slot_id WHERE v.person_id = $1 AND v.date = c.date \
          AND t.starts_at < s.ends_at AND t.ends_at > s.starts_at \
          AND v.state IN ('held', 'booked', 'attended')) AS at_that_time, \
         (SELECT COUNT(*) FROM appointment v WHERE v.person_id = $1 AND v.created_at >= $3) AS made_today "
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
    tx.opt(sql, values, |row| Ok((to_card(row)?, to_having(row)?)))
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
    tx.opt(sql, values, |row| Ok((to_place(row)?, to_having(row)?)))
}

fn to_having(row: &Row) -> Result<Having, DbFault> {
    Ok(Having {
        existing: row.opt_parse("mine_id")?.zip(row.opt_parse("mine_slot")?),
        load: Load {
            visits: row.int("visits")?,
            that_day: row.int("that_day")?,
            in_department: row.int("in_department")?,
            at_that_time: row.int("at_that_time")?,
            made_today: row.int("made_today")?,
        },
    })
}
