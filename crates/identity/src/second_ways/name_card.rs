//! The first step of the card way: naming the card. The card system is asked for the person's card by name
//! and number, which harms nobody and locks nothing, and the card that was named must be that one. Only then
//! is a code sent to the number on record.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::misses::store as misses;
use super::model::{MissId, WayId};
use super::policy::SecondWayPolicy;
use super::store::{self, CARD, MOBILE, NewWay};
use crate::askers::{Budget, wait_secs, window_wait};
use crate::blind::Blind;
use crate::failure::Failure;
use crate::ports::{PhysicalState, Ports};
use crate::proofs::Claimant;

/// What came of naming a card.
pub(super) enum Named {
    /// It is this person's card; a code may go to the number on record.
    Theirs { way: WayId, mobile: Mobile },
    /// The card system has no number on record, so no code can be sent.
    NoMobile,
    /// The card is lost, frozen or given up.
    NotUsable(PhysicalState),
    /// Another number than the person's card has.
    OtherCard,
    /// The card system knows no card under this name and ID number.
    NotFound,
    /// Too many that were not theirs; nothing was asked.
    TooMany { secs: i64 },
    /// The card system does not answer; nothing was counted.
    Down,
}

/// Reserves a try, asks the card system with nothing open, and writes down what it said. A try whose answer was never
/// written (the visitor went away, the process stopped) goes on counting.
pub(super) async fn name_card(ctx: &Ctx, ports: &Ports, who: &Claimant, card_no: &str) -> Result<Named, Failure> {
    let miss: MissId = ctx.id();
    if let Some(secs) = reserve(ctx, who, &miss, Blind::card(&ctx.vault, card_no)).await? {
        return Ok(Named::TooMany { secs });
    }
    let found = match ports.cards.card_of(ctx, &who.name, &who.number).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "the card system gave no answer");
            take_back(ctx, who, miss).await?;
            return Ok(Named::Down);
        }
    };
    let Some(record) = found else {
        missed(ctx, who, &miss).await?;
        return Ok(Named::NotFound);
    };
    if record.card_no.expose() != card_no {
        missed(ctx, who, &miss).await?;
        return Ok(Named::OtherCard);
    }
    if record.state != PhysicalState::Active {
        take_back(ctx, who, miss).await?;
        return Ok(Named::NotUsable(record.state));
    }
    let Some(mobile) = record.mobile else {
        take_back(ctx, who, miss).await?;
        return Ok(Named::NoMobile);
    };
    let way = begin(ctx, who, (card_no, &mobile), miss).await?;
    Ok(Named::Theirs { way, mobile })
}

/// Counts the try that begins, unless there were too many: then the seconds until the asker may name another card. An owner
/// has a budget that no stranger reaches. What strangers have is two budgets, one about this person and one about this card,
/// and of either each of them has a share: what was spent of the one is not spent of the other.
async fn reserve(ctx: &Ctx, who: &Claimant, miss: &MissId, card: Blind) -> Result<Option<i64>, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SecondWayPolicy>(now.date())?;
    let (proving, miss) = (who.proving.clone(), miss.clone());
    let (window, mine, all) = (policy.card_window_secs, policy.card_misses, policy.card_all_misses);
    let reserved = ctx.db.write(proving.subject.lane(), "card_miss.reserve", move |tx| -> Result<_, DbFault> {
        let since = now.minus_secs(window);
        let wait = match proving.budget {
            Budget::Own => {
                store::hold(tx, &proving.subject, now)?;
                window_wait(misses::own_misses(tx, &proving.subject, since)?.into_iter(), now, window, mine)
            }
            Budget::Stranger => {
                store::hold_both(tx, &proving.subject, &card, now)?;
                let person = misses::about_person(tx, &proving.subject, &proving.asker, since)?;
                let named = misses::about_card(tx, &card, &proving.asker, since)?;
                wait_secs(&person, now, window, mine, all).max(wait_secs(&named, now, window, mine, all))
            }
        };
        if wait.is_none() {
            misses::insert_miss(tx, &miss, &proving, &card, now)?;
        }
        Ok(wait)
    });
    Ok(reserved.await?)
}

async fn take_back(ctx: &Ctx, who: &Claimant, miss: MissId) -> Result<(), Failure> {
    let taken =
        ctx.db.write(who.proving.subject.lane(), "card_miss.take_back", move |tx| misses::delete_miss(tx, &miss));
    Ok(taken.await?)
}

async fn missed(ctx: &Ctx, who: &Claimant, miss: &MissId) -> Result<(), Failure> {
    let entry = ctx.act("card_proof.missed", miss.as_str(), json!({ "purpose": who.proving.purpose.as_str() }));
    let written = ctx.db.write(who.proving.subject.lane(), "card_miss.missed", move |tx| -> Result<(), DbFault> {
        tx.audit(entry.clone());
        Ok(())
    });
    Ok(written.await?)
}

async fn begin(ctx: &Ctx, who: &Claimant, (card_no, mobile): (&str, &Mobile), miss: MissId) -> Result<WayId, Failure> {
    let (id, key): (WayId, _) = (ctx.id(), ctx.vault.system_key());
    let new = NewWay {
        card: key.seal(CARD.of(id.as_str()), card_no.as_bytes(), &*ctx.rng)?,
        mobile: key.seal(MOBILE.of(id.as_str()), mobile.expose().as_bytes(), &*ctx.rng)?,
        proving: who.proving.clone(),
        id: id.clone(),
        now: ctx.now(),
    };
    let entry = ctx.act("card_proof.named", id.as_str(), json!({ "purpose": who.proving.purpose.as_str() }));
    let written = ctx.db.write(who.proving.subject.lane(), "card_way.begin", move |tx| -> Result<(), DbFault> {
        misses::delete_miss(tx, &miss)?;
        store::insert_way(tx, &new)?;
        tx.audit(entry.clone());
        Ok(())
    });
    written.await?;
    Ok(id)
}
