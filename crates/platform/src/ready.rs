//! Whether the database can be written to: whoever asks writes a row that says when a write last succeeded. It stands
//! among the leases of jobs, as one that nobody holds and no runner asks for.
//!
//! A database may answer reads for days with a full disk, a file system that was mounted read-only, or as a standby
//! that was never promoted. Only a write shows whether writing works.

use kernel::Moment;

use crate::db::{Db, DbFault, LaneKey};
use crate::jobs::touch;

/// Writes the row. `Busy` does not count as a fault: a full queue shows that the database works, and turning people
/// away from every instance at once would help nobody.
pub async fn write(db: &Db, now: Moment) -> Result<(), DbFault> {
    match db.write(lane(), "server.ready", move |tx| touch(tx, "server.ready", now)).await {
        Err(DbFault::Busy) => Ok(()),
        done => done,
    }
}

/// The lane of that row.
pub fn lane() -> LaneKey {
    LaneKey::of("server", "ready")
}
