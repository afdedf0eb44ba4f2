//! The visit barcode (就诊条码): sixteen digits that mean nothing by themselves, the last one a check digit.

use std::fmt;
use std::str::FromStr;

use kernel::Rng;
use kernel::check_digit::mod11_10;
use kernel::typing::{self, Scan};

/// Digits drawn at random; the check digit follows.
const RANDOM_DIGITS: usize = 15;
/// Digits of a whole code.
const CODE_DIGITS: usize = RANDOM_DIGITS + 1;

/// A whole visit code: its check digit is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitCode(String);

/// Why a scan or typed text is not a whole code. None of these is the patient's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCode {
    /// Digits are missing, one is wrong, or nothing came.
    #[error("the code is not complete")]
    Incomplete,
    /// The keyboard or its input method changed what the scanner typed.
    #[error("the keyboard changed the code")]
    Keyboard,
    /// A code of something else: it has letters.
    #[error("this is no visit code")]
    Other,
}

impl VisitCode {
    /// A new code. `None` cannot happen with a generator that gives digits.
    pub fn draw(rng: &dyn Rng) -> Option<Self> {
        mod11_10::append(&rng.digits(RANDOM_DIGITS)).map(Self)
    }

    /// Its sixteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads what a scanner or a hand typed: grouped, full-width, with a scanner's marks around it
    /// ([`typing`](kernel::typing)).
    pub fn parse(typed: &str) -> Result<Self, BadCode> {
        let text = match typing::scan(typed, 2 * CODE_DIGITS + 1) {
            Scan::Code(text) => text,
            Scan::Keyboard => return Err(BadCode::Keyboard),
            Scan::Nothing => return Err(BadCode::Incomplete),
        };
        // A scanner without a suffix writes the next scan behind the last one.
        let text = match text.split_at_checked(CODE_DIGITS) {
            Some((once, again)) if once == again => once,
            _ => &text,
        };
        // A hand may have typed letters for digits, whose case the scan has not kept.
        let digits = typing::digits(typed, CODE_DIGITS).or_else(|| typing::digits(text, CODE_DIGITS));
        match digits {
            Some(digits) if mod11_10::valid(&digits) => Ok(Self(digits)),
            None if text.bytes().any(|byte| byte.is_ascii_alphabetic()) => Err(BadCode::Other),
            _ => Err(BadCode::Incomplete),
        }
    }
}

impl fmt::Display for VisitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for VisitCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
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
            assert_eq!(VisitCode::parse(std::str::from_utf8(&wrong).unwrap()), Err(BadCode::Incomplete));
        }
    }

    #[test]
    fn what_scanners_and_hands_type() {
        let code = VisitCode::draw(&SeededRng::new(1)).unwrap();
        let digits = code.as_str();
        let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect();
        let letters: String =
            digits.chars().map(|c| if c == '0' { 'o' } else { c }).map(|c| if c == '1' { 'l' } else { c }).collect();
        for typed in [
            format!(" {} {}-{} {}\r\n", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..]),
            format!("{}.{}/{}_{}", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..]),
            wide,
            letters,
            format!("]C1{digits}\t"),
            format!("】C1{digits}"),
            format!("\u{2}{digits}\u{3}"),
            format!("\u{FEFF}\u{202D}{digits}\u{202C}"),
            format!("\u{1D}]e0{digits}\r\n"),
            format!("{digits}{digits}"),
            format!("{digits}。"),
        ] {
            assert_eq!(VisitCode::parse(&typed), Ok(code.clone()), "{typed:?}");
        }
        for (typed, why) in [
            ("", BadCode::Incomplete),
            ("\u{2}\u{3}", BadCode::Incomplete),
            ("123", BadCode::Incomplete),
            (&digits[..15], BadCode::Incomplete),
            (&format!("{digits}0"), BadCode::Incomplete),
            ("１", BadCode::Incomplete),
            ("abcdabcdabcdabcd", BadCode::Other),
            ("CZRS2AAAAAAAA", BadCode::Other),
            ("七三〇五", BadCode::Keyboard),
            ("à&é\"'(-è_ç", BadCode::Keyboard),
        ] {
            assert_eq!(VisitCode::parse(typed), Err(why), "{typed:?}");
        }
    }
}
