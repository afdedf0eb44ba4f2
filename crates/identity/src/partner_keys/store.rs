//! The only SQL for `partner_key` and `partner_nonce`; rows are written in the lane of their key.

use kernel::Moment;
use platform::audit::Covered;
use platform::db::{DbFault, LaneKey, Tx};
use platform::vault::{self, NewDataKey, Vault};
use platform::{covered, sql, vals, wipe_old};

use super::model::{PartnerKeyId, PartnerLine};
use crate::institutions::{self, Institution, InstitutionId, Kind};
use crate::sealed::Column;

pub(super) const SECRET: Column = Column::new("partner_key", "secret");

const ACTIVE: &str = "active";
const ENDED: &str = "ended";

/// The lane of a key's rows.
pub(super) fn lane(id: &PartnerKeyId) -> LaneKey {
    LaneKey::of("partner", id.as_str())
}

/// A key to insert.
pub(super) struct NewPartner {
    pub(super) id: PartnerKeyId,
    pub(super) name: String,
    pub(super) institution: InstitutionId,
    pub(super) key: NewDataKey,
    pub(super) secret: Vec<u8>,
    pub(super) now: Moment,
}

/// Inserts a key of this institution. The column `place` is for programs of before that serve on, and not read here; it goes
/// when every row has its `institution_id` (I-I02).
pub(super) fn insert(tx: &mut Tx<'_>, new: &NewPartner, institution: &Institution) -> Result<(), DbFault> {
    let place = match institution.id.kind() {
        Kind::Hospital => institution.id.as_str(),
        _ => institution.facts.name.as_str(),
    };
    vault::insert_key(tx, &new.key)?;
    tx.exec(
        sql!(
            "INSERT INTO partner_key (id, name, place, institution_id, key_id, secret, state, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        ),
        vals![
            new.id.as_str(),
            new.name.as_str(),
            place,
            new.institution.as_str(),
            new.key.id.as_str(),
            new.secret.as_slice(),
            ACTIVE,
            new.now
        ],
    )?;
    Ok(())
}

/// An active key, opened.
pub(super) struct Active {
    pub(super) name: String,
    pub(super) institution: Institution,
    pub(super) secret: String,
}

/// The active key with this id.
pub(super) fn active(tx: &mut Tx<'_>, vault: &Vault, id: &PartnerKeyId) -> Result<Option<Active>, DbFault> {
    let found = tx.opt(
        sql!("SELECT name, institution_id, key_id, secret FROM partner_key WHERE id = $1 AND state = 'active'"),
        vals![id.as_str()],
        |row| Ok((row.text(0)?, row.opt_parse::<InstitutionId>(1)?, row.text(2)?, row.blob(3)?)),
    )?;
    let Some((name, Some(institution), key_id, sealed)) = found else { return Ok(None) };
    let Some(institution) = institutions::of(tx, &institution)? else { return Ok(None) };
    let Some(key) = vault::load_key(tx, vault, &key_id)? else { return Ok(None) };
    Ok(Some(Active { name, institution, secret: SECRET.open(&key, id.as_str(), &sealed)? }))
}

/// All keys, the newest first.
pub(super) fn list(tx: &mut Tx<'_>) -> Result<Vec<PartnerLine>, DbFault> {
    tx.query(
        sql!(
            "SELECT k.id, k.name, i.code, i.name AS institution, k.state, k.created_at FROM partner_key k
             JOIN institution i ON i.id = k.institution_id ORDER BY k.created_at DESC, k.id DESC"
        ),
        vals![],
        |row| {
            Ok(PartnerLine {
                id: row.parse("id")?,
                name: row.text("name")?,
                code: row.text("code")?,
                institution: row.text("institution")?,
                active: row.text("state")? == ACTIVE,
                created_at: row.moment("created_at")?,
            })
        },
    )
}

/// Ends a key; `false` if there is none that is active.
pub(super) fn end(tx: &mut Tx<'_>, id: &PartnerKeyId, now: Moment) -> Result<bool, DbFault> {
    let ended = tx.exec(
        sql!("UPDATE partner_key SET state = $2, ended_at = $3 WHERE id = $1 AND state = 'active'"),
        vals![id.as_str(), ENDED, now],
    )?;
    Ok(ended == 1)
}

/// Takes a nonce; `false` if it was taken before.
pub(super) fn take_nonce(tx: &mut Tx<'_>, id: &PartnerKeyId, nonce: &str, until: Moment) -> Result<bool, DbFault> {
    let taken = tx.exec(
        sql!("INSERT INTO partner_nonce (partner_id, nonce, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"),
        vals![id.as_str(), nonce, until],
    )?;
    Ok(taken == 1)
}

/// Deletes up to 500 nonces whose requests would be too old by now; returns how many.
pub(crate) fn wipe_nonces(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "partner_nonce", "partner_id, nonce", "expires_at", before)
}

/// How many keys there are, and those that belong to no institution (I-I02).
pub(crate) fn nobodys(tx: &mut Tx<'_>) -> Result<(u64, Vec<String>), DbFault> {
    let rows = tx.one(sql!("SELECT COUNT(*) FROM partner_key"), vals![], |row| row.int(0))?;
    let sql = sql!(
        "SELECT k.id FROM partner_key k WHERE NOT EXISTS (SELECT 1 FROM institution i WHERE i.id = k.institution_id)
         ORDER BY k.id"
    );
    let broken = tx.query(sql, vals![], |row| Ok(format!("{} belongs to no institution", row.text(0)?)))?;
    Ok((u64::try_from(rows).unwrap_or(0), broken))
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 2] = [
    covered!("partner's key", "partner_key", key "id", subject "id", at "created_at", acts "'partner.added'"),
    covered!("ended partner's key", "partner_key", key "id", subject "id", at "created_at", acts "'partner.ended'",
        only "ended_at IS NOT NULL"),
];
