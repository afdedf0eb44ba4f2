//! `renshe partner add|list|end`: keys of hospitals' and pharmacies' own systems.

use identity::InstitutionId;
use identity::institutions::{self, Kind};
use identity::partner_keys::{self, AddPartner, PartnerKeyId};
use platform::Ctx;
use platform::config::Config;

use super::staff::hospital;
use super::{Outcome, block_on, finish, open_to_act, open_to_look};
use crate::start::StartError;

/// What is asked for.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("place").required(true).args(["hospital", "pharmacy"])))]
pub struct Add {
    /// The name of the system, for the list and the audit.
    #[arg(long)]
    name: String,
    /// The hospital where it scans, by its code or id.
    #[arg(long)]
    hospital: Option<String>,
    /// The pharmacy where it scans, by its name.
    #[arg(long)]
    pharmacy: Option<String>,
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
    let institution = match (&add.hospital, &add.pharmacy) {
        (Some(wanted), _) => hospital(&ctx, wanted)?,
        (None, Some(pharmacy)) => self::pharmacy(&ctx, pharmacy)?,
        (None, None) => return Err(StartError("say --hospital or --pharmacy".to_owned())),
    };
    let command = AddPartner { name: add.name, institution };
    let made =
        block_on(async { partner_keys::add(&ctx, command).await.map_err(|error| StartError::at("partner", error)) });
    let (id, secret) = made?;
    finish(config, &ctx)?;
    say!("added {id}");
    say!("secret (shown once): {secret}");
    Ok(Outcome::Good)
}

/// The one pharmacy that is called so.
fn pharmacy(ctx: &Ctx, wanted: &str) -> Result<InstitutionId, StartError> {
    let found = block_on(async {
        institutions::find(ctx, wanted).await.map_err(|error| StartError::at("institution", error))
    })?;
    let mut pharmacies = found.into_iter().filter(|one| one.id.kind() == Kind::Pharmacy);
    match (pharmacies.next(), pharmacies.next()) {
        (Some(one), None) => Ok(one.id),
        (Some(_), Some(_)) => Err(StartError(format!("several pharmacies are called {wanted}: say which by its code"))),
        (None, _) => Err(StartError(format!("there is no pharmacy {wanted}"))),
    }
}

/// Lists every key.
pub fn list(config: &Config) -> Result<Outcome, StartError> {
    let ctx = open_to_look(config)?;
    let keys = block_on(async { partner_keys::list(&ctx).await.map_err(|error| StartError::at("partner", error)) })?;
    ctx.db.close();
    if keys.is_empty() {
        say!("none");
    }
    for key in keys {
        let state = if key.active { "active" } else { "ended" };
        say!("{}\t{state}\t{}\t{}\t{}", key.id, key.created_at.date(), key.code, key.name);
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
