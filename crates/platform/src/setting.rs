//! Facts about this database: how far a task has come that is not done in one run. The only SQL for `setting`.

use crate::db::{DbFault, Tx};
use crate::{sql, vals};

/// What is noted under a name.
///
/// # Errors
/// What broke beneath.
pub fn get(tx: &mut Tx<'_>, key: &str) -> Result<Option<String>, DbFault> {
    tx.opt(sql!("SELECT value FROM setting WHERE key = $1"), vals![key], |row| row.text(0))
}

/// Notes something under a name, in the lane of whoever owns that.
///
/// # Errors
/// What broke beneath.
pub fn put(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
        vals![key, value],
    )
    .map(drop)
}
