//! Looking at the physical card: it acts on the electronic one at once (RNA-10).
//!
//! The card system is asked outside transactions when the last answer is no longer fresh; the answer is
//! written in a closure that holds the card's row. While the card system is silent the last answer
//! holds, for a while.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use super::model::{Change, Ecard, EcardId, Seen, State, decide, mask_card};
use super::policy::CardPolicy;
use super::store::{self, CARD_NO, Physical};
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::{PersonId, lane, store as people};
use crate::ports::{CardRecord, PhysicalState, PortError, Ports};

/// Where a person's card stands right now.
pub(crate) enum Standing {
    /// There is none: never asked for.
    None,
    /// The card, as the card system said within the time policy allows.
    Sure(Ecard),
    /// The card system has been silent for too long: nobody can say.
    Unsure(Ecard),
}

/// What became of a question to the card system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// It was answered, or there was nothing to ask.
    Answered,
    /// It was refused as such: the card system is there, and says nothing of this person.
    Refused,
    /// No answer came.
    Silent,
}

/// How a person's card stands, asking the card system if the last answer is older than `fresh_secs`.
pub(crate) async fn look(ctx: &Ctx, ports: &Ports, person: &PersonId) -> Result<Standing, Failure> {
    let fresh_secs = ctx.policy.at::<CardPolicy>(ctx.now().date())?.state_fresh_secs;
    look_within(ctx, ports, person, fresh_secs).await.map(|(standing, _)| standing)
}

/// The same with a freshness of the caller's, and what became of the question.
pub(super) async fn look_within(
    ctx: &Ctx,
    ports: &Ports,
    person: &PersonId,
    fresh_secs: i64,
) -> Result<(Standing, Asked), Failure> {
    let now = ctx.now();
    let wanted = person.clone();
    let found = ctx.db.read("card.newest", move |tx| store::newest(tx, &wanted)).await?;
    let Some(card) = found else { return Ok((Standing::None, Asked::Answered)) };
    let issued = matches!(card.state, State::Live | State::Suspended);
    let fresh = card.checked_at.is_some_and(|at| now < at.plus_secs(fresh_secs));
    if !issued || fresh {
        return Ok((Standing::Sure(card), Asked::Answered));
    }
    let asked = match ask(ctx, ports, person, &card).await? {
        Ok(card) => return Ok((Standing::Sure(card), Asked::Answered)),
        Err(PortError::Refused(_)) => Asked::Refused,
        Err(PortError::NotSent(_) | PortError::Unknown(_)) => Asked::Silent,
    };
    let grace = ctx.policy.at::<CardPolicy>(now.date())?.state_grace_secs;
    let holds = card.checked_at.is_some_and(|at| now < at.plus_secs(grace));
    Ok((if holds { Standing::Sure(card) } else { Standing::Unsure(card) }, asked))
}

/// Asks the card system and writes down what it says, if it says anything.
async fn ask(ctx: &Ctx, ports: &Ports, person: &PersonId, card: &Ecard) -> Result<Result<Ecard, PortError>, Failure> {
    let asked_at = ctx.now();
    let (vault, wanted, today) = (ctx.vault.clone(), person.clone(), asked_at.date());
    let found = ctx.db.read("card.person", move |tx| people::real_identity(tx, &vault, &wanted, today)).await?;
    let (name, number) = found.ok_or(Failure::NoSuchPerson)?;
    match ports.cards.card_of(ctx, &name, &number).await {
        Ok(record) => record_answer(ctx, person, card, record, asked_at).await.map(Ok),
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "card.state_not_known");
            Ok(Err(error))
        }
    }
}

/// An answer about a physical card, sealed and ready to be written.
#[derive(Clone)]
struct Answer {
    person: PersonId,
    id: EcardId,
    physical: Option<Physical>,
    /// The number itself, to see whether it is another one; never written in the clear.
    number: Option<kernel::Pii<String>>,
    asked_at: Moment,
    tell: Option<PreparedMessage>,
    /// The message that was prepared; another decision in the closure sends none.
    told: Option<&'static str>,
}

async fn record_answer(
    ctx: &Ctx,
    person: &PersonId,
    before: &Ecard,
    record: Option<CardRecord>,
    asked_at: Moment,
) -> Result<Ecard, Failure> {
    let (vault, wanted, id) = (ctx.vault.clone(), person.clone(), before.id.clone());
    let read = move |tx: &mut Tx<'_>| {
        let reach = people::reach(tx, &vault, &wanted)?;
        Ok::<_, DbFault>((reach, store::sealed_number(tx, &id)?))
    };
    let (reach, kept) = ctx.db.read("card.kept", read).await?;
    let key = reach.ok_or(Failure::NoSuchPerson)?.key;
    let physical = match &record {
        Some(record) => Some(physical(ctx, &key, before.id.as_str(), record)?),
        None => None,
    };
    let number = record.map(|record| record.card_no);
    let seen = Seen {
        physical: physical.as_ref().map(|card| card.state),
        replaced: replaced(&key, before.id.as_str(), kept.as_deref(), number.as_ref())?,
    };
    let told = decide(before.state, seen).tell;
    let tell = match told {
        Some(kind) => Some(messages::prepare(ctx, person, kind, &told_args(physical.as_ref()), false).await?),
        None => None,
    };
    let answer = Answer { person: person.clone(), id: before.id.clone(), physical, number, asked_at, tell, told };
    let (ctx2, key2) = (ctx.clone(), key);
    let written = ctx.db.write(lane(person), "card.seen", move |tx| write(tx, &ctx2, &key2, &answer));
    written.await?.ok_or(Failure::NoSuchPerson)
}

fn write(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    key: &platform::vault::DataKey,
    answer: &Answer,
) -> Result<Option<Ecard>, DbFault> {
    let Some(card) = store::hold(tx, &answer.id)? else { return Ok(None) };
    // A later question has been answered in the meantime, so this answer is out of date.
    if card.checked_at.is_some_and(|at| at >= answer.asked_at) {
        return Ok(Some(card));
    }
    let kept = store::sealed_number(tx, &answer.id)?;
    let seen = Seen {
        physical: answer.physical.as_ref().map(|card| card.state),
        replaced: replaced(key, answer.id.as_str(), kept.as_deref(), answer.number.as_ref())?,
    };
    let Change { state, tell } = decide(card.state, seen);
    store::seen(tx, &answer.id, state, answer.physical.as_ref(), answer.asked_at)?;
    if state != card.state || seen.replaced {
        let physical = seen.physical.map_or(super::model::NO_CARD, PhysicalState::as_str);
        let detail = json!({ "state": state.as_str(), "physical": physical, "replaced": seen.replaced });
        tx.audit(ctx.act("card.changed", answer.id.as_str(), detail));
    }
    if let Some(message) = answer.tell.as_ref().filter(|_| tell.is_some() && tell == answer.told) {
        debug_assert_eq!(message.person(), &answer.person);
        messages::insert(tx, message)?;
    }
    store::newest(tx, &answer.person)
}

/// What of a physical card is kept, sealed with the person's key.
pub(super) fn physical(
    ctx: &Ctx,
    key: &platform::vault::DataKey,
    row: &str,
    record: &CardRecord,
) -> Result<Physical, Failure> {
    Ok(Physical {
        card_no: key.seal(CARD_NO.of(row), record.card_no.expose().as_bytes(), &*ctx.rng)?,
        masked: mask_card(record.card_no.expose()),
        state: record.state,
        valid_to: record.valid_to,
    })
}

/// What the messages about a card say: the masked number.
pub(super) fn told_args(card: Option<&Physical>) -> serde_json::Value {
    json!({ "card": card.map(|card| card.masked.clone()).unwrap_or_default(), "link": "/card" })
}

/// Whether the number is another than the one kept.
fn replaced(
    key: &platform::vault::DataKey,
    row: &str,
    kept: Option<&[u8]>,
    number: Option<&kernel::Pii<String>>,
) -> Result<bool, DbFault> {
    let (Some(kept), Some(number)) = (kept, number) else { return Ok(false) };
    Ok(CARD_NO.open(key, row, kept)? != *number.expose())
}
