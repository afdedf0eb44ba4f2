//! Epochs: what happens to the audit when a database is put back from a backup.
//!
//! A witness outside then knows of anchors that are missing here. The database cannot tell whether somebody restored a
//! copy or cut off rows, so the service reports it loudly until a person has looked into it and says what it was.
//! Numbers go on after the witness's, so that no number ever stands for two anchors, and verification follows the chain
//! over the gap.

use kernel::Moment;
use serde_json::json;

use super::store;
use super::{Canon, Hash};
use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey, Tx};
use crate::vault::Vault;

/// One epoch after the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Epoch {
    /// 2, 3, 4 …
    pub epoch: i64,
    /// Which witness told.
    pub witness: String,
    /// The newest anchor that both know.
    pub common_n: i64,
    /// The newest anchor here when it was noticed.
    pub found_n: i64,
    /// The newest anchor that the witness knew, and its hash.
    pub lost_n: i64,
    pub lost_hash: Vec<u8>,
    pub at: Moment,
    /// Ed25519 over all of the above.
    pub signature: Vec<u8>,
    pub acknowledged: Option<Acknowledgement>,
}

/// That a person has looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub at: Moment,
    pub by: String,
    pub why: String,
    /// Ed25519 over the epoch and all of the above.
    pub signature: Vec<u8>,
}

impl Epoch {
    pub(super) fn hash(&self) -> Hash {
        let mut canon = Canon::new("renshe audit epoch 1");
        canon.int(self.epoch).text(&self.witness).int(self.common_n).int(self.found_n).int(self.lost_n);
        canon.bytes(&self.lost_hash).int(self.at.ms());
        canon.finish()
    }

    fn acknowledged_hash(&self, of: &Acknowledgement) -> Hash {
        let mut canon = Canon::new("renshe audit acknowledgement 1");
        canon.bytes(&self.hash()).int(of.at.ms()).text(&of.by).text(&of.why);
        canon.finish()
    }

    /// Whether an anchor of this number was lost when the epoch began: the witness has it, this database has not, or has
    /// another that was written before the loss was noticed.
    pub(super) fn explains(&self, n: i64) -> bool {
        self.common_n < n && n <= self.found_n.max(self.lost_n)
    }

    /// The number of its first anchor.
    pub(super) fn begins(&self) -> i64 {
        self.found_n.max(self.lost_n).saturating_add(1)
    }

    fn name(&self) -> String {
        format!("epoch {} (noticed {} by {})", self.epoch, self.at, self.witness)
    }

    /// What is wrong with it, as `renshe audit verify` says it.
    pub(super) fn finding(&self, vault: Option<&Vault>) -> Option<String> {
        let signed = |hash: Hash, by: &[u8]| vault.is_none_or(|vault| vault.verify_anchor(&hash, by));
        if !signed(self.hash(), &self.signature) {
            return Some(format!("{}: was changed after it was written", self.name()));
        }
        match &self.acknowledged {
            None => Some(format!(
                "{}: SHORTENED: anchors {} to {} are known outside and are not in this database. It was put back from a backup, or \
                 rows were cut off. Whoever has looked into it says so: renshe audit acknowledge --epoch {} --by NAME --why TEXT",
                self.name(),
                self.common_n + 1,
                self.lost_n,
                self.epoch
            )),
            Some(of) if !signed(self.acknowledged_hash(of), &of.signature) => {
                Some(format!("{}: its acknowledgement is not this installation's", self.name()))
            }
            Some(_) => None,
        }
    }
}

/// Begins a new epoch: a witness knows of an anchor that is not here. Does nothing when an epoch explains it already.
/// Returns the epoch in force.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (witness, common_n): (&str, i64),
    (lost_n, lost_hash): (i64, &[u8]),
    now: Moment,
) -> Result<Option<Epoch>, DbFault> {
    store::hold(tx)?;
    let epochs = store::epochs(tx)?;
    if let Some(known) = epochs.iter().find(|epoch| epoch.explains(lost_n)) {
        return Ok(Some(known.clone()));
    }
    let found_n = store::last_anchor(tx)?.map_or(0, |anchor| anchor.n);
    let mut new = Epoch {
        epoch: epochs.last().map_or(2, |last| last.epoch + 1),
        witness: witness.to_owned(),
        common_n,
        found_n,
        lost_n,
        lost_hash: lost_hash.to_vec(),
        at: now,
        signature: Vec::new(),
        acknowledged: None,
    };
    new.signature = ctx.vault.sign_anchor(&new.hash());
    store::insert_epoch(tx, &new)?;
    let detail = json!({ "witness": witness, "common_n": common_n, "found_n": found_n, "lost_n": lost_n });
    tx.audit(ctx.act("audit.epoch_begun", &format!("epoch:{}", new.epoch), detail));
    Ok(Some(new))
}

/// Why nothing was acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum AcknowledgeError {
    #[error("there is no epoch {0}; `renshe audit verify` names those that wait for a person")]
    NoSuch(i64),
    #[error("epoch {epoch} was acknowledged at {at} by {by}: {why}")]
    Already { epoch: i64, at: Moment, by: String, why: String },
    #[error("say by whom and why; both are kept")]
    Empty,
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Writes down who has looked into an epoch and what it was.
///
/// # Errors
/// See [`AcknowledgeError`]; nothing was written.
pub async fn acknowledge(ctx: &Ctx, epoch: i64, by: &str, why: &str) -> Result<(), AcknowledgeError> {
    let (by, why, now, ctx2) = (by.trim().to_owned(), why.trim().to_owned(), ctx.now(), ctx.clone());
    if by.is_empty() || why.is_empty() {
        return Err(AcknowledgeError::Empty);
    }
    ctx.db
        .write(LaneKey::of("audit", "anchor"), "audit.acknowledge", move |tx| {
            store::hold(tx)?;
            let found = store::epochs(tx)?.into_iter().find(|one| one.epoch == epoch);
            let found = found.ok_or(AcknowledgeError::NoSuch(epoch))?;
            if let Some(Acknowledgement { at, by, why, .. }) = found.acknowledged {
                return Err(AcknowledgeError::Already { epoch, at, by, why });
            }
            let mut of = Acknowledgement { at: now, by: by.clone(), why: why.clone(), signature: Vec::new() };
            of.signature = ctx2.vault.sign_anchor(&found.acknowledged_hash(&of));
            store::acknowledge(tx, epoch, &of)?;
            let detail = json!({ "by": by, "why": why });
            tx.audit(ctx2.act("audit.epoch_acknowledged", &format!("epoch:{epoch}"), detail));
            Ok(())
        })
        .await
}

/// The epochs that wait for a person, as sentences.
///
/// # Errors
/// What broke beneath.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    Ok(store::epochs(tx)?.iter().filter(|epoch| epoch.acknowledged.is_none()).filter_map(|e| e.finding(None)).collect())
}
