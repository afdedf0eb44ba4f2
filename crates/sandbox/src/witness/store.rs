//! The only SQL for `sandbox_witness`.

use kernel::Moment;
use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};

/// An anchor as the witness keeps it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) n: i64,
    /// Base64.
    pub(super) hash: String,
    /// The anchor whole, as JSON.
    pub(super) line: String,
    pub(super) seen_at: Moment,
}

/// Anchors of a city belong to its key.
pub(super) fn lane(city: &str) -> LaneKey {
    LaneKey::of("witness", city)
}

/// Takes anchors that are all newer than the newest known; says whether it did, and what is the newest now.
pub(super) fn take(tx: &mut Tx<'_>, city: &str, new: &[Kept]) -> Result<(bool, Option<Kept>), DbFault> {
    let newest = find(tx, city, None)?;
    let fits = new.first().is_some_and(|first| newest.as_ref().is_none_or(|newest| newest.n < first.n));
    if !fits {
        return Ok((false, newest));
    }
    for Kept { n, hash, line, seen_at } in new {
        tx.exec(
            sql!("INSERT INTO sandbox_witness (city, n, hash, line, seen_at) VALUES ($1, $2, $3, $4, $5)"),
            vals![city, *n, hash, line, *seen_at],
        )?;
    }
    Ok((true, new.last().cloned()))
}

/// The anchor of a number, or the newest.
pub(super) fn find(tx: &mut Tx<'_>, city: &str, n: Option<i64>) -> Result<Option<Kept>, DbFault> {
    let kept = |row: &Row| Ok(Kept { n: row.int(0)?, hash: row.text(1)?, line: row.text(2)?, seen_at: row.moment(3)? });
    match n {
        Some(n) => tx.opt(
            sql!("SELECT n, hash, line, seen_at FROM sandbox_witness WHERE city = $1 AND n = $2"),
            vals![city, n],
            kept,
        ),
        None => tx.opt(
            sql!("SELECT n, hash, line, seen_at FROM sandbox_witness WHERE city = $1 ORDER BY n DESC LIMIT 1"),
            vals![city],
            kept,
        ),
    }
}
