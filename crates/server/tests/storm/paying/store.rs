//! What the storm of paying reads of the database.

use kernel::Moment;
use payments::OrderState;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// An order as stored, with the visit it pays for.
#[derive(Debug, Clone)]
pub struct Order {
    pub id: String,
    pub person: String,
    pub slot: String,
    pub state: OrderState,
    pub total_fen: i64,
    /// Where the visit stands.
    pub visit: String,
}

/// An attempt as stored.
#[derive(Debug, Clone)]
pub struct Attempt {
    pub order: String,
    pub kind: String,
    pub rail: String,
    /// Our number at the partner.
    pub number: String,
    pub state: String,
    /// Whether something that succeeded has undone it.
    pub undone: bool,
    /// What was heard last, for whoever looks into a failed storm.
    #[expect(dead_code, reason = "printed")]
    pub note: String,
}

/// Slots that cost something and begin after a moment.
pub fn priced_slots(tx: &mut Tx<'_>, after: Moment, limit: i64) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT s.id FROM slot s JOIN clinic c ON c.id = s.clinic_id WHERE c.fee_fen > 0 AND s.starts_at > $1 \
         ORDER BY s.starts_at, s.id LIMIT $2"
    );
    tx.query(sql, vals![after, limit], |row| row.text(0))
}

/// Every order.
pub fn orders(tx: &mut Tx<'_>) -> Result<Vec<Order>, DbFault> {
    let sql = sql!(
        "SELECT o.id, o.person_id, a.slot_id, o.state, o.total_fen, a.state FROM pay_order o \
         JOIN appointment a ON a.id = o.subject_id WHERE o.subject_kind = 'appointment' ORDER BY o.id"
    );
    tx.query(sql, vals![], |row| {
        Ok(Order {
            id: row.text(0)?,
            person: row.text(1)?,
            slot: row.text(2)?,
            state: row.parse(3)?,
            total_fen: row.int(4)?,
            visit: row.text(5)?,
        })
    })
}

/// Every attempt, by order and place.
pub fn attempts(tx: &mut Tx<'_>) -> Result<Vec<Attempt>, DbFault> {
    let sql = sql!(
        "SELECT a.order_id, a.kind, a.rail, a.number, a.state, CASE WHEN EXISTS (SELECT 1 FROM pay_attempt u \
         WHERE u.order_id = a.order_id AND u.of_n = a.n AND u.state = 'succeeded') THEN 1 ELSE 0 END, a.note \
         FROM pay_attempt a ORDER BY a.order_id, a.n"
    );
    tx.query(sql, vals![], |row| {
        Ok(Attempt {
            order: row.text(0)?,
            kind: row.text(1)?,
            rail: row.text(2)?,
            number: row.text(3)?,
            state: row.text(4)?,
            undone: row.int(5)? == 1,
            note: row.text(6)?,
        })
    })
}

/// Orders that were to be looked at by a moment, and have not been.
pub fn due(tx: &mut Tx<'_>, by: Moment) -> Result<i64, DbFault> {
    tx.one(sql!("SELECT COUNT(*) FROM pay_order WHERE next_at <= $1"), vals![by], |row| row.int(0))
}

/// Orders that have not come to an end, or have something under way.
pub fn moving(tx: &mut Tx<'_>) -> Result<i64, DbFault> {
    let sql = sql!(
        "SELECT COUNT(*) FROM pay_order o WHERE o.state NOT IN ('settled', 'refunded', 'closed') OR EXISTS (SELECT 1 \
         FROM pay_attempt a WHERE a.order_id = o.id AND a.state IN ('requested', 'unknown', 'open'))"
    );
    tx.one(sql, vals![], |row| row.int(0))
}
