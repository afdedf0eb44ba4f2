//! The only SQL for `pay_registration`. Rows belong to the lane of their order.

use identity::{CoveredPerson, PersonId};
use kernel::{Date, Moment};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::vault::{Aad, Vault};
use platform::{sql, vals};

use crate::order::OrderId;
use crate::ports::Registered;

/// Stands in `release_at` while the visit is settled: 2100-01-01. There will be as many such rows as visits, and no walk over
/// those that are due must come by them.
const WHILE_SETTLED: Moment = Moment::from_ms(4_102_444_800_000);

fn place(id: &OrderId) -> Aad<'_> {
    Aad { table: "pay_registration", column: "insured", row: id.as_str() }
}

/// The visit's numbers at the insurer, and the person they were given to, who may be gone.
pub(crate) fn registration(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (order, person): (&OrderId, &PersonId),
    today: Date,
) -> Result<Option<(Registered, Option<CoveredPerson>)>, DbFault> {
    let sql = sql!("SELECT mdtrt_id, batch_no, insured FROM pay_registration WHERE order_id = $1");
    let found = tx.opt(sql, vals![order.as_str()], |row| {
        Ok((Registered { mdtrt_id: row.text(0)?, batch_no: row.text(1)? }, row.opt_blob(2)?))
    })?;
    let Some((registered, sealed)) = found else { return Ok(None) };
    let person = match sealed {
        Some(sealed) => identity::recall(tx, vault, person, &sealed, place(order), today)?,
        None => None,
    };
    Ok(Some((registered, person)))
}

/// Keeps them; the first ones stay.
pub(crate) fn insert_registration(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (order, person): (&OrderId, &PersonId),
    (registered, covered): (&Registered, &CoveredPerson),
    now: Moment,
) -> Result<(), DbFault> {
    let sealed = identity::remember(tx, ctx, person, covered, place(order))?;
    let sql = sql!(
        "INSERT INTO pay_registration (order_id, mdtrt_id, batch_no, at, insured) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT DO NOTHING"
    );
    let values = vals![order.as_str(), &registered.mdtrt_id, &registered.batch_no, now, sealed];
    tx.exec(sql, values).map(drop)
}

/// The visit is settled: its registration is needed, and nobody looks for it until the order has left that state.
pub(crate) fn keep_while_settled(tx: &mut Tx<'_>, id: &OrderId) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_registration SET release_at = $1 WHERE order_id = $2 AND released_at IS NULL");
    tx.exec(sql, vals![WHILE_SETTLED, id.as_str()]).map(drop)
}

/// The order has left the state in which its visit was settled: its registration may serve nothing any more.
pub(crate) fn settled_no_more(tx: &mut Tx<'_>, id: &OrderId) -> Result<(), DbFault> {
    let sql = sql!("UPDATE pay_registration SET release_at = 0 WHERE order_id = $1 AND release_at = $2");
    tx.exec(sql, vals![id.as_str(), WHILE_SETTLED]).map(drop)
}

/// Orders whose registration serves nothing any more: over, or paid without the insurer, and unchanged since; those of
/// which the insurer was told in vain come again in their turn. Where a settlement stands it is never one of them, whatever
/// `release_at` says: the insurer would answer that the visit is settled, and a person would be called.
pub(crate) fn useless(
    tx: &mut Tx<'_>,
    unchanged_since: Moment,
    now: Moment,
    limit: i64,
) -> Result<Vec<OrderId>, DbFault> {
    let sql = sql!(
        "SELECT r.order_id FROM pay_registration r JOIN pay_order o ON o.id = r.order_id WHERE r.released_at IS NULL \
         AND o.state IN ('closed', 'refunded', 'settled') AND o.changed_at < $1 AND r.release_at <= $2 AND (o.state <> 'settled' OR NOT EXISTS ( \
           SELECT 1 FROM pay_attempt a WHERE a.order_id = o.id AND a.kind = 'settle' AND a.state = 'succeeded' \
           AND NOT EXISTS (SELECT 1 FROM pay_attempt u WHERE u.order_id = a.order_id AND u.of_n = a.n AND u.state = 'succeeded'))) \
         ORDER BY r.release_at, r.at, r.order_id LIMIT $3"
    );
    tx.query(sql, vals![unchanged_since, now, limit], |row| row.parse(0))
}

/// The insurer was told that it is over.
pub(crate) fn set_released(tx: &mut Tx<'_>, id: &OrderId, now: Moment) -> Result<u64, DbFault> {
    let sql = sql!("UPDATE pay_registration SET released_at = $2 WHERE order_id = $1 AND released_at IS NULL");
    tx.exec(sql, vals![id.as_str(), now])
}

/// The insurer could not be told: how often that was so, and when it is tried again.
pub(crate) fn release_later(tx: &mut Tx<'_>, id: &OrderId, now: Moment, pauses: &[i64]) -> Result<i64, DbFault> {
    let sql = sql!(
        "UPDATE pay_registration SET release_tries = release_tries + 1 WHERE order_id = $1 AND released_at IS NULL \
         RETURNING release_tries"
    );
    let tries = tx.opt(sql, vals![id.as_str()], |row| row.int(0))?.unwrap_or_default();
    let step = usize::try_from(tries - 1).unwrap_or(0).min(pauses.len().saturating_sub(1));
    let again = now.plus_secs(pauses.get(step).copied().unwrap_or_default());
    let sql = sql!("UPDATE pay_registration SET release_at = $1 WHERE order_id = $2 AND release_at <= $3");
    tx.exec(sql, vals![again, id.as_str(), now])?;
    Ok(tries)
}
