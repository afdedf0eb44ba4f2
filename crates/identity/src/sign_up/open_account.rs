//! Opening an account.

use kernel::{IdNumber, PersonName};
use platform::db::{DbFault, Tx};
use platform::{Actor, Ctx};
use serde_json::json;

use crate::agreements::Shown;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::owners::{self, AccountPolicy};
use crate::people::{AccountId, Newcomer, PersonId, store as people};
use crate::sessions;
use crate::sms_codes::{Attempt, Challenge, Purpose, Refusal, promising, redeem};

/// Signs up.
pub struct SignUp {
    /// The code asked for on the first page; it knows the mobile number.
    pub challenge: Challenge,
    /// Six digits.
    pub code: String,
    /// The name.
    pub name: PersonName,
    /// The ID number.
    pub id_number: IdNumber,
    /// The password, judged already.
    pub password: String,
    /// What the page led to, and is agreed to by going on.
    pub shown: Shown,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// Taken in. Whether an account was opened, or the mobile number had one before, only its owner is told.
    Landed {
        /// For the device cookie; it names no account where none was opened. `None` for the second of two
        /// taps: the first has brought it.
        account: Option<AccountId>,
    },
    /// The code was not accepted; nothing else was looked at.
    Refused(Refusal),
}

enum Step {
    Done(SignUpOutcome),
    /// Something changed between two statements.
    Overtaken,
}

/// A closure's error that rolls back and is tried once more.
enum Stop {
    Overtaken,
    Fault(DbFault),
}

impl From<DbFault> for Stop {
    fn from(fault: DbFault) -> Stop {
        Stop::Fault(fault)
    }
}

/// Opens an account that is nobody's until its person is proven (ACC-1, T04; docs/adr/0011): whoever else
/// says the same ID number, or owns it, stands in nobody's way. A mobile number that an account of the same
/// kind had is this account's from now on, since it was confirmed here last; one that an owner has stays
/// the owner's, who is told. The owner of the ID number is told as well. The password is hashed in either
/// case, before anything is known.
pub async fn sign_up(ctx: &Ctx, command: SignUp) -> Result<SignUpOutcome, Failure> {
    let attempt = Attempt::new(ctx, &command.challenge, Purpose::SignUp, &command.code)?;
    // Without the right code nothing is hashed and nobody is looked for: neither work nor time to gain.
    if let Some(outcome) = refuse_early(ctx, &attempt).await? {
        return Ok(outcome);
    }
    let hash = ctx.hasher.hash(command.password).await?;
    let now = ctx.now();
    let until = ctx.policy.at::<AccountPolicy>(now.date())?.unproven_until(now);
    let mobile = &command.challenge.mobile;
    let new = Newcomer::prepare(ctx, (&command.name, &command.id_number), mobile, hash, &command.shown, Some(until))?;
    // Overtaken once, the owners are found at the second look; more would be an attack on ourselves.
    for _ in 0..3 {
        let notes = notes_to_owners(ctx, &new).await?;
        if let Step::Done(outcome) = attempt_once(ctx, &attempt, &new, notes).await? {
            return Ok(outcome);
        }
    }
    Err(Failure::Fault(DbFault::Busy))
}

/// Judges the code before any work; what is refused is counted at once.
async fn refuse_early(ctx: &Ctx, attempt: &Attempt) -> Result<Option<SignUpOutcome>, Failure> {
    let first = attempt.clone();
    if ctx.db.read("sign_up.judge", move |tx| promising(tx, &first)).await? {
        return Ok(None);
    }
    let attempt = attempt.clone();
    let counted = ctx.db.write(attempt.mobile.lane(), "sign_up.refuse", move |tx| redeem(tx, &attempt)).await?;
    match counted {
        Err(Refusal::Repeated) => Ok(Some(SignUpOutcome::Landed { account: None })),
        Err(refusal) => Ok(Some(SignUpOutcome::Refused(refusal))),
        Ok(()) => Err(Failure::Fault(DbFault::Busy)),
    }
}

async fn attempt_once(
    ctx: &Ctx,
    attempt: &Attempt,
    new: &Newcomer,
    notes: Vec<PreparedMessage>,
) -> Result<Step, Failure> {
    let (attempt, new, acting) = (attempt.clone(), new.clone(), ctx.clone());
    let lane = attempt.mobile.lane();
    let written = ctx.db.write(lane, "sign_up", move |tx| -> Result<SignUpOutcome, Stop> {
        match redeem(tx, &attempt)? {
            Ok(()) => {}
            Err(Refusal::Repeated) => return Ok(SignUpOutcome::Landed { account: None }),
            Err(refusal) => return Ok(SignUpOutcome::Refused(refusal)),
        }
        let told = owners_to_tell(tx, &new)?;
        if !told.iter().all(|owner| notes.iter().any(|note| note.person() == owner)) {
            return Err(Stop::Overtaken);
        }
        for note in &notes {
            tell_once_a_day(tx, note)?;
        }
        open(tx, &acting, &new)?;
        Ok(SignUpOutcome::Landed { account: Some(new.login.account.clone()) })
    });
    match written.await {
        Ok(outcome) => Ok(Step::Done(outcome)),
        Err(Stop::Overtaken) => Ok(Step::Overtaken),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

/// Inserts the account, unless its mobile number is an owner's.
fn open(tx: &mut Tx<'_>, ctx: &Ctx, new: &Newcomer) -> Result<(), Stop> {
    let login = &new.login;
    match owners::store::by_mobile(tx, &login.mobile_blind)? {
        Some((_, _, true)) => {
            let subject = format!("mobile:{}", login.mobile_blind.short());
            tx.audit(ctx.act("sign_up.refused_taken", &subject, json!({})));
            return Ok(());
        }
        Some((before, person, false)) => {
            // Nothing of value was in it; its rows go with those that expire.
            people::end_account(tx, &before, new.now, new.now)?;
            sessions::store::end_all(tx, &person, new.now)?;
            tx.audit(ctx.act("account.ended", before.as_str(), json!({ "why": "signed up anew" })));
        }
        None => {}
    }
    if !people::insert(tx, new)? {
        return Err(Stop::Overtaken);
    }
    let citizen = ctx.acting(Actor::Citizen(login.account.as_str().to_owned()));
    tx.audit(citizen.act("account.created", login.account.as_str(), json!({ "person": new.person.as_str() })));
    Ok(())
}

/// Who owns the ID number, and who owns the mobile number: nobody, one or two.
fn owners_to_tell(tx: &mut Tx<'_>, new: &Newcomer) -> Result<Vec<PersonId>, DbFault> {
    let of_number = owners::store::owner(tx, &new.id_number_blind)?;
    let of_mobile = owners::store::by_mobile(tx, &new.login.mobile_blind)?;
    let of_mobile = of_mobile.filter(|(_, _, owner)| *owner).map(|(_, person, _)| person);
    let mut told: Vec<PersonId> = of_number.into_iter().chain(of_mobile).collect();
    told.dedup();
    Ok(told)
}

async fn notes_to_owners(ctx: &Ctx, new: &Newcomer) -> Result<Vec<PreparedMessage>, Failure> {
    let wanted = new.clone();
    let owners = ctx.db.read("sign_up.owners", move |tx| owners_to_tell(tx, &wanted)).await?;
    let mut notes = Vec::with_capacity(owners.len());
    for owner in &owners {
        let args = json!({ "tried_at": ctx.now().ms() });
        notes.push(messages::prepare(ctx, owner, "sign_up_tried", &args, true).await?);
    }
    Ok(notes)
}

/// Once a day is enough to know; more would let a stranger flood the owner.
fn tell_once_a_day(tx: &mut Tx<'_>, note: &PreparedMessage) -> Result<(), DbFault> {
    if messages::store::told_since(tx, note.person(), note.kind(), note.at().minus_secs(86_400))? {
        return Ok(());
    }
    messages::insert(tx, note)
}
