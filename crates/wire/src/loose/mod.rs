//! Reading what regions write differently, one way for every transaction: numbers as numbers or as text
//! ([`Told`]), codes as text or as numbers ([`text`]), a node as an object, a list of one, or a text that
//! holds either ([`Node`]).
//!
//! The exact text of a number is kept as it stands in the message; nothing here is a float. All of it needs
//! [`serde_json::value::RawValue`]: it is read from the text of a message and never from a `Value`, in which a fraction
//! has already become a float.

mod node;
mod number;
mod sent;

pub use node::{Node, Unreadable};
pub use number::{BadNumber, Number, Told};
pub use sent::{Exact, Form};

pub(crate) use node::{many, one};

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

/// A code that some regions write as text and some as a number; empty when it is null or missing, and when
/// something stands there that is no code at all. A whole number has no point: `310.0` is `310`.
pub(crate) fn text<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    Ok(plain(Box::<RawValue>::deserialize(source)?.get()))
}

/// The same where it matters whether it is there: `None` only for a field that is missing.
pub(crate) fn present<'de, D: Deserializer<'de>>(source: D) -> Result<Option<String>, D::Error> {
    text(source).map(Some)
}

/// A whole number in either form.
pub(crate) fn whole<'de, D: Deserializer<'de>>(source: D) -> Result<i64, D::Error> {
    let text = text(source)?;
    let number = Number::parse(&text).and_then(|number| number.units(0));
    number.map_err(|_| D::Error::custom("not a whole number"))
}

/// The text of a scalar in JSON.
fn plain(raw: &str) -> String {
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw).map(|text| text.trim().to_owned()).unwrap_or_default(),
        Some(b'-' | b'0'..=b'9') => match Number::parse(raw).and_then(|number| number.units(0)) {
            Ok(whole) => whole.to_string(),
            Err(_) => raw.to_owned(),
        },
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Code {
        #[serde(default, deserialize_with = "text")]
        code: String,
        #[serde(default, deserialize_with = "present")]
        perhaps: Option<String>,
    }

    #[test]
    fn codes_are_read_in_either_form() {
        for (json, wanted) in [
            (r#"{"code":"310"}"#, "310"),
            (r#"{"code":310}"#, "310"),
            (r#"{"code":310.0}"#, "310"),
            (r#"{"code":-1}"#, "-1"),
            (r#"{"code":" 320400 "}"#, "320400"),
            (r#"{"code":330000164273872766400005212141}"#, "330000164273872766400005212141"),
            (r#"{"code":1.5}"#, "1.5"),
            (r#"{"code":null}"#, ""),
            (r#"{"code":""}"#, ""),
            (r#"{"code":true}"#, ""),
            (r#"{"code":{"a":1}}"#, ""),
            (r#"{"code":["1"]}"#, ""),
            (r#"{}"#, ""),
        ] {
            assert_eq!(serde_json::from_str::<Code>(json).unwrap().code, wanted, "{json}");
        }
        let perhaps = |json: &str| serde_json::from_str::<Code>(json).unwrap().perhaps;
        assert_eq!((perhaps("{}"), perhaps(r#"{"perhaps":null}"#).as_deref()), (None, Some("")));
    }

    #[test]
    fn whole_numbers_are_whole() {
        #[derive(serde::Deserialize)]
        struct Whole(#[serde(deserialize_with = "whole")] i64);
        for (json, wanted) in
            [("0", Some(0)), ("\"0\"", Some(0)), ("\"-1\"", Some(-1)), ("-1.0", Some(-1)), ("1e2", Some(100))]
        {
            assert_eq!(serde_json::from_str::<Whole>(json).ok().map(|whole| whole.0), wanted, "{json}");
        }
        for json in ["null", "\"\"", "\"null\"", "1.5", "true", "{}", "\"1e99\""] {
            assert!(serde_json::from_str::<Whole>(json).is_err(), "{json}");
        }
    }
}
