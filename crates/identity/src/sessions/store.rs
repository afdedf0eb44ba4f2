//! The only SQL for `session`, `session_former_token` and `session_phone`. Inserts may come from any lane; updates only from
//! the person's own.

use kernel::Moment;
use platform::db::{DbFault, Tx};
use platform::vault::{self, Vault};
use platform::{sql, vals, wipe_old};

use super::model::{Prover, SessionId, SessionState};
use super::open::NewSession;
use crate::agreements::AgreementPolicy;
use crate::people::{self, AccountId, Myself, PersonId};

const LIVE: &str = SessionState::Live.as_str();
const ENDED: &str = SessionState::Ended.as_str();

/// A live session as a request needs it, and its owner as every page shows them.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) id: SessionId,
    pub(crate) account: AccountId,
    pub(crate) person: PersonId,
    pub(crate) seen_at: Moment,
    pub(crate) expires_at: Moment,
    pub(crate) myself: Myself,
    /// How many messages the person has not opened.
    pub(crate) unread: i64,
    /// Whether the account's holder agreed to what is in force.
    pub(crate) agreed: bool,
}

/// One line of the list of sessions.
pub(crate) struct Listed {
    pub(crate) id: SessionId,
    /// The word of its browser's device cookie; empty for sessions from before they knew it.
    pub(crate) word: String,
    pub(crate) device: String,
    pub(crate) address: String,
    pub(crate) seen_at: Moment,
    pub(crate) expires_at: Moment,
}

/// Opens a session.
pub(crate) fn insert(tx: &mut Tx<'_>, new: &NewSession, account: &AccountId, person: &PersonId) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO session (id, account_id, person_id, token_hash, device, address, state, created_at, seen_at,
             expires_at, word)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        ),
        vals![
            new.id.as_str(),
            account.as_str(),
            person.as_str(),
            new.token.hash(),
            new.seat.device.as_str(),
            new.seat.address.as_str(),
            LIVE,
            new.now,
            new.now,
            new.expires_at,
            new.word.as_str()
        ],
    )?;
    Ok(())
}

/// The live session of an active account with this token's hash; none if the person's key was destroyed. One
/// statement, since every page of a signed-in person begins with it.
pub(crate) fn by_token(
    tx: &mut Tx<'_>,
    vault: &Vault,
    in_force: &AgreementPolicy,
    hash: &[u8],
) -> Result<Option<Found>, DbFault> {
    tx.opt(
        sql!(
            "SELECT s.id, s.account_id, s.person_id, s.seen_at, s.expires_at, p.name, a.mobile, k.id AS key_id, \
             k.kek_id, k.alg, k.wrapped,
             (SELECT COUNT(*) FROM message m WHERE m.person_id = s.person_id AND m.read_at IS NULL) AS unread,
             (SELECT COUNT(*) FROM agreement g WHERE g.account_id = s.account_id AND g.terms = $1 AND g.privacy = $2) AS agreed
             FROM session s JOIN account a ON a.id = s.account_id JOIN person p ON p.id = s.person_id
             JOIN data_key k ON k.id = p.key_id
             WHERE s.token_hash = $3 AND s.state = 'live' AND a.state = 'active'"
        ),
        vals![in_force.terms.as_str(), in_force.privacy.as_str(), hash],
        |row| {
            let (account, person): (AccountId, PersonId) = (row.parse("account_id")?, row.parse("person_id")?);
            let key = vault::key_of(row, vault)?;
            let myself = people::store::myself(&key, (&person, &row.blob("name")?), (&account, &row.blob("mobile")?))?;
            Ok(Found {
                id: row.parse("id")?,
                account,
                person,
                seen_at: row.moment("seen_at")?,
                expires_at: row.moment("expires_at")?,
                myself,
                unread: row.int("unread")?,
                agreed: row.int("agreed")? > 0,
            })
        },
    )
}

/// Whose live session a token opens.
pub(crate) fn owner_of(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<Prover>, DbFault> {
    let sql = sql!("SELECT id, person_id, account_id FROM session WHERE token_hash = $1 AND state = 'live'");
    tx.opt(sql, vals![hash], |row| Ok(Prover { session: row.parse(0)?, person: row.parse(1)?, account: row.parse(2)? }))
}

/// Whose session a token opened, also after it ended.
pub(crate) fn person_of(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<PersonId>, DbFault> {
    tx.opt(
        sql!(
            "SELECT person_id FROM session WHERE token_hash = $1
             OR id = (SELECT session_id FROM session_former_token WHERE token_hash = $1)"
        ),
        vals![hash],
        |row| row.parse(0),
    )
}

/// Notes that a session was used.
pub(crate) fn seen(tx: &mut Tx<'_>, session: &SessionId, now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE session SET seen_at = $1 WHERE id = $2 AND state = 'live' AND seen_at < $3"),
        vals![now, session.as_str(), now],
    )?;
    Ok(())
}

/// A person's sessions that are not past their time, the last used first.
pub(crate) fn list(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<Vec<Listed>, DbFault> {
    tx.query(
        sql!(
            "SELECT id, device, address, seen_at, expires_at, word FROM session
             WHERE person_id = $1 AND state = 'live' AND expires_at > $2 ORDER BY seen_at DESC, id DESC LIMIT 50"
        ),
        vals![person.as_str(), now],
        |row| {
            Ok(Listed {
                id: row.parse("id")?,
                device: row.text("device")?,
                address: row.text("address")?,
                seen_at: row.moment("seen_at")?,
                expires_at: row.moment("expires_at")?,
                word: row.opt_text("word")?.unwrap_or_default(),
            })
        },
    )
}

/// A person's live sessions in the browser of a device cookie's word.
pub(crate) fn in_browser(tx: &mut Tx<'_>, person: &PersonId, word: &str) -> Result<Vec<SessionId>, DbFault> {
    tx.query(
        sql!("SELECT id FROM session WHERE person_id = $1 AND word = $2 AND state = 'live'"),
        vals![person.as_str(), word],
        |row| row.parse(0),
    )
}

/// The word of a person's live session; `None` if it is not theirs or has ended.
pub(crate) fn word_of(tx: &mut Tx<'_>, person: &PersonId, session: &SessionId) -> Result<Option<String>, DbFault> {
    tx.opt(
        sql!("SELECT word FROM session WHERE id = $1 AND person_id = $2 AND state = 'live'"),
        vals![session.as_str(), person.as_str()],
        |row| Ok(row.opt_text(0)?.unwrap_or_default()),
    )
}

/// What the device of a session calls itself; `None` once the session is wiped.
pub(crate) fn label(tx: &mut Tx<'_>, session: &SessionId) -> Result<Option<String>, DbFault> {
    tx.opt(sql!("SELECT device FROM session WHERE id = $1"), vals![session.as_str()], |row| row.text(0))
}

/// Ends one session of a person; `false` if it is not theirs or had ended.
pub(crate) fn end(tx: &mut Tx<'_>, person: &PersonId, session: &SessionId, now: Moment) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE session SET state = $1, ended_at = $2 WHERE id = $3 AND person_id = $4 AND state = 'live'"),
        vals![ENDED, now, session.as_str(), person.as_str()],
    )?;
    Ok(ended == 1)
}

/// Ends all sessions of a person but one.
pub(crate) fn end_others(tx: &mut Tx<'_>, person: &PersonId, keep: &SessionId, now: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!("UPDATE session SET state = $1, ended_at = $2 WHERE person_id = $3 AND id <> $4 AND state = 'live'"),
        vals![ENDED, now, person.as_str(), keep.as_str()],
    )
}

/// Ends all sessions of a person: whoever holds one must log in again.
pub(crate) fn end_all(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!("UPDATE session SET state = $1, ended_at = $2 WHERE person_id = $3 AND state = 'live'"),
        vals![ENDED, now, person.as_str()],
    )
}

/// A session goes on as another account's: its holder was proven to be that account's person.
pub(crate) fn hand_over(
    tx: &mut Tx<'_>,
    session: &SessionId,
    account: &AccountId,
    person: &PersonId,
) -> Result<(), DbFault> {
    tx.exec(
        sql!("UPDATE session SET account_id = $1, person_id = $2 WHERE id = $3 AND state = 'live'"),
        vals![account.as_str(), person.as_str(), session.as_str()],
    )?;
    Ok(())
}

/// Gives a live session another token; requests under way may still come with the one it had, until `until`.
pub(crate) fn renew(
    tx: &mut Tx<'_>,
    session: &SessionId,
    token: &[u8],
    (now, until): (Moment, Moment),
) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO session_former_token (token_hash, session_id, until)
             SELECT token_hash, id, $1 FROM session WHERE id = $2 AND state = 'live' ON CONFLICT DO NOTHING"
        ),
        vals![until, session.as_str()],
    )?;
    tx.exec(
        sql!("UPDATE session SET token_hash = $1, seen_at = $2 WHERE id = $3 AND state = 'live'"),
        vals![token, now, session.as_str()],
    )?;
    Ok(())
}

/// Lets none of the tokens that a session had before open anything from now on.
pub(crate) fn end_former(tx: &mut Tx<'_>, session: &SessionId, now: Moment) -> Result<(), DbFault> {
    let sql = sql!("UPDATE session_former_token SET until = $1 WHERE session_id = $2 AND until > $1");
    tx.exec(sql, vals![now, session.as_str()])?;
    Ok(())
}

/// The token that a session has now, for a browser that comes with the one it had a moment ago.
pub(crate) fn renewed(tx: &mut Tx<'_>, former: &[u8], now: Moment) -> Result<Option<Vec<u8>>, DbFault> {
    tx.opt(
        sql!(
            "SELECT s.token_hash FROM session_former_token f JOIN session s ON s.id = f.session_id
             WHERE f.token_hash = $1 AND f.until > $2 AND s.state = 'live'"
        ),
        vals![former, now],
        |row| row.blob(0),
    )
}

/// Deletes up to 500 former tokens that opened something until before `before`; returns how many.
pub(crate) fn wipe_former(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "session_former_token", "token_hash", "until", before)
}

/// Notes that a session has shown its owner's phone, in a browser whose name gives this fingerprint.
pub(crate) fn show_phone(tx: &mut Tx<'_>, session: &SessionId, place: &[u8], now: Moment) -> Result<(), DbFault> {
    tx.exec(
        sql!("INSERT INTO session_phone (session_id, place, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
        vals![session.as_str(), place, now],
    )?;
    Ok(())
}

/// Whether it has.
pub(crate) fn has_shown_phone(tx: &mut Tx<'_>, session: &SessionId, place: &[u8]) -> Result<bool, DbFault> {
    let sql = sql!("SELECT 1 FROM session_phone WHERE session_id = $1 AND place = $2");
    Ok(tx.opt(sql, vals![session.as_str(), place], |row| row.int(0))?.is_some())
}

/// Deletes up to 500 notes of phones shown before `before` (of logins that have ended by then); returns how many.
pub(crate) fn wipe_phones(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "session_phone", "session_id, place", "at", before)
}

/// Deletes the sessions of an account, with the account.
pub(crate) fn delete_of(tx: &mut Tx<'_>, account: &AccountId) -> Result<(), DbFault> {
    tx.exec(sql!("DELETE FROM session WHERE account_id = $1"), vals![account.as_str()])?;
    Ok(())
}

/// Deletes up to 500 sessions whose time ended before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "session", "id", "expires_at", before)
}

/// Live sessions of accounts that are closed (I-D13).
pub(crate) fn of_closed_accounts(tx: &mut Tx<'_>, now: Moment) -> Result<(u64, Vec<String>), DbFault> {
    let rows =
        tx.one(sql!("SELECT COUNT(*) FROM session WHERE state = 'live' AND expires_at > $1"), vals![now], |row| {
            row.int(0)
        })?;
    let broken = tx.query(
        sql!(
            "SELECT s.id, a.id FROM session s JOIN account a ON a.id = s.account_id
             WHERE s.state = 'live' AND s.expires_at > $1 AND a.state <> 'active' ORDER BY s.id"
        ),
        vals![now],
        |row| Ok(format!("{} is live though account {} is closed", row.text(0)?, row.text(1)?)),
    )?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}
