//! The check's SQL.

use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// How many hospitals there are, and those that have no institution of kind hospital under their own id (I-I03).
pub(super) fn strangers(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let sql = sql!(
        "SELECT h.id, CASE WHEN i.id = h.id AND i.kind = 'hospital' THEN 1 ELSE 0 END FROM hospital h \
         LEFT JOIN institution i ON i.id = h.institution_id ORDER BY h.id"
    );
    let all = tx.query(sql, vals![], |row| Ok((row.text(0)?, row.flag(1)?)))?;
    let rows = all.len() as u64;
    Ok((rows, all.into_iter().filter_map(|(id, fits)| (!fits).then_some(id)).collect()))
}
