//! 定点医药机构编号 (`fixmedins_code`): the number under which the insurer knows a hospital or a pharmacy.

use std::fmt;
use std::str::FromStr;

use crate::typing;

const LENGTH: usize = 12;

/// An institution's number at the insurer: twelve letters and digits, as `H32040000001`. No character checks the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InsurerCode(String);

/// What was typed is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an insurer's number of an institution has twelve letters and digits, for example H32040000001")]
pub struct InsurerCodeError;

impl InsurerCode {
    /// Reads what somebody typed: blanks do not count, and letters are capitals.
    ///
    /// # Errors
    /// [`InsurerCodeError`]: another length, or other characters.
    pub fn parse(typed: &str) -> Result<Self, InsurerCodeError> {
        let text = typing::code(typed);
        if Self::has_form(&text) { Ok(Self(text)) } else { Err(InsurerCodeError) }
    }

    /// Whether a text has twelve letters and digits as it stands.
    pub fn has_form(text: &str) -> bool {
        text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    }

    /// Its twelve characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InsurerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for InsurerCode {
    type Err = InsurerCodeError;

    fn from_str(text: &str) -> Result<Self, InsurerCodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_however_it_is_written() {
        for typed in ["H32040000001", " h3204 0000 001\n", "Ｈ３２０４００００００１"] {
            assert_eq!(InsurerCode::parse(typed).unwrap().as_str(), "H32040000001", "{typed}");
        }
        for wrong in ["", "H3204000001", "H320400000012", "H3204000000é", "H3204000000."] {
            assert_eq!(InsurerCode::parse(wrong), Err(InsurerCodeError), "{wrong}");
        }
    }
}
