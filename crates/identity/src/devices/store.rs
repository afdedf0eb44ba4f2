//! The only SQL for `device` and `device_proof`.
//!
//! A device's row is written in its owner's lane; binding writes it from the lane of the proof, in the
//! one statement that holds it. What sessions showed is only inserted, by any lane.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::{covered, sql, vals, wipe_old};

use super::bind::Binding;
use super::model::{DeviceId, DeviceProofId, DeviceState, How, Shown};
use super::vouch::Vouched;
use crate::askers::Place;
use crate::people::PersonId;
use crate::sessions::SessionId;

const LIVE: &str = DeviceState::Live.as_str();
const ENDED: &str = DeviceState::Ended.as_str();

/// The end of the nonce of a second row.
const SECOND: char = '*';

/// A live device as decisions need it.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) id: DeviceId,
    pub(crate) has_key: bool,
    pub(crate) label: String,
}

/// A person's live device of that word.
pub(crate) fn live(tx: &mut Tx<'_>, person: &PersonId, word: &str) -> Result<Option<Live>, DbFault> {
    tx.opt(
        sql!("SELECT id, public_key, label FROM device WHERE person_id = $1 AND word = $2 AND state = 'live'"),
        vals![person.as_str(), word],
        |row| Ok(Live { id: row.parse(0)?, has_key: row.opt_blob(1)?.is_some(), label: row.text(2)? }),
    )
}

/// The key of a live device.
pub(super) fn key_of(tx: &mut Tx<'_>, device: &DeviceId) -> Result<Option<Vec<u8>>, DbFault> {
    let sql = sql!("SELECT public_key FROM device WHERE id = $1 AND state = 'live'");
    Ok(tx.opt(sql, vals![device.as_str()], |row| row.opt_blob(0))?.flatten())
}

/// Notes that a live device was seen; `false` if it has been signed out.
pub(super) fn seen(tx: &mut Tx<'_>, device: &DeviceId, now: Moment) -> Result<bool, DbFault> {
    let sql = sql!("UPDATE device SET seen_at = $1 WHERE id = $2 AND state = 'live'");
    Ok(tx.exec(sql, vals![now, device.as_str()])? == 1)
}

/// One line of the list of devices.
pub(super) struct Listed {
    pub(super) id: DeviceId,
    pub(super) word: String,
    pub(super) label: String,
    pub(super) bound_at: Moment,
    pub(super) seen_at: Moment,
}

/// A person's live devices, the last bound first.
pub(super) fn list(tx: &mut Tx<'_>, person: &PersonId) -> Result<Vec<Listed>, DbFault> {
    tx.query(
        sql!(
            "SELECT d.id, d.word, d.label, d.bound_at, d.seen_at,
                 (SELECT MAX(p.at) FROM device_proof p WHERE p.device_id = d.id) AS shown_at
             FROM device d WHERE d.person_id = $1 AND d.state = 'live' ORDER BY d.bound_at DESC, d.id DESC LIMIT 50"
        ),
        vals![person.as_str()],
        |row| {
            let (noted, shown) = (row.moment("seen_at")?, row.opt_moment("shown_at")?);
            Ok(Listed {
                id: row.parse("id")?,
                word: row.text("word")?,
                label: row.text("label")?,
                bound_at: row.moment("bound_at")?,
                seen_at: shown.map_or(noted, |shown| shown.max(noted)),
            })
        },
    )
}

/// Signs a person's device out; `false` if it is not theirs or was signed out before.
pub(super) fn end(tx: &mut Tx<'_>, person: &PersonId, device: &DeviceId, now: Moment) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE device SET state = $1, ended_at = $2 WHERE id = $3 AND person_id = $4 AND state = 'live'"),
        vals![ENDED, now, device.as_str(), person.as_str()],
    )?;
    Ok(ended == 1)
}

/// Signs all of a person's devices out.
pub(crate) fn end_all(tx: &mut Tx<'_>, person: &PersonId, now: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!("UPDATE device SET state = $1, ended_at = $2 WHERE person_id = $3 AND state = 'live'"),
        vals![ENDED, now, person.as_str()],
    )
}

/// The sessions that showed to be on a device.
pub(super) fn sessions_on(tx: &mut Tx<'_>, device: &DeviceId) -> Result<Vec<SessionId>, DbFault> {
    tx.query(sql!("SELECT DISTINCT session_id FROM device_proof WHERE device_id = $1"), vals![device.as_str()], |row| {
        row.parse(0)
    })
}

/// Inserts a device; `false` if the same browser has been bound to this person meanwhile.
pub(super) fn insert(tx: &mut Tx<'_>, new: &Binding) -> Result<bool, DbFault> {
    let written = tx.exec(
        sql!(
            "INSERT INTO device (id, person_id, word, label, state, created_at, bound_at, seen_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        vals![
            new.id.as_str(),
            new.person.as_str(),
            new.word.as_str(),
            new.label.as_str(),
            LIVE,
            new.now,
            new.now,
            new.now
        ],
    )?;
    Ok(written == 1)
}

/// Notes a new authentication on a live device, and holds its row; `None` if there is no such device.
pub(super) fn renew(tx: &mut Tx<'_>, person: &PersonId, word: &str, now: Moment) -> Result<Option<DeviceId>, DbFault> {
    tx.opt(
        sql!(
            "UPDATE device SET bound_at = $1, seen_at = $2 WHERE person_id = $3 AND word = $4 AND state = 'live'
             RETURNING id"
        ),
        vals![now, now, person.as_str(), word],
        |row| row.parse(0),
    )
}

/// Leaves a device's key, in place of one it had; `false` if it has been signed out.
pub(super) fn set_key(tx: &mut Tx<'_>, device: &DeviceId, key: &[u8], now: Moment) -> Result<bool, DbFault> {
    let written = tx.exec(
        sql!("UPDATE device SET public_key = $1, key_at = $2 WHERE id = $3 AND state = 'live'"),
        vals![key, now, device.as_str()],
    )?;
    Ok(written == 1)
}

/// The same for the device of a demo person, by the word of its cookie.
pub(crate) fn give_key(
    tx: &mut Tx<'_>,
    (person, word): (&PersonId, &str),
    key: &[u8],
    now: Moment,
) -> Result<bool, DbFault> {
    match live(tx, person, word)? {
        Some(device) => set_key(tx, &device.id, key, now),
        None => Ok(false),
    }
}

/// Something shown, to be written down.
#[derive(Clone)]
pub(crate) struct NewProof {
    pub(crate) id: DeviceProofId,
    pub(crate) session: SessionId,
    pub(crate) device: DeviceId,
    pub(crate) how: How,
    pub(crate) nonce: String,
    pub(crate) place: Place,
    /// The id of the second row, where it holds on whatever network as well, and why it does.
    pub(crate) roams: Option<(DeviceProofId, Roams)>,
    pub(crate) now: Moment,
}

kernel::words! {
    /// Why something shown holds on whatever network.
    pub(crate) enum Roams: "a reason to hold on every network" {
        /// Its person asked for it, by a tap or a code.
        Asked = "asked",
        /// The session roams already, and its network still wanders.
        Still = "still",
    }
}

/// Writes down what a session showed, and that its device was seen; `false` if the same challenge has
/// been answered before.
pub(crate) fn insert_proof(tx: &mut Tx<'_>, new: &NewProof) -> Result<bool, DbFault> {
    let written = insert_shown(tx, new, (&new.id, &new.nonce), &new.place.here, None)?;
    if let Some((id, why)) = new.roams.as_ref().filter(|_| written) {
        // A challenge is answered once; its second row has a name of its own.
        insert_shown(tx, new, (id, &format!("{}{SECOND}", new.nonce)), &new.place.roaming, Some(*why))?;
    }
    Ok(written)
}

fn insert_shown(
    tx: &mut Tx<'_>,
    new: &NewProof,
    (id, nonce): (&DeviceProofId, &str),
    place: &[u8],
    roams: Option<Roams>,
) -> Result<bool, DbFault> {
    let (session, device, how) = (new.session.as_str(), new.device.as_str(), new.how.as_str());
    let written = tx.exec(
        sql!(
            "INSERT INTO device_proof (id, session_id, device_id, how, nonce, place, at, roams)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        ),
        vals![id.as_str(), session, device, how, nonce, place, new.now, roams.map(Roams::as_str)],
    )?;
    Ok(written == 1)
}

/// What a session has shown of a device that may hold at a place, under its nonce: codes and authentications of any age,
/// answers of the key since `since`. The row that roams has the nonce of the other.
pub(super) fn shown(
    tx: &mut Tx<'_>,
    session: &SessionId,
    device: &DeviceId,
    place: &Place,
    since: Moment,
) -> Result<Vec<(String, Shown)>, DbFault> {
    tx.query(
        sql!(
            "SELECT how, at, CASE WHEN place = $1 THEN 1 ELSE 0 END, nonce FROM device_proof
             WHERE session_id = $2 AND device_id = $3 AND place IN ($1, $4) AND (how <> 'key' OR at > $5)"
        ),
        vals![place.roaming.as_slice(), session.as_str(), device.as_str(), place.here.as_slice(), since],
        |row| {
            let nonce = row.text(3)?.trim_end_matches(SECOND).to_owned();
            Ok((nonce, Shown { how: row.parse(0)?, at: row.moment(1)?, roams: row.flag(2)? }))
        },
    )
}

/// Whether a session has shown something of a device since a moment, from whatever place; `by_key`: by its key alone.
pub(super) fn shown_since(
    tx: &mut Tx<'_>,
    session: &SessionId,
    device: &DeviceId,
    since: Moment,
    by_key: bool,
) -> Result<bool, DbFault> {
    let sql = sql!(
        "SELECT 1 FROM device_proof
         WHERE session_id = $1 AND device_id = $2 AND at > $3 AND (how = 'key' OR CAST($4 AS BIGINT) = 0) LIMIT 1"
    );
    let vals = vals![session.as_str(), device.as_str(), since, by_key];
    Ok(tx.opt(sql, vals, |row| row.int(0))?.is_some())
}

/// Whether a session roams, and its network still wanders: since that moment it has shown something that holds on
/// whatever network, and its person asked for that, or it has shown something from another place than this.
pub(super) fn wanders(
    tx: &mut Tx<'_>,
    session: &SessionId,
    device: &DeviceId,
    place: &Place,
    since: Moment,
) -> Result<bool, DbFault> {
    let shown = tx.opt(
        sql!(
            "SELECT 1 FROM device_proof p WHERE p.session_id = $1 AND p.device_id = $2 AND p.at > $3 AND p.place = $4
             AND (p.roams = 'asked' OR EXISTS (SELECT 1 FROM device_proof o WHERE o.session_id = $1
                 AND o.device_id = $2 AND o.at > $3 AND o.place NOT IN ($4, $5))) LIMIT 1"
        ),
        vals![session.as_str(), device.as_str(), since, place.roaming.as_slice(), place.here.as_slice()],
        |row| row.int(0),
    );
    Ok(shown?.is_some())
}

/// Whether a session has shown something of a device since a moment from another place than this. That what it showed
/// roams is no other place.
pub(crate) fn shown_elsewhere(
    tx: &mut Tx<'_>,
    session: &SessionId,
    device: &DeviceId,
    place: &Place,
    since: Moment,
) -> Result<bool, DbFault> {
    let sql = sql!(
        "SELECT 1 FROM device_proof
         WHERE session_id = $1 AND device_id = $2 AND place NOT IN ($3, $4) AND at > $5 LIMIT 1"
    );
    let (here, roaming) = (place.here.as_slice(), place.roaming.as_slice());
    let vals = vals![session.as_str(), device.as_str(), here, roaming, since];
    Ok(tx.opt(sql, vals, |row| row.int(0))?.is_some())
}

/// Deletes up to 500 answers and codes from before `before`; returns how many. They outlive the
/// longest session.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "device_proof", "id", "at", before)
}

/// Deletes up to 500 devices that ended before `before` and showed nothing since; returns how many.
pub(crate) fn wipe_ended(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    tx.exec(
        sql!(
            "DELETE FROM device WHERE id IN (SELECT d.id FROM device d WHERE d.ended_at IS NOT NULL AND d.ended_at < $1
             AND NOT EXISTS (SELECT 1 FROM device_proof p WHERE p.device_id = d.id) ORDER BY d.ended_at LIMIT 500)"
        ),
        vals![before],
    )
}

/// What a device showed for somebody who is not its owner, before it was bound, after it was signed
/// out, or with a key it does not have (I-D08). The minute is for requests under way.
pub(crate) fn broken(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM device_proof"), vals![], |row| row.int(0))?;
    let broken = tx.query(
        sql!(
            "SELECT p.id, d.id, p.how FROM device_proof p JOIN device d ON d.id = p.device_id
             LEFT JOIN session s ON s.id = p.session_id
             WHERE s.person_id <> d.person_id OR p.at < d.created_at OR p.at > d.ended_at + 60000
             OR (p.how = 'key' AND d.public_key IS NULL) OR p.how NOT IN ('key', 'sms', 'fresh') ORDER BY p.id"
        ),
        vals![],
        |row| Ok(format!("{} must not stand for {} by {}", row.text(0)?, row.text(1)?, row.text(2)?)),
    )?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// A device of a demo person, bound and shown for one session as if its owner had been authenticated
/// on it; a browser that is bound already is only shown.
pub(super) fn vouch(tx: &mut Tx<'_>, new: &Vouched, person: &PersonId, session: &SessionId) -> Result<(), DbFault> {
    tx.exec(
        sql!(
            "INSERT INTO device (id, person_id, word, label, state, created_at, bound_at, seen_at)
             VALUES ($1, $2, $3, COALESCE((SELECT s.device FROM session s WHERE s.id = $4), ''), 'live', $5, $6, $7)
             ON CONFLICT DO NOTHING"
        ),
        vals![new.id.as_str(), person.as_str(), new.word.as_str(), session.as_str(), new.now, new.now, new.now],
    )?;
    let Some(device) = live(tx, person, &new.word)? else { return Ok(()) };
    let proof = NewProof {
        id: new.proof.clone(),
        session: session.clone(),
        device: device.id,
        how: How::Fresh,
        nonce: new.proof.as_str().to_owned(),
        place: new.place.clone(),
        roams: None,
        now: new.now,
    };
    insert_proof(tx, &proof).map(drop)
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] =
    [covered!("device", "device", key "id", subject "id", at "created_at", acts "'device.bound'")];
