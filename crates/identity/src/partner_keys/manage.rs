//! Making, listing and ending partners' keys: an operator's acts, from the command line.

use kernel::typing;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{PartnerKeyId, PartnerLine};
use super::store::{self, NewPartner, SECRET};
use crate::blind::hex;
use crate::failure::Failure;

/// Characters of a name or a place, at most.
const WORDS_MAX: usize = 100;

/// A key for a partner's system.
pub struct AddPartner {
    /// Whose system: shown in the list and in the audit.
    pub name: String,
    /// Where it scans: a hospital's id, or a pharmacy's name. That a hospital exists is for the caller to check.
    pub place: String,
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum AddPartnerError {
    /// Name or place is empty or too long.
    #[error("name and place must have 1 to 100 characters")]
    BadWords,
    /// Something beneath did not work.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Makes a key and returns its id and its secret, which is shown this once.
///
/// # Errors
/// See [`AddPartnerError`]; nothing was made.
pub async fn add(ctx: &Ctx, command: AddPartner) -> Result<(PartnerKeyId, String), AddPartnerError> {
    // One more than may be, so that a longer one is refused and not cut.
    let [name, place] = [&command.name, &command.place].map(|typed| typing::line(typed, WORDS_MAX + 1));
    if [&name, &place].into_iter().any(|words| words.is_empty() || words.chars().count() > WORDS_MAX) {
        return Err(AddPartnerError::BadWords);
    }
    let (id, now): (PartnerKeyId, _) = (ctx.id(), ctx.now());
    let secret = hex(&kernel::bytes32(&*ctx.rng));
    let (key, new_key) = ctx.vault.create_key(&*ctx.rng, now, "partner").map_err(Failure::from)?;
    let sealed = key.seal(SECRET.of(id.as_str()), secret.as_bytes(), &*ctx.rng).map_err(Failure::from)?;
    let entry = ctx.act("partner.added", id.as_str(), json!({ "place": place }));
    let new = NewPartner { id: id.clone(), name, place, key: new_key, secret: sealed, now };
    let added = ctx.db.write(store::lane(&id), "partner.add", move |tx| -> Result<(), DbFault> {
        store::insert(tx, &new)?;
        tx.audit(entry.clone());
        Ok(())
    });
    added.await.map_err(Failure::from)?;
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
