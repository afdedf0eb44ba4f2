//! What the checks ask of appointments.

use kernel::{Moment, ShortNo};
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::{covered, sql, vals};

use crate::appointments::model::{AppointmentId, State};

/// I-B03: seats given twice.
pub(super) fn shared_seats(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT slot_id, seat_no FROM appointment WHERE state IN ('held', 'booked', 'attended') \
         GROUP BY slot_id, seat_no HAVING COUNT(*) > 1 ORDER BY slot_id, seat_no LIMIT 50"
    );
    tx.query(sql, vals![], |row| Ok(format!("{} seat {}", row.text(0)?, row.int(1)?)))
}

/// I-B04: holds that ended before a moment and are still held.
pub(super) fn overdue_holds(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<String>, DbFault> {
    let sql = sql!("SELECT id FROM appointment WHERE state = 'held' AND hold_until < $1 ORDER BY id LIMIT 50");
    tx.query(sql, vals![before], |row| row.text(0))
}

/// I-B04: holds that last as long as their order is under way.
pub(super) fn endless_holds(tx: &mut Tx<'_>) -> Result<Vec<AppointmentId>, DbFault> {
    let sql = sql!("SELECT id FROM appointment WHERE state = 'held' AND hold_until IS NULL ORDER BY id");
    tx.query(sql, vals![], |row| row.parse(0))
}

/// I-B06: visits with a fee that are booked or over.
pub(super) fn priced_visits(tx: &mut Tx<'_>) -> Result<Vec<(AppointmentId, State)>, DbFault> {
    let sql = sql!(
        "SELECT id, state FROM appointment WHERE fee_fen > 0 AND state IN ('booked', 'attended', 'cancelled', 'expired') \
         ORDER BY id"
    );
    tx.query(sql, vals![], |row| Ok((row.parse(0)?, row.parse(1)?)))
}

/// I-B12: visits made before a moment that have no short number.
pub(super) fn numberless(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT id FROM appointment WHERE no IS NULL AND created_at < $1 \
         AND COALESCE((SELECT m.applied_at FROM schema_migration m WHERE m.version = 16), 0) < $1 ORDER BY id LIMIT 50"
    );
    tx.query(sql, vals![before], |row| Ok(format!("{} has no number", row.text(0)?)))
}

/// I-B12: the numbers of visits with a fee.
pub(super) fn priced_numbers(tx: &mut Tx<'_>) -> Result<Vec<(AppointmentId, Option<ShortNo>)>, DbFault> {
    let sql = sql!("SELECT id, no FROM appointment WHERE fee_fen > 0 ORDER BY id");
    tx.query(sql, vals![], |row| Ok((row.parse(0)?, row.opt_parse(1)?)))
}

/// I-B05: more than one active visit of a person to a doctor in a half-day.
pub(super) fn doubled(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT MIN(id), doctor_id, date, half FROM appointment WHERE state IN ('held', 'booked', 'attended') \
         GROUP BY person_id, doctor_id, date, half HAVING COUNT(*) > 1 ORDER BY MIN(id) LIMIT 50"
    );
    tx.query(sql, vals![], |row| {
        Ok(format!("{} and others: {} {} {}", row.text(0)?, row.text(1)?, row.text(2)?, row.text(3)?))
    })
}

/// T43: visits of one patient at the same time, booked since that is refused.
pub(super) fn overlapping(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let sql = sql!(
        "SELECT a.id, b.id FROM appointment a JOIN appointment b ON b.person_id = a.person_id AND b.date = a.date AND b.id > a.id \
         JOIN slot s ON s.id = a.slot_id JOIN slot t ON t.id = b.slot_id \
         WHERE a.state IN ('held', 'booked', 'attended') AND b.state IN ('held', 'booked', 'attended') \
         AND s.starts_at < t.ends_at AND s.ends_at > t.starts_at \
         AND b.created_at >= COALESCE((SELECT m.applied_at FROM schema_migration m WHERE m.version = 12), 0) \
         ORDER BY a.id LIMIT 50"
    );
    tx.query(sql, vals![], |row| Ok(format!("{} and {} are at the same time", row.text(0)?, row.text(1)?)))
}

/// What left an audit row: how each visit began, and how it ended.
pub(super) static AUDITED: [Covered; 5] = [
    covered!("visit", "appointment", key "id", subject "id", at "created_at",
        acts "'appointment.booked', 'appointment.held'"),
    covered!("attended visit", "appointment", key "id", subject "id", at "created_at",
        acts "'appointment.attended'", only "state = 'attended'"),
    covered!("check-in taken back", "appointment_event", key "appointment_id", subject "appointment_id", at "at",
        acts "'appointment.check_in_undone'", only "event = 'undo_check_in'"),
    covered!("cancelled visit", "appointment", key "id", subject "id", at "created_at",
        acts "'appointment.cancelled', 'appointment.followed'", only "state = 'cancelled'"),
    covered!("expired visit", "appointment", key "id", subject "id", at "created_at",
        acts "'appointment.expired', 'appointment.followed'", only "state = 'expired'"),
];
