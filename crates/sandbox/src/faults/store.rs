//! The only SQL for `sandbox_fault`.

use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};

use super::{Fault, FaultId, Kind};

/// Rules are few and shared: they all belong to one key.
pub(crate) fn lane() -> LaneKey {
    LaneKey::of("sandbox_fault", "")
}

pub(super) fn insert(tx: &mut Tx<'_>, fault: &Fault) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO sandbox_fault (id, seq, partner, operation, kind, ms, code, times_left, subject)
             VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM sandbox_fault), $2, $3, $4, $5, $6, $7, $8)"
        ),
        vals![
            fault.id.as_str(),
            fault.partner.as_str(),
            fault.operation.as_str(),
            fault.kind.name(),
            fault.kind.ms().and_then(|ms| i64::try_from(ms).ok()),
            fault.kind.code(),
            fault.times,
            fault.subject.as_deref(),
        ],
    )?;
    Ok(())
}

/// All rules, oldest first.
pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Fault>, DbFault> {
    tx.query(
        sql!(
            "SELECT id, partner, operation, kind, ms, code, times_left, subject
             FROM sandbox_fault ORDER BY seq"
        ),
        vals![],
        read,
    )
}

/// Uses a rule once; false if another call has used it up first.
pub(super) fn use_once(tx: &mut Tx<'_>, id: &FaultId) -> Result<bool, DbFault> {
    let used = tx.exec(
        sql!(
            "UPDATE sandbox_fault SET times_left = times_left - 1
             WHERE id = $1 AND (times_left IS NULL OR times_left > 0)"
        ),
        vals![id.as_str()],
    )?;
    tx.exec(sql!("DELETE FROM sandbox_fault WHERE id = $1 AND times_left = 0"), vals![id.as_str()])?;
    Ok(used > 0)
}

pub(super) fn delete(tx: &mut Tx<'_>, id: &FaultId) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_fault WHERE id = $1"), vals![id.as_str()])
}

pub(super) fn delete_all(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_fault"), vals![])
}

fn read(row: &Row) -> Result<Fault, DbFault> {
    let ms = row.opt_int("ms")?.and_then(|ms| u64::try_from(ms).ok());
    let name = row.text("kind")?;
    let kind = Kind::from_parts(&name, ms, row.opt_text("code")?)
        .ok_or_else(|| DbFault::Corrupt(format!("fault kind {name:?}")))?;
    Ok(Fault {
        id: row.parse("id")?,
        partner: row.text("partner")?,
        operation: row.text("operation")?,
        kind,
        times: row.opt_int("times_left")?,
        subject: row.opt_text("subject")?,
    })
}
