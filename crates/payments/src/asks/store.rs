//! The only SQL for `pay_quote_ask`. Rows belong to the lane of their order.

use identity::PersonId;
use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::orders::model::Way;
use crate::orders::{Order, OrderId};

/// What is kept of the last answer for a way, empty while it has not come; `None` where it was never asked for.
pub(super) fn answer(tx: &mut Tx<'_>, id: &OrderId, way: Way) -> Result<Option<String>, DbFault> {
    let sql = sql!("SELECT answer FROM pay_quote_ask WHERE order_id = $1 AND way = $2");
    tx.opt(sql, vals![id.as_str(), way.as_str()], |row| row.text(0))
}

/// Ways to pay and orders of a person that were asked about since then.
pub(super) fn asked_by(tx: &mut Tx<'_>, person: &PersonId, since: Moment) -> Result<i64, DbFault> {
    let sql = sql!("SELECT COUNT(*) FROM pay_quote_ask WHERE person_id = $1 AND asked_at > $2");
    tx.one(sql, vals![person.as_str(), since], |row| row.int(0))
}

/// Writes that it is asked now; false where it was since `before`. A moment still to come was written by a clock that has
/// been set back since, and counts for nothing.
pub(super) fn ask(
    tx: &mut Tx<'_>,
    order: &Order,
    way: Way,
    (now, before): (Moment, Moment),
) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_quote_ask (order_id, way, person_id, asked_at, answer) VALUES ($1, $2, $3, $4, '') \
         ON CONFLICT (order_id, way) DO UPDATE SET asked_at = excluded.asked_at, answer = '' \
         WHERE pay_quote_ask.asked_at <= $5 OR pay_quote_ask.asked_at > $4"
    );
    tx.exec(sql, vals![order.id.as_str(), way.as_str(), order.person.as_str(), now, before]).map(|rows| rows == 1)
}

/// Keeps an answer.
pub(super) fn answered(tx: &mut Tx<'_>, id: &OrderId, way: Way, word: &str) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_quote_ask SET answer = $1 WHERE order_id = $2 AND way = $3");
    tx.exec(sql, vals![word, id.as_str(), way.as_str()]).map(drop)
}

/// A person has looked: the insurer may be asked anew at once.
pub(crate) fn forget(tx: &mut Tx<'_>, id: &OrderId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM pay_quote_ask WHERE order_id = $1"), vals![id.as_str()]).map(drop)
}
