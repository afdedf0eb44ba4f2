//! What a proof of the real name brings about: the ID number becomes the person's, under the name that was
//! proven, the person counts as authenticated on this device, the electronic card is ordered, and the
//! insurer is to be asked.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::model::Proving;
use crate::cards::{self, Order};
use crate::devices::{self, BindFrom, Binding};
use crate::failure::Failure;
use crate::ids::ProofId;
use crate::owners::{self, Renaming, Taking};
use crate::people::{PersonId, store as people};
use crate::real_name::store::{self, Authenticated};
use crate::real_name::{RealNamePolicy, Way};

/// An authentication ready to be written down.
#[derive(Clone)]
pub(super) struct Authentication {
    taking: Taking,
    renaming: Option<Renaming>,
    way: Way,
    device: String,
    now: Moment,
    binding: Binding,
    card: Order,
    entry: AuditEntry,
}

impl Authentication {
    /// Reads whose number it is and prepares what follows from the proof.
    ///
    /// # Errors
    /// [`Failure::TooYoung`] before the age from which one is authenticated alone: the pages say so
    /// before they begin, this is for whoever went round them.
    pub(super) async fn prepare(ctx: &Ctx, proving: &Proving, way: Way) -> Result<Authentication, Failure> {
        let now = ctx.now();
        let policy = ctx.policy.at::<RealNamePolicy>(now.date())?;
        let prover = proving.prover.as_ref().ok_or(Failure::NoSuchPerson)?;
        if age(ctx, &prover.person).await? < policy.min_age {
            return Err(Failure::TooYoung);
        }
        let taking = Taking::prepare(ctx, &proving.subject, prover).await?;
        let person = taking.person();
        let from = BindFrom { word: &proving.device, session: proving.session(), place: &proving.place };
        let detail = json!({ "way": way.as_str() });
        Ok(Authentication {
            renaming: Renaming::prepare(ctx, person, &proving.name).await?,
            binding: Binding::prepare(ctx, &from, person).await?,
            card: Order::prepare(ctx, person).await?,
            entry: ctx.act("real_name.authenticated", person.as_str(), detail),
            taking,
            way,
            device: proving.device.clone(),
            now,
        })
    }
}

async fn age(ctx: &Ctx, person: &PersonId) -> Result<i32, Failure> {
    let (vault, person, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
    let found = ctx.db.read("real_name.person", move |tx| people::identity_of(tx, &vault, &person, today));
    Ok(found.await?.ok_or(Failure::NoSuchPerson)?.number.age_on(today))
}

/// Writes it down; runs in the closure of the proof.
pub(super) fn authenticate(tx: &mut Tx<'_>, new: &Authentication, proof: &ProofId) -> Result<(), DbFault> {
    owners::take(tx, &new.taking)?;
    if let Some(renaming) = &new.renaming {
        owners::rename(tx, renaming)?;
    }
    let person = new.taking.person();
    store::authenticated(tx, &Authenticated { person, device: &new.device, way: new.way, proof, now: new.now })?;
    devices::bind(tx, &new.binding)?;
    cards::order(tx, &new.card)?;
    tx.audit(new.entry.clone());
    Ok(())
}
