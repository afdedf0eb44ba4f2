//! The only SQL for `device_proof_use`. Rows are only inserted, by any lane: the
//! primary key lets each proof count once.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals, wipe_old};

use crate::sessions::SessionId;

/// What has counted for payments in a session: nonce and payment.
pub(super) fn uses(tx: &mut Tx<'_>, session: &SessionId) -> Result<Vec<(String, String)>, DbFault> {
    let sql = sql!("SELECT nonce, payment FROM device_proof_use WHERE session_id = $1");
    tx.query(sql, vals![session.as_str()], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// Lets something shown count for a payment; `false` where it has counted before.
pub(crate) fn use_proof(
    tx: &mut Tx<'_>,
    nonce: &str,
    session: &SessionId,
    payment: &str,
    now: Moment,
) -> Result<bool, DbFault> {
    let written = tx.exec(
        sql!(
            "INSERT INTO device_proof_use (nonce, session_id, payment, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING"
        ),
        vals![nonce, session.as_str(), payment, now],
    )?;
    Ok(written == 1)
}

/// Deletes up to 500 lines of what counted for a payment before `before`; returns how many.
pub(crate) fn wipe_uses(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "device_proof_use", "nonce", "at", before)
}
