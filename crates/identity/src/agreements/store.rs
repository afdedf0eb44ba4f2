//! The only SQL for `agreement`, but for the question that recognising a session asks. Rows are only inserted, in the lane of the
//! account or its person, and go with the account.

use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::{covered, sql, vals};

use super::give::{Agreement, Shown};
use crate::ids::AccountId;

/// Writes down what was agreed to, unless it was before.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &Agreement) -> Result<(), DbFault> {
    let written = tx.exec(
        sql!(
            "INSERT INTO agreement (id, account_id, terms, privacy, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING"
        ),
        vals![new.id.as_str(), new.account.as_str(), new.shown.terms.as_str(), new.shown.privacy.as_str(), new.now],
    )?;
    if written == 1 {
        tx.audit(new.entry.clone());
    }
    Ok(())
}

/// What an account's holder agreed to last.
pub(crate) fn latest(tx: &mut Tx<'_>, account: &AccountId) -> Result<Option<Shown>, DbFault> {
    tx.opt(
        sql!("SELECT terms, privacy FROM agreement WHERE account_id = $1 ORDER BY at DESC, id DESC LIMIT 1"),
        vals![account.as_str()],
        |row| Ok(Shown { terms: row.text(0)?, privacy: row.text(1)? }),
    )
}

/// Deletes what was agreed to with an account, with the account.
pub(crate) fn delete_of(tx: &mut Tx<'_>, account: &AccountId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM agreement WHERE account_id = $1"), vals![account.as_str()])?;
    Ok(())
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] =
    [covered!("agreement", "agreement", key "id", subject "id", at "at", acts "'agreement.given'")];
