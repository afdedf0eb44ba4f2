//! The search's SQL: reads over the tables of `hospitals`.

use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::hospitals::model::{Department, Doctor, Hospital};
use crate::hospitals::store::{
    DEPARTMENT_WIDTH, DOCTOR_WIDTH, department_at, department_columns, doctor_at, doctor_columns, hospital_at,
    hospital_columns,
};

/// What a query found, at most [`LIMIT`] of each kind.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub hospitals: Vec<Hospital>,
    pub departments: Vec<(Department, Hospital)>,
    pub doctors: Vec<(Doctor, Department, Hospital)>,
}

/// How many of each kind are shown.
pub const LIMIT: i64 = 20;

/// Looks for a LIKE pattern in names and initials; what begins with it comes first.
pub(crate) fn find(tx: &mut Tx<'_>, pattern: &str) -> Result<Found, DbFault> {
    let start = pattern.strip_prefix('%').unwrap_or(pattern);
    let hospitals = sql!(concat!(
        "SELECT ",
        hospital_columns!(),
        " FROM hospital h WHERE h.search LIKE $1 ESCAPE '\\' OR h.initials LIKE $1 ESCAPE '\\' \
         ORDER BY CASE WHEN h.search LIKE $2 ESCAPE '\\' OR h.initials LIKE $2 ESCAPE '\\' THEN 0 ELSE 1 END, h.rank, h.id LIMIT $3"
    ));
    let departments = sql!(concat!(
        "SELECT ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM department d JOIN hospital h ON h.id = d.hospital_id \
         WHERE d.search LIKE $1 ESCAPE '\\' OR d.initials LIKE $1 ESCAPE '\\' \
         ORDER BY CASE WHEN d.search LIKE $2 ESCAPE '\\' OR d.initials LIKE $2 ESCAPE '\\' THEN 0 ELSE 1 END, h.rank, d.rank, d.id LIMIT $3"
    ));
    let doctors = sql!(concat!(
        "SELECT ",
        doctor_columns!(),
        ", ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM doctor o JOIN department d ON d.id = o.department_id JOIN hospital h ON h.id = d.hospital_id \
         WHERE o.search LIKE $1 ESCAPE '\\' OR o.initials LIKE $1 ESCAPE '\\' \
         ORDER BY CASE WHEN o.search LIKE $2 ESCAPE '\\' OR o.initials LIKE $2 ESCAPE '\\' THEN 0 ELSE 1 END, h.rank, d.rank, o.rank, o.id LIMIT $3"
    ));
    Ok(Found {
        hospitals: tx.query(hospitals, vals![pattern, start, LIMIT], |row| hospital_at(row, 0))?,
        departments: tx.query(departments, vals![pattern, start, LIMIT], |row| {
            Ok((department_at(row, 0)?, hospital_at(row, DEPARTMENT_WIDTH)?))
        })?,
        doctors: tx.query(doctors, vals![pattern, start, LIMIT], |row| {
            Ok((
                doctor_at(row, 0)?,
                department_at(row, DOCTOR_WIDTH)?,
                hospital_at(row, DOCTOR_WIDTH + DEPARTMENT_WIDTH)?,
            ))
        })?,
    })
}
