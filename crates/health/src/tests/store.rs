//! What the tests ask of tables that are not this crate's, or that no page asks.

use identity::PersonId;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// Everybody there is.
pub(super) fn people(tx: &mut Tx<'_>) -> Result<Vec<PersonId>, DbFault> {
    tx.query(sql!("SELECT id FROM person ORDER BY id"), vals![], |row| row.parse(0))
}

/// How many messages a person has.
pub(super) fn messages(tx: &mut Tx<'_>, person: &PersonId) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM message WHERE person_id = $1"), vals![person.as_str()], |row| row.int(0))
}

/// How many rows the biggest tables of this crate have.
pub(super) fn sizes(tx: &mut Tx<'_>) -> Result<Vec<i64>, DbFault> {
    let mut sizes = Vec::new();
    for sql in [
        sql!("SELECT COUNT(*) FROM hospital"),
        sql!("SELECT COUNT(*) FROM doctor"),
        sql!("SELECT COUNT(*) FROM clinic"),
        sql!("SELECT COUNT(*) FROM slot"),
    ] {
        sizes.push(tx.one(sql, vals![], |row| row.int(0))?);
    }
    Ok(sizes)
}

/// An appointment's events in order, as (event, state).
pub(super) fn events(tx: &mut Tx<'_>, id: &str) -> Result<Vec<String>, DbFault> {
    let sql = sql!("SELECT event, state FROM appointment_event WHERE appointment_id = $1 ORDER BY n");
    tx.query(sql, vals![id], |row| Ok(format!("{}:{}", row.text(0)?, row.text(1)?)))
}

/// Calls every clinic off.
pub(super) fn call_all_off(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE clinic SET state = 'called_off'"), vals![])
}

/// The words as they were written before: names behind each other, initials of the Chinese ones, no short name apart.
pub(super) fn write_words_of_before(tx: &mut Tx<'_>) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE hospital SET search = name || ' ' || short || ' ' || LOWER(name_en), initials = 'czsdyrmyy syy', short = ''"
        ),
        vals![],
    )?;
    for sql in [
        sql!("UPDATE department SET search = name || ' ' || LOWER(name_en), initials = 'x'"),
        sql!("UPDATE doctor SET search = name || ' ' || LOWER(name_en), initials = 'x'"),
    ] {
        tx.exec(sql, vals![])?;
    }
    Ok(())
}

macro_rules! short_names {
    () => {
        "UPDATE hospital SET short = SUBSTR(search, LENGTH(name) + 2, LENGTH(search) - LENGTH(name) - LENGTH(name_en) - 2) \
         WHERE LENGTH(search) > LENGTH(name) + LENGTH(name_en) + 2"
    };
}

/// The statement of the migration that gives short names a column.
pub(super) const SHORT_NAMES: &str = short_names!();

/// Runs it; returns how many hospitals have one.
pub(super) fn take_short_names(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!(short_names!()), vals![])
}
