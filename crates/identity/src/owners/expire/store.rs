//! The SQL by which accounts and people go.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals, vault};

use crate::people::{AccountId, PersonId};

/// Gives up to 500 accounts their time that have none yet: those that stood, unproven, before accounts had one
/// (migration 11 marked them with 0). Returns how many.
pub(super) fn date_old_ones(tx: &mut Tx<'_>, until: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "UPDATE account SET expires_at = $1
             WHERE id IN (SELECT id FROM account WHERE expires_at IS NOT NULL AND expires_at <= 0 LIMIT 500)"
        ),
        vals![until],
    )
}

/// An account whose time is over.
#[derive(Clone)]
pub(super) struct Expired {
    pub(super) at: Moment,
    pub(super) account: AccountId,
    pub(super) person: PersonId,
}

/// Up to `limit` accounts whose time is over, the longest over first, after those up to `after`.
pub(super) fn expired(
    tx: &mut Tx<'_>,
    now: Moment,
    after: Option<&Expired>,
    limit: i64,
) -> Result<Vec<Expired>, DbFault> {
    let (at, id) = after.map_or((Moment::from_ms(0), ""), |last| (last.at, last.account.as_str()));
    tx.query(
        sql!(
            "SELECT expires_at, id, person_id FROM account
             WHERE expires_at IS NOT NULL AND expires_at <= $1 AND (expires_at > $2 OR (expires_at = $2 AND id > $3))
             ORDER BY expires_at, id LIMIT $4"
        ),
        vals![now, at, id, limit],
        |row| Ok(Expired { at: row.moment(0)?, account: row.parse(1)?, person: row.parse(2)? }),
    )
}

/// Holds an account whose time is still over until the commit; `false` if it has been given more meanwhile.
pub(super) fn hold_expired(tx: &mut Tx<'_>, account: &AccountId, now: Moment) -> Result<bool, DbFault> {
    let held = tx.exec(
        sql!(
            "UPDATE account SET expires_at = expires_at WHERE id = $1 AND expires_at IS NOT NULL AND expires_at <= $2"
        ),
        vals![account.as_str(), now],
    )?;
    Ok(held == 1)
}

/// Deletes an account.
pub(super) fn delete_account(tx: &mut Tx<'_>, account: &AccountId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM account WHERE id = $1"), vals![account.as_str()])?;
    Ok(())
}

/// Whether a person has no account left and owns no number: nothing is kept for them.
pub(super) fn is_nobodys(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool, DbFault> {
    let kept = tx.opt(
        sql!(
            "SELECT 1 FROM person p WHERE p.id = $1
             AND (EXISTS (SELECT 1 FROM account a WHERE a.person_id = p.id)
             OR EXISTS (SELECT 1 FROM number_owner o WHERE o.person_id = p.id))"
        ),
        vals![person.as_str()],
        |row| row.int(0),
    )?;
    Ok(kept.is_none())
}

/// Deletes a person whom nothing points to any more, with the key to what was sealed; `false` if there
/// is another account, or the person owns a number.
pub(super) fn delete_person(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool, DbFault> {
    let key = tx.opt(
        sql!(
            "DELETE FROM person WHERE id = $1
             AND NOT EXISTS (SELECT 1 FROM account a WHERE a.person_id = person.id)
             AND NOT EXISTS (SELECT 1 FROM number_owner o WHERE o.person_id = person.id) RETURNING key_id"
        ),
        vals![person.as_str()],
        |row| row.text(0),
    )?;
    match key {
        Some(key) => vault::destroy_key(tx, &key).map(|_| true),
        None => Ok(false),
    }
}
