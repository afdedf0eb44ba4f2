//! Chinese mobile numbers.

use std::fmt;

use crate::pii::Mask;
use crate::typing::half_width;

/// A mobile number of mainland China: eleven digits, `1[3-9]` and nine more. Never shows itself
/// in logs; sending and storing it is a call of [`expose`](Mobile::expose).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number as people type it: with `+86`, `0086` or `86` before it, with spaces and
    /// dashes within, with full-width digits.
    pub fn parse(text: &str) -> Result<Mobile, MobileError> {
        let typed: String = text.chars().map(half_width).filter(|c| !c.is_whitespace() && !is_dash(*c)).collect();
        let number = typed
            .strip_prefix("+86")
            .or_else(|| typed.strip_prefix("0086"))
            // Bare 86 is the country only where eleven digits follow: no number starts so.
            .or_else(|| typed.strip_prefix("86"))
            .unwrap_or(&typed);
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Err(MobileError::Characters);
        }
        if number.len() != 11 {
            return Err(MobileError::Length);
        }
        match number.as_bytes() {
            [b'1', b'3'..=b'9', ..] => Ok(Mobile(number.to_owned())),
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
    /// Empty, or something other than digits, spaces, dashes and the country prefix.
    #[error("a mobile number is made of digits")]
    Characters,
    /// Not eleven digits.
    #[error("a mobile number has eleven digits")]
    Length,
    /// Eleven digits that no mobile number starts with.
    #[error("mobile numbers start with 13 to 19")]
    Range,
}

/// Hyphens and dashes of all the widths that keyboards and address books put between digits.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
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
            "+8613812348000",
            "+86 138 1234 8000",
            "+86-138-1234-8000",
            "008613812348000",
            "8613812348000",
            "１３８１２３４８０００",
            "＋８６　１３８１２３４８０００",
            "138\u{a0}1234\u{2009}8000",
        ] {
            assert_eq!(Mobile::parse(text).map(|m| m.0), Ok("13812348000".into()), "{text}");
        }
        for second in '3'..='9' {
            assert!(Mobile::parse(&format!("1{second}900000000")).is_ok());
        }
    }

    #[test]
    fn what_is_no_mobile_number() {
        for (text, error) in [
            ("", MobileError::Characters),
            (" - ", MobileError::Characters),
            ("+86", MobileError::Characters),
            ("1381234800a", MobileError::Characters),
            ("138.1234.8000", MobileError::Characters),
            ("+1 13812348000", MobileError::Characters),
            ("١٣٨١٢٣٤٨٠٠٠", MobileError::Characters),
            ("1381234800", MobileError::Length),
            ("138123480000", MobileError::Length),
            ("+86 1381234800", MobileError::Length),
            ("0519-85588120", MobileError::Length),
            ("12812348000", MobileError::Range),
            ("10086100861", MobileError::Range),
            ("23812348000", MobileError::Range),
            ("05198558812", MobileError::Range),
        ] {
            assert_eq!(Mobile::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn the_middle_is_masked() {
        assert_eq!(Mobile::parse("13812348000").unwrap().masked(), "138****8000");
    }
}
