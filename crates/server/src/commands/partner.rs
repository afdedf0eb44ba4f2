//! `renshe partner add|list|end`: keys of institutions' own systems.

use identity::partner_keys::{self, AddPartner, PartnerKeyId};
use platform::config::Config;

use super::institution::named;
use super::{Outcome, block_on, finish, open_to_act, open_to_look};
use crate::start::StartError;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name of the system, for the list and the audit.
    #[arg(long)]
    name: String,
    /// The institution it belongs to, by its code, id or name (`renshe institution list`).
    #[arg(long, aliases = ["hospital", "pharmacy"])]
    institution: String,
}

/// Which key.
#[derive(Debug, clap::Args)]
pub struct End {
    /// The key's id, as `add` printed it.
    id: String,
}

/// Makes a key and prints its secret once.
pub fn add(config: &Config, add: Add) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let made = block_on(async {
        let institution = named(&ctx, &add.institution, &[]).await?.id;
        let command = AddPartner { name: add.name, institution };
        partner_keys::add(&ctx, command).await.map_err(|error| StartError::at("partner", error))
    });
    let (id, secret) = made?;
    finish(config, &ctx)?;
    say!("added {id}");
    say!("secret (shown once): {secret}");
    Ok(Outcome::Good)
}

/// Lists every key: id, state, day, the institution's code and name, the system's name.
pub fn list(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let keys = block_on(async { partner_keys::list(&ctx).await.map_err(|error| StartError::at("partner", error)) })?;
    ctx.db.close();
    if keys.is_empty() {
        say!("none");
    }
    for key in keys {
        let state = if key.active { "active" } else { "ended" };
        say!("{}\t{state}\t{}\t{}\t{}\t{}", key.id, key.created_at.date(), key.code, key.institution, key.name);
    }
    Ok(Outcome::Good)
}

/// Ends a key.
pub fn end(config: &Config, end: &End) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let id: PartnerKeyId = end.id.parse().map_err(|error| StartError::at("partner", error))?;
    let ended =
        block_on(async { partner_keys::end(&ctx, &id).await.map_err(|error| StartError::at("partner", error)) })?;
    finish(config, &ctx)?;
    if !ended {
        return Err(StartError(format!("there is no active key {id}")));
    }
    say!("ended {id}");
    Ok(Outcome::Good)
}
