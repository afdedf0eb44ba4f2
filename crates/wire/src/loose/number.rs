//! Numbers as they were written, exactly.

use kernel::{Decimal, Fen};
use serde::de::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The most digits that a number may have here, with its exponent written out.
const DIGITS_MAX: usize = 60;

/// A number, digit for digit: its digits without zeros at either end, and the power of ten behind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    /// Empty for zero.
    digits: String,
    exponent: i64,
}

/// Why a number is not of the kind that stands here. Shows the number only where it is a fraction and short:
/// a number of a person's that stands in the wrong field has no point.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    /// It is not a number.
    #[error("not a number")]
    NotANumber,
    /// It has more places than the field, and they are not zeros.
    #[error("{text}, with more than {places} places")]
    TooFine {
        /// The number, where it is short.
        text: String,
        /// How many places the field has.
        places: u32,
    },
    /// More than fits.
    #[error("too large")]
    TooLarge,
}

impl Number {
    /// Reads `4.52`, `4.520`, `-0.00`, `+3`, `.5`, `4.`, `4.5e1`, `1E+2`, with blanks around it. Separators, marks
    /// of a currency and digits of other scripts are no number.
    pub fn parse(text: &str) -> Result<Number, BadNumber> {
        let text = text.trim();
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, text.get(1..)),
            Some(b'+') => (false, text.get(1..)),
            _ => (false, Some(text)),
        };
        let unsigned = unsigned.unwrap_or_default();
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && part.is_empty()) || !plain(whole) || !plain(part) {
            return Err(BadNumber::NotANumber);
        }
        let places = i64::try_from(part.trim_end_matches('0').len()).map_err(|_| BadNumber::TooLarge)?;
        let all = format!("{whole}{}", part.trim_end_matches('0'));
        let digits = all.trim_start_matches('0');
        let kept = digits.trim_end_matches('0');
        if kept.is_empty() {
            return Ok(Number { negative: false, digits: String::new(), exponent: 0 });
        }
        let behind = i64::try_from(digits.len() - kept.len()).map_err(|_| BadNumber::TooLarge)?;
        Ok(Number { negative, digits: kept.to_owned(), exponent: exponent.saturating_add(behind - places) })
    }

    /// The number in units of its so many-th place.
    pub fn units(&self, places: u32) -> Result<i64, BadNumber> {
        let beyond = self.exponent.saturating_add(i64::from(places));
        let Ok(beyond) = usize::try_from(beyond) else {
            return Err(BadNumber::TooFine { text: self.short(), places });
        };
        if self.digits.is_empty() {
            return Ok(0);
        }
        if beyond.saturating_add(self.digits.len()) > DIGITS_MAX {
            return Err(BadNumber::TooLarge);
        }
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}{}", self.digits, "0".repeat(beyond)).parse().map_err(|_| BadNumber::TooLarge)
    }

    /// As money.
    pub fn fen(&self) -> Result<Fen, BadNumber> {
        self.units(2).map(Fen::new)
    }

    /// As a decimal of so many places.
    pub fn decimal<const PLACES: u32>(&self) -> Result<Decimal<PLACES>, BadNumber> {
        self.units(PLACES).map(Decimal::from_units)
    }

    /// A fraction, written out where it is short.
    fn short(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let places = usize::try_from(-self.exponent).unwrap_or(usize::MAX);
        if places.max(self.digits.len()) > 17 {
            return "a fraction".to_owned();
        }
        let digits = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        format!("{sign}{whole}.{part}")
    }
}

fn exponent_of(text: &str) -> Result<i64, BadNumber> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(BadNumber::NotANumber);
    }
    let size = digits.parse::<i32>().map_or(i64::from(i32::MAX), i64::from);
    Ok(if text.starts_with('-') { -size } else { size })
}

/// What an answer tells of a number. Null, an empty text and a missing field are all unknown, never zero.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Told {
    /// Nothing.
    #[default]
    Unknown,
    /// A number.
    Number(Number),
    /// Something that is none.
    Other,
}

impl Told {
    /// The amount of money, if one is told.
    pub fn fen(&self) -> Result<Option<Fen>, BadNumber> {
        self.number()?.map(Number::fen).transpose()
    }

    /// The decimal, if one is told.
    pub fn decimal<const PLACES: u32>(&self) -> Result<Option<Decimal<PLACES>>, BadNumber> {
        self.number()?.map(Number::decimal).transpose()
    }

    /// Whether nothing is told.
    pub fn is_unknown(&self) -> bool {
        *self == Told::Unknown
    }

    fn number(&self) -> Result<Option<&Number>, BadNumber> {
        match self {
            Told::Unknown => Ok(None),
            Told::Number(number) => Ok(Some(number)),
            Told::Other => Err(BadNumber::NotANumber),
        }
    }

    fn of(raw: &str) -> Told {
        let text = match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str::<String>(raw).unwrap_or_default(),
            _ => raw.to_owned(),
        };
        // Java writes what it does not have as the text "null" now and then.
        if matches!(text.trim(), "" | "null") {
            return Told::Unknown;
        }
        Number::parse(&text).map_or(Told::Other, Told::Number)
    }
}

impl<'de> Deserialize<'de> for Told {
    /// Never fails: the value is judged where it is needed, by the name of its field.
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Told, D::Error> {
        Ok(Told::of(Box::<RawValue>::deserialize(source)?.get()))
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Rng, SeededRng};

    use super::*;

    fn told(json: &str) -> Told {
        serde_json::from_str(json).unwrap()
    }

    fn too_fine(text: &str, places: u32) -> BadNumber {
        BadNumber::TooFine { text: text.to_owned(), places }
    }

    #[test]
    fn amounts_are_read_in_every_spelling() {
        for (json, fen) in [
            ("4.52", 452),
            ("\"4.52\"", 452),
            ("\"4.520\"", 452),
            ("\" 4.5 \"", 450),
            ("41509.00", 4_150_900),
            ("25.0", 2_500),
            ("25", 2_500),
            ("0", 0),
            ("-0.00", 0),
            ("\"-0\"", 0),
            ("4.5e1", 4_500),
            ("1E+2", 10_000),
            ("\"1e-2\"", 1),
            ("1.0E7", 1_000_000_000),
            ("\".5\"", 50),
            ("\"4.\"", 400),
            ("\"+3.10\"", 310),
            ("\"00012.30\"", 1_230),
            ("-25.10", -2_510),
            ("0.000e9", 0),
            ("92233720368547758.07", i64::MAX),
            ("-92233720368547758.08", i64::MIN),
        ] {
            assert_eq!(told(json).fen(), Ok(Some(Fen::new(fen))), "{json}");
        }
        for json in ["null", "\"\"", "\"  \"", "\"null\""] {
            assert_eq!((told(json).fen(), told(json).is_unknown()), (Ok(None), true), "{json}");
        }
        assert_eq!(Told::default().fen(), Ok(None));
    }

    #[test]
    fn what_is_no_amount_says_so_and_never_by_a_number_of_somebodys() {
        for (json, wanted) in [
            ("4.523", too_fine("4.523", 2)),
            ("\"-0.001\"", too_fine("-0.001", 2)),
            ("5e-3", too_fine("0.005", 2)),
            ("0.1234567890123456789", too_fine("a fraction", 2)),
            ("1e-900", too_fine("a fraction", 2)),
            ("1e-99999999999999999999", too_fine("a fraction", 2)),
            ("\"320402199001019169\"", BadNumber::TooLarge),
            ("1e900", BadNumber::TooLarge),
            ("1e99999999999999999999", BadNumber::TooLarge),
            ("92233720368547758.08", BadNumber::TooLarge),
            ("\"1,000.00\"", BadNumber::NotANumber),
            ("\"¥1\"", BadNumber::NotANumber),
            ("\"１\"", BadNumber::NotANumber),
            ("\"1 2\"", BadNumber::NotANumber),
            ("\"--1\"", BadNumber::NotANumber),
            ("\"1.2.3\"", BadNumber::NotANumber),
            ("\".\"", BadNumber::NotANumber),
            ("\"1e\"", BadNumber::NotANumber),
            ("\"1e+\"", BadNumber::NotANumber),
            ("\"1e1.5\"", BadNumber::NotANumber),
            ("\"NaN\"", BadNumber::NotANumber),
            ("\"张明远\"", BadNumber::NotANumber),
            ("true", BadNumber::NotANumber),
            ("[1]", BadNumber::NotANumber),
            ("{}", BadNumber::NotANumber),
        ] {
            let error = told(json).fen().unwrap_err();
            assert!(!error.to_string().contains("3204") && !error.to_string().contains('张'), "{error}");
            assert_eq!(error, wanted, "{json}");
        }
        assert_eq!(too_fine("4.523", 2).to_string(), "4.523, with more than 2 places");
    }

    #[test]
    fn decimals_have_their_own_places() {
        assert_eq!(told("35.1").decimal::<1>(), Ok(Some(Decimal::from_units(351))));
        assert_eq!(told("\"25.000000\"").decimal::<6>(), Ok(Some(Decimal::from_units(25_000_000))));
        assert_eq!(told("99999999.000000").decimal::<6>(), Ok(Some(Decimal::from_units(99_999_999_000_000))));
        assert_eq!(told("0.33335").decimal::<4>(), Err(too_fine("0.33335", 4)));
        assert_eq!(told("\"\"").decimal::<4>(), Ok(None));
    }

    /// Random decimals, each in every spelling: what is read is what was written.
    #[test]
    fn random_decimals_in_all_spellings_are_read_back() {
        let rng = SeededRng::new(42);
        for round in 0..20_000_u32 {
            let places = usize::try_from(rng.below(7)).unwrap();
            let size = 10_u64.pow(u32::try_from(rng.below(16)).unwrap());
            let units = i64::try_from(rng.below(size)).unwrap() * if rng.below(2) == 0 { 1 } else { -1 };
            let written = spelled(units, places, &rng);
            let number = Number::parse(&written).unwrap_or_else(|error| panic!("{round} {written}: {error}"));
            assert_eq!(number.units(u32::try_from(places).unwrap()), Ok(units), "{round} {written}");
            for json in [format!("\"{written}\""), format!("\" {written}\"")] {
                assert_eq!(told(&json), Told::Number(number.clone()), "{json}");
            }
            // One that JSON takes for a number is the same as its text.
            if serde_json::from_str::<Box<RawValue>>(&written).is_ok() {
                assert_eq!(told(&written), Told::Number(number.clone()), "{written}");
            }
            // It is money exactly when what is beyond two places is zero.
            let unit = 10_i64.pow(u32::try_from(places.saturating_sub(2)).unwrap());
            assert_eq!(number.fen().is_ok(), units % unit == 0, "{written}");
        }
    }

    /// `units` of the last of so many places, in one of the spellings that mean the same.
    fn spelled(units: i64, places: usize, rng: &SeededRng) -> String {
        let shift = usize::try_from(rng.below(4)).unwrap();
        // The point further left by `shift`, which an exponent makes good.
        let point = places + shift;
        let digits = format!("{:0>width$}", units.unsigned_abs(), width = point + 1);
        let (whole, part) = digits.split_at(digits.len() - point);
        let sign = match (units < 0, rng.below(2)) {
            (true, _) => "-",
            (false, 0) => "+",
            (false, _) => "",
        };
        let zeros = "0".repeat(usize::try_from(rng.below(3)).unwrap());
        let dot = if part.is_empty() && zeros.is_empty() { "" } else { "." };
        let exponent = match (shift, rng.below(3)) {
            (0, 0) => String::new(),
            (shift, 1) => format!("e{shift}"),
            (shift, _) => format!("E+0{shift}"),
        };
        format!("{sign}{whole}{dot}{part}{zeros}{exponent}")
    }
}
