//! The only SQL for `instance`.

use kernel::Moment;

use crate::db::{DbFault, Tx};
use crate::{sql, vals};

/// A process as it was last heard of.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) place: i64,
    pub(super) at: Moment,
    pub(super) missed: i64,
    pub(super) heard: bool,
}

pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<Seen>, DbFault> {
    tx.query(sql!("SELECT name, place, at, missed, heard FROM instance ORDER BY place"), vals![], |row| {
        let (name, place, at) = (row.text("name")?, row.int("place")?, row.moment("at")?);
        Ok(Seen { name, place, at, missed: row.int("missed")?, heard: row.flag("heard")? })
    })
}

/// Writes a new one; false where its place is somebody's.
pub(super) fn insert(tx: &mut Tx<'_>, name: &str, place: i64, now: Moment) -> Result<bool, DbFault> {
    let sql =
        sql!("INSERT INTO instance (name, place, at, missed, heard) VALUES ($1, $2, $3, 0, 1) ON CONFLICT DO NOTHING");
    tx.exec(sql, vals![name, place, now]).map(|rows| rows == 1)
}

/// It is there, and all others have missed one beat more; false where it has been forgotten.
pub(super) fn beat(tx: &mut Tx<'_>, name: &str, now: Moment) -> Result<bool, DbFault> {
    // One statement for all rows: two processes that beat at once wait for each other in one order.
    let sql = sql!(
        "UPDATE instance SET at = CASE WHEN name = $1 THEN $2 ELSE at END, \
         missed = CASE WHEN name = $1 THEN 0 ELSE missed + 1 END, heard = CASE WHEN name = $1 THEN 1 ELSE heard END \
         RETURNING name"
    );
    Ok(tx.query(sql, vals![name, now], |row| row.text(0))?.iter().any(|one| one == name))
}

/// One has joined: the others are to be heard again before anybody judges by their clocks whether clocks agree.
pub(super) fn unheard_but(tx: &mut Tx<'_>, name: &str) -> Result<(), DbFault> {
    let sql = sql!("UPDATE instance SET heard = CASE WHEN name = $1 THEN heard ELSE 0 END");
    tx.exec(sql, vals![name]).map(drop)
}

pub(super) fn forget(tx: &mut Tx<'_>, name: &str) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM instance WHERE name = $1"), vals![name]).map(drop)
}

pub(super) fn forget_silent(tx: &mut Tx<'_>, missed: i64) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM instance WHERE missed > $1"), vals![missed]).map(drop)
}
