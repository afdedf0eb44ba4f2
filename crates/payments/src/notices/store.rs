//! The only SQL for `pay_notice`. A row belongs to the lane of the order it is about.

use kernel::{Fen, Moment};
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// A notice's row.
pub(super) struct Row<'a> {
    pub(super) event_id: &'a str,
    pub(super) body: &'a [u8],
    pub(super) number: &'a str,
    pub(super) attempt_id: &'a str,
    pub(super) verdict: &'a str,
    pub(super) amount: Option<Fen>,
    pub(super) expected: Option<Fen>,
    pub(super) now: Moment,
}

/// Keeps a notice; false when it is there already.
pub(super) fn insert(tx: &mut Tx<'_>, rail: &str, row: &Row<'_>) -> Result<bool, DbFault> {
    let sql = sql!(
        "INSERT INTO pay_notice (rail, event_id, body, number, attempt_id, verdict, amount_fen, expected_fen, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"
    );
    let values =
        vals![rail, row.event_id, row.body, row.number, row.attempt_id, row.verdict, row.amount, row.expected, row.now];
    tx.exec(sql, values).map(|rows| rows == 1)
}

/// Forgets the words of up to 500 notices that came before a moment, the oldest first; what became of them stays.
/// Returns how many.
pub(super) fn forget(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    let sql = sql!(
        "UPDATE pay_notice SET body = $1, kept = 0 WHERE kept = 1 AND (rail, event_id) IN (SELECT rail, event_id FROM pay_notice \
         WHERE kept = 1 AND at < $2 ORDER BY at LIMIT 500)"
    );
    tx.exec(sql, vals![Vec::<u8>::new(), before])
}
