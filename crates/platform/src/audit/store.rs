//! The only SQL for the tables `audit_chain`, `audit`, `audit_anchor`, `audit_anchored` and `audit_epoch`.

use kernel::Moment;

use super::{Acknowledgement, Anchor, Epoch, Fields, Hash, Opening, Record};
use crate::db::{DbFault, Row, Tx};
use crate::{sql, vals};

pub(super) fn insert_row(tx: &mut Tx<'_>, row: &Record<'_>, hash: &Hash) -> Result<(), DbFault> {
    let Fields { at, actor, act, subject, ip, request, detail } = &row.entry;
    tx.send(
        sql!(
            "INSERT INTO audit (chain, n, prev, hash, at, actor, act, subject, ip, request, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        vals![row.chain, row.n, &row.prev[..], &hash[..], *at, *actor, *act, *subject, *ip, *request, *detail],
    )
}

pub(super) fn insert_opening(tx: &mut Tx<'_>, opening: &Opening) -> Result<(), DbFault> {
    let Opening { chain, lane, started_at, predecessor, predecessor_n, predecessor_hash } = opening;
    tx.exec(
        sql!(
            "INSERT INTO audit_chain (chain, lane, started_at, predecessor, predecessor_n, predecessor_hash)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        vals![chain, *lane, *started_at, predecessor.as_deref(), *predecessor_n, &predecessor_hash[..]],
    )?;
    Ok(())
}

pub(super) fn latest_chain(tx: &mut Tx<'_>, lane: i64) -> Result<Option<Opening>, DbFault> {
    tx.opt(
        sql!(
            "SELECT chain, lane, started_at, predecessor, predecessor_n, predecessor_hash FROM audit_chain
             WHERE lane = $1 ORDER BY started_at DESC, chain DESC LIMIT 1"
        ),
        vals![lane],
        to_opening,
    )
}

pub(super) fn opening(tx: &mut Tx<'_>, chain: &str) -> Result<Option<Opening>, DbFault> {
    tx.opt(
        sql!(
            "SELECT chain, lane, started_at, predecessor, predecessor_n, predecessor_hash FROM audit_chain
             WHERE chain = $1"
        ),
        vals![chain],
        to_opening,
    )
}

pub(super) fn openings_after(tx: &mut Tx<'_>, chain: &str, limit: i64) -> Result<Vec<Opening>, DbFault> {
    tx.query(
        sql!(
            "SELECT chain, lane, started_at, predecessor, predecessor_n, predecessor_hash FROM audit_chain
             WHERE chain > $1 ORDER BY chain LIMIT $2"
        ),
        vals![chain, limit],
        to_opening,
    )
}

fn to_opening(row: &Row) -> Result<Opening, DbFault> {
    Ok(Opening {
        chain: row.text("chain")?,
        lane: row.int("lane")?,
        started_at: row.moment("started_at")?,
        predecessor: row.opt_text("predecessor")?,
        predecessor_n: row.int("predecessor_n")?,
        predecessor_hash: to_hash(&row.blob("predecessor_hash")?)?,
    })
}

/// Number and hash of a chain's last row.
pub(super) fn last_row(tx: &mut Tx<'_>, chain: &str) -> Result<Option<(i64, Hash)>, DbFault> {
    tx.opt(sql!("SELECT n, hash FROM audit WHERE chain = $1 ORDER BY n DESC LIMIT 1"), vals![chain], |row| {
        Ok((row.int(0)?, to_hash(&row.blob(1)?)?))
    })
}

/// How many rows there are, by the last numbers of the chains, of which no more than `most` are looked at; `most` at most.
pub(super) fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    let all = tx.one(
        sql!(
            "SELECT CAST(COALESCE(SUM((SELECT MAX(audit.n) FROM audit WHERE audit.chain = listed.chain)), 0) AS BIGINT) \
             FROM (SELECT chain FROM audit_chain LIMIT $1) AS listed"
        ),
        vals![most],
        |row| row.int(0),
    )?;
    Ok(all.min(most).unsigned_abs())
}

pub(super) fn hash_at(tx: &mut Tx<'_>, chain: &str, n: i64) -> Result<Option<Vec<u8>>, DbFault> {
    tx.opt(sql!("SELECT hash FROM audit WHERE chain = $1 AND n = $2"), vals![chain, n], |row| row.blob(0))
}

/// Chains named by rows but never opened.
pub(super) fn unopened_chains(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    tx.query(
        sql!(
            "SELECT DISTINCT audit.chain FROM audit LEFT JOIN audit_chain ON audit_chain.chain = audit.chain
             WHERE audit_chain.chain IS NULL LIMIT 100"
        ),
        vals![],
        |row| row.text(0),
    )
}

/// A stored row, as it is; verification decides what to think of it.
pub(super) struct Stored {
    pub(super) n: i64,
    pub(super) prev: Vec<u8>,
    pub(super) hash: Vec<u8>,
    pub(super) at: Moment,
    /// actor, act, subject, ip, request, detail
    pub(super) texts: [String; 6],
}

pub(super) fn rows_after(tx: &mut Tx<'_>, chain: &str, n: i64, limit: i64) -> Result<Vec<Stored>, DbFault> {
    tx.query(
        sql!(
            "SELECT n, prev, hash, at, actor, act, subject, ip, request, detail FROM audit
             WHERE chain = $1 AND n > $2 ORDER BY n LIMIT $3"
        ),
        vals![chain, n, limit],
        |row| {
            let texts = [
                row.text("actor")?,
                row.text("act")?,
                row.text("subject")?,
                row.text("ip")?,
                row.text("request")?,
                row.text("detail")?,
            ];
            Ok(Stored {
                n: row.int("n")?,
                prev: row.blob("prev")?,
                hash: row.blob("hash")?,
                at: row.moment("at")?,
                texts,
            })
        },
    )
}

/// The heads of all chains that have grown since they were last anchored, by chain.
pub(super) fn unanchored_heads(tx: &mut Tx<'_>) -> Result<Vec<(String, i64, Vec<u8>)>, DbFault> {
    tx.query(
        sql!(
            "SELECT audit.chain, audit.n, audit.hash FROM audit_chain
             JOIN audit ON audit.chain = audit_chain.chain
               AND audit.n = (SELECT MAX(tail.n) FROM audit AS tail WHERE tail.chain = audit_chain.chain)
             LEFT JOIN audit_anchored ON audit_anchored.chain = audit_chain.chain
             WHERE audit.n > COALESCE(audit_anchored.n, 0)
             ORDER BY audit.chain"
        ),
        vals![],
        |row| Ok((row.text(0)?, row.int(1)?, row.blob(2)?)),
    )
}

pub(super) fn mark_anchored(tx: &mut Tx<'_>, chain: &str, n: i64) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO audit_anchored (chain, n) VALUES ($1, $2)
             ON CONFLICT (chain) DO UPDATE SET n = excluded.n"
        ),
        vals![chain, n],
    )?;
    Ok(())
}

pub(super) fn insert_anchor(tx: &mut Tx<'_>, anchor: &Anchor) -> Result<(), DbFault> {
    let Anchor { n, at, prev, heads, hash, signature } = anchor;
    tx.exec(
        sql!("INSERT INTO audit_anchor (n, at, prev, heads, hash, signature) VALUES ($1, $2, $3, $4, $5, $6)"),
        vals![*n, *at, prev, heads, hash, signature],
    )?;
    Ok(())
}

pub(super) fn last_anchor(tx: &mut Tx<'_>) -> Result<Option<Anchor>, DbFault> {
    tx.opt(
        sql!("SELECT n, at, prev, heads, hash, signature FROM audit_anchor ORDER BY n DESC LIMIT 1"),
        vals![],
        to_anchor,
    )
}

pub(super) fn anchors_after(tx: &mut Tx<'_>, n: i64, limit: i64) -> Result<Vec<Anchor>, DbFault> {
    tx.query(
        sql!("SELECT n, at, prev, heads, hash, signature FROM audit_anchor WHERE n > $1 ORDER BY n LIMIT $2"),
        vals![n, limit],
        to_anchor,
    )
}

pub(super) fn anchor_at(tx: &mut Tx<'_>, n: i64) -> Result<Option<Anchor>, DbFault> {
    tx.opt(sql!("SELECT n, at, prev, heads, hash, signature FROM audit_anchor WHERE n = $1"), vals![n], to_anchor)
}

/// Numbers of anchors between two.
pub(super) fn numbers_between(tx: &mut Tx<'_>, after: i64, before: i64, limit: i64) -> Result<Vec<i64>, DbFault> {
    tx.query(
        sql!("SELECT n FROM audit_anchor WHERE n > $1 AND n < $2 ORDER BY n LIMIT $3"),
        vals![after, before, limit],
        |row| row.int(0),
    )
}

/// How far each chain is noted as anchored.
pub(super) fn anchored(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, DbFault> {
    tx.query(sql!("SELECT chain, n FROM audit_anchored WHERE chain <> '' ORDER BY chain"), vals![], |row| {
        Ok((row.text(0)?, row.int(1)?))
    })
}

/// Held by whoever writes the next anchor or begins an epoch: several instances come one after another.
pub(super) fn hold(tx: &mut Tx<'_>) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO audit_anchored (chain, n) VALUES ('', 0) ON CONFLICT (chain) DO UPDATE SET n = excluded.n"),
        vals![],
    )
    .map(drop)
}

/// Chains whose first row without an anchor is from before a moment: the last row with one, and when the next came.
pub(super) fn first_unanchored(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<(String, i64, Moment)>, DbFault> {
    tx.query(
        sql!(
            "SELECT audit.chain, audit.n - 1, audit.at FROM audit_chain
             LEFT JOIN audit_anchored ON audit_anchored.chain = audit_chain.chain
             JOIN audit ON audit.chain = audit_chain.chain AND audit.n = COALESCE(audit_anchored.n, 0) + 1
             WHERE audit.at < $1 ORDER BY audit.at, audit.chain LIMIT 100"
        ),
        vals![before],
        |row| Ok((row.text(0)?, row.int(1)?, row.moment(2)?)),
    )
}

pub(super) fn epochs(tx: &mut Tx<'_>) -> Result<Vec<Epoch>, DbFault> {
    tx.query(
        sql!(
            "SELECT epoch, witness, common_n, found_n, lost_n, lost_hash, at, signature, acknowledged_at, acknowledged_by,
             why, acknowledgement FROM audit_epoch ORDER BY epoch"
        ),
        vals![],
        |row| {
            let acknowledged = match row.opt_moment("acknowledged_at")? {
                None => None,
                Some(at) => {
                    let (by, why) = (row.text("acknowledged_by")?, row.text("why")?);
                    Some(Acknowledgement { at, by, why, signature: row.blob("acknowledgement")? })
                }
            };
            Ok(Epoch {
                epoch: row.int("epoch")?,
                witness: row.text("witness")?,
                common_n: row.int("common_n")?,
                found_n: row.int("found_n")?,
                lost_n: row.int("lost_n")?,
                lost_hash: row.blob("lost_hash")?,
                at: row.moment("at")?,
                signature: row.blob("signature")?,
                acknowledged,
            })
        },
    )
}

pub(super) fn insert_epoch(tx: &mut Tx<'_>, new: &Epoch) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO audit_epoch (epoch, witness, common_n, found_n, lost_n, lost_hash, at, signature)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        vals![new.epoch, &new.witness, new.common_n, new.found_n, new.lost_n, &new.lost_hash, new.at, &new.signature],
    )
    .map(drop)
}

pub(super) fn acknowledge(tx: &mut Tx<'_>, epoch: i64, of: &Acknowledgement) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE audit_epoch SET acknowledged_at = $2, acknowledged_by = $3, why = $4, acknowledgement = $5
             WHERE epoch = $1 AND acknowledged_at IS NULL"
        ),
        vals![epoch, of.at, &of.by, &of.why, &of.signature],
    )
    .map(drop)
}

fn to_anchor(row: &Row) -> Result<Anchor, DbFault> {
    Ok(Anchor {
        n: row.int("n")?,
        at: row.moment("at")?,
        prev: row.blob("prev")?,
        heads: row.text("heads")?,
        hash: row.blob("hash")?,
        signature: row.blob("signature")?,
    })
}

fn to_hash(bytes: &[u8]) -> Result<Hash, DbFault> {
    bytes.try_into().map_err(|_| DbFault::Corrupt("an audit hash is not 32 bytes long".to_owned()))
}
