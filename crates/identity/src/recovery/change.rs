//! A new password for whoever has proven who they are.

use kernel::{IdNumber, Mobile, PersonName};
use platform::db::DbFault;
use platform::{Actor, Ctx};
use serde_json::json;

use crate::blind::Blind;
use crate::devices;
use crate::failure::Failure;
use crate::login::{Budgets, Door};
use crate::messages;
use crate::owners;
use crate::people::{self, PersonId, store};
use crate::proofs::{ProofPurpose, Visitor, redeem, store as proofs};
use crate::sessions;

/// Whose password it is.
pub(super) enum Owner {
    /// This browser has proven nothing, or too long ago, or used it.
    Unproven,
    /// Proven, and the number's owner has no account, or the number has had no owner so far: one is opened now.
    NoAccount {
        /// The name under which the visitor was proven.
        name: PersonName,
    },
    /// Proven.
    Account {
        /// Whose.
        person: PersonId,
        /// The account's mobile number, which no password may contain.
        mobile: Option<Mobile>,
    },
}

/// Looks for the proof of a visitor's browser, and then for the account of the number's owner. Accounts that only
/// say the number are nobody's: a new password is never set on them.
pub(super) async fn owner(ctx: &Ctx, visitor: &Visitor) -> Result<Owner, Failure> {
    let (holder, now, vault) = (visitor.holder.clone(), ctx.now(), ctx.vault.clone());
    let subject = Blind::id_number(&ctx.vault, &visitor.number);
    let typed = visitor.name.clone();
    let found = ctx.db.read("recovery.owner", move |tx| -> Result<Owner, DbFault> {
        let held = proofs::open(tx, &holder, ProofPurpose::LoginPassword, now)?;
        let Some(held) = held.filter(|proven| proven.subject == subject) else { return Ok(Owner::Unproven) };
        let Some((_, person)) = owners::store::account(tx, &subject)? else {
            return Ok(Owner::NoAccount { name: held.name(&vault.system_key())?.unwrap_or(typed.clone()) });
        };
        let mobile = store::reach(tx, &vault, &person)?.and_then(|reach| reach.mobile);
        Ok(Owner::Account { person, mobile })
    });
    Ok(found.await?)
}

/// Sets a new password.
pub(super) struct SetPassword {
    pub(super) visitor: Visitor,
    pub(super) person: PersonId,
    pub(super) mobile: Option<Mobile>,
    /// Judged already.
    pub(super) password: String,
}

/// The result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PasswordSet {
    /// Every session and device has ended, and the person was told.
    Done,
    /// The proof was used or has run out meanwhile; nothing was changed.
    Unproven,
}

/// Uses the proof up, sets the password, ends every session and device and tells the person, in one closure; then
/// forgives the wrong tries at that person's names, which may be what led here.
pub(super) async fn set_password(ctx: &Ctx, command: SetPassword) -> Result<PasswordSet, Failure> {
    let SetPassword { visitor, person, mobile, password } = command;
    let hash = ctx.hasher.hash(password).await?;
    let now = ctx.now();
    let subject = Blind::id_number(&ctx.vault, &visitor.number);
    let note = messages::prepare(ctx, &person, "password_changed", &json!({ "changed_at": now.ms() }), true).await?;
    let (acting, holder, owner) = (ctx.clone(), visitor.holder.clone(), subject.clone());
    let lane = people::lane(&person);
    let written = ctx.db.write(lane, "recovery.set_password", move |tx| -> Result<PasswordSet, DbFault> {
        match redeem(tx, &holder, ProofPurpose::LoginPassword, now)? {
            Some(proven) if proven == owner => {}
            _ => return Ok(PasswordSet::Unproven),
        }
        // Gone between two statements: rolled back, so that the proof is kept.
        let account = store::set_password(tx, &person, &hash)?.ok_or(DbFault::Busy)?;
        let ended = sessions::store::end_all(tx, &person, now)?;
        // A device that somebody else has in the hand stands for its owner no more, whoever signs in there.
        let devices = devices::end_all(tx, &person, now)?;
        messages::insert(tx, &note)?;
        let citizen = acting.acting(Actor::Citizen(account.as_str().to_owned()));
        tx.audit(citizen.act(
            "account.password_recovered",
            account.as_str(),
            json!({ "sessions": ended, "devices": devices }),
        ));
        Ok(PasswordSet::Done)
    });
    let set = written.await?;
    if set == PasswordSet::Done {
        forgive(ctx, &visitor.number, mobile.as_ref()).await;
    }
    Ok(set)
}

/// What strangers tried from other places is forgiven too. The password is set already: failing here must not
/// cost it, and the locks pass by themselves.
pub(super) async fn forgive(ctx: &Ctx, number: &IdNumber, mobile: Option<&Mobile>) {
    let names = [Some(number.expose()), mobile.map(Mobile::expose)];
    for name in names.into_iter().flatten() {
        let budgets = Budgets::of(ctx, Door::Citizens, name, None);
        let lane = budgets.lane();
        let forgotten = ctx.db.write(lane, "recovery.forgive", move |tx| budgets.forget(tx));
        if let Err(fault) = forgotten.await {
            tracing::warn!(request = %ctx.trace.request, %fault, "recovery.guard_kept");
        }
    }
}
