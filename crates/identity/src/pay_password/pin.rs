//! Six digits that are meant as a payment password, however they were typed.

use std::fmt;

use kernel::typing;

/// Digits of a payment password.
const DIGITS: usize = 6;

/// Six digits. Whether they are anybody's password, or may be, is for others to say. Never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Reads what was typed ([`typing::digits`]); `None` unless six digits are meant.
    pub fn parse(typed: &str) -> Option<Pin> {
        typing::digits(typed, DIGITS).map(Pin)
    }

    /// The six digits.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_meant_whatever_the_keyboard() {
        for typed in ["739164", "７３９１６４", "\u{FEFF}739164", "739-l64", " 739\u{200B}164\r\n"] {
            assert_eq!(Pin::parse(typed).unwrap().expose(), "739164", "{typed:?}");
        }
        for typed in ["", "73916", "7391640", "73916x", "七三九一六四"] {
            assert_eq!(Pin::parse(typed), None, "{typed:?}");
        }
        assert_eq!(format!("{:?}", Pin::parse("739164")), "Some(Pin(…))");
    }
}
