//! The rules of login passwords: long enough, neither a common password nor close to one, and without personal data.
//! There is no rule about the kinds of characters (NIST SP 800-63B, 3.1.1.2). Pure.

use kernel::{IdNumber, Mobile, typing};
use platform::policy::Section;
use serde::Deserialize;

/// Stretches of personal numbers shorter than this may occur by chance.
const TELLING_DIGITS: usize = 6;

/// What a login password must be like.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordPolicy {
    /// Shortest password taken. Which characters it is made of is not asked.
    pub min_chars: usize,
    /// Longest password taken.
    pub max_chars: usize,
    /// How many guesses somebody must need who tries common passwords and variants of them first; a power of ten: 6
    /// means a million.
    pub min_guesses_log10: u32,
    /// Words that passwords here are made of, beside those of the English list: pinyin, numbers that are read as
    /// words, the city.
    pub common: Vec<String>,
}

impl Section for PasswordPolicy {
    const NAME: &'static str = "passwords";

    fn check(&self) -> Result<(), String> {
        if self.min_chars < 8 {
            return Err("min_chars may not be below 8".into());
        }
        if self.max_chars < 64 {
            return Err("max_chars may not be below 64: people may use whole sentences".into());
        }
        if !(5..=12).contains(&self.min_guesses_log10) {
            return Err("min_guesses_log10 must be from 5 to 12".into());
        }
        Ok(())
    }
}

/// The error kind of a password that may not be used; `None` if it may. Judged is what is hashed: the composed form.
///
/// `personal` holds the numbers that are known of the person; a password may contain none of them,
/// nor the last six characters of one.
pub(crate) fn weakness(password: &str, personal: &[String], policy: &PasswordPolicy) -> Option<&'static str> {
    let password: &str = &typing::nfc(password);
    let chars = password.chars().count();
    if chars < policy.min_chars {
        return Some("password-short");
    }
    if chars > policy.max_chars {
        return Some("password-long");
    }
    let lower = password.to_lowercase();
    if personal.iter().any(|number| tells(&lower, &number.to_lowercase())) {
        return Some("password-personal");
    }
    let common: Vec<&str> = policy.common.iter().map(String::as_str).collect();
    let guesses = zxcvbn::zxcvbn(password, &common).guesses_log10();
    (guesses < f64::from(policy.min_guesses_log10)).then_some("password-weak")
}

/// What a password may not contain: the numbers that are known of its person.
pub(crate) fn personal_numbers(mobile: Option<&Mobile>, id_number: Option<&IdNumber>) -> Vec<String> {
    let mut numbers: Vec<String> = mobile.map(|mobile| mobile.expose().to_owned()).into_iter().collect();
    if let Some(id_number) = id_number {
        let birth = id_number.birth();
        let long = format!("{:04}{:02}{:02}", birth.year(), birth.month(), birth.day());
        numbers.extend([id_number.expose().to_owned(), long.get(2..).unwrap_or("").to_owned(), long]);
    }
    numbers
}

/// Whether a password was typed the same twice.
pub(crate) fn typed_twice(password: &str, again: &str) -> bool {
    typing::nfc(password) == typing::nfc(again)
}

fn tells(password: &str, number: &str) -> bool {
    let tail = number.char_indices().rev().nth(TELLING_DIGITS - 1).and_then(|(at, _)| number.get(at..));
    tail.is_some_and(|tail| password.contains(tail))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn policy() -> PasswordPolicy {
        let common = ["woaini", "520", "5201314", "1314", "changzhou", "zhangwei"].map(String::from).to_vec();
        PasswordPolicy { min_chars: 8, max_chars: 128, min_guesses_log10: 6, common }
    }

    #[test]
    fn common_passwords_and_their_kin_are_refused() {
        for password in [
            "password",
            "Passw0rd!",
            "iloveyou1",
            "12345678",
            "123456789012",
            "a123456789",
            "1qaz2wsx",
            "q1w2e3r4",
            "qwertyuiop",
            "asdf1234",
            "ABC12345",
            "aaaaaaaaaaaa",
            "aa11aa11",
            "88888888",
            "11223344",
            "abcdefgh",
            "19950615",
            "woaini1314",
            "woaini520",
            "5201314aa",
            "changzhou2026",
            "ChangZhou123",
            "zhangwei123",
            "长长长长长长长长",
        ] {
            assert_eq!(weakness(password, &[], &policy()), Some("password-weak"), "{password}");
        }
    }

    #[test]
    fn no_kind_of_character_is_asked_for() {
        for password in [
            "tianning2026",
            "qingguo7xiang",
            "correct horse battery",
            "春江花月夜青果巷文笔塔天宁寺",
            "文笔塔青果巷天宁寺",
            "gkwopznt",
            "73920184",
            "k7v2m9qd",
        ] {
            assert_eq!(weakness(password, &[], &policy()), None, "{password}");
        }
    }

    #[test]
    fn nothing_of_the_person_is_in_it() {
        let personal: Vec<String> =
            ["32040219800101001X", "13812345678", "19800101", "800101"].map(String::from).to_vec();
        for password in ["x19800101y", "love800101", "zhang345678", "zh01001xang", "01001Xzhuhai"] {
            assert_eq!(weakness(password, &personal, &policy()), Some("password-personal"), "{password}");
        }
        assert_eq!(weakness("tianning2026", &personal, &policy()), None);
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(weakness("Ab3$efg", &[], &policy()), Some("password-short"));
        assert_eq!(weakness("文笔塔青果巷天", &[], &policy()), Some("password-short"));
        // Seven letters, one of which is typed as two characters.
        assert_eq!(weakness("cafe\u{301}k7q", &[], &policy()), Some("password-short"));
        assert_eq!(weakness(&"kq7".repeat(43), &[], &policy()), Some("password-long"));
        assert!(typed_twice("caf\u{e9}", "cafe\u{301}") && !typed_twice("caf\u{e9}", "cafe"));
    }
}
