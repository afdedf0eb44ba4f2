//! Making, listing and ending partners' keys: an operator's acts, from the command line.

use kernel::typing;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{PartnerKeyId, PartnerLine};
use super::store::{self, NewPartner, SECRET};
use crate::blind::hex;
use crate::failure::Failure;
use crate::institutions::{self, Institution, InstitutionId};

/// Characters of a name, at most.
const WORDS_MAX: usize = 100;

/// A key for a partner's system.
pub struct AddPartner {
    /// Whose system: shown in the list and in the audit.
    pub name: String,
    /// The institution it belongs to: what that does with us, its system may ask.
    pub institution: InstitutionId,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum AddPartnerError {
    /// The name is empty or too long.
    #[error("a system's name must have 1 to 100 characters")]
    BadWords,
    /// There is no such institution, or it is closed.
    #[error("there is no such institution that is open")]
    UnknownInstitution,
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<DbFault> for AddPartnerError {
    fn from(fault: DbFault) -> AddPartnerError {
        AddPartnerError::Failure(fault.into())
    }
}

/// Makes a key and returns its id and its secret, which is shown this once.
///
/// # Errors
/// See [`AddPartnerError`]; nothing was made.
pub async fn add(ctx: &Ctx, command: AddPartner) -> Result<(PartnerKeyId, String), AddPartnerError> {
    // One more than may be, so that a longer one is refused and not cut.
    let name = typing::line(&command.name, WORDS_MAX + 1);
    if name.is_empty() || name.chars().count() > WORDS_MAX {
        return Err(AddPartnerError::BadWords);
    }
    let (id, now): (PartnerKeyId, _) = (ctx.id(), ctx.now());
    let secret = hex(&kernel::bytes32(&*ctx.rng));
    let (key, new_key) = ctx.vault.create_key(&*ctx.rng, now, "partner").map_err(Failure::from)?;
    let sealed = key.seal(SECRET.of(id.as_str()), secret.as_bytes(), &*ctx.rng).map_err(Failure::from)?;
    let entry = ctx.act("partner.added", id.as_str(), json!({ "institution": command.institution.as_str() }));
    let new = NewPartner { id: id.clone(), name, institution: command.institution, key: new_key, secret: sealed, now };
    let added = ctx.db.write(store::lane(&id), "partner.add", move |tx| -> Result<(), AddPartnerError> {
        let institution = institutions::of(tx, &new.institution)?.filter(Institution::is_open);
        store::insert(tx, &new, &institution.ok_or(AddPartnerError::UnknownInstitution)?)?;
        tx.audit(entry.clone());
        Ok(())
    });
    added.await?;
    Ok((id, secret))
}

/// Every key there is, ended ones too.
///
/// # Errors
/// What broke beneath.
pub async fn list(ctx: &Ctx) -> Result<Vec<PartnerLine>, Failure> {
    Ok(ctx.db.read("partner.list", store::list).await?)
}

/// Ends a key: its requests are refused from now on. `false` if there is none that is active.
///
/// # Errors
/// What broke beneath.
pub async fn end(ctx: &Ctx, id: &PartnerKeyId) -> Result<bool, Failure> {
    let (wanted, now) = (id.clone(), ctx.now());
    let entry = ctx.act("partner.ended", id.as_str(), json!({}));
    let ended = ctx.db.write(store::lane(id), "partner.end", move |tx| -> Result<bool, DbFault> {
        let ended = store::end(tx, &wanted, now)?;
        if ended {
            tx.audit(entry.clone());
        }
        Ok(ended)
    });
    Ok(ended.await?)
}
