//! What a proof of the real name brings about: the person counts as authenticated on this device,
//! the electronic card is ordered, and the insurer is to be asked.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::policy::RealNamePolicy;
use super::store;
use crate::cards::{self, Order};
use crate::devices::{self, Binding};
use crate::failure::Failure;
use crate::people::{PersonId, store as people};
use crate::proofs::{Claim, ProofId, Way};

/// An authentication ready to be written down.
#[derive(Clone)]
pub(crate) struct Authentication {
    person: PersonId,
    way: Way,
    device: String,
    now: Moment,
    binding: Binding,
    card: Order,
    entry: AuditEntry,
}

impl Authentication {
    /// Reads whose it is and prepares what follows from it.
    ///
    /// # Errors
    /// [`Failure::TooYoung`] before the age from which one is authenticated alone: the pages say so
    /// before they begin, this is for whoever went round them.
    pub(crate) async fn prepare(ctx: &Ctx, claim: &Claim, way: Way) -> Result<Authentication, Failure> {
        let (now, subject, vault) = (ctx.now(), claim.subject.clone(), ctx.vault.clone());
        let policy = ctx.policy.at::<RealNamePolicy>(now.date())?;
        let found = ctx.db.read("real_name.person", move |tx| -> Result<_, DbFault> {
            let Some(account) = people::by_id_number(tx, &subject)? else { return Ok(None) };
            let named = people::real_identity(tx, &vault, &account.person, now.date())?;
            Ok(named.map(|(_, number)| (account.person, number)))
        });
        let (person, number) = found.await?.ok_or(Failure::NoSuchPerson)?;
        if number.age_on(now.date()) < policy.min_age {
            return Err(Failure::TooYoung);
        }
        let detail = json!({ "way": way.as_str() });
        Ok(Authentication {
            binding: Binding::prepare(ctx, claim, &person).await?,
            card: Order::prepare(ctx, &person).await?,
            entry: ctx.act("real_name.authenticated", person.as_str(), detail),
            person,
            way,
            device: claim.device.clone(),
            now,
        })
    }
}

/// Writes it down; runs in the closure of the proof.
pub(crate) fn authenticate(tx: &mut Tx<'_>, new: &Authentication, proof: &ProofId) -> Result<(), DbFault> {
    let row = store::Authenticated { person: &new.person, device: &new.device, way: new.way, proof, now: new.now };
    store::authenticated(tx, &row)?;
    devices::bind(tx, &new.binding)?;
    cards::order(tx, &new.card)?;
    tx.audit(new.entry.clone());
    Ok(())
}
