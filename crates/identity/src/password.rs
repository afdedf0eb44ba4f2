//! What a login password must be like. Pure.

use kernel::typing;

use crate::policy::PasswordPolicy;

/// Stretches of personal numbers shorter than this may occur by chance.
const TELLING_DIGITS: usize = 6;

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
    let has = |is: fn(char) -> bool| password.chars().any(is);
    if chars < policy.free_chars && !(has(char::is_alphabetic) && has(|c| c.is_ascii_digit())) {
        return Some("password-mix");
    }
    let lower = password.to_lowercase();
    if policy.weak.iter().any(|weak| weak.to_lowercase() == lower) || different(&lower) < policy.min_different {
        return Some("password-weak");
    }
    if personal.iter().any(|number| tells(&lower, &number.to_lowercase())) {
        return Some("password-personal");
    }
    None
}

/// Whether a password was typed the same twice.
pub(crate) fn typed_twice(password: &str, again: &str) -> bool {
    typing::nfc(password) == typing::nfc(again)
}

fn different(text: &str) -> usize {
    let mut chars: Vec<char> = text.chars().collect();
    chars.sort_unstable();
    chars.dedup();
    chars.len()
}

fn tells(password: &str, number: &str) -> bool {
    let tail = number.char_indices().rev().nth(TELLING_DIGITS - 1).and_then(|(at, _)| number.get(at..));
    tail.is_some_and(|tail| password.contains(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> PasswordPolicy {
        PasswordPolicy {
            min_chars: 8,
            free_chars: 12,
            max_chars: 128,
            min_different: 5,
            weak: vec!["abc12345".into(), "123456789012".into()],
        }
    }

    #[test]
    fn passwords_are_judged() {
        let personal: Vec<String> =
            ["32040219800101001X", "13812345678", "19800101", "800101"].map(String::from).to_vec();
        let cases = [
            ("Ab3$efg", Some("password-short")),
            ("abcdefgh", Some("password-mix")),
            ("12345679", Some("password-mix")),
            ("ABC12345", Some("password-weak")),
            ("123456789012", Some("password-weak")),
            ("aaaaaaaaaaaa", Some("password-weak")),
            ("aa11aa11", Some("password-weak")),
            ("x19800101y", Some("password-personal")),
            ("love800101", Some("password-personal")),
            ("zhang345678", Some("password-personal")),
            ("zh01001xang", Some("password-personal")),
            ("tianning2026", None),
            ("qingguo7xiang", None),
            ("correct horse battery", None),
            ("春江花月夜青果巷文笔塔天宁寺", None),
            ("密码密码12345", None),
        ];
        for (password, expected) in cases {
            assert_eq!(weakness(password, &personal, &policy()), expected, "{password}");
        }
        assert!(typed_twice("caf\u{e9}", "cafe\u{301}") && !typed_twice("caf\u{e9}", "cafe"));
        // Seven letters, one of which is typed as two characters.
        assert_eq!(weakness("cafe\u{301}123", &[], &policy()), Some("password-short"));
        let long = "ab1".repeat(50);
        assert_eq!(weakness(&long, &[], &policy()), Some("password-long"));
    }
}
