//! Money: whole fen with checked arithmetic, never floats and never an operator that can wrap.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in fen (1/100 yuan); may be negative, as in a refund's posting.
/// In JSON and in the database it is a plain integer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

impl Fen {
    /// No money.
    pub const ZERO: Fen = Fen(0);

    /// An amount of `fen`.
    pub const fn new(fen: i64) -> Fen {
        Fen(fen)
    }

    /// The amount in fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it does not fit.
    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        self.0.checked_add(other.0).map(Fen)
    }

    /// The difference, or `None` when it does not fit.
    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        self.0.checked_sub(other.0).map(Fen)
    }

    /// The amount `times` times, or `None` when it does not fit.
    pub fn checked_mul(self, times: i64) -> Option<Fen> {
        self.0.checked_mul(times).map(Fen)
    }

    /// The sum of all amounts, or `None` when a step does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Fen>) -> Option<Fen> {
        amounts.into_iter().try_fold(Fen::ZERO, |total, amount| total.checked_add(amount))
    }

    /// Reads yuan as written by [`Display`](fmt::Display): digits, and at most two after a point.
    ///
    /// `25`, `25.5` and `25.00` are accepted. Signs other than a leading `-`, separators, spaces and currency marks are
    /// not: partners' amounts are read with this, and a form that was not agreed on must be reported and not guessed
    /// at.
    pub fn parse_yuan(text: &str) -> Result<Fen, MoneyError> {
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        let (whole, cents) = match unsigned.split_once('.') {
            Some((whole, cents)) if matches!(cents.len(), 1 | 2) => (whole, cents),
            Some(_) => return Err(MoneyError::Format),
            None => (unsigned, ""),
        };
        if whole.is_empty() {
            return Err(MoneyError::Format);
        }
        let padding = "00".get(cents.len()..).unwrap_or_default();
        // Each digit is added with its sign, so that the smallest amount can be read too.
        let mut fen: i64 = 0;
        for byte in whole.bytes().chain(cents.bytes()).chain(padding.bytes()) {
            if !byte.is_ascii_digit() {
                return Err(MoneyError::Format);
            }
            fen = fen
                .checked_mul(10)
                .and_then(|f| f.checked_add(sign * i64::from(byte - b'0')))
                .ok_or(MoneyError::TooLarge)?;
        }
        Ok(Fen(fen))
    }
}

/// Yuan with two decimals, without a currency mark: `25.00`, `-0.05`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:02}", fen / 100, fen % 100))
    }
}

/// Why a text is not an amount of yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not digits with at most two decimals.
    #[error("not an amount in yuan with at most two decimals")]
    Format,
    /// More than fits.
    #[error("the amount is too large")]
    TooLarge,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_written_and_read_back() {
        for (fen, yuan) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (100, "1.00"),
            (2500, "25.00"),
            (-2550, "-25.50"),
            (i64::MAX, "92233720368547758.07"),
            (i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(Fen::new(fen).to_string(), yuan);
            assert_eq!(Fen::parse_yuan(yuan), Ok(Fen::new(fen)), "{yuan}");
        }
        assert_eq!(Fen::parse_yuan("25"), Ok(Fen::new(2500)));
        assert_eq!(Fen::parse_yuan("25.5"), Ok(Fen::new(2550)));
        assert_eq!(format!("{:>8}", Fen::new(2500)), "   25.00");
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "", "-", ".", ".5", "5.", "1.234", "+1", "1,000", " 1", "1 ", "¥1", "1e2", "--1", "1.-1", "1.2.3", "２５",
            "1.é",
        ] {
            assert_eq!(Fen::parse_yuan(text), Err(MoneyError::Format), "{text}");
        }
        for text in ["92233720368547758.08", "-92233720368547758.09", "99999999999999999999"] {
            assert_eq!(Fen::parse_yuan(text), Err(MoneyError::TooLarge), "{text}");
        }
    }

    #[test]
    fn arithmetic_never_wraps() {
        let (most, least, one) = (Fen::new(i64::MAX), Fen::new(i64::MIN), Fen::new(1));
        assert_eq!(most.checked_add(one), None);
        assert_eq!(least.checked_sub(one), None);
        assert_eq!(Fen::ZERO.checked_sub(least), None);
        assert_eq!(most.checked_mul(2), None);
        assert_eq!(least.checked_mul(-1), None);
        assert_eq!(Fen::new(30).checked_mul(-3), Some(Fen::new(-90)));
        assert_eq!(Fen::new(30).checked_sub(Fen::new(50)), Some(Fen::new(-20)));
        assert_eq!(Fen::sum([]), Some(Fen::ZERO));
        assert_eq!(Fen::sum([one, Fen::new(2), Fen::new(-7)]), Some(Fen::new(-4)));
        assert_eq!(Fen::sum([most, one, Fen::new(-1)]), None);
    }
}
