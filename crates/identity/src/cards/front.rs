//! The card as the front page shows it.

use platform::db::{DbFault, Tx};
use ui::front::FrontCard;

use super::model::State;
use super::store;
use crate::people::PersonId;

/// A person's card for the front page, as last known: showing it asks nobody.
pub fn front_card(tx: &mut Tx<'_>, person: &PersonId) -> Result<FrontCard, DbFault> {
    Ok(match store::newest(tx, person)? {
        None => FrontCard::None,
        Some(card) => match card.state {
            State::Issuing => FrontCard::Issuing,
            State::Live => FrontCard::Live { masked: card.card_masked },
            State::Suspended => FrontCard::Suspended,
            State::Ended => FrontCard::NotIssued,
        },
    })
}

/// What a page that only mentions the card says of it: the end of a locale key. A card that has ended is issued anew.
pub(crate) fn word(tx: &mut Tx<'_>, person: &PersonId) -> Result<&'static str, DbFault> {
    Ok(match store::newest(tx, person)?.map(|card| card.state) {
        None | Some(State::Issuing | State::Ended) => "issuing",
        Some(State::Live) => "live",
        Some(State::Suspended) => "suspended",
    })
}
