//! The search's SQL: reads over the tables of `hospitals`.

use hall::search::{LIMIT, Patterns};
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::hospitals::model::{Department, Doctor, Hospital};
use crate::hospitals::store::{
    department_columns, doctor_columns, from_hospitals, hospital_columns, of_hospital, to_department, to_doctor,
    to_hospital,
};

/// What a query found, at most one more than [`LIMIT`] of each kind: whether there is more is known, not guessed.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub hospitals: Vec<Hospital>,
    pub departments: Vec<(Department, Hospital)>,
    pub doctors: Vec<(Doctor, Department, Hospital)>,
}

/// Rows of one table, of hospitals that take bookings, that hold all that was typed, or each of its words: names that begin
/// with it first, then those that hold it in one piece.
macro_rules! found_in {
    ($t:literal, $order:literal) => {
        concat!(
            " WHERE ",
            crate::hospitals::store::takes_bookings!("h.id"),
            " AND ((",
            $t,
            ".search LIKE $1 OR ",
            $t,
            ".initials LIKE $2) \
             OR ((",
            $t,
            ".search LIKE $3 OR ",
            $t,
            ".initials LIKE $4) \
             AND (",
            $t,
            ".search LIKE $5 OR ",
            $t,
            ".initials LIKE $6) \
             AND (",
            $t,
            ".search LIKE $7 OR ",
            $t,
            ".initials LIKE $8))) \
             ORDER BY CASE WHEN ",
            $t,
            ".search LIKE $9 OR ",
            $t,
            ".initials LIKE $9 THEN 0 \
             WHEN ",
            $t,
            ".search LIKE $1 OR ",
            $t,
            ".initials LIKE $2 THEN 1 ELSE 2 END, ",
            $order,
            " LIMIT $10"
        )
    };
}

/// Looks for the typed text in names and readings.
pub(crate) fn find(tx: &mut Tx<'_>, asked: &Patterns) -> Result<Found, DbFault> {
    let hospitals = sql!(concat!("SELECT ", hospital_columns!(), from_hospitals!(), found_in!("h", "h.rank, h.id")));
    let departments = sql!(concat!(
        "SELECT ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM department d",
        of_hospital!(),
        found_in!("d", "h.rank, d.rank, d.id")
    ));
    let doctors = sql!(concat!(
        "SELECT ",
        doctor_columns!(),
        ", ",
        department_columns!(),
        ", ",
        hospital_columns!(),
        " FROM doctor o JOIN department d ON d.id = o.department_id",
        of_hospital!(),
        found_in!("o", "h.rank, d.rank, o.rank, o.id")
    ));
    let most = i64::try_from(LIMIT + 1).unwrap_or(i64::MAX);
    let Patterns { all, first, words: [one, two, three] } = asked;
    let values = vals![
        &all.name,
        &all.reading,
        &one.name,
        &one.reading,
        &two.name,
        &two.reading,
        &three.name,
        &three.reading,
        first,
        most
    ];
    Ok(Found {
        hospitals: tx.query(hospitals, values, to_hospital)?,
        departments: tx.query(departments, values, |row| Ok((to_department(row)?, to_hospital(row)?)))?,
        doctors: tx.query(doctors, values, |row| Ok((to_doctor(row)?, to_department(row)?, to_hospital(row)?)))?,
    })
}
