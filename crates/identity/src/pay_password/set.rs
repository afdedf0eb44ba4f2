//! Setting a payment password: the first one, one by the old one, one after a fresh proof of who it is.

use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::check::{Checked, check_version};
use super::pin::Pin;
use super::store;
use super::weak::weakness;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages;
use crate::people::{PersonId, lane, store as people};
use crate::proofs::{ProofPurpose, redeem};

/// What entitles somebody to set a password.
#[derive(Clone)]
pub(super) enum Grounds {
    /// There is none yet, and the gate let them through (RNA-1).
    First,
    /// A fresh proof that this browser holds (RNA-3, ACC-8).
    Proof {
        /// The browser, as its proofs are marked.
        holder: Vec<u8>,
        /// The person's ID number, as proofs name it.
        subject: Blind,
    },
}

/// What came of setting one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// It stands.
    Done,
    /// It may not be used; the error kind.
    Weak(&'static str),
    /// There is one: it is changed by the old one, or after a proof.
    Already,
    /// The proof is too old, used, or somebody else's.
    NoProof,
}

/// Sets a password on these grounds. One set after a proof clears the lock; the person is told on every
/// channel.
pub(super) async fn set(ctx: &Ctx, person: &PersonId, pin: &Pin, grounds: Grounds) -> Result<Set, Failure> {
    if let Some(kind) = judge(ctx, person, pin).await? {
        return Ok(Set::Weak(kind));
    }
    let hash = ctx.hasher.hash(pin.expose().to_owned()).await?;
    let (kind, way) = match grounds {
        Grounds::First => ("pay_password_set", "first"),
        Grounds::Proof { .. } => ("pay_password_changed", "proof"),
    };
    let now = ctx.now();
    let args = json!({ "done_at": now.ms(), "link": "/pay-password" });
    let message = messages::prepare(ctx, person, kind, &args, true).await?;
    let entry = ctx.act("pay_password.set", person.as_str(), json!({ "by": way }));
    let (key, person) = (lane(person), person.clone());
    let set = ctx.db.write(key, "pay_password.set", move |tx| -> Result<Set, DbFault> {
        match &grounds {
            Grounds::First => {
                if !store::insert(tx, &person, &hash, now)? {
                    return Ok(Set::Already);
                }
            }
            Grounds::Proof { holder, subject } => {
                if redeem(tx, holder, ProofPurpose::PayPassword, now)?.as_ref() != Some(subject) {
                    return Ok(Set::NoProof);
                }
                store::replace(tx, &person, &hash, now)?;
                store::forgive(tx, &person, true, now)?;
            }
        }
        messages::insert(tx, &message)?;
        tx.audit(entry.clone());
        Ok(Set::Done)
    });
    Ok(set.await?)
}

/// What came of changing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The new one stands.
    Done,
    /// The new one may not be used; the error kind. The old one was not tried.
    Weak(&'static str),
    /// The old one was not right, or could not be tried.
    Refused(Checked),
}

/// Changes the password by the old one, which counts as a try.
pub(super) async fn change(ctx: &Ctx, person: &PersonId, old: &Pin, new: &Pin) -> Result<Change, Failure> {
    if let Some(kind) = judge(ctx, person, new).await? {
        return Ok(Change::Weak(kind));
    }
    let (checked, version) = check_version(ctx, person, old).await?;
    if checked != Checked::Right {
        return Ok(Change::Refused(checked));
    }
    // Only after the old one was right: this must tell nobody what the password is.
    if old == new {
        return Ok(Change::Weak("pay-same"));
    }
    let hash = ctx.hasher.hash(new.expose().to_owned()).await?;
    let now = ctx.now();
    let args = json!({ "done_at": now.ms(), "link": "/pay-password" });
    let message = messages::prepare(ctx, person, "pay_password_changed", &args, true).await?;
    let entry = ctx.act("pay_password.set", person.as_str(), json!({ "by": "old one" }));
    let (key, person) = (lane(person), person.clone());
    let changed = ctx.db.write(key, "pay_password.change", move |tx| -> Result<bool, DbFault> {
        let changed = store::change(tx, &person, version, &hash, now)?;
        if changed {
            messages::insert(tx, &message)?;
            tx.audit(entry.clone());
        }
        Ok(changed)
    });
    // Changed by another browser since the old one was looked at: it is not the old one any more.
    Ok(if changed.await? { Change::Done } else { Change::Refused(Checked::Wrong { left: 1 }) })
}

/// The error kind of a password that this person may not use.
async fn judge(ctx: &Ctx, person: &PersonId, pin: &Pin) -> Result<Option<&'static str>, Failure> {
    let (vault, person, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
    let read = move |tx: &mut Tx<'_>| {
        let identity = people::real_identity(tx, &vault, &person, today)?;
        Ok::<_, DbFault>((identity, people::reach(tx, &vault, &person)?))
    };
    let (identity, reach) = ctx.db.read("pay_password.person", read).await?;
    let ((_, number), reach) = identity.zip(reach).ok_or(Failure::NoSuchPerson)?;
    Ok(weakness(pin, &number, reach.mobile.as_ref()))
}
