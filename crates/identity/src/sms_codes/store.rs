//! The only SQL for `sms_code` and `sms_log`.

use kernel::Moment;
use platform::db::{DbFault, Row, Tx};
use platform::{sql, vals, wipe_old};

use super::model::{CodeId, CodeState, CodeView, Granted, Purpose};
use crate::askers::Asker;
use crate::blind::Blind;
use crate::sealed::Column;

/// Sealed with the system key: a number nobody owns yet has no key of its own. The row is wiped
/// within a day.
pub(crate) const MOBILE: Column = Column::new("sms_code", "mobile");

const LIVE: &str = CodeState::Live.as_str();

/// A code to insert.
#[derive(Clone)]
pub(crate) struct NewCode {
    pub(crate) id: CodeId,
    pub(crate) purpose: Purpose,
    pub(crate) mobile: Vec<u8>,
    pub(crate) mobile_blind: Blind,
    pub(crate) ticket: String,
    /// The browser that asked, or one drawn for it.
    pub(crate) holder: Blind,
    pub(crate) asker: Asker,
    pub(crate) own: bool,
    pub(crate) code_mac: [u8; 32],
    pub(crate) now: Moment,
    pub(crate) expires_at: Moment,
}

/// The live code that was asked for with the same form.
pub(crate) fn live_with_ticket(tx: &mut Tx<'_>, new: &NewCode) -> Result<Option<CodeId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id FROM sms_code
             WHERE mobile_blind = $1 AND purpose = $2 AND holder = $3 AND ticket = $4 AND state = 'live'
             AND expires_at > $5"
        ),
        vals![new.mobile_blind.bytes(), new.purpose.as_str(), new.holder.bytes(), new.ticket.as_str(), new.now],
        |row| row.parse(0),
    )
}

/// The live code of a number and purpose that a browser asked for.
pub(crate) fn live_of(
    tx: &mut Tx<'_>,
    mobile: &Blind,
    purpose: Purpose,
    browser: &Blind,
    now: Moment,
) -> Result<Option<CodeId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id FROM sms_code
             WHERE mobile_blind = $1 AND purpose = $2 AND holder = $3 AND state = 'live' AND expires_at > $4"
        ),
        vals![mobile.bytes(), purpose.as_str(), browser.bytes(), now],
        |row| row.parse(0),
    )
}

/// What a number was granted since a moment, for any purpose, as it looks to whoever asks now.
pub(crate) fn granted_since(tx: &mut Tx<'_>, new: &NewCode, since: Moment) -> Result<Vec<Granted>, DbFault> {
    tx.query(
        sql!("SELECT at, own, purpose, browser, place FROM sms_log WHERE mobile_blind = $1 AND at > $2"),
        vals![new.mobile_blind.bytes(), since],
        |row| {
            let (browser, place) = (row.opt_blob("browser")?, row.opt_blob("place")?);
            Ok(Granted {
                at: row.moment("at")?,
                own: row.flag("own")?,
                same_purpose: row.text("purpose")? == new.purpose.as_str(),
                mine: new.asker.made(browser.as_deref(), place.as_deref()),
            })
        },
    )
}

/// When the browser that asks was granted codes since a moment, to whatever number.
pub(crate) fn to_browser_since(tx: &mut Tx<'_>, new: &NewCode, since: Moment) -> Result<Vec<Moment>, DbFault> {
    let Some(browser) = &new.asker.who else { return Ok(Vec::new()) };
    tx.query(sql!("SELECT at FROM sms_log WHERE browser = $1 AND at > $2"), vals![browser.bytes(), since], |row| {
        row.moment(0)
    })
}

/// Ends the live code of a number and purpose that this browser asked for, if any.
pub(crate) fn replace_live(tx: &mut Tx<'_>, new: &NewCode, replaced: CodeState) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "UPDATE sms_code SET state = $1, ended_at = $2
             WHERE mobile_blind = $3 AND purpose = $4 AND holder = $5 AND state = 'live'"
        ),
        vals![replaced.as_str(), new.now, new.mobile_blind.bytes(), new.purpose.as_str(), new.holder.bytes()],
    )?;
    Ok(())
}

/// Inserts a code and its line in the log that the caps count.
///
/// False when another instance has made a live code of this number, purpose and browser meanwhile.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewCode) -> Result<bool, DbFault> {
    let made = tx.exec(
        sql!(
            "INSERT INTO sms_code (id, purpose, mobile, mobile_blind, ticket, code_mac, state, tries, created_at,
             expires_at, holder)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.id.as_str(),
            new.purpose.as_str(),
            new.mobile.as_slice(),
            new.mobile_blind.bytes(),
            new.ticket.as_str(),
            &new.code_mac[..],
            LIVE,
            new.now,
            new.expires_at,
            new.holder.bytes()
        ],
    )?;
    if made == 0 {
        return Ok(false);
    }
    tx.exec(
        sql!(
            "INSERT INTO sms_log (id, mobile_blind, purpose, at, own, browser, place)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![
            new.id.as_str(),
            new.mobile_blind.bytes(),
            new.purpose.as_str(),
            new.now,
            new.own,
            new.asker.who.as_ref().map(Blind::bytes),
            new.asker.place.bytes()
        ],
    )?;
    Ok(true)
}

/// The sealed number a code went to.
pub(crate) fn mobile_of(tx: &mut Tx<'_>, id: &CodeId, purpose: Purpose) -> Result<Option<Vec<u8>>, DbFault> {
    tx.opt(
        sql!("SELECT mobile FROM sms_code WHERE id = $1 AND purpose = $2"),
        vals![id.as_str(), purpose.as_str()],
        |row| row.blob(0),
    )
}

/// A code with the fingerprint of its digits, to look at only.
pub(crate) fn find(tx: &mut Tx<'_>, id: &CodeId) -> Result<Option<(CodeView, Vec<u8>)>, DbFault> {
    tx.opt(
        sql!("SELECT purpose, state, tries, expires_at, ended_at, code_mac FROM sms_code WHERE id = $1"),
        vals![id.as_str()],
        |row| Ok((view(row)?, row.blob("code_mac")?)),
    )
}

/// A code with the fingerprint of its digits, its row held until the closure's end: another instance's
/// try at the same code waits and then sees what became of this one.
pub(crate) fn hold(tx: &mut Tx<'_>, id: &CodeId) -> Result<Option<(CodeView, Vec<u8>)>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE sms_code SET tries = tries WHERE id = $1 \
             RETURNING purpose, state, tries, expires_at, ended_at, code_mac"
        ),
        vals![id.as_str()],
        |row| Ok((view(row)?, row.blob("code_mac")?)),
    )
}

fn view(row: &Row) -> Result<CodeView, DbFault> {
    Ok(CodeView {
        purpose: row.parse("purpose")?,
        state: row.parse("state")?,
        tries: row.int("tries")?,
        expires_at: row.moment("expires_at")?,
        ended_at: row.opt_moment("ended_at")?,
    })
}

/// Writes a verdict on a code that [`hold`] found live.
pub(crate) fn set_state(
    tx: &mut Tx<'_>,
    id: &CodeId,
    state: CodeState,
    tries: i64,
    now: Moment,
) -> Result<(), DbFault> {
    let ended_at = (state != CodeState::Live).then_some(now);
    tx.exec(
        sql!("UPDATE sms_code SET state = $1, tries = $2, ended_at = $3 WHERE id = $4 AND state = 'live'"),
        vals![state.as_str(), tries, ended_at, id.as_str()],
    )?;
    Ok(())
}

/// Deletes up to 500 codes that ended their time before `before`; returns how many.
pub(crate) fn wipe_codes(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "sms_code", "id", "expires_at", before)
}

/// Deletes up to 500 lines of the log from before `before`; returns how many.
pub(crate) fn wipe_log(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "sms_log", "id", "at", before)
}

/// Codes that break a rule of ACC-6 (I-D06): too many tries, too long a life, used after the end,
/// of no known purpose or state.
pub(crate) fn broken(tx: &mut Tx<'_>, max_tries: i64, max_ms: i64) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM sms_code"), vals![], |row| row.int(0))?;
    let broken = tx.query(
        sql!(
            "SELECT id, state, tries FROM sms_code
             WHERE tries > $1 OR expires_at - created_at > $2
             OR (state = 'used' AND (ended_at IS NULL OR ended_at >= expires_at))
             OR (state = 'killed' AND tries < 1)
             OR purpose NOT IN ('sign_up', 'login', 'device', 'card_proof') OR state NOT IN ('live', 'used', 'killed', 'replaced')
             ORDER BY id"
        ),
        vals![max_tries, max_ms],
        |row| Ok(format!("{} is {} after {} wrong tries", row.text(0)?, row.text(1)?, row.int(2)?)),
    )?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}
