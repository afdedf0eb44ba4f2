//! What the storm reads of the database.

use health::appointments::model::State;
use kernel::Date;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// An appointment as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: String,
    pub person: String,
    pub slot: String,
    pub state: State,
}

/// Slots of a date, some clinics' each whole.
pub fn slots_on(tx: &mut Tx<'_>, date: Date, limit: i64) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT id FROM slot WHERE date = $1 AND clinic_id IN (SELECT id FROM clinic WHERE fee_fen = 0) ORDER BY clinic_id, id LIMIT $2"
    );
    tx.query(sql, vals![date.to_string(), limit], |row| row.text(0))
}

/// Every appointment.
pub fn appointments(tx: &mut Tx<'_>) -> Result<Vec<Stored>, DbFault> {
    tx.query(sql!("SELECT id, person_id, slot_id, state FROM appointment"), vals![], |row| {
        Ok(Stored { id: row.text(0)?, person: row.text(1)?, slot: row.text(2)?, state: row.parse(3)? })
    })
}

/// Slots with more active appointments than places.
pub fn oversold(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT s.id FROM slot s JOIN appointment a ON a.slot_id = s.id AND a.state IN ('held', 'booked', 'attended') \
         GROUP BY s.id, s.capacity HAVING COUNT(*) > s.capacity ORDER BY s.id"
    );
    tx.query(sql, vals![], |row| Ok(format!("{} is oversold", row.text(0)?)))
}
