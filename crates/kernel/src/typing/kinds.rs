//! One function for each kind of field.

use super::forms::{ordinary, same_form};
use super::marks::{is_dash, is_invisible, seen, squeeze};
use super::nfc;

/// A fixed count of digits: card PINs, e-card payment passwords, SMS codes and counter codes. `None` if the text is
/// something else.
///
/// Only digits can be meant, so a letter that looks like a digit counts as that digit.
pub fn digits(typed: &str, count: usize) -> Option<String> {
    let text = number(typed);
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// A field that can hold only digits, cleaned but not judged.
pub(crate) fn number(typed: &str) -> String {
    squeeze(typed).chars().map(like_a_digit).collect()
}

/// Seventeen digits and a digit or X; the last character may also be one that looks like an X.
pub(crate) fn number_or_x(typed: &str) -> String {
    let mut text: Vec<char> = squeeze(typed).chars().collect();
    let last = text.pop().map(|c| like_an_x(like_a_digit(c)));
    text.into_iter().map(like_a_digit).chain(last).collect()
}

/// A number of capital letters and digits: a card's. Letters of other alphabets that look like ours are ours; `O` and
/// `0` are not told apart for the person, since both can be meant.
pub fn code(typed: &str) -> String {
    squeeze(typed).chars().map(like_latin).map(|c| c.to_ascii_uppercase()).collect()
}

/// A unified social credit code: [`code`] with 0 for O and 1 for I, which these codes do not have, so that nothing else can
/// be meant. S, V and Z, which they do not have either, stay: what they were meant to be is not certain.
pub fn credit_code(typed: &str) -> String {
    let mark = |c: char| match c {
        'O' => '0',
        'I' => '1',
        other => other,
    };
    code(typed).chars().map(mark).collect()
}

/// A figure: digits, a minus sign and a decimal point, without thousands separators and without the yuan sign.
pub fn figure(typed: &str) -> String {
    let mark = |c: char| match c {
        '\u{3002}' => '.',
        other if is_dash(other) => '-',
        other => other,
    };
    let dropped = |c: &char| matches!(c, ' ' | ',' | '_' | '\'' | '\u{3001}' | '¥' | '元');
    seen(typed).chars().filter(|c| !dropped(c)).map(mark).collect()
}

/// A login name or an institution's short name: small letters, digits, dots, dashes, underscores.
pub fn login(typed: &str) -> String {
    let mark = |c: char| match c {
        '\u{3002}' | '\u{FF61}' => '.',
        other if is_dash(other) => '-',
        other => other,
    };
    seen(typed).chars().filter(|c| *c != ' ').map(mark).map(like_latin).map(|c| c.to_ascii_lowercase()).collect()
}

/// A line of words that somebody will read again, of at most so many characters: blanks folded, nothing invisible.
pub fn line(typed: &str, most: usize) -> String {
    let seen: String = typed.chars().filter(|c| !is_invisible(*c) && (!c.is_control() || c.is_whitespace())).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    nfc(&words.join(" ")).chars().take(most).collect::<String>().trim_end().to_owned()
}

/// The words to search by, at most so many characters in all: small letters, simplified characters, and neither marks
/// nor apostrophes. What is kept to be found goes through the same.
pub fn words(typed: &str, most: usize) -> Vec<String> {
    let mut left = most;
    let text: String = ordinary(typed).chars().map(same_form).flat_map(char::to_lowercase).collect();
    let mut words = Vec::new();
    for word in seen(&text).split(|c: char| !c.is_alphanumeric() && !is_apostrophe(c)) {
        let word: String = word.chars().filter(|c| c.is_alphanumeric()).take(left).collect();
        left -= word.chars().count();
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{2BC}')
}

/// The digit that a letter looks like, for fields without letters.
fn like_a_digit(c: char) -> char {
    match c {
        'o' | 'O' | 'о' | 'О' | 'ο' | 'Ο' => '0',
        'l' | 'I' | 'i' | 'ı' | 'і' | 'І' | 'ι' | 'Ι' => '1',
        other => other,
    }
}

/// X for a character that looks like one or stands for it on a telephone's keys.
fn like_an_x(c: char) -> char {
    match c {
        'x' | '×' | 'х' | 'Х' | 'χ' | 'Χ' | '✕' | '✖' | '╳' | '*' => 'X',
        other => other,
    }
}

/// The Latin letter for a Cyrillic or Greek one of the same shape.
fn like_latin(c: char) -> char {
    match c {
        'А' | 'Α' => 'A',
        'а' | 'α' => 'a',
        'В' | 'Β' => 'B',
        'С' => 'C',
        'с' => 'c',
        'Е' | 'Ε' => 'E',
        'е' => 'e',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'і' => 'i',
        'Ј' => 'J',
        'ј' => 'j',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'о' | 'ο' => 'o',
        'Р' | 'Ρ' => 'P',
        'р' => 'p',
        'Ѕ' => 'S',
        'ѕ' => 's',
        'Т' | 'Τ' => 'T',
        'У' | 'Υ' => 'Y',
        'у' => 'y',
        'Х' | 'Χ' => 'X',
        'х' => 'x',
        'Ζ' => 'Z',
        other => other,
    }
}
