//! Recomputes every chain and every anchor (I-D11) and says what does not fit.

use std::collections::BTreeMap;

use kernel::Moment;

use super::store::{self, Stored};
use super::{Anchor, Epoch, Fields, Hash, Opening, Record};
use crate::check::{Check, CheckResult};
use crate::db::{DbFault, Tx};
use crate::vault::Vault;

/// Rows read at a time.
const PAGE: i64 = 1000;
/// The number of findings that are kept, since a broken chain would otherwise name each of its rows.
const FINDINGS: usize = 100;

/// What verification read and what it found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub chains: u64,
    pub rows: u64,
    pub anchors: u64,
    /// Number and moment of the newest anchor.
    pub newest: Option<(i64, Moment)>,
    /// At most a hundred sentences, each naming a chain and a row or an anchor.
    pub broken: Vec<String>,
}

impl Verdict {
    pub fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    fn note(&mut self, finding: String) {
        if self.broken.len() < FINDINGS {
            self.broken.push(finding);
        }
    }
}

/// The invariant for `renshe check`; signatures need the vault and are left to `renshe audit verify`.
pub const CHECK: Check = Check {
    id: "I-D11",
    says: "audit chains: each row carries the hash of the one before, numbers are dense, each start names its predecessor, anchors match",
    run: check,
};

fn check(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    let verdict = walk(tx, None)?;
    Ok(CheckResult { rows: verdict.rows, broken: verdict.broken })
}

/// Recomputes all chains, links between chains, anchors and their signatures, in pages. Meant for a
/// read: what is appended meanwhile is not seen.
pub fn verify(tx: &mut Tx<'_>, vault: &Vault) -> Result<Verdict, DbFault> {
    walk(tx, Some(vault))
}

fn walk(tx: &mut Tx<'_>, vault: Option<&Vault>) -> Result<Verdict, DbFault> {
    let mut verdict = Verdict::default();
    let mut after = String::new();
    loop {
        let openings = store::openings_after(tx, &after, PAGE)?;
        let Some(last) = openings.last() else { break };
        after.clone_from(&last.chain);
        for opening in &openings {
            verify_chain(tx, opening, &mut verdict)?;
        }
    }
    for chain in store::unopened_chains(tx)? {
        verdict.note(format!("chain {chain} has rows but no opening"));
    }
    verify_anchors(tx, vault, &mut verdict)?;
    Ok(verdict)
}

fn verify_chain(tx: &mut Tx<'_>, opening: &Opening, verdict: &mut Verdict) -> Result<(), DbFault> {
    verdict.chains += 1;
    verify_predecessor(tx, opening, verdict)?;
    let (mut n, mut head) = (0, opening.hash());
    loop {
        let page = store::rows_after(tx, &opening.chain, n, PAGE)?;
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            verdict.rows += 1;
            if let Some(finding) = row_finding(&opening.chain, n + 1, &head, row) {
                verdict.note(finding);
            }
            // Continue from the stored value, so that one broken row is one finding and not a thousand.
            n = row.n;
            head = row.hash.as_slice().try_into().unwrap_or([0; 32]);
        }
    }
}

fn row_finding(chain: &str, wanted: i64, head: &Hash, row: &Stored) -> Option<String> {
    if row.n != wanted {
        return Some(format!("chain {chain}: rows {wanted} to {} are missing", row.n - 1));
    }
    if row.prev != head {
        return Some(format!("chain {chain}, row {}: does not follow the row before it", row.n));
    }
    let [actor, act, subject, ip, request, detail] = &row.texts;
    let entry = Fields { at: row.at, actor, act, subject, ip, request, detail };
    let computed = Record { chain, n: row.n, prev: head, entry }.hash();
    (row.hash != computed).then(|| format!("chain {chain}, row {}: was changed after it was written", row.n))
}

fn verify_predecessor(tx: &mut Tx<'_>, opening: &Opening, verdict: &mut Verdict) -> Result<(), DbFault> {
    let Some(before) = &opening.predecessor else { return Ok(()) };
    let chain = &opening.chain;
    let stored = if opening.predecessor_n == 0 {
        store::opening(tx, before)?.map(|opening| opening.hash().to_vec())
    } else {
        store::hash_at(tx, before, opening.predecessor_n)?
    };
    match stored {
        None => verdict.note(format!("chain {chain} follows {before} row {}, which is missing", opening.predecessor_n)),
        Some(hash) if hash != opening.predecessor_hash => {
            verdict.note(format!(
                "chain {chain} follows {before} row {}, which has another hash now",
                opening.predecessor_n
            ));
        }
        Some(_) => {}
    }
    Ok(())
}

fn verify_anchors(tx: &mut Tx<'_>, vault: Option<&Vault>, verdict: &mut Verdict) -> Result<(), DbFault> {
    let epochs = store::epochs(tx)?;
    epochs.iter().filter_map(|epoch| epoch.finding(vault)).for_each(|finding| verdict.note(finding));
    // An epoch that began at this anchor explains that the next has a higher number.
    let next = |n: i64| epochs.iter().filter(|epoch| epoch.found_n == n).map(Epoch::begins).fold(n + 1, i64::max);
    let (mut n, mut prev, mut reached) = (0, vec![0; 32], BTreeMap::new());
    loop {
        let page = store::anchors_after(tx, n, PAGE)?;
        if page.is_empty() {
            return verify_reached(tx, &reached, verdict);
        }
        for anchor in page {
            verdict.anchors += 1;
            if anchor.n != next(n) {
                verdict.note(format!("anchors {} to {} are missing", next(n), anchor.n - 1));
            } else if anchor.prev != prev {
                verdict.note(format!("anchor {}: does not follow the anchor before it", anchor.n));
            }
            if let Some(finding) = seal_finding(&anchor, vault) {
                verdict.note(finding);
            }
            verify_heads(tx, &anchor, &mut reached, verdict)?;
            (n, prev) = (anchor.n, anchor.hash);
            verdict.newest = Some((anchor.n, anchor.at));
        }
    }
}

/// What is wrong with an anchor by itself.
pub(super) fn seal_finding(anchor: &Anchor, vault: Option<&Vault>) -> Option<String> {
    if anchor.hash != anchor.computed_hash() {
        return Some(format!("anchor {}: was changed after it was written", anchor.n));
    }
    let signed = vault.is_none_or(|vault| vault.verify_anchor(&anchor.hash, &anchor.signature));
    (!signed).then(|| format!("anchor {}: the signature is not this installation's", anchor.n))
}

/// How far each chain is noted as anchored is what the anchors say: whoever moves a note on could cut off what comes after.
fn verify_reached(tx: &mut Tx<'_>, reached: &BTreeMap<String, i64>, verdict: &mut Verdict) -> Result<(), DbFault> {
    for (chain, noted) in store::anchored(tx)? {
        let said = reached.get(&chain).copied().unwrap_or(0);
        if noted != said {
            verdict.note(format!("chain {chain} is noted as anchored up to row {noted}; the anchors say {said}"));
        }
    }
    Ok(())
}

fn verify_heads(
    tx: &mut Tx<'_>,
    anchor: &Anchor,
    reached: &mut BTreeMap<String, i64>,
    verdict: &mut Verdict,
) -> Result<(), DbFault> {
    let Ok(heads) = anchor.heads() else {
        verdict.note(format!("anchor {}: its list of heads cannot be read", anchor.n));
        return Ok(());
    };
    for head in heads {
        reached.insert(head.chain.clone(), head.n);
        match store::hash_at(tx, &head.chain, head.n)? {
            None => {
                verdict.note(format!("anchor {} names chain {} row {}, which is missing", anchor.n, head.chain, head.n))
            }
            Some(hash) if hash != head.hash_bytes() => {
                verdict.note(format!(
                    "anchor {} names chain {} row {}, which has another hash now",
                    anchor.n, head.chain, head.n
                ));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(n: i64, prev: &Hash) -> Stored {
        let texts = ["system", "seed.done", "x", "", "", "{}"].map(str::to_owned);
        let [actor, act, subject, ip, request, detail] = &texts;
        let at = Moment::from_ms(7);
        let entry = Fields { at, actor, act, subject, ip, request, detail };
        let hash = Record { chain: "c", n, prev, entry }.hash();
        Stored { n, prev: prev.to_vec(), hash: hash.to_vec(), at, texts }
    }

    #[test]
    fn a_row_is_whole_changed_unlinked_or_missing() {
        let prev = [3; 32];
        assert_eq!(row_finding("c", 5, &prev, &stored(5, &prev)), None);
        let mut changed = stored(5, &prev);
        changed.texts[2].push('y');
        assert!(row_finding("c", 5, &prev, &changed).unwrap().contains("was changed"));
        assert!(row_finding("c", 5, &[4; 32], &stored(5, &prev)).unwrap().contains("does not follow"));
        assert!(row_finding("c", 5, &prev, &stored(7, &prev)).unwrap().contains("rows 5 to 6 are missing"));
    }

    #[test]
    fn an_anchor_is_sealed_by_this_installation() {
        let vault = Vault::for_tests();
        let mut anchor = Anchor {
            n: 1,
            at: Moment::from_ms(7),
            prev: vec![0; 32],
            heads: "[]".to_owned(),
            hash: vec![],
            signature: vec![],
        };
        anchor.hash = anchor.computed_hash().to_vec();
        anchor.signature = vault.sign_anchor(&anchor.hash);
        assert_eq!(seal_finding(&anchor, Some(&vault)), None);
        anchor.signature[0] ^= 1;
        assert!(seal_finding(&anchor, Some(&vault)).unwrap().contains("signature"));
        anchor.heads = "[{}]".to_owned();
        assert!(seal_finding(&anchor, None).unwrap().contains("was changed"));
    }
}
