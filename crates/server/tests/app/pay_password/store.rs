//! The statements of a program of before migration 22: on PostgreSQL it serves on while a new one has renamed its tables.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// The only person with a payment password.
pub fn person(tx: &mut Tx<'_>) -> Result<String, DbFault> {
    tx.one(sql!("SELECT person_id FROM pay_password"), vals![], |row| row.text(0))
}

/// Changes nothing of a password, as whoever holds it does, reserves a try and takes it back; how many rows that were.
pub fn tries(tx: &mut Tx<'_>, person: &str, now: Moment) -> Result<u64, DbFault> {
    let held = tx.exec(sql!("UPDATE pay_password SET version = version WHERE person_id = $1"), vals![person])?;
    let made = tx.exec(
        sql!("INSERT INTO pay_password_try (id, person_id, state, tried_at) VALUES ('ppt_former', $1, 'reserved', $2)"),
        vals![person, now],
    )?;
    let left = sql!("DELETE FROM pay_password_try WHERE id = 'ppt_former' AND state = 'reserved'");
    Ok(held + made + tx.exec(left, vals![])?)
}
