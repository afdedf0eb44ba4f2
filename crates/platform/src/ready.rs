//! Whether a write can be made: a row that says when one could, written anew by whoever asks.
//!
//! A database may answer reads for days with a full disk, a file system that was mounted read-only, or as a standby
//! that was never promoted. Only a write shows it.

use kernel::Moment;

use crate::db::{Db, DbFault, LaneKey, Tx};
use crate::{sql, vals};

/// Writes the row. `Busy` is no fault: a full queue is a sign of life, and turning people away from every instance at
/// once would help nobody.
pub async fn write(db: &Db, now: Moment) -> Result<(), DbFault> {
    match db.write(lane(), "server.ready", move |tx| put(tx, now)).await {
        Err(DbFault::Busy) => Ok(()),
        done => done,
    }
}

/// The lane of that row.
pub fn lane() -> LaneKey {
    LaneKey::of("server", "ready")
}

/// The row stands among the leases of jobs, as one that nobody holds and no runner asks for.
fn put(tx: &mut Tx<'_>, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO job_lease (name, holder, lease_until, last_at) VALUES ('server.ready', '', 0, $1) \
             ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at"
        ),
        vals![now],
    )
    .map(drop)
}
