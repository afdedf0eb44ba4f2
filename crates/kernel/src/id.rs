//! Typed ids: a prefix that names the thing, then 26 characters that sort by the time at which the id was made.
//!
//! The text is that of a ULID in lower case: 48 bits of milliseconds and 80 random bits in
//! Crockford's base 32. Contexts declare their ids with [`typed_id!`](crate::typed_id).

use std::str::FromStr;

use crate::{Moment, Rng};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BODY_CHARS: usize = 26;

/// An id with a prefix of its own, as in `apt_01k21v0k4r7m3n5p8q9rstvwxy`.
pub trait TypedId: Sized + FromStr<Err = IdError> {
    /// What stands before the underscore.
    const PREFIX: &'static str;

    /// A new id. Ids of a later millisecond sort after those of an earlier one.
    fn make(now: Moment, rng: &dyn Rng) -> Self;

    /// The id as text, prefix included.
    fn as_str(&self) -> &str;
}

/// Declares an id type, as in `typed_id!(pub AppointmentId, "apt");`, a doc comment first.
///
/// The type has `make`, `as_str`, `parse`, `FromStr`, `Display`, `Debug`, order, hash, and serde as its text. Parsing
/// is strict, so an id has exactly one spelling and one type.
#[macro_export]
macro_rules! typed_id {
    ($(#[$meta:meta])* $vis:vis $name:ident, $prefix:literal $(,)?) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis struct $name(String);

        impl $name {
            /// A new id. Ids of a later millisecond sort after those of an earlier one.
            pub fn make(now: $crate::Moment, rng: &dyn $crate::Rng) -> Self {
                Self($crate::macro_support::make_text($prefix, now, rng))
            }

            /// The id as text, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Reads an id of this type. Any other spelling or prefix is an error.
            pub fn parse(text: &str) -> Result<Self, $crate::IdError> {
                $crate::macro_support::check_text($prefix, text)?;
                Ok(Self(text.to_owned()))
            }
        }

        impl $crate::TypedId for $name {
            const PREFIX: &'static str = $prefix;

            fn make(now: $crate::Moment, rng: &dyn $crate::Rng) -> Self {
                $name::make(now, rng)
            }

            fn as_str(&self) -> &str {
                $name::as_str(self)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::IdError;

            fn from_str(text: &str) -> Result<Self, $crate::IdError> {
                $name::parse(text)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::write!(f, "{}({})", ::std::stringify!($name), self.0)
            }
        }

        impl $crate::macro_support::serde::Serialize for $name {
            fn serialize<S>(&self, serializer: S) -> Result<S::Ok, S::Error>
            where
                S: $crate::macro_support::serde::Serializer,
            {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::macro_support::serde::Deserialize<'de> for $name {
            fn deserialize<D>(deserializer: D) -> Result<Self, D::Error>
            where
                D: $crate::macro_support::serde::Deserializer<'de>,
            {
                let text =
                    <String as $crate::macro_support::serde::Deserialize>::deserialize(deserializer)?;
                $name::parse(&text).map_err($crate::macro_support::serde::de::Error::custom)
            }
        }
    };
}

/// Why a text is not an id of the wanted type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text has another prefix, or none; holds the wanted one.
    #[error("the id does not start with {0}_")]
    Prefix(&'static str),
    /// Not 26 characters of lower-case base 32, or more than 128 bits.
    #[error("the id is not 26 characters of base 32")]
    Body,
}

/// A new id's text; for [`typed_id!`](crate::typed_id).
pub fn make_text(prefix: &str, now: Moment, rng: &dyn Rng) -> String {
    let mut random = [0_u8; 16];
    // Six bytes hold the time and ten are random. A time before 1970 is not kept.
    if let Some(tail) = random.get_mut(6..) {
        rng.fill(tail);
    }
    let ms = now.ms().clamp(0, (1 << 48) - 1) as u128;
    let bits = ms << 80 | u128::from_be_bytes(random);
    let mut text = String::with_capacity(prefix.len() + 1 + BODY_CHARS);
    text.push_str(prefix);
    text.push('_');
    for place in (0..BODY_CHARS).rev() {
        let five_bits = (bits >> (place * 5)) as usize & 31;
        text.push(char::from(ALPHABET[five_bits]));
    }
    text
}

/// Checks an id's text; for [`typed_id!`](crate::typed_id).
pub fn check_text(prefix: &'static str, text: &str) -> Result<(), IdError> {
    let body =
        text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(IdError::Prefix(prefix))?.as_bytes();
    // 26 characters hold 130 bits: a first one above 7 would be a second spelling.
    let fits = body.first().is_some_and(|first| (b'0'..=b'7').contains(first));
    if body.len() == BODY_CHARS && fits && body.iter().all(|b| ALPHABET.contains(b)) {
        Ok(())
    } else {
        Err(IdError::Body)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde::Deserialize;
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error as ValueError, StrDeserializer};

    use super::*;
    use crate::SeededRng;

    typed_id!(
        /// For these tests.
        AppleId, "app"
    );
    typed_id!(PearId, "pea",);

    /// Fills with one byte.
    struct Constant(u8);

    impl Rng for Constant {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn the_text_is_a_lower_case_ulid() {
        // The time part of the ULID specification's example, 01ARYZ6S41….
        let id = AppleId::make(Moment::from_ms(1_469_918_176_385), &Constant(0));
        assert_eq!(id.as_str(), "app_01aryz6s410000000000000000");
        let id = AppleId::make(Moment::from_ms((1 << 48) - 1), &Constant(255));
        assert_eq!(id.as_str(), "app_7zzzzzzzzzzzzzzzzzzzzzzzzz");
        let id = AppleId::make(Moment::from_ms(-1), &Constant(0));
        assert_eq!(id.as_str(), "app_00000000000000000000000000");
        let id = AppleId::make(Moment::from_ms(i64::MAX), &Constant(0));
        assert_eq!(id.as_str(), "app_7zzzzzzzzz0000000000000000");
    }

    #[test]
    fn later_ids_sort_later() {
        let rng = SeededRng::new(1);
        let start = Moment::from_ms(1_786_066_200_000);
        let ids: Vec<AppleId> = (0..2_000).map(|n| AppleId::make(start.plus_ms(n * 37), &rng)).collect();
        assert!(ids.is_sorted());
        assert!(ids.windows(2).all(|pair| pair[0].as_str() < pair[1].as_str()));
    }

    #[test]
    fn ids_of_one_moment_differ() {
        let rng = SeededRng::new(1);
        let ids: HashSet<AppleId> = (0..2_000).map(|_| AppleId::make(Moment::from_ms(5), &rng)).collect();
        assert_eq!(ids.len(), 2_000);
    }

    #[test]
    fn parsing_is_strict() {
        let text = "app_01aryz6s410000000000000000";
        let id = AppleId::parse(text).unwrap();
        assert_eq!(text.parse::<AppleId>().unwrap(), id);
        assert_eq!(id.to_string(), text);
        assert_eq!(format!("{id:?}"), format!("AppleId({text})"));
        assert_eq!(PearId::parse(text), Err(IdError::Prefix("pea")));
        for (bad, error) in [
            ("", IdError::Prefix("app")),
            ("app", IdError::Prefix("app")),
            ("01aryz6s410000000000000000", IdError::Prefix("app")),
            ("APP_01aryz6s410000000000000000", IdError::Prefix("app")),
            (" app_01aryz6s410000000000000000", IdError::Prefix("app")),
            ("apple_01aryz6s410000000000000000", IdError::Prefix("app")),
            ("app_", IdError::Body),
            ("app_01aryz6s41000000000000000", IdError::Body),
            ("app_01aryz6s4100000000000000000", IdError::Body),
            ("app_01aryz6s410000000000000000\n", IdError::Body),
            ("app_01ARYZ6S410000000000000000", IdError::Body),
            ("app_01aryz6s4100000000000000o0", IdError::Body),
            ("app_01aryz6s4100000000000000i0", IdError::Body),
            ("app_01aryz6s4100000000000000l0", IdError::Body),
            ("app_01aryz6s4100000000000000u0", IdError::Body),
            ("app_81aryz6s410000000000000000", IdError::Body),
            ("app_01aryz6s41000000000000000０", IdError::Body),
        ] {
            assert_eq!(AppleId::parse(bad), Err(error), "{bad}");
        }
    }

    #[test]
    fn serde_reads_as_strictly_as_parse() {
        let read = |text: &'static str| {
            let source: StrDeserializer<'_, ValueError> = text.into_deserializer();
            AppleId::deserialize(source)
        };
        assert!(read("app_01aryz6s410000000000000000").is_ok());
        assert!(read("pea_01aryz6s410000000000000000").is_err());
    }

    #[test]
    fn the_trait_gives_the_same_as_the_type() {
        fn generic<T: TypedId>(rng: &dyn Rng) -> (String, &'static str) {
            (T::make(Moment::from_ms(9), rng).as_str().to_owned(), T::PREFIX)
        }
        let (text, prefix) = generic::<PearId>(&Constant(3));
        assert_eq!(text, PearId::make(Moment::from_ms(9), &Constant(3)).as_str());
        assert_eq!(prefix, "pea");
    }
}
