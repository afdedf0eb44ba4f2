//! What is wrong with what somebody typed, as kinds for forms; the words are `error-<kind>`. Pure.

use kernel::{IdNumberError, MobileError, NameError};

/// The error kind of a name.
pub(crate) fn name_kind(error: &NameError) -> String {
    match error {
        NameError::Empty => "name-empty".to_owned(),
        NameError::TooShort => "name-short".to_owned(),
        NameError::TooLong => "name-long".to_owned(),
        NameError::Character(odd) => format!("name-character:{}", odd.shown()),
        NameError::Punctuation => "name-marks".to_owned(),
    }
}

/// The error kind of an ID number.
pub(crate) fn id_number_kind(error: &IdNumberError) -> String {
    match error {
        IdNumberError::Length { typed: 0 } => "id-number-empty".to_owned(),
        IdNumberError::Length { typed } => format!("id-number-length:{typed}"),
        IdNumberError::Characters(odd) => format!("id-number-character:{}", odd.shown()),
        IdNumberError::OldForm => "id-number-old".to_owned(),
        IdNumberError::Region => "id-number-start".to_owned(),
        IdNumberError::CheckDigit => "id-number".to_owned(),
        IdNumberError::Birth | IdNumberError::FutureBirth => "id-number-birth".to_owned(),
    }
}

/// The error kind of a mobile number.
pub(crate) fn mobile_kind(error: &MobileError) -> String {
    match error {
        MobileError::Empty => "mobile".to_owned(),
        MobileError::Length { typed } => format!("mobile-length:{typed}"),
        MobileError::Characters(odd) => format!("mobile-character:{}", odd.shown()),
        MobileError::Landline => "mobile-landline".to_owned(),
        MobileError::Foreign => "mobile-foreign".to_owned(),
        MobileError::Range => "mobile-start".to_owned(),
    }
}
