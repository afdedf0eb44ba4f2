//! The only SQL for `pay_call`. Rows belong to the lane of their order.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use super::Call;
use crate::orders::OrderId;

/// Calls a person, once for each reason; true when nobody was called for it before.
pub(crate) fn call(tx: &mut Tx<'_>, id: &OrderId, reason: &str, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!("INSERT INTO pay_call (order_id, reason, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
    tx.exec(sql, vals![id.as_str(), reason, now]).map(|rows| rows == 1)
}

/// Calls about orders that still wait for a person, the oldest first.
pub(super) fn open(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Call>, DbFault> {
    let sql = sql!(
        "SELECT c.order_id, o.state, c.reason, c.at FROM pay_call c JOIN pay_order o ON o.id = c.order_id \
         WHERE o.state NOT IN ('settled', 'refunded', 'closed') ORDER BY c.at, c.order_id LIMIT $1"
    );
    tx.query(sql, vals![limit], |row| {
        Ok(Call { order: row.parse(0)?, state: row.parse(1)?, reason: row.text(2)?, at: row.moment(3)? })
    })
}
