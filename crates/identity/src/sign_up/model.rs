//! The second page's fields, read into types; what is wrong with them, as kinds. Pure.

use kernel::{Date, IdNumber, Mobile, PersonName};
use ui::Errors;

use crate::password::{PasswordPolicy, personal_numbers, typed_twice, weakness};
use crate::sms_codes::code_errors;
use crate::typed::{id_number_kind, name_kind};

/// As typed.
pub(super) struct Typed<'a> {
    pub(super) name: &'a str,
    pub(super) id_number: &'a str,
    /// Its six digits, if it was six.
    pub(super) code: Option<String>,
    pub(super) password: &'a str,
    pub(super) password_again: &'a str,
}

/// As meant.
pub(super) struct Read {
    pub(super) name: PersonName,
    pub(super) id_number: IdNumber,
    pub(super) code: String,
}

/// Reads every field, so that all mistakes are told at once. Nothing here costs a try at the code.
pub(super) fn read(typed: Typed<'_>, mobile: &Mobile, today: Date, policy: &PasswordPolicy) -> Result<Read, Errors> {
    // In the order in which they stand on the page.
    let mut errors = code_errors(typed.code.as_deref());
    let name = PersonName::parse(typed.name);
    if let Err(error) = &name {
        errors.add("name", name_kind(error));
    }
    let id_number = IdNumber::parse(typed.id_number, today);
    if let Err(error) = &id_number {
        errors.add("id_number", id_number_kind(error));
    }
    let personal = personal_numbers(Some(mobile), id_number.as_ref().ok());
    if let Some(kind) = weakness(typed.password, &personal, policy) {
        errors.add("password", kind);
    } else if !typed_twice(typed.password, typed.password_again) {
        errors.add("password_again", "password-again");
    }
    match (name, id_number, typed.code) {
        (Ok(name), Ok(id_number), Some(code)) if errors.is_empty() => Ok(Read { name, id_number, code }),
        _ => Err(errors),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 3, 2);

    fn policy() -> PasswordPolicy {
        crate::password::tests::policy()
    }

    fn typed() -> Typed<'static> {
        Typed {
            name: "阿依古丽·买买提",
            id_number: "32040419900615002x",
            code: Some("123456".into()),
            password: "tianning2026",
            password_again: "tianning2026",
        }
    }

    fn kinds(typed: Typed<'_>) -> Vec<String> {
        let mobile = Mobile::parse("13812345678").unwrap();
        match read(typed, &mobile, TODAY, &policy()) {
            Ok(_) => vec![],
            Err(errors) => errors.iter().map(|(field, kind)| format!("{field}:{kind}")).collect(),
        }
    }

    #[test]
    fn good_fields_are_read() {
        assert!(kinds(typed()).is_empty());
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let wrong = Typed { name: "", id_number: "320404199006150021", code: None, password: "x", password_again: "y" };
        assert_eq!(
            kinds(wrong),
            ["code:code-format", "name:name-empty", "id_number:id-number", "password:password-short"]
        );
        let old = Typed { id_number: "320404900615002", ..typed() };
        assert_eq!(kinds(old), ["id_number:id-number-old"]);
        let again = Typed { password_again: "tianning2025", ..typed() };
        assert_eq!(kinds(again), ["password_again:password-again"]);
    }

    #[test]
    fn a_password_may_not_hold_what_the_person_is_known_by() {
        for password in ["xy19900615", "xy900615zz", "xy12345678", "xy15002x00"] {
            let wrong = Typed { password, password_again: password, ..typed() };
            assert_eq!(kinds(wrong), ["password:password-personal"], "{password}");
        }
    }
}
