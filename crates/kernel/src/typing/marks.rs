//! Characters that carry no meaning: those that cannot be seen, and those that only group others.

use unicode_normalization::UnicodeNormalization;

/// Characters that show nothing and mean nothing in a field: marks of direction, joiners, byte order marks, soft
/// hyphens, selectors of a glyph. Unicode's Default_Ignorable_Code_Point, and the marks around annotations.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Hyphens, dashes and minus signs of all widths, and the long vowel mark that Japanese keyboards have in their place.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'
            ..='\u{2015}'
                | '\u{2043}'
                | '\u{2212}'
                | '\u{2E3A}'
                | '\u{2E3B}'
                | '\u{30FC}'
                | '\u{FE58}'
                | '\u{FE63}'
                | '\u{FF0D}'
    )
}

/// What people put between the digits of a number, or around it when they copy it from a table.
fn is_grouping(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_dash(c)
        || matches!(
            c,
            '.' | ',' | '/' | '\\' | '_' | '·' | '\'' | '"' | '`' | '(' | ')' | '|' | ':' | ';' | '\u{2018}'
                ..='\u{201F}'
                    | '\u{2022}'
                    | '\u{2024}'
                    | '\u{2027}'
                    | '\u{2032}'
                    | '\u{2033}'
                    | '\u{2044}'
                    | '\u{2215}'
                    | '\u{2219}'
                    | '\u{22C5}'
                    | '\u{3001}'
                    | '\u{3002}'
                    | '\u{30FB}'
        )
}

/// The visible characters, in compatibility form: full-width letters, `①` and `Ⅹ` become ASCII, every blank becomes a
/// space, and every other control character is removed.
pub(super) fn seen(text: &str) -> String {
    let blank = |c: char| if c.is_whitespace() { ' ' } else { c };
    text.chars().filter(|c| !is_invisible(*c)).nfkc().map(blank).filter(|c| !c.is_control()).collect()
}

/// The same without grouping marks.
pub(super) fn squeeze(text: &str) -> String {
    seen(text).chars().filter(|c| !is_grouping(*c)).collect()
}
