//! The only SQL for `sandbox_tif_nonce`.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

/// True when the nonce is new.
pub(super) fn keep(tx: &mut Tx<'_>, nonce: &str, expires_at: Moment) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!("INSERT INTO sandbox_tif_nonce (nonce, expires_at) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING"),
        vals![nonce, expires_at],
    )?;
    Ok(added == 1)
}

/// Forgets nonces that could not pass as fresh any more.
pub(super) fn forget(tx: &mut Tx<'_>, now: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_tif_nonce WHERE expires_at < $1"), vals![now])
}
