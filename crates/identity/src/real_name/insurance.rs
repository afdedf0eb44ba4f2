//! Asking the insurer whether a person is insured (1101), and what the answer changes.

use std::sync::Arc;

use kernel::{IdNumber, Moment, PersonName, Pii};
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use platform::vault::DataKey;
use serde_json::json;

use super::model::{Insured, Record, best, standing};
use super::policy::RealNamePolicy;
use super::store::{self, Answer};
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::{PersonId, lane, store as people};
use crate::ports::{Acquaintance, InsuredPerson, PortError, Ports};

/// An answer so young is not asked for again at anybody's wish.
const AGAIN_SECS: i64 = 60;

/// On which occasion the insurer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The person is looking at a page that will tell the answer.
    Watched,
    /// The same, where the insurer's number of the person is needed and not there: asked however young the
    /// last answer is.
    Needed,
    /// A job: the person is told by a message.
    Unwatched,
}

/// The result of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The insurer was asked now, and answered.
    Answered(Record),
    /// Nobody was asked: this was heard a while ago and is good still.
    Known(Record),
    /// There was no answer. What was known stays, and the question is asked again later.
    Silent(Record),
    /// The insurer is there and refused the question; the rest is as after silence.
    Refused(Record),
    /// The person has never been authenticated, so nobody asks about them.
    Nobody,
}

/// Whose insurance it is about, as read before the question.
struct Subject {
    name: PersonName,
    number: IdNumber,
    key: DataKey,
    record: Record,
}

/// Asks the insurer if that is due, and writes down what it said. The question goes out between two
/// closures; of two answers at once both are written, and the change is told once.
pub(crate) async fn refresh(
    ctx: &Ctx,
    ports: &Arc<Ports>,
    person: &PersonId,
    occasion: Occasion,
) -> Result<Asked, Failure> {
    let policy = ctx.policy.at::<RealNamePolicy>(ctx.now().date())?;
    let Some(subject) = subject(ctx, person).await? else { return Ok(Asked::Nobody) };
    let needed = occasion == Occasion::Needed && subject.record.failed == 0;
    if !subject.record.due(ctx.now()) && !needed {
        let silent = subject.record.failed > 0;
        return Ok(if silent { Asked::Silent(subject.record) } else { Asked::Known(subject.record) });
    }
    match ports.insurer.person(ctx, &subject.name, &subject.number).await {
        Ok(found) => Ok(Asked::Answered(note(ctx, person, &subject, judge(found), occasion, &policy).await?)),
        Err(error) => {
            // The error names a code or a cause, never a person.
            tracing::warn!(%error, "insurer.silent");
            let record = wait(ctx, person, subject.record, &policy).await?;
            Ok(if matches!(error, PortError::Refused(_)) { Asked::Refused(record) } else { Asked::Silent(record) })
        }
    }
}

/// What the insurer's word means here.
struct Found {
    person: Option<InsuredPerson>,
    /// It knows the number, under a name that is another.
    other_name: bool,
}

/// "Not found under this name" is told as such, never as "not insured".
fn judge(said: Acquaintance) -> Found {
    match said {
        Acquaintance::Known(person) => Found { person: Some(person), other_name: false },
        Acquaintance::OtherName(_) => Found { person: None, other_name: true },
        Acquaintance::NotFound => Found { person: None, other_name: false },
    }
}

async fn subject(ctx: &Ctx, person: &PersonId) -> Result<Option<Subject>, DbFault> {
    let (vault, person, today) = (ctx.vault.clone(), person.clone(), ctx.now().date());
    let read = ctx.db.read("insurance.subject", move |tx| -> Result<_, DbFault> {
        let (Some(_), record) = store::known(tx, &person)? else { return Ok(None) };
        let Some((name, number)) = people::real_identity(tx, &vault, &person, today)? else { return Ok(None) };
        let Some(reach) = people::reach(tx, &vault, &person)? else { return Ok(None) };
        Ok(Some(Subject { name, number, key: reach.key, record }))
    });
    read.await
}

/// Notes that no answer came, and when to ask again.
async fn wait(ctx: &Ctx, person: &PersonId, record: Record, policy: &RealNamePolicy) -> Result<Record, DbFault> {
    let failed = record.failed.saturating_add(1);
    let due_at = ctx.now().plus_secs(policy.retry_after(failed));
    let (whom, checked_at) = (person.clone(), record.checked_at);
    let silent = move |tx: &mut Tx<'_>| store::unanswered(tx, &whom, failed, due_at, checked_at);
    ctx.db.write(lane(person), "insurance.silent", silent).await?;
    Ok(Record { failed, due_at: Some(due_at), ..record })
}

/// The kind of message that tells of a level gained. It leads to where the program's pages begin, which they know.
pub(crate) const GAINED: &str = "medical_gained";

/// What a change brings: the message (unless the person is looking at it already) and the audit row.
#[derive(Clone)]
struct Change {
    message: Option<PreparedMessage>,
    entry: AuditEntry,
}

/// Writes an answer down and tells of a level gained or lost.
async fn note(
    ctx: &Ctx,
    person: &PersonId,
    subject: &Subject,
    found: Found,
    occasion: Occasion,
    policy: &RealNamePolicy,
) -> Result<Record, Failure> {
    let now = ctx.now();
    let answer = sealed(ctx, person, subject, found, now, policy)?;
    let change = change(ctx, person, &subject.record, &answer, occasion, policy).await?;
    let written = answer.clone();
    let writing = ctx.db.write(lane(person), "insurance.noted", move |tx| write(tx, &written, &change));
    writing.await?;
    Ok(Record {
        insurance: answer.insurance,
        other_name: answer.other_name,
        medical: answer.medical,
        checked_at: Some(now),
        failed: 0,
        due_at: Some(answer.due_at),
    })
}

fn sealed(
    ctx: &Ctx,
    person: &PersonId,
    subject: &Subject,
    found: Found,
    now: Moment,
    policy: &RealNamePolicy,
) -> Result<Answer, Failure> {
    let insurance = found.person.as_ref().and_then(|found| best(&found.insurances, policy));
    let aad = store::PSN_NO.of(person.as_str());
    let psn_no = match &found.person {
        Some(found) => Some(subject.key.seal(aad, found.psn_no.expose().as_bytes(), &*ctx.rng)?),
        None => None,
    };
    Ok(Answer {
        person: person.clone(),
        psn_no,
        medical: standing(insurance.as_ref(), policy) == Insured::Here,
        other_name: found.other_name,
        insurance,
        now,
        due_at: now.plus_secs(policy.fresh_secs),
    })
}

/// Prepared whatever was known before: another request may have written meanwhile, and the closure decides.
async fn change(
    ctx: &Ctx,
    person: &PersonId,
    before: &Record,
    answer: &Answer,
    occasion: Occasion,
    policy: &RealNamePolicy,
) -> Result<Change, Failure> {
    let act = if answer.medical { "level.medical_gained" } else { "level.medical_lost" };
    let why = standing(answer.insurance.as_ref(), policy).word();
    let entry = ctx.act(act, person.as_str(), json!({ "insured": why }));
    // The first answer is told by the page that waits for it; after that people hear of each change.
    let told = before.checked_at.is_some() || (occasion == Occasion::Unwatched && answer.medical);
    let message = match (told && before.medical != answer.medical, answer.medical) {
        (false, _) => None,
        (true, true) => Some((GAINED, json!({}))),
        (true, false) => Some(("medical_lost", json!({ "link": "/real-name/level" }))),
    };
    let message = match message {
        Some((kind, args)) => Some(messages::prepare(ctx, person, kind, &args, false).await?),
        None => None,
    };
    Ok(Change { message, entry })
}

fn write(tx: &mut Tx<'_>, answer: &Answer, change: &Change) -> Result<(), DbFault> {
    // Held before it is judged: two answers at once are one change.
    let Some(before) = store::hold(tx, &answer.person)? else { return Ok(()) };
    store::answered(tx, answer)?;
    if before.medical != answer.medical {
        tx.audit(change.entry.clone());
        if let Some(message) = &change.message {
            messages::insert(tx, message)?;
        }
    }
    Ok(())
}

/// Makes a person's question due at their own wish, at most once a minute however often it is tapped.
pub(crate) async fn ask_again(ctx: &Ctx, person: &PersonId) -> Result<(), Failure> {
    let (whom, now) = (person.clone(), ctx.now());
    let asking = ctx.db.write(lane(person), "insurance.ask_again", move |tx| -> Result<(), DbFault> {
        store::make_due(tx, &whom, now, now.minus_secs(AGAIN_SECS))
    });
    Ok(asking.await?)
}

/// The insurer's number of a person (`psn_no`); `None` until the insurer has named one.
pub(crate) async fn psn_no(ctx: &Ctx, person: &PersonId) -> Result<Option<Pii<String>>, Failure> {
    let (vault, person) = (ctx.vault.clone(), person.clone());
    let read = ctx.db.read("insurance.psn_no", move |tx| -> Result<_, DbFault> {
        let Some(sealed) = store::psn_no(tx, &person)? else { return Ok(None) };
        let Some(reach) = people::reach(tx, &vault, &person)? else { return Ok(None) };
        store::PSN_NO.open(&reach.key, person.as_str(), &sealed).map(|text| Some(Pii::new(text)))
    });
    Ok(read.await?)
}
