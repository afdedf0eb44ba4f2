//! The name under which somebody is proven. A name is typed at sign-up, and only a proof shows that it
//! is right: until then, and whenever it has changed since, another one may be given, and the next proof
//! under it makes it the person's.

use kernel::PersonName;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::policy::AccountPolicy;
use crate::failure::Failure;
use crate::people::store::{self as people, NAME, NAME_WISHED, RealIdentity};
use crate::people::{PersonId, lane};

/// The name that the next proof is about: the one given last, while it is young, or else the person's.
pub(crate) fn name_to_prove(ctx: &Ctx, known: RealIdentity) -> Result<PersonName, Failure> {
    let now = ctx.now();
    let secs = ctx.policy.at::<AccountPolicy>(now.date())?.name_secs;
    let young = known.wished.filter(|(_, at)| now < at.plus_secs(secs));
    Ok(young.map_or(known.name, |(name, _)| name))
}

/// Gives another name, to be proven next. Nothing of the person's changes until then. `false` after too many in a
/// day: a stranger who says somebody's number does not find their name out by trying.
pub(crate) async fn wish_name(ctx: &Ctx, person: &PersonId, name: &PersonName) -> Result<bool, Failure> {
    let policy = ctx.policy.at::<AccountPolicy>(ctx.now().date())?;
    let rule = (policy.name_wishes, ctx.now().minus_secs(policy.name_secs));
    let (vault, wanted) = (ctx.vault.clone(), person.clone());
    let reach = ctx.db.read("name.reach", move |tx| people::reach(tx, &vault, &wanted)).await?;
    let key = reach.ok_or(Failure::NoSuchPerson)?.key;
    let sealed = key.seal(NAME_WISHED.of(person.as_str()), name.expose().as_bytes(), &*ctx.rng)?;
    let (whom, now, entry) = (person.clone(), ctx.now(), ctx.act("name.wished", person.as_str(), json!({})));
    let written = ctx.db.write(lane(person), "name.wish", move |tx| -> Result<bool, DbFault> {
        let noted = people::wish_name(tx, &whom, &sealed, now, rule)?;
        if noted {
            tx.audit(entry.clone());
        }
        Ok(noted)
    });
    Ok(written.await?)
}

/// A person's new name, ready to be written down with the proof of it.
#[derive(Clone)]
pub(crate) struct Renaming {
    person: PersonId,
    sealed: Vec<u8>,
    entry: platform::audit::AuditEntry,
}

impl Renaming {
    /// Seals the name; `None` where the person has exactly that name already.
    pub(crate) async fn prepare(ctx: &Ctx, person: &PersonId, name: &PersonName) -> Result<Option<Renaming>, Failure> {
        let (vault, wanted, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
        let read = ctx.db.read("name.of", move |tx| -> Result<_, DbFault> {
            let known = people::identity_of(tx, &vault, &wanted, today)?;
            Ok(known.zip(people::reach(tx, &vault, &wanted)?))
        });
        let (known, reach) = read.await?.ok_or(Failure::NoSuchPerson)?;
        if known.name.expose() == name.expose() && known.wished.is_none() {
            return Ok(None);
        }
        Ok(Some(Renaming {
            sealed: reach.key.seal(NAME.of(person.as_str()), name.expose().as_bytes(), &*ctx.rng)?,
            entry: ctx.act("name.proven", person.as_str(), json!({})),
            person: person.clone(),
        }))
    }
}

/// Writes it down.
pub(crate) fn rename(tx: &mut Tx<'_>, new: &Renaming) -> Result<(), DbFault> {
    people::rename(tx, &new.person, &new.sealed)?;
    tx.audit(new.entry.clone());
    Ok(())
}
