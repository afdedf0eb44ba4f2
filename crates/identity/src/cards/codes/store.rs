//! The only SQL for `card_code` and `card_check`. Both are written in the lane of the person whose card it
//! is; a check of a code nobody knows, in the lane of its place.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::{covered, sql, vals, wipe_old};

use crate::cards::model::EcardId;
use crate::people::PersonId;

kernel::typed_id!(
    /// One code shown.
    pub CardCodeId, "ccd"
);
kernel::typed_id!(
    /// One look at a code by a scanner.
    pub CardCheckId, "cck"
);

/// A code to write.
#[derive(Clone)]
pub(in crate::cards) struct NewCode {
    pub(in crate::cards) id: CardCodeId,
    pub(in crate::cards) person: PersonId,
    pub(in crate::cards) ecard: EcardId,
    pub(in crate::cards) hash: Vec<u8>,
    pub(in crate::cards) issued_at: Moment,
    pub(in crate::cards) expires_at: Moment,
}

/// Writes a code that is about to be shown.
pub(in crate::cards) fn insert(tx: &mut Tx<'_>, new: &NewCode) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_code (id, person_id, ecard_id, token_hash, issued_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        ),
        vals![
            new.id.as_str(),
            new.person.as_str(),
            new.ecard.as_str(),
            new.hash.as_slice(),
            new.issued_at,
            new.expires_at
        ],
    )?;
    Ok(())
}

/// A code that was shown.
#[derive(Clone)]
pub(in crate::cards) struct Shown {
    pub(in crate::cards) id: CardCodeId,
    pub(in crate::cards) person: PersonId,
    pub(in crate::cards) ecard: EcardId,
    pub(in crate::cards) issued_at: Moment,
    pub(in crate::cards) expires_at: Moment,
    pub(in crate::cards) used_at: Option<Moment>,
}

/// The code behind a token's hash.
pub(in crate::cards) fn by_hash(tx: &mut Tx<'_>, hash: &[u8]) -> Result<Option<Shown>, DbFault> {
    tx.opt(
        sql!("SELECT id, person_id, ecard_id, issued_at, expires_at, used_at FROM card_code WHERE token_hash = $1"),
        vals![hash],
        |row| {
            Ok(Shown {
                id: row.parse("id")?,
                person: row.parse("person_id")?,
                ecard: row.parse("ecard_id")?,
                issued_at: row.moment("issued_at")?,
                expires_at: row.moment("expires_at")?,
                used_at: row.opt_moment("used_at")?,
            })
        },
    )
}

/// Uses a code up; `false` if it was. Held and judged by the one statement: of two scanners one wins.
pub(in crate::cards) fn use_up(tx: &mut Tx<'_>, id: &CardCodeId, by: &str, now: Moment) -> Result<bool, DbFault> {
    let used = tx.exec(
        sql!("UPDATE card_code SET used_at = $2, used_by = $3 WHERE id = $1 AND used_at IS NULL"),
        vals![id.as_str(), now, by],
    )?;
    Ok(used == 1)
}

/// When a code was used.
pub(in crate::cards) fn used_at(tx: &mut Tx<'_>, id: &CardCodeId) -> Result<Option<Moment>, DbFault> {
    tx.one(sql!("SELECT used_at FROM card_code WHERE id = $1"), vals![id.as_str()], |row| row.opt_moment(0))
}

/// When a person's code was last read since a moment.
pub(in crate::cards) fn last_used(
    tx: &mut Tx<'_>,
    person: &PersonId,
    since: Moment,
) -> Result<Option<Moment>, DbFault> {
    tx.one(
        sql!("SELECT MAX(used_at) FROM card_code WHERE person_id = $1 AND used_at IS NOT NULL AND used_at > $2"),
        vals![person.as_str(), since],
        |row| row.opt_moment(0),
    )
}

/// A check to write. `code` and `person` are empty where the code is unknown.
#[derive(Clone)]
pub(in crate::cards) struct NewCheck {
    pub(in crate::cards) id: CardCheckId,
    pub(in crate::cards) code: String,
    pub(in crate::cards) person: String,
    pub(in crate::cards) verdict: &'static str,
    pub(in crate::cards) place: String,
    pub(in crate::cards) by: String,
    pub(in crate::cards) now: Moment,
}

/// Writes what a scanner was told.
pub(in crate::cards) fn insert_check(tx: &mut Tx<'_>, new: &NewCheck) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO card_check (id, code_id, person_id, verdict, place, made_by, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        ),
        vals![
            new.id.as_str(),
            new.code.as_str(),
            new.person.as_str(),
            new.verdict,
            new.place.as_str(),
            new.by.as_str(),
            new.now
        ],
    )?;
    Ok(())
}

/// What a scanner was told before.
pub(in crate::cards) struct Told {
    pub(in crate::cards) id: CardCheckId,
    pub(in crate::cards) verdict: String,
    /// Whose card, if the code was known.
    pub(in crate::cards) person: Option<PersonId>,
    pub(in crate::cards) at: Moment,
}

/// The last checks at a place by one asker, the newest first.
pub(in crate::cards) fn told(
    tx: &mut Tx<'_>,
    place: &str,
    by: &str,
    since: Moment,
    most: i64,
) -> Result<Vec<Told>, DbFault> {
    tx.query(
        sql!(
            "SELECT id, verdict, person_id, made_at FROM card_check
             WHERE place = $1 AND made_by = $2 AND made_at >= $3 ORDER BY made_at DESC, id DESC LIMIT $4"
        ),
        vals![place, by, since, most],
        |row| {
            let person = row.text(2)?;
            Ok(Told { id: row.parse(0)?, verdict: row.text(1)?, person: person.parse().ok(), at: row.moment(3)? })
        },
    )
}

/// Deletes up to 500 codes whose time ended before `before`; returns how many.
pub(in crate::cards) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_code", "id", "expires_at", before)
}

/// Deletes up to 500 checks made before `before`; returns how many.
pub(in crate::cards) fn wipe_checks(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "card_check", "id", "made_at", before)
}

/// Codes used outside of their time, and codes for which more than one scanner was told "valid" (I-D07).
pub(in crate::cards) fn broken(tx: &mut Tx<'_>, code_ms: i64, skew_ms: i64) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM card_code"), vals![], |row| row.int(0))?;
    let mut broken = tx.query(
        sql!(
            "SELECT id FROM card_code WHERE expires_at - issued_at > $1
             OR (used_at IS NOT NULL AND (used_at > issued_at + $1 + $2 OR used_at < issued_at - $2 OR used_by IS NULL))
             ORDER BY id"
        ),
        vals![code_ms, skew_ms],
        |row| Ok(format!("{} lived or was used outside of its time", row.text(0)?)),
    )?;
    broken.extend(tx.query(
        sql!(
            "SELECT code_id, COUNT(*) FROM card_check WHERE verdict = 'ok' GROUP BY code_id HAVING COUNT(*) > 1 ORDER BY code_id"
        ),
        vals![],
        |row| Ok(format!("{} was valid for {} scanners", row.text(0)?, row.int(1)?)),
    )?);
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("look at a card", "card_check", key "id", subject "id", at "made_at", acts "'card.verified'", only "code_id <> ''"),
];
