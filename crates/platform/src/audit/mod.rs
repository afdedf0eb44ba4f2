//! Audit chains: who did what to what, when and from where, in rows that cannot be changed quietly
//! (architecture, rule 10; OPS-4).
//!
//! One chain per instance, lane and start. Every row carries the hash of the row before it; the
//! first row says that the chain was opened, and its `prev` is the hash of the opening, which names
//! the last row of the predecessor. [`anchor()`] braids the heads of all chains into signed anchors, [`carry()`] brings
//! them to witnesses outside the database, [`verify()`] recomputes everything, [`covered()`] asks whether what must have
//! left a row has one. What happens after a restore is told in [`epoch`](Epoch).

mod anchor;
mod covered;
mod epoch;
mod folder;
mod outside;
mod store;
mod verify;
mod witness;

use kernel::Moment;
use sha2::{Digest, Sha256};

pub use anchor::{Anchor, Head, anchor};
pub use covered::{Covered, covered};
pub use epoch::{AcknowledgeError, Acknowledgement, Epoch, acknowledge, waiting};
pub use folder::FolderWitness;
pub use outside::{Outside, known_outside, lines, not_anchored, not_carried};
pub use verify::{CHECK, Verdict, verify};
pub use witness::{Carried, Seen, Witness, WitnessError, carry, carry_all};

use crate::db::{DbFault, Tx};

/// SHA-256 of a canonical record.
pub type Hash = [u8; 32];

/// One act to be recorded. Made by `ctx.act(…)`, written by the door at the closure's end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// What was done, as `noun.verb-in-the-past`: `appointment.booked`.
    pub act: &'static str,
    /// The id of what it was done to.
    pub subject: String,
    /// Who did it: `citizen:acc_…`, `staff:stf_…`, `partner:…`, `system`, `nobody`.
    pub actor: String,
    /// The address the request came from; empty for jobs.
    pub ip: String,
    /// The reference number shown to the user.
    pub request: String,
    pub at: Moment,
    /// JSON without personal data: ids, states and amounts only.
    pub detail: String,
}

/// Where a chain stands: the number and hash of its last row. A lane keeps it in memory and takes
/// the old one back when a savepoint rolls back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    pub chain: String,
    /// Number of the last row; 0 for a chain without rows.
    pub n: i64,
    /// Hash of the last row, or of the chain's opening.
    pub hash: Hash,
}

/// Writes one row at the end of a chain and moves the head.
///
/// The head moves in memory at once: whoever rolls the transaction back restores a copy.
pub fn append(tx: &mut Tx<'_>, head: &mut ChainHead, entry: &AuditEntry) -> Result<(), DbFault> {
    let row = Record { chain: &head.chain, n: head.n + 1, prev: &head.hash, entry: Fields::of(entry) };
    let hash = row.hash();
    store::insert_row(tx, &row, &hash)?;
    head.n += 1;
    head.hash = hash;
    Ok(())
}

/// Opens a new chain for a lane. Its opening, and its first row, name the last row of the lane's
/// latest chain, so that a start cannot quietly drop what an earlier one wrote.
pub fn genesis(tx: &mut Tx<'_>, chain: &str, lane: i64, now: Moment) -> Result<ChainHead, DbFault> {
    let before = store::latest_chain(tx, lane)?;
    let (predecessor, n, hash) = match before {
        None => (None, 0, [0; 32]),
        Some(opening) => {
            let head = store::last_row(tx, &opening.chain)?.unwrap_or((0, opening.hash()));
            (Some(opening.chain), head.0, head.1)
        }
    };
    let opening = Opening {
        chain: chain.to_owned(),
        lane,
        started_at: now,
        predecessor,
        predecessor_n: n,
        predecessor_hash: hash,
    };
    store::insert_opening(tx, &opening)?;
    let mut head = ChainHead { chain: chain.to_owned(), n: 0, hash: opening.hash() };
    append(tx, &mut head, &opening.entry())?;
    Ok(head)
}

/// The head of a chain that is already in the database: a lane reads it again after a lost
/// connection, when it no longer knows which of its rows were kept.
pub fn resume(tx: &mut Tx<'_>, chain: &str) -> Result<Option<ChainHead>, DbFault> {
    let Some(opening) = store::opening(tx, chain)? else { return Ok(None) };
    let (n, hash) = store::last_row(tx, chain)?.unwrap_or((0, opening.hash()));
    Ok(Some(ChainHead { chain: chain.to_owned(), n, hash }))
}

/// How many rows all chains have, for a command to say what it has opened.
///
/// # Errors
/// What broke beneath.
pub fn count(tx: &mut Tx<'_>, most: i64) -> Result<u64, DbFault> {
    store::count(tx, most)
}

/// The opening of a chain, the thing its first row's `prev` is the hash of.
#[derive(Debug, Clone)]
struct Opening {
    chain: String,
    lane: i64,
    started_at: Moment,
    predecessor: Option<String>,
    predecessor_n: i64,
    predecessor_hash: Hash,
}

impl Opening {
    /// The chain's first row.
    fn entry(&self) -> AuditEntry {
        let detail = serde_json::json!({ "lane": self.lane, "predecessor": self.predecessor, "predecessor_n": self.predecessor_n });
        AuditEntry {
            act: "audit.chain_opened",
            subject: self.chain.clone(),
            actor: "system".to_owned(),
            ip: String::new(),
            request: String::new(),
            at: self.started_at,
            detail: detail.to_string(),
        }
    }

    fn hash(&self) -> Hash {
        let mut canon = Canon::new("renshe audit opening 1");
        canon.text(&self.chain).int(self.lane).int(self.started_at.ms());
        canon.text(self.predecessor.as_deref().unwrap_or(""));
        canon.int(self.predecessor_n).bytes(&self.predecessor_hash);
        canon.finish()
    }
}

/// A row as it is hashed.
struct Record<'a> {
    chain: &'a str,
    n: i64,
    prev: &'a Hash,
    entry: Fields<'a>,
}

struct Fields<'a> {
    at: Moment,
    actor: &'a str,
    act: &'a str,
    subject: &'a str,
    ip: &'a str,
    request: &'a str,
    detail: &'a str,
}

impl<'a> Fields<'a> {
    fn of(entry: &'a AuditEntry) -> Self {
        let AuditEntry { act, subject, actor, ip, request, at, detail } = entry;
        Self { at: *at, actor, act, subject, ip, request, detail }
    }
}

impl Record<'_> {
    fn hash(&self) -> Hash {
        let Fields { at, actor, act, subject, ip, request, detail } = &self.entry;
        let mut canon = Canon::new("renshe audit row 1");
        canon.text(self.chain).int(self.n).bytes(self.prev).int(at.ms());
        canon.text(actor).text(act).text(subject).text(ip).text(request).text(detail);
        canon.finish()
    }
}

/// The canonical form of a record: every field behind its length, so that no two records share one
/// byte string.
struct Canon(Sha256);

impl Canon {
    fn new(kind: &str) -> Self {
        let mut canon = Self(Sha256::new());
        canon.text(kind);
        canon
    }

    fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value);
        self
    }

    fn text(&mut self, value: &str) -> &mut Self {
        self.bytes(value.as_bytes())
    }

    fn int(&mut self, value: i64) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> AuditEntry {
        AuditEntry {
            act: "appointment.booked",
            subject: "apt_1".to_owned(),
            actor: "citizen:acc_1".to_owned(),
            ip: "127.0.0.1".to_owned(),
            request: "R7K2-9QXM".to_owned(),
            at: Moment::from_ms(1_763_800_000_000),
            detail: "{}".to_owned(),
        }
    }

    fn hash_of(entry: &AuditEntry, n: i64, prev: &Hash) -> Hash {
        Record { chain: "i.0", n, prev, entry: Fields::of(entry) }.hash()
    }

    #[test]
    fn every_field_changes_the_hash() {
        let base = hash_of(&entry(), 1, &[0; 32]);
        let mut seen = vec![base, hash_of(&entry(), 2, &[0; 32]), hash_of(&entry(), 1, &[1; 32])];
        let changes: [fn(&mut AuditEntry); 7] = [
            |e| e.act = "appointment.cancelled",
            |e| e.subject.push('x'),
            |e| e.actor.push('x'),
            |e| e.ip.push('x'),
            |e| e.request.push('x'),
            |e| e.at = Moment::from_ms(1),
            |e| e.detail.push('x'),
        ];
        for change in changes {
            let mut changed = entry();
            change(&mut changed);
            seen.push(hash_of(&changed, 1, &[0; 32]));
        }
        let count = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn moving_a_letter_from_one_field_to_the_next_changes_the_hash() {
        let (mut a, mut b) = (entry(), entry());
        (a.ip, a.request) = ("ab".to_owned(), "c".to_owned());
        (b.ip, b.request) = ("a".to_owned(), "bc".to_owned());
        assert_ne!(hash_of(&a, 1, &[0; 32]), hash_of(&b, 1, &[0; 32]));
    }
}
