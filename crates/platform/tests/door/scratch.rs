//! Rows for the suite: counters in `setting`, which belongs to no context.

use platform::db::{Db, DbFault, LaneKey, Tx};
use platform::{sql, vals};

/// Refusals of the suite's closures.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    NotWanted,
    Fault(DbFault),
}

impl From<DbFault> for Refusal {
    fn from(fault: DbFault) -> Self {
        Self::Fault(fault)
    }
}

pub fn put(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), DbFault> {
    tx.exec(sql!("INSERT INTO setting (key, value) VALUES ($1, $2)"), vals![key, value]).map(drop)
}

/// The same, without waiting for its answer.
pub fn send(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), DbFault> {
    tx.send(sql!("INSERT INTO setting (key, value) VALUES ($1, $2)"), vals![key, value])
}

pub fn get(tx: &mut Tx<'_>, key: &str) -> Result<Option<String>, DbFault> {
    tx.opt(sql!("SELECT value FROM setting WHERE key = $1"), vals![key], |row| row.text(0))
}

/// Adds one to the number under `key` and returns it.
pub fn bump(tx: &mut Tx<'_>, key: &str) -> Result<i64, DbFault> {
    tx.one(
        sql!(
            "INSERT INTO setting (key, value) VALUES ($1, '1') \
             ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(setting.value AS BIGINT) + 1 AS TEXT) RETURNING CAST(value AS BIGINT)"
        ),
        vals![key],
        |row| row.int(0),
    )
}

pub fn lane(name: &str) -> LaneKey {
    LaneKey::of("scratch", name)
}

pub async fn written(db: &Db, key: &'static str) -> Option<String> {
    db.read("scratch.get", move |tx| get(tx, key)).await.expect("a read")
}

pub async fn write_one(db: &Db, key: &'static str) -> Result<(), DbFault> {
    db.write(lane("one"), "scratch.put", move |tx| put(tx, key, "here")).await
}
