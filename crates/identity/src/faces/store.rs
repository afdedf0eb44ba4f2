//! The only SQL for `consent`, `face_check` and `face_budget`. Rows are written in the lane of their
//! subject; only what is too old for anybody is emptied from elsewhere.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Row, Tx};
use platform::{covered, sql, vals, wipe_old};

use super::begin::NewCheck;
use super::consent::{GivenBy, NewConsent, VERSION};
use super::model::{CheckState, ConsentId, FaceId, Outcome, WINDOW_SECS, read_movements};
use crate::askers::{Budget, Spent};
use crate::blind::Blind;
use crate::ports::{Movement, StartedFace};
use crate::proofs::Proving;

/// A check as its pages need it.
#[derive(Clone)]
pub(crate) struct CheckRow {
    pub(crate) id: FaceId,
    pub(crate) state: CheckState,
    pub(crate) budget: Budget,
    pub(crate) movements: Vec<Movement>,
    pub(crate) certify_id: String,
    pub(crate) upload_url: String,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) expires_at: Moment,
}

/// The consent that stands for the same person, text and provider: a citizen's own, or this visitor's.
pub(super) fn standing(tx: &mut Tx<'_>, like: &NewConsent) -> Result<Option<(ConsentId, Moment)>, DbFault> {
    let (subject, provider) = (like.proving.subject.bytes(), like.provider.as_str());
    let read = |row: &Row| Ok((row.parse(0)?, row.moment(1)?));
    match like.given_by {
        GivenBy::Citizen => tx.opt(
            sql!(
                "SELECT id, at FROM consent WHERE subject_blind = $1 AND purpose = 'face' AND version = $2
                 AND provider = $3 AND given_by = 'citizen' AND withdrawn_at IS NULL ORDER BY at DESC LIMIT 1"
            ),
            vals![subject, VERSION, provider],
            read,
        ),
        GivenBy::Visitor => tx.opt(
            sql!(
                "SELECT id, at FROM consent WHERE subject_blind = $1 AND purpose = 'face' AND version = $2
                 AND provider = $3 AND given_by = 'visitor' AND holder = $4 AND withdrawn_at IS NULL
                 ORDER BY at DESC LIMIT 1"
            ),
            vals![subject, VERSION, provider, like.proving.holder.as_slice()],
            read,
        ),
    }
}

/// Writes a consent down.
pub(super) fn agree(tx: &mut Tx<'_>, new: &NewConsent) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO consent (id, subject_blind, purpose, version, provider, given_by, holder, device, at)
             VALUES ($1, $2, 'face', $3, $4, $5, $6, $7, $8)"
        ),
        vals![
            new.id.as_str(),
            new.proving.subject.bytes(),
            VERSION,
            new.provider.as_str(),
            new.given_by.as_str(),
            new.proving.holder.as_slice(),
            new.proving.device.as_str(),
            new.now
        ],
    )?;
    Ok(())
}

/// Ends what somebody agreed to: a citizen all that stands for them, whoever is not proven what they gave here.
/// Returns how many consents stood.
pub(super) fn withdraw(tx: &mut Tx<'_>, proving: &Proving, given_by: GivenBy, now: Moment) -> Result<u64, DbFault> {
    match given_by {
        GivenBy::Citizen => tx.exec(
            sql!(
                "UPDATE consent SET withdrawn_at = $1
                 WHERE subject_blind = $2 AND purpose = 'face' AND given_by = 'citizen' AND withdrawn_at IS NULL"
            ),
            vals![now, proving.subject.bytes()],
        ),
        GivenBy::Visitor => tx.exec(
            sql!(
                "UPDATE consent SET withdrawn_at = $1
                 WHERE subject_blind = $2 AND purpose = 'face' AND given_by = 'visitor' AND holder = $3
                 AND withdrawn_at IS NULL"
            ),
            vals![now, proving.subject.bytes(), proving.holder.as_slice()],
        ),
    }
}

/// Holds a budget until the closure's end: another instance that counts the same tries waits.
pub(super) fn hold_budget(tx: &mut Tx<'_>, subject: &Blind, budget: Budget, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO face_budget (subject_blind, budget, held_at) VALUES ($1, $2, $3)
             ON CONFLICT (subject_blind, budget) DO UPDATE SET held_at = excluded.held_at"
        ),
        vals![subject.bytes(), budget.as_str(), now],
    )?;
    Ok(())
}

/// The tries that count at a moment within a budget: the owner's are all theirs, a stranger's are those of the
/// same browser or neighbourhood.
pub(crate) fn counted(tx: &mut Tx<'_>, proving: &Proving, budget: Budget, now: Moment) -> Result<Vec<Spent>, DbFault> {
    tx.query(
        sql!(
            "SELECT created_at, browser, place FROM face_check
             WHERE subject_blind = $1 AND budget = $2 AND created_at > $3 AND state <> 'failed'"
        ),
        vals![proving.subject.bytes(), budget.as_str(), now.minus_secs(WINDOW_SECS)],
        |row| {
            let (browser, place) = (row.opt_blob(1)?, row.opt_blob(2)?);
            let mine = budget == Budget::Own || proving.asker.made(browser.as_deref(), place.as_deref());
            Ok(Spent { at: row.moment(0)?, mine })
        },
    )
}

/// The check that a browser has open: begun and not too old, or just being begun.
pub(super) fn open_of(
    tx: &mut Tx<'_>,
    proving: &Proving,
    now: Moment,
    begun_since: Moment,
) -> Result<Option<FaceId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id FROM face_check WHERE subject_blind = $1 AND purpose = $2 AND holder = $3
             AND ((state = 'started' AND expires_at > $4) OR (state = 'reserved' AND created_at > $5))
             ORDER BY created_at DESC, id DESC LIMIT 1"
        ),
        vals![proving.subject.bytes(), proving.purpose.as_str(), proving.holder.as_slice(), now, begun_since],
        |row| row.parse(0),
    )
}

/// Reserves a try.
pub(super) fn reserve(tx: &mut Tx<'_>, new: &NewCheck, consent: &ConsentId) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO face_check (id, subject_blind, purpose, holder, device, budget, consent_id, order_no,
             movements, state, created_at, expires_at, browser, place)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'reserved', $10, $11, $12, $13)"
        ),
        vals![
            new.id.as_str(),
            new.proving.subject.bytes(),
            new.proving.purpose.as_str(),
            new.proving.holder.as_slice(),
            new.proving.device.as_str(),
            new.proving.budget.as_str(),
            consent.as_str(),
            new.order_no.as_str(),
            new.movements.as_str(),
            new.now,
            new.expires_at,
            new.proving.asker.who.as_ref().map(Blind::bytes),
            new.proving.asker.place.bytes()
        ],
    )?;
    Ok(())
}

/// Writes what the provider answered to a start; nothing if the check is no longer reserved.
pub(super) fn begun(
    tx: &mut Tx<'_>,
    id: &FaceId,
    state: CheckState,
    started: Option<&StartedFace>,
    now: Moment,
) -> Result<(), DbFault> {
    let ended = started.is_none();
    tx.exec(
        sql!(
            "UPDATE face_check SET state = $1, certify_id = $2, upload_url = $3, result = $4, ended_at = $5
             WHERE id = $6 AND state = 'reserved'"
        ),
        vals![
            state.as_str(),
            started.map(|face| face.certify_id.as_str()),
            started.map(|face| face.upload_url.as_str()),
            ended.then_some(Outcome::ProviderDown.as_str()),
            ended.then_some(now),
            id.as_str()
        ],
    )?;
    Ok(())
}

/// A check of this browser, person and purpose; anybody else's is not found.
pub(super) fn find(tx: &mut Tx<'_>, proving: &Proving, id: &FaceId) -> Result<Option<CheckRow>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id, state, budget, movements, certify_id, upload_url, result, expires_at FROM face_check
             WHERE id = $1 AND subject_blind = $2 AND purpose = $3 AND holder = $4"
        ),
        vals![id.as_str(), proving.subject.bytes(), proving.purpose.as_str(), proving.holder.as_slice()],
        check_row,
    )
}

/// The same, its row held until the closure's end.
pub(super) fn hold(tx: &mut Tx<'_>, proving: &Proving, id: &FaceId) -> Result<Option<CheckRow>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE face_check SET state = state
             WHERE id = $1 AND subject_blind = $2 AND purpose = $3 AND holder = $4
             RETURNING id, state, budget, movements, certify_id, upload_url, result, expires_at"
        ),
        vals![id.as_str(), proving.subject.bytes(), proving.purpose.as_str(), proving.holder.as_slice()],
        check_row,
    )
}

fn check_row(row: &Row) -> Result<CheckRow, DbFault> {
    let movements = row.text("movements")?;
    let odd = || DbFault::Corrupt(format!("no such movements of a face check: {movements}"));
    Ok(CheckRow {
        id: row.parse("id")?,
        state: row.parse("state")?,
        budget: row.parse("budget")?,
        movements: read_movements(&movements).ok_or_else(odd)?,
        certify_id: row.opt_text("certify_id")?.unwrap_or_default(),
        upload_url: row.opt_text("upload_url")?.unwrap_or_default(),
        outcome: row.opt_parse("result")?,
        expires_at: row.moment("expires_at")?,
    })
}

/// Ends a check that [`hold`] found open.
pub(super) fn end(
    tx: &mut Tx<'_>,
    id: &FaceId,
    state: CheckState,
    outcome: Outcome,
    now: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE face_check SET state = $1, result = $2, ended_at = $3 WHERE id = $4 AND state = 'started'"),
        vals![state.as_str(), outcome.as_str(), now, id.as_str()],
    )?;
    Ok(())
}

/// Ends up to 500 checks that nobody came back to; returns how many.
pub(crate) fn give_up(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "UPDATE face_check SET state = CASE state WHEN 'started' THEN 'refused' ELSE 'failed' END,
             result = CASE state WHEN 'started' THEN 'timeout' ELSE 'provider_down' END, ended_at = expires_at
             WHERE id IN (SELECT id FROM face_check WHERE order_no <> '' AND created_at < $1
             AND state IN ('reserved', 'started') LIMIT 500) AND state IN ('reserved', 'started')"
        ),
        vals![before],
    )
}

/// Empties up to 500 checks from before `before` of all but their result; returns how many.
pub(crate) fn empty(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "UPDATE face_check SET order_no = '', movements = '', certify_id = NULL, upload_url = NULL, device = '',
             holder = substr(holder, 1, 0), browser = NULL, place = NULL
             WHERE id IN (SELECT id FROM face_check WHERE order_no <> '' AND created_at < $1 LIMIT 500)"
        ),
        vals![before],
    )
}

/// Deletes up to 500 results from before `before`; returns how many.
pub(crate) fn wipe_results(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "face_check", "id", "created_at", before)
}

/// Deletes up to 500 consents that were taken back before `before` and that no check rests on; returns how many.
pub(crate) fn wipe_withdrawn(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM consent WHERE id IN (SELECT c.id FROM consent c WHERE c.withdrawn_at IS NOT NULL AND c.withdrawn_at < $1
             AND NOT EXISTS (SELECT 1 FROM face_check f WHERE f.consent_id = c.id) LIMIT 500)"
        ),
        vals![before],
    )
}

/// Deletes up to 500 consents that visitors gave before `before` and that no check rests on; returns how many.
pub(crate) fn wipe_visitors(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM consent WHERE id IN (SELECT c.id FROM consent c WHERE c.given_by = 'visitor' AND c.at < $1
             AND NOT EXISTS (SELECT 1 FROM face_check f WHERE f.consent_id = c.id) LIMIT 500)"
        ),
        vals![before],
    )
}

/// Deletes up to 500 budgets that were last counted before `before`; returns how many.
pub(crate) fn wipe_budgets(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "face_budget", "subject_blind, budget", "held_at", before)
}

fn count(tx: &mut Tx<'_>) -> Result<u64, DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM face_check"), vals![], |row| row.int(0))?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

/// Checks that were made without a consent of that person for a face check, standing at that time (I-D14).
pub(crate) fn without_consent(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let broken = tx.query(
        sql!(
            "SELECT f.id FROM face_check f LEFT JOIN consent c ON c.id = f.consent_id
             AND c.subject_blind = f.subject_blind AND c.purpose = 'face' AND c.at <= f.created_at
             AND (c.withdrawn_at IS NULL OR c.withdrawn_at >= f.created_at)
             WHERE c.id IS NULL ORDER BY f.id"
        ),
        vals![],
        |row| Ok(format!("{} has no consent that stood", row.text(0)?)),
    )?;
    Ok((count(tx)?, broken))
}

/// Tries with more than `own` before them within a day in the owner's budget, or `strangers` in the strangers' (I-D15).
pub(crate) fn too_many(tx: &mut Tx<'_>, (own, strangers): (usize, usize)) -> Result<(u64, Vec<String>), DbFault> {
    let most = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let broken = tx.query(
        sql!(
            "SELECT f.id, COUNT(*) FROM face_check f JOIN face_check o
             ON o.subject_blind = f.subject_blind AND o.budget = f.budget AND o.state <> 'failed'
             AND o.created_at > f.created_at - $1 AND o.created_at <= f.created_at
             WHERE f.state <> 'failed' GROUP BY f.id, f.budget
             HAVING COUNT(*) > CASE WHEN f.budget = 'own' THEN CAST($2 AS BIGINT) ELSE CAST($3 AS BIGINT) END ORDER BY f.id"
        ),
        vals![WINDOW_SECS * 1000, most(own), most(strangers)],
        |row| Ok(format!("{} is try {} of its day", row.text(0)?, row.int(1)?)),
    )?;
    Ok((count(tx)?, broken))
}

/// Proofs by face that no passed check stands behind, for the same person and purpose and in time;
/// and checks whose state and result do not fit (T06).
pub(crate) fn misproved(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let mut broken = tx.query(
        sql!(
            "SELECT p.id, p.reference FROM proof p LEFT JOIN face_check f ON f.id = p.reference
             AND f.state = 'passed' AND f.subject_blind = p.subject_blind AND f.purpose = p.purpose
             AND p.created_at >= f.created_at AND p.created_at < f.expires_at
             AND (f.order_no = '' OR f.holder = p.holder)
             WHERE p.way = 'face' AND f.id IS NULL ORDER BY p.id"
        ),
        vals![],
        |row| Ok(format!("{} rests on {}, which does not bear it", row.text(0)?, row.text(1)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT id, state FROM face_check
             WHERE state NOT IN ('reserved', 'started', 'failed', 'passed', 'refused')
             OR (state = 'passed') <> (COALESCE(result, '') = 'pass')
             OR (state IN ('reserved', 'started')) <> (ended_at IS NULL)
             OR (state = 'passed' AND ended_at >= expires_at) ORDER BY id"
        ),
        vals![],
        |row| Ok(format!("{} is {}, which its row belies", row.text(0)?, row.text(1)?)),
    )?);
    Ok((count(tx)?, broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 2] = [
    covered!("consent", "consent", key "id", subject "id", at "at", acts "'consent.given'"),
    covered!("face check", "face_check", key "id", subject "id", at "created_at", acts "'face.reserved'"),
];
