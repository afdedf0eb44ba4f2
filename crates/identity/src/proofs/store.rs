//! The only SQL for `proof`.

use kernel::{Moment, PersonName};
use platform::audit::Covered;
use platform::db::{DbFault, Tx};
use platform::vault::DataKey;
use platform::{covered, sql, vals, wipe_old};

use super::model::ProofPurpose;
use super::pass::NewProof;
use crate::blind::Blind;
use crate::ids::ProofId;
use crate::sealed::Column;

/// Sealed with the system key: a visitor has no key yet. The row is wiped within a month.
pub(super) const NAME: Column = Column::new("proof", "name");

/// Writes a proof; `false` if its check has proved before.
pub(super) fn insert(tx: &mut Tx<'_>, proof: &NewProof) -> Result<bool, DbFault> {
    let written = tx.exec(
        sql!(
            "INSERT INTO proof (id, subject_blind, purpose, way, reference, holder, device, created_at, expires_at, name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        ),
        vals![
            proof.id.as_str(),
            proof.proving.subject.bytes(),
            proof.proving.purpose.as_str(),
            proof.way.as_str(),
            proof.reference.as_str(),
            proof.proving.holder.as_slice(),
            proof.proving.device.as_str(),
            proof.now,
            proof.expires_at,
            proof.name.as_deref()
        ],
    )?;
    Ok(written == 1)
}

/// A young and unused proof.
pub(crate) struct OpenProof {
    pub(super) id: ProofId,
    /// Whose it is.
    pub(crate) subject: Blind,
    /// The name a visitor was proven under, sealed.
    name: Option<Vec<u8>>,
}

impl OpenProof {
    /// The name a visitor was proven under; `None` for a citizen's proof, and for one from before names were kept.
    pub(crate) fn name(&self, system: &DataKey) -> Result<Option<PersonName>, DbFault> {
        let open = |sealed: &Vec<u8>| NAME.read(system, self.id.as_str(), sealed, PersonName::parse);
        self.name.as_ref().map(open).transpose()
    }
}

/// The newest young and unused proof of a browser, and whose it is.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    holder: &[u8],
    purpose: ProofPurpose,
    now: Moment,
) -> Result<Option<OpenProof>, DbFault> {
    tx.opt(
        sql!(
            "SELECT id, subject_blind, name FROM proof
             WHERE holder = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
             ORDER BY created_at DESC, id DESC LIMIT 1"
        ),
        vals![holder, purpose.as_str(), now],
        |row| Ok(OpenProof { id: row.parse(0)?, subject: Blind::stored(row.blob(1)?), name: row.opt_blob(2)? }),
    )
}

/// Whether a browser holds a young and unused proof, and whose: for showing the page it opens.
pub(crate) fn held(
    tx: &mut Tx<'_>,
    holder: &[u8],
    purpose: ProofPurpose,
    now: Moment,
) -> Result<Option<Blind>, DbFault> {
    Ok(open(tx, holder, purpose, now)?.map(|open| open.subject))
}

/// Marks a proof used; `false` if it was.
pub(super) fn use_up(tx: &mut Tx<'_>, id: &ProofId, now: Moment) -> Result<bool, DbFault> {
    let used =
        tx.exec(sql!("UPDATE proof SET used_at = $1 WHERE id = $2 AND used_at IS NULL"), vals![now, id.as_str()])?;
    Ok(used == 1)
}

/// Deletes up to 500 proofs whose time ended before `before`; returns how many.
pub(crate) fn wipe(tx: &mut Tx<'_>, before: Moment) -> Result<u64, DbFault> {
    wipe_old!(tx, "proof", "id", "expires_at", before)
}

/// What left an audit row when it was written.
pub(crate) static AUDITED: [Covered; 1] = [
    covered!("proof", "proof", key "id", subject "reference", at "created_at", acts "'proof.passed', 'proof.vouched'"),
];
