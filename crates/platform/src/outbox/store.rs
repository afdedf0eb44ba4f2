//! The only SQL for `outbox`.

use kernel::Moment;

use super::{Letter, ParcelId};
use crate::db::{DbFault, Tx};
use crate::{sql, vals};

/// A claimed row.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) id: ParcelId,
    pub(super) kind: String,
    pub(super) about: String,
    pub(super) sealed: Vec<u8>,
    pub(super) attempts: i64,
    pub(super) sent_before: Option<Moment>,
    pub(super) created: Moment,
    pub(super) expires: Option<Moment>,
}

/// What waits, for metrics, for readiness and for a person to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Backlog {
    pub waiting: i64,
    pub stuck: i64,
    pub oldest_due: Option<Moment>,
}

pub(super) fn insert(tx: &mut Tx<'_>, letter: &Letter) -> Result<(), DbFault> {
    tx.send(
        sql!(
            "INSERT INTO outbox (id, kind, about, payload, state, created_at, due_at, expires_at, attempts) \
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7, 0)"
        ),
        vals![
            letter.id.as_str(),
            letter.kind,
            &letter.about,
            &letter.sealed,
            letter.created,
            letter.due,
            letter.expires
        ],
    )
}

/// The kinds of which a row waits, one index step each however many rows there are.
///
/// # Errors
/// What broke beneath.
pub fn kinds(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut kinds: Vec<String> = Vec::new();
    loop {
        let next = tx.opt(
            sql!("SELECT kind FROM outbox WHERE state = 'waiting' AND kind > $1 ORDER BY kind LIMIT 1"),
            vals![kinds.last().map_or("", String::as_str)],
            |row| row.text(0),
        )?;
        let Some(kind) = next else { return Ok(kinds) };
        kinds.push(kind);
    }
}

/// Those of which a row is due and under no lease, one index step more each.
pub(super) fn due_kinds(tx: &mut Tx<'_>, now: Moment) -> Result<Vec<String>, DbFault> {
    let mut due = Vec::new();
    for kind in kinds(tx)? {
        let waits = tx.opt(
            sql!(
                "SELECT 1 FROM outbox WHERE state = 'waiting' AND kind = $1 AND due_at <= $2 \
                 AND COALESCE(lease_until, 0) < $2 ORDER BY due_at LIMIT 1"
            ),
            vals![&kind, now],
            |row| row.int(0),
        )?;
        if waits.is_some() {
            due.push(kind);
        }
    }
    Ok(due)
}

/// Takes up to `most` due rows of a kind; `sent_at` is written here, before anything is sent, so that a
/// process that dies in between leaves a row that is asked about and not sent twice.
pub(super) fn claim(
    tx: &mut Tx<'_>,
    kind: &str,
    holder: &str,
    now: Moment,
    lease_until: Moment,
    most: i64,
) -> Result<Vec<Claimed>, DbFault> {
    let due = tx.query(
        sql!(
            "SELECT id, kind, about, payload, attempts, sent_at, created_at, expires_at FROM outbox \
             WHERE state = 'waiting' AND kind = $1 AND due_at <= $2 AND COALESCE(lease_until, 0) < $2 \
             ORDER BY due_at, id LIMIT $3"
        ),
        vals![kind, now, most],
        |row| {
            Ok(Claimed {
                id: row.parse("id")?,
                kind: row.text("kind")?,
                about: row.text("about")?,
                sealed: row.opt_blob("payload")?.unwrap_or_default(),
                attempts: row.int("attempts")? + 1,
                sent_before: row.opt_moment("sent_at")?,
                created: row.moment("created_at")?,
                expires: row.opt_moment("expires_at")?,
            })
        },
    )?;
    // `attempts` as it was read: a row that another instance claimed and put back meanwhile may have
    // been sent, and is left for the next look.
    let mut claimed = Vec::with_capacity(due.len());
    for row in due {
        let taken = tx.exec(
            sql!(
                "UPDATE outbox SET leased_by = $2, lease_until = $3, sent_at = COALESCE(sent_at, $4), attempts = attempts + 1 \
                 WHERE id = $1 AND state = 'waiting' AND COALESCE(lease_until, 0) < $4 AND attempts = $5"
            ),
            vals![row.id.as_str(), holder, lease_until, now, row.attempts - 1],
        )?;
        if taken == 1 {
            claimed.push(row);
        }
    }
    Ok(claimed)
}

/// Lets go of rows that ended before a moment, a few at a time; returns how many. Those that a person must look at stay.
pub fn forget(tx: &mut Tx<'_>, before: Moment, most: i64) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at IS NOT NULL AND done_at < $1 \
             AND state IN ('done', 'refused', 'expired') ORDER BY done_at LIMIT $2)"
        ),
        vals![before, most],
    )
}

/// A last state. The reply counts whoever holds the lease now: it is a fact.
pub(super) fn finish(tx: &mut Tx<'_>, id: &ParcelId, state: &str, note: &str, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE outbox SET state = $2, note = $3, done_at = $4, payload = NULL, leased_by = NULL, lease_until = NULL WHERE id = $1 AND state IN ('waiting', 'stuck')"),
        vals![id.as_str(), state, note, now],
    )
    .map(drop)
}

/// Puts a row back for later. `forget_sent`: it certainly did not reach the partner.
pub(super) fn put_back(
    tx: &mut Tx<'_>,
    id: &ParcelId,
    holder: &str,
    due: Moment,
    note: &str,
    forget_sent: bool,
) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE outbox SET due_at = $3, note = $4, leased_by = NULL, lease_until = NULL, \
             sent_at = CASE WHEN $5 = 1 THEN NULL ELSE sent_at END WHERE id = $1 AND leased_by = $2 AND state = 'waiting'"
        ),
        vals![id.as_str(), holder, due, note, i64::from(forget_sent)],
    )
    .map(drop)
}

/// Marks a row that a person must look at; it keeps its payload.
pub(super) fn stick(tx: &mut Tx<'_>, id: &ParcelId, note: &str) -> Result<(), DbFault> {
    tx.exec(sql!("UPDATE outbox SET state = 'stuck', note = $2, leased_by = NULL, lease_until = NULL WHERE id = $1 AND state = 'waiting'"), vals![id.as_str(), note])
        .map(drop)
}

/// Counts what waits and what is stuck.
pub fn backlog(tx: &mut Tx<'_>) -> Result<Backlog, DbFault> {
    tx.one(
        sql!(
            "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0) AS BIGINT), \
             CAST(COALESCE(SUM(CASE WHEN state = 'stuck' THEN 1 ELSE 0 END), 0) AS BIGINT), \
             MIN(CASE WHEN state = 'waiting' THEN due_at END) FROM outbox WHERE state IN ('waiting', 'stuck')"
        ),
        vals![],
        |row| Ok(Backlog { waiting: row.int(0)?, stuck: row.int(1)?, oldest_due: row.opt_moment(2)? }),
    )
}
