//! Who somebody was to the insurer when something was begun with it: kept sealed by whoever began it, because what was
//! registered under one number is settled and undone under the same, whatever the insurer says of the person later.

use std::borrow::Cow;

use kernel::{Date, Pii};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::vault::{Aad, Vault};
use serde::{Deserialize, Serialize};

use super::covered::CoveredPerson;
use crate::people::{PersonId, store as people};

#[derive(Serialize, Deserialize)]
struct Cover<'a> {
    psn_no: Cow<'a, str>,
    kind: Cow<'a, str>,
    region: Cow<'a, str>,
}

/// Seals it with the person's own key; `None` if there is no such person or the key was destroyed.
///
/// # Errors
/// What broke beneath.
pub fn remember(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    person: &PersonId,
    covered: &CoveredPerson,
    aad: Aad<'_>,
) -> Result<Option<Vec<u8>>, DbFault> {
    let Some(reach) = people::reach(tx, &ctx.vault, person)? else { return Ok(None) };
    let cover = Cover {
        psn_no: Cow::from(covered.psn_no.expose()),
        kind: Cow::from(&covered.kind),
        region: Cow::from(&covered.region),
    };
    let plain = serde_json::to_vec(&cover).map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let sealed = reach.key.seal(aad, &plain, &*ctx.rng);
    sealed.map(Some).map_err(|error| DbFault::Corrupt(format!("it cannot be sealed: {error}")))
}

/// Opens it again, with the person's name and number of today; `None` if there is no such person or the key was
/// destroyed.
///
/// # Errors
/// What broke beneath, also a value that does not open.
pub fn recall(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: &PersonId,
    sealed: &[u8],
    aad: Aad<'_>,
    today: Date,
) -> Result<Option<CoveredPerson>, DbFault> {
    let Some(reach) = people::reach(tx, vault, person)? else { return Ok(None) };
    let Some((name, number)) = people::real_identity(tx, vault, person, today)? else { return Ok(None) };
    // The reason why it cannot be read may quote it.
    let plain = reach.key.open(aad, sealed).map_err(|error| DbFault::Corrupt(format!("{person}: {error}")))?;
    let cover: Cover<'_> = serde_json::from_slice(&plain)
        .map_err(|_| DbFault::Corrupt(format!("what is kept of {person} cannot be read")))?;
    Ok(Some(CoveredPerson {
        psn_no: Pii::new(cover.psn_no.into_owned()),
        number,
        name,
        kind: cover.kind.into_owned(),
        region: cover.region.into_owned(),
    }))
}
