//! Values and rows: whole numbers, text and bytes are all that either engine is asked to hold.
//!
//! No text holds U+0000: PostgreSQL refuses it, and a browser can send it in any field. It becomes U+FFFD here, as in
//! HTML, for both engines: what is looked for by it is not found, what is kept shows that something was there.

use std::str::FromStr;

use kernel::{Fen, Moment};

use super::fault::DbFault;

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

/// One row of an answer, columns by position.
#[derive(Debug)]
pub struct Row(pub(crate) Vec<Val>);

impl Row {
    fn at(&self, index: usize) -> Result<&Val, DbFault> {
        self.0.get(index).ok_or_else(|| DbFault::Corrupt(format!("the answer has no column {index}")))
    }

    fn wrong<T>(&self, index: usize, wanted: &str) -> Result<T, DbFault> {
        Err(DbFault::Corrupt(format!("column {index} is not {wanted}")))
    }

    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, DbFault> {
        match self.at(index)? {
            Val::Null => Ok(None),
            Val::Int(value) => Ok(Some(*value)),
            _ => self.wrong(index, "a whole number"),
        }
    }

    pub fn int(&self, index: usize) -> Result<i64, DbFault> {
        self.opt_int(index)?.map_or_else(|| self.wrong(index, "a whole number"), Ok)
    }

    pub fn flag(&self, index: usize) -> Result<bool, DbFault> {
        Ok(self.int(index)? != 0)
    }

    pub fn opt_text(&self, index: usize) -> Result<Option<String>, DbFault> {
        Ok(self.opt_str(index)?.map(str::to_owned))
    }

    fn opt_str(&self, index: usize) -> Result<Option<&str>, DbFault> {
        match self.at(index)? {
            Val::Null => Ok(None),
            Val::Text(value) => Ok(Some(value)),
            _ => self.wrong(index, "text"),
        }
    }

    pub fn text(&self, index: usize) -> Result<String, DbFault> {
        self.opt_text(index)?.map_or_else(|| self.wrong(index, "text"), Ok)
    }

    pub fn opt_blob(&self, index: usize) -> Result<Option<Vec<u8>>, DbFault> {
        match self.at(index)? {
            Val::Null => Ok(None),
            Val::Blob(value) => Ok(Some(value.clone())),
            _ => self.wrong(index, "bytes"),
        }
    }

    pub fn blob(&self, index: usize) -> Result<Vec<u8>, DbFault> {
        self.opt_blob(index)?.map_or_else(|| self.wrong(index, "bytes"), Ok)
    }

    pub fn moment(&self, index: usize) -> Result<Moment, DbFault> {
        self.int(index).map(Moment::from_ms)
    }

    pub fn opt_moment(&self, index: usize) -> Result<Option<Moment>, DbFault> {
        Ok(self.opt_int(index)?.map(Moment::from_ms))
    }

    pub fn fen(&self, index: usize) -> Result<Fen, DbFault> {
        self.int(index).map(Fen::new)
    }

    /// Reads a text column as a typed id, a date or any other type that parses itself.
    pub fn parse<T: FromStr>(&self, index: usize) -> Result<T, DbFault> {
        let text = self.opt_str(index)?.map_or_else(|| self.wrong(index, "text"), Ok)?;
        text.parse().map_err(|_| DbFault::Corrupt(format!("column {index} is not a {}", std::any::type_name::<T>())))
    }

    /// Like [`Row::parse`] for a column that may be null.
    pub fn opt_parse<T: FromStr>(&self, index: usize) -> Result<Option<T>, DbFault> {
        match self.at(index)? {
            Val::Null => Ok(None),
            _ => self.parse(index).map(Some),
        }
    }
}
