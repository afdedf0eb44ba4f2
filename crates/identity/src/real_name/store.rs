//! The only SQL for `real_name`, `real_name_device` and `insurance_status`.
//!
//! `real_name` and `real_name_device` are written in the lane of the person's ID number, where proofs
//! pass; `insurance_status` is inserted there and updated in the person's own lane only.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals};

use super::model::{Cover, Record, Way};
use crate::ids::ProofId;
use crate::people::PersonId;
use crate::sealed::Column;

pub(crate) const PSN_NO: Column = Column::new("insurance_status", "psn_no");

/// That a person was authenticated: on which device, how, and by which proof.
pub(crate) struct Authenticated<'a> {
    pub(crate) person: &'a PersonId,
    /// Empty for a browser that keeps no cookies: it is nobody's device.
    pub(crate) device: &'a str,
    pub(crate) way: Way,
    pub(crate) proof: &'a ProofId,
    pub(crate) now: Moment,
}

/// Notes it, and that the insurer is to be asked.
pub(crate) fn authenticated(tx: &mut Tx<'_>, new: &Authenticated<'_>) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO real_name (person_id, way, first_at, last_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (person_id) DO UPDATE SET way = excluded.way, last_at = excluded.last_at"
        ),
        vals![new.person.as_str(), new.way.as_str(), new.now, new.now],
    )?;
    tx.exec(
        sql!(
            "INSERT INTO insurance_status (person_id, kind, region, active, medical, failed, due_at)
             VALUES ($1, '', '', 0, 0, 0, $2) ON CONFLICT (person_id) DO NOTHING"
        ),
        vals![new.person.as_str(), new.now],
    )?;
    if new.device.is_empty() {
        return Ok(());
    }
    tx.exec(
        sql!(
            "INSERT INTO real_name_device (person_id, device, proof_id, way, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (person_id, device) DO UPDATE
             SET proof_id = excluded.proof_id, way = excluded.way, at = excluded.at"
        ),
        vals![new.person.as_str(), new.device, new.proof.as_str(), new.way.as_str(), new.now],
    )?;
    Ok(())
}

/// When a person was last authenticated and what the insurer said, in one statement: every gated
/// request asks this.
pub(super) fn known(tx: &mut Tx<'_>, person: &PersonId) -> Result<(Option<Moment>, Record), DbFault> {
    let found = tx.opt(
        sql!(
            "SELECT i.kind, i.region, i.active, i.medical, i.checked_at, i.failed, i.due_at, i.other_name, r.last_at
             FROM real_name r LEFT JOIN insurance_status i ON i.person_id = r.person_id WHERE r.person_id = $1"
        ),
        vals![person.as_str()],
        |row| {
            let record = if row.opt_text("kind")?.is_some() { record(row)? } else { Record::default() };
            Ok((Some(row.moment("last_at")?), record))
        },
    )?;
    Ok(found.unwrap_or_default())
}

fn record(row: &Row) -> Result<Record, DbFault> {
    let (kind, region, active) = (row.text("kind")?, row.text("region")?, row.flag("active")?);
    Ok(Record {
        insurance: (!kind.is_empty()).then_some(Cover { kind, region, active }),
        other_name: row.flag("other_name")?,
        medical: row.flag("medical")?,
        checked_at: row.opt_moment("checked_at")?,
        failed: row.int("failed")?,
        due_at: Some(row.moment("due_at")?),
    })
}

/// The insurer's number of a person, sealed.
pub(super) fn psn_no(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Vec<u8>>, DbFault> {
    let sql = sql!("SELECT psn_no FROM insurance_status WHERE person_id = $1");
    Ok(tx.opt(sql, vals![person.as_str()], |row| row.opt_blob(0))?.flatten())
}

/// What the insurer said, its row held until the closure's end; `None` if the person has never been
/// authenticated.
pub(super) fn hold(tx: &mut Tx<'_>, person: &PersonId) -> Result<Option<Record>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE insurance_status SET failed = failed WHERE person_id = $1
             RETURNING kind, region, active, medical, checked_at, failed, due_at, other_name"
        ),
        vals![person.as_str()],
        record,
    )
}

/// An answer of the insurer, ready to be written down.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) person: PersonId,
    /// `psn_no`, sealed; `None` if the insurer knows nobody of that name and number.
    pub(crate) psn_no: Option<Vec<u8>>,
    pub(crate) insurance: Option<Cover>,
    /// It knows the number under another name.
    pub(crate) other_name: bool,
    pub(crate) medical: bool,
    pub(crate) now: Moment,
    pub(crate) due_at: Moment,
}

/// Writes an answer down.
pub(crate) fn answered(tx: &mut Tx<'_>, answer: &Answer) -> Result<(), DbFault> {
    let none = Cover { kind: String::new(), region: String::new(), active: false };
    let cover = answer.insurance.as_ref().unwrap_or(&none);
    tx.exec(
        sql!(
            "UPDATE insurance_status
             SET psn_no = $1, kind = $2, region = $3, active = $4, medical = $5, checked_at = $6, failed = 0,
             due_at = $7,
             changed_at = CASE WHEN kind = $2 AND region = $3 AND active = $4 AND medical = $5
                 AND checked_at IS NOT NULL THEN changed_at ELSE $6 END, other_name = $8
             WHERE person_id = $9"
        ),
        vals![
            answer.psn_no.clone(),
            cover.kind.as_str(),
            cover.region.as_str(),
            cover.active,
            answer.medical,
            answer.now,
            answer.due_at,
            answer.other_name,
            answer.person.as_str()
        ],
    )?;
    Ok(())
}

/// Notes a question without an answer.
pub(super) fn unanswered(
    tx: &mut Tx<'_>,
    person: &PersonId,
    failed: i64,
    due_at: Moment,
    checked_at: Option<Moment>,
) -> Result<(), DbFault> {
    // Somebody else may have been answered while this silence lasted: their answer stands.
    tx.exec(
        sql!(
            "UPDATE insurance_status SET failed = $1, due_at = $2 WHERE person_id = $3 AND COALESCE(checked_at, -1) = $4"
        ),
        vals![failed, due_at, person.as_str(), checked_at.unwrap_or(Moment::from_ms(-1))],
    )?;
    Ok(())
}

/// Makes a question due, unless it was answered since `since`. One that waits after a silence is
/// not hurried: the insurer is not asked more often for being tapped at.
pub(super) fn make_due(tx: &mut Tx<'_>, person: &PersonId, now: Moment, since: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE insurance_status SET due_at = $1
             WHERE person_id = $2 AND due_at > $1 AND failed = 0 AND (checked_at IS NULL OR checked_at < $3)"
        ),
        vals![now, person.as_str(), since],
    )?;
    Ok(())
}

/// People with an active account about whom the insurer is to be asked, the longest waiting first.
pub(super) fn due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<PersonId>, DbFault> {
    tx.query(
        sql!(
            "SELECT i.person_id FROM insurance_status i JOIN account a ON a.person_id = i.person_id
             WHERE i.due_at <= $1 AND a.state = 'active' ORDER BY i.due_at, i.person_id LIMIT $2"
        ),
        vals![now, limit],
        |row| row.parse(0),
    )
}

/// Makes a question that is due due later, and nothing else.
pub(super) fn put_off(tx: &mut Tx<'_>, person: &PersonId, due_at: Moment) -> Result<(), DbFault> {
    let sql = sql!("UPDATE insurance_status SET due_at = $2 WHERE person_id = $1 AND due_at < $2");
    tx.exec(sql, vals![person.as_str(), due_at]).map(drop)
}

/// Deletes up to 500 notes from before `before` that somebody was authenticated on a device which is theirs no more; returns
/// how many.
pub(crate) fn wipe_devices(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM real_name_device WHERE (person_id, device) IN
             (SELECT r.person_id, r.device FROM real_name_device r WHERE r.at < $1 AND NOT EXISTS
              (SELECT 1 FROM device d WHERE d.person_id = r.person_id AND d.word = r.device AND d.state = 'live') LIMIT 500)"
        ),
        vals![before],
    )
}

/// Devices on which somebody counts as authenticated without a proof of the real name from there
/// (I-D08). `since` is how far back proofs are kept.
pub(crate) fn unproven(tx: &mut Tx<'_>, since: Moment) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM device WHERE state = 'live'"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT d.id FROM device d
             LEFT JOIN real_name_device r ON r.person_id = d.person_id AND r.device = d.word
             WHERE d.state = 'live' AND r.proof_id IS NULL ORDER BY d.id"
        ),
        vals![],
        |row| Ok(format!("device {} is bound though nobody was authenticated on it", row.text(0)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT r.person_id FROM real_name_device r LEFT JOIN proof p ON p.id = r.proof_id
                 AND p.purpose = 'real_name' AND p.device = r.device AND p.used_at IS NOT NULL
             WHERE r.at > $1 AND p.id IS NULL ORDER BY r.person_id"
        ),
        vals![since],
        |row| Ok(format!("{} was authenticated on a device without a proof", row.text(0)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// Rows of insurance that do not add up: without an authenticated person, or medical without an
/// insurance that runs (RNA-2).
pub(crate) fn adrift(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM insurance_status"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT i.person_id FROM insurance_status i LEFT JOIN real_name r ON r.person_id = i.person_id
             WHERE r.person_id IS NULL ORDER BY i.person_id"
        ),
        vals![],
        |row| Ok(format!("{} has an insurance status but was never authenticated", row.text(0)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT person_id FROM insurance_status
             WHERE medical = 1 AND (active = 0 OR kind = '' OR checked_at IS NULL) ORDER BY person_id"
        ),
        vals![],
        |row| Ok(format!("{} has the medical level without an insurance that runs", row.text(0)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("real name of", "real_name", key "person_id", subject "person_id", at "first_at", acts "'real_name.authenticated'"),
];
