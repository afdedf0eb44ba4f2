//! The only SQL for clinics and slots.

use kernel::{Date, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::model::{Clinic, ClinicId, Half, ListedClinic, NewClinic, Place, Places, SLOT_SECS, Slot, SlotCard, SlotId};
use crate::hospitals::model::{Department, Doctor, DoctorId, Hospital};
use crate::hospitals::store::{
    department_columns, doctor_columns, hospital_columns, of_hospital, to_department, to_doctor, to_hospital,
};

/// Columns of `clinic c` in `department d`. No clinic is on sale while its hospital takes no bookings; one that is called off
/// stays so.
macro_rules! clinic_columns {
    () => {
        concat!(
            "c.id AS c_id, c.date AS c_date, c.half AS c_half, c.fee_fen AS c_fee_fen, CASE WHEN c.state <> 'open' OR ",
            crate::hospitals::store::takes_bookings!("d.hospital_id"),
            " THEN c.state ELSE 'not_taken' END AS c_state, c.starts_at AS c_starts_at, c.ends_at AS c_ends_at"
        )
    };
}

macro_rules! card_columns {
    () => {
        concat!(
            "s.id AS s_id, s.starts_at AS s_starts_at, s.ends_at AS s_ends_at, s.capacity AS s_capacity, \
             s.held AS s_held, s.booked AS s_booked, ",
            crate::clinics::store::clinic_columns!(),
            ", ",
            crate::hospitals::store::doctor_columns!(),
            ", ",
            crate::hospitals::store::department_columns!(),
            ", ",
            crate::hospitals::store::hospital_columns!()
        )
    };
}

macro_rules! card_joins {
    () => {
        concat!(
            " JOIN clinic c ON c.id = s.clinic_id JOIN doctor o ON o.id = c.doctor_id \
             JOIN department d ON d.id = o.department_id",
            crate::hospitals::store::of_hospital!(),
            " "
        )
    };
}

/// The columns of [`to_place`], from `slot s`, `clinic c` and `department d`.
macro_rules! place_columns {
    () => {
        concat!(
            "s.id AS s_id, s.starts_at AS s_starts_at, s.ends_at AS s_ends_at, s.capacity AS s_capacity, \
             s.held AS s_held, s.booked AS s_booked, ",
            crate::clinics::store::clinic_columns!(),
            ", c.doctor_id AS c_doctor_id, d.hospital_id AS d_hospital_id"
        )
    };
}

pub(crate) use {card_columns, card_joins, clinic_columns, place_columns};

/// A doctor's clinics from a date on, with the places left in slots that start after `from`.
pub(crate) fn clinics_of(
    tx: &mut Tx<'_>,
    doctor: &DoctorId,
    today: Date,
    from: Moment,
) -> Result<Vec<ListedClinic>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        clinic_columns!(),
        ", COALESCE((SELECT CAST(SUM(s.capacity - s.held - s.booked) AS BIGINT) FROM slot s \
         WHERE s.clinic_id = c.id AND s.starts_at > $1), 0) AS places_left \
         FROM clinic c JOIN doctor o ON o.id = c.doctor_id JOIN department d ON d.id = o.department_id \
         WHERE c.doctor_id = $2 AND c.date >= $3 ORDER BY c.starts_at"
    ));
    tx.query(sql, vals![from, doctor.as_str(), today.to_string()], |row| {
        Ok(ListedClinic { clinic: to_clinic(row)?, left: row.int("places_left")? })
    })
}

/// A clinic with where and whose it is.
pub(super) fn clinic(
    tx: &mut Tx<'_>,
    id: &ClinicId,
) -> Result<Option<(Clinic, Doctor, Department, Hospital)>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        clinic_columns!(),
        ", ",
        doctor_columns!(),
        ", ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM clinic c JOIN doctor o ON o.id = c.doctor_id JOIN department d ON d.id = o.department_id",
        of_hospital!(),
        " WHERE c.id = $1"
    ));
    tx.opt(sql, vals![id.as_str()], |row| {
        Ok((to_clinic(row)?, to_doctor(row)?, to_department(row)?, to_hospital(row)?))
    })
}

pub(crate) fn slots_of(tx: &mut Tx<'_>, clinic: &ClinicId) -> Result<Vec<Slot>, DbFault> {
    let sql = sql!(
        "SELECT s.id AS s_id, s.starts_at AS s_starts_at, s.ends_at AS s_ends_at, s.capacity AS s_capacity, \
         s.held AS s_held, s.booked AS s_booked FROM slot s WHERE s.clinic_id = $1 ORDER BY s.starts_at"
    );
    tx.query(sql, vals![clinic.as_str()], to_slot)
}

/// What a slot that gave a place has then.
pub(crate) struct Taken {
    /// How many places are taken, the new one included.
    pub(crate) places: i64,
    /// The highest seat given, 0 if none. A slot that another instance held a moment ago may have a higher one by now.
    pub(crate) last_seat: i64,
}

/// Takes places if one is left; none when the slot is full. This statement, not what was read before it, decides
/// (never oversold, on either engine, at any number of instances).
pub(crate) fn take_places(tx: &mut Tx<'_>, slot: &SlotId, places: Places) -> Result<Option<Taken>, DbFault> {
    let sql = sql!(
        "UPDATE slot SET held = held + $1, booked = booked + $2 WHERE id = $3 AND held + booked < capacity \
         RETURNING held + booked, (SELECT COALESCE(MAX(a.seat_no), 0) FROM appointment a \
         WHERE a.slot_id = slot.id AND a.state IN ('held', 'booked', 'attended'))"
    );
    let values = vals![places.held, places.booked, slot.as_str()];
    tx.opt(sql, values, |row| Ok(Taken { places: row.int(0)?, last_seat: row.int(1)? }))
}

/// Holds a slot's row until the closure's end, as taking a place does: another instance waits.
pub(crate) fn hold_slot(tx: &mut Tx<'_>, slot: &SlotId) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE slot SET held = held WHERE id = $1"), vals![slot.as_str()]).map(drop)
}

/// Moves a slot's counters with an appointment that changes its state.
pub(crate) fn move_places(tx: &mut Tx<'_>, slot: &SlotId, places: Places) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE slot SET held = held + $1, booked = booked + $2 \
         WHERE id = $3 AND held + $1 >= 0 AND booked + $2 >= 0 AND held + $1 + booked + $2 <= capacity"
    );
    match tx.exec(sql, vals![places.held, places.booked, slot.as_str()])? {
        1 => Ok(()),
        _ => Err(DbFault::Corrupt(format!("the counters of {slot} do not agree with its appointments"))),
    }
}

/// The clinics there are from a date on, as (doctor, date, half).
pub(super) fn opened(tx: &mut Tx<'_>, from: Date) -> Result<Vec<(DoctorId, Date, Half)>, DbFault> {
    let sql = sql!("SELECT doctor_id, date, half FROM clinic WHERE date >= $1");
    tx.query(sql, vals![from.to_string()], |row| Ok((row.parse(0)?, row.parse(1)?, row.parse(2)?)))
}

/// Opens a clinic with its slots; false when the doctor has one in that half-day.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewClinic) -> Result<bool, DbFault> {
    let (from, to) = new.half.hours();
    let clinic = sql!(
        "INSERT INTO clinic (id, doctor_id, date, half, fee_fen, state, starts_at, ends_at) \
         VALUES ($1, $2, $3, $4, $5, 'open', $6, $7) ON CONFLICT (doctor_id, date, half) DO NOTHING"
    );
    let date = new.date.to_string();
    let (starts_at, ends_at) = (Moment::at(new.date, from), Moment::at(new.date, to));
    let added = tx.exec(
        clinic,
        vals![new.id.as_str(), new.doctor.as_str(), &date, new.half.as_str(), new.fee, starts_at, ends_at],
    )?;
    if added == 0 {
        return Ok(false);
    }
    let slot = sql!(
        "INSERT INTO slot (id, clinic_id, date, starts_at, ends_at, capacity, held, booked) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)"
    );
    for (id, start) in &new.slots {
        tx.exec(slot, vals![id.as_str(), new.id.as_str(), &date, *start, start.plus_secs(SLOT_SECS), new.capacity])?;
    }
    Ok(true)
}

/// A slot that is over.
pub(super) struct PastSlot {
    pub(super) id: SlotId,
    pub(super) clinic: ClinicId,
    pub(super) starts_at: Moment,
    /// Nobody has ever booked it.
    pub(super) free: bool,
}

/// Slots that started before a moment, after a place in the order of their starts (a start and an id).
pub(super) fn past_slots(
    tx: &mut Tx<'_>,
    start: Moment,
    id: &str,
    before: Moment,
    limit: i64,
) -> Result<Vec<PastSlot>, DbFault> {
    let sql = sql!(
        "SELECT s.id, s.clinic_id, s.starts_at, (SELECT COUNT(*) FROM appointment a WHERE a.slot_id = s.id) FROM slot s \
         WHERE s.starts_at >= $1 AND s.starts_at < $2 AND (s.starts_at > $1 OR s.id > $3) ORDER BY s.starts_at, s.id LIMIT $4"
    );
    tx.query(sql, vals![start, before, id, limit], |row| {
        Ok(PastSlot { id: row.parse(0)?, clinic: row.parse(1)?, starts_at: row.moment(2)?, free: row.int(3)? == 0 })
    })
}

/// Deletes a slot that nobody ever had; false when somebody did after all.
pub(super) fn drop_slot(tx: &mut Tx<'_>, id: &SlotId) -> Result<bool, DbFault> {
    let sql =
        sql!("DELETE FROM slot WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.slot_id = slot.id)");
    Ok(tx.exec(sql, vals![id.as_str()])? == 1)
}

/// Deletes a clinic that has no slot left.
pub(super) fn drop_empty_clinic(tx: &mut Tx<'_>, id: &ClinicId) -> Result<(), DbFault> {
    let sql =
        sql!("DELETE FROM clinic WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM slot s WHERE s.clinic_id = clinic.id)");
    tx.exec(sql, vals![id.as_str()]).map(drop)
}

/// How many slots there are.
pub(super) fn count(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM slot"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

/// I-B01: counters below zero or above the capacity.
pub(super) fn bad_counters(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!("SELECT id FROM slot WHERE held < 0 OR booked < 0 OR held + booked > capacity ORDER BY id LIMIT 50");
    tx.query(sql, vals![], |row| row.text(0))
}

/// I-B02: counters that are not the number of their appointments.
pub(super) fn miscounted(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT s.id FROM slot s LEFT JOIN (SELECT slot_id, SUM(CASE WHEN state = 'held' THEN 1 ELSE 0 END) AS held, \
         SUM(CASE WHEN state IN ('booked', 'attended') THEN 1 ELSE 0 END) AS booked FROM appointment GROUP BY slot_id) a \
         ON a.slot_id = s.id WHERE s.held <> COALESCE(a.held, 0) OR s.booked <> COALESCE(a.booked, 0) ORDER BY s.id LIMIT 50"
    );
    tx.query(sql, vals![], |row| row.text(0))
}

/// I-B11: every slot's stored date and start, for comparing in Rust.
pub(super) fn dates(tx: &mut Tx<'_>) -> Result<Vec<(String, String, String, Moment)>, DbFault> {
    let sql = sql!("SELECT s.id, s.date, c.date, s.starts_at FROM slot s JOIN clinic c ON c.id = s.clinic_id");
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.moment(3)?)))
}

fn to_slot(row: &Row) -> Result<Slot, DbFault> {
    Ok(Slot {
        id: row.parse("s_id")?,
        starts_at: row.moment("s_starts_at")?,
        ends_at: row.moment("s_ends_at")?,
        capacity: row.int("s_capacity")?,
        held: row.int("s_held")?,
        booked: row.int("s_booked")?,
    })
}

fn to_clinic(row: &Row) -> Result<Clinic, DbFault> {
    Ok(Clinic {
        id: row.parse("c_id")?,
        date: row.parse("c_date")?,
        half: row.parse("c_half")?,
        fee: row.fen("c_fee_fen")?,
        state: row.parse("c_state")?,
        starts_at: row.moment("c_starts_at")?,
        ends_at: row.moment("c_ends_at")?,
    })
}

/// Reads the columns of `place_columns!`.
pub(crate) fn to_place(row: &Row) -> Result<Place, DbFault> {
    Ok(Place {
        slot: to_slot(row)?,
        clinic: to_clinic(row)?,
        doctor: row.parse("c_doctor_id")?,
        hospital: row.parse("d_hospital_id")?,
    })
}

/// Reads the columns of `card_columns!`.
pub(crate) fn to_card(row: &Row) -> Result<SlotCard, DbFault> {
    Ok(SlotCard {
        slot: to_slot(row)?,
        clinic: to_clinic(row)?,
        doctor: to_doctor(row)?,
        department: to_department(row)?,
        hospital: to_hospital(row)?,
    })
}
