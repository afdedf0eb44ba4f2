//! The last step of the card way: the card's password. A try is written down before the card system is
//! asked, so that a hundred guesses sent at once count as a hundred. Only who has shown the telephone on
//! record gets here, so that no stranger can lock a card.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{TryEvent, TryId, TryState, WayEvent, WayState};
use super::policy::SecondWayPolicy;
use super::show_phone::OpenWay;
use super::store;
use crate::askers::window_wait;
use crate::blind::Blind;
use crate::failure::Failure;
use crate::ports::{PhysicalState, PinVerdict, Ports};
use crate::proofs::{NewProof, Passed, Proving, Way, pass};
use crate::sessions::Token;

/// What came of a try.
pub(super) enum PinAnswer {
    /// Right: the proof has passed. The token is for the browser's cookie, if it has a session.
    Right { token: Option<Token> },
    /// Wrong; so many tries are left.
    Wrong { left: usize },
    /// Too many wrong ones; nothing was asked.
    TooMany { secs: i64 },
    /// The card system has locked the card.
    Locked,
    /// The card is lost, frozen or given up.
    NotUsable(PhysicalState),
    /// The card system does not answer; nothing was counted.
    Down,
    /// What was shown before has been used, or is too old.
    Gone,
}

/// Reserves a try, asks the card system with nothing open, and writes down what it said; a right password
/// passes the proof in the same closure. A try whose answer was never written (the visitor went away, the
/// process stopped) goes on counting.
pub(super) async fn try_pin(
    ctx: &Ctx,
    ports: &Ports,
    proving: &Proving,
    way: &OpenWay,
    pin: &str,
) -> Result<PinAnswer, Failure> {
    if way.state != WayState::Phoned {
        return Ok(PinAnswer::Gone);
    }
    let policy = ctx.policy.at::<SecondWayPolicy>(ctx.now().date())?;
    let attempt: TryId = ctx.id();
    let left = match reserve(ctx, proving, &attempt, &policy).await? {
        Ok(left) => left,
        Err(secs) => return Ok(PinAnswer::TooMany { secs }),
    };
    let verdict = match ports.cards.verify_pin(ctx, &way.card_no, pin).await {
        Ok(verdict) => verdict,
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "the card system gave no answer");
            end_try(ctx, proving, &attempt, TryEvent::NoAnswer).await?;
            return Ok(PinAnswer::Down);
        }
    };
    if let PinVerdict::Right { number, .. } = &verdict
        && Blind::id_number(&ctx.vault, number) == proving.subject
    {
        return prove(ctx, proving, way, &attempt).await;
    }
    end_try(ctx, proving, &attempt, TryEvent::SaidWrong).await?;
    Ok(match verdict {
        PinVerdict::Right { .. } | PinVerdict::Wrong => PinAnswer::Wrong { left },
        PinVerdict::Locked => PinAnswer::Locked,
        PinVerdict::NotUsable(state) => PinAnswer::NotUsable(state),
    })
}

/// Takes one of the day's tries; answers how many are left after it, or the seconds until there is one.
async fn reserve(
    ctx: &Ctx,
    proving: &Proving,
    attempt: &TryId,
    policy: &SecondWayPolicy,
) -> Result<Result<usize, i64>, Failure> {
    let (proving, attempt, now) = (proving.clone(), attempt.clone(), ctx.now());
    let (tries, window) = (policy.card_tries, policy.card_window_secs);
    let refused = ctx.act("card_proof.refused", attempt.as_str(), json!({ "why": "too many" }));
    let reserved = ctx.db.write(proving.subject.lane(), "card_try.reserve", move |tx| -> Result<_, DbFault> {
        let counting = store::hold_counting(tx, &proving.subject, now.minus_secs(window), now)?;
        if let Some(secs) = window_wait(counting.iter().copied(), now, window, tries) {
            tx.audit(refused.clone());
            return Ok(Err(secs));
        }
        store::reserve(tx, &attempt, &proving, now)?;
        Ok(Ok(tries.saturating_sub(counting.len() + 1)))
    });
    Ok(reserved.await?)
}

async fn end_try(ctx: &Ctx, proving: &Proving, attempt: &TryId, event: TryEvent) -> Result<(), Failure> {
    let Some(state) = TryState::Asked.on(event) else { return Ok(()) };
    let detail = json!({ "purpose": proving.purpose.as_str(), "said": state.as_str() });
    let entry = ctx.act("card_proof.asked", attempt.as_str(), detail);
    let attempt = attempt.clone();
    let ended = ctx.db.write(proving.subject.lane(), "card_try.end", move |tx| -> Result<(), DbFault> {
        if store::end_try(tx, &attempt, state)? {
            tx.audit(entry.clone());
        }
        Ok(())
    });
    Ok(ended.await?)
}

async fn prove(ctx: &Ctx, proving: &Proving, way: &OpenWay, attempt: &TryId) -> Result<PinAnswer, Failure> {
    let proof = NewProof::prepare(ctx, proving, Way::Card, way.id.as_str()).await?;
    let token = proof.token();
    let detail = json!({ "purpose": proving.purpose.as_str(), "said": TryState::Right.as_str() });
    let entry = ctx.act("card_proof.asked", attempt.as_str(), detail);
    let (id, attempt) = (way.id.clone(), attempt.clone());
    let proven = ctx.db.write(proving.subject.lane(), "card_way.prove", move |tx| -> Result<bool, DbFault> {
        if let Some(right) = TryState::Asked.on(TryEvent::SaidRight)
            && store::end_try(tx, &attempt, right)?
        {
            tx.audit(entry.clone());
        }
        let Some(used) = WayState::Phoned.on(WayEvent::PinRight) else { return Ok(false) };
        Ok(store::set_way(tx, &id, WayState::Phoned, used)? && pass(tx, &proof)? == Passed::New)
    });
    Ok(if proven.await? { PinAnswer::Right { token } } else { PinAnswer::Gone })
}
