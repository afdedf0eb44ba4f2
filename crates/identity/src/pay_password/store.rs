//! The only SQL for `payment_password` and `payment_password_try`: rows of the person's lane. The password's row is
//! held first by whoever counts or changes tries, so that instances count one after another.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals, wipe_old};

use super::model::{Counted, PayTryId, TryState};
use crate::people::PersonId;

/// A person's payment password.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) hash: String,
    pub(super) version: i64,
    pub(super) set_at: Moment,
    pub(super) locked_until: Option<Moment>,
}

fn kept(row: &Row) -> Result<Kept, DbFault> {
    Ok(Kept { hash: row.text(0)?, version: row.int(1)?, set_at: row.moment(2)?, locked_until: row.opt_moment(3)? })
}

/// A person's password as it stands.
pub(super) fn find(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Kept>, DbFault> {
    tx.opt(
        sql!("SELECT hash, version, set_at, locked_until FROM payment_password WHERE person_id = $1"),
        vals![person.as_str()],
        kept,
    )
}

/// The same, held until the closure's end.
pub(super) fn hold(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Kept>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE payment_password SET version = version WHERE person_id = $1
             RETURNING hash, version, set_at, locked_until"
        ),
        vals![person.as_str()],
        kept,
    )
}

/// Sets the first password; `false` if there is one.
pub(super) fn insert(tx: &mut Tx<'_>, person: &PersonId, hash: &str, now: Moment) -> Result<bool, DbFault> {
    let inserted = tx.exec(
        sql!(
            "INSERT INTO payment_password (person_id, hash, version, set_at) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING"
        ),
        vals![person.as_str(), hash, now],
    )?;
    Ok(inserted == 1)
}

/// Sets a password whether or not there was one; the lock is gone.
pub(super) fn replace(tx: &mut Tx<'_>, person: &PersonId, hash: &str, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO payment_password (person_id, hash, version, set_at) VALUES ($1, $2, 1, $3)
             ON CONFLICT (person_id) DO UPDATE SET hash = excluded.hash, version = payment_password.version + 1,
             set_at = excluded.set_at, locked_until = NULL"
        ),
        vals![person.as_str(), hash, now],
    )?;
    Ok(())
}

/// Changes the password of a known version; `false` if it was changed meanwhile.
pub(super) fn change(
    tx: &mut Tx<'_>,
    person: &PersonId,
    version: i64,
    hash: &str,
    now: Moment,
) -> Result<bool, DbFault> {
    let changed = tx.exec(
        sql!(
            "UPDATE payment_password SET hash = $3, version = version + 1, set_at = $4
             WHERE person_id = $1 AND version = $2"
        ),
        vals![person.as_str(), version, hash, now],
    )?;
    Ok(changed == 1)
}

/// Locks the password.
pub(super) fn lock(tx: &mut Tx<'_>, person: &PersonId, until: Moment) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE payment_password SET locked_until = $2 WHERE person_id = $1"), vals![person.as_str(), until])?;
    Ok(())
}

/// Reserves a try.
pub(super) fn reserve(tx: &mut Tx<'_>, id: &PayTryId, person: &PersonId, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO payment_password_try (id, person_id, state, tried_at) VALUES ($1, $2, $3, $4)"),
        vals![id.as_str(), person.as_str(), TryState::Reserved.as_str(), now],
    )?;
    Ok(())
}

/// Ends a reserved try; `false` if it was forgiven meanwhile.
pub(super) fn end_try(tx: &mut Tx<'_>, id: &PayTryId, as_what: TryState, now: Moment) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE payment_password_try SET state = $2, settled_at = $3 WHERE id = $1 AND state = 'reserved'"),
        vals![id.as_str(), as_what.as_str(), now],
    )?;
    Ok(ended == 1)
}

/// Takes a reserved try back that never reached the hash.
pub(super) fn take_back(tx: &mut Tx<'_>, id: &PayTryId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM payment_password_try WHERE id = $1 AND state = 'reserved'"), vals![id.as_str()])?;
    Ok(())
}

/// The tries since a moment that count.
pub(super) fn counted(tx: &mut Tx<'_>, person: &PersonId, since: Moment) -> Result<Counted, DbFault> {
    tx.one(
        sql!(
            "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'wrong' THEN 1 ELSE 0 END), 0) AS BIGINT),
             CAST(COALESCE(SUM(CASE WHEN state = 'reserved' THEN 1 ELSE 0 END), 0) AS BIGINT), MAX(tried_at)
             FROM payment_password_try WHERE person_id = $1 AND tried_at > $2 AND state IN ('wrong', 'reserved')"
        ),
        vals![person.as_str(), since],
        |row| Ok(Counted { wrong: row.int(0)?, reserved: row.int(1)?, latest: row.opt_moment(2)? }),
    )
}

/// Forgives what was wrong; with `reserved_too` also what is under way.
pub(super) fn forgive(tx: &mut Tx<'_>, person: &PersonId, reserved_too: bool, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE payment_password_try SET state = $2, settled_at = $3
             WHERE person_id = $1 AND (state = 'wrong' OR (state = 'reserved' AND $4 = 1))"
        ),
        vals![person.as_str(), TryState::Forgiven.as_str(), now, i64::from(reserved_too)],
    )?;
    Ok(())
}

/// Deletes up to 500 tries made before `before`; returns how many.
pub(super) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "payment_password_try", "id", "tried_at", before)
}

/// Windows of `window_ms` with more than `tries` wrong tries (T10).
pub(super) fn broken(tx: &mut Tx<'_>, tries: i64, window_ms: i64) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM payment_password_try"), vals![], |row| row.int(0))?;
    let broken = tx.query(
        sql!(
            "SELECT t.person_id, COUNT(*) FROM payment_password_try t JOIN payment_password_try u ON u.person_id = t.person_id
             AND u.tried_at > t.tried_at - $1 AND u.tried_at <= t.tried_at AND u.state IN ('wrong', 'reserved')
             WHERE t.state IN ('wrong', 'reserved') GROUP BY t.id, t.person_id HAVING COUNT(*) > $2 ORDER BY t.person_id"
        ),
        vals![window_ms, tries],
        |row| Ok(format!("{} had {} wrong tries within a window", row.text(0)?, row.int(1)?)),
    )?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("payment password of", "payment_password", key "person_id", subject "person_id", at "set_at", acts "'pay_password.set'"),
];
