//! People's names: Han of any age and rarity, names with 「·」, and names in Latin letters
//! (ACC-1, GB 18030-2022); in one spelling, and compared whatever the spelling.

use std::fmt;

use crate::pii::Mask;
use crate::typing::{Odd, is_dash, is_invisible, ordinary, same_form};

const MIN_CHARS: usize = 2;
const MAX_CHARS: usize = 50;

/// Surnames of two characters with their readings, one a line: `尉迟 yu-chi`. Lines with `#` are remarks.
pub const DOUBLE_SURNAMES: &str = include_str!("person_name/double_surnames.txt");

/// A person's name as it is on the identity card, in one spelling: the same name typed with another dot, a full-width
/// letter or spare spaces is the same value. It never shows itself in logs; to store or send it, code must call
/// [`expose`](PersonName::expose).
///
/// `==` asks whether the spelling is the same. To ask whether two sources mean one name, use
/// [`same_as`](PersonName::same_as).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name of 2 to 50 characters: Han, Latin letters, and between them single spaces, `'`, `-` and `·`. Spaces
    /// around Han are dropped, as cards print 「张　三」 for 张三; any of the dots that keyboards offer between Han becomes
    /// `·`; invisible characters are dropped; a character that has an ordinary code point is moved to it (金 for U+F90A,
    /// 高 for the radical U+2FBC, 䶮 for U+E863, 〇 for ○), and composed (NFC). A name that was read once can be read
    /// again and gives the same value.
    pub fn parse(text: &str) -> Result<PersonName, NameError> {
        let name = normalise(text);
        let length = name.chars().count();
        let odd = name.chars().find(|c| !is_letter(*c) && !is_joint(*c));
        if let Some(odd) = odd {
            return Err(NameError::Character(Odd::new(odd)));
        }
        if length == 0 {
            return Err(NameError::Empty);
        }
        if length < MIN_CHARS {
            return Err(NameError::TooShort);
        }
        if length > MAX_CHARS {
            return Err(NameError::TooLong);
        }
        let mut letter_before = false;
        for c in name.chars() {
            if !is_letter(c) && !letter_before {
                return Err(NameError::Punctuation);
            }
            letter_before = is_letter(c);
        }
        if letter_before { Ok(PersonName(name)) } else { Err(NameError::Punctuation) }
    }

    /// The name.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The surname by which a clerk calls somebody out: 欧阳 of 欧阳明远, 周 of 周明远. A name in parts (古丽娜尔·艾山,
    /// MARIA ROSSI) is called by its first one: which of them is the family's differs from people to people.
    pub fn surname(&self) -> &str {
        let first = self.0.split(['·', ' ']).next().unwrap_or_default();
        if first.len() < self.0.len() || !first.chars().all(is_han) {
            return first;
        }
        let ends = |count: usize| first.char_indices().nth(count).map_or(first.len(), |(at, _)| at);
        let two = &first[..ends(2)];
        // A name that is nothing but those two characters is one of another surname.
        let mut surnames = DOUBLE_SURNAMES.lines().filter_map(|line| line.split(' ').next());
        let double = two.len() < first.len() && surnames.any(|surname| same_form_all(surname, two));
        if double { two } else { &first[..ends(1)] }
    }

    /// The name as somebody in a room full of people may hear and see it: the surname, and of the rest the last character
    /// of a Han name where it has more than one (`王*`, `王*明`, `欧阳*远`, `古丽娜尔·**`, `MARIA *****`).
    pub fn called(&self) -> String {
        let (surname, rest) = self.0.split_at(self.surname().len());
        let count = rest.chars().count();
        let plain = rest.chars().all(is_han);
        let shown = |(at, c): (usize, char)| {
            if is_joint(c) || (plain && count > 1 && at + 1 == count) { c } else { '*' }
        };
        surname.chars().chain(rest.chars().enumerate().map(shown)).collect()
    }

    /// Whether two sources mean one name: two records of one person, what is typed and what is on record.
    ///
    /// It ignores Latin case, the order of Latin parts (ZHANG San, San Zhang), kinds of dots and blanks, code points
    /// (see [`parse`](PersonName::parse)), and traditional, simplified and doubly encoded forms (張 and 张;
    /// [`typing::same_form`](crate::typing::same_form) has the rule). Everything else makes names differ: other
    /// characters of the same sound, accents, a part that is missing. A name alone does not identify anybody, so it is
    /// always compared together with a number.
    pub fn same_as(&self, other: &PersonName) -> bool {
        self.canonical() == other.canonical()
    }

    /// The same name in the characters that most registers use, where it is written with others (劉紅: 刘红); `None` where
    /// it is written so already. Partners compare texts: we ask about the name as the person wrote it first, and about
    /// this one if nobody is known under that.
    pub fn in_common_forms(&self) -> Option<PersonName> {
        let common: String = self.0.chars().map(same_form).collect();
        (common != self.0).then_some(PersonName(common))
    }

    /// A text that is equal for names that are [`the same`](PersonName::same_as) and for no others: what keyed
    /// fingerprints are taken over. It is not a name to show or to send, and it may change with the program, so a
    /// fingerprint that lives longer than minutes needs a version number.
    pub fn canonical(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        let mut parts = vec![String::new()];
        for (at, &c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
            let after = chars.get(at + 1).copied();
            // In Latin names the dot stands for a space; where Han and Latin characters meet, nobody knows whether
            // there is one.
            let blank = c == ' ' || (c == '·' && [before, after].into_iter().flatten().any(is_latin));
            let meet = before.is_some_and(|b| (is_latin(b) && is_han(c)) || (is_han(b) && is_latin(c)));
            if blank || meet {
                parts.push(String::new());
            }
            if let Some(part) = parts.last_mut().filter(|_| !blank) {
                part.extend(same_form(c).to_lowercase());
            }
        }
        parts.sort_unstable();
        parts.join(" ")
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

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was typed.
    #[error("the name is empty")]
    Empty,
    /// Fewer than two characters.
    #[error("a name has at least two characters")]
    TooShort,
    /// More than fifty characters.
    #[error("a name has at most fifty characters")]
    TooLong,
    /// A character that no name has, such as a digit.
    #[error("the name holds a character that names do not have")]
    Character(Odd),
    /// A dot, dash or apostrophe at an end, or two in a row.
    #[error("the name's punctuation is not between letters")]
    Punctuation,
}

/// Brings characters to their ordinary code points and whitespace to single spaces, and then reads each joining mark by
/// its neighbours.
fn normalise(text: &str) -> String {
    let seen: String = text.chars().filter(|c| !is_invisible(*c) && (!c.is_control() || c.is_whitespace())).collect();
    let plain: String = ordinary(&seen).chars().map(plain_joint).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let chars: Vec<char> = words.join(" ").chars().collect();
    let mut name = String::with_capacity(plain.len());
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(at + 1).copied();
        let beside = |test: fn(char) -> bool| before.is_some_and(test) && after.is_some_and(test);
        match c {
            ' ' if beside(is_han_or_dot) => {}
            // A full stop joins only Han characters; in a Latin name it stays and is refused.
            '.' if beside(is_han_or_space) => name.push('·'),
            other => name.push(other),
        }
    }
    name
}

/// One apostrophe and one middle dot for their many look-alikes.
fn plain_joint(c: char) -> char {
    match c {
        '`' | '\u{B4}' | '\u{2B9}'..='\u{2BC}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' => '\'',
        // The em dash is not one of them: nobody joins names with it.
        '\u{2014}' | '\u{2015}' | '\u{2E3A}' | '\u{2E3B}' | '\u{30FC}' => c,
        c if is_dash(c) => '-',
        // Bullets, katakana middle dots, hyphenation point, bullet operator, dot operator, ano teleia, one dot
        // leader, and the dots of scripts whose fonts are at hand.
        '\u{2022}' | '\u{25CF}' | '\u{25E6}' | '\u{30FB}' | '\u{FF65}' | '\u{2027}' | '\u{2219}' | '\u{22C5}'
        | '\u{387}' | '\u{2024}' | '\u{16EB}' | '\u{2E31}' | '\u{2E33}' | '\u{A78F}' => '·',
        '\u{3002}' | '\u{FE52}' | '\u{FF61}' => '.',
        other => other,
    }
}

/// Whether two texts are the same characters in whatever forms (歐陽, 欧阳).
fn same_form_all(one: &str, other: &str) -> bool {
    one.chars().map(same_form).eq(other.chars().map(same_form))
}

fn is_letter(c: char) -> bool {
    is_han(c) || is_latin(c)
}

fn is_han_or_dot(c: char) -> bool {
    is_han(c) || matches!(c, '·' | '.')
}

fn is_han_or_space(c: char) -> bool {
    is_han(c) || c == ' '
}

/// All Han characters. Planes 2 and 3 are set aside for ideographs, so the whole planes count and names of the next
/// extension are accepted on the day it appears.
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
mod tests;
