//! The only SQL for `kept_form`. Rows are written in their person's lane.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals, wipe_old};

use super::model::KeptId;
use crate::people::PersonId;

/// A form ready to insert.
#[derive(Clone)]
pub(super) struct NewKept {
    pub(super) id: KeptId,
    pub(super) person: PersonId,
    pub(super) holder: Vec<u8>,
    pub(super) form: Vec<u8>,
    pub(super) now: Moment,
    pub(super) expires_at: Moment,
}

/// Inserts a form. So many of one person's are kept: the oldest make room, since what was tapped last is what is waited for.
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewKept, max: i64) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM kept_form WHERE person_id = $1 AND id NOT IN
               (SELECT id FROM kept_form WHERE person_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)"
        ),
        vals![new.person.as_str(), max.saturating_sub(1)],
    )?;
    tx.exec(
        sql!(
            "INSERT INTO kept_form (id, person_id, holder, form, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        vals![
            new.id.as_str(),
            new.person.as_str(),
            new.holder.as_slice(),
            new.form.as_slice(),
            new.now,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// A kept form of a holder, sealed, and when it was sent; nobody finds another's.
pub(super) fn find(
    tx: &mut Tx<'_>,
    id: &KeptId,
    holder: &[u8],
    now: Moment,
) -> Result<Option<(Vec<u8>, Moment)>, DbFault> {
    tx.opt(
        sql!("SELECT form, created_at FROM kept_form WHERE id = $1 AND holder = $2 AND expires_at > $3"),
        vals![id.as_str(), holder, now],
        |row| Ok((row.blob(0)?, row.moment(1)?)),
    )
}

/// Deletes a person's kept forms, with the person.
pub(crate) fn delete_of(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM kept_form WHERE person_id = $1"), vals![person.as_str()])?;
    Ok(())
}

/// Deletes up to 500 forms whose time ended before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "kept_form", "id", "expires_at", before)
}
