//! Adding staff: an operator's act, from the command line.

use kernel::{NameError, PersonName};
use platform::Ctx;
use platform::db::{DbFault, LaneKey};
use serde_json::json;

use super::model::{Role, StaffId, clean_login};
use super::store::{self, NAME, NewStaff};
use crate::failure::Failure;
use crate::institutions::{self, InstitutionId, Kind};
use crate::password::{PasswordPolicy, weakness};

/// Adds somebody who serves at a desk.
pub struct AddStaff {
    /// Login name: 3 to 32 letters, digits, dots, dashes, underscores; case does not matter.
    pub login: String,
    /// The name shown at the desk.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The institution they serve, of a kind that the role serves ([`Role::serves`]).
    pub institution: Option<InstitutionId>,
    /// The first password.
    pub password: String,
}

/// Why somebody was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddStaffError {
    /// The login name has letters it may not have.
    #[error("a login name is 3 to 32 letters, digits, dots, dashes or underscores")]
    BadLogin,
    /// The login name is taken.
    #[error("this login name is taken")]
    Taken,
    /// The name cannot be read.
    #[error(transparent)]
    BadName(#[from] NameError),
    /// The password may not be used; the kind says why.
    #[error("the password may not be used: {0}")]
    WeakPassword(&'static str),
    /// This role is of no use without an institution; holds the kinds it serves.
    #[error("{} serves one of: {}", .0.as_str(), words(.1))]
    NoInstitution(Role, &'static [Kind]),
    /// This role does not serve an institution of this kind.
    #[error("{} serves no institution of the kind {}", .0.as_str(), .1)]
    OtherKind(Role, Kind),
    /// There is no such institution, or it is closed.
    #[error("there is no such institution that is open")]
    UnknownInstitution,
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

fn words(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

impl From<DbFault> for AddStaffError {
    fn from(fault: DbFault) -> AddStaffError {
        AddStaffError::Failure(fault.into())
    }
}

/// Whether somebody of this role can serve this institution.
fn check_kind(role: Role, institution: Option<&InstitutionId>) -> Result<(), AddStaffError> {
    match institution.map(InstitutionId::kind) {
        None if role.serves().is_empty() => Ok(()),
        None => Err(AddStaffError::NoInstitution(role, role.serves())),
        Some(kind) if role.serves().contains(&kind) => Ok(()),
        Some(kind) => Err(AddStaffError::OtherKind(role, kind)),
    }
}

/// Hashes the password, seals the name and inserts the account.
///
/// # Errors
/// See [`AddStaffError`]; nothing was added.
pub async fn add(ctx: &Ctx, command: AddStaff) -> Result<StaffId, AddStaffError> {
    let now = ctx.now();
    let login = clean_login(&command.login).ok_or(AddStaffError::BadLogin)?;
    let name = PersonName::parse(&command.name)?;
    check_kind(command.role, command.institution.as_ref())?;
    let policy = ctx.policy.at::<PasswordPolicy>(now.date()).map_err(Failure::from)?;
    if let Some(kind) = weakness(&command.password, std::slice::from_ref(&login), &policy) {
        return Err(AddStaffError::WeakPassword(kind));
    }
    let id: StaffId = ctx.id();
    let (key, new_key) = ctx.vault.create_key(&*ctx.rng, now, "staff").map_err(Failure::from)?;
    let sealed = key.seal(NAME.of(id.as_str()), name.expose().as_bytes(), &*ctx.rng).map_err(Failure::from)?;
    let new = NewStaff {
        id: id.clone(),
        login,
        key: new_key,
        name: sealed,
        password_hash: ctx.hasher.hash(command.password).await.map_err(Failure::from)?,
        role: command.role,
        institution: command.institution,
        now,
    };
    let detail = json!({
        "role": new.role.as_str(),
        "institution": new.institution.as_ref().map(InstitutionId::as_str),
    });
    let entry = ctx.act("staff.added", id.as_str(), detail);
    let added = ctx.db.write(LaneKey::of("staff", id.as_str()), "staff.add", move |tx| {
        if let Some(id) = &new.institution
            && !institutions::of(tx, id)?.is_some_and(|institution| institution.is_open())
        {
            return Err(AddStaffError::UnknownInstitution);
        }
        if !store::insert(tx, &new)? {
            return Err(AddStaffError::Taken);
        }
        tx.audit(entry.clone());
        Ok(())
    });
    added.await?;
    Ok(id)
}
