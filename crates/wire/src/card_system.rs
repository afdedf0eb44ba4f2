//! The card system: a profile of ours (`docs/api/card-system.md`), since no public protocol exists.
//! JSON by POST behind the gateway of [`crate::tif`], one path an operation.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::partner::Partner;

/// The card system.
pub const PARTNER: Partner = Partner { name: "cards", port: 5 };

/// The path before the names of operations.
pub const PATH: &str = "/api/card/";

kernel::words! {
    /// The operations, by the last part of their paths, in the order pages show them.
    pub enum Operation: "an operation of the card system" {
        /// The newest card of a person.
        Query = "card.query",
        /// Tries a card's PIN.
        VerifyPin = "card.verify-pin",
        /// Issues the electronic card.
        Issue = "ecard.issue",
    }
}

/// Codes of answers.
pub mod code {
    /// Answered; `data` is there.
    pub const OK: &str = "OK";
    /// Nobody of that name and number has a card, or none that an electronic card could stand for.
    pub const NO_CARD: &str = "NO_CARD";
    /// The request cannot be read.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// The request number was used for another person.
    pub const REQUEST_NO_USED: &str = "REQUEST_NO_USED";
    /// This channel may not ask for that.
    pub const NOT_ALLOWED: &str = "NOT_ALLOWED";
    /// Nothing was done; it may work later.
    pub const BUSY: &str = "BUSY";
    /// It failed inside the card system and may have been done.
    pub const SYSTEM_ERROR: &str = "SYSTEM_ERROR";
}

/// Words of `verdict`.
pub mod verdict {
    /// The PIN is right.
    pub const RIGHT: &str = "right";
    /// It is wrong, or there is no such card.
    pub const WRONG: &str = "wrong";
    /// There were too many wrong PINs; a service point unlocks the card.
    pub const LOCKED: &str = "locked";
    /// The card is not in use; `state` says why.
    pub const NOT_USABLE: &str = "not_usable";
}

/// `card.query` and `ecard.issue`, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRequest {
    /// Our number, at most 64 characters. An issue is known again by it.
    pub request_no: String,
    /// Who asks.
    pub channel: String,
    /// 社会保障号码.
    pub id_number: String,
    /// The name.
    pub name: String,
}

/// `card.verify-pin`, asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinRequest {
    /// Our number.
    pub request_no: String,
    /// Who asks.
    pub channel: String,
    /// 卡号.
    pub card_no: String,
    /// The card's PIN, six digits.
    pub pin: String,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply<D> {
    /// [`code`].
    pub code: String,
    /// For people who read logs.
    #[serde(default)]
    pub message: String,
    /// The request's number, given back.
    #[serde(default)]
    pub request_no: String,
    /// What is answered; absent from a refusal.
    #[serde(default = "nothing")]
    pub data: Option<D>,
}

fn nothing<D>() -> Option<D> {
    None
}

/// A physical card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// 卡号: nine characters.
    pub card_no: String,
    /// `active`, `lost`, `frozen`, `cancelled`.
    pub state: String,
    /// Whether there is a photo.
    pub has_photo: bool,
    /// The last day, `yyyy-MM-dd`.
    pub valid_to: String,
    /// The number on record.
    #[serde(default)]
    pub mobile: Option<String>,
}

/// `card.query`, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardOf {
    /// Whose.
    pub id_number: String,
    /// The name.
    pub name: String,
    /// The newest card.
    pub card: Card,
}

/// `card.verify-pin`, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinVerdict {
    /// The card that was tried.
    pub card_no: String,
    /// [`verdict`].
    pub verdict: String,
    /// The card's state, with `not_usable`.
    #[serde(default)]
    pub state: Option<String>,
    /// The card holder; present with `right`.
    #[serde(default)]
    pub id_number: Option<String>,
    /// The mobile number on record; present with `right`.
    #[serde(default)]
    pub mobile: Option<String>,
}

/// `ecard.issue`, answered.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// Whose.
    pub id_number: String,
    /// The name.
    pub name: String,
    /// 签发号: 32 characters.
    pub sign_no: String,
    /// 签发级别: 1 shows, 2 pays.
    pub level: i64,
    /// The card it stands for.
    pub card: Card,
}

macro_rules! hidden {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            /// The type, never the person.
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}

hidden!(PersonRequest, PinRequest, Card, CardOf, PinVerdict, Issued);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_read_back() {
        for operation in Operation::ALL {
            assert_eq!(operation.as_str().parse(), Ok(operation));
        }
        assert!("card.delete".parse::<Operation>().is_err());
    }

    #[test]
    fn refusals_need_a_code_only() {
        let reply: Reply<Issued> = serde_json::from_str(r#"{"code":"BUSY"}"#).unwrap();
        assert_eq!((reply.code.as_str(), reply.data.is_none()), (code::BUSY, true));
    }
}
