//! Values: whole numbers, text and bytes are all that either engine is asked to hold.
//!
//! No text holds U+0000: PostgreSQL refuses it, and a browser can send it in any field. It becomes U+FFFD here, as in
//! HTML, for both engines: what is looked for by it is not found, what is kept shows that something was there.

use kernel::{Fen, Moment};

/// A parameter or a column. Booleans are 0/1, moments are milliseconds, money is fen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Val {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A text as both engines hold it.
pub(crate) fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

macro_rules! val_from {
    ($($from:ty => $make:expr;)*) => {$(
        impl From<$from> for Val {
            fn from(value: $from) -> Self {
                let make: fn($from) -> Val = $make;
                make(value)
            }
        }
    )*};
}

val_from! {
    i64 => Val::Int;
    i32 => |v| Val::Int(i64::from(v));
    bool => |v| Val::Int(i64::from(v));
    String => |v| Val::Text(storable(v));
    Vec<u8> => Val::Blob;
    Moment => |v| Val::Int(v.ms());
    Fen => |v| Val::Int(v.get());
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Val::Text(storable(value.to_owned()))
    }
}

impl From<&String> for Val {
    fn from(value: &String) -> Self {
        Val::Text(storable(value.clone()))
    }
}

impl From<&[u8]> for Val {
    fn from(value: &[u8]) -> Self {
        Val::Blob(value.to_vec())
    }
}

impl From<&Vec<u8>> for Val {
    fn from(value: &Vec<u8>) -> Self {
        Val::Blob(value.clone())
    }
}

impl<T: Into<Val>> From<Option<T>> for Val {
    fn from(value: Option<T>) -> Self {
        value.map_or(Val::Null, Into::into)
    }
}

/// Builds the parameters of one statement, in the order of `$1`, `$2` ….
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { &[$($crate::db::Val::from($value)),*][..] };
}
