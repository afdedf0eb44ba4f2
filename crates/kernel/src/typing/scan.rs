//! What a scanner typed through a keyboard: codes of letters and digits, whatever the keyboard did to them.

use super::marks::seen;

/// What came out of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// Nothing: an empty box, or a scanner's own marks alone.
    Nothing,
    /// Capital letters and digits, in order; at most so many as were asked for.
    Code(String),
    /// Characters that no code has, because an input method or another keyboard layout has changed them. Neither the
    /// code nor the person who shows it is to blame.
    Keyboard,
}

/// Reads a scan, of at most `most` letters and digits.
///
/// Codes are read in whatever case (Caps Lock), full-width, between STX and ETX, behind a byte order mark or an AIM
/// identifier (`]C1`, `]Q1`, `]d2`), before Tab, CR and LF, with blanks and marks between their letters (`。` for `.`).
/// Marks carry no meaning, because a code's own alphabet has none.
pub fn scan(typed: &str, most: usize) -> Scan {
    let text: String = seen(typed).chars().filter(|c| *c != ' ').collect();
    let text = without_identifier(&text);
    if text.is_empty() {
        return Scan::Nothing;
    }
    // A letter that is not ASCII cannot come from a scanner, because codes are drawn in ASCII.
    if text.chars().any(|c| c.is_alphanumeric() && !c.is_ascii()) {
        return Scan::Keyboard;
    }
    let code: String =
        text.chars().filter(char::is_ascii_alphanumeric).take(most).map(|c| c.to_ascii_uppercase()).collect();
    if code.is_empty() { Scan::Keyboard } else { Scan::Code(code) }
}

/// The text without the scanner's identifier of what kind of code it saw (ISO/IEC 15424): `]`, a letter, one more.
/// A Chinese input method writes `】` for `]`.
fn without_identifier(text: &str) -> &str {
    let mut chars = text.chars();
    let found = matches!(chars.next(), Some(']' | '】' | '」'))
        && chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next().is_some_and(|c| c.is_ascii_alphanumeric());
    if found { chars.as_str() } else { text }
}
