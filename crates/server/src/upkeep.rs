//! The platform's own periodic work: audit anchors, key rotation, old rows of the outbox.

use std::path::PathBuf;
use std::sync::OnceLock;

use platform::Ctx;
use platform::audit;
use platform::check::Check;
use platform::db::LaneKey;
use platform::jobs::Job;
use platform::vault;

/// Where anchors are exported; set once at the start of a process that exports them.
static EXPORTS: OnceLock<PathBuf> = OnceLock::new();
/// Data keys wrapped anew in one closure.
const REWRAP_MOST: i64 = 200;

/// Says where this process writes exported anchors.
pub fn export_anchors_to(folder: PathBuf) {
    // A second call in one process (tests) keeps the first folder.
    drop(EXPORTS.set(folder));
}

/// Anchors at least every 60 s, exports at least every 10 min (architecture, rule 10).
pub fn jobs() -> Vec<Job> {
    vec![
        Job::new("audit.anchor", 30, anchor),
        Job::new("audit.export", 300, export),
        Job::new("vault.rewrap", 60, rewrap),
    ]
}

/// The platform's invariants.
pub fn checks() -> Vec<Check> {
    platform::check::checks()
}

async fn anchor(ctx: Ctx) -> Result<(), String> {
    let (vault, now) = (ctx.vault.clone(), ctx.now());
    ctx.db
        .write(LaneKey::of("audit", "anchor"), "audit.anchor", move |tx| audit::anchor(tx, &vault, now).map(drop))
        .await
        .map_err(|fault| fault.to_string())
}

async fn export(ctx: Ctx) -> Result<(), String> {
    let Some(folder) = EXPORTS.get() else { return Ok(()) };
    audit::export(&ctx.db, folder).await.map(drop).map_err(|error| error.to_string())
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
