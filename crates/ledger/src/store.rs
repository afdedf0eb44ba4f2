//! The only SQL for the ledger's tables. Transfers, ends and postings are only ever inserted; the balance of an
//! order's own account belongs to the lane of its order.

use kernel::{Date, Fen, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use crate::model::{Account, End, NewTransfer, TransferId};

kernel::words! {
    /// What a transfer is from its beginning.
    pub(crate) enum Kind: "a kind of transfer" {
        Direct = "direct",
        Pending = "pending",
    }
}

/// A transfer as it stands.
pub(crate) struct Stored {
    pub(crate) id: TransferId,
    pub(crate) kind: Kind,
    pub(crate) movement: String,
    pub(crate) debit: Account,
    pub(crate) credit: Account,
    pub(crate) amount: Fen,
    pub(crate) subject: String,
    pub(crate) expires_at: Option<Moment>,
}

impl Stored {
    pub(crate) fn as_new(&self, now: Moment) -> NewTransfer {
        NewTransfer {
            id: self.id.clone(),
            movement: self.movement.clone(),
            debit: self.debit.clone(),
            credit: self.credit.clone(),
            amount: self.amount,
            subject: self.subject.clone(),
            reason: "",
            now,
            happened_at: None,
            expires_at: None,
        }
    }
}

pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewTransfer, kind: Kind, day: Date) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO ledger_transfer (id, movement, kind, debit, credit, amount_fen, subject, reason, day, at, expires_at, \
         happened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING"
    );
    let values = vals![
        new.id.as_str(),
        &new.movement,
        kind.as_str(),
        new.debit.as_str(),
        new.credit.as_str(),
        new.amount,
        &new.subject,
        new.reason,
        day.to_string(),
        new.now,
        new.expires_at,
        new.happened_at
    ];
    tx.exec(sql, values).map(|rows| rows == 1)
}

pub(crate) fn find(tx: &mut Tx<'_>, movement: &str) -> Result<Option<Stored>, DbFault> {
    let sql = sql!(
        "SELECT id, kind, movement, debit, credit, amount_fen, subject, expires_at FROM ledger_transfer WHERE movement = $1"
    );
    tx.opt(sql, vals![movement], |row| {
        Ok(Stored {
            id: row.parse("id")?,
            kind: row.parse("kind")?,
            movement: row.text("movement")?,
            debit: row.parse("debit")?,
            credit: row.parse("credit")?,
            amount: row.fen("amount_fen")?,
            subject: row.text("subject")?,
            expires_at: row.opt_moment("expires_at")?,
        })
    })
}

pub(crate) fn insert_end(
    tx: &mut Tx<'_>,
    id: &TransferId,
    how: End,
    day: Date,
    (now, happened_at): (Moment, Option<Moment>),
) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO ledger_end (transfer_id, how, day, at, happened_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
    );
    tx.exec(sql, vals![id.as_str(), how.as_str(), day.to_string(), now, happened_at]).map(|rows| rows == 1)
}

pub(crate) fn end_of(tx: &mut Tx<'_>, id: &TransferId) -> Result<Option<End>, DbFault> {
    tx.opt(sql!("SELECT how FROM ledger_end WHERE transfer_id = $1"), vals![id.as_str()], |row| row.parse(0))
}

/// Both sides of what happened.
pub(crate) fn post(
    tx: &mut Tx<'_>,
    id: &TransferId,
    (debit, credit): (&Account, &Account),
    amount: Fen,
    (day, now): (Date, Moment),
) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO ledger_posting (transfer_id, n, account, amount_fen, day, at) \
         VALUES ($1, 1, $2, $3, $4, $5), ($1, 2, $6, $7, $4, $5)"
    );
    let back =
        Fen::ZERO.checked_sub(amount).ok_or_else(|| DbFault::Corrupt("an amount that has no opposite".to_owned()))?;
    let values = vals![id.as_str(), debit.as_str(), amount, day.to_string(), now, credit.as_str(), back];
    tx.exec(sql, values).map(drop)
}

/// Adds money to what lies with an order.
pub(crate) fn add(tx: &mut Tx<'_>, account: &Account, amount: Fen) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO ledger_balance (account, held_fen, set_aside_fen) VALUES ($1, $2, 0) \
         ON CONFLICT (account) DO UPDATE SET held_fen = ledger_balance.held_fen + excluded.held_fen"
    );
    tx.exec(sql, vals![account.as_str(), amount]).map(drop)
}

/// Takes money out of an order; false when less than this lies there that is not set aside.
pub(crate) fn take(tx: &mut Tx<'_>, account: &Account, amount: Fen) -> Result<bool, DbFault> {
    let sql = sql!(
        "UPDATE ledger_balance SET held_fen = held_fen - $1 WHERE account = $2 AND held_fen - set_aside_fen >= $1"
    );
    tx.exec(sql, vals![amount, account.as_str()]).map(|rows| rows == 1)
}

/// Sets money of an order aside; false when there is not enough.
pub(crate) fn set_aside(tx: &mut Tx<'_>, account: &Account, amount: Fen) -> Result<bool, DbFault> {
    let sql = sql!(
        "UPDATE ledger_balance SET set_aside_fen = set_aside_fen + $1 WHERE account = $2 AND held_fen - set_aside_fen >= $1"
    );
    tx.exec(sql, vals![amount, account.as_str()]).map(|rows| rows == 1)
}

/// Releases money that was set aside.
pub(crate) fn let_go(tx: &mut Tx<'_>, account: &Account, amount: Fen) -> Result<(), DbFault> {
    let sql = sql!("UPDATE ledger_balance SET set_aside_fen = set_aside_fen - $1 WHERE account = $2");
    tx.exec(sql, vals![amount, account.as_str()]).map(drop)
}

/// The last accounting day that takes no more postings.
pub(crate) fn last_ended(tx: &mut Tx<'_>) -> Result<Option<Date>, DbFault> {
    let found = tx.opt(sql!("SELECT MAX(day) FROM ledger_day_end"), vals![], |row| row.opt_parse(0))?;
    Ok(found.flatten())
}

/// The first day that has postings and still takes more.
pub(crate) fn first_open(tx: &mut Tx<'_>) -> Result<Option<Date>, DbFault> {
    let sql =
        sql!("SELECT MIN(day) FROM ledger_posting WHERE day > COALESCE((SELECT MAX(day) FROM ledger_day_end), '')");
    Ok(tx.opt(sql, vals![], |row| row.opt_parse(0))?.flatten())
}

/// Ends a day, so that it takes no more postings; false when it has ended already.
pub(crate) fn end_day(tx: &mut Tx<'_>, day: Date, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!("INSERT INTO ledger_day_end (day, ended_at) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    tx.exec(sql, vals![day.to_string(), now]).map(|rows| rows == 1)
}

/// The first day that has ended and is not added up, and when it ended.
pub(crate) fn first_ended(tx: &mut Tx<'_>) -> Result<Option<(Date, Moment)>, DbFault> {
    let sql = sql!(
        "SELECT day, ended_at FROM ledger_day_end WHERE day > COALESCE((SELECT MAX(day) FROM ledger_closed_day), '') \
         ORDER BY day LIMIT 1"
    );
    tx.opt(sql, vals![], |row| Ok((row.parse(0)?, row.moment(1)?)))
}

/// Adds up the control accounts of a day that has ended, and closes it; false when it is closed.
pub(crate) fn close(tx: &mut Tx<'_>, day: Date, now: Moment) -> Result<bool, DbFault> {
    let closed = sql!(
        "INSERT INTO ledger_closed_day (day, closed_at, postings) \
         SELECT $1, $2, COUNT(*) FROM ledger_posting WHERE day = $1 ON CONFLICT DO NOTHING"
    );
    if tx.exec(closed, vals![day.to_string(), now])? == 0 {
        return Ok(false);
    }
    let sums = sql!(
        "INSERT INTO ledger_day (day, account, posted_fen) SELECT day, account, CAST(SUM(amount_fen) AS BIGINT) \
         FROM ledger_posting WHERE day = $1 AND account NOT LIKE 'order:%' GROUP BY day, account"
    );
    tx.exec(sums, vals![day.to_string()]).map(|_| true)
}

/// A control account's balance: the sums of the closed days and everything posted since.
pub(crate) fn balance(tx: &mut Tx<'_>, account: &Account) -> Result<Fen, DbFault> {
    let sql = sql!(
        "SELECT COALESCE((SELECT CAST(SUM(posted_fen) AS BIGINT) FROM ledger_day WHERE account = $1), 0) + \
         COALESCE((SELECT CAST(SUM(amount_fen) AS BIGINT) FROM ledger_posting WHERE account = $1 \
           AND ($2 = 1 OR day > COALESCE((SELECT MAX(day) FROM ledger_closed_day), ''))), 0)"
    );
    // Guarded accounts are not rolled up, so all of their postings count.
    tx.one(sql, vals![account.as_str(), i64::from(account.is_guarded())], |row| row.fen(0))
}

/// The sum of all postings of open days. If it is not zero, the books do not agree.
pub(crate) fn open_sum(tx: &mut Tx<'_>) -> Result<Fen, DbFault> {
    let sql = sql!(
        "SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) FROM ledger_posting \
         WHERE day > COALESCE((SELECT MAX(day) FROM ledger_closed_day), '')"
    );
    tx.one(sql, vals![], |row| row.fen(0))
}

pub(crate) fn stop(tx: &mut Tx<'_>, reason: &str, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO ledger_stop (n, reason, at) SELECT COUNT(*) + 1, $1, $2 FROM ledger_stop \
         WHERE NOT EXISTS (SELECT 1 FROM ledger_stop WHERE lifted_at IS NULL)"
    );
    // An aggregate answers a row even if the condition holds for none, so this is asked separately.
    if is_stopped(tx)? {
        return Ok(false);
    }
    tx.exec(sql, vals![reason, now]).map(|rows| rows == 1)
}

pub(crate) fn is_stopped(tx: &mut Tx<'_>) -> Result<bool, DbFault> {
    let sql = sql!("SELECT COUNT(*) FROM ledger_stop WHERE lifted_at IS NULL");
    tx.one(sql, vals![], |row| row.int(0)).map(|stops| stops > 0)
}

pub(crate) fn lift(tx: &mut Tx<'_>, who: &str, now: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE ledger_stop SET lifted_at = $1, lifted_by = $2 WHERE lifted_at IS NULL"), vals![now, who])
}

/// Whether a movement has really happened.
pub(crate) fn stands(tx: &mut Tx<'_>, movement: &str) -> Result<bool, DbFault> {
    let sql = sql!(
        "SELECT COUNT(*) FROM ledger_posting p JOIN ledger_transfer t ON t.id = p.transfer_id WHERE t.movement = $1"
    );
    tx.one(sql, vals![movement], |row| row.int(0)).map(|rows| rows == 2)
}

/// A line of what happened about a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The caller's name of it.
    pub movement: String,
    /// Where it is owed.
    pub debit: Account,
    /// Who has it.
    pub credit: Account,
    /// How much.
    pub amount: Fen,
    /// The caller's word.
    pub reason: String,
    /// Begun.
    pub at: Moment,
    /// False while it only pends.
    pub direct: bool,
    /// How a pending one ended, and when.
    pub end: Option<(End, Moment)>,
    /// When it happened according to a partner.
    pub happened_at: Option<Moment>,
    /// The accounting day in which it stands: that of its end where it pended first.
    pub day: Date,
}

pub(crate) fn trail(tx: &mut Tx<'_>, subject: &str) -> Result<Vec<Line>, DbFault> {
    let sql = sql!(
        "SELECT t.movement, t.debit, t.credit, t.amount_fen, t.reason, t.at, t.kind, e.how, e.at AS ended_at, \
         COALESCE(e.happened_at, t.happened_at) AS happened_at, COALESCE(e.day, t.day) AS day FROM ledger_transfer t \
         LEFT JOIN ledger_end e ON e.transfer_id = t.id WHERE t.subject = $1 ORDER BY t.at, t.id"
    );
    tx.query(sql, vals![subject], |row: &Row| {
        let how: Option<End> = row.opt_parse("how")?;
        Ok(Line {
            movement: row.text("movement")?,
            debit: row.parse("debit")?,
            credit: row.parse("credit")?,
            amount: row.fen("amount_fen")?,
            reason: row.text("reason")?,
            at: row.moment("at")?,
            direct: row.text("kind")? == "direct",
            end: how.zip(row.opt_moment("ended_at")?),
            happened_at: row.opt_moment("happened_at")?,
            day: row.parse("day")?,
        })
    })
}
