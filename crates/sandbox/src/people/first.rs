//! People who are named, not drawn: the demo's own, samples for each thing that can be wrong with
//! a card or an insurance, and people whom a test adds.

use kernel::{Date, Fen, IdNumber, Mobile, PersonName};
use platform::db::{DbFault, Tx};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::draw;
use super::model::{CardState, Face, HOME, Insured, Person, WRONG_PINS_MAX};
use super::store;
use crate::house::House;

/// A named person with what partners know of them; also the body of `POST /control/people`.
#[derive(Debug, Clone, Deserialize)]
pub struct FirstPerson {
    /// 社会保障号码.
    pub id_number: String,
    /// As on the card.
    pub name: String,
    /// The number on record.
    #[serde(default)]
    pub mobile: Option<String>,
    /// How the person is insured; employees by default.
    #[serde(default = "employee")]
    pub insured: Insured,
    /// The region that insures; this one by default.
    #[serde(default = "home")]
    pub region: String,
    /// The personal account, fen.
    #[serde(default)]
    pub balance_fen: i64,
    /// Whether there is a photo.
    #[serde(default = "yes")]
    pub has_photo: bool,
    /// Where the card stands; `None`: no card.
    #[serde(default = "active")]
    pub card: Option<CardState>,
    /// The card's PIN; derived from the number if none is given.
    #[serde(default)]
    pub card_pin: Option<String>,
    /// Whose face comes before the camera.
    #[serde(default = "own")]
    pub face: Face,
}

fn employee() -> Insured {
    Insured::Employee
}

fn home() -> String {
    HOME.to_owned()
}

fn yes() -> bool {
    true
}

fn active() -> Option<CardState> {
    Some(CardState::Active)
}

fn own() -> Face {
    Face::Own
}

impl FirstPerson {
    /// An insured employee with an active card and a photo, without a mobile number or money.
    pub fn new(name: &str, id_number: &str) -> FirstPerson {
        FirstPerson {
            id_number: id_number.to_owned(),
            name: name.to_owned(),
            mobile: None,
            insured: Insured::Employee,
            region: home(),
            balance_fen: 0,
            has_photo: true,
            card: active(),
            card_pin: None,
            face: Face::Own,
        }
    }

    /// The whole person. Everything that was not given follows from the seed and the number.
    pub(super) fn person(&self, seed: u64) -> Person {
        let hash = Sha256::digest(self.id_number.as_bytes());
        let mut eight = [0_u8; 8];
        eight.copy_from_slice(&hash[..8]);
        let hash = u64::from_le_bytes(eight);
        // The drawn city counts from 0 up and never comes here.
        let index = 500_000_000 + hash % 500_000_000;
        let pin = self.card_pin.clone().unwrap_or_else(|| format!("{:06}", (hash ^ seed) % 1_000_000));
        let issued_on = Date::constant(2022, 6, 22);
        Person {
            id_number: self.id_number.clone(),
            name: self.name.clone(),
            mobile: self.mobile.clone(),
            person_no: draw::person_no(seed, index),
            card_no: self.card.map(|_| draw::card_no(seed, hash, "A")).unwrap_or_default(),
            card_state: self.card.map(|state| state.to_string()).unwrap_or_default(),
            card_pin: self.card.map(|_| pin).unwrap_or_default(),
            wrong_pins: 0,
            card_issued_on: self.card.map(|_| issued_on),
            card_valid_to: self.card.map(|_| draw::ten_years_after(issued_on)),
            has_photo: self.has_photo,
            face: self.face,
            psn_no: draw::psn_no(seed, index),
            insured: self.insured,
            region: self.region.clone(),
            insured_on: Date::constant(2010, 7, 1),
            balance: Fen::new(self.balance_fen),
        }
    }
}

/// One person for each thing that can be wrong, found by digits 15 to 17 of the number: 901 to 905
/// for the face source, 911 to 916 for the card system, 921 to 923 for the insurer.
pub(crate) fn samples(seed: u64) -> Vec<Person> {
    let sample = |name: &str, id_number: &str| FirstPerson {
        mobile: Some("13700009000".to_owned()),
        balance_fen: 120_000,
        ..FirstPerson::new(name, id_number)
    };
    let people = [
        FirstPerson { has_photo: false, ..sample("样例·无照片", "320402199001019011") },
        FirstPerson { face: Face::Other, ..sample("样例·非本人", "32040219900101902X") },
        FirstPerson { face: Face::Still, ..sample("样例·不动", "320402199001019038") },
        FirstPerson { face: Face::Attack, ..sample("样例·攻击", "320402199001019046") },
        sample("样例·人脸源故障", "320402199001019054"),
        FirstPerson { card: Some(CardState::Lost), ..sample("样例·挂失", "320402199001019118") },
        FirstPerson { card: Some(CardState::Frozen), ..sample("样例·冻结", "320402199001019126") },
        FirstPerson { card: Some(CardState::Cancelled), ..sample("样例·注销", "320402199001019134") },
        FirstPerson { card: None, ..sample("样例·无卡", "320402199001019142") },
        sample("样例·卡密锁定", "320402199001019150"),
        FirstPerson { mobile: None, ..sample("样例·无手机号", "320402199001019169") },
        FirstPerson { region: "320500".to_owned(), ..sample("样例·异地参保", "320402199001019214") },
        FirstPerson { insured: Insured::Ended, ..sample("样例·停保", "320402199001019222") },
        FirstPerson { insured: Insured::Nowhere, balance_fen: 0, ..sample("样例·未参保", "320402199001019230") },
    ];
    let mut people: Vec<Person> = people.iter().map(|sample| sample.person(seed)).collect();
    for person in people.iter_mut().filter(|person| person.name.ends_with("卡密锁定")) {
        person.wrong_pins = WRONG_PINS_MAX;
    }
    people
}

/// Why a person was not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AddError {
    #[error("id_number is not a valid ID number")]
    Number,
    #[error("name is not a name of 2 to 50 characters")]
    Name,
    #[error("mobile is not a mobile number")]
    Mobile,
    #[error("card_pin is six digits, region too, balance_fen is 0 or more")]
    Digits,
    #[error("somebody has this number already")]
    Taken,
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Adds a person to the city.
pub(crate) async fn add(house: &House, first: FirstPerson) -> Result<Person, AddError> {
    let number = IdNumber::parse(&first.id_number, house.now().date()).map_err(|_| AddError::Number)?;
    let name = PersonName::parse(&first.name).map_err(|_| AddError::Name)?;
    let mobile = match first.mobile.as_deref() {
        None | Some("") => None,
        Some(text) => Some(Mobile::parse(text).map_err(|_| AddError::Mobile)?.expose().to_owned()),
    };
    let pin = first.card_pin.as_deref().unwrap_or("000000");
    if !six_digits(pin) || !six_digits(&first.region) || first.balance_fen < 0 {
        return Err(AddError::Digits);
    }
    let first = FirstPerson { id_number: number.expose().to_owned(), name: name.expose().to_owned(), mobile, ..first };
    let person = first.person(house.seed);
    let row = person.clone();
    house
        .db
        .write(store::lane(&person.id_number), "sandbox.people.add", move |tx| {
            if store::insert(tx, -1, &row)? { Ok(()) } else { Err(AddError::Taken) }
        })
        .await?;
    Ok(person)
}

/// Six ASCII digits.
pub(super) fn six_digits(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Puts the named people in; those who are there keep what they have.
pub(super) fn insert_all(tx: &mut Tx<'_>, first: &[FirstPerson], seed: u64) -> Result<(), DbFault> {
    for (place, first) in (-2000..).zip(first) {
        store::insert(tx, place, &first.person(seed))?;
    }
    for (place, sample) in (-1000..).zip(samples(seed)) {
        store::insert(tx, place, &sample)?;
    }
    Ok(())
}
