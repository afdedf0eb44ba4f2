//! Chinese mobile numbers.

use std::fmt;

use crate::pii::Mask;
use crate::typing::{Odd, number};

/// A mobile number of mainland China: eleven digits, `1[3-9]` and nine more. It never shows itself in logs; to store or
/// send it, code must call [`expose`](Mobile::expose).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number as people type it: with `+86`, `0086`, `86` or `0` before it, grouped, full-width, copied with
    /// marks that cannot be seen ([`typing`](crate::typing)).
    pub fn parse(text: &str) -> Result<Mobile, MobileError> {
        let typed = number(text);
        let digits = typed.strip_prefix('+').unwrap_or(&typed);
        if let Some(odd) = digits.chars().find(|c| !c.is_ascii_digit()) {
            return Err(MobileError::Characters(Odd::new(odd)));
        }
        let abroad = typed.starts_with('+') || typed.starts_with("00");
        let own = national(digits, abroad).ok_or(MobileError::Foreign)?;
        match own.as_bytes() {
            [] => Err(MobileError::Empty),
            [b'1', b'3'..=b'9', ..] if own.len() == 11 => Ok(Mobile(own.to_owned())),
            _ if is_landline(own, abroad) => Err(MobileError::Landline),
            _ if own.len() != 11 => Err(MobileError::Length { typed: own.len() }),
            _ => Err(MobileError::Range),
        }
    }

    /// The eleven digits.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Mask for Mobile {
    /// `138****8000`
    fn masked(&self) -> String {
        let first = self.0.get(..3).unwrap_or_default();
        let last = self.0.get(7..).unwrap_or_default();
        format!("{first}****{last}")
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mobile(…)")
    }
}

/// Why a text is not a mobile number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    /// Nothing was typed.
    #[error("there is no mobile number")]
    Empty,
    /// The text has something other than digits, grouping marks and the country prefix.
    #[error("a mobile number is made of digits")]
    Characters(Odd),
    /// Not eleven digits.
    #[error("a mobile number has eleven digits")]
    Length {
        /// How many digits there are, without the country prefix.
        typed: usize,
    },
    /// The number of a landline or of a company, which cannot receive SMS.
    #[error("this is a landline's number")]
    Landline,
    /// A number of another country, or of Hong Kong, Macao or Taiwan.
    #[error("only mobile numbers of mainland China are taken")]
    Foreign,
    /// Eleven digits that no mobile number starts with.
    #[error("mobile numbers start with 13 to 19")]
    Range,
}

/// The number without the country prefix and without the 0 that was once dialled before mobile numbers of another city;
/// `None` for a number of another country. `abroad` says that it begins like a number that is dialled from abroad.
fn national(digits: &str, abroad: bool) -> Option<&str> {
    let stripped = digits.strip_prefix("00").unwrap_or(digits);
    let own = match stripped.strip_prefix("86") {
        // A bare 86 is the country prefix only where the rest has the length of a mobile number, because landline
        // numbers can begin with 86 too.
        Some(rest) if abroad || rest.len() >= 10 => rest,
        _ if abroad && !stripped.is_empty() => return None,
        _ => digits,
    };
    Some(match own.as_bytes() {
        [b'0', b'1', b'3'..=b'9', ..] if own.len() == 12 => &own[1..],
        _ => own,
    })
}

/// An area's code and a fixed line's seven or eight digits (from abroad without the code's 0), the same without the code,
/// or 400 and 800.
fn is_landline(own: &str, abroad: bool) -> bool {
    match own.len() {
        9..=11 if abroad && (!own.starts_with('1') || own.starts_with("10")) => true,
        10 if own.starts_with("400") || own.starts_with("800") => true,
        10..=12 => own.starts_with('0'),
        7 | 8 => !own.starts_with(['0', '1', '9']),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_type_them() {
        for text in [
            "13812348000",
            " 138 1234 8000 ",
            "138-1234-8000",
            "138–1234—8000",
            "138.1234.8000",
            "138_1234_8000",
            "138。1234。8000",
            "+8613812348000",
            "+86 138 1234 8000",
            "+86-138-1234-8000",
            "(+86)138-1234-8000",
            "（＋86）13812348000",
            "008613812348000",
            "0086-138-1234-8000",
            "8613812348000",
            "86 138 1234 8000",
            "013812348000",
            "+86 013812348000",
            "１３８１２３４８０００",
            "＋８６　１３８１２３４８０００",
            "138\u{a0}1234\u{2009}8000",
            "\u{202D}13812348000\u{202C}",
            "\u{FEFF}138\u{200B}12348000",
            "l38I2348OоО",
            "13812348000。",
        ] {
            assert_eq!(Mobile::parse(text).map(|m| m.0), Ok("13812348000".into()), "{text:?}");
        }
        for second in '3'..='9' {
            assert!(Mobile::parse(&format!("1{second}900000000")).is_ok());
        }
    }

    #[test]
    fn what_is_no_mobile_number() {
        let odd = |c| MobileError::Characters(Odd::new(c));
        for (text, error) in [
            ("", MobileError::Empty),
            (" - ", MobileError::Empty),
            ("\u{200B}", MobileError::Empty),
            ("+86", MobileError::Empty),
            ("1381234800a", odd('a')),
            ("手机13812348000", odd('手')),
            ("13812348000转1", odd('转')),
            ("138+12348000", odd('+')),
            ("١٣٨١٢٣٤٨٠٠٠", odd('١')),
            ("1381234800", MobileError::Length { typed: 10 }),
            ("138123480000", MobileError::Length { typed: 12 }),
            ("+86 1381234800", MobileError::Length { typed: 10 }),
            ("86 1381234800", MobileError::Length { typed: 10 }),
            ("320402198001010012", MobileError::Length { typed: 18 }),
            ("0519-85588120", MobileError::Landline),
            ("+86 519 85588120", MobileError::Landline),
            ("+86 10 65292345", MobileError::Landline),
            ("+86 0519 85588120", MobileError::Landline),
            ("010-65292345", MobileError::Landline),
            ("05198558812", MobileError::Landline),
            ("85588120", MobileError::Landline),
            ("86123456", MobileError::Landline),
            ("400-123-4567", MobileError::Landline),
            ("+1 13812348000", MobileError::Foreign),
            ("+852 9123 4567", MobileError::Foreign),
            ("00852 91234567", MobileError::Foreign),
            ("12812348000", MobileError::Range),
            ("10086100861", MobileError::Range),
            ("23812348000", MobileError::Range),
        ] {
            assert_eq!(Mobile::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn the_middle_is_masked() {
        assert_eq!(Mobile::parse("13812348000").unwrap().masked(), "138****8000");
    }
}
