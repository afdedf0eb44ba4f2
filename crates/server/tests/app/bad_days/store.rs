//! Statements that only one of the two engines understands: how a database is made to take no writes.

use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// From now on this connection reads and writes nothing, as with a full disk or on a standby.
pub fn take_no_writes(tx: &mut Tx<'_>, sqlite: bool) -> Result<(), DbFault> {
    if sqlite {
        return tx.query(sql!("PRAGMA query_only = 1"), vals![], |_| Ok(())).map(drop);
    }
    tx.exec(sql!("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"), vals![]).map(drop)
}
