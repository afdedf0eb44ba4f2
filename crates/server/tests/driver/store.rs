//! The rows of a driver's hospital: put in, looked at whole, and taken away.

use health::appointments::model::State;
use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::hospital::{Hospital, NewSlot};

/// A visit as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: String,
    pub code: String,
    pub person: String,
    pub slot: String,
    pub seat: i64,
    pub state: State,
    pub hold_until: Option<Moment>,
    pub changed_at: Moment,
    pub version: i64,
    pub events: i64,
}

/// Everything a driver compares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub visits: Vec<Stored>,
    /// Slot, held, booked.
    pub counters: Vec<(String, i64, i64)>,
    pub messages: i64,
    pub texts: i64,
}

/// The whole of it, in the order of ids.
pub fn facts(tx: &mut Tx<'_>) -> Result<Facts, DbFault> {
    let visits = sql!(
        "SELECT a.id, a.code, a.person_id, a.slot_id, a.seat_no, a.state, a.hold_until, a.changed_at, a.version, \
         (SELECT COUNT(*) FROM appointment_event e WHERE e.appointment_id = a.id) FROM appointment a ORDER BY a.id"
    );
    let visits = tx.query(visits, vals![], |row| {
        Ok(Stored {
            id: row.text(0)?,
            code: row.text(1)?,
            person: row.text(2)?,
            slot: row.text(3)?,
            seat: row.int(4)?,
            state: row.parse(5)?,
            hold_until: row.opt_moment(6)?,
            changed_at: row.moment(7)?,
            version: row.int(8)?,
            events: row.int(9)?,
        })
    })?;
    let counters = sql!("SELECT id, held, booked FROM slot ORDER BY id");
    let counters = tx.query(counters, vals![], |row| Ok((row.text(0)?, row.int(1)?, row.int(2)?)))?;
    let told = sql!("SELECT (SELECT COUNT(*) FROM message), (SELECT COUNT(*) FROM outbox WHERE kind = 'sms')");
    let (messages, texts) = tx.one(told, vals![], |row| Ok((row.int(0)?, row.int(1)?)))?;
    Ok(Facts { visits, counters, messages, texts })
}

/// A hospital and its institution, which has a code of its own: it stays after its seed, for the orders that name it.
fn insert_place(tx: &mut Tx<'_>, hospital: &str) -> Result<(), DbFault> {
    let code = format!("d{}", hospital.trim_start_matches("hos_"));
    tx.exec(
        sql!(
            "INSERT INTO institution (id, kind, code, name, short, name_en, district, address, phone, hours, demo, state, \
             created_at, changed_at) \
             VALUES ($1, 'hospital', $2, '测试医院', '', 'Test', '', '一号', '0519-1', '', 1, 'open', 0, 0)"
        ),
        vals![hospital, &code],
    )?;
    tx.exec(
        sql!("INSERT INTO institution_capability (institution_id, capability, since) VALUES ($1, 'booking', 0)"),
        vals![hospital],
    )?;
    tx.exec(
        sql!(
            "INSERT INTO hospital (id, institution_id, code, name, name_en, level, address, phone, tips, tips_en, search, \
             initials, rank, demo) \
             VALUES ($1, $1, 'driver', '测试医院', 'Test', 'community', '一号', '0519-1', '', '', '', '', 0, 1)"
        ),
        vals![hospital],
    )?;
    Ok(())
}

/// A hospital with one doctor and the clinics drawn for a seed.
pub fn insert(tx: &mut Tx<'_>, new: &Hospital) -> Result<(), DbFault> {
    let (hospital, doctor) = (new.id.as_str(), new.doctor.as_str());
    insert_place(tx, hospital)?;
    tx.exec(
        sql!(
            "INSERT INTO department (id, hospital_id, name, name_en, place, place_en, search, initials, rank) \
             VALUES ($1, $2, '眼科', 'Eye', '一层', 'floor 1', '', '', 0)"
        ),
        vals![new.department.as_str(), hospital],
    )?;
    tx.exec(
        sql!(
            "INSERT INTO doctor (id, department_id, name, name_en, title, good_at, good_at_en, search, initials, rank) \
             VALUES ($1, $2, '单文', 'Shan Wen', 'chief', '', '', '', '', 0)"
        ),
        vals![doctor, new.department.as_str()],
    )?;
    for clinic in &new.clinics {
        let (from, to) = clinic.half.hours();
        tx.exec(
            sql!(
                "INSERT INTO clinic (id, doctor_id, date, half, fee_fen, state, starts_at, ends_at) \
                 VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)"
            ),
            vals![
                clinic.id.as_str(),
                doctor,
                clinic.date.to_string(),
                clinic.half.as_str(),
                clinic.fee,
                Moment::at(clinic.date, from),
                Moment::at(clinic.date, to)
            ],
        )?;
        for NewSlot { id, starts_at, capacity } in &clinic.slots {
            tx.exec(
                sql!(
                    "INSERT INTO slot (id, clinic_id, date, starts_at, ends_at, capacity, held, booked) \
                     VALUES ($1, $2, $3, $4, $5, $6, 0, 0)"
                ),
                vals![
                    id.as_str(),
                    clinic.id.as_str(),
                    clinic.date.to_string(),
                    *starts_at,
                    starts_at.plus_secs(health::clinics::model::SLOT_SECS),
                    *capacity
                ],
            )?;
        }
    }
    Ok(())
}

/// Takes every hospital away with all that happened in it, so that the next seed begins from nothing. Its entry in the
/// directory stays.
pub fn clear(tx: &mut Tx<'_>) -> Result<(), DbFault> {
    for sql in [
        sql!("DELETE FROM appointment_event"),
        sql!("DELETE FROM appointment"),
        sql!("DELETE FROM slot"),
        sql!("DELETE FROM clinic"),
        sql!("DELETE FROM doctor"),
        sql!("DELETE FROM department"),
        sql!("DELETE FROM hospital"),
        sql!("DELETE FROM message"),
        sql!("DELETE FROM message_text"),
        sql!("DELETE FROM outbox"),
    ] {
        tx.exec(sql, vals![])?;
    }
    Ok(())
}
