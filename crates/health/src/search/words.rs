//! The words a name is found by, made when the name is written; and what was typed, made ready.

use pinyin::ToPinyin;

/// Longest query looked at, in characters: no name is longer.
pub(super) const QUERY_CHARS: usize = 30;

/// Surnames that are read otherwise than the character alone.
const SURNAMES: [(char, char); 8] =
    [('单', 's'), ('曾', 'z'), ('解', 'x'), ('仇', 'q'), ('区', 'o'), ('查', 'z'), ('朴', 'p'), ('乐', 'y')];

/// What a row is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Lower-case names in every language, one after another.
    pub search: String,
    /// Pinyin initials of the Chinese names: `czsdyrmyy`.
    pub initials: String,
}

impl Words {
    /// The words of a thing with these Chinese names and one English name.
    pub fn of(names: &[&str], name_en: &str) -> Self {
        let initials: Vec<String> = names.iter().map(|name| initials(name)).collect();
        Self { search: lower(&[names, &[name_en]].concat()), initials: initials.join(" ") }
    }

    /// The words of a person: the first character is a surname.
    pub fn of_person(name: &str, name_en: &str) -> Self {
        let mut letters: Vec<char> = initials(name).chars().collect();
        let surname = name.chars().next().and_then(|first| SURNAMES.iter().find(|(han, _)| *han == first));
        if let (Some(slot), Some((_, letter))) = (letters.first_mut(), surname) {
            *slot = *letter;
        }
        Self { search: lower(&[name, name_en]), initials: letters.into_iter().collect() }
    }
}

/// A romanised name in the order it is written, surname first: `周雅文` is `Zhou Yawen`.
pub fn romanised(name: &str) -> String {
    let mut parts = name.chars().filter_map(|han| han.to_pinyin().map(|p| p.plain()));
    let surname = capital(parts.next().unwrap_or(""));
    let given: String = parts.collect();
    if given.is_empty() { surname } else { format!("{surname} {}", capital(&given)) }
}

/// The pinyin initials of a Chinese text; Latin letters and digits stay, the rest is left out.
pub fn initials(text: &str) -> String {
    let letter = |c: char| match c.to_pinyin() {
        Some(pinyin) => pinyin.first_letter().chars().next(),
        None => c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()),
    };
    text.chars().filter_map(letter).collect()
}

/// What was typed as a pattern for LIKE … ESCAPE '\': lower case, full-width letters made half-width,
/// spaces left out at the ends. `None` when nothing is left to look for.
pub fn pattern(typed: &str) -> Option<String> {
    let half = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    };
    let clean: String = typed.chars().map(half).collect::<String>().trim().chars().take(QUERY_CHARS).collect();
    if clean.is_empty() {
        return None;
    }
    let mut pattern = String::from("%");
    for c in clean.to_lowercase().chars().filter(|c| !c.is_control()) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

fn lower(names: &[&str]) -> String {
    names.join(" ").to_lowercase()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_of_names() {
        for (name, expected) in [
            ("常州市第一人民医院", "czsdyrmyy"),
            ("心血管内科", "xxgnk"),
            ("CT室", "cts"),
            ("呼吸与危重症医学科", "hxywzzyxk"),
            ("", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
        assert_eq!(Words::of_person("单文", "Shan Wen").initials, "sw");
        assert_eq!(Words::of(&["眼科", "眼"], "Eye").initials, "yk y");
        assert_eq!(Words::of(&["眼科"], "Eye").search, "眼科 eye");
    }

    #[test]
    fn names_in_latin_letters() {
        assert_eq!(romanised("周雅文"), "Zhou Yawen");
        assert_eq!(romanised("李明"), "Li Ming");
    }

    #[test]
    fn patterns_are_escaped_and_folded() {
        for (typed, expected) in [
            ("  ", None),
            ("\u{3000}", None),
            ("眼科", Some("%眼科%")),
            ("ＣＺ ", Some("%cz%")),
            ("50%_\\", Some("%50\\%\\_\\\\%")),
        ] {
            assert_eq!(pattern(typed).as_deref(), expected, "{typed:?}");
        }
        assert_eq!(pattern(&"长".repeat(500)).map(|text| text.chars().count()), Some(QUERY_CHARS + 2));
    }
}
