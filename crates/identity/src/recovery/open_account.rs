//! An account for a visitor who has been proven: the number's owner comes in for the first time, perhaps after
//! others have said to be them (docs/adr/0011).

use kernel::{Mobile, PersonName};
use platform::db::{DbFault, Tx};
use platform::vault::DataKey;
use platform::{Actor, Ctx};
use serde_json::json;

use super::change::forgive;
use crate::agreements::Shown;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::owners::{self, Ousting, Renaming, oust};
use crate::people::{NewAccount, Newcomer, PersonId, Reach, store as people};
use crate::proofs::{ProofPurpose, Visitor, redeem as redeem_proof};
use crate::sessions;
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, redeem};

/// Opens an account.
pub(super) struct OpenAccount {
    pub(super) visitor: Visitor,
    /// The name that was proven.
    pub(super) name: PersonName,
    /// The code that went to the new account's mobile number.
    pub(super) challenge: Challenge,
    /// Six digits.
    pub(super) code: String,
    /// Judged already.
    pub(super) password: String,
    /// What the page led to, and is agreed to by going on.
    pub(super) shown: Shown,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opened {
    /// There is an account, and the number is its person's. Whoever had said the number was told and ended.
    Done,
    /// The code was not accepted; the proof is kept.
    Refused(Refusal),
    /// The mobile number is another proven person's login; the proof is kept, the code is not.
    MobileTaken,
    /// The proof was used or has run out meanwhile; nothing was changed.
    Unproven,
}

/// Whose the account becomes.
#[derive(Clone)]
enum Person {
    /// Nobody has owned the number so far.
    New(Box<Newcomer>),
    /// The number's owner, whose account has ended.
    Known(Box<Known>),
}

#[derive(Clone)]
struct Known {
    person: PersonId,
    account: NewAccount,
    renaming: Option<Renaming>,
}

#[derive(Clone)]
struct Plan {
    attempt: Attempt,
    subject: Blind,
    holder: Vec<u8>,
    person: Person,
    others: Ousting,
    note: PreparedMessage,
    ctx: Ctx,
}

/// A closure's error that rolls everything back.
enum Stop {
    Unproven,
    Fault(DbFault),
}

impl From<DbFault> for Stop {
    fn from(fault: DbFault) -> Stop {
        Stop::Fault(fault)
    }
}

/// Redeems the code, uses the proof up and opens the account, in one closure.
pub(super) async fn open_account(ctx: &Ctx, command: OpenAccount) -> Result<Opened, Failure> {
    let number = command.visitor.number.clone();
    let mobile = command.challenge.mobile.clone();
    let plan = plan(ctx, command).await?;
    let lane = plan.subject.lane();
    let written = ctx.db.write(lane, "recovery.open_account", move |tx| open(tx, &plan)).await;
    let opened = match written {
        Ok(opened) => opened,
        Err(Stop::Unproven) => Opened::Unproven,
        Err(Stop::Fault(fault)) => return Err(fault.into()),
    };
    if opened == Opened::Done {
        forgive(ctx, &number, Some(&mobile)).await;
    }
    Ok(opened)
}

async fn plan(ctx: &Ctx, command: OpenAccount) -> Result<Plan, Failure> {
    let OpenAccount { visitor, name, challenge, code, password, shown } = command;
    let attempt = Attempt::new(ctx, &challenge, Purpose::SignUp, &code)?;
    let hash = ctx.hasher.hash(password).await?;
    let subject = Blind::id_number(&ctx.vault, &visitor.number);
    let (person, reach) = person(ctx, &visitor, &subject, &name, (&challenge.mobile, hash, &shown)).await?;
    let note = messages::prepare_for(ctx, &reach, "account_opened", &json!({ "opened_at": ctx.now().ms() }), true)?;
    Ok(Plan {
        others: Ousting::prepare(ctx, &subject, &reach.person, &reach).await?,
        holder: visitor.holder,
        ctx: ctx.clone(),
        attempt,
        subject,
        person,
        note,
    })
}

async fn person(
    ctx: &Ctx,
    visitor: &Visitor,
    subject: &Blind,
    name: &PersonName,
    (mobile, hash, shown): (&Mobile, String, &Shown),
) -> Result<(Person, Reach), Failure> {
    let (wanted, vault) = (subject.clone(), ctx.vault.clone());
    let known = ctx.db.read("recovery.known", move |tx| -> Result<Option<Reach>, DbFault> {
        match owners::store::owner(tx, &wanted)? {
            Some(owner) => people::reach(tx, &vault, &owner),
            None => Ok(None),
        }
    });
    let Some(reach) = known.await? else {
        let (new, key) = Newcomer::with_key(ctx, (name, &visitor.number), mobile, hash, shown, None)?;
        let reach = reach_of(&new.person, key, mobile);
        return Ok((Person::New(Box::new(new)), reach));
    };
    let account = NewAccount::prepare(ctx, &reach.key, mobile, hash, Some(shown))?;
    let renaming = Renaming::prepare(ctx, &reach.person, name).await?;
    let person = Person::Known(Box::new(Known { person: reach.person.clone(), account, renaming }));
    Ok((person, reach_of(&reach.person, reach.key, mobile)))
}

/// How to write to somebody at the mobile number that was just confirmed.
fn reach_of(person: &PersonId, key: DataKey, mobile: &Mobile) -> Reach {
    Reach { person: person.clone(), key, mobile: Some(mobile.clone()) }
}

fn open(tx: &mut Tx<'_>, plan: &Plan) -> Result<Opened, Stop> {
    let now = plan.ctx.now();
    if let Err(refusal) = redeem(tx, &plan.attempt)? {
        return Ok(Opened::Refused(refusal));
    }
    match owners::store::by_mobile(tx, &plan.attempt.mobile)? {
        Some((_, _, true)) => return Ok(Opened::MobileTaken),
        Some((account, person, false)) => {
            people::end_account(tx, &account, now, now)?;
            sessions::store::end_all(tx, &person, now)?;
            plan.audit(tx, "account.ended", account.as_str());
        }
        None => {}
    }
    if redeem_proof(tx, &plan.holder, ProofPurpose::LoginPassword, now)? != Some(plan.subject.clone()) {
        return Err(Stop::Unproven);
    }
    let (person, account, done) = match &plan.person {
        Person::New(new) => {
            let done = people::insert(tx, new)? && owners::store::own(tx, &plan.subject, &new.person, now)?;
            (&new.person, &new.login.account, done)
        }
        Person::Known(known) => {
            if let Some(renaming) = &known.renaming {
                owners::rename(tx, renaming)?;
            }
            (&known.person, &known.account.account, people::insert_account(tx, &known.account, &known.person, None)?)
        }
    };
    // Somebody was faster in the same moment: rolled back, with the proof and the code kept.
    if !done {
        return Err(Stop::Fault(DbFault::Busy));
    }
    oust(tx, &plan.others, person)?;
    messages::insert(tx, &plan.note)?;
    plan.audit(tx, "account.created", account.as_str());
    Ok(Opened::Done)
}

impl Plan {
    fn audit(&self, tx: &mut Tx<'_>, act: &'static str, account: &str) {
        let citizen = self.ctx.acting(Actor::Citizen(account.to_owned()));
        tx.audit(citizen.act(act, account, json!({ "by": "recovery" })));
    }
}
