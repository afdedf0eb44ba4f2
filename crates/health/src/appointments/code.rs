//! The visit barcode (就诊条码): sixteen digits that mean nothing by themselves, the last one a check digit.

use std::fmt;
use std::str::FromStr;

use kernel::Rng;
use kernel::check_digit::mod11_10;

/// Digits drawn at random; the check digit follows.
const RANDOM_DIGITS: usize = 15;
/// Digits of a whole code.
const CODE_DIGITS: usize = RANDOM_DIGITS + 1;

/// A whole visit code: its check digit is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitCode(String);

/// What was scanned or typed is not a whole code: digits are missing or one is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the code is not complete")]
pub struct IncompleteCode;

impl VisitCode {
    /// A new code. `None` cannot happen with a generator that gives digits.
    pub fn draw(rng: &dyn Rng) -> Option<Self> {
        mod11_10::append(&rng.digits(RANDOM_DIGITS)).map(Self)
    }

    /// Its sixteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads what a scanner or a hand typed: spaces, dashes and full-width digits are understood.
    pub fn parse(typed: &str) -> Result<Self, IncompleteCode> {
        let digits = digits_of(typed);
        let whole = digits.len() == CODE_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole && mod11_10::valid(&digits) { Ok(Self(digits)) } else { Err(IncompleteCode) }
    }
}

/// What was typed without what scanners and people put between digits.
pub fn digits_of(typed: &str) -> String {
    let half = |c: char| match c {
        '\u{ff10}'..='\u{ff19}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    typed.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '-').map(half).collect()
}

impl fmt::Display for VisitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VisitCode {
    type Err = IncompleteCode;

    fn from_str(text: &str) -> Result<Self, IncompleteCode> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    #[test]
    fn a_drawn_code_is_whole_and_one_wrong_digit_shows() {
        let rng = SeededRng::new(7);
        for _ in 0..200 {
            let code = VisitCode::draw(&rng).unwrap();
            assert_eq!(code.as_str().len(), 16);
            assert_eq!(VisitCode::parse(code.as_str()), Ok(code.clone()));
            let mut wrong = code.as_str().to_owned().into_bytes();
            wrong[5] = if wrong[5] == b'9' { b'0' } else { wrong[5] + 1 };
            assert_eq!(VisitCode::parse(std::str::from_utf8(&wrong).unwrap()), Err(IncompleteCode));
        }
    }

    #[test]
    fn what_scanners_and_hands_type() {
        let code = VisitCode::draw(&SeededRng::new(1)).unwrap();
        let digits = code.as_str();
        let grouped = format!(" {} {}-{} {}\r\n", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..]);
        let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        for typed in [grouped.as_str(), wide.as_str()] {
            assert_eq!(VisitCode::parse(typed), Ok(code.clone()), "{typed}");
        }
        for typed in ["", "123", &digits[..15], &format!("{digits}0"), "abcdabcdabcdabcd", "１"] {
            assert_eq!(VisitCode::parse(typed), Err(IncompleteCode), "{typed}");
        }
    }
}
