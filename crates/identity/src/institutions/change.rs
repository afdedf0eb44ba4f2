//! Changing what is written down of an institution, and what it does with us: an operator's acts.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::ids::InstitutionId;
use super::model::{BadFacts, Capability, Facts};
use super::{lane, store};
use crate::failure::Failure;

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is none with this id.
    #[error("there is no such institution")]
    Unknown,
    /// The insurer's code is another's.
    #[error("another institution has this insurer's code")]
    InsurerCodeTaken,
    /// A text is missing or too long.
    #[error(transparent)]
    BadFacts(#[from] BadFacts),
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<DbFault> for ChangeError {
    fn from(fault: DbFault) -> ChangeError {
        ChangeError::Failure(fault.into())
    }
}

/// Writes an institution's facts as `alter` leaves them. Returns the names of those that changed.
///
/// # Errors
/// See [`ChangeError`]; nothing was changed.
pub async fn change(
    ctx: &Ctx,
    id: &InstitutionId,
    alter: impl Fn(&mut Facts) + Send + 'static,
) -> Result<Vec<&'static str>, ChangeError> {
    let (ctx2, wanted, now) = (ctx.clone(), id.clone(), ctx.now());
    let changed = ctx.db.write(lane(id), "institution.change", move |tx| -> Result<_, ChangeError> {
        let before = store::of(tx, &wanted)?.ok_or(ChangeError::Unknown)?.facts;
        let mut facts = before.clone();
        alter(&mut facts);
        let facts = facts.clean()?;
        let differing = facts.differing(&before);
        if differing.is_empty() {
            return Ok(differing);
        }
        if let Some(code) = facts.insurer_code.as_ref()
            && store::by_insurer_code(tx, code.as_str())?.is_some_and(|other| other != wanted)
        {
            return Err(ChangeError::InsurerCodeTaken);
        }
        store::set_facts(tx, &wanted, &facts, now)?;
        tx.audit(ctx2.act("institution.changed", wanted.as_str(), json!({ "changed": differing })));
        Ok(differing)
    });
    changed.await
}

/// Turns something that an institution does on or off; `false` if it was so already.
///
/// # Errors
/// [`ChangeError::Unknown`], and what broke beneath.
pub async fn set_capability(
    ctx: &Ctx,
    id: &InstitutionId,
    capability: Capability,
    on: bool,
) -> Result<bool, ChangeError> {
    let (wanted, now) = (id.clone(), ctx.now());
    let detail = json!({ "capability": capability.as_str(), "on": on });
    let entry = ctx.act("institution.capability", id.as_str(), detail);
    let set = ctx.db.write(lane(id), "institution.capability", move |tx| -> Result<bool, ChangeError> {
        if store::of(tx, &wanted)?.is_none() {
            return Err(ChangeError::Unknown);
        }
        let turned = match on {
            true => store::turn_on(tx, &wanted, capability, now)?,
            false => store::turn_off(tx, &wanted, capability)?,
        };
        if turned {
            tx.audit(entry.clone());
        }
        Ok(turned)
    });
    set.await
}
