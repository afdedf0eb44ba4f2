//! The only SQL for `sandbox_face`. All rows belong to one key: checks are few.

use kernel::Moment;
use platform::db::{DbFault, LaneKey, Row, Tx};
use platform::{sql, vals};
use wire::aliyun_cloudauth::SubCode;

use super::check::{Check, Ending, Fate};

/// Who owns the rows.
pub(super) fn lane() -> LaneKey {
    LaneKey::of("sandbox_face", "")
}

/// False when the order number is there already.
pub(super) fn insert(tx: &mut Tx<'_>, check: &Check) -> Result<bool, DbFault> {
    let added = tx.exec(
        sql!(
            "INSERT INTO sandbox_face (certify_id, seq, order_no, scene_id, name, id_number, actions, fate,
                 frames, attacked, started_at)
             VALUES ($1, (SELECT COALESCE(MAX(seq), 0) + 1 FROM sandbox_face), $2, $3, $4, $5, $6, $7, 0, 0, $8)
             ON CONFLICT DO NOTHING"
        ),
        vals![
            check.certify_id.as_str(),
            check.order_no.as_str(),
            check.scene_id.as_str(),
            check.name.as_str(),
            check.id_number.as_str(),
            check.actions.join(","),
            check.fate.as_str(),
            check.started_at,
        ],
    )?;
    Ok(added == 1)
}

pub(super) fn by_order(tx: &mut Tx<'_>, order_no: &str) -> Result<Option<Check>, DbFault> {
    tx.opt(
        sql!(
            "SELECT certify_id, order_no, scene_id, name, id_number, actions, fate, frames, sub_code, attacked,
                    started_at, taken_at
             FROM sandbox_face WHERE order_no = $1"
        ),
        vals![order_no],
        read,
    )
}

pub(super) fn by_id(tx: &mut Tx<'_>, certify_id: &str) -> Result<Option<Check>, DbFault> {
    tx.opt(
        sql!(
            "SELECT certify_id, order_no, scene_id, name, id_number, actions, fate, frames, sub_code, attacked,
                    started_at, taken_at
             FROM sandbox_face WHERE certify_id = $1"
        ),
        vals![certify_id],
        read,
    )
}

/// Writes what came of the frames; false when frames had come before.
pub(super) fn take(tx: &mut Tx<'_>, check: &Check, ending: Ending, at: Moment) -> Result<bool, DbFault> {
    let taken = tx.exec(
        sql!(
            "UPDATE sandbox_face SET sub_code = $1, attacked = $2, frames = $3, fate = $4, taken_at = $5
             WHERE certify_id = $6 AND taken_at IS NULL"
        ),
        vals![
            ending.sub_code.as_str(),
            ending.attacked,
            check.frames,
            check.fate.as_str(),
            at,
            check.certify_id.as_str(),
        ],
    )?;
    Ok(taken == 1)
}

/// Releases a waiting verdict, so that it is told from now on.
pub(super) fn release(tx: &mut Tx<'_>, certify_id: &str) -> Result<u64, DbFault> {
    tx.exec(sql!("UPDATE sandbox_face SET fate = 'plain' WHERE certify_id = $1 AND fate = 'behind'"), vals![certify_id])
}

/// The newest checks.
pub(super) fn newest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Check>, DbFault> {
    tx.query(
        sql!(
            "SELECT certify_id, order_no, scene_id, name, id_number, actions, fate, frames, sub_code, attacked,
                    started_at, taken_at
             FROM sandbox_face ORDER BY seq DESC LIMIT $1"
        ),
        vals![limit],
        read,
    )
}

pub(super) fn forget(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM sandbox_face WHERE started_at < $1"), vals![before])
}

fn read(row: &Row) -> Result<Check, DbFault> {
    let attacked = row.flag("attacked")?;
    let ending = row.opt_parse("sub_code")?.map(|sub_code: SubCode| Ending { sub_code, attacked });
    let fate: Fate = row.parse("fate")?;
    Ok(Check {
        certify_id: row.text("certify_id")?,
        order_no: row.text("order_no")?,
        scene_id: row.text("scene_id")?,
        name: row.text("name")?,
        id_number: row.text("id_number")?,
        actions: row.text("actions")?.split(',').map(str::to_owned).collect(),
        fate,
        frames: row.int("frames")?,
        ending,
        started_at: row.moment("started_at")?,
        taken_at: row.opt_moment("taken_at")?,
    })
}
