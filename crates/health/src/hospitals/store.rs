//! The only SQL for hospitals, departments, doctors and rosters.

use hall::search::Words;
use identity::institutions::NewInstitution;
use kernel::{Fen, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::model::{
    Department, DepartmentId, Doctor, DoctorId, Hospital, HospitalId, ListedDoctor, NextClinic, RosterLine, WithPlaces,
};

macro_rules! hospital_columns {
    () => {
        "h.id AS h_id, i.code AS i_code, i.name AS i_name, \
         CASE WHEN i.name_en = '' THEN i.name ELSE i.name_en END AS i_name_en, h.level AS h_level, \
         i.address AS i_address, i.phone AS i_phone, h.tips AS h_tips, h.tips_en AS h_tips_en, i.demo AS i_demo, \
         i.short AS i_short"
    };
}

/// What [`hospital_columns`] are read from, first among tables. What every institution has is in the directory's row (crate
/// identity); the hospital's own is here.
macro_rules! from_hospitals {
    () => {
        " FROM hospital h JOIN institution i ON i.id = h.institution_id"
    };
}

/// The same behind `department d`.
macro_rules! of_hospital {
    () => {
        " JOIN hospital h ON h.id = d.hospital_id JOIN institution i ON i.id = h.institution_id"
    };
}

/// Whether a hospital takes bookings now: its institution works with us and has this among what it does. What is booked
/// already stays.
macro_rules! takes_bookings {
    ($hospital:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM institution_capability k JOIN institution n ON n.id = k.institution_id \
             WHERE k.institution_id = ",
            $hospital,
            " AND k.capability = 'booking' AND n.state = 'open')"
        )
    };
}

macro_rules! department_columns {
    () => {
        "d.id AS d_id, d.hospital_id AS d_hospital_id, d.name AS d_name, \
         CASE WHEN d.name_en = '' THEN d.name ELSE d.name_en END AS d_name_en, d.place AS d_place, \
         d.place_en AS d_place_en"
    };
}

macro_rules! doctor_columns {
    () => {
        "o.id AS o_id, o.department_id AS o_department_id, o.name AS o_name, \
         CASE WHEN o.name_en = '' THEN o.name ELSE o.name_en END AS o_name_en, \
         o.title AS o_title, o.good_at AS o_good_at, o.good_at_en AS o_good_at_en"
    };
}

pub(crate) use {department_columns, doctor_columns, from_hospitals, hospital_columns, of_hospital, takes_bookings};

/// Every hospital that takes bookings and has a department, with its places left in slots that start after `from`.
pub(crate) fn hospitals(tx: &mut Tx<'_>, from: Moment) -> Result<Vec<WithPlaces<Hospital>>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        hospital_columns!(),
        ", COALESCE(t.places, 0) AS places_left",
        from_hospitals!(),
        " LEFT JOIN (SELECT d.hospital_id AS hospital_id, \
         CAST(SUM(s.capacity - s.held - s.booked) AS BIGINT) AS places \
         FROM slot s JOIN clinic c ON c.id = s.clinic_id AND c.state = 'open' JOIN doctor o ON o.id = c.doctor_id \
         JOIN department d ON d.id = o.department_id WHERE s.starts_at > $1 GROUP BY d.hospital_id) t \
         ON t.hospital_id = h.id WHERE ",
        takes_bookings!("h.id"),
        " AND EXISTS (SELECT 1 FROM department d WHERE d.hospital_id = h.id) ORDER BY h.rank, h.id"
    ));
    tx.query(sql, vals![from], |row| Ok(WithPlaces { item: to_hospital(row)?, left: row.int("places_left")? }))
}

pub(crate) fn hospital(tx: &mut Tx<'_>, id: &HospitalId) -> Result<Option<Hospital>, DbFault> {
    let sql = sql!(concat!("SELECT ", hospital_columns!(), from_hospitals!(), " WHERE h.id = $1"));
    tx.opt(sql, vals![id.as_str()], to_hospital)
}

/// Whether a hospital takes bookings now.
pub(crate) fn is_taken(tx: &mut Tx<'_>, id: &HospitalId) -> Result<bool, DbFault> {
    let sql = sql!(concat!("SELECT 1 FROM hospital h WHERE h.id = $1 AND ", takes_bookings!("h.id")));
    Ok(tx.opt(sql, vals![id.as_str()], |row| row.int(0))?.is_some())
}

/// Every hospital's id, code and name.
pub(crate) fn names(tx: &mut Tx<'_>) -> Result<Vec<(HospitalId, String, String)>, DbFault> {
    let sql = sql!(concat!("SELECT h.id, i.code, i.name", from_hospitals!(), " ORDER BY h.rank, h.id"));
    tx.query(sql, vals![], |row| Ok((row.parse(0)?, row.text(1)?, row.text(2)?)))
}

/// Hospital, department and fee of each chief physician whose roster has a fee, by the order that people see.
pub(crate) fn priced_chiefs(tx: &mut Tx<'_>) -> Result<Vec<(String, String, Fen)>, DbFault> {
    let sql = sql!(concat!(
        "SELECT i.name, d.name, MAX(r.fee_fen) FROM doctor o JOIN department d ON d.id = o.department_id",
        of_hospital!(),
        " JOIN roster r ON r.doctor_id = o.id WHERE o.title = 'chief' AND r.fee_fen > 0 \
         GROUP BY i.name, d.name, h.rank, d.rank ORDER BY h.rank, d.rank"
    ));
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.text(1)?, row.fen(2)?)))
}

/// A hospital's departments with their places left in slots that start after `from`.
pub(crate) fn departments(
    tx: &mut Tx<'_>,
    hospital: &HospitalId,
    from: Moment,
) -> Result<Vec<WithPlaces<Department>>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        department_columns!(),
        ", COALESCE((SELECT CAST(SUM(s.capacity - s.held - s.booked) AS BIGINT) FROM doctor o \
         JOIN clinic c ON c.doctor_id = o.id AND c.state = 'open' AND c.ends_at > $1 \
         JOIN slot s ON s.clinic_id = c.id AND s.starts_at > $1 WHERE o.department_id = d.id), 0) AS places_left \
         FROM department d WHERE d.hospital_id = $2 ORDER BY d.rank, d.id"
    ));
    tx.query(sql, vals![from, hospital.as_str()], |row| {
        Ok(WithPlaces { item: to_department(row)?, left: row.int("places_left")? })
    })
}

pub(crate) fn department(tx: &mut Tx<'_>, id: &DepartmentId) -> Result<Option<(Department, Hospital)>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM department d",
        of_hospital!(),
        " WHERE d.id = $1"
    ));
    tx.opt(sql, vals![id.as_str()], |row| Ok((to_department(row)?, to_hospital(row)?)))
}

/// A department's doctors with their places left and the next clinic that has one.
pub(crate) fn doctors(tx: &mut Tx<'_>, department: &DepartmentId, from: Moment) -> Result<Vec<ListedDoctor>, DbFault> {
    let list =
        sql!(concat!("SELECT ", doctor_columns!(), " FROM doctor o WHERE o.department_id = $1 ORDER BY o.rank, o.id"));
    let mut doctors = tx.query(list, vals![department.as_str()], |row| {
        Ok(ListedDoctor { doctor: to_doctor(row)?, left: 0, next: None })
    })?;
    let clinics = sql!(
        "SELECT c.doctor_id, c.date, c.half, c.fee_fen, CAST(SUM(s.capacity - s.held - s.booked) AS BIGINT) AS places_left \
         FROM doctor o JOIN clinic c ON c.doctor_id = o.id AND c.state = 'open' AND c.ends_at > $1 \
         JOIN slot s ON s.clinic_id = c.id AND s.starts_at > $1 WHERE o.department_id = $2 \
         GROUP BY c.doctor_id, c.date, c.half, c.fee_fen, c.starts_at ORDER BY c.starts_at"
    );
    let rows = tx.query(clinics, vals![from, department.as_str()], |row| {
        let id: DoctorId = row.parse("doctor_id")?;
        let next = NextClinic { date: row.parse("date")?, half: row.parse("half")?, fee: row.fen("fee_fen")? };
        Ok((id, next, row.int("places_left")?))
    })?;
    for (id, clinic, left) in rows {
        if let Some(listed) = doctors.iter_mut().find(|listed| listed.doctor.id == id) {
            listed.left += left;
            if left > 0 && listed.next.is_none() {
                listed.next = Some(clinic);
            }
        }
    }
    Ok(doctors)
}

pub(crate) fn doctor(tx: &mut Tx<'_>, id: &DoctorId) -> Result<Option<(Doctor, Department, Hospital)>, DbFault> {
    let sql = sql!(concat!(
        "SELECT ",
        doctor_columns!(),
        ", ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM doctor o JOIN department d ON d.id = o.department_id",
        of_hospital!(),
        " WHERE o.id = $1"
    ));
    tx.opt(sql, vals![id.as_str()], |row| Ok((to_doctor(row)?, to_department(row)?, to_hospital(row)?)))
}

/// Every line of every roster, doctor by doctor.
pub(crate) fn rosters(tx: &mut Tx<'_>) -> Result<Vec<RosterLine>, DbFault> {
    let sql = sql!("SELECT doctor_id, weekday, half, capacity, fee_fen FROM roster ORDER BY doctor_id, weekday, half");
    tx.query(sql, vals![], |row| {
        Ok(RosterLine {
            doctor: row.parse("doctor_id")?,
            weekday: row.int("weekday")?,
            half: row.parse("half")?,
            capacity: row.int("capacity")?,
            fee: row.fen("fee_fen")?,
        })
    })
}

/// Adds a hospital under its institution's id, and the institution; false when its code is there already. What the directory
/// has is written here too, for programs of before that serve on; this one reads it no more (I-I03).
pub(crate) fn insert_hospital(
    tx: &mut Tx<'_>,
    institution: &NewInstitution,
    (hospital, words): (&Hospital, &Words),
    rank: i64,
) -> Result<bool, DbFault> {
    if !institution.insert(tx)? {
        return Ok(false);
    }
    let sql = sql!(
        "INSERT INTO hospital (id, institution_id, code, name, name_en, level, address, phone, tips, tips_en, demo, short, \
         search, initials, rank) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
    );
    let h = hospital;
    let values = vals![
        h.id.as_str(),
        institution.institution().id.as_str(),
        &h.code,
        &h.name,
        &h.name_en,
        &h.level,
        &h.address,
        &h.phone,
        &h.tips,
        &h.tips_en,
        h.demo,
        &h.short,
        &words.search,
        &words.initials,
        rank
    ];
    tx.exec(sql, values)?;
    Ok(true)
}

/// Where the next hospital stands in the list that people see.
pub(super) fn next_rank(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COALESCE(MAX(rank), -1) + 1 FROM hospital"), vals![], |row| row.int(0))
}

/// Adds a department; false when the hospital has one of that name.
pub(crate) fn insert_department(
    tx: &mut Tx<'_>,
    department: &Department,
    words: &Words,
    rank: i64,
) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO department (id, hospital_id, name, name_en, place, place_en, search, initials, rank) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (hospital_id, name) DO NOTHING"
    );
    let d = department;
    let values = vals![
        d.id.as_str(),
        d.hospital.as_str(),
        &d.name,
        &d.name_en,
        &d.place,
        &d.place_en,
        &words.search,
        &words.initials,
        rank
    ];
    Ok(tx.exec(sql, values)? == 1)
}

/// Adds a doctor; false when the department has one of that name.
pub(crate) fn insert_doctor(tx: &mut Tx<'_>, doctor: &Doctor, words: &Words, rank: i64) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO doctor (id, department_id, name, name_en, title, good_at, good_at_en, search, initials, rank) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (department_id, name) DO NOTHING"
    );
    let o = doctor;
    let values = vals![
        o.id.as_str(),
        o.department.as_str(),
        &o.name,
        &o.name_en,
        o.title.as_str(),
        &o.good_at,
        &o.good_at_en,
        &words.search,
        &words.initials,
        rank
    ];
    Ok(tx.exec(sql, values)? == 1)
}

pub(crate) fn insert_roster(tx: &mut Tx<'_>, line: &RosterLine) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO roster (doctor_id, weekday, half, capacity, fee_fen) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (doctor_id, weekday, half) DO NOTHING"
    );
    tx.exec(sql, vals![line.doctor.as_str(), line.weekday, line.half.as_str(), line.capacity, line.fee]).map(drop)
}

pub(crate) fn to_hospital(row: &Row) -> Result<Hospital, DbFault> {
    Ok(Hospital {
        id: row.parse("h_id")?,
        code: row.text("i_code")?,
        name: row.text("i_name")?,
        name_en: row.text("i_name_en")?,
        level: row.text("h_level")?,
        address: row.text("i_address")?,
        phone: row.text("i_phone")?,
        tips: row.text("h_tips")?,
        tips_en: row.text("h_tips_en")?,
        demo: row.flag("i_demo")?,
        short: row.text("i_short")?,
    })
}

pub(crate) fn to_department(row: &Row) -> Result<Department, DbFault> {
    Ok(Department {
        id: row.parse("d_id")?,
        hospital: row.parse("d_hospital_id")?,
        name: row.text("d_name")?,
        name_en: row.text("d_name_en")?,
        place: row.text("d_place")?,
        place_en: row.text("d_place_en")?,
    })
}

pub(crate) fn to_doctor(row: &Row) -> Result<Doctor, DbFault> {
    Ok(Doctor {
        id: row.parse("o_id")?,
        department: row.parse("o_department_id")?,
        name: row.text("o_name")?,
        name_en: row.text("o_name_en")?,
        title: row.parse("o_title")?,
        good_at: row.text("o_good_at")?,
        good_at_en: row.text("o_good_at_en")?,
    })
}
