//! What a proof of an ID number does to the accounts that say it.

use kernel::{Mobile, Moment};
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::oust::{Ousting, oust};
use super::policy::AccountPolicy;
use super::store;
use crate::agreements::{self, Shown};
use crate::blind::Blind;
use crate::devices;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::{AccountId, NewAccount, PersonId, Reach, store as people};
use crate::sessions::{self, Prover};

/// What follows, ready to be written down.
#[derive(Clone)]
pub(crate) struct Taking {
    number: Blind,
    prover: Prover,
    what: What,
    now: Moment,
    expires_at: Moment,
}

#[derive(Clone)]
enum What {
    /// The number is the prover's already; others may have said it since.
    Own(Box<Ousting>),
    /// It was nobody's, and becomes the prover's.
    First(Box<First>),
    /// It is another person's, who is thereby the same human being: that person goes on with the mobile
    /// number and the password that this account has.
    Moved(Box<Moved>),
}

#[derive(Clone)]
struct First {
    others: Ousting,
    entry: AuditEntry,
}

#[derive(Clone)]
struct Moved {
    owner: PersonId,
    /// The account that the owner had.
    before: Option<AccountId>,
    account: NewAccount,
    others: Ousting,
    note: PreparedMessage,
    entry: AuditEntry,
}

/// What is read of both sides before anything is prepared.
struct Sides {
    owner: Option<PersonId>,
    owners_account: Option<AccountId>,
    prover: Reach,
    password_hash: String,
    /// What the prover agreed to: it goes with them.
    agreed: Option<Shown>,
}

impl Taking {
    /// Reads whose the number is and prepares what the proof brings about.
    ///
    /// # Errors
    /// [`Failure::NoSuchPerson`] where the prover's account has ended meanwhile, or what broke beneath.
    pub(crate) async fn prepare(ctx: &Ctx, number: &Blind, prover: &Prover) -> Result<Taking, Failure> {
        let now = ctx.now();
        let sides = read(ctx, number, prover).await?;
        let what = match &sides.owner {
            Some(owner) if *owner == prover.person => {
                What::Own(Box::new(Ousting::prepare(ctx, number, &prover.person, &sides.prover).await?))
            }
            None => What::First(Box::new(First {
                others: Ousting::prepare(ctx, number, &prover.person, &sides.prover).await?,
                entry: ctx.act("number.owned", prover.person.as_str(), json!({ "account": prover.account.as_str() })),
            })),
            Some(owner) => What::Moved(Box::new(moved(ctx, number, prover, owner, &sides).await?)),
        };
        let expires_at = ctx.policy.at::<AccountPolicy>(now.date())?.ended_until(now);
        Ok(Taking { number: number.clone(), prover: prover.clone(), what, now, expires_at })
    }

    /// The person who is proven thereby: the prover, or the owner that the prover turned out to be.
    pub(crate) fn person(&self) -> &PersonId {
        match &self.what {
            What::Own(_) | What::First(_) => &self.prover.person,
            What::Moved(moved) => &moved.owner,
        }
    }
}

async fn read(ctx: &Ctx, number: &Blind, prover: &Prover) -> Result<Sides, Failure> {
    let (vault, number, prover) = (ctx.vault.clone(), number.clone(), prover.clone());
    let found = ctx.db.read("owner.sides", move |tx| -> Result<Option<Sides>, DbFault> {
        let Some(reach) = people::reach(tx, &vault, &prover.person)? else { return Ok(None) };
        let Some(password_hash) = people::password_hash(tx, &prover.account)? else { return Ok(None) };
        let owner = store::owner(tx, &number)?;
        let owners_account = store::account(tx, &number)?.map(|(account, _)| account);
        let agreed = agreements::store::latest(tx, &prover.account)?;
        Ok(Some(Sides { owner, owners_account, prover: reach, password_hash, agreed }))
    });
    found.await?.ok_or(Failure::NoSuchPerson)
}

async fn moved(ctx: &Ctx, number: &Blind, prover: &Prover, owner: &PersonId, sides: &Sides) -> Result<Moved, Failure> {
    let (vault, wanted) = (ctx.vault.clone(), owner.clone());
    let reach = ctx.db.read("owner.reach", move |tx| people::reach(tx, &vault, &wanted)).await?;
    let reach = reach.ok_or(Failure::NoSuchPerson)?;
    let mobile: &Mobile = sides.prover.mobile.as_ref().ok_or(Failure::NoSuchPerson)?;
    // To the mobile number that the owner had so far: whoever reads it there and did not do it must hear of it.
    let note = messages::prepare_for(ctx, &reach, "account_moved", &json!({ "moved_at": ctx.now().ms() }), true)?;
    let account = NewAccount::prepare(ctx, &reach.key, mobile, sides.password_hash.clone(), sides.agreed.as_ref())?;
    let detail =
        json!({ "from": prover.account.as_str(), "before": sides.owners_account.as_ref().map(AccountId::as_str) });
    Ok(Moved {
        owner: owner.clone(),
        before: sides.owners_account.clone(),
        entry: ctx.act("account.moved", account.account.as_str(), detail),
        account,
        others: Ousting::prepare(ctx, number, &prover.person, &reach).await?,
        note,
    })
}

/// Writes it down, in the closure of the proof and in the number's lane, whose order decides between two
/// first proofs; the rows of accounts and sessions are held by the statements that end them.
pub(crate) fn take(tx: &mut Tx<'_>, new: &Taking) -> Result<(), DbFault> {
    let Prover { person, session, .. } = &new.prover;
    match &new.what {
        // Who has said the number since.
        What::Own(others) => oust(tx, others, person),
        What::First(first) => {
            // Another instance was faster: rolled back, and the person tries once more.
            if !store::own(tx, &new.number, person, new.now)? {
                return Err(DbFault::Busy);
            }
            people::keep_account(tx, person)?;
            sessions::store::end_others(tx, person, session, new.now)?;
            tx.audit(first.entry.clone());
            oust(tx, &first.others, person)
        }
        What::Moved(moved) => take_over(tx, new, moved),
    }
}

fn take_over(tx: &mut Tx<'_>, new: &Taking, moved: &Moved) -> Result<(), DbFault> {
    let Prover { person, account, session } = &new.prover;
    if !people::end_account(tx, account, new.now, new.expires_at)? {
        return Err(DbFault::Busy);
    }
    if let Some(before) = &moved.before {
        people::end_account(tx, before, new.now, new.expires_at)?;
    }
    sessions::store::end_others(tx, person, session, new.now)?;
    sessions::store::end_all(tx, &moved.owner, new.now)?;
    devices::end_all(tx, &moved.owner, new.now)?;
    if !people::insert_account(tx, &moved.account, &moved.owner, None)? {
        return Err(DbFault::Busy);
    }
    sessions::store::hand_over(tx, session, &moved.account.account, &moved.owner)?;
    tx.audit(moved.entry.clone());
    oust(tx, &moved.others, person)?;
    messages::insert(tx, &moved.note)
}
