//! Witnesses keep anchors outside the database, so that a shortened database is noticed.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Moment;

use super::{Anchor, Epoch, epoch, store};
use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey};

/// The number of anchors that are carried out at once.
const PAGE: i64 = 500;

/// What a witness knows of an anchor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub n: i64,
    /// When the anchor was made, or when the witness took it.
    pub at: Moment,
    pub hash: Vec<u8>,
}

/// Something that keeps anchors where whoever can change the database cannot: a folder on another machine, a service.
#[async_trait]
pub trait Witness: Send + Sync {
    /// What operators call it: a path, a host.
    fn name(&self) -> String;
    /// The newest anchor it knows.
    async fn newest(&self) -> Result<Option<Seen>, WitnessError>;
    /// The anchor of a number.
    async fn at(&self, n: i64) -> Result<Option<Seen>, WitnessError>;
    /// Takes anchors, in order, all newer than the newest it knows. Safe to repeat.
    async fn add(&self, anchors: &[Anchor]) -> Result<(), WitnessError>;
}

/// Why a witness could not be used.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// It cannot be reached, read or written.
    #[error("the witness {name} is of no use: {why}")]
    Away {
        /// Which.
        name: String,
        /// Why.
        why: String,
    },
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// The result of carrying.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Carried {
    /// Anchors that the witness has now and had not before.
    pub anchors: u64,
    /// The witness knows of what is not here: an epoch that nobody has acknowledged.
    pub shortened: Option<Epoch>,
}

/// Brings a witness up to date. Where it knows of an anchor that is not here, a new epoch begins first: from then on numbers
/// go on after the witness's. Safe to repeat, and for several instances at once.
///
/// # Errors
/// The witness or the database is away; the next run goes on.
pub async fn carry(ctx: &Ctx, witness: &dyn Witness) -> Result<Carried, WitnessError> {
    let newest = witness.newest().await?;
    let mut carried = Carried::default();
    if let Some(seen) = &newest {
        carried.shortened = standing(ctx, witness, seen).await?;
    }
    let mut last = newest.map_or(0, |seen| seen.n);
    loop {
        let page = ctx.db.read("audit.export", move |tx| store::anchors_after(tx, last, PAGE)).await?;
        let Some(end) = page.last() else { return Ok(carried) };
        last = end.n;
        carried.anchors += page.len() as u64;
        witness.add(&page).await?;
    }
}

/// Whether this database knows what the witness knows; the epoch that began because it does not, while it waits for a person.
async fn standing(ctx: &Ctx, witness: &dyn Witness, seen: &Seen) -> Result<Option<Epoch>, WitnessError> {
    let (n, hash) = (seen.n, seen.hash.clone());
    let read = ctx.db.read("audit.standing", move |tx| {
        if store::anchor_at(tx, n)?.is_some_and(|anchor| anchor.hash == hash) {
            return Ok::<_, DbFault>(Some(None));
        }
        let known = store::epochs(tx)?.into_iter().find(|epoch| epoch.explains(n));
        Ok(known.map(|epoch| Some(epoch).filter(|epoch| epoch.acknowledged.is_none())))
    });
    if let Some(known) = read.await? {
        return Ok(known);
    }
    let common_n = common(ctx, witness, seen.n).await?;
    let (acting, name, lost, now) = (ctx.clone(), witness.name(), seen.clone(), ctx.now());
    let begun = ctx.db.write(LaneKey::of("audit", "anchor"), "audit.epoch", move |tx| {
        epoch::begin(tx, &acting, (&name, common_n), (lost.n, &lost.hash), now)
    });
    Ok(begun.await?)
}

/// The newest anchor that both have. Both agree up to some number and on none after it, from the last epoch on.
async fn common(ctx: &Ctx, witness: &dyn Witness, newest: i64) -> Result<i64, WitnessError> {
    let read = ctx.db.read("audit.reach", |tx| {
        let since = store::epochs(tx)?.last().map_or(0, |last| last.begins() - 1);
        Ok::<_, DbFault>((since, store::last_anchor(tx)?.map_or(0, |anchor| anchor.n)))
    });
    let (mut low, here) = read.await?;
    let mut high = here.min(newest);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let ours = ctx.db.read("audit.common", move |tx| store::anchor_at(tx, middle)).await?;
        let theirs = witness.at(middle).await?;
        if ours.zip(theirs).is_some_and(|(ours, theirs)| ours.hash == theirs.hash) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    Ok(low)
}

/// Brings all witnesses up to date, each for itself; what went wrong with any of them, in words.
///
/// # Errors
/// One line for each that was of no use or knows of what is not here.
pub async fn carry_all(ctx: &Ctx, witnesses: &[Arc<dyn Witness>]) -> Result<(), String> {
    let carrying = witnesses.iter().map(|witness| carry(ctx, witness.as_ref()));
    let mut said = Vec::new();
    for carried in futures_util::future::join_all(carrying).await {
        match carried {
            Ok(Carried { shortened: None, .. }) => {}
            Ok(Carried { shortened: Some(epoch), .. }) => said.extend(epoch.finding(None)),
            Err(error) => said.push(error.to_string()),
        }
    }
    if said.is_empty() { Ok(()) } else { Err(said.join("; ")) }
}
