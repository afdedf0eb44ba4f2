//! `renshe audit verify|acknowledge`: every chain, every anchor, what witnesses outside know, and what a person says of
//! an audit that was shortened.

use std::path::Path;
use std::sync::Arc;

use platform::Ctx;
use platform::audit::{self, FolderWitness, Outside, Verdict, Witness};
use platform::config::Config;
use platform::db::DbFault;

use super::{Opened, Outcome, block_on, finish, open_to_act, opened, several};
use crate::open::Access;
use crate::start::StartError;
use crate::upkeep;

/// A row older than this must have an anchor; anchors are made every 20 seconds, so this leaves ample time.
const ANCHOR_SECS: i64 = 60;
/// An anchor older than this must be with every witness; anchors are carried each minute.
const CARRY_SECS: i64 = 600;

/// What is expected.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The number of an anchor that is known to have been there: from the metrics, a log, an earlier run of this command.
    #[arg(long, value_name = "N")]
    at_least: Option<i64>,
}

/// What a person says about an audit that was shortened.
#[derive(Debug, clap::Args)]
pub struct Acknowledge {
    /// The epoch, as `renshe audit verify` names it.
    #[arg(long)]
    epoch: i64,
    /// Who has looked into it.
    #[arg(long)]
    by: String,
    /// What it was: which backup was put back, when, and what was found missing.
    #[arg(long)]
    why: String,
}

/// How a line about a witness begins of which nothing is known.
const UNASKED: &str = "a witness could not be asked";

/// Recomputes everything, compares it with what is known outside, and prints what does not fit.
pub fn verify(config: &Config, expected: &Verify) -> Result<Outcome, StartError> {
    let Opened { ctx, says, empty, .. } = opened(config, Access::Look)?;
    say!("{says}");
    if empty {
        ctx.db.close();
        say!("nothing to verify: this city has no people, no orders and no audit rows. Is it the one you mean?");
        return Ok(Outcome::Bad);
    }
    let vault = Arc::clone(&ctx.vault);
    let read = ctx.db.read("audit.verify", move |tx| -> Result<Verdict, DbFault> { audit::verify(tx, &vault) });
    let (inside, unsealed) = block_on(async {
        let inside = read.await.map_err(|fault| StartError::at("audit", fault))?;
        Ok((inside, late(&ctx).await?))
    })?;
    let mut broken = inside.broken.clone();
    say!(
        "{}, {}, {}",
        several(inside.chains, "chain", "chains"),
        several(inside.rows, "row", "rows"),
        several(inside.anchors, "anchor", "anchors")
    );
    let newest = inside.newest.map_or(0, |(n, _)| n);
    match inside.newest {
        Some((n, at)) => say!("the newest anchor is {n} of {at}: keep the number, and ask for it with --at-least"),
        None => say!("no anchor was ever made"),
    }
    if let Some(least) = expected.at_least.filter(|least| *least > newest) {
        broken.push(format!("SHORTENED: the newest anchor is {newest}, and {least} is known to have been there"));
    }
    // The findings inside are printed before anybody outside is asked, because a witness may be away and a disk may
    // hang.
    broken.iter().chain(&unsealed).for_each(|line| say!("  - {line}"));
    let outside = block_on(async { Ok::<_, StartError>(outside(config, &ctx).await) })?;
    ctx.db.close();
    outside.iter().for_each(|line| say!("  - {line}"));
    say!("{}", sentence(&broken, &unsealed, &outside));
    let good = broken.is_empty() && unsealed.is_empty() && outside.is_empty();
    Ok(if good { Outcome::Good } else { Outcome::Bad })
}

/// The last line. A row that should be sealed by now and is not says that nothing makes anchors, which somebody should look
/// into; it does not say that anything was changed.
fn sentence(broken: &[String], unsealed: &[String], outside: &[String]) -> &'static str {
    let unasked = outside.iter().all(|line| line.starts_with(UNASKED));
    match (broken.is_empty() && unasked, outside.is_empty(), unsealed.is_empty()) {
        (true, true, true) => "every chain is whole",
        (true, true, false) => {
            "every chain is whole; its newest rows are NOT YET SEALED: only a city that runs seals them, within a minute"
        }
        (true, false, _) => "every chain is whole inside; NOT whole outside: not every witness could be asked",
        (false, ..) => "NOT whole",
    }
}

/// What witnesses know that is not as it must be, and which of them could not be asked: each is asked, whatever the others say.
async fn outside(config: &Config, ctx: &Ctx) -> Vec<String> {
    let mut broken = Vec::new();
    let unasked = |error: StartError| vec![format!("{UNASKED}: {error}")];
    for folder in &config.audit.export_dirs {
        broken.extend(folder_findings(ctx, folder).await.unwrap_or_else(unasked));
    }
    match upkeep::service(config, ctx) {
        Ok(Some(service)) => broken.extend(service_findings(ctx, &service).await.unwrap_or_else(unasked)),
        Ok(None) => {}
        Err(error) => broken.extend(unasked(error)),
    }
    broken
}

/// Writes down who has looked into an epoch and what it was.
pub fn acknowledge(config: &Config, said: &Acknowledge) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let done = block_on(async {
        audit::acknowledge(&ctx, said.epoch, &said.by, &said.why).await.map_err(|error| StartError::at("audit", error))
    });
    done?;
    finish(config, &ctx)?;
    say!("epoch {} is acknowledged by {}", said.epoch, said.by);
    Ok(Outcome::Good)
}

/// Finds rows that should have an anchor by now and have none.
async fn late(ctx: &Ctx) -> Result<Vec<String>, StartError> {
    let before = ctx.clock.showed_ago(ANCHOR_SECS);
    let read = ctx.db.read("audit.late", move |tx| audit::not_anchored(tx, before));
    read.await.map_err(|fault| StartError::at("audit", fault))
}

/// Compares a folder with the database, a file at a time.
async fn folder_findings(ctx: &Ctx, folder: &Path) -> Result<Vec<String>, StartError> {
    let witness = FolderWitness::new(folder.to_owned(), Arc::clone(&ctx.vault));
    let name = witness.name();
    let told = |error: &dyn std::fmt::Display| StartError(format!("{name}: {error}"));
    let mut all = Outside::default();
    for file in witness.files().await.map_err(|error| told(&error))? {
        let (anchors, unreadable) = witness.read(file.clone()).await.map_err(|error| told(&error))?;
        if unreadable > 0 {
            // A crash may cut the last line short; the next export writes it again, and then it is missing nowhere.
            say!("{}: {unreadable} lines cannot be read", file.display());
        }
        let (vault, after, of) = (Arc::clone(&ctx.vault), all.newest, name.clone());
        let compared = ctx.db.read("audit.outside", move |tx| audit::lines(tx, &vault, (&of, after), &anchors));
        all.add(compared.await.map_err(|fault| told(&fault))?);
    }
    say!(
        "{name}: {}, the newest is {}; lost with earlier epochs: {}",
        several(all.anchors, "anchor", "anchors"),
        all.newest,
        all.lost
    );
    let mut broken = all.broken;
    broken.extend(missing_there(ctx, &name, all.newest).await?);
    Ok(broken)
}

async fn service_findings(ctx: &Ctx, witness: &dyn Witness) -> Result<Vec<String>, StartError> {
    let name = witness.name();
    let Some(seen) = witness.newest().await.map_err(|error| StartError(error.to_string()))? else {
        say!("{name}: knows no anchor");
        return missing_there(ctx, &name, 0).await;
    };
    say!("{name}: the newest anchor it knows is {}", seen.n);
    let (of, n) = (name.clone(), seen.n);
    let read = ctx.db.read("audit.outside", move |tx| audit::known_outside(tx, &of, &seen));
    let mut broken: Vec<_> = read.await.map_err(|fault| StartError::at("audit", fault))?.into_iter().collect();
    broken.extend(missing_there(ctx, &name, n).await?);
    Ok(broken)
}

async fn missing_there(ctx: &Ctx, name: &str, newest: i64) -> Result<Vec<String>, StartError> {
    let (of, before) = (name.to_owned(), ctx.clock.showed_ago(CARRY_SECS));
    let read = ctx.db.read("audit.not_carried", move |tx| audit::not_carried(tx, &of, newest, before));
    Ok(read.await.map_err(|fault| StartError::at("audit", fault))?.into_iter().collect())
}
