//! Personal accounts: whatever changes one is a movement, so that the movements add up to what it
//! holds.

use kernel::{Fen, Moment};
use platform::db::{DbFault, Tx};
use serde::Serialize;

use super::model::Person;
use super::store;

/// What came or went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Movement {
    pub(crate) psn_no: String,
    /// Counts a person's movements.
    pub(crate) n: i64,
    /// `opening`, `set` (by hand), `settle`, `void` or `reverse`.
    pub(crate) reason: String,
    /// The insurer's message, if one moved it.
    pub(crate) about: String,
    pub(crate) amount_fen: Fen,
    /// What the account held then.
    pub(crate) balance_fen: Fen,
}

/// Moves an amount; `None` when the account does not hold it. Answers what it holds then. The
/// caller's closure is in the person's lane.
pub(crate) fn add(
    tx: &mut Tx<'_>,
    person: &Person,
    amount: Fen,
    reason: &'static str,
    about: &str,
    now: Moment,
) -> Result<Option<Fen>, DbFault> {
    if amount == Fen::ZERO {
        return Ok(Some(person.balance));
    }
    let Some(balance) = store::add_to_balance(tx, &person.id_number, amount)? else { return Ok(None) };
    let psn_no = &person.psn_no;
    let mut n = store::last_movement(tx, psn_no)?;
    if n == 0 {
        n = 1;
        let opening = movement(psn_no, n, "opening", "", person.balance, person.balance);
        store::insert_movement(tx, &opening, now)?;
    }
    store::insert_movement(tx, &movement(psn_no, n + 1, reason, about, amount, balance), now)?;
    Ok(Some(balance))
}

/// The newest movements, of one person or of all.
pub(crate) fn newest(tx: &mut Tx<'_>, psn_no: Option<&str>, limit: i64) -> Result<Vec<Movement>, DbFault> {
    store::movements(tx, psn_no, limit)
}

fn movement(psn_no: &str, n: i64, reason: &str, about: &str, amount_fen: Fen, balance_fen: Fen) -> Movement {
    Movement {
        psn_no: psn_no.to_owned(),
        n,
        reason: reason.to_owned(),
        about: about.to_owned(),
        amount_fen,
        balance_fen,
    }
}
