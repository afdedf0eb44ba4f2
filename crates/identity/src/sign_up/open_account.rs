//! Opening an account.

use kernel::{IdNumber, PersonName};
use platform::db::{DbFault, Tx};
use platform::{Actor, Ctx};
use serde_json::json;

use crate::blind::Blind;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::{Newcomer, store as people};
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
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// Taken in. Whether an account was opened, or one was there before, only its owner is told.
    Landed,
    /// The code was not accepted; nothing else was looked at.
    Refused(Refusal),
}

enum Step {
    Done(SignUpOutcome),
    /// Somebody took the ID number or the mobile number between two statements.
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

/// Opens an account, or tells the owners of a taken ID number or mobile number that somebody tried
/// (ACC-1, T04). The password is hashed in either case, before anything is known.
pub async fn sign_up(ctx: &Ctx, command: SignUp) -> Result<SignUpOutcome, Failure> {
    let attempt = Attempt::new(ctx, &command.challenge, Purpose::SignUp, &command.code)?;
    // Without the right code nothing is hashed and nobody is looked for: neither work nor time to gain.
    if let Some(outcome) = refuse_early(ctx, &attempt).await? {
        return Ok(outcome);
    }
    let hash = ctx.hasher.hash(command.password).await?;
    let new = Newcomer::prepare(ctx, &command.name, &command.id_number, &command.challenge.mobile, hash)?;
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
        Err(Refusal::Repeated) => Ok(Some(SignUpOutcome::Landed)),
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
    let (attempt, new) = (attempt.clone(), new.clone());
    let created = ctx.acting(Actor::Citizen(new.account.as_str().to_owned())).act(
        "account.created",
        new.account.as_str(),
        json!({ "person": new.person.as_str() }),
    );
    let refused = ctx.act("sign_up.refused_taken", &format!("mobile:{}", new.mobile_blind.short()), json!({}));
    let lane = attempt.mobile.lane();
    let written = ctx.db.write(lane, "sign_up", move |tx| -> Result<SignUpOutcome, Stop> {
        match redeem(tx, &attempt)? {
            Ok(()) => {}
            Err(Refusal::Repeated) => return Ok(SignUpOutcome::Landed),
            Err(refusal) => return Ok(SignUpOutcome::Refused(refusal)),
        }
        let owners = people::owners(tx, &new.id_number_blind, &new.mobile_blind)?;
        if owners.is_empty() {
            if !people::insert(tx, &new)? {
                return Err(Stop::Overtaken);
            }
            tx.audit(created.clone());
            return Ok(SignUpOutcome::Landed);
        }
        if !owners.iter().all(|owner| notes.iter().any(|note| note.person() == owner)) {
            return Err(Stop::Overtaken);
        }
        for note in &notes {
            tell_once_a_day(tx, note)?;
        }
        tx.audit(refused.clone());
        Ok(SignUpOutcome::Landed)
    });
    match written.await {
        Ok(outcome) => Ok(Step::Done(outcome)),
        Err(Stop::Overtaken) => Ok(Step::Overtaken),
        Err(Stop::Fault(fault)) => Err(fault.into()),
    }
}

async fn notes_to_owners(ctx: &Ctx, new: &Newcomer) -> Result<Vec<PreparedMessage>, Failure> {
    let (number, mobile): (Blind, Blind) = (new.id_number_blind.clone(), new.mobile_blind.clone());
    let owners = ctx.db.read("sign_up.owners", move |tx| people::owners(tx, &number, &mobile)).await?;
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
