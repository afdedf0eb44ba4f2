//! The search's SQL: reads over the tables of `hospitals`.

use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::hospitals::model::{Department, Doctor, Hospital};
use crate::hospitals::store::{
    DEPARTMENT_WIDTH, DOCTOR_WIDTH, department_at, department_columns, doctor_at, doctor_columns, hospital_at, hospital_columns,
};

/// What a query found, at most [`LIMIT`] of each kind.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub hospitals: Vec<Hospital>,
    pub departments: Vec<(Department, Hospital)>,
    pub doctors: Vec<(Doctor, Department, Hospital)>,
}

impl Found {
    pub fn is_empty(&self) -> bool {
        self.hospitals.is_empty() && self.departments.is_empty() && self.doctors.is_empty()
    }
}

/// How many of each kind are shown.
pub const LIMIT: i64 = 20;

/// Looks for a LIKE pattern in names and initials.
pub(super) fn find(tx: &mut Tx<'_>, pattern: &str) -> Result<Found, DbFault> {
    let hospitals = sql!(concat!(
        "SELECT ",
        hospital_columns!(),
        " FROM hospital h WHERE h.search LIKE $1 ESCAPE '\\' OR h.initials LIKE $1 ESCAPE '\\' ORDER BY h.rank, h.id LIMIT $2"
    ));
    let departments = sql!(concat!(
        "SELECT ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM department d JOIN hospital h ON h.id = d.hospital_id \
         WHERE d.search LIKE $1 ESCAPE '\\' OR d.initials LIKE $1 ESCAPE '\\' ORDER BY h.rank, d.rank, d.id LIMIT $2"
    ));
    let doctors = sql!(concat!(
        "SELECT ",
        doctor_columns!(),
        ", ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM doctor o JOIN department d ON d.id = o.department_id JOIN hospital h ON h.id = d.hospital_id \
         WHERE o.search LIKE $1 ESCAPE '\\' OR o.initials LIKE $1 ESCAPE '\\' ORDER BY h.rank, d.rank, o.rank, o.id LIMIT $2"
    ));
    Ok(Found {
        hospitals: tx.query(hospitals, vals![pattern, LIMIT], |row| hospital_at(row, 0))?,
        departments: tx.query(departments, vals![pattern, LIMIT], |row| Ok((department_at(row, 0)?, hospital_at(row, DEPARTMENT_WIDTH)?)))?,
        doctors: tx.query(doctors, vals![pattern, LIMIT], |row| {
            Ok((doctor_at(row, 0)?, department_at(row, DOCTOR_WIDTH)?, hospital_at(row, DOCTOR_WIDTH + DEPARTMENT_WIDTH)?))
        })?,
    })
}
