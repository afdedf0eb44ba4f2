//! The only SQL for `card_way`, `card_guard`, `card_try`, `counter_code` and `counter_miss`. All rows belong to the lane of the
//! ID number they are about, with one exception: the guard of a card is held in the lane of whichever ID number the card is
//! named for, since strangers' misses about one card are counted over all of these. Two lanes that name one card wait for
//! each other there, and [`hold_both`] takes the guards in one order everywhere, so that none waits for one that waits for it.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::{covered, sql, vals, wipe_old};

use super::model::{CounterCodeId, CounterView, MissId, Paper, TryId, TryState, WayId, WayState};
use crate::askers::{Asker, Budget};
use crate::blind::Blind;
use crate::proofs::{ProofPurpose, Proving};
use crate::sealed::Column;
use crate::sms_codes::CodeState;
use crate::staff::StaffId;

/// Sealed with the system key: what was named need not be anybody's here. It is wiped soon.
pub(super) const MOBILE: Column = Column::new("card_way", "mobile");
pub(super) const CARD: Column = Column::new("card_way", "card");
/// Likewise.
pub(super) const PAPER_NAME: Column = Column::new("counter_code", "name");

const ASKED: &str = TryState::Asked.as_str();
const NAMED: &str = WayState::Named.as_str();
const LIVE: &str = CodeState::Live.as_str();

/// A card named, to insert.
#[derive(Clone)]
pub(super) struct NewWay {
    pub(super) id: WayId,
    pub(super) proving: Proving,
    pub(super) card: Vec<u8>,
    pub(super) mobile: Vec<u8>,
    pub(super) now: Moment,
}

/// Inserts it.
pub(super) fn insert_way(tx: &mut Tx<'_>, new: &NewWay) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_way (id, subject_blind, purpose, holder, state, card, mobile, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        vals![
            new.id.as_str(),
            new.proving.subject.bytes(),
            new.proving.purpose.as_str(),
            new.proving.holder.as_slice(),
            NAMED,
            new.card.as_slice(),
            new.mobile.as_slice(),
            new.now
        ],
    )?;
    Ok(())
}

/// A card named, as the next steps need it.
pub(super) struct WayRow {
    pub(super) state: WayState,
    pub(super) card: Vec<u8>,
    pub(super) mobile: Option<Vec<u8>>,
}

/// What this browser named since a moment, for the same person and purpose, and has not used.
pub(super) fn find_way(
    tx: &mut Tx<'_>,
    id: &WayId,
    proving: &Proving,
    since: Moment,
) -> Result<Option<WayRow>, DbFault> {
    tx.opt(
        sql!(
            "SELECT state, card, mobile FROM card_way
             WHERE id = $1 AND subject_blind = $2 AND purpose = $3 AND holder = $4 AND at > $5 AND state <> 'used'"
        ),
        vals![id.as_str(), proving.subject.bytes(), proving.purpose.as_str(), proving.holder.as_slice(), since],
        |row| Ok(WayRow { state: row.parse(0)?, card: row.blob(1)?, mobile: row.opt_blob(2)? }),
    )
}

/// Moves it on, and forgets what is no longer needed; `false` if it was not where it should be.
pub(super) fn set_way(tx: &mut Tx<'_>, id: &WayId, from: WayState, to: WayState) -> Result<bool, DbFault> {
    let moved = tx.exec(
        sql!(
            "UPDATE card_way SET state = $1, mobile = NULL, card = CASE WHEN $1 = 'used' THEN NULL ELSE card END
             WHERE id = $2 AND state = $3"
        ),
        vals![to.as_str(), id.as_str(), from.as_str()],
    )?;
    Ok(moved == 1)
}

/// Whether something named in this browser has proven somebody.
pub(super) fn used_way(tx: &mut Tx<'_>, id: &WayId, proving: &Proving) -> Result<bool, DbFault> {
    let found = tx.opt(
        sql!("SELECT 1 FROM card_way WHERE id = $1 AND holder = $2 AND purpose = $3 AND state = 'used'"),
        vals![id.as_str(), proving.holder.as_slice(), proving.purpose.as_str()],
        |row| row.int(0),
    )?;
    Ok(found.is_some())
}

/// Holds the guard of a person or a card until the closure's end: whoever counts next waits, and counts this one.
pub(super) fn hold(tx: &mut Tx<'_>, guarded: &Blind, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_guard (subject_blind, at) VALUES ($1, $2)
             ON CONFLICT (subject_blind) DO UPDATE SET at = excluded.at"
        ),
        vals![guarded.bytes(), now],
    )
    .map(drop)
}

/// Holds the guards of a person and of a card: by their bytes, in the one order that every lane keeps.
pub(super) fn hold_both(tx: &mut Tx<'_>, person: &Blind, card: &Blind, now: Moment) -> Result<(), DbFault> {
    let (first, then) = if person.bytes() <= card.bytes() { (person, card) } else { (card, person) };
    hold(tx, first, now)?;
    hold(tx, then, now)
}

/// The moments of a person's tries since `since` that count: wrong ones and those on their way. Holds
/// the person's guard until the closure's end, so that another instance's try waits and counts this one.
pub(super) fn hold_counting(
    tx: &mut Tx<'_>,
    subject: &Blind,
    since: Moment,
    now: Moment,
) -> Result<Vec<Moment>, DbFault> {
    hold(tx, subject, now)?;
    tx.query(
        sql!("SELECT at FROM card_try WHERE subject_blind = $1 AND at > $2 AND state IN ('asked', 'wrong')"),
        vals![subject.bytes(), since],
        |row| row.moment(0),
    )
}

/// Reserves a try.
pub(super) fn reserve(tx: &mut Tx<'_>, id: &TryId, proving: &Proving, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO card_try (id, subject_blind, purpose, holder, state, at) VALUES ($1, $2, $3, $4, $5, $6)"),
        vals![id.as_str(), proving.subject.bytes(), proving.purpose.as_str(), proving.holder.as_slice(), ASKED, now],
    )?;
    Ok(())
}

/// Writes what the card system said of a try.
pub(super) fn end_try(tx: &mut Tx<'_>, id: &TryId, state: TryState) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE card_try SET state = $1 WHERE id = $2 AND state = 'asked'"),
        vals![state.as_str(), id.as_str()],
    )?;
    Ok(ended == 1)
}

/// A counter's code to insert.
#[derive(Clone)]
pub(super) struct NewCode {
    pub(super) id: CounterCodeId,
    pub(super) subject: Blind,
    pub(super) purpose: ProofPurpose,
    pub(super) mac: [u8; 32],
    /// As on the paper, sealed.
    pub(super) name: Vec<u8>,
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
             (id, subject_blind, purpose, code_mac, paper, staff_id, state, tries, created_at, expires_at, name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10) ON CONFLICT DO NOTHING"
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
            new.expires_at,
            new.name.as_slice()
        ],
    )?;
    Ok(made == 1)
}

/// The live code of a person and purpose, or else the one that ended last.
pub(super) fn newest(tx: &mut Tx<'_>, proving: &Proving) -> Result<Option<CounterCodeId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id FROM counter_code WHERE subject_blind = $1 AND purpose = $2
             ORDER BY CASE WHEN state = 'live' THEN 0 ELSE 1 END, ended_at DESC, id DESC LIMIT 1"
        ),
        vals![proving.subject.bytes(), proving.purpose.as_str()],
        |row| row.parse(0),
    )
}

/// The name that a code was given for, sealed; `None` for one from before names were kept.
pub(super) fn paper_name(tx: &mut Tx<'_>, id: &CounterCodeId) -> Result<Option<Vec<u8>>, DbFault> {
    let sql = sql!("SELECT name FROM counter_code WHERE id = $1");
    Ok(tx.opt(sql, vals![id.as_str()], |row| row.opt_blob(0))?.flatten())
}

/// A code with the fingerprint of its digits, held until the closure's end, as it looks to an asker: with the wrong tries
/// of the budget that the asker spends, the owner's or strangers'.
pub(super) fn hold_code(
    tx: &mut Tx<'_>,
    id: &CounterCodeId,
    budget: Budget,
    asker: &Asker,
) -> Result<Option<(CounterView, Vec<u8>)>, DbFault> {
    let found = tx.opt(
        sql!(
            "UPDATE counter_code SET tries = tries WHERE id = $1 RETURNING state, tries, expires_at, ended_at, code_mac"
        ),
        vals![id.as_str()],
        |row| {
            let state = row.parse("state")?;
            let (tries, expires_at, ended_at) =
                (row.int("tries")?, row.moment("expires_at")?, row.opt_moment("ended_at")?);
            Ok((CounterView { state, tries, mine: 0, all: 0, expires_at, ended_at }, row.blob("code_mac")?))
        },
    )?;
    let Some((view, mac)) = found else { return Ok(None) };
    let misses = tx.query(
        sql!("SELECT browser, place FROM counter_miss WHERE code_id = $1 AND own = $2"),
        vals![id.as_str(), i64::from(budget.is_own())],
        |row| {
            let (browser, place) = (row.opt_blob(0)?, row.blob(1)?);
            Ok(budget.is_own() || asker.made(browser.as_deref(), Some(&place)))
        },
    )?;
    let count = |tries: usize| i64::try_from(tries).unwrap_or(i64::MAX);
    let (mine, all) = (count(misses.iter().filter(|mine| **mine).count()), count(misses.len()));
    Ok(Some((CounterView { mine, all, ..view }, mac)))
}

/// Notes who made a wrong try at a code, and whose it was to spend.
pub(super) fn insert_counter_miss(
    tx: &mut Tx<'_>,
    id: &MissId,
    code: &CounterCodeId,
    proving: &Proving,
    now: Moment,
) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO counter_miss (id, code_id, own, browser, place, at) VALUES ($1, $2, $3, $4, $5, $6)"),
        vals![
            id.as_str(),
            code.as_str(),
            i64::from(proving.budget.is_own()),
            proving.asker.who.as_ref().map(Blind::bytes),
            proving.asker.place.bytes(),
            now
        ],
    )?;
    Ok(())
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

/// Deletes up to 500 cards named before `before`; returns how many.
pub(crate) fn wipe_ways(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_way", "id", "at", before)
}

/// Deletes up to 500 wrong tries at counters' codes from before `before`; returns how many.
pub(crate) fn wipe_counter_misses(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "counter_miss", "id", "at", before)
}

/// Deletes up to 500 tries from before `before`; returns how many.
pub(crate) fn wipe_tries(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_try", "id", "at", before)
}

/// Deletes up to 500 guards last held before `before`; returns how many.
pub(crate) fn wipe_guards(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_guard", "subject_blind", "at", before)
}

/// Deletes up to 500 counters' codes whose time ended before `before`; returns how many.
pub(crate) fn wipe_codes(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "counter_code", "id", "expires_at", before)
}

/// Counters' codes that were used too late or too often tried, tries in no known state, and cards whose way
/// is over and that kept what they no longer need (I-D06).
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
            "SELECT id, state FROM card_try WHERE state NOT IN ('asked', 'wrong', 'right', 'spared', 'used')
             UNION ALL SELECT id, state FROM card_way WHERE state NOT IN ('named', 'phoned', 'used')
             OR (mobile IS NOT NULL AND state <> 'named') OR (card IS NULL) <> (state = 'used') ORDER BY 1"
        ),
        vals![],
        |row| Ok(format!("{} is {}, which its row belies", row.text(0)?, row.text(1)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("counter code", "counter_code", key "id", subject "id", at "created_at", acts "'counter_code.issued'", since 12),
];
