//! `renshe staff add`: an account for somebody who serves at a desk.

use std::io::BufRead;

use identity::staff::AddStaff;
use identity::{InstitutionId, Role};
use kernel::Rng;
use platform::Ctx;
use platform::config::Config;

use super::institution::{a, known, named, of};
use super::{Outcome, block_on, finish, open_to_act};
use crate::start::StartError;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The login name: 3 to 32 letters, digits, dots, dashes, underscores.
    #[arg(long)]
    login: String,
    /// The name shown at the desk.
    #[arg(long)]
    name: String,
    /// What they may do: clerk (a hospital's window) or window (the bureau's service window).
    #[arg(long, default_value = "clerk")]
    role: Role,
    /// The institution they serve, by its code, id or name: a clerk serves a hospital. Without it, a clerk is not added and
    /// the codes are listed.
    #[arg(long, alias = "hospital")]
    institution: Option<String>,
    /// Read the first password from standard input instead of drawing one.
    #[arg(long)]
    password_stdin: bool,
}

/// Adds the account and prints the first password once.
pub fn add(config: &Config, add: Add) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let institution = block_on(served(&ctx, add.role, add.institution.as_deref()))?;
    let password = if add.password_stdin { read_password()? } else { draw_password(ctx.rng.as_ref()) };
    let command =
        AddStaff { login: add.login, name: add.name, role: add.role, institution, password: password.clone() };
    let id =
        block_on(async { identity::staff::add(&ctx, command).await.map_err(|error| StartError::at("staff", error)) })?;
    finish(config, &ctx)?;
    say!("added {id}");
    if !add.password_stdin {
        say!("first password (shown once): {password}");
    }
    Ok(Outcome::Good)
}

/// The institution that somebody of this role serves. An account is of no use without one where the role serves one, and the
/// command knows which there are.
async fn served(ctx: &Ctx, role: Role, wanted: Option<&str>) -> Result<Option<InstitutionId>, StartError> {
    let kinds = role.serves();
    let role = role.as_str();
    match wanted {
        None if kinds.is_empty() => Ok(None),
        Some(_) if kinds.is_empty() => {
            Err(StartError(format!("--institution: a {role} serves the bureau itself; leave it out")))
        }
        None => Err(StartError(format!("a {role} needs --institution CODE; known: {}", known(&of(ctx, kinds).await?)))),
        Some(wanted) => {
            let institution = named(ctx, wanted, kinds).await?;
            let kind = institution.id.kind();
            if kinds.contains(&kind) {
                return Ok(Some(institution.id));
            }
            let serves = kinds.iter().map(|kind| a(*kind)).collect::<Vec<_>>().join(" or ");
            let code = institution.code;
            Err(StartError(format!("--institution: a {role} serves {serves}; {code} is {}", a(kind))))
        }
    }
}

fn read_password() -> Result<String, StartError> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| StartError::at("standard input", error))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn draw_password(rng: &dyn Rng) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
    (0..16).map(|_| char::from(LETTERS[rng.below(LETTERS.len() as u64) as usize])).collect()
}
