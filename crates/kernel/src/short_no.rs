//! The short number (单号): the one number of a visit that a person reads to the hotline, and that its order and the
//! hospital's desk know it by.
//!
//! Nine digits at random and a check digit: short enough to say, and a digit that was heard wrongly shows. It opens
//! nothing by itself: whoever looks something up by it is staff, and the look is written down.

use std::fmt;
use std::str::FromStr;

use crate::Rng;
use crate::check_digit::mod11_10;
use crate::typing;

/// Digits drawn at random; the check digit follows.
const RANDOM_DIGITS: usize = 9;
/// Digits of a whole number.
const DIGITS: usize = RANDOM_DIGITS + 1;

/// A short number whose check digit is right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortNo(String);

/// Why what was typed or said is no short number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadShortNo {
    /// It is not ten digits.
    #[error("a short number has ten digits")]
    NotTen,
    /// Ten digits, of which at least one is wrong: it was misheard, misread or mistyped.
    #[error("a digit of this number is wrong: ask for it once more")]
    WrongDigit,
}

impl ShortNo {
    /// A new number. `None` cannot happen with a generator that gives digits.
    pub fn draw(rng: &dyn Rng) -> Option<Self> {
        mod11_10::append(&rng.digits(RANDOM_DIGITS)).map(Self)
    }

    /// Its ten digits, as they are stored and looked up.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is shown and read aloud: `601 234 5678`. The blanks do not break a line.
    pub fn grouped(&self) -> String {
        format!("{}\u{a0}{}\u{a0}{}", &self.0[..3], &self.0[3..6], &self.0[6..])
    }

    /// Reads what somebody typed, with or without blanks, dashes or full-width digits.
    ///
    /// # Errors
    /// [`BadShortNo`], which tells a wrong digit from another kind of number.
    pub fn parse(typed: &str) -> Result<Self, BadShortNo> {
        let digits = typing::digits(typed, DIGITS).ok_or(BadShortNo::NotTen)?;
        if mod11_10::valid(&digits) { Ok(Self(digits)) } else { Err(BadShortNo::WrongDigit) }
    }
}

impl fmt::Display for ShortNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ShortNo {
    type Err = BadShortNo;

    fn from_str(text: &str) -> Result<Self, BadShortNo> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    #[test]
    fn it_is_read_however_it_is_written() {
        let rng = SeededRng::new(3);
        for _ in 0..100 {
            let no = ShortNo::draw(&rng).unwrap();
            assert_eq!(no.as_str().len(), DIGITS);
            let wide: String = no.as_str().chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
            let dashes = no.grouped().replace('\u{a0}', "-");
            for typed in [no.to_string(), no.grouped(), format!("  {no}\n"), dashes, wide] {
                assert_eq!(ShortNo::parse(&typed), Ok(no.clone()), "{typed:?}");
            }
        }
    }

    #[test]
    fn a_wrong_digit_is_told_from_another_number() {
        let no = ShortNo::draw(&SeededRng::new(4)).unwrap();
        for at in 0..DIGITS {
            let mut wrong = no.to_string().into_bytes();
            wrong[at] = if wrong[at] == b'9' { b'0' } else { wrong[at] + 1 };
            let wrong = String::from_utf8(wrong).unwrap();
            assert_eq!(ShortNo::parse(&wrong), Err(BadShortNo::WrongDigit), "{wrong}");
        }
        for other in ["", "123", "12345678901", "abcdefghij", "ord_01k21v0k4r7m3n5p8q9rstvwxy"] {
            assert_eq!(ShortNo::parse(other), Err(BadShortNo::NotTen), "{other:?}");
        }
    }

    #[test]
    fn it_is_shown_in_three_groups() {
        let no = ShortNo::parse(&mod11_10::append("012345678").unwrap()).unwrap();
        let shown = no.grouped().replace('\u{a0}', " ");
        assert!(shown.starts_with("012 345 678") && shown.len() == 12, "{shown}");
    }
}
