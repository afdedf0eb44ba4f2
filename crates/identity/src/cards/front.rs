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
