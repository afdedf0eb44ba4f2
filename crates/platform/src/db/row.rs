//! Rows: what a statement answered, column by column.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use kernel::{Fen, Moment};

use super::fault::DbFault;
use super::value::Val;

/// One row of an answer.
///
/// A column is asked for by its name in the statement (`row.int("fee_fen")`; a joined one gets a name of its own, `h.id
/// AS h_id`). A number is its position, for short statements whose columns stand in the line above; tidy refuses a
/// position above 3.
#[derive(Debug)]
pub struct Row {
    cells: Vec<Val>,
    names: &'static [Box<str>],
    /// Where the next search begins: most are read in their order.
    next: Cell<usize>,
}

/// Which column is meant: a name in the statement, or a position.
pub trait Column: Copy + fmt::Display {
    /// Its position in the row.
    ///
    /// # Errors
    /// `DbFault::Corrupt` when the answer has no such column, or two of that name.
    fn find(self, row: &Row) -> Result<usize, DbFault>;
}

impl Column for usize {
    fn find(self, row: &Row) -> Result<usize, DbFault> {
        if self < row.cells.len() { Ok(self) } else { Err(no_column(self)) }
    }
}

impl Column for &str {
    fn find(self, row: &Row) -> Result<usize, DbFault> {
        let begin = row.next.get();
        let behind = (begin..row.names.len()).chain(0..begin.min(row.names.len()));
        let found = behind.into_iter().find(|index| row.names.get(*index).is_some_and(|name| **name == *self));
        let index = found.ok_or_else(|| no_column(self))?;
        row.next.set(index + 1);
        Ok(index)
    }
}

fn no_column(column: impl Column) -> DbFault {
    DbFault::Corrupt(format!("the answer has no column {column}, or has it twice"))
}

impl Row {
    /// A row of a statement whose columns are called `names`; a name that occurs twice is empty there.
    pub(crate) fn new(cells: Vec<Val>, names: &'static [Box<str>]) -> Row {
        Row { cells, names, next: Cell::new(0) }
    }

    fn at(&self, column: impl Column) -> Result<&Val, DbFault> {
        self.cells.get(column.find(self)?).ok_or_else(|| no_column(column))
    }

    fn wrong<T>(&self, column: impl Column, wanted: &str) -> Result<T, DbFault> {
        Err(DbFault::Corrupt(format!("column {column} is not {wanted}")))
    }

    pub fn opt_int(&self, column: impl Column) -> Result<Option<i64>, DbFault> {
        match self.at(column)? {
            Val::Null => Ok(None),
            Val::Int(value) => Ok(Some(*value)),
            _ => self.wrong(column, "a whole number"),
        }
    }

    pub fn int(&self, column: impl Column) -> Result<i64, DbFault> {
        self.opt_int(column)?.map_or_else(|| self.wrong(column, "a whole number"), Ok)
    }

    pub fn flag(&self, column: impl Column) -> Result<bool, DbFault> {
        Ok(self.int(column)? != 0)
    }

    pub fn opt_text(&self, column: impl Column) -> Result<Option<String>, DbFault> {
        Ok(self.opt_str(column)?.map(str::to_owned))
    }

    fn opt_str(&self, column: impl Column) -> Result<Option<&str>, DbFault> {
        match self.at(column)? {
            Val::Null => Ok(None),
            Val::Text(value) => Ok(Some(value)),
            _ => self.wrong(column, "text"),
        }
    }

    pub fn text(&self, column: impl Column) -> Result<String, DbFault> {
        self.opt_text(column)?.map_or_else(|| self.wrong(column, "text"), Ok)
    }

    pub fn opt_blob(&self, column: impl Column) -> Result<Option<Vec<u8>>, DbFault> {
        match self.at(column)? {
            Val::Null => Ok(None),
            Val::Blob(value) => Ok(Some(value.clone())),
            _ => self.wrong(column, "bytes"),
        }
    }

    pub fn blob(&self, column: impl Column) -> Result<Vec<u8>, DbFault> {
        self.opt_blob(column)?.map_or_else(|| self.wrong(column, "bytes"), Ok)
    }

    pub fn moment(&self, column: impl Column) -> Result<Moment, DbFault> {
        self.int(column).map(Moment::from_ms)
    }

    pub fn opt_moment(&self, column: impl Column) -> Result<Option<Moment>, DbFault> {
        Ok(self.opt_int(column)?.map(Moment::from_ms))
    }

    pub fn fen(&self, column: impl Column) -> Result<Fen, DbFault> {
        self.int(column).map(Fen::new)
    }

    /// Reads a text column as a typed id, a date or any other type that parses itself.
    pub fn parse<T: FromStr>(&self, column: impl Column) -> Result<T, DbFault> {
        let text = self.opt_str(column)?.map_or_else(|| self.wrong(column, "text"), Ok)?;
        text.parse().map_err(|_| DbFault::Corrupt(format!("column {column} is not a {}", std::any::type_name::<T>())))
    }

    /// Like [`Row::parse`] for a column that may be null.
    pub fn opt_parse<T: FromStr>(&self, column: impl Column) -> Result<Option<T>, DbFault> {
        match self.at(column)? {
            Val::Null => Ok(None),
            _ => self.parse(column).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let names: Vec<Box<str>> = ["id", "fee_fen", "", ""].map(Box::from).to_vec();
        Row::new(vec![Val::Text("a".into()), Val::Int(5), Val::Int(6), Val::Null], Vec::leak(names))
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let row = row();
        assert_eq!(row.int("fee_fen").unwrap(), 5);
        assert_eq!(row.text("id").unwrap(), "a");
        assert_eq!(row.text("id").unwrap(), "a");
        assert_eq!((row.int(2).unwrap(), row.opt_int(3).unwrap()), (6, None));
    }

    #[test]
    fn what_is_not_there_or_of_another_type_is_named() {
        let row = row();
        assert!(row.int("fee").unwrap_err().to_string().contains("no column fee,"));
        assert!(row.int(4).unwrap_err().to_string().contains("no column 4,"));
        assert!(row.int("id").unwrap_err().to_string().contains("column id is not a whole number"));
        assert!(row.parse::<u8>("id").unwrap_err().to_string().contains("column id is not a u8"));
    }
}
