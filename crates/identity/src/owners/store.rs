//! The only SQL for `number_owner`. Rows are inserted in the lane of their number, once, and never changed.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::blind::Blind;
use crate::people::{AccountId, PersonId};

/// The owner of an ID number; `None` while nobody has been proven to have it.
pub(crate) fn owner(tx: &mut Tx<'_>, number: &Blind) -> Result<Option<PersonId>, DbFault> {
    tx.opt(sql!("SELECT person_id FROM number_owner WHERE id_number_blind = $1"), vals![number.bytes()], |row| {
        row.parse(0)
    })
}

/// Makes a number a person's; `false` if it is somebody's already.
pub(crate) fn own(tx: &mut Tx<'_>, number: &Blind, person: &PersonId, now: Moment) -> Result<bool, DbFault> {
    let owned = tx.exec(
        sql!(
            "INSERT INTO number_owner (id_number_blind, person_id, at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING"
        ),
        vals![number.bytes(), person.as_str(), now],
    )?;
    Ok(owned == 1)
}

/// The active account of a number's owner.
pub(crate) fn account(tx: &mut Tx<'_>, number: &Blind) -> Result<Option<(AccountId, PersonId)>, DbFault> {
    tx.opt(
        sql!(
            "SELECT a.id, a.person_id FROM number_owner o JOIN account a ON a.person_id = o.person_id
             WHERE o.id_number_blind = $1 AND a.state = 'active'"
        ),
        vals![number.bytes()],
        |row| Ok((row.parse(0)?, row.parse(1)?)),
    )
}

/// The active account with a mobile number, and whether its person owns an ID number.
pub(crate) fn by_mobile(tx: &mut Tx<'_>, mobile: &Blind) -> Result<Option<(AccountId, PersonId, bool)>, DbFault> {
    tx.opt(
        sql!(
            "SELECT a.id, a.person_id, o.person_id FROM account a LEFT JOIN number_owner o ON o.person_id = a.person_id
             WHERE a.mobile_blind = $1 AND a.state = 'active'"
        ),
        vals![mobile.bytes()],
        |row| Ok((row.parse(0)?, row.parse(1)?, row.opt_text(2)?.is_some())),
    )
}

/// The active accounts that say a number which is not their person's.
pub(super) fn sayers(tx: &mut Tx<'_>, number: &Blind) -> Result<Vec<(AccountId, PersonId)>, DbFault> {
    tx.query(
        sql!(
            "SELECT a.id, a.person_id FROM person p JOIN account a ON a.person_id = p.id
             LEFT JOIN number_owner o ON o.person_id = p.id
             WHERE p.id_number_blind = $1 AND a.state = 'active' AND o.person_id IS NULL ORDER BY a.id"
        ),
        vals![number.bytes()],
        |row| Ok((row.parse(0)?, row.parse(1)?)),
    )
}
