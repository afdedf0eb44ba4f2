//! The only SQL for `pay_quote` and `pay_quote_ask`. Rows belong to the lane of their order.

use identity::PersonId;
use kernel::{Fen, Moment};
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals};

use super::Asked;
use crate::order::{OrderId, Way};
use crate::ports::{Presettled, Split};

/// A quote as it was shown.
#[derive(Debug, Clone)]
pub struct Quote {
    /// Counts within the order.
    pub n: i64,
    /// For which way.
    pub way: Way,
    /// From which purse how much; what a settlement must repeat.
    pub advice: Presettled,
    /// Binds it to the order.
    pub hash: Vec<u8>,
    /// When the insurer said it.
    pub at: Moment,
}

macro_rules! quote_columns {
    () => {
        "SELECT n, way, fund_fen, account_fen, other_fen, cash_fen, balance_fen, echo, hash, at FROM pay_quote WHERE order_id = $1"
    };
}

/// The newest quote of an order.
pub(crate) fn quote(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Quote>, DbFault> {
    tx.opt(sql!(concat!(quote_columns!(), " ORDER BY n DESC LIMIT 1")), vals![id.as_str()], read_quote)
}

/// The newest quote of an order for a way.
pub(crate) fn quote_for(tx: &mut Tx<'_>, id: &OrderId, way: Way) -> Result<Option<Quote>, DbFault> {
    let sql = sql!(concat!(quote_columns!(), " AND way = $2 ORDER BY n DESC LIMIT 1"));
    tx.opt(sql, vals![id.as_str(), way.as_str()], read_quote)
}

/// The quote of this hash, while it is the newest of its way: whichever way was looked at last, what was shown of either
/// stands.
pub(crate) fn shown(tx: &mut Tx<'_>, id: &OrderId, hash: &[u8]) -> Result<Option<Quote>, DbFault> {
    for way in [Way::PersonalAccount, Way::Fund] {
        if let Some(quote) = quote_for(tx, id, way)?.filter(|quote| quote.hash == hash) {
            return Ok(Some(quote));
        }
    }
    Ok(None)
}

fn quote_at(tx: &mut Tx<'_>, id: &OrderId, n: i64) -> Result<Option<Quote>, DbFault> {
    tx.opt(sql!(concat!(quote_columns!(), " AND n = $2")), vals![id.as_str(), n], read_quote)
}

fn read_quote(row: &Row) -> Result<Quote, DbFault> {
    let split = Split {
        fund: row.fen("fund_fen")?,
        personal_account: row.fen("account_fen")?,
        other: row.fen("other_fen")?,
        cash: row.fen("cash_fen")?,
    };
    let echo = serde_json::from_str(&row.text("echo")?).map_err(|error| DbFault::Corrupt(format!("echo: {error}")))?;
    Ok(Quote {
        n: row.int("n")?,
        way: row.parse("way")?,
        advice: Presettled { split, balance: row.opt_int("balance_fen")?.map(Fen::new), echo },
        hash: row.blob("hash")?,
        at: row.moment("at")?,
    })
}

/// The quote that was agreed to, by its hash.
pub(crate) fn quote_agreed(tx: &mut Tx<'_>, id: &OrderId, hash: Option<&[u8]>) -> Result<Option<Quote>, DbFault> {
    let Some(hash) = hash else { return Ok(None) };
    let sql = sql!("SELECT MAX(n) FROM pay_quote WHERE order_id = $1 AND hash = $2");
    let n = tx.opt(sql, vals![id.as_str(), hash], |row| row.opt_int(0))?.flatten();
    let newest = quote(tx, id)?;
    // What a settlement repeats of a pre-settlement depends on the fee alone: any quote of the order has it.
    Ok(match n {
        Some(n) => quote_at(tx, id, n)?.or(newest),
        None => newest,
    })
}

/// Writes a quote.
pub(crate) fn insert_quote(tx: &mut Tx<'_>, id: &OrderId, quote: &Quote) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO pay_quote (order_id, n, way, fund_fen, account_fen, other_fen, cash_fen, balance_fen, echo, hash, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING"
    );
    let echo = serde_json::to_string(&quote.advice.echo).map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let split = &quote.advice.split;
    let values = vals![
        id.as_str(),
        quote.n,
        quote.way.as_str(),
        split.fund,
        split.personal_account,
        split.other,
        split.cash,
        quote.advice.balance,
        echo,
        &quote.hash,
        quote.at
    ];
    tx.exec(sql, values).map(drop)
}

/// What is kept of the last answer for a way, empty while it has not come; `None` where it was never asked for.
pub(crate) fn answer(tx: &mut Tx<'_>, id: &OrderId, way: Way) -> Result<Option<String>, DbFault> {
    let sql = sql!("SELECT answer FROM pay_quote_ask WHERE order_id = $1 AND way = $2");
    tx.opt(sql, vals![id.as_str(), way.as_str()], |row| row.text(0))
}

/// Ways to pay and orders of a person that were asked about since then.
pub(crate) fn asked_by(tx: &mut Tx<'_>, person: &PersonId, since: Moment) -> Result<i64, DbFault> {
    let sql = sql!("SELECT COUNT(*) FROM pay_quote_ask WHERE person_id = $1 AND asked_at > $2");
    tx.one(sql, vals![person.as_str(), since], |row| row.int(0))
}

/// Writes that it is asked now; false where it was since `before`. A moment still to come was written by a clock that has
/// been set back since, and counts for nothing.
pub(crate) fn ask(tx: &mut Tx<'_>, asked: &Asked, (now, before): (Moment, Moment)) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_quote_ask (order_id, way, person_id, asked_at, answer) VALUES ($1, $2, $3, $4, '') \
         ON CONFLICT (order_id, way) DO UPDATE SET asked_at = excluded.asked_at, answer = '' \
         WHERE pay_quote_ask.asked_at <= $5 OR pay_quote_ask.asked_at > $4"
    );
    tx.exec(sql, vals![asked.order.as_str(), asked.way.as_str(), asked.person.as_str(), now, before])
        .map(|rows| rows == 1)
}

/// Whether it was asked since `before`, and has not answered: neither by a word nor by a quote.
pub(crate) fn is_being_asked(
    tx: &mut Tx<'_>,
    id: &OrderId,
    way: Way,
    (now, before): (Moment, Moment),
) -> Result<bool, DbFault> {
    let sql = sql!(
        "SELECT 1 FROM pay_quote_ask a WHERE a.order_id = $1 AND a.way = $2 AND a.answer = '' AND a.asked_at > $3 \
         AND a.asked_at <= $4 AND NOT EXISTS (SELECT 1 FROM pay_quote q WHERE q.order_id = a.order_id AND q.way = a.way \
           AND q.at >= a.asked_at)"
    );
    Ok(tx.opt(sql, vals![id.as_str(), way.as_str(), before, now], |row| row.int(0))?.is_some())
}

/// Keeps an answer.
pub(crate) fn answered(tx: &mut Tx<'_>, id: &OrderId, way: Way, word: &str) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_quote_ask SET answer = $1 WHERE order_id = $2 AND way = $3");
    tx.exec(sql, vals![word, id.as_str(), way.as_str()]).map(drop)
}

/// A person has looked: the insurer may be asked anew at once.
pub(crate) fn forget(tx: &mut Tx<'_>, id: &OrderId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM pay_quote_ask WHERE order_id = $1"), vals![id.as_str()]).map(drop)
}

/// Forgets how often anybody has asked: every run of the simulator is another person's.
#[cfg(test)]
pub(crate) fn forget_all(tx: &mut Tx<'_>) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM pay_quote_ask"), vals![]).map(drop)
}
