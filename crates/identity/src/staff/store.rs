//! The only SQL for `staff` and `staff_session`.

use kernel::{Moment, PersonName};
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::vault::{self, NewDataKey, Vault};
use platform::{covered, sql, vals, wipe_old};

use super::model::{Role, StaffId, StaffSessionId};
use crate::institutions::{self, Institution, InstitutionId};
use crate::sealed::Column;

pub(crate) const NAME: Column = Column::new("staff", "name");

const ACTIVE: &str = "active";
const LIVE: &str = "live";
const ENDED: &str = "ended";

/// Somebody to insert.
pub(crate) struct NewStaff {
    pub(crate) id: StaffId,
    pub(crate) login: String,
    pub(crate) key: NewDataKey,
    pub(crate) name: Vec<u8>,
    pub(crate) password_hash: String,
    pub(crate) role: Role,
    pub(crate) institution: Option<InstitutionId>,
    pub(crate) now: Moment,
}

/// Inserts somebody; `false` if the login name is taken. The column `hospital` is for programs of before that serve on, and
/// not read here; it goes when `institution_id` is on every row of those who serve one (I-I02).
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewStaff) -> Result<bool, DbFault> {
    let institution = new.institution.as_ref().map(InstitutionId::as_str);
    let inserted = tx.exec(
        sql!(
            "INSERT INTO staff (id, login, key_id, name, password_hash, role, hospital, institution_id, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.id.as_str(),
            new.login.as_str(),
            new.key.id.as_str(),
            new.name.as_slice(),
            new.password_hash.as_str(),
            new.role.as_str(),
            institution.unwrap_or_default(),
            institution,
            ACTIVE,
            new.now
        ],
    )?;
    if inserted == 1 {
        vault::insert_key(tx, &new.key)?;
    }
    Ok(inserted == 1)
}

/// Id and password hash behind a login name.
pub(crate) fn by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<(StaffId, String)>, DbFault> {
    tx.opt(sql!("SELECT id, password_hash FROM staff WHERE login = $1 AND state = 'active'"), vals![login], |row| {
        Ok((row.parse(0)?, row.text(1)?))
    })
}

/// A login to insert.
pub(crate) struct NewStaffSession {
    pub(crate) id: StaffSessionId,
    pub(crate) staff: StaffId,
    pub(crate) token_hash: Vec<u8>,
    pub(crate) now: Moment,
    pub(crate) expires_at: Moment,
}

/// Whether somebody is still active with the password hash that was verified. The row is held until the commit.
pub(crate) fn still(tx: &mut Tx<'_>, staff: &StaffId, hash: &str) -> Result<bool, DbFault> {
    let held = tx.exec(
        sql!("UPDATE staff SET state = state WHERE id = $1 AND state = 'active' AND password_hash = $2"),
        vals![staff.as_str(), hash],
    )?;
    Ok(held == 1)
}

/// Opens a session.
pub(crate) fn insert_session(tx: &mut Tx<'_>, new: &NewStaffSession) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO staff_session (id, staff_id, token_hash, state, created_at, expires_at, seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![new.id.as_str(), new.staff.as_str(), new.token_hash.as_slice(), LIVE, new.now, new.expires_at, new.now],
    )?;
    Ok(())
}

/// Who sits at a desk.
pub(crate) struct Seated {
    pub(crate) session: StaffSessionId,
    pub(crate) staff: StaffId,
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Whom they serve.
    pub(crate) institution: Option<Institution>,
    pub(crate) seen_at: Moment,
}

/// The live session of active staff with this token's hash, unless it has been unused since `idle_since`.
pub(crate) fn seated(
    tx: &mut Tx<'_>,
    vault: &Vault,
    hash: &[u8],
    (now, idle_since): (Moment, Moment),
) -> Result<Option<Seated>, DbFault> {
    let found = tx.opt(
        sql!(
            "SELECT x.id, s.id AS staff_id, s.role, s.institution_id, s.key_id, s.name,
             COALESCE(x.seen_at, x.created_at) AS last_at
             FROM staff_session x JOIN staff s ON s.id = x.staff_id
             WHERE x.token_hash = $1 AND x.state = 'live' AND x.expires_at > $2 AND s.state = 'active'
             AND COALESCE(x.seen_at, x.created_at) > $3"
        ),
        vals![hash, now, idle_since],
        |row| {
            let (session, staff): (StaffSessionId, StaffId) = (row.parse("id")?, row.parse("staff_id")?);
            let (role, institution): (Role, Option<InstitutionId>) =
                (row.parse("role")?, row.opt_parse("institution_id")?);
            let (key_id, name) = (row.text("key_id")?, row.blob("name")?);
            Ok((session, staff, role, institution, key_id, name, row.moment("last_at")?))
        },
    )?;
    let Some((session, staff, role, institution, key_id, sealed, seen_at)) = found else { return Ok(None) };
    let Some(key) = vault::load_key(tx, vault, &key_id)? else { return Ok(None) };
    let name = NAME.read(&key, staff.as_str(), &sealed, PersonName::parse)?;
    let institution = institution.map(|id| institutions::of(tx, &id)).transpose()?.flatten();
    Ok(Some(Seated { session, staff, name: name.expose().to_owned(), role, institution, seen_at }))
}

/// Notes that a desk session was used.
pub(crate) fn seen(tx: &mut Tx<'_>, session: &StaffSessionId, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE staff_session SET seen_at = $1 WHERE id = $2 AND state = 'live'"),
        vals![now, session.as_str()],
    )?;
    Ok(())
}

/// Ends the live session that a token opens, if any.
pub(crate) fn end_by_token(tx: &mut Tx<'_>, hash: &[u8], now: Moment) -> Result<Option<StaffSessionId>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE staff_session SET state = $1, ended_at = $2 WHERE token_hash = $3 AND state = 'live' RETURNING id"
        ),
        vals![ENDED, now, hash],
        |row| row.parse(0),
    )
}

/// Ends a session; `false` if it had ended.
pub(crate) fn end(tx: &mut Tx<'_>, session: &StaffSessionId, now: Moment) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE staff_session SET state = $1, ended_at = $2 WHERE id = $3 AND state = 'live'"),
        vals![ENDED, now, session.as_str()],
    )?;
    Ok(ended == 1)
}

/// Deletes up to 500 sessions whose time ended before `before`; returns how many.
pub(crate) fn wipe_sessions(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "staff_session", "id", "expires_at", before)
}

/// Live sessions of staff who are no longer active (I-D13).
pub(crate) fn of_closed_staff(tx: &mut Tx<'_>, now: Moment) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(
        sql!("SELECT COUNT(*) FROM staff_session WHERE state = 'live' AND expires_at > $1"),
        vals![now],
        |row| row.int(0),
    )?;
    let broken = tx.query(
        sql!(
            "SELECT x.id, s.id FROM staff_session x JOIN staff s ON s.id = x.staff_id
             WHERE x.state = 'live' AND x.expires_at > $1 AND s.state <> 'active' ORDER BY x.id"
        ),
        vals![now],
        |row| Ok(format!("{} is live though {} is no longer active", row.text(0)?, row.text(1)?)),
    )?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// Whom each of the staff serves: id, role and institution as they stand, and whether the directory has it (I-I02).
pub(crate) fn serving(tx: &mut Tx<'_>) -> Result<Vec<Serving>, DbFault> {
    let sql = sql!(
        "SELECT s.id, s.role, s.institution_id, CASE WHEN i.id IS NULL THEN 0 ELSE 1 END FROM staff s
         LEFT JOIN institution i ON i.id = s.institution_id ORDER BY s.id"
    );
    tx.query(sql, vals![], |row| {
        Ok(Serving { staff: row.text(0)?, role: row.parse(1)?, institution: row.opt_text(2)?, is_known: row.flag(3)? })
    })
}

/// A row of [`serving`].
pub(crate) struct Serving {
    pub(crate) staff: String,
    pub(crate) role: Role,
    pub(crate) institution: Option<String>,
    pub(crate) is_known: bool,
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] =
    [covered!("staff", "staff", key "id", subject "id", at "created_at", acts "'staff.added'")];
