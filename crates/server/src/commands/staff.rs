//! `renshe staff add`: an account for somebody who serves at a desk.

use std::io::BufRead;

use health::HospitalId;
use identity::staff::AddStaff;
use identity::{InstitutionId, Role};
use kernel::{Rng, typing};
use platform::Ctx;
use platform::config::Config;

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
    /// The hospital that a clerk serves, by its code or id; without it, a clerk is not added and the codes are listed.
    #[arg(long)]
    hospital: Option<String>,
    /// Read the first password from standard input instead of drawing one.
    #[arg(long)]
    password_stdin: bool,
}

/// Adds the account and prints the first password once.
pub fn add(config: &Config, add: Add) -> Result<Outcome, StartError> {
    let ctx = open_to_act(config)?;
    let institution = match add.role {
        Role::Clerk => Some(hospital_of_clerk(&ctx, add.hospital.as_deref())?),
        Role::Window => None,
    };
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

/// A clerk's account is of no use without a hospital, and the command knows which there are.
fn hospital_of_clerk(ctx: &Ctx, wanted: Option<&str>) -> Result<InstitutionId, StartError> {
    match wanted {
        Some(wanted) => hospital(ctx, wanted),
        None => Err(StartError(format!("a clerk needs --hospital CODE; known: {}", known(&hospitals(ctx)?)))),
    }
}

/// The id of a hospital by its code or id, as they are typed.
pub(super) fn hospital(ctx: &Ctx, wanted: &str) -> Result<InstitutionId, StartError> {
    let wanted = typing::login(wanted);
    let hospitals = hospitals(ctx)?;
    let found = hospitals.iter().find(|(id, code, _)| *code == wanted || id.as_str() == wanted);
    let Some((id, _, _)) = found else {
        return Err(StartError(format!("there is no hospital {wanted}; known: {}", known(&hospitals))));
    };
    Ok(id.clone().into())
}

/// Every hospital: its id, its code and its name.
fn hospitals(ctx: &Ctx) -> Result<Vec<(HospitalId, String, String)>, StartError> {
    block_on(async { health::hospitals(ctx).await.map_err(|fault| StartError::at("hospital", fault)) })
}

/// The hospitals' codes and names, for whoever has to type one.
fn known(hospitals: &[(HospitalId, String, String)]) -> String {
    if hospitals.is_empty() {
        return "none yet".to_owned();
    }
    hospitals.iter().map(|(_, code, name)| format!("{code} ({name})")).collect::<Vec<_>>().join(", ")
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
