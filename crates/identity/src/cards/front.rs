//! The card as the front page shows it.

use std::sync::Arc;
use std::time::Duration;

use platform::Ctx;
use platform::db::{DbFault, Tx};
use ui::front::FrontCard;

use super::look::{Standing, look};
use super::model::{Ecard, State};
use super::store;
use crate::failure::Failure;
use crate::people::PersonId;
use crate::ports::{PhysicalState, Ports};

/// The front page waits so long for the card system before it says that it does not know.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A person's card for the front page, as last known: this asks nobody. The number of a card that was live is no claim
/// that it is; that one is *suspended* is, and [`front_card_now`] asks before it is said.
pub fn front_card(tx: &mut Tx<'_>, person: &PersonId) -> Result<FrontCard, DbFault> {
    Ok(store::newest(tx, person)?.map_or(FrontCard::None, known))
}

/// The same as the card system says it now. The question goes on in the background where it does not answer in time, so
/// that the next look knows more.
///
/// # Errors
/// What broke beneath.
pub async fn front_card_now(ctx: &Ctx, ports: &Arc<Ports>, person: &PersonId) -> Result<FrontCard, Failure> {
    let (ctx, ports, person) = (ctx.clone(), Arc::clone(ports), person.clone());
    let asking = tokio::spawn(async move { look(&ctx, &ports, &person).await });
    match tokio::time::timeout(PATIENCE, asking).await {
        Ok(Ok(standing)) => Ok(match standing? {
            Standing::None => FrontCard::None,
            Standing::Sure(card) => known(card),
            Standing::Unsure(_) => FrontCard::Unsure,
        }),
        Ok(Err(_)) | Err(_) => Ok(FrontCard::Unsure),
    }
}

fn known(card: Ecard) -> FrontCard {
    match card.state {
        State::Issuing => FrontCard::Issuing,
        State::Live => FrontCard::Live { masked: card.card_masked },
        State::Suspended => FrontCard::Suspended { why: why(card.physical) },
        State::Ended => FrontCard::NotIssued,
    }
}

/// The title under which the card's page says why a card cannot be shown.
const fn why(physical: Option<PhysicalState>) -> &'static str {
    match physical {
        Some(PhysicalState::Lost) => "card-lost-title",
        Some(PhysicalState::Frozen) => "card-frozen-title",
        Some(PhysicalState::Cancelled) => "card-cancelled-title",
        None | Some(PhysicalState::Active) => "card-gone-title",
    }
}

/// What a page that only mentions the card says of it: the end of a locale key. One that has ended was not issued, and its person
/// was told why.
pub(crate) fn word(tx: &mut Tx<'_>, person: &PersonId) -> Result<&'static str, DbFault> {
    Ok(match store::newest(tx, person)?.map(|card| card.state) {
        None | Some(State::Issuing) => "issuing",
        Some(State::Ended) => "ended",
        Some(State::Live) => "live",
        Some(State::Suspended) => "suspended",
    })
}
