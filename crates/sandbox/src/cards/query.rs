//! `card.query`: the newest card of a person.

use platform::db::DbFault;
use serde_json::json;
use wire::card_system::code;

use super::{Call, House, card};
use crate::partner::Reply;
use crate::people::store;

/// Answers `card.query`. A name that does not belong to the number finds nobody.
pub(super) async fn query(house: &House, call: &Call) -> Result<Reply, DbFault> {
    let number = call.field("id_number").to_owned();
    let found = house.db.read("sandbox.cards.query", move |tx| store::by_number(tx, &number)).await?;
    let named = found.filter(|person| person.is_called(call.field("name")) && !person.card_no.is_empty());
    Ok(match named {
        Some(person) => call.done(json!({ "id_number": person.id_number, "name": person.name, "card": card(&person) })),
        None => call.refused(code::NO_CARD),
    })
}
