//! The only SQL for `pay_registration`. Rows belong to the lane of their order.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::orders::OrderId;
use crate::ports::Registered;

/// The visit's numbers at the insurer.
pub(crate) fn registration(tx: &mut Tx<'_>, id: &OrderId) -> Result<Option<Registered>, DbFault> {
    let sql = sql!("SELECT mdtrt_id, batch_no FROM pay_registration WHERE order_id = $1");
    tx.opt(sql, vals![id.as_str()], |row| Ok(Registered { mdtrt_id: row.text(0)?, batch_no: row.text(1)? }))
}

/// Keeps them; the first ones stay.
pub(crate) fn insert_registration(
    tx: &mut Tx<'_>,
    id: &OrderId,
    registered: &Registered,
    now: Moment,
) -> Result<(), DbFault> {
    let sql = sql!(
        "INSERT INTO pay_registration (order_id, mdtrt_id, batch_no, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
    );
    tx.exec(sql, vals![id.as_str(), &registered.mdtrt_id, &registered.batch_no, now]).map(drop)
}

/// Orders whose registration serves nothing any more: over, or paid without the insurer, and unchanged since.
pub(super) fn useless(tx: &mut Tx<'_>, unchanged_since: Moment, limit: i64) -> Result<Vec<OrderId>, DbFault> {
    let sql = sql!(
        "SELECT r.order_id FROM pay_registration r JOIN pay_order o ON o.id = r.order_id WHERE r.released_at IS NULL \
         AND o.state IN ('closed', 'refunded', 'settled') AND o.changed_at < $1 AND (o.state <> 'settled' OR NOT EXISTS ( \
           SELECT 1 FROM pay_attempt a WHERE a.order_id = o.id AND a.kind = 'settle' AND a.state = 'succeeded')) \
         ORDER BY r.at, r.order_id LIMIT $2"
    );
    tx.query(sql, vals![unchanged_since, limit], |row| row.parse(0))
}

/// The insurer was told that it is over.
pub(super) fn set_released(tx: &mut Tx<'_>, id: &OrderId, now: Moment) -> Result<u64, DbFault> {
    let sql = sql!("UPDATE pay_registration SET released_at = $2 WHERE order_id = $1 AND released_at IS NULL");
    tx.exec(sql, vals![id.as_str(), now])
}
