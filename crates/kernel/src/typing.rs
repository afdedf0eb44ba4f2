//! Undoing what Chinese keyboards do to digits and letters: full-width forms become ASCII.

/// The ASCII character for a full-width one (U+FF01–U+FF5E), and a plain space for U+3000.
/// Every other character is returned as it is.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::half_width;

    #[test]
    fn full_width_becomes_ascii() {
        let typed = "３２０４Ｘｘ＋－．　中a";
        let plain: String = typed.chars().map(half_width).collect();
        assert_eq!(plain, "3204Xx+-. 中a");
    }
}
