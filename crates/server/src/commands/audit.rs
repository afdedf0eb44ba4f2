//! `renshe audit verify`: every chain, every anchor, and the anchors that were exported.

use std::sync::Arc;

use platform::audit::{self, Verdict};
use platform::config::Config;
use platform::db::DbFault;

use super::{Outcome, block_on, open_to_look};
use crate::start::StartError;

/// Recomputes everything and prints what does not fit.
pub fn verify(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let exported = audit::read_exports(&config.data_dir.join("anchors"))
        .map_err(|error| StartError::at("exported anchors", error))?;
    let exports = exported.len();
    let vault = Arc::clone(&ctx.vault);
    let read = ctx.db.read("audit.verify", move |tx| -> Result<(Verdict, Verdict), DbFault> {
        Ok((audit::verify(tx, &vault)?, audit::verify_exports(tx, &vault, &exported)?))
    });
    let (inside, outside) = block_on(async { read.await.map_err(|fault| StartError::at("audit", fault)) })?;
    ctx.db.close();
    println!("{} chains, {} rows, {} anchors, {exports} exported anchors", inside.chains, inside.rows, inside.anchors);
    let broken: Vec<_> = inside.broken.iter().chain(&outside.broken).collect();
    broken.iter().for_each(|line| println!("  - {line}"));
    println!("{}", if broken.is_empty() { "every chain is whole" } else { "NOT whole" });
    Ok(if broken.is_empty() { Outcome::Good } else { Outcome::Bad })
}
