//! Changes a person: what the card system, the insurer and the camera say from now on.

use kernel::{Fen, Mobile};
use platform::db::{DbFault, Tx};
use serde::Deserialize;

use super::account;
use super::draw::ten_years_after;
use super::first::six_digits;
use super::model::{Card, CardState, Face, Insured, Person};
use super::store;
use crate::house::House;

/// What is to change; absent fields stay. The body of `POST /control/people/{number}`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    /// The newest card's state.
    #[serde(default)]
    pub(crate) card: Option<CardState>,
    /// A new card with a new number; the old one is cancelled.
    #[serde(default)]
    pub(crate) replace: bool,
    /// The card's PIN, six digits; setting it also unlocks the card.
    #[serde(default)]
    pub(crate) card_pin: Option<String>,
    /// Unlocks the card's PIN.
    #[serde(default)]
    pub(crate) unlock: bool,
    #[serde(default)]
    pub(crate) has_photo: Option<bool>,
    #[serde(default)]
    pub(crate) face: Option<Face>,
    #[serde(default)]
    pub(crate) insured: Option<Insured>,
    #[serde(default)]
    pub(crate) region: Option<String>,
    #[serde(default)]
    pub(crate) balance_fen: Option<i64>,
    /// The number on record; empty takes it away.
    #[serde(default)]
    pub(crate) mobile: Option<String>,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error("nobody has this number")]
    Nobody,
    #[error("the person has no card")]
    NoCard,
    #[error("mobile is a mobile number, or empty")]
    Mobile,
    #[error("card_pin and region are six digits, balance_fen is 0 or more")]
    Digits,
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Changes a person; answers the person as they are now.
pub(crate) async fn change(house: &House, id_number: &str, change: Change) -> Result<Person, ChangeError> {
    let change = check(change)?;
    let now = house.now();
    let today = now.date();
    // Drawn here, since a closure may run more than once.
    let card_no = format!("K{}", house.rng.digits(8));
    let number = id_number.to_owned();
    let person = house
        .db
        .write(store::lane(id_number), "sandbox.people.change", move |tx| {
            let mut person = store::by_number(tx, &number)?.ok_or(ChangeError::Nobody)?;
            if change.replace {
                let card = Card {
                    card_no: card_no.clone(),
                    id_number: number.clone(),
                    state: CardState::Active,
                    pin: if person.card_pin.is_empty() { "123123".to_owned() } else { person.card_pin.clone() },
                    wrong_pins: 0,
                    issued_on: today,
                    valid_to: ten_years_after(today),
                };
                store::set_card_state(tx, &person.card_no, CardState::Cancelled)?;
                store::insert_card(tx, &card)?;
                person.card_no = card.card_no;
            }
            card_changes(tx, &change, &person)?;
            if let Some(less) = change.balance_fen.and_then(|fen| Fen::new(fen).checked_sub(person.balance)) {
                account::add(tx, &person, less, "set", "", now)?;
            }
            apply(&change, &mut person);
            store::update(tx, &person)?;
            store::by_number(tx, &number)?.ok_or(ChangeError::Nobody)
        })
        .await?;
    tracing::info!("sandbox.people.changed");
    Ok(person)
}

fn check(mut change: Change) -> Result<Change, ChangeError> {
    if let Some(mobile) = change.mobile.as_deref().filter(|text| !text.is_empty()) {
        let mobile = Mobile::parse(mobile).map_err(|_| ChangeError::Mobile)?;
        change.mobile = Some(mobile.expose().to_owned());
    }
    let digits = [&change.card_pin, &change.region].into_iter().flatten().all(|text| six_digits(text));
    if !digits || change.balance_fen.is_some_and(|fen| fen < 0) {
        return Err(ChangeError::Digits);
    }
    Ok(change)
}

fn card_changes(tx: &mut Tx<'_>, change: &Change, person: &Person) -> Result<(), ChangeError> {
    let touches = change.card.is_some() || change.unlock || change.card_pin.is_some();
    if touches && person.card_no.is_empty() {
        return Err(ChangeError::NoCard);
    }
    if let Some(state) = change.card {
        store::set_card_state(tx, &person.card_no, state)?;
    }
    if let Some(pin) = &change.card_pin {
        store::set_pin(tx, &person.card_no, pin)?;
    }
    if change.unlock {
        store::set_wrong_pins(tx, &person.card_no, 0)?;
    }
    Ok(())
}

fn apply(change: &Change, person: &mut Person) {
    if let Some(has_photo) = change.has_photo {
        person.has_photo = has_photo;
    }
    if let Some(face) = change.face {
        person.face = face;
    }
    if let Some(insured) = change.insured {
        person.insured = insured;
    }
    if let Some(region) = &change.region {
        person.region.clone_from(region);
    }
    if let Some(mobile) = &change.mobile {
        person.mobile = Some(mobile.clone()).filter(|text| !text.is_empty());
    }
}
