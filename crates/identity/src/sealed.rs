//! Names of sealed columns, and how a sealed value becomes a domain type again.

use platform::db::DbFault;
use platform::vault::{Aad, DataKey};

/// A sealed column; with the row's id it is the associated data that binds a value to its place.
pub(crate) struct Column {
    table: &'static str,
    column: &'static str,
}

impl Column {
    pub(crate) const fn new(table: &'static str, column: &'static str) -> Column {
        Column { table, column }
    }

    pub(crate) fn of<'a>(&self, row: &'a str) -> Aad<'a> {
        Aad { table: self.table, column: self.column, row }
    }

    /// The text that was sealed. A value that does not open is damage, not a refusal.
    pub(crate) fn open(&self, key: &DataKey, row: &str, sealed: &[u8]) -> Result<String, DbFault> {
        let plain = key.open(self.of(row), sealed).map_err(|error| self.corrupt(row, &error.to_string()))?;
        String::from_utf8(plain).map_err(|_| self.corrupt(row, "it is not UTF-8"))
    }

    /// The domain value that was sealed, read by the type's own parser.
    pub(crate) fn read<T, E>(
        &self,
        key: &DataKey,
        row: &str,
        sealed: &[u8],
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, DbFault> {
        parse(&self.open(key, row, sealed)?).map_err(|_| self.corrupt(row, "it is not of its type any more"))
    }

    fn corrupt(&self, row: &str, why: &str) -> DbFault {
        DbFault::Corrupt(format!("{}.{} of {row} cannot be opened: {why}", self.table, self.column))
    }
}
