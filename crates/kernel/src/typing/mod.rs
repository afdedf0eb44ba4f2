//! What people, keyboards and scanners type, cleaned in one place.
//!
//! Whatever is typed goes through here, so that one habit of one keyboard is understood everywhere or nowhere. A field
//! says what it can hold by the function it calls: [`digits`], [`code`], [`credit_code`], [`figure`], [`login`],
//! [`line`], [`words`], [`scan`], and of anything scanned [`CodeKind`] tells what it is; [`IdNumber`](crate::IdNumber),
//! [`Mobile`](crate::Mobile) and [`PersonName`](crate::PersonName) call what they need. Nothing here judges: the caller
//! accepts what is left after cleaning, or refuses it with a reason. Passwords are not cleaned, only brought to NFC
//! ([`nfc`]).

mod code_kind;
mod forms;
mod kinds;
mod marks;
mod scan;

use std::borrow::Cow;
use std::fmt;

pub use code_kind::{CARD_CODE_START, CodeKind};
pub use forms::same_form;
pub use kinds::{code, credit_code, digits, figure, line, login, words};
pub use scan::{Scan, scan};

pub(crate) use forms::ordinary;
pub(crate) use kinds::{number, number_or_x};
pub(crate) use marks::{is_dash, is_invisible};

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// A text in Unicode's composed form (NFC): the same letters from two keyboards are the same bytes.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// A text without control characters, which no field can show; ends of lines and tabs stay. For what comes in before any field
/// has read it, and may be shown again.
pub fn shown(text: &str) -> Cow<'_, str> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.contains(odd) { Cow::Owned(text.replace(odd, "")) } else { Cow::Borrowed(text) }
}

/// A character that cannot stand where it was typed, to be shown to whoever typed it. It may be part of a name or a
/// number, so neither `Debug` nor an error's text shows it: errors are logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Odd(char);

impl Odd {
    pub(crate) fn new(c: char) -> Odd {
        Odd(c)
    }

    /// The character as a page shows it: itself, or its code point (`U+E000`) where fonts have nothing to show.
    pub fn shown(self) -> String {
        match self.0 {
            c @ ('\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '\u{FFFD}') => {
                format!("U+{:04X}", u32::from(c))
            }
            // An accent that stands on nothing would be drawn over the quotation mark before it.
            c if unicode_normalization::char::is_combining_mark(c) => format!("\u{25CC}{c}"),
            c => c.to_string(),
        }
    }
}

impl fmt::Debug for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Odd(…)")
    }
}

#[cfg(test)]
mod tests;
