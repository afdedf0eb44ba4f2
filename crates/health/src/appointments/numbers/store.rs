//! The SQL for visits that have no short number yet.

use kernel::ShortNo;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use crate::appointments::model::AppointmentId;
use crate::clinics::model::ClinicId;

/// Visits without a short number, with their clinics, clinic by clinic.
pub(super) fn waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<(ClinicId, AppointmentId)>, DbFault> {
    let sql = sql!(
        "SELECT w.clinic_id, w.id FROM (SELECT clinic_id, id FROM appointment WHERE no IS NULL ORDER BY id LIMIT $1) w \
         ORDER BY w.clinic_id, w.id"
    );
    tx.query(sql, vals![limit], |row| Ok((row.parse(0)?, row.parse(1)?)))
}

/// Gives a visit a number; false where it has one, or the number has a visit.
pub(super) fn give(tx: &mut Tx<'_>, id: &AppointmentId, no: &ShortNo) -> Result<bool, DbFault> {
    let sql = sql!(
        "UPDATE appointment SET no = $1 WHERE id = $2 AND no IS NULL \
         AND NOT EXISTS (SELECT 1 FROM appointment other WHERE other.no = $1)"
    );
    tx.exec(sql, vals![no.as_str(), id.as_str()]).map(|rows| rows == 1)
}
