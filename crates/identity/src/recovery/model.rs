//! The fields of the recovery pages, read into types; what is wrong with them, as kinds. Pure.

use kernel::{Date, IdNumber, Mobile, PersonName};
use ui::Errors;

use crate::password::{PasswordPolicy, personal_numbers, typed_twice, weakness};
use crate::typed::{id_number_kind, name_kind};

/// Reads who somebody says to be.
pub(super) fn read_person(name: &str, number: &str, today: Date) -> Result<(PersonName, IdNumber), Errors> {
    let mut errors = Errors::new();
    let name = PersonName::parse(name);
    if let Err(error) = &name {
        errors.add("name", name_kind(error));
    }
    let number = IdNumber::parse(number, today);
    if let Err(error) = &number {
        errors.add("id_number", id_number_kind(error));
    }
    match (name, number) {
        (Ok(name), Ok(number)) => Ok((name, number)),
        _ => Err(errors),
    }
}

/// What is wrong with a new password, typed twice.
pub(super) fn password_errors(
    password: &str,
    again: &str,
    number: &IdNumber,
    mobile: Option<&Mobile>,
    policy: &PasswordPolicy,
) -> Errors {
    let personal = personal_numbers(mobile, Some(number));
    match weakness(password, &personal, policy) {
        Some(kind) => Errors::one("password", kind),
        None if !typed_twice(password, again) => Errors::one("password_again", "password-again"),
        None => Errors::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_judged_like_the_first_one() {
        let policy = crate::password::tests::policy();
        let number = IdNumber::parse("32040419900615002X", Date::constant(2026, 3, 2)).unwrap();
        let mobile = Mobile::parse("13812345678").unwrap();
        let kinds = |password: &str, again: &str| {
            let errors = password_errors(password, again, &number, Some(&mobile), &policy);
            errors.iter().map(|(field, kind)| format!("{field}:{kind}")).collect::<Vec<_>>()
        };
        assert!(kinds("tianning2026", "tianning2026").is_empty());
        assert_eq!(kinds("tianning2026", "tianning2027"), ["password_again:password-again"]);
        assert_eq!(kinds("xy19900615", "xy19900615"), ["password:password-personal"]);
        assert_eq!(kinds("xy12345678", "xy12345678"), ["password:password-personal"]);
        assert_eq!(kinds("short", "short"), ["password:password-short"]);
    }

    #[test]
    fn both_fields_are_told_at_once() {
        let errors = read_person("", "1", Date::constant(2026, 3, 2)).err().unwrap();
        assert_eq!(errors.iter().count(), 2);
    }
}
