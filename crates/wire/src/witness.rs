//! The profile of a witness of the audit (docs/api/witness.md): a service elsewhere that takes the city's signed anchors in order
//! and says, signed with a key of its own, which is the newest it knows.
//!
//! ```text
//! POST {endpoint}/anchors                 Batch    → 200 Receipt · 409 Receipt of the newest: nothing was taken
//! GET  {endpoint}/anchors/{city}/newest            → 200 Receipt · 404 it knows none
//! GET  {endpoint}/anchors/{city}/{n}               → 200 Receipt · 404 it does not know this one
//! ```
//! A city is named by its anchor key: 32 bytes in hexadecimal. Bytes elsewhere are base64.

use serde::{Deserialize, Serialize};

/// Anchors in order; each is newer than all those that the witness knows of this city.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Batch {
    /// The public key, in hexadecimal, with which the city signs.
    pub city: String,
    pub anchors: Vec<Line>,
}

/// One anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub n: i64,
    /// When it was made, milliseconds since 1970.
    pub at_ms: i64,
    /// Hash of the anchor before.
    pub prev: String,
    /// JSON list of chains' heads.
    pub heads: String,
    pub hash: String,
    /// Ed25519 over `hash`, with the city's key.
    pub signature: String,
}

/// What the witness says of an anchor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub n: i64,
    pub hash: String,
    /// When the witness took it, milliseconds since 1970.
    pub seen_at_ms: i64,
    /// Ed25519 over [`receipt_text`], with the witness's key.
    pub signature: String,
}

/// The text that a witness signs.
pub fn receipt_text(city: &str, n: i64, hash: &str, seen_at_ms: i64) -> String {
    format!("renshe audit witness 1\n{city}\n{n}\n{hash}\n{seen_at_ms}\n")
}
