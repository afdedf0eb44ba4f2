//! Anchors: a signed chain over the heads of all audit chains.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Moment;
use serde::{Deserialize, Serialize};

use super::{Canon, Hash, store};
use crate::db::{DbFault, Tx};
use crate::vault::Vault;

/// One signed statement: "these chains had come this far".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// 1, 2, 3 … without gaps within an epoch.
    pub n: i64,
    pub at: Moment,
    /// Hash of the anchor before; 32 zero bytes for the first.
    pub prev: Vec<u8>,
    /// JSON list of [`Head`], by chain.
    pub heads: String,
    pub hash: Vec<u8>,
    /// Ed25519 over `hash`.
    pub signature: Vec<u8>,
}

/// A chain's head as an anchor states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub chain: String,
    pub n: i64,
    /// Base64.
    pub hash: String,
}

impl Anchor {
    pub(super) fn computed_hash(&self) -> Hash {
        let mut canon = Canon::new("renshe audit anchor 1");
        canon.int(self.n).int(self.at.ms()).bytes(&self.prev).text(&self.heads);
        canon.finish()
    }

    pub(super) fn heads(&self) -> Result<Vec<Head>, serde_json::Error> {
        serde_json::from_str(&self.heads)
    }
}

impl Head {
    pub(super) fn hash_bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.hash).unwrap_or_default()
    }
}

/// Writes the next anchor over every chain that has grown since the last one; `None` when nothing has. Run it at least
/// once a minute, under the key `audit`/`anchor`; several runs at once come one after another.
pub fn anchor(tx: &mut Tx<'_>, vault: &Vault, now: Moment) -> Result<Option<Anchor>, DbFault> {
    store::hold(tx)?;
    let grown = store::unanchored_heads(tx)?;
    if grown.is_empty() {
        return Ok(None);
    }
    let heads: Vec<Head> =
        grown.into_iter().map(|(chain, n, hash)| Head { chain, n, hash: STANDARD.encode(hash) }).collect();
    let (n, prev) = store::last_anchor(tx)?.map_or((1, vec![0; 32]), |last| (last.n + 1, last.hash));
    // After a restore the numbers continue after those that the witness knows.
    let n = store::epochs(tx)?.last().map_or(n, |epoch| n.max(epoch.begins()));
    let text = serde_json::to_string(&heads).map_err(|error| DbFault::Corrupt(error.to_string()))?;
    let mut anchor = Anchor { n, at: now, prev, heads: text, hash: Vec::new(), signature: Vec::new() };
    anchor.hash = anchor.computed_hash().to_vec();
    anchor.signature = vault.sign_anchor(&anchor.hash);
    store::insert_anchor(tx, &anchor)?;
    for head in &heads {
        store::mark_anchored(tx, &head.chain, head.n)?;
    }
    Ok(Some(anchor))
}
