//! Trying a card's password: a try is written down before the card system is asked, so that a hundred
//! guesses sent at once count as a hundred.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{TryEvent, TryId, TryState, left};
use super::policy::SecondWayPolicy;
use super::store::{self, MOBILE};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::ports::{PhysicalState, PinVerdict, Ports};
use crate::proofs::Claim;

/// What came of a try.
pub(super) enum CardAnswer {
    /// Right, and it is this person's card.
    Right {
        attempt: TryId,
        /// Where the code goes; `None` if the card system has no number on record.
        mobile: Option<Mobile>,
    },
    /// Wrong password, no such card, or somebody else's: nobody learns whose card it is.
    Wrong { left: usize },
    /// Too many wrong ones; nothing was asked.
    TooMany { secs: i64 },
    /// The card system has locked the card.
    Locked,
    /// The card is lost, frozen or given up.
    NotUsable(PhysicalState),
    /// The card system does not answer; nothing was counted.
    Down,
}

/// Reserves a try, asks the card system with nothing open, and writes down what it said. A try whose
/// answer was never written (the visitor went away, the process stopped) goes on counting.
pub(super) async fn ask_card(
    ctx: &Ctx,
    ports: &Ports,
    claim: &Claim,
    card_no: &str,
    pin: &str,
) -> Result<CardAnswer, Failure> {
    let policy = ctx.policy.at::<SecondWayPolicy>(ctx.now().date())?;
    let attempt: TryId = ctx.id();
    let left = match reserve(ctx, claim, &attempt, &policy).await? {
        Ok(left) => left,
        Err(secs) => return Ok(CardAnswer::TooMany { secs }),
    };
    let verdict = match ports.cards.verify_pin(ctx, card_no, pin).await {
        Ok(verdict) => verdict,
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "the card system gave no answer");
            settle(ctx, claim, &attempt, TryEvent::SaidNothing, None).await?;
            return Ok(CardAnswer::Down);
        }
    };
    Ok(match verdict {
        PinVerdict::Right { number, mobile } if Blind::id_number(&ctx.vault, &number) == claim.subject => {
            settle(ctx, claim, &attempt, TryEvent::SaidRight, mobile.as_ref()).await?;
            CardAnswer::Right { attempt, mobile }
        }
        PinVerdict::Right { .. } | PinVerdict::Wrong => {
            settle(ctx, claim, &attempt, TryEvent::SaidWrong, None).await?;
            CardAnswer::Wrong { left }
        }
        // These count as well, or cards could be looked up by their numbers without end.
        PinVerdict::Locked => {
            settle(ctx, claim, &attempt, TryEvent::SaidWrong, None).await?;
            CardAnswer::Locked
        }
        PinVerdict::NotUsable(state) => {
            settle(ctx, claim, &attempt, TryEvent::SaidWrong, None).await?;
            CardAnswer::NotUsable(state)
        }
    })
}

/// Takes one of the day's tries; answers how many are left after it, or the seconds until there is one.
async fn reserve(
    ctx: &Ctx,
    claim: &Claim,
    attempt: &TryId,
    policy: &SecondWayPolicy,
) -> Result<Result<usize, i64>, Failure> {
    let (claim, attempt, now) = (claim.clone(), attempt.clone(), ctx.now());
    let (tries, window) = (policy.card_tries, policy.card_window_secs);
    let refused = ctx.act("card_proof.refused", attempt.as_str(), json!({ "why": "too many" }));
    let reserved = ctx.db.write(claim.subject.lane(), "card_try.reserve", move |tx| -> Result<_, DbFault> {
        let counting = store::hold_counting(tx, &claim.subject, now.minus_secs(window), now)?;
        match left(&counting, now, tries, window) {
            Ok(left) => {
                store::reserve(tx, &attempt, &claim, now)?;
                Ok(Ok(left.saturating_sub(1)))
            }
            Err(secs) => {
                tx.audit(refused.clone());
                Ok(Err(secs))
            }
        }
    });
    Ok(reserved.await?)
}

async fn settle(
    ctx: &Ctx,
    claim: &Claim,
    attempt: &TryId,
    event: TryEvent,
    mobile: Option<&Mobile>,
) -> Result<(), Failure> {
    let Some(state) = TryState::Asked.on(event) else { return Ok(()) };
    let sealed = match mobile {
        Some(mobile) => {
            let aad = MOBILE.of(attempt.as_str());
            Some(ctx.vault.system_key().seal(aad, mobile.expose().as_bytes(), &*ctx.rng)?)
        }
        None => None,
    };
    let detail = json!({ "purpose": claim.purpose.as_str(), "said": state.as_str() });
    let entry = ctx.act("card_proof.asked", attempt.as_str(), detail);
    let attempt = attempt.clone();
    let settled = ctx.db.write(claim.subject.lane(), "card_try.settle", move |tx| -> Result<(), DbFault> {
        if store::settle(tx, &attempt, state, sealed.as_deref())? {
            tx.audit(entry.clone());
        }
        Ok(())
    });
    Ok(settled.await?)
}
