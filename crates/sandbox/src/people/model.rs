//! A person as the partners know them, and the words for what can be steered.

use kernel::{Date, Fen, PersonName};
use serde::{Deserialize, Serialize};

/// The region that insures most people here.
pub(crate) const HOME: &str = "320400";

/// The number of wrong PINs in a row that lock a card.
pub(crate) const WRONG_PINS_MAX: i64 = 6;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    /// 社会保障号码.
    pub(crate) id_number: String,
    pub(crate) name: String,
    /// The number on record, if there is one.
    pub(crate) mobile: Option<String>,
    /// 社保卡人员识别号: `JSD` and nine digits.
    pub(crate) person_no: String,
    /// The newest card; empty for somebody without one.
    pub(crate) card_no: String,
    /// [`CardState`] in words; empty for somebody without a card.
    pub(crate) card_state: String,
    /// The card's PIN, six digits.
    pub(crate) card_pin: String,
    /// Wrong PINs since the last right one; six lock the card.
    pub(crate) wrong_pins: i64,
    pub(crate) card_issued_on: Option<Date>,
    pub(crate) card_valid_to: Option<Date>,
    /// Whether the source of photos has one.
    pub(crate) has_photo: bool,
    pub(crate) face: Face,
    /// The insurer's number of the person.
    pub(crate) psn_no: String,
    pub(crate) insured: Insured,
    /// Which region insures.
    pub(crate) region: String,
    pub(crate) insured_on: Date,
    /// The personal account, fen; residents have none.
    pub(crate) balance: Fen,
}

impl Person {
    /// Whether the card's PIN has been locked.
    pub(crate) fn pin_locked(&self) -> bool {
        self.wrong_pins >= WRONG_PINS_MAX
    }

    /// Whether a partner that is asked by a name finds this one: the same characters, whatever their code points, dots and
    /// blanks. A partner compares with what it holds: another form of a character, or another order, is another name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        match (PersonName::parse(&self.name), PersonName::parse(name)) {
            (Ok(own), Ok(asked)) => own == asked,
            _ => self.name == name,
        }
    }

    /// Where the newest card stands; `None` for somebody without one.
    pub(crate) fn card(&self) -> Option<CardState> {
        self.card_state.parse().ok()
    }
}

/// A physical card, newest or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) card_no: String,
    pub(crate) id_number: String,
    pub(crate) state: CardState,
    pub(crate) pin: String,
    pub(crate) wrong_pins: i64,
    pub(crate) issued_on: Date,
    pub(crate) valid_to: Date,
}

kernel::words! {
    /// Which face comes before the camera when this person is checked.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Face: "a face" {
        /// The person's own: the check passes.
        Own = "own",
        /// Somebody else's.
        Other = "other",
        /// A picture: the movements are not made.
        Still = "still",
        /// An attack on the camera.
        Attack = "attack",
    }
}

kernel::words! {
    /// Where a card stands.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum CardState: "a state of a card" {
        /// In use.
        Active = "active",
        /// Reported lost.
        Lost = "lost",
        /// Frozen by the card system.
        Frozen = "frozen",
        /// Given up, or replaced by a newer one.
        Cancelled = "cancelled",
    }
}

kernel::words! {
    /// How somebody is insured.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Insured: "a way of being insured" {
        /// 职工医保 (310), contributions run.
        Employee = "employee",
        /// 居民医保 (390), contributions run; no personal account.
        Resident = "resident",
        /// 职工医保 that has ended.
        Ended = "ended",
        /// The insurer knows nobody of that number.
        #[serde(rename = "none")]
        Nowhere = "none",
    }
}
