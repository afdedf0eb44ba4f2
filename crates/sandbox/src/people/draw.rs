//! Draws the city from a seed: an endless row of people, the same for the same seed, each with a
//! valid ID number that nobody else has.

use std::collections::HashSet;

use kernel::check_digit::mod11_2;
use kernel::{Date, Fen, Rng, SeededRng};

use super::model::{Card, CardState, Face, HOME, Insured, Person};
use super::names;

/// Ages are those of the first day of this year; a number never lies in the future.
const CITY_YEAR: u64 = 2026;

/// Where numbers were first given out (domain facts, 7): the districts of today, codes that no
/// longer exist with the years of birth they fit, and a few places that people moved from.
const TODAY: [&str; 6] = ["320402", "320404", "320411", "320412", "320413", "320481"];
const HISTORIC: [(&str, u64, u64); 5] = [
    ("320401", 1925, 1990),
    ("320405", 1925, 2014),
    ("320421", 1925, 1994),
    ("320482", 1993, 2014),
    ("320483", 1995, 2001),
];
const ELSEWHERE: [&str; 8] = ["320106", "320282", "321181", "341122", "330106", "411627", "510107", "110105"];
const OTHER_INSURERS: [&str; 4] = ["320500", "320200", "320100", "310100"];
/// Prefixes of the numbers on record; what follows begins with zeros, as nobody's does.
const MOBILES: [&str; 8] = ["1300000", "1350000", "1370000", "1500000", "1590000", "1770000", "1860000", "1980000"];
/// Sequences from here on are kept for people with a purpose.
const SEQUENCE_END: u64 = 900;

/// The people of a seed, one after the other.
pub(crate) struct City {
    rng: SeededRng,
    seed: u64,
    next: u64,
    taken: HashSet<u64>,
}

/// A person, and the card that the newest one replaced.
pub(crate) struct Drawn {
    pub(crate) person: Person,
    pub(crate) replaced: Option<Card>,
}

impl City {
    /// The city of a seed.
    pub(crate) fn new(seed: u64) -> City {
        City { rng: SeededRng::new(seed), seed, next: 0, taken: HashSet::new() }
    }

    /// The next person.
    pub(crate) fn draw(&mut self) -> Drawn {
        let male = self.rng.below(2) == 0;
        let age = age(&self.rng);
        let (id_number, birth) = self.id_number(male, age);
        let rng = &self.rng;
        let index = self.next;
        self.next += 1;
        let name = if id_number.starts_with('9') { names::latin(rng) } else { names::han(rng, male) };
        let mobile = (age >= 14 && rng.below(100) < 88).then(|| mobile(rng));
        let (insured, region) = insurance(rng, age);
        let balance = balance(rng, insured);
        let issued_on = later(date(2017 + rng.below(9), rng), birth);
        let card = card_state(rng, age);
        let mut person = Person {
            person_no: person_no(self.seed, index),
            card_no: card.map(|_| card_no(self.seed, index, "BCDEFG")).unwrap_or_default(),
            card_state: card.map(|state| state.to_string()).unwrap_or_default(),
            card_pin: rng.digits(6),
            wrong_pins: 0,
            card_issued_on: card.map(|_| issued_on),
            card_valid_to: card.map(|_| ten_years_after(issued_on)),
            has_photo: rng.below(100) < if age < 7 { 30 } else { 92 },
            face: Face::Own,
            psn_no: psn_no(self.seed, index),
            insured_on: later(date(1998 + rng.below(27), rng), birth),
            id_number,
            name,
            mobile,
            insured,
            region,
            balance,
        };
        if card.is_none() {
            person.card_pin = String::new();
        }
        let replaced =
            (card == Some(CardState::Active) && rng.below(100) < 3).then(|| old_card(self.seed, index, &person, birth));
        Drawn { person, replaced }
    }

    /// A number that nobody of this city has yet.
    fn id_number(&mut self, male: bool, age: u64) -> (String, Date) {
        loop {
            let birth = date(CITY_YEAR - 1 - age, &self.rng);
            let region = first_region(&self.rng, birth);
            let sequence = self.rng.below(SEQUENCE_END / 2) * 2 + u64::from(male);
            let digits = format!("{region}{:04}{:02}{:02}{sequence:03}", birth.year(), birth.month(), birth.day());
            let (Ok(key), Some(check)) = (digits.parse(), mod11_2::of(&digits)) else { continue };
            if self.taken.insert(key) {
                return (format!("{digits}{check}"), birth);
            }
        }
    }
}

fn age(rng: &dyn Rng) -> u64 {
    match rng.below(100) {
        0..17 => rng.below(18),
        17..75 => 18 + rng.below(42),
        75..95 => 60 + rng.below(20),
        _ => 80 + rng.below(21),
    }
}

fn first_region(rng: &dyn Rng, birth: Date) -> String {
    match rng.below(1000) {
        0..5 => "810000".to_owned(),
        5..8 => "820000".to_owned(),
        8..15 => "830000".to_owned(),
        // A foreign permanent resident: 9, province, country.
        15..18 => "932752".to_owned(),
        18..200 => names::pick(rng, &ELSEWHERE).to_owned(),
        200..400 => {
            let year = u64::try_from(birth.year()).unwrap_or_default();
            let fitting: Vec<&str> = HISTORIC
                .iter()
                .filter(|(_, from, to)| (*from..=*to).contains(&year))
                .map(|(region, ..)| *region)
                .collect();
            if fitting.is_empty() { TODAY[0].to_owned() } else { names::pick(rng, &fitting).to_owned() }
        }
        _ => names::pick(rng, &TODAY).to_owned(),
    }
}

fn insurance(rng: &dyn Rng, age: u64) -> (Insured, String) {
    let insured = match (age, rng.below(100)) {
        (_, 0..6) => Insured::Nowhere,
        (18.., 6..10) => Insured::Ended,
        (0..18, _) => Insured::Resident,
        (18..60, 10..80) | (60.., 10..70) => Insured::Employee,
        _ => Insured::Resident,
    };
    let region = if rng.below(100) < 3 { names::pick(rng, &OTHER_INSURERS) } else { HOME };
    (insured, region.to_owned())
}

fn balance(rng: &dyn Rng, insured: Insured) -> Fen {
    let yuan = match (insured, rng.below(100)) {
        (Insured::Resident | Insured::Nowhere, _) | (_, 0..10) => return Fen::ZERO,
        (_, 10..20) => 20_000 + rng.below(60_000),
        _ => 50 + rng.below(9_000),
    };
    Fen::new(i64::try_from(yuan * 100 + rng.below(100)).unwrap_or_default())
}

fn card_state(rng: &dyn Rng, age: u64) -> Option<CardState> {
    match rng.below(1000) {
        0..15 => None,
        15..100 if age == 0 => None,
        15..45 => Some(CardState::Lost),
        45..55 => Some(CardState::Frozen),
        55..70 => Some(CardState::Cancelled),
        _ => Some(CardState::Active),
    }
}

fn old_card(seed: u64, index: u64, person: &Person, birth: Date) -> Card {
    let issued_on = later(Date::constant(2012, 3, 1), birth);
    Card {
        card_no: card_no(seed, index, "HJLMNP"),
        id_number: person.id_number.clone(),
        state: CardState::Cancelled,
        pin: person.card_pin.clone(),
        wrong_pins: 0,
        issued_on,
        valid_to: ten_years_after(issued_on),
    }
}

fn mobile(rng: &dyn Rng) -> String {
    format!("{}{}", names::pick(rng, &MOBILES), rng.digits(4))
}

/// A day of a year.
fn date(year: u64, rng: &dyn Rng) -> Date {
    let year = i16::try_from(year).unwrap_or(1970);
    let month = i8::try_from(1 + rng.below(12)).unwrap_or(1);
    let first = Date::new(year, month, 1).unwrap_or_default();
    let days = u64::try_from(first.days_in_month()).unwrap_or(28);
    Date::new(year, month, i8::try_from(1 + rng.below(days)).unwrap_or(1)).unwrap_or(first)
}

fn later(one: Date, two: Date) -> Date {
    one.max(two)
}

/// The last day a card issued then is good for.
pub(super) fn ten_years_after(day: Date) -> Date {
    Date::new(day.year().saturating_add(10), day.month(), day.day().min(28)).unwrap_or(day)
}

/// 社保卡人员识别号: three letters of city and nine digits.
pub(super) fn person_no(seed: u64, index: u64) -> String {
    format!("JSD{:09}", spread(seed, index, 387_420_489, 1_000_000_000))
}

/// The insurer's own number.
pub(super) fn psn_no(seed: u64, index: u64) -> String {
    format!("32040000000{:09}", spread(seed, index, 348_678_441, 1_000_000_000))
}

/// 卡号: a letter and eight digits. Each set of letters is a space of its own.
pub(super) fn card_no(seed: u64, index: u64, letters: &str) -> String {
    let count = letters.len().max(1) as u64;
    let at = usize::try_from(index / 100_000_000 % count).unwrap_or_default();
    let letter = letters.chars().nth(at).unwrap_or('A');
    format!("{letter}{:08}", spread(seed, index, 43_046_721, 100_000_000))
}

/// Numbers that look drawn and never meet: `step` shares no factor with `size`.
fn spread(seed: u64, index: u64, step: u64, size: u64) -> u64 {
    ((index % size) * step + seed % size) % size
}
