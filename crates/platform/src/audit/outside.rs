//! What witnesses outside know, compared with what the database holds now: a database whose tail was cut off, anchors
//! included, cannot explain the copy outside.

use kernel::Moment;

use super::epoch::Epoch;
use super::verify::seal_finding;
use super::witness::Seen;
use super::{Anchor, store};
use crate::db::{DbFault, Tx};
use crate::vault::Vault;

/// Findings kept of one witness.
const FINDINGS: usize = 100;

/// The result of comparing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// Anchors compared.
    pub anchors: u64,
    /// How many of these were lost when an epoch began.
    pub lost: u64,
    /// The newest number seen.
    pub newest: i64,
    /// One sentence each.
    pub broken: Vec<String>,
}

impl Outside {
    fn note(&mut self, finding: String) {
        if self.broken.len() < FINDINGS {
            self.broken.push(finding);
        }
    }

    /// Adds the result for the anchors that come after.
    pub fn add(&mut self, later: Outside) {
        self.anchors += later.anchors;
        self.lost += later.lost;
        self.newest = self.newest.max(later.newest);
        later.broken.into_iter().for_each(|finding| self.note(finding));
    }
}

/// Compares a stretch of a witness's anchors, sorted by number, that follows the number `after`.
///
/// # Errors
/// What broke beneath.
pub fn lines(
    tx: &mut Tx<'_>,
    vault: &Vault,
    (witness, after): (&str, i64),
    exported: &[Anchor],
) -> Result<Outside, DbFault> {
    let epochs = store::epochs(tx)?;
    let mut outside = Outside { newest: after, ..Outside::default() };
    for anchor in exported {
        outside.anchors += 1;
        if let Some(finding) = seal_finding(anchor, Some(vault)) {
            outside.note(format!("{witness}: exported {finding}"));
            // A number that we never gave out says nothing about what we have.
            if store::anchor_at(tx, anchor.n)?.is_none() {
                continue;
            }
        }
        for missing in between(tx, &epochs, outside.newest, anchor.n)? {
            outside.note(format!("{witness}: anchor {missing} was taken out of it"));
        }
        outside.newest = anchor.n;
        let stored = store::anchor_at(tx, anchor.n)?;
        if stored.as_ref() == Some(anchor) {
            continue;
        }
        if epochs.iter().any(|epoch| epoch.explains(anchor.n)) {
            outside.lost += 1;
            continue;
        }
        let says = if stored.is_some() { "holds another" } else { "does not hold it: SHORTENED" };
        outside.note(format!("{witness} knows anchor {}, and the database {says}", anchor.n));
    }
    Ok(outside)
}

/// Numbers of anchors that must be outside between two that are.
fn between(tx: &mut Tx<'_>, epochs: &[Epoch], after: i64, before: i64) -> Result<Vec<i64>, DbFault> {
    if before <= after + 1 {
        return Ok(Vec::new());
    }
    let mut here = store::numbers_between(tx, after, before, FINDINGS as i64)?;
    // What was written after a restore and before it was noticed has numbers that the witness has others under.
    here.retain(|n| !epochs.iter().any(|epoch| epoch.common_n < *n && *n <= epoch.found_n));
    Ok(here)
}

/// What is wrong when a witness knows this anchor.
///
/// # Errors
/// What broke beneath.
pub fn known_outside(tx: &mut Tx<'_>, witness: &str, seen: &Seen) -> Result<Option<String>, DbFault> {
    let stored = store::anchor_at(tx, seen.n)?;
    let known = stored.as_ref().is_some_and(|anchor| anchor.hash == seen.hash);
    if known || store::epochs(tx)?.iter().any(|epoch| epoch.explains(seen.n)) {
        return Ok(None);
    }
    let newest = store::last_anchor(tx)?.map_or(0, |anchor| anchor.n);
    let says = if stored.is_some() {
        "it holds another under that number".to_owned()
    } else {
        format!("its newest is {newest}")
    };
    Ok(Some(format!("SHORTENED: {witness} knows anchor {} of this database, and {says}", seen.n)))
}

/// What is wrong when a witness knows nothing newer than this number: an anchor from before `before` should be there.
///
/// # Errors
/// What broke beneath.
pub fn not_carried(tx: &mut Tx<'_>, witness: &str, newest: i64, before: Moment) -> Result<Option<String>, DbFault> {
    let epochs = store::epochs(tx)?;
    let from =
        epochs.iter().filter(|epoch| epoch.explains(newest)).map(|epoch| epoch.begins() - 1).fold(newest, i64::max);
    let next = store::anchors_after(tx, from, 1)?.into_iter().next();
    Ok(next.filter(|anchor| anchor.at < before).map(|anchor| {
        format!("{witness} does not have anchor {} of {} nor what came after it: it was emptied, or nothing carries anchors there", anchor.n, anchor.at)
    }))
}

/// Chains with a row from before `before` that no anchor covers.
///
/// # Errors
/// What broke beneath.
pub fn not_anchored(tx: &mut Tx<'_>, before: Moment) -> Result<Vec<String>, DbFault> {
    let late = store::first_unanchored(tx, before)?;
    let says = |(chain, n, at): (String, i64, Moment)| {
        format!("chain {chain}: no anchor covers what came after row {n} (since {at}); within a minute one should")
    };
    Ok(late.into_iter().map(says).collect())
}
