//! Reading what regions write differently: codes as text or as whole numbers, amounts as text.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};

/// N16,2: yuan with two decimals as text. A number in JSON is taken when it is whole: a fraction
/// would have gone through a float.
pub(crate) mod yuan {
    use kernel::Fen;
    use serde::{Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(fen: &Fen, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&fen.to_string())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(source: D) -> Result<Fen, D::Error> {
        let text = super::text(source)?;
        if text.is_empty() {
            return Ok(Fen::ZERO);
        }
        Fen::parse_yuan(&text).map_err(de::Error::custom)
    }
}

/// Codes that some regions write as text and some as whole numbers.
pub(crate) fn text<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    source.deserialize_any(TextOrWhole)
}

/// A whole number in either form.
pub(crate) fn whole<'de, D: Deserializer<'de>>(source: D) -> Result<i64, D::Error> {
    text(source)?.trim().parse().map_err(|_| de::Error::custom("not a whole number"))
}

struct TextOrWhole;

impl Visitor<'_> for TextOrWhole {
    type Value = String;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a whole number")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<String, E> {
        Ok(String::new())
    }
}
