//! The first step of the card way: naming the card. The card system is asked for the person's card by name
//! and number, which harms nobody and locks nothing, and the card that was named must be that one. Only then
//! is a code sent to the number on record.

use kernel::Mobile;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::{MissId, WayId};
use super::policy::SecondWayPolicy;
use super::store::{self, CARD, MOBILE, NewWay};
use crate::askers::wait_secs;
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

/// Asks the card system with nothing open, and writes down what it said.
pub(super) async fn name_card(ctx: &Ctx, ports: &Ports, who: &Claimant, card_no: &str) -> Result<Named, Failure> {
    let card = Blind::card(&ctx.vault, card_no);
    if let Some(secs) = wait(ctx, who, &card).await? {
        return Ok(Named::TooMany { secs });
    }
    let found = match ports.cards.card_of(ctx, &who.name, &who.number).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, %error, "the card system gave no answer");
            return Ok(Named::Down);
        }
    };
    let Some(record) = found else {
        miss(ctx, who, card).await?;
        return Ok(Named::NotFound);
    };
    if record.card_no.expose() != card_no {
        miss(ctx, who, card).await?;
        return Ok(Named::OtherCard);
    }
    if record.state != PhysicalState::Active {
        return Ok(Named::NotUsable(record.state));
    }
    let Some(mobile) = record.mobile else { return Ok(Named::NoMobile) };
    let way = begin(ctx, who, card_no, &mobile).await?;
    Ok(Named::Theirs { way, mobile })
}

/// Seconds until the asker may name another card: so many misses of theirs about this person, and so many
/// of everybody about this person or this card.
async fn wait(ctx: &Ctx, who: &Claimant, card: &Blind) -> Result<Option<i64>, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<SecondWayPolicy>(now.date())?;
    let (claim, card, window) = (who.claim.clone(), card.clone(), policy.card_window_secs);
    let spent = ctx.db.read("card_miss.count", move |tx| store::misses(tx, &claim, &card, now.minus_secs(window)));
    Ok(wait_secs(&spent.await?, now, window, policy.card_misses, policy.card_all_misses))
}

async fn miss(ctx: &Ctx, who: &Claimant, card: Blind) -> Result<(), Failure> {
    let (id, claim, now): (MissId, _, _) = (ctx.id(), who.claim.clone(), ctx.now());
    let entry = ctx.act("card_proof.missed", id.as_str(), json!({ "purpose": claim.purpose.as_str() }));
    let written = ctx.db.write(claim.subject.lane(), "card_miss.insert", move |tx| -> Result<(), DbFault> {
        store::insert_miss(tx, &id, &claim, &card, now)?;
        tx.audit(entry.clone());
        Ok(())
    });
    Ok(written.await?)
}

async fn begin(ctx: &Ctx, who: &Claimant, card_no: &str, mobile: &Mobile) -> Result<WayId, Failure> {
    let (id, key): (WayId, _) = (ctx.id(), ctx.vault.system_key());
    let new = NewWay {
        card: key.seal(CARD.of(id.as_str()), card_no.as_bytes(), &*ctx.rng)?,
        mobile: key.seal(MOBILE.of(id.as_str()), mobile.expose().as_bytes(), &*ctx.rng)?,
        claim: who.claim.clone(),
        id: id.clone(),
        now: ctx.now(),
    };
    let entry = ctx.act("card_proof.named", id.as_str(), json!({ "purpose": who.claim.purpose.as_str() }));
    let written = ctx.db.write(who.claim.subject.lane(), "card_way.begin", move |tx| -> Result<(), DbFault> {
        store::insert_way(tx, &new)?;
        tx.audit(entry.clone());
        Ok(())
    });
    written.await?;
    Ok(id)
}
