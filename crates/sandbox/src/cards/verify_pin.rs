//! `card.verify-pin`: tries a card's PIN and counts wrong ones. Six wrong ones in a row lock the card until a service
//! point unlocks it; a right one before that starts the count anew.

use platform::db::{DbFault, Tx};
use serde_json::{Value, json};
use wire::card_system::verdict;

use super::{Call, House};
use crate::partner::{Manner, Reply};
use crate::people::{CardState, WRONG_PINS_MAX, store};

/// Answers `card.verify-pin`.
pub(super) async fn verify_pin(house: &House, call: &Call, manner: Manner) -> Result<Reply, DbFault> {
    let (card_no, pin) = (call.field("card_no").to_owned(), call.field("pin").to_owned());
    let wanted = card_no.clone();
    let Some(card) = house.db.read("sandbox.cards.card", move |tx| store::card(tx, &wanted)).await? else {
        // A card that does not exist is answered like a wrong PIN, so that nobody learns which numbers exist.
        return Ok(call.done(json!({ "card_no": card_no, "verdict": verdict::WRONG })));
    };
    // Tries at one person's cards wait for each other, so that each of several tries at once is counted.
    let lane = store::lane(&card.id_number);
    let data = house.db.write(lane, "sandbox.cards.verify_pin", move |tx| judge(tx, &card_no, &pin, manner)).await?;
    Ok(call.done(data))
}

fn judge(tx: &mut Tx<'_>, card_no: &str, pin: &str, manner: Manner) -> Result<Value, DbFault> {
    let says = |verdict: &str| json!({ "card_no": card_no, "verdict": verdict });
    let Some(card) = store::card(tx, card_no)? else {
        return Ok(says(verdict::WRONG));
    };
    if card.wrong_pins >= WRONG_PINS_MAX {
        return Ok(says(verdict::LOCKED));
    }
    if card.pin != pin {
        let wrong = card.wrong_pins + 1;
        if manner != Manner::Lost {
            store::set_wrong_pins(tx, card_no, wrong)?;
        }
        return Ok(says(if wrong >= WRONG_PINS_MAX { verdict::LOCKED } else { verdict::WRONG }));
    }
    store::set_wrong_pins(tx, card_no, 0)?;
    // Only somebody who knows the PIN learns the state of the card.
    if card.state != CardState::Active {
        return Ok(json!({ "card_no": card_no, "verdict": verdict::NOT_USABLE, "state": card.state }));
    }
    let mobile = store::by_number(tx, &card.id_number)?.and_then(|person| person.mobile);
    Ok(json!({
        "card_no": card_no,
        "verdict": verdict::RIGHT,
        "id_number": card.id_number,
        "mobile": mobile,
    }))
}
