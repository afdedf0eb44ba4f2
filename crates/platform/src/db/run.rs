//! Running one closure in its savepoint, with its audit rows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::driver::Conn;
use super::fault::{DbFault, DriverError};
use super::tx::{Effect, Tx};
use super::work::Work;
use crate::audit::{self, ChainHead};

/// A closure slower than this is named in the log: it holds up everybody behind it.
const SLOW: Duration = Duration::from_millis(20);

/// How one closure went inside its savepoint.
pub(crate) enum Ran {
    Keep(Vec<Effect>),
    Refuse,
    Retry,
    Panicked,
    /// Refused, and the engine has rolled back the whole transaction with it.
    Emptied,
    Lost(String),
}

/// Runs a closure in the savepoint that is open, writes its audit rows, and leaves a fresh
/// savepoint open for the next.
pub(crate) fn run_one(
    conn: &mut Conn,
    item: &mut dyn Work,
    head: &mut Option<ChainHead>,
    chain: &str,
    lane: usize,
) -> Ran {
    let started = Instant::now();
    metrics::histogram!("renshe_db_wait_seconds").record((started - item.queued()).as_secs_f64());
    let mut tx = Tx::new(conn);
    let outcome = catch_unwind(AssertUnwindSafe(|| item.run(&mut tx)));
    let mut new_head = head.clone();
    let keep = match outcome {
        Err(_) => {
            drop(tx);
            return if rolled_back(conn) { Ran::Panicked } else { Ran::Lost("after a panic".to_owned()) };
        }
        Ok(false) => false,
        Ok(true) => match write_audit(&mut tx, &mut new_head, chain, lane) {
            Ok(()) => true,
            Err(fault) => {
                item.fail(fault);
                false
            }
        },
    };
    let (mut failed, effects) = tx.into_parts();
    if keep && failed.is_none() {
        // Statements of the closure and its audit rows that were not sent yet are sent together with it.
        failed = conn.batch("RELEASE s; SAVEPOINT s").err();
        if let Some(error) = &failed {
            item.fail(error.fault());
        }
    }
    note(item.name(), started.elapsed());
    match failed {
        None if keep => {
            *head = new_head;
            Ran::Keep(effects)
        }
        failed => undone(conn, failed),
    }
}

/// Rolls a closure back and says what is to become of it.
fn undone(conn: &mut Conn, failed: Option<DriverError>) -> Ran {
    match failed {
        Some(DriverError::Lost(why)) => Ran::Lost(why),
        Some(DriverError::Full) => {
            if rolled_back(conn) {
                Ran::Refuse
            } else {
                Ran::Emptied
            }
        }
        _ if !rolled_back(conn) => Ran::Lost("rollback".to_owned()),
        Some(DriverError::Retry) => Ran::Retry,
        _ => Ran::Refuse,
    }
}

fn rolled_back(conn: &mut Conn) -> bool {
    conn.forget();
    conn.batch("ROLLBACK TO SAVEPOINT s").is_ok()
}

pub(crate) fn write_audit(
    tx: &mut Tx<'_>,
    head: &mut Option<ChainHead>,
    chain: &str,
    lane: usize,
) -> Result<(), DbFault> {
    for entry in tx.take_audit() {
        let mut chain_head = match head.take() {
            Some(found) => found,
            None => match audit::resume(tx, chain)? {
                Some(found) => found,
                None => audit::genesis(tx, chain, lane as i64, entry.at)?,
            },
        };
        audit::append(tx, &mut chain_head, &entry)?;
        *head = Some(chain_head);
    }
    Ok(())
}

fn note(name: &'static str, took: Duration) {
    metrics::histogram!("renshe_db_closure_seconds", "name" => name).record(took.as_secs_f64());
    if took > SLOW {
        tracing::warn!(name, took_ms = took.as_millis() as u64, "database.slow_closure");
    }
}
