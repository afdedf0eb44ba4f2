//! Personal data in wrapping: `Debug` names the type, `Display` is masked, showing is a named call.

use std::fmt;

/// How a piece of personal data looks to someone who may not see all of it.
pub trait Mask {
    /// The value with its private part starred out.
    fn masked(&self) -> String;
}

/// Personal data on its way through code that has no need to look. It has no serde on purpose:
/// whatever leaves the process must have been exposed by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Pii<T> {
        Pii(value)
    }

    /// The value itself. Each call is a place where personal data may leak.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value itself, unwrapped.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

/// `Pii<Mobile>`: the type, never the content.
impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pii<{}>", short_type_name(std::any::type_name::<T>()))
    }
}

impl<T: Mask> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.masked())
    }
}

/// `Option<Mobile>` for `core::option::Option<kernel::mobile::Mobile>`.
fn short_type_name(full: &str) -> String {
    let mut short = String::new();
    // Where the path being read begins; all before its last `::` is dropped again.
    let mut path = 0;
    for c in full.chars() {
        match c {
            ':' => short.truncate(path),
            _ => {
                short.push(c);
                if !(c.is_alphanumeric() || c == '_') {
                    path = short.len();
                }
            }
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{IdNumber, Mobile, PersonName};

    #[test]
    fn debug_shows_the_type_only() {
        let mobile = Mobile::parse("13812348000").unwrap();
        assert_eq!(format!("{:?}", Pii::new(mobile.clone())), "Pii<Mobile>");
        assert_eq!(format!("{:?}", Pii::new(Some(mobile.clone()))), "Pii<Option<Mobile>>");
        assert_eq!(format!("{:?}", Pii::new("secret".to_owned())), "Pii<String>");
        assert_eq!(format!("{:?}", Pii::new((1_u8, "secret"))), "Pii<(u8, &str)>");
        assert_eq!(format!("{:#?}", Some(Pii::new(mobile))), "Some(\n    Pii<Mobile>,\n)");
    }

    #[test]
    fn bare_values_hide_themselves_too() {
        let today = jiff::civil::date(2026, 8, 7);
        let shown = format!(
            "{:?} {:?} {:?}",
            Mobile::parse("13812348000").unwrap(),
            IdNumber::parse("320402198001010012", today).unwrap(),
            PersonName::parse("张三丰").unwrap(),
        );
        assert_eq!(shown, "Mobile(…) IdNumber(…) PersonName(…)");
    }

    #[test]
    fn display_is_masked_and_expose_is_not() {
        let wrapped = Pii::new(Mobile::parse("13812348000").unwrap());
        assert_eq!(wrapped.to_string(), "138****8000");
        assert_eq!(format!("{wrapped:>13}"), "  138****8000");
        assert_eq!(wrapped.expose().expose(), "13812348000");
        assert_eq!(wrapped.into_exposed().expose(), "13812348000");
    }
}
