//! Questions over the ledger's own tables; nothing here writes.

use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals};

use crate::model::MOST_FEN;

pub(super) fn transfers(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM ledger_transfer"), vals![], |row| row.int(0)).map(i64::unsigned_abs)
}

fn name(row: &Row) -> Result<String, DbFault> {
    row.text(0)
}

pub(super) fn unbalanced(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT t.movement FROM ledger_transfer t LEFT JOIN ledger_end e ON e.transfer_id = t.id \
         LEFT JOIN (SELECT transfer_id, COUNT(*) AS many, CAST(SUM(amount_fen) AS BIGINT) AS total, MAX(amount_fen) AS most \
           FROM ledger_posting GROUP BY transfer_id) p ON p.transfer_id = t.id \
         WHERE CASE WHEN t.kind = 'direct' OR COALESCE(e.how, '') = 'post' \
           THEN CASE WHEN COALESCE(p.many, 0) = 2 AND p.total = 0 AND p.most = t.amount_fen THEN 0 ELSE 1 END \
           ELSE CASE WHEN p.many IS NULL THEN 0 ELSE 1 END END = 1 ORDER BY t.movement LIMIT 50"
    );
    let strays = sql!(
        "SELECT p.transfer_id FROM ledger_posting p LEFT JOIN ledger_transfer t ON t.id = p.transfer_id WHERE t.id IS NULL \
         ORDER BY p.transfer_id LIMIT 50"
    );
    let mut broken = tx.query(sql, vals![], name)?;
    broken.extend(tx.query(strays, vals![], name)?);
    Ok(broken)
}

pub(super) fn whole_book(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sum = sql!("SELECT COALESCE(CAST(SUM(amount_fen) AS BIGINT), 0) FROM ledger_posting");
    let sum = tx.one(sum, vals![], |row| row.fen(0))?;
    let days = sql!(
        "SELECT d.day, d.account FROM ledger_day d WHERE d.posted_fen <> (SELECT COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) \
         FROM ledger_posting p WHERE p.day = d.day AND p.account = d.account) ORDER BY d.day, d.account LIMIT 50"
    );
    let late = sql!(
        "SELECT c.day, c.postings FROM ledger_closed_day c WHERE c.postings <> (SELECT COUNT(*) FROM ledger_posting p \
         WHERE p.day = c.day) ORDER BY c.day LIMIT 50"
    );
    let mut broken = Vec::new();
    if sum != kernel::Fen::ZERO {
        broken.push(format!("the book adds up to {sum}"));
    }
    broken.extend(tx.query(days, vals![], |row| Ok(format!("{} {}", row.text(0)?, row.text(1)?)))?);
    broken.extend(
        tx.query(late, vals![], |row| Ok(format!("{} was closed with {} postings", row.text(0)?, row.int(1)?)))?,
    );
    Ok(broken)
}

pub(super) fn balances(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT b.account FROM ledger_balance b WHERE b.set_aside_fen < 0 OR b.held_fen < b.set_aside_fen OR b.held_fen <> \
         (SELECT -COALESCE(CAST(SUM(p.amount_fen) AS BIGINT), 0) FROM ledger_posting p WHERE p.account = b.account) OR \
         b.set_aside_fen <> (SELECT COALESCE(CAST(SUM(t.amount_fen) AS BIGINT), 0) FROM ledger_transfer t \
           WHERE t.debit = b.account AND t.kind = 'pending' AND NOT EXISTS (SELECT 1 FROM ledger_end e WHERE e.transfer_id = t.id)) \
         ORDER BY b.account LIMIT 50"
    );
    let missing = sql!(
        "SELECT DISTINCT p.account FROM ledger_posting p LEFT JOIN ledger_balance b ON b.account = p.account \
         WHERE p.account LIKE 'order:%' AND b.account IS NULL ORDER BY p.account LIMIT 50"
    );
    let mut broken = tx.query(sql, vals![], name)?;
    broken.extend(tx.query(missing, vals![], name)?);
    Ok(broken)
}

pub(super) fn amounts(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT movement FROM ledger_transfer WHERE amount_fen <= 0 OR amount_fen > $1 ORDER BY movement LIMIT 50"
    );
    tx.query(sql, vals![MOST_FEN], name)
}

/// What left an audit row: a day when it was closed, each stop, and each lifting of stops.
pub(super) static AUDITED: [Covered; 2] = [
    covered!("closed day", "ledger_closed_day", key "day", subject "day", at "closed_at", acts "'ledger.day_closed'"),
    // All stops are acts on the one ledger, so for each stop as many audit rows are asked for as there were stops until
    // then.
    Covered {
        what: "stop of the ledger",
        acts: "ledger.stopped, ledger.lifted",
        since: 0,
        sql: || {
            sql!(
                "SELECT p.k, CASE WHEN (SELECT COUNT(*) FROM ledger_stop b WHERE b.n <= p.n) <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = 'ledger' AND a.act = 'ledger.stopped') AND (p.lifted_at IS NULL OR \
                 (SELECT COUNT(DISTINCT b.lifted_at) FROM ledger_stop b WHERE b.lifted_at <= p.lifted_at) <= \
                 (SELECT COUNT(*) FROM audit a WHERE a.subject = 'ledger' AND a.act = 'ledger.lifted')) THEN 1 ELSE 0 END \
                 FROM (SELECT CAST(n AS TEXT) AS k, n, lifted_at FROM ledger_stop WHERE CAST(n AS TEXT) > $1 AND at >= $2 \
                 ORDER BY CAST(n AS TEXT) LIMIT $3) p ORDER BY p.k"
            )
        },
    },
];
