//! Numbers as they are sent.

use kernel::{Decimal, Fen};
use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;

/// Which form a region wants numbers in. The specification says 数值型. Integrations of different regions send one or the
/// other, and some insurers take both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// `"25.00"`.
    #[default]
    Text,
    /// `25.00`.
    Number,
}

/// A number to be sent, digit for digit, in one of the forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exact {
    digits: String,
    form: Form,
}

impl Exact {
    /// N16,2.
    pub fn fen(amount: Fen, form: Form) -> Exact {
        Exact { digits: amount.to_string(), form }
    }

    /// With all its places.
    pub fn decimal<const PLACES: u32>(number: Decimal<PLACES>, form: Form) -> Exact {
        Exact { digits: number.to_string(), form }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.form {
            Form::Text => out.serialize_str(&self.digits),
            Form::Number => RawValue::from_string(self.digits.clone()).map_err(S::Error::custom)?.serialize(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sent_in_one_form_with_all_their_places() {
        let json = |exact: Exact| serde_json::to_string(&exact).unwrap();
        assert_eq!(json(Exact::fen(Fen::new(-2_505), Form::Text)), "\"-25.05\"");
        assert_eq!(json(Exact::fen(Fen::new(2_500), Form::Number)), "25.00");
        assert_eq!(json(Exact::decimal(Decimal::<6>::from_units(25_000_000), Form::Number)), "25.000000");
        assert_eq!(json(Exact::decimal(Decimal::<4>::from_units(10_000), Form::Text)), "\"1.0000\"");
    }
}
