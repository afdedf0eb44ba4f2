//! Questions over the tables of this crate; nothing here writes.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals};

use crate::orders::OrderId;
use crate::orders::store::{Order, find};

/// Orders read in one go when each is looked at.
const CHUNK: i64 = 500;

/// How many orders there are, counted as far as `most`.
pub(super) fn orders_to(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    let sql = sql!("SELECT COUNT(*) FROM (SELECT id FROM pay_order LIMIT $1) few");
    tx.one(sql, vals![most], |row| row.int(0)).map(i64::unsigned_abs)
}

pub(super) fn orders(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM pay_order"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

pub(super) fn attempts(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM pay_attempt"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

pub(super) fn notices(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM pay_notice"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

fn name(row: &Row) -> Result<String, DbFault> {
    row.text(0)
}

/// I-I04: orders whose institution the directory does not have; the first fifty, for where one is missing, all its orders are
/// here.
pub(super) fn strangers(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM pay_order o WHERE NOT EXISTS (SELECT 1 FROM institution i WHERE i.id = o.institution) \
         ORDER BY o.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// Looks at each order whole; lists what `wrong` says of it.
pub(super) fn each_order(
    tx: &mut Tx<'_>,
    wrong: fn(&mut Tx<'_>, &Order) -> Result<Option<String>, DbFault>,
) -> Result<Vec<String>, DbFault> {
    let (mut after, mut broken) = (String::new(), Vec::new());
    loop {
        let sql = sql!("SELECT id FROM pay_order WHERE id > $1 ORDER BY id LIMIT $2");
        let ids: Vec<OrderId> = tx.query(sql, vals![&after, CHUNK], |row| row.parse(0))?;
        let Some(last) = ids.last() else { return Ok(broken) };
        after = last.as_str().to_owned();
        for id in &ids {
            if let Some(order) = find(tx, id)? {
                broken.extend(wrong(tx, &order)?);
            }
        }
    }
}

/// I-M04: in a settled order the settlement's parts and the payments that were not returned make up the price. Right
/// after too much has come in nothing has begun to go back yet.
pub(super) fn wrong_sums(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM pay_order o WHERE o.state = 'settled' AND NOT EXISTS (SELECT 1 FROM pay_attempt l \
           WHERE l.order_id = o.id AND (l.changed_at >= $1 OR l.state IN ('requested', 'unknown', 'open'))) AND o.total_fen <> ( \
           SELECT COALESCE(CAST(SUM(a.amount_fen) AS BIGINT), 0) FROM pay_attempt a WHERE a.order_id = o.id \
           AND a.state = 'succeeded' AND a.kind IN ('settle', 'pay') AND NOT EXISTS (SELECT 1 FROM pay_attempt u \
             WHERE u.order_id = a.order_id AND u.of_n = a.n)) ORDER BY o.id LIMIT 50"
    );
    tx.query(sql, vals![before], name)
}

/// I-M05.
pub(super) fn wrong_splits(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT id FROM pay_order WHERE confirmed_cash_fen IS NOT NULL AND (confirmed_fund_fen < 0 OR confirmed_account_fen < 0 \
         OR confirmed_other_fen < 0 OR confirmed_cash_fen < 0 OR confirmed_fund_fen + confirmed_account_fen + \
         confirmed_other_fen + confirmed_cash_fen <> total_fen) ORDER BY id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M06.
pub(super) fn over_undone(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT u.id FROM pay_attempt u LEFT JOIN pay_attempt a ON a.order_id = u.order_id AND a.n = u.of_n \
         WHERE u.kind IN ('void', 'refund') AND (a.id IS NULL OR a.state <> 'succeeded' OR u.amount_fen <> a.amount_fen \
         OR (SELECT COUNT(*) FROM pay_attempt o WHERE o.order_id = u.order_id AND o.of_n = u.of_n) > 1) ORDER BY u.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M07.
pub(super) fn doubled(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let orders = sql!(
        "SELECT MIN(id) FROM pay_order WHERE state NOT IN ('refunded', 'closed') GROUP BY subject_kind, subject_id \
         HAVING COUNT(*) > 1 ORDER BY MIN(id) LIMIT 50"
    );
    let attempts = sql!(
        "SELECT order_id FROM pay_attempt WHERE kind IN ('settle', 'pay') AND state IN ('requested', 'unknown', 'open') \
         GROUP BY order_id, kind HAVING COUNT(*) > 1 ORDER BY order_id LIMIT 50"
    );
    let mut broken = tx.query(orders, vals![], name)?;
    broken.extend(tx.query(attempts, vals![], name)?);
    Ok(broken)
}

/// I-M08.
pub(super) fn wrong_way(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT u.id FROM pay_attempt u JOIN pay_attempt a ON a.order_id = u.order_id AND a.n = u.of_n \
         WHERE u.rail <> a.rail OR NOT ((u.kind = 'void' AND a.kind = 'settle') OR (u.kind = 'refund' AND a.kind = 'pay')) \
         ORDER BY u.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M09: an order past its end has been told to end, unless it is paid: in full by one's own money, while a
/// settlement that was found later is being undone.
pub(super) fn overdue(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM pay_order o WHERE o.stop IS NULL AND o.blocked IS NULL AND o.deadline_at < $1 \
         AND o.state NOT IN ('settled', 'refunded', 'closed') AND o.total_fen > ( \
           SELECT COALESCE(CAST(SUM(a.amount_fen) AS BIGINT), 0) FROM pay_attempt a WHERE a.order_id = o.id AND a.kind = 'pay' \
           AND a.state = 'succeeded' AND NOT EXISTS (SELECT 1 FROM pay_attempt u WHERE u.order_id = o.id AND u.of_n = a.n)) \
         ORDER BY o.id LIMIT 50"
    );
    tx.query(sql, vals![before], name)
}

/// I-M10.
pub(super) fn early(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql =
        sql!("SELECT id FROM pay_order WHERE stop = 'timed_out' AND stopped_at < deadline_at ORDER BY id LIMIT 50");
    tx.query(sql, vals![], name)
}

/// I-M11: when a void was intended, every payment before it had ended; a closed one by the channel's own answer, one
/// that failed because the channel had refused it or it was never sent.
pub(super) fn open_at_void(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT v.id FROM pay_attempt v JOIN pay_attempt p ON p.order_id = v.order_id AND p.kind = 'pay' \
         JOIN pay_order o ON o.id = v.order_id WHERE v.kind = 'void' AND o.stop IS NOT NULL AND v.created_at >= o.stopped_at AND p.n < v.n \
         AND (p.state IN ('requested', 'unknown', 'open') OR (p.state = 'closed' AND (p.closed_at IS NULL OR p.closed_at > v.created_at)) \
         OR (p.state = 'failed' AND p.changed_at > v.created_at)) \
         ORDER BY v.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M13.
pub(super) fn doubled_numbers(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT MIN(id) FROM pay_attempt WHERE external_no IS NOT NULL GROUP BY rail, kind, external_no HAVING COUNT(*) > 1 \
         ORDER BY MIN(id) LIMIT 50"
    );
    let ours =
        sql!("SELECT MIN(id) FROM pay_attempt GROUP BY rail, number HAVING COUNT(*) > 1 ORDER BY MIN(id) LIMIT 50");
    let mut broken = tx.query(sql, vals![], name)?;
    broken.extend(tx.query(ours, vals![], name)?);
    Ok(broken)
}

/// I-M14.
pub(super) fn wrong_notices(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT event_id FROM pay_notice WHERE verdict = 'accepted' AND amount_fen IS NOT NULL AND amount_fen <> expected_fen \
         ORDER BY event_id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M15: numbers of events that are not 1 to the version.
pub(super) fn gaps(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let orders = sql!(
        "SELECT o.id FROM pay_order o WHERE o.version <> (SELECT COUNT(*) FROM pay_order_event e WHERE e.order_id = o.id) \
         OR o.version <> (SELECT COALESCE(MAX(e.n), 0) FROM pay_order_event e WHERE e.order_id = o.id) ORDER BY o.id LIMIT 50"
    );
    let attempts = sql!(
        "SELECT a.id FROM pay_attempt a WHERE a.version <> (SELECT COUNT(*) FROM pay_attempt_event e WHERE e.attempt_id = a.id) \
         OR a.state <> (SELECT e.state FROM pay_attempt_event e WHERE e.attempt_id = a.id AND e.n = a.version) ORDER BY a.id LIMIT 50"
    );
    let chain = sql!(
        "SELECT e.order_id FROM pay_order_event e LEFT JOIN pay_order_event b ON b.order_id = e.order_id AND b.n = e.n - 1 \
         WHERE e.from_state <> COALESCE(b.to_state, '') ORDER BY e.order_id LIMIT 50"
    );
    let last = sql!(
        "SELECT o.id FROM pay_order o LEFT JOIN pay_order_event e ON e.order_id = o.id AND e.n = o.version \
         WHERE e.to_state IS NULL OR e.to_state <> o.state ORDER BY o.id LIMIT 50"
    );
    let mut broken = Vec::new();
    for sql in [orders, attempts, chain, last] {
        broken.extend(tx.query(sql, vals![], name)?);
    }
    Ok(broken)
}

/// Every move that an attempt made (from, by, to), with one attempt that did; `from` is empty at the beginning.
pub(super) fn moves(tx: &mut Tx<'_>) -> Result<Vec<(String, String, String, String)>, DbFault> {
    let sql = sql!(
        "SELECT MIN(e.attempt_id), COALESCE(b.state, ''), e.event, e.state FROM pay_attempt_event e \
         LEFT JOIN pay_attempt_event b ON b.attempt_id = e.attempt_id AND b.n = e.n - 1 \
         GROUP BY COALESCE(b.state, ''), e.event, e.state ORDER BY 2, 3, 4"
    );
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?)))
}

/// An order's changes of state, with their numbers, the oldest first.
pub(super) fn changes(tx: &mut Tx<'_>, id: &OrderId) -> Result<Vec<(i64, String, String)>, DbFault> {
    let sql = sql!("SELECT n, from_state, to_state FROM pay_order_event WHERE order_id = $1 ORDER BY n");
    tx.query(sql, vals![id.as_str()], |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)))
}

/// Every pair of states that an order went through, with one order that did.
pub(super) fn paths(tx: &mut Tx<'_>) -> Result<Vec<(String, String, String)>, DbFault> {
    let sql = sql!(
        "SELECT MIN(order_id), from_state, to_state FROM pay_order_event WHERE from_state <> '' GROUP BY from_state, to_state \
         ORDER BY from_state, to_state"
    );
    tx.query(sql, vals![], |row| Ok((row.text(0)?, row.text(1)?, row.text(2)?)))
}

/// I-M18: settled orders with a settlement in force and no agreement, or one to other amounts.
pub(super) fn not_agreed(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM pay_order o JOIN pay_attempt a ON a.order_id = o.id AND a.kind = 'settle' AND a.state = 'succeeded' \
         WHERE o.state = 'settled' AND NOT EXISTS (SELECT 1 FROM pay_attempt u WHERE u.order_id = o.id AND u.of_n = a.n) \
         AND (o.confirmed_hash IS NULL OR a.cash_fen > o.confirmed_cash_fen OR a.account_fen > o.confirmed_account_fen) \
         ORDER BY o.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M21: orders with something under way, and no time at which they are looked at; one that waits only for a person must
/// have called one.
pub(super) fn forgotten(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT o.id FROM pay_order o WHERE o.next_at IS NULL AND o.blocked IS NULL AND (EXISTS ( \
           SELECT 1 FROM pay_attempt a WHERE a.order_id = o.id AND a.state IN ('requested', 'unknown', 'open', 'abnormal')) \
         OR (o.state NOT IN ('settled', 'refunded', 'closed') AND NOT EXISTS (SELECT 1 FROM pay_attempt r \
           JOIN pay_call c ON c.order_id = r.order_id AND c.reason = 'refund_closed' AND c.done_at IS NULL \
           WHERE r.order_id = o.id AND r.kind = 'refund' AND r.state = 'closed'))) ORDER BY o.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-M21: refunds with which only a person can go on, and nobody is being called for them.
pub(super) fn uncalled(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT r.id FROM pay_attempt r WHERE r.kind = 'refund' AND r.state IN ('abnormal', 'closed') AND NOT EXISTS ( \
           SELECT 1 FROM pay_call c WHERE c.order_id = r.order_id AND c.done_at IS NULL \
           AND c.reason = CASE r.state WHEN 'abnormal' THEN 'refund_abnormal' ELSE 'refund_closed' END) ORDER BY r.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// I-D05: used once, by whose order it is, before it was too old, for a hash that one of the order's quotes has.
pub(super) fn unauthorised(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT a.id FROM pay_attempt a JOIN pay_order o ON o.id = a.order_id WHERE a.kind = 'settle' AND 1 <> ( \
         SELECT COUNT(*) FROM pay_authorisation_use u JOIN pay_authorisation p ON p.id = u.authorisation_id \
         WHERE u.attempt_id = a.id AND p.order_id = a.order_id AND p.person_id = o.person_id AND u.at < p.expires_at \
         AND EXISTS (SELECT 1 FROM pay_quote q WHERE q.order_id = o.id AND q.hash = p.hash AND q.way <> 'own_money')) \
         ORDER BY a.id LIMIT 50"
    );
    tx.query(sql, vals![], name)
}

/// What left an audit row: an order when it was opened and when it was stopped, each of its attempts
/// when it was intended, each of its changes, each call to a person (to an order or to the channel), each refund that was
/// paid by other means, and what a person said. What an order has several of is counted.
pub(super) static AUDITED: [Covered; 7] = [
    covered!("stopped order", "pay_order", key "id", subject "id", at "created_at", acts "'payment.stopped'",
        only "stop IS NOT NULL"),
    Covered {
        what: "a call to order",
        acts: "payment.person_needed",
        since: 0,
        sql: || {
            sql!(
                "SELECT c.order_id, CASE WHEN c.many <= (SELECT COUNT(*) FROM audit a WHERE a.subject = c.order_id \
                 AND a.act = 'payment.person_needed') THEN 1 ELSE 0 END FROM (SELECT order_id, COUNT(*) AS many FROM pay_call \
                 WHERE order_id > $1 AND at >= $2 GROUP BY order_id ORDER BY order_id LIMIT $3) c ORDER BY c.order_id"
            )
        },
    },
    // What somebody has looked after is forgotten and its audit row stays: only rows since then count, and those of the minute
    // before it, in which another instance may have been about a call that was not there to be forgotten yet.
    Covered {
        what: "a call to the channel for",
        acts: "payment.person_needed",
        since: 0,
        sql: || {
            sql!(
                "SELECT c.reason, CASE WHEN (SELECT COUNT(*) FROM pay_call k WHERE k.order_id = '') <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = 'wechat_pay' AND a.act = 'payment.person_needed' AND a.at + 60000 >= \
                 (SELECT COALESCE(MAX(l.at), 0) FROM audit l WHERE l.subject = 'wechat_pay' AND l.act = 'payment.channel_looked_after')) THEN 1 ELSE 0 END \
                 FROM (SELECT reason FROM pay_call WHERE order_id = '' AND reason > $1 AND at >= $2 ORDER BY reason LIMIT $3) c \
                 ORDER BY c.reason"
            )
        },
    },
    Covered {
        what: "a refund paid by other means,",
        acts: "payment.settled_outside",
        since: 0,
        sql: || {
            sql!(
                "SELECT r.id, CASE WHEN \
                 (SELECT COUNT(*) FROM pay_attempt t WHERE t.order_id = r.order_id AND t.outside_by IS NOT NULL) <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = r.order_id AND a.act = 'payment.settled_outside') THEN 1 ELSE 0 END \
                 FROM (SELECT id, order_id FROM pay_attempt WHERE id > $1 AND created_at >= $2 AND outside_by IS NOT NULL \
                 ORDER BY id LIMIT $3) r ORDER BY r.id"
            )
        },
    },
    Covered {
        what: "what a person said of order",
        acts: "payment.agreed, payment.unblocked",
        since: 0,
        sql: || {
            sql!(
                "SELECT o.id, CASE WHEN \
                 (SELECT COUNT(*) FROM pay_order_event e WHERE e.order_id = o.id AND e.from_state = 'reconfirm' AND e.to_state = 'half_paid') <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = o.id AND a.act = 'payment.agreed') AND \
                 (SELECT COUNT(*) FROM pay_order_event e WHERE e.order_id = o.id AND e.from_state = 'blocked') <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = o.id AND a.act = 'payment.unblocked') THEN 1 ELSE 0 END \
                 FROM (SELECT id FROM pay_order WHERE id > $1 AND created_at >= $2 ORDER BY id LIMIT $3) o ORDER BY o.id"
            )
        },
    },
    covered!("order", "pay_order", key "id", subject "id", at "created_at", acts "'payment.opened'", since 12),
    Covered {
        what: "an attempt or a change of order",
        acts: "payment.intended, payment.changed",
        since: 0,
        sql: || {
            sql!(
                "SELECT o.id, CASE WHEN o.version - 1 <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = o.id AND a.act = 'payment.changed') \
                 AND (SELECT COUNT(*) FROM pay_attempt t WHERE t.order_id = o.id) <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = o.id AND a.act = 'payment.intended') THEN 1 ELSE 0 END \
                 FROM (SELECT id, version FROM pay_order WHERE id > $1 AND created_at >= $2 ORDER BY id LIMIT $3) o ORDER BY o.id"
            )
        },
    },
];
