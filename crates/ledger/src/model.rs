//! Accounts, transfers and what can go wrong with them; pure.

use std::fmt;
use std::str::FromStr;

use kernel::{Date, Fen, Moment};
use platform::db::DbFault;

kernel::typed_id!(
    /// One transfer.
    pub TransferId,
    "trf"
);

/// No transfer moves more than this (I-M20).
pub const MOST_FEN: i64 = 100_000_000_000;

/// An account by its code, `kind:key`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(String);

/// The kinds of accounts there are. Only an order's own accounts are guarded.
const KINDS: [&str; 4] = ["channel", "insurer", "institution", "order"];

impl Account {
    /// The money that a payment channel owes us: `channel:wechat_pay`.
    pub fn channel(key: &str) -> Account {
        Account(format!("channel:{key}"))
    }

    /// The money that a purse of the insurer owes us: `insurer:fund`.
    pub fn insurer(key: &str) -> Account {
        Account(format!("insurer:{key}"))
    }

    /// The money that we owe an institution: `institution:hsp_…`.
    pub fn institution(key: &str) -> Account {
        Account(format!("institution:{key}"))
    }

    /// The money that lies with an order: `order:ord_…`.
    pub fn order(key: &str) -> Account {
        Account(format!("order:{key}"))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether its balance is stored beside it and never falls below zero.
    pub fn is_guarded(&self) -> bool {
        self.0.starts_with("order:")
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is not the code of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an account: {0}")]
pub struct NoAccount(String);

impl FromStr for Account {
    type Err = NoAccount;

    fn from_str(text: &str) -> Result<Account, NoAccount> {
        match text.split_once(':') {
            Some((kind, key)) if KINDS.contains(&kind) && !key.is_empty() => Ok(Account(text.to_owned())),
            _ => Err(NoAccount(text.to_owned())),
        }
    }
}

/// A transfer to be made. Amounts are posted as +amount on `debit` and −amount on `credit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTransfer {
    /// The transfer's id, drawn before the closure.
    pub id: TransferId,
    /// The caller's own name for this movement of money, which can happen only once.
    pub movement: String,
    /// The account that owes the money from then on: a claim of ours grows, or less money lies with an order.
    pub debit: Account,
    /// The account that has the money from then on.
    pub credit: Account,
    /// More than nothing.
    pub amount: Fen,
    /// The subject of the transfer: an order's id.
    pub subject: String,
    /// A word for people who look at the transfer.
    pub reason: &'static str,
    /// When it is written.
    pub now: Moment,
    /// When the money moved, according to whoever moved it. This is the accounting day as long as that day is open.
    pub happened_at: Option<Moment>,
    /// For a pending transfer: the moment from which it may be expired.
    pub expires_at: Option<Moment>,
}

kernel::words! {
    /// How a pending transfer ends. It ends only once.
    pub enum End: "an end of a transfer" {
        /// It happened.
        Post = "post",
        /// It was given up.
        Void = "void",
        /// Its time was over.
        Expire = "expire",
    }
}

/// The result of writing a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Written now.
    Now,
    /// The same transfer was already there, equal in every field.
    Already,
}

/// Why nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The amount is more than lies with the order and is not set aside already.
    #[error("{0} has not so much")]
    Overdrawn(String),
    /// The movement is already there with other accounts, another amount or another subject.
    #[error("{0} is there with other content")]
    OtherContent(String),
    /// The pending transfer has already ended in another way.
    #[error("{movement} ended by {how}")]
    AlreadyEnded {
        /// Which.
        movement: String,
        /// How.
        how: End,
    },
    /// There is no pending transfer of that name.
    #[error("there is no pending {0}")]
    NoSuchPending(String),
    /// The books did not agree: no new money moves until a person has looked.
    #[error("payments are stopped: the books did not agree")]
    Stopped,
    /// The amount is zero, negative, or above the limit.
    #[error("{0} is no amount of a transfer")]
    Amount(Fen),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Checks what needs no database.
pub(crate) fn sound(new: &NewTransfer) -> Result<(), LedgerError> {
    if !(1..=MOST_FEN).contains(&new.amount.get()) || new.debit == new.credit {
        return Err(LedgerError::Amount(new.amount));
    }
    Ok(())
}

/// The accounting day of what is written now. It is the day on which the money moved, if that day is known and still
/// takes postings; otherwise it is the day on which we learned of it, or the first open day after the last one that has
/// ended.
pub(crate) fn accounting_day(now: Moment, happened_at: Option<Moment>, last_ended: Option<Date>) -> Date {
    let today = now.date();
    // If a partner's clock is ahead of ours, nothing is posted to a day that has not begun.
    let of_fact = happened_at.map(Moment::date).filter(|day| *day < today);
    match (of_fact, last_ended) {
        (Some(day), None) => day,
        (Some(day), Some(ended)) if day > ended => day,
        (_, Some(ended)) if ended >= today => ended.tomorrow().unwrap_or(ended),
        _ => today,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_read_as_they_are_written_and_only_orders_are_guarded() {
        for account in
            [Account::channel("wechat_pay"), Account::insurer("fund"), Account::institution("h"), Account::order("o")]
        {
            assert_eq!(account.as_str().parse::<Account>(), Ok(account.clone()));
            assert_eq!(account.is_guarded(), account.as_str().starts_with("order:"));
        }
        for bad in ["", "order", "order:", "cash:1"] {
            assert!(bad.parse::<Account>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fact_that_comes_late_stands_in_the_next_open_day() {
        let day = |d| Date::constant(2026, 3, d);
        let now = Moment::from_ms(1_772_415_000_000); // 2 March 2026, half past nine
        assert_eq!(accounting_day(now, None, None), day(2));
        assert_eq!(accounting_day(now, None, Some(day(1))), day(2));
        assert_eq!(accounting_day(now, None, Some(day(2))), day(3));
    }

    #[test]
    fn a_fact_stands_in_its_own_day_while_that_takes_postings() {
        let day = |d| Date::constant(2026, 3, d);
        let now = Moment::from_ms(1_772_415_000_000); // 2 March 2026, half past nine
        let evening = Some(now.minus_secs(12 * 3600));
        assert_eq!(accounting_day(now, evening, None), day(1));
        assert_eq!(accounting_day(now, evening, Some(Date::constant(2026, 2, 28))), day(1));
        assert_eq!(accounting_day(now, evening, Some(day(1))), day(2), "too late: the day on which we learned it");
        assert_eq!(accounting_day(now, evening, Some(day(2))), day(3));
        assert_eq!(accounting_day(now, Some(now.plus_secs(86_400)), None), day(2), "never a day to come");
    }
}
