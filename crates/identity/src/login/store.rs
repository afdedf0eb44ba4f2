//! The only SQL for `login_guard`. A row is written only in the lane of its own key.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals, wipe_old};

use super::guard::Guard;
use crate::blind::Blind;

/// The guard of a name; a fresh one if nothing is remembered.
pub(crate) fn guard(tx: &mut Tx<'_>, key: &Blind) -> Result<Guard, DbFault> {
    let found = tx.opt(
        sql!("SELECT wrong, rung, locked_until, updated_at FROM login_guard WHERE guard = $1"),
        vals![key.bytes()],
        |row| {
            Ok(Guard {
                wrong: row.int(0)?,
                rung: row.int(1)?,
                locked_until: row.opt_moment(2)?,
                updated_at: Some(row.moment(3)?),
            })
        },
    )?;
    Ok(found.unwrap_or_default())
}

/// The guard of a name, its row made if need be and held until the closure's end: wrong tries at
/// several instances are counted one after another.
pub(crate) fn hold(tx: &mut Tx<'_>, key: &Blind, now: Moment) -> Result<Guard, DbFault> {
    tx.one(
        sql!(
            "INSERT INTO login_guard (guard, wrong, rung, locked_until, updated_at) VALUES ($1, 0, 0, NULL, $2)
             ON CONFLICT (guard) DO UPDATE SET wrong = login_guard.wrong
             RETURNING wrong, rung, locked_until, updated_at"
        ),
        vals![key.bytes(), now],
        |row| {
            Ok(Guard {
                wrong: row.int(0)?,
                rung: row.int(1)?,
                locked_until: row.opt_moment(2)?,
                updated_at: Some(row.moment(3)?),
            })
        },
    )
}

/// Remembers a wrong try.
pub(crate) fn remember(tx: &mut Tx<'_>, key: &Blind, guard: &Guard, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO login_guard (guard, wrong, rung, locked_until, updated_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (guard) DO UPDATE SET wrong = excluded.wrong, rung = excluded.rung,
             locked_until = excluded.locked_until, updated_at = excluded.updated_at"
        ),
        vals![key.bytes(), guard.wrong, guard.rung, guard.locked_until, now],
    )?;
    Ok(())
}

/// Forgets wrong tries after a right one.
pub(crate) fn forget(tx: &mut Tx<'_>, key: &Blind) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM login_guard WHERE guard = $1"), vals![key.bytes()])?;
    Ok(())
}

/// Deletes up to 500 guards last touched before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "login_guard", "guard", "updated_at", before)
}
