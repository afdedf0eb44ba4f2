//! The only SQL for names and the words that follow from them.

use hall::search::Words;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::hospitals::store::{from_hospitals, of_hospital};

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    Hospital,
    Department,
    Doctor,
}

/// A row with the names that its words follow from, and the words it has.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) table: Table,
    pub(crate) id: String,
    pub(crate) name: String,
    /// Of a hospital; else empty.
    pub(crate) short: String,
    pub(crate) name_en: String,
    pub(crate) words: Words,
}

/// Every hospital's code.
pub(crate) fn codes(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(concat!("SELECT i.code", from_hospitals!(), " ORDER BY h.rank, h.id"));
    tx.query(sql, vals![], |row| row.text(0))
}

/// The rows of a hospital that a search looks into.
pub(crate) fn named(tx: &mut Tx<'_>, code: &str) -> Result<Vec<Named>, DbFault> {
    let hospitals = sql!(concat!(
        "SELECT h.id, i.name, i.short, i.name_en, h.search, h.initials",
        from_hospitals!(),
        " WHERE i.code = $1 ORDER BY h.id"
    ));
    let departments = sql!(concat!(
        "SELECT d.id, d.name, '' AS short, d.name_en, d.search, d.initials FROM department d",
        of_hospital!(),
        " WHERE i.code = $1 ORDER BY d.id"
    ));
    let doctors = sql!(concat!(
        "SELECT o.id, o.name, '' AS short, o.name_en, o.search, o.initials FROM doctor o \
         JOIN department d ON d.id = o.department_id",
        of_hospital!(),
        " WHERE i.code = $1 ORDER BY o.id"
    ));
    let mut rows = Vec::new();
    for (table, statement) in [(Table::Hospital, hospitals), (Table::Department, departments), (Table::Doctor, doctors)]
    {
        rows.extend(tx.query(statement, vals![code], |row| {
            Ok(Named {
                table,
                id: row.text("id")?,
                name: row.text("name")?,
                short: row.text("short")?,
                name_en: row.text("name_en")?,
                words: Words { search: row.text("search")?, initials: row.text("initials")? },
            })
        })?);
    }
    Ok(rows)
}

/// Writes a row's words, if it still has the names they follow from.
pub(crate) fn set_words(tx: &mut Tx<'_>, row: &Named, words: &Words) -> Result<u64, DbFault> {
    let statement = match row.table {
        Table::Hospital => {
            sql!(
                "UPDATE hospital SET search = $1, initials = $2 WHERE id = $3 AND EXISTS (SELECT 1 FROM institution i \
                 WHERE i.id = hospital.institution_id AND i.name = $4 AND i.name_en = $5)"
            )
        }
        Table::Department => {
            sql!("UPDATE department SET search = $1, initials = $2 WHERE id = $3 AND name = $4 AND name_en = $5")
        }
        Table::Doctor => {
            sql!("UPDATE doctor SET search = $1, initials = $2 WHERE id = $3 AND name = $4 AND name_en = $5")
        }
    };
    tx.exec(statement, vals![&words.search, &words.initials, &row.id, &row.name, &row.name_en])
}
