//! The processes that serve one city over one database: each holds a place of its own, and says now and then what its clock
//! shows. Nobody decides by one clock what cannot be taken back (docs/adr/0015).
//!
//! Beats are counted and not timed, because a wrong clock must not decide who is alive. Each beat of one process counts
//! as missed by all others, and a process that has missed enough of them is gone.

mod store;

use std::time::Duration;

use kernel::Moment;

use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey, Tx};

/// The number of places: this many processes have a range of numbers of their own.
pub const PLACES: i64 = 8;
/// How often a process says that it is there, by the machine's clock.
const BEAT: Duration = Duration::from_secs(20);
/// The number of beats that each of the others may make before a silent process counts as gone.
const MISSED_MOST: i64 = 5;

/// This process among the others.
#[derive(Debug, Clone)]
pub struct Instance {
    name: String,
    place: i64,
}

impl Instance {
    /// Which range of numbers is its own: 0 to [`PLACES`] less one.
    pub const fn place(&self) -> i64 {
        self.place
    }
}

fn lane() -> LaneKey {
    LaneKey::of("instance", "all")
}

/// Takes a place: a free one, else that of whoever has been silent for longest. `name` is unique to this start.
///
/// # Errors
/// What broke beneath.
pub async fn join(ctx: &Ctx, name: &str) -> Result<Instance, DbFault> {
    let (name, now) = (name.to_owned(), ctx.now());
    let taken = name.clone();
    let place = ctx.db.write(lane(), "instance.join", move |tx| within(tx, &taken, now)).await?;
    Ok(Instance { name, place })
}

fn within(tx: &mut Tx<'_>, name: &str, now: Moment) -> Result<i64, DbFault> {
    for _ in 0..PLACES {
        let all = store::all(tx)?;
        if let Some(own) = all.iter().find(|one| one.name == name) {
            return Ok(own.place);
        }
        let free = (0..PLACES).find(|place| all.iter().all(|one| one.place != *place));
        let place = match (free, all.iter().max_by_key(|one| one.missed)) {
            (None, Some(silent)) => {
                tracing::warn!(place = silent.place, "instance.place_taken_over");
                store::forget(tx, &silent.name)?;
                silent.place
            }
            (free, _) => free.unwrap_or_default(),
        };
        // Another process may take the same one at the same moment.
        if store::insert(tx, name, place, now)? {
            store::unheard_but(tx, name)?;
            return Ok(place);
        }
    }
    Err(DbFault::Busy)
}

/// Says that this process is there, and what its clock shows; forgets those that have been gone for long.
///
/// # Errors
/// What broke beneath.
pub async fn beat(ctx: &Ctx, instance: &Instance) -> Result<(), DbFault> {
    let (own, now) = (instance.clone(), ctx.now());
    let beaten = move |tx: &mut Tx<'_>| {
        // Whoever was taken for gone, and is not, comes back where it was if the place is free; else its numbers may meet others.
        if !store::beat(tx, &own.name, now)? && !store::insert(tx, &own.name, own.place, now)? {
            tracing::error!(place = own.place, "instance.place_lost");
        }
        let gone = gone_after(&store::all(tx)?) * 4;
        store::forget_silent(tx, gone)
    };
    ctx.db.write(lane(), "instance.beat", beaten).await
}

/// Beats until the task is dropped. The first beat comes after a while: a process that starts again and again, and ends at
/// once, must not count as many beats which those that live have missed, or it would take the place of one of them.
pub async fn keep(ctx: Ctx, instance: Instance) {
    loop {
        tokio::time::sleep(BEAT).await;
        if let Err(fault) = beat(&ctx, &instance).await {
            tracing::warn!(%fault, "instance.no_beat");
        }
    }
}

/// Gives the place back, where a process ends in order.
///
/// # Errors
/// What broke beneath.
pub async fn leave(ctx: &Ctx, instance: &Instance) -> Result<(), DbFault> {
    let name = instance.name.clone();
    ctx.db.write(lane(), "instance.leave", move |tx| store::forget(tx, &name)).await
}

/// The earliest time that any process shows which is there; `None` where none has said anything. What is decided once and
/// for all by the time is decided by this one: by the slowest clock.
///
/// # Errors
/// What broke beneath.
pub fn earliest(tx: &mut Tx<'_>) -> Result<Option<Moment>, DbFault> {
    let all = store::all(tx)?;
    let gone = gone_after(&all);
    Ok(all.iter().filter(|one| one.missed <= gone).map(|one| one.at).min())
}

/// The earliest time that any process shows which has beaten since the last one joined. What has not may have ended long ago,
/// its last time still standing there: [`earliest`] is careful and waits for it, but it is no sign of a clock that is wrong.
///
/// # Errors
/// What broke beneath.
pub fn slowest_heard(tx: &mut Tx<'_>) -> Result<Option<Moment>, DbFault> {
    let all = store::all(tx)?;
    let gone = gone_after(&all);
    Ok(all.iter().filter(|one| one.heard && one.missed <= gone).map(|one| one.at).min())
}

/// The number of missed beats after which a process is gone: [`MISSED_MOST`] of each of the others.
fn gone_after(all: &[store::Seen]) -> i64 {
    let others = i64::try_from(all.len().saturating_sub(1)).unwrap_or(i64::MAX).max(1);
    others.saturating_mul(MISSED_MOST)
}
