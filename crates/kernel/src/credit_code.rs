//! Unified social credit codes (统一社会信用代码, GB 32100-2015): the number of an organisation, one form of eighteen
//! characters.
//!
//! Two characters say which office registered the organisation and as what, six digits where that office is, nine are the
//! organisation's code (GB 11714), and the last checks them all. Branches of one organisation may use its code, so a code is
//! not the key of anything. The district is not compared with a list of regions, because codes of regions vanish.

use std::fmt;
use std::str::FromStr;

use crate::check_digit::{mod11, mod31};
use crate::typing::{self, Odd};

/// Characters of a whole code.
const LENGTH: usize = 18;

/// A code whose check character is right, in capital letters. It is public: registers print it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode(String);

/// Why a text is not a unified social credit code. None of them says which check character would be right: it would make
/// a mistyped code into a valid one of somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeError {
    /// Not eighteen characters.
    #[error("a unified social credit code has eighteen characters")]
    Length {
        /// How many characters were typed, not counting those that only group them.
        typed: usize,
    },
    /// The text has a character that these codes do not have.
    #[error("a unified social credit code has digits and capital letters, and never I, O, S, V or Z")]
    Letter(Odd),
    /// The third to the eighth character, the registering office's district, are not all digits.
    #[error("the third to the eighth character of a unified social credit code are digits")]
    Office,
    /// The last character does not fit the others, so something was mistyped.
    #[error("a character of this unified social credit code is mistyped: compare it with the certificate")]
    Check,
}

impl CreditCode {
    /// Reads a code as people type it: grouped, full-width, in small letters, with O for 0 and I for 1 ([`typing`]).
    ///
    /// # Errors
    /// [`CreditCodeError`]. S, V and Z are named rather than read as 5, U and 2: a guess may be wrong.
    pub fn parse(typed: &str) -> Result<Self, CreditCodeError> {
        let text = typing::credit_code(typed);
        if let Some(odd) = text.chars().find(|c| !mod31::ALPHABET.contains(*c)) {
            return Err(CreditCodeError::Letter(Odd::new(odd)));
        }
        if text.len() != LENGTH {
            return Err(CreditCodeError::Length { typed: text.len() });
        }
        // The check character is tested before the form, so that one wrong character is reported as a wrong character.
        if !mod31::valid(&text) {
            return Err(CreditCodeError::Check);
        }
        if !text.get(2..8).is_some_and(|office| office.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(CreditCodeError::Office);
        }
        Ok(Self(text))
    }

    /// Its eighteen characters, as they are stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As certificates and tables are read: `91320400 MA7Y00211 0`. The blanks do not break a line.
    pub fn grouped(&self) -> String {
        format!("{}\u{a0}{}\u{a0}{}", &self.0[..8], &self.0[8..17], &self.0[17..])
    }

    /// Whether the organisation code inside has its own check character (GB 11714). Codes of old registers are in use
    /// whose has not: this is reason to look once more, and none to refuse.
    pub fn is_organisation_code_sound(&self) -> bool {
        mod11::of(&self.0[8..16]) == self.0[16..17].chars().next()
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CreditCode {
    type Err = CreditCodeError;

    fn from_str(text: &str) -> Result<Self, CreditCodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_however_it_is_written() {
        for typed in [
            "91320400MA7Y002110",
            "91320400ma7y002110",
            " 91320400 MA7Y00211 0\r\n",
            "91320400-MA7Y00211-0",
            "９１３２０４００ＭＡ７Ｙ００２１１０",
            "９１３２０４００ｍａ７ｙ００２１１０",
            "9132o4OOMA7YОО21IO",
            "91320400МА7У002110",
            "\u{202D}91320400MA7Y002110\u{202C}",
            "91320400\u{a0}MA7Y00211\u{a0}0",
        ] {
            let code = CreditCode::parse(typed).unwrap_or_else(|e| panic!("{typed:?}: {e}"));
            assert_eq!(code.as_str(), "91320400MA7Y002110");
            assert_eq!(code.grouped().replace('\u{a0}', " "), "91320400 MA7Y00211 0");
            assert_eq!(code.to_string().parse(), Ok(code));
        }
    }

    #[test]
    fn what_is_no_credit_code() {
        use CreditCodeError::*;
        let odd = |c| Letter(Odd::new(c));
        for (typed, error) in [
            ("", Length { typed: 0 }),
            ("9132040 MA7Y00211 0", Length { typed: 17 }),
            ("91320400 MA7Y00211 00", Length { typed: 19 }),
            // The check character is 0, J and B.
            ("91320400MA7Y002111", Check),
            ("1132040001400001X0", Check),
            ("91320404MAY4CL12T8", Check),
            ("911100006000373412", Check),
            // S, V and Z look like 5, U and 2, and are not taken for them.
            ("91320400MA7YS02110", odd('S')),
            ("91320400MA7YV02110", odd('V')),
            ("91320400ma7y00z110", odd('Z')),
            ("91320400MA7Y0021.1é", odd('é')),
            ("统一代码91320400MA7Y002110", odd('统')),
            ("91320400MA7Y002110号", odd('号')),
        ] {
            assert_eq!(CreditCode::parse(typed), Err(error), "{typed:?}");
        }
        assert_eq!(CreditCode::parse(&complete("9132040AMA7Y00211")), Err(Office));
    }

    #[test]
    fn an_organisation_code_with_another_check_character_is_told_and_taken() {
        let sound = CreditCode::parse("91320400MA7Y002110").unwrap();
        assert!(sound.is_organisation_code_sound());
        let old = CreditCode::parse(&complete("91320400MA7Y00212")).unwrap();
        assert!(!old.is_organisation_code_sound());
    }

    /// Seventeen characters with the check character that fits them.
    fn complete(seventeen: &str) -> String {
        format!("{seventeen}{}", mod31::of(seventeen).unwrap())
    }
}
