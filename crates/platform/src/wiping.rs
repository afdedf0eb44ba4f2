//! What is old goes: a job walks through kinds of rows one after another, in closures of [`CHUNK`] rows. A store writes the
//! statement with [`wipe_old!`](crate::wipe_old); the crate's `jobs` says which kinds go in which order, and how old they get.

use std::sync::Arc;

use kernel::Moment;

use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey, Tx};
use crate::jobs::{CHUNK, Job, in_chunks};
use crate::policy::PolicyError;

/// Between two runs, seconds.
const EVERY_SECS: i64 = 3_600;
/// How long one run may take, seconds; the next one continues where it ended.
const MOST_SECS: u64 = 900;
// `wipe_old!` writes the number, since a plan for any number of rows is a worse one.
const _: () = assert!(CHUNK == 500);

/// A kind of rows that go when they are old.
#[derive(Clone, Copy)]
pub struct Old {
    /// What is wiped and how (`session.wipe`, `payment.notices.forget`): names the closure in the log, and the kind in an error.
    pub name: &'static str,
    /// How many seconds such a row is kept after the moment that `wipe` compares.
    pub kept: fn(&Ctx) -> Result<i64, PolicyError>,
    /// Deletes (or empties) up to [`CHUNK`] rows from before a moment; returns how many. They are rows that nobody else
    /// writes any more.
    pub wipe: fn(&mut Tx<'_>, Moment) -> Result<u64, DbFault>,
}

/// The hourly job that does away with these, in this order.
pub fn job(name: &'static str, lane: LaneKey, old: Vec<Old>) -> Job {
    let old: Arc<[Old]> = old.into();
    Job::new(name, EVERY_SECS, move |ctx| {
        let old = Arc::clone(&old);
        async move { wipe(&ctx, lane, &old).await }
    })
    .within(MOST_SECS)
}

/// Does away with these now, in this order, as bulk work of a lane.
///
/// # Errors
/// Which kinds could not be done away with and why, in words. One that fails does not keep the next.
pub async fn wipe(ctx: &Ctx, lane: LaneKey, old: &[Old]) -> Result<(), String> {
    let mut broken = Vec::new();
    for one in old {
        if let Err(why) = wipe_one(ctx, lane, *one).await {
            broken.push(format!("{}: {why}", one.name));
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.join("; ")) }
}

async fn wipe_one(ctx: &Ctx, lane: LaneKey, Old { name, kept, wipe }: Old) -> Result<(), String> {
    let kept = kept(ctx).map_err(|error| error.to_string())?;
    let before = ctx.now().minus_secs(kept);
    let gone = in_chunks(ctx, lane, name, move |tx| wipe(tx, before)).await?;
    if gone > 0 {
        tracing::info!(kind = name, rows = gone, "wiping.done");
    }
    Ok(())
}

/// Deletes up to [`CHUNK`](crate::jobs::CHUNK) rows of a table whose column is below a value, by their key; several columns of
/// a key stand in one text: `wipe_old!(tx, "short_code", "id", "expires_at", before)`. How many rows went. A row that was
/// written anew meanwhile stays.
#[macro_export]
macro_rules! wipe_old {
    ($tx:expr, $table:literal, $key:literal, $column:literal, $before:expr) => {
        $tx.exec(
            $crate::sql!(concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $column,
                " < $1 AND (",
                $key,
                ") IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $column,
                " < $1 LIMIT 500)"
            )),
            $crate::vals![$before],
        )
    };
}
