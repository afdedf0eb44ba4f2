//! Threads that read: each closure sees one snapshot and can write nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::driver::{Conn, Role};
use super::fault::{DbFault, DriverError};
use super::queue::Queue;
use super::settings::Target;
use super::tx::Tx;
use super::work::Work;

/// Serves the readers' queue until it is closed and empty.
pub(crate) fn run(target: &Target, role: Role, queue: &Arc<Queue>) {
    let mut conn = None;
    while let Some(batch) = queue.next_batch(1) {
        for item in batch {
            serve((target, role), &mut conn, item);
        }
    }
}

fn serve(at: (&Target, Role), conn: &mut Option<Conn>, mut item: Box<dyn Work>) {
    let started = Instant::now();
    // A connection that died while idle is replaced once; an outage is reported at once.
    for _ in 0..2 {
        match read(at, conn, item.as_mut()) {
            Ok(()) => break,
            Err(error) => {
                *conn = None;
                item.fail(error.fault());
                if !matches!(error, DriverError::Lost(_)) {
                    break;
                }
            }
        }
    }
    metrics::histogram!("renshe_db_closure_seconds", "name" => item.name()).record(started.elapsed().as_secs_f64());
    item.answer();
}

fn read((target, role): (&Target, Role), slot: &mut Option<Conn>, item: &mut dyn Work) -> Result<(), DriverError> {
    let mut conn = match slot.take() {
        Some(conn) => conn,
        None => Conn::open(target, role)?,
    };
    let snapshot = item.snapshot();
    if snapshot {
        conn.control(if conn.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })?;
    }
    let mut tx = Tx::new(&mut conn);
    if catch_unwind(AssertUnwindSafe(|| item.run(&mut tx))).is_err() {
        // The connection's state is unknown: it is dropped with the snapshot.
        item.fail(DbFault::Panicked);
        return Ok(());
    }
    if let (Some(DriverError::Lost(why)), _) = tx.into_parts() {
        return Err(DriverError::Lost(why));
    }
    if snapshot {
        conn.batch("COMMIT")?;
    }
    *slot = Some(conn);
    Ok(())
}
