//! Double entry (architecture, rule 7): transfers that have happened, transfers that pend, and how each pending one
//! ended. The ledger knows nothing about products: callers name movements, accounts and subjects.
//!
//! Transfers, ends and postings are only ever inserted. Control accounts (a channel, the insurer's purses, an
//! institution) have no balance row; their balances are added up by closed accounting day (docs/adr/0009). Only an
//! order's own account is guarded: money that is not there cannot leave it.
//!
//! Owned tables: `ledger_transfer`, `ledger_end`, `ledger_posting`, `ledger_balance`, `ledger_day`, `ledger_day_end`,
//! `ledger_closed_day`, `ledger_stop`. This crate must not know partners, people or prices.

mod checks;
mod days;
mod model;
mod store;
mod transfer;

#[cfg(test)]
mod tests;

use kernel::Fen;
use platform::db::{DbFault, Tx};

pub use checks::checks;
pub use days::{ends_at, jobs, lift};
pub use model::{Account, End, LedgerError, MOST_FEN, NewTransfer, NoAccount, Recorded, TransferId};
pub use store::Line;
pub use transfer::{expire, pend, post, record, void};

/// Whether new money may move; whoever begins a payment asks this first. Facts are recorded in any case.
///
/// # Errors
/// [`LedgerError::Stopped`].
pub fn ensure_running(tx: &mut Tx<'_>) -> Result<(), LedgerError> {
    if store::is_stopped(tx)? { Err(LedgerError::Stopped) } else { Ok(()) }
}

/// Whether a movement has really happened: it was written as happened, or it pended and was posted.
///
/// # Errors
/// What broke beneath.
pub fn stands(tx: &mut Tx<'_>, movement: &str) -> Result<bool, DbFault> {
    store::stands(tx, movement)
}

/// The sum of an account's debits less the sum of its credits.
///
/// # Errors
/// What broke beneath.
pub fn balance(tx: &mut Tx<'_>, account: &Account) -> Result<Fen, DbFault> {
    store::balance(tx, account)
}

/// Every transfer about a subject, the oldest first.
///
/// # Errors
/// What broke beneath.
pub fn trail(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Line>, DbFault> {
    store::trail(tx, subject)
}
