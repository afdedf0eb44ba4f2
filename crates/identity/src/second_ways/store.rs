//! The only SQL for `card_guard`, `card_try` and `counter_code`. All rows belong to the lane of the
//! ID number they are about.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::{sql, vals};

use super::model::{CounterCodeId, CounterView, Paper, TryEvent, TryId, TryState};
use crate::blind::Blind;
use crate::proofs::{Claim, ProofPurpose};
use crate::sealed::Column;
use crate::sms_codes::CodeState;
use crate::staff::StaffId;

/// Sealed with the system key: the number on record need not be anybody's here. It is wiped soon.
pub(super) const MOBILE: Column = Column::new("card_try", "mobile");

const ASKED: &str = TryState::Asked.as_str();
const RIGHT: &str = TryState::Right.as_str();
const LIVE: &str = CodeState::Live.as_str();

/// The moments of a person's tries since `since` that count: wrong ones and those on their way. Holds
/// the person's guard until the closure's end, so that another instance's try waits and counts this one.
pub(super) fn hold_counting(
    tx: &mut Tx<'_>,
    subject: &Blind,
    since: Moment,
    now: Moment,
) -> Result<Vec<Moment>, DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_guard (subject_blind, at) VALUES ($1, $2)
             ON CONFLICT (subject_blind) DO UPDATE SET at = excluded.at"
        ),
        vals![subject.bytes(), now],
    )?;
    counting(tx, subject, since)
}

/// The same, only to look at.
pub(super) fn counting(tx: &mut Tx<'_>, subject: &Blind, since: Moment) -> Result<Vec<Moment>, DbFault> {
    tx.query(
        sql!("SELECT at FROM card_try WHERE subject_blind = $1 AND at > $2 AND state IN ('asked', 'wrong')"),
        vals![subject.bytes(), since],
        |row| row.moment(0),
    )
}

/// Reserves a try.
pub(super) fn reserve(tx: &mut Tx<'_>, id: &TryId, claim: &Claim, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO card_try (id, subject_blind, purpose, holder, state, at) VALUES ($1, $2, $3, $4, $5, $6)"),
        vals![id.as_str(), claim.subject.bytes(), claim.purpose.as_str(), claim.holder.as_slice(), ASKED, now],
    )?;
    Ok(())
}

/// Writes what the card system said of a try.
pub(super) fn settle(tx: &mut Tx<'_>, id: &TryId, state: TryState, mobile: Option<&[u8]>) -> Result<bool, DbFault> {
    let settled = tx.exec(
        sql!("UPDATE card_try SET state = $1, mobile = $2 WHERE id = $3 AND state = 'asked'"),
        vals![state.as_str(), mobile, id.as_str()],
    )?;
    Ok(settled == 1)
}

/// The sealed number on record of a right and young try of this browser.
pub(super) fn right_try(tx: &mut Tx<'_>, id: &TryId, claim: &Claim, since: Moment) -> Result<Option<Vec<u8>>, DbFault> {
    let found = tx.opt(
        sql!(
            "SELECT mobile FROM card_try
             WHERE id = $1 AND subject_blind = $2 AND purpose = $3 AND holder = $4 AND state = $5 AND at > $6"
        ),
        vals![id.as_str(), claim.subject.bytes(), claim.purpose.as_str(), claim.holder.as_slice(), RIGHT, since],
        |row| row.opt_blob(0),
    )?;
    Ok(found.flatten())
}

/// Whether a try of this browser has proven somebody.
pub(super) fn used_try(tx: &mut Tx<'_>, id: &TryId, claim: &Claim) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!("SELECT 1 FROM card_try WHERE id = $1 AND holder = $2 AND purpose = $3 AND state = 'used'"),
        vals![id.as_str(), claim.holder.as_slice(), claim.purpose.as_str()],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// Uses a right try up; `false` if it was.
pub(super) fn use_try(tx: &mut Tx<'_>, id: &TryId) -> Result<bool, DbFault> {
    let Some(used) = TryState::Right.on(TryEvent::CodeEntered) else { return Ok(false) };
    let written = tx.exec(
        sql!("UPDATE card_try SET state = $1, mobile = NULL WHERE id = $2 AND state = 'right'"),
        vals![used.as_str(), id.as_str()],
    )?;
    Ok(written == 1)
}

/// A counter's code to insert.
#[derive(Clone)]
pub(super) struct NewCode {
    pub(super) id: CounterCodeId,
    pub(super) subject: Blind,
    pub(super) purpose: ProofPurpose,
    pub(super) mac: [u8; 32],
    pub(super) paper: Paper,
    pub(super) staff: StaffId,
    pub(super) now: Moment,
    pub(super) expires_at: Moment,
}

/// Ends the live code of a person and purpose, if any.
pub(super) fn replace_live(tx: &mut Tx<'_>, new: &NewCode, replaced: CodeState) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE counter_code SET state = $1, ended_at = $2
             WHERE subject_blind = $3 AND purpose = $4 AND state = 'live'"
        ),
        vals![replaced.as_str(), new.now, new.subject.bytes(), new.purpose.as_str()],
    )?;
    Ok(())
}

/// Inserts a counter's code; `false` if another counter has given one meanwhile.
pub(super) fn insert_code(tx: &mut Tx<'_>, new: &NewCode) -> Result<bool, DbFault> {
    let made = tx.exec(
        sql!(
            "INSERT INTO counter_code
             (id, subject_blind, purpose, code_mac, paper, staff_id, state, tries, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.id.as_str(),
            new.subject.bytes(),
            new.purpose.as_str(),
            &new.mac[..],
            new.paper.as_str(),
            new.staff.as_str(),
            LIVE,
            new.now,
            new.expires_at
        ],
    )?;
    Ok(made == 1)
}

/// The live code of a person and purpose, or else the one that ended last.
pub(super) fn newest(tx: &mut Tx<'_>, claim: &Claim) -> Result<Option<CounterCodeId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id FROM counter_code WHERE subject_blind = $1 AND purpose = $2
             ORDER BY CASE WHEN state = 'live' THEN 0 ELSE 1 END, ended_at DESC, id DESC LIMIT 1"
        ),
        vals![claim.subject.bytes(), claim.purpose.as_str()],
        |row| row.parse(0),
    )
}

/// A code with the fingerprint of its digits, held until the closure's end.
pub(super) fn hold_code(tx: &mut Tx<'_>, id: &CounterCodeId) -> Result<Option<(CounterView, Vec<u8>)>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE counter_code SET tries = tries WHERE id = $1 RETURNING state, tries, expires_at, ended_at, code_mac"
        ),
        vals![id.as_str()],
        |row| {
            let state = row.text(0)?;
            let state =
                CodeState::parse(&state).ok_or_else(|| DbFault::Corrupt(format!("no such code state: {state}")))?;
            let (tries, expires_at, ended_at) = (row.int(1)?, row.moment(2)?, row.opt_moment(3)?);
            Ok((CounterView { state, tries, expires_at, ended_at }, row.blob(4)?))
        },
    )
}

/// Writes a verdict on a code that [`hold_code`] found live.
pub(super) fn set_code(
    tx: &mut Tx<'_>,
    id: &CounterCodeId,
    state: CodeState,
    tries: i64,
    now: Moment,
) -> Result<(), DbFault> {
    let ended_at = (state != CodeState::Live).then_some(now);
    tx.exec(
        sql!("UPDATE counter_code SET state = $1, tries = $2, ended_at = $3 WHERE id = $4 AND state = 'live'"),
        vals![state.as_str(), tries, ended_at, id.as_str()],
    )?;
    Ok(())
}

/// Deletes up to 500 tries from before `before`; returns how many.
pub(crate) fn wipe_tries(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(sql!("DELETE FROM card_try WHERE id IN (SELECT id FROM card_try WHERE at < $1 LIMIT 500)"), vals![before])
}

/// Deletes up to 500 guards last held before `before`; returns how many.
pub(crate) fn wipe_guards(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM card_guard
             WHERE at < $1 AND subject_blind IN (SELECT subject_blind FROM card_guard WHERE at < $1 LIMIT 500)"
        ),
        vals![before],
    )
}

/// Deletes up to 500 counters' codes whose time ended before `before`; returns how many.
pub(crate) fn wipe_codes(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!("DELETE FROM counter_code WHERE id IN (SELECT id FROM counter_code WHERE expires_at < $1 LIMIT 500)"),
        vals![before],
    )
}

/// Counters' codes that were used too late or too often tried, and tries at cards that kept a number
/// they no longer need (I-D06).
pub(crate) fn broken(tx: &mut Tx<'_>, max_tries: i64, max_ms: i64) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM counter_code"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT id, state, tries FROM counter_code
             WHERE tries > $1 OR expires_at - created_at > $2
             OR (state = 'used' AND (ended_at IS NULL OR ended_at >= expires_at))
             OR state NOT IN ('live', 'used', 'killed', 'replaced')
             OR purpose NOT IN ('real_name', 'login_password', 'pay_password') ORDER BY id"
        ),
        vals![max_tries, max_ms],
        |row| Ok(format!("{} is {} after {} wrong tries", row.text(0)?, row.text(1)?, row.int(2)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT id, state FROM card_try WHERE (mobile IS NOT NULL AND state <> 'right')
             OR state NOT IN ('asked', 'wrong', 'right', 'spared', 'used') ORDER BY id"
        ),
        vals![],
        |row| Ok(format!("{} is {} and keeps a number", row.text(0)?, row.text(1)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}
