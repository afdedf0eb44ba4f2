//! The only SQL for `pay_call`. Rows belong to the lane of their order.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use super::{Call, REFUND_ABNORMAL, REFUND_CLOSED};
use crate::order::OrderId;

/// Calls a person, once for each reason; true when nobody is being called for it yet.
pub(super) fn call(tx: &mut Tx<'_>, order: &str, reason: &str, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_call (order_id, reason, at) VALUES ($1, $2, $3) ON CONFLICT (order_id, reason) \
         DO UPDATE SET at = excluded.at, done_at = NULL WHERE pay_call.done_at IS NOT NULL"
    );
    tx.exec(sql, vals![order, reason, now]).map(|rows| rows == 1)
}

/// Calls a person where nobody is being called for it; true when nobody was.
pub(super) fn call_once(tx: &mut Tx<'_>, order: &str, reason: &str, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!("INSERT INTO pay_call (order_id, reason, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
    tx.exec(sql, vals![order, reason, now]).map(|rows| rows == 1)
}

/// Takes calls away, so that they can be made again; how many there were.
pub(super) fn forget(tx: &mut Tx<'_>, order: &str) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM pay_call WHERE order_id = $1"), vals![order])
}

/// Whether a person is being called to an order for this reason.
pub(crate) fn stands(tx: &mut Tx<'_>, id: &OrderId, reason: &str) -> Result<bool, DbFault> {
    let sql = sql!("SELECT 1 FROM pay_call WHERE order_id = $1 AND reason = $2 AND done_at IS NULL");
    tx.opt(sql, vals![id.as_str(), reason], |_| Ok(())).map(|found| found.is_some())
}

/// Somebody has looked, and the order goes on: the calls about it are done, except those for refunds that did not arrive. No
/// look brings their money back, and nothing would call for them again.
pub(crate) fn done_but_refunds(tx: &mut Tx<'_>, order: &str, now: Moment) -> Result<(), DbFault> {
    let sql = sql!(
        "UPDATE pay_call SET done_at = $1 WHERE order_id = $2 AND done_at IS NULL AND reason <> $3 AND reason <> $4"
    );
    tx.exec(sql, vals![now, order, REFUND_ABNORMAL, REFUND_CLOSED]).map(drop)
}

/// What a person was called to an order for in this one matter is done.
pub(crate) fn done_for(tx: &mut Tx<'_>, order: &str, reason: &str, now: Moment) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_call SET done_at = $1 WHERE order_id = $2 AND reason = $3 AND done_at IS NULL");
    tx.exec(sql, vals![now, order, reason]).map(drop)
}

/// Calls that still stand, the oldest first: about orders that are not at rest, and those that no rest answers.
pub(super) fn open(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Call>, DbFault> {
    let sql = sql!(
        "SELECT c.order_id, o.state, c.reason, c.at FROM pay_call c LEFT JOIN pay_order o ON o.id = c.order_id \
         WHERE c.done_at IS NULL AND (o.id IS NULL OR o.state NOT IN ('settled', 'refunded', 'closed') OR o.trouble_since IS NOT NULL \
         OR c.reason IN ('quote', 'registration', 'odd_answer') OR EXISTS (SELECT 1 FROM pay_attempt a WHERE a.order_id = o.id \
           AND (a.state IN ('requested', 'unknown', 'open', 'abnormal') OR (a.kind = 'refund' AND a.state = 'closed')))) ORDER BY c.at, c.order_id LIMIT $1"
    );
    tx.query(sql, vals![limit], |row| {
        let order = row.opt_parse(1)?.map(|state| Ok::<_, DbFault>((row.parse(0)?, state))).transpose()?;
        Ok(Call { order, reason: row.text(2)?, at: row.moment(3)? })
    })
}

/// For what a person was ever called to an order.
#[cfg(test)]
pub(crate) fn reasons(tx: &mut Tx<'_>, id: &OrderId) -> Result<Vec<String>, DbFault> {
    tx.query(sql!("SELECT reason FROM pay_call WHERE order_id = $1 ORDER BY at, reason"), vals![id.as_str()], |row| {
        row.text(0)
    })
}
