//! The platform's own periodic work: audit anchors, key rotation, old rows of the outbox.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kernel::DAY_SECS;
use partners::witness::{HttpWitness, HttpWitnessSettings};
use platform::audit::{self, FolderWitness, Witness};
use platform::check::Check;
use platform::config::{Config, WitnessConfig};
use platform::db::{LaneKey, Tx};
use platform::jobs::{CHUNK, Job};
use platform::outbox::{self, OutboxPolicy};
use platform::policy::PolicyError;
use platform::vault;
use platform::wiping::{self, Old};
use platform::{Ctx, Mode};

use crate::failure::StartError;

/// How long a start or a stop waits for witnesses.
const CARRY_MOST: Duration = Duration::from_secs(30);
/// Data keys wrapped anew in one closure.
const REWRAP_MOST: i64 = 200;

/// Anchors at least every 60 s, whatever else runs (architecture, rule 10): a run that fails is tried again at once, and
/// the lease of an instance that died is over in time.
pub fn jobs() -> Vec<Job> {
    vec![
        Job::new("audit.anchor", 20, |ctx| async move { anchor_now(&ctx).await }).within(15).again_after(2),
        Job::new("vault.rewrap", 60, rewrap).within(600),
        wiping::job("outbox.forget", LaneKey::OUTBOX, vec![old_parcels()]),
    ]
}

/// Carries anchors to the witnesses outside each minute; anchors that are not there yet can still be cut off unnoticed.
pub fn carrying(witnesses: Vec<Arc<dyn Witness>>) -> Job {
    Job::new("audit.export", 60, move |ctx| {
        let witnesses = witnesses.clone();
        async move { audit::carry_all(&ctx, &witnesses).await }
    })
}

/// The witnesses that the configuration names.
///
/// # Errors
/// A witness's key cannot be read.
pub fn witnesses(config: &Config, ctx: &Ctx) -> Result<Vec<Arc<dyn Witness>>, StartError> {
    let folder =
        |path: &PathBuf| -> Arc<dyn Witness> { Arc::new(FolderWitness::new(path.clone(), Arc::clone(&ctx.vault))) };
    let mut all: Vec<_> = config.audit.export_dirs.iter().map(folder).collect();
    if let Some(service) = service(config, ctx)? {
        all.push(Arc::new(service));
    }
    Ok(all)
}

/// The one that is asked over the network, if there is one.
///
/// # Errors
/// Its key cannot be read.
pub fn service(config: &Config, ctx: &Ctx) -> Result<Option<HttpWitness>, StartError> {
    let Some(WitnessConfig { url, key }) = config.audit.witness.clone() else { return Ok(None) };
    let settings = HttpWitnessSettings { endpoint: url, key, city: ctx.vault.anchor_public_key().to_vec() };
    HttpWitness::new(settings).map(Some).map_err(|error| StartError::at("audit.witness_key", error))
}

/// The warning for a real city whose audit has no witness outside: whoever can change the database can also change a
/// folder beside it.
pub fn no_witness_outside(config: &Config) -> Option<String> {
    let full = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let home = full(&config.data_dir);
    let beside = config.audit.export_dirs.iter().all(|folder| full(folder).starts_with(&home));
    (config.mode == Mode::Production && beside && config.audit.witness.is_none()).then(|| {
        format!(
            "no witness of the audit is outside {}: who can change the database can cut off the audit and its only witness with \
             it. Name a folder of another machine in [audit] export_dirs, or a witness_url (docs/runbooks/run-a-city.md, \"Audit\")",
            home.display()
        )
    })
}

/// Before anybody is served: whether a witness knows of what is not here, or a person has yet to say what that was. The
/// service goes on, because people must be served, and the log says it loudly, because nobody must overlook it.
pub async fn look_outside(ctx: &Ctx, witnesses: &[Arc<dyn Witness>]) {
    if let Err(why) = carry_for_a_while(ctx, witnesses).await {
        tracing::error!(why, "audit.witness");
    }
    match ctx.db.read("audit.waiting", audit::waiting).await {
        Ok(waiting) => waiting.iter().for_each(|says| tracing::error!(says, "audit.not_acknowledged")),
        Err(fault) => tracing::warn!(%fault, "audit.not_looked_at"),
    }
}

/// The last anchor of a process that ends, or of a command that wrote something: what it did is covered at once.
pub async fn last_words(ctx: &Ctx, witnesses: &[Arc<dyn Witness>]) {
    let anchored = anchor_now(ctx).await;
    let carried = carry_for_a_while(ctx, witnesses).await;
    if let Err(why) = anchored.and(carried) {
        tracing::warn!(why, "audit.last_anchor");
    }
}

/// Brings witnesses up to date, no longer than a start or a stop may wait for them; the job does the rest.
async fn carry_for_a_while(ctx: &Ctx, witnesses: &[Arc<dyn Witness>]) -> Result<(), String> {
    let carrying = audit::carry_all(ctx, witnesses);
    let too_long = |_| format!("witnesses were given {} seconds and needed more", CARRY_MOST.as_secs());
    tokio::time::timeout(CARRY_MOST, carrying).await.map_err(too_long)?
}

/// The platform's invariants.
pub fn checks() -> Vec<Check> {
    platform::check::checks()
}

async fn anchor_now(ctx: &Ctx) -> Result<(), String> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    let anchor = ctx.db.write(LaneKey::of("audit", "anchor"), "audit.anchor", move |tx| audit::anchor(tx, &vault, now));
    if let Some(anchor) = anchor.await.map_err(|fault| fault.to_string())? {
        // Kept by whoever watches the metrics, it is one more witness: `renshe audit verify --at-least N`.
        metrics::gauge!("renshe_audit_newest_anchor").set(anchor.n as f64);
    }
    Ok(())
}

/// Parcels of the outbox go when nobody asks about them any more.
fn old_parcels() -> Old {
    let wipe = |tx: &mut Tx<'_>, before| outbox::forget(tx, before, CHUNK as i64);
    Old { name: "outbox.forget", kept: parcels_kept, wipe }
}

fn parcels_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<OutboxPolicy>(ctx.now().date())?.keep_days * DAY_SECS)
}

async fn rewrap(ctx: Ctx) -> Result<(), String> {
    loop {
        let vault = ctx.vault.clone();
        let done = ctx
            .db
            .bulk(LaneKey::of("vault", "rewrap"), "vault.rewrap", move |tx| {
                vault::rewrap_chunk(tx, &vault, REWRAP_MOST)
            })
            .await
            .map_err(|fault| fault.to_string())?;
        if done == 0 {
            return Ok(());
        }
        tracing::info!(keys = done, "vault.rewrapped");
    }
}
