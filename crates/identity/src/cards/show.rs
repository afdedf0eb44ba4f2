//! Showing a card. Each time there is a new code; no code is shown twice.

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::code::Code;
use super::codes::{self, NewCode};
use super::look::{Standing, look};
use super::model::{Ecard, EcardId, State};
use super::policy::CardPolicy;
use super::store::{self, CARD_NO};
use crate::failure::Failure;
use crate::people::{PersonId, lane, store as people};
use crate::ports::Ports;

/// The thing to show.
pub(super) enum Shown {
    /// Never asked for.
    None,
    /// A code, good until it says.
    Code { card: Ecard, text: String, expires_at: Moment },
    /// The card as it is: being issued, suspended, or ended.
    NoCode(Ecard),
    /// The card system has been silent for too long to say that the card is in use.
    Unsure(Ecard),
}

/// Looks at the physical card if need be, and makes a code if the card is live.
pub(super) async fn show(ctx: &Ctx, ports: &Ports, person: &PersonId) -> Result<Shown, Failure> {
    let card = match look(ctx, ports, person).await? {
        Standing::None => return Ok(Shown::None),
        Standing::Unsure(card) if card.state == State::Live => return Ok(Shown::Unsure(card)),
        Standing::Unsure(card) | Standing::Sure(card) => card,
    };
    if card.state != State::Live {
        return Ok(Shown::NoCode(card));
    }
    let now = ctx.now();
    let policy = ctx.policy.at::<CardPolicy>(now.date())?;
    let code = Code::draw(&ctx.vault, &*ctx.rng, now);
    let new = NewCode {
        id: ctx.id(),
        person: person.clone(),
        ecard: card.id.clone(),
        hash: code.hash(),
        issued_at: code.issued_at,
        expires_at: code.issued_at.plus_secs(policy.code_secs),
    };
    let expires_at = new.expires_at;
    let made = ctx.db.write(lane(person), "card.code", move |tx| -> Result<Option<Ecard>, DbFault> {
        // Held: a card that is suspended at this moment elsewhere gets no code.
        let card = store::hold(tx, &new.ecard)?;
        if card.as_ref().is_some_and(|card| card.state == State::Live) {
            codes::insert(tx, &new)?;
        }
        Ok(card)
    });
    Ok(match made.await? {
        None => Shown::None,
        Some(card) if card.state == State::Live => Shown::Code { card, text: code.text(), expires_at },
        Some(card) => Shown::NoCode(card),
    })
}

/// The number of the physical card in full, for its holder's eyes.
pub(super) async fn number(ctx: &Ctx, person: &PersonId, card: &EcardId) -> Result<Option<String>, Failure> {
    let (vault, person, card) = (ctx.vault.clone(), person.clone(), card.clone());
    let read = move |tx: &mut Tx<'_>| {
        let Some(sealed) = store::sealed_number(tx, &card)? else { return Ok(None) };
        let Some(reach) = people::reach(tx, &vault, &person)? else { return Ok(None) };
        CARD_NO.open(&reach.key, card.as_str(), &sealed).map(Some)
    };
    Ok(ctx.db.read("card.number", read).await?)
}
