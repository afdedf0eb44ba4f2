//! Who a person and an account are; the account's states.

use kernel::{Date, IdNumber, Mask, Mobile, PersonName, Sex};

kernel::words! {
    /// Where an account stands.
    pub enum AccountState: "a state of an account" {
        /// Can log in.
        Active = "active",
        /// Closed at the person's wish; the mobile number is free again.
        Closed = "closed",
        /// Somebody else was proven to have the ID number that it said, or its owner was given another account.
        Ended = "ended",
    }
}

/// What staff see of a patient: the name in full, the numbers masked, sex and age as the ID number states them.
#[derive(Clone)]
pub struct PatientCard {
    /// The name.
    pub name: PersonName,
    /// Like `320402********0012`.
    pub id_masked: String,
    /// Like `138****8000`; empty without an active account.
    pub mobile_masked: String,
    pub(super) number: Option<IdNumber>,
}

impl PatientCard {
    /// The sex, as the ID number states it.
    pub fn sex(&self) -> Option<Sex> {
        self.number.as_ref().map(IdNumber::sex)
    }

    /// Full years on a day.
    pub fn age_on(&self, day: Date) -> Option<i32> {
        self.number.as_ref().map(|number| number.age_on(day))
    }
}

/// A person as that person's own pages show them.
#[derive(Clone)]
pub struct Myself {
    /// The name in full: it is one's own.
    pub name: String,
    /// Like `138****8000`.
    pub mobile_masked: String,
}

impl Myself {
    pub(crate) fn new(name: &PersonName, mobile: &Mobile) -> Myself {
        Myself { name: name.expose().to_owned(), mobile_masked: mobile.masked() }
    }
}

/// An ID number was checked when it came in; it is masked here without a date to check it against.
pub(super) fn mask_id(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    if chars.len() <= 10 {
        return "*".repeat(chars.len());
    }
    let (head, tail) = (&chars[..6], &chars[chars.len() - 4..]);
    head.iter().copied().chain(std::iter::repeat_n('*', chars.len() - 10)).chain(tail.iter().copied()).collect()
}
