//! People's names: Han of any age and rarity, names with 「·」, and names in Latin letters
//! (ACC-1, GB 18030-2022).

use std::fmt;

use crate::pii::Mask;
use crate::typing::half_width;

const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 50;

/// A person's name as it is on the identity card, in one spelling: the same name typed with
/// another dot, a full-width letter or spare spaces is the same value. Never shows itself in
/// logs; storing and sending it is a call of [`expose`](PersonName::expose).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name of 2 to 50 characters: Han, Latin letters, and between them single spaces,
    /// `'`, `-` and `·`. Spaces around Han are dropped, as cards print 「张　三」 for 张三; any of
    /// the dots that keyboards offer between Han becomes `·`.
    pub fn parse(text: &str) -> Result<PersonName, NameError> {
        let name = normalise(text);
        let length = name.chars().count();
        if length < MIN_CHARS {
            return Err(NameError::TooShort);
        }
        if length > MAX_CHARS {
            return Err(NameError::TooLong);
        }
        let mut letter_before = false;
        for c in name.chars() {
            let letter = is_han(c) || is_latin(c);
            if !letter && !is_joint(c) {
                return Err(NameError::Character);
            }
            if !letter && !letter_before {
                return Err(NameError::Punctuation);
            }
            letter_before = letter;
        }
        if letter_before { Ok(PersonName(name)) } else { Err(NameError::Punctuation) }
    }

    /// The name.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Mask for PersonName {
    /// Han names keep their last Han character (`*三`, `****·**提`), Latin names their first
    /// letter (`M**** *****`); what joins the parts stays.
    fn masked(&self) -> String {
        let last_han = self.0.char_indices().rfind(|(_, c)| is_han(*c));
        let kept = last_han.map_or(0, |(at, _)| at);
        self.0.char_indices().map(|(at, c)| if at == kept || is_joint(c) { c } else { '*' }).collect()
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

/// Why a text is not a name. The offending character is not named: errors are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Fewer than two characters.
    #[error("a name has at least two characters")]
    TooShort,
    /// More than fifty characters.
    #[error("a name has at most fifty characters")]
    TooLong,
    /// A character that no name has, as a digit.
    #[error("the name holds a character that names do not have")]
    Character,
    /// A dot, dash or apostrophe at an end, or two in a row.
    #[error("the name's punctuation is not between letters")]
    Punctuation,
}

/// Full-width letters to ASCII, whitespace to single spaces, then joints by their neighbours.
fn normalise(text: &str) -> String {
    let plain: String = text.chars().map(half_width).map(plain_joint).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let chars: Vec<char> = words.join(" ").chars().collect();
    let mut name = String::with_capacity(plain.len());
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(at + 1).copied();
        let beside = |test: fn(char) -> bool| before.is_some_and(test) && after.is_some_and(test);
        match c {
            ' ' if beside(is_han_or_dot) => {}
            // A full stop joins Han only; in Latin names it stays, and is refused.
            '.' if beside(is_han_or_space) => name.push('·'),
            other => name.push(other),
        }
    }
    name
}

/// One apostrophe and one middle dot for their many look-alikes.
fn plain_joint(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        // Bullet, katakana middle dots, hyphenation point, bullet operator, dot operator,
        // ano teleia, one dot leader.
        '\u{2022}' | '\u{30FB}' | '\u{FF65}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{0387}' | '\u{2024}' => '·',
        '\u{3002}' | '\u{FF61}' => '.',
        other => other,
    }
}

fn is_han_or_dot(c: char) -> bool {
    is_han(c) || matches!(c, '·' | '.')
}

fn is_han_or_space(c: char) -> bool {
    is_han(c) || c == ' '
}

/// Han, all of it: planes 2 and 3 are set aside for ideographs, so the whole planes count and
/// the next extension's names are accepted on the day it appears.
fn is_han(c: char) -> bool {
    matches!(c,
        '\u{3007}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{2FFFD}'
        | '\u{30000}'..='\u{3FFFD}')
}

/// Letters of the Latin blocks, accented ones included.
fn is_latin(c: char) -> bool {
    matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}') && !matches!(c, '×' | '÷')
}

fn is_joint(c: char) -> bool {
    matches!(c, ' ' | '\'' | '-' | '·')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_their_one_spelling() {
        let long = "阿".repeat(50);
        for (typed, name) in [
            ("张三", "张三"),
            ("  张三\t", "张三"),
            ("张　三", "张三"),
            ("张 三", "张三"),
            ("欧阳娜娜", "欧阳娜娜"),
            ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉･买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉‧买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉．买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉 · 买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉 . 买买提", "阿卜杜拉·买买提"),
            ("阿卜杜拉。买买提", "阿卜杜拉·买买提"),
            ("古丽·阿依·买买提", "古丽·阿依·买买提"),
            ("〇一", "〇一"),
            // Extension A (䶮), the end of the first block (鿫), B (𠅤), C, D (𫞩), E (𬭎), F, G, H, J.
            ("李䶮", "李䶮"),
            ("王鿫", "王鿫"),
            ("王𠅤", "王𠅤"),
            ("王\u{2A700}", "王\u{2A700}"),
            ("王𫞩", "王𫞩"),
            ("王𬭎", "王𬭎"),
            ("王\u{2CEB0}", "王\u{2CEB0}"),
            ("王\u{2EBF0}", "王\u{2EBF0}"),
            ("王\u{30000}", "王\u{30000}"),
            ("王\u{31350}", "王\u{31350}"),
            ("王\u{323B0}", "王\u{323B0}"),
            ("\u{20000}\u{20001}", "\u{20000}\u{20001}"),
            ("凞\u{F9DC}", "凞\u{F9DC}"),
            ("Maria  Smith", "Maria Smith"),
            ("Ｍａｒｉａ　Ｓｍｉｔｈ", "Maria Smith"),
            ("José Núñez-Ødegård", "José Núñez-Ødegård"),
            ("Nguyễn Văn Đức", "Nguyễn Văn Đức"),
            ("Conor O’Brien", "Conor O'Brien"),
            ("Anna 王", "Anna 王"),
            ("Li", "Li"),
            (&long, &long),
        ] {
            assert_eq!(PersonName::parse(typed).map(|n| n.0), Ok(name.to_owned()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_name() {
        let long = "阿".repeat(51);
        for (text, error) in [
            ("", NameError::TooShort),
            (" \u{3000} ", NameError::TooShort),
            ("张", NameError::TooShort),
            ("𠅤", NameError::TooShort),
            (&long, NameError::TooLong),
            ("张3", NameError::Character),
            ("张３", NameError::Character),
            ("张三!", NameError::Character),
            ("张三<b>", NameError::Character),
            ("张*三", NameError::Character),
            ("张\u{200B}三", NameError::Character),
            ("张\u{0}三", NameError::Character),
            ("张😀", NameError::Character),
            ("やまだ", NameError::Character),
            ("Иван", NameError::Character),
            ("A×B", NameError::Character),
            ("J. Smith", NameError::Character),
            ("张\u{E863}", NameError::Character),
            ("张\u{202E}三", NameError::Character),
            ("·张三", NameError::Punctuation),
            ("张三·", NameError::Punctuation),
            ("阿卜杜拉··买买提", NameError::Punctuation),
            ("Anna--Lena", NameError::Punctuation),
            ("-- ", NameError::Punctuation),
            ("' '", NameError::Punctuation),
        ] {
            assert_eq!(PersonName::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn masks() {
        for (name, masked) in [
            ("张三", "*三"),
            ("张三丰", "**丰"),
            ("王𠅤", "*𠅤"),
            ("阿卜杜拉·买买提", "****·**提"),
            ("Maria Smith", "M**** *****"),
            ("Conor O'Brien", "C**** *'*****"),
            ("Émile Zola", "É**** ****"),
            ("Anna 王", "**** 王"),
            ("王 Anna", "王 ****"),
        ] {
            assert_eq!(PersonName::parse(name).unwrap().masked(), masked);
        }
    }
}
