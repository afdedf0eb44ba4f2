//! The gateway before insurers and card systems (`x-tif-*`): four headers, of which the last is the
//! SHA-256, in hexadecimal, of timestamp, token, nonce and timestamp again.
//!
//! It covers neither path nor body; it only proves that the caller knows the token. So nothing of this may go over a
//! connection without TLS.

/// Names of headers.
pub mod header {
    /// Who calls.
    pub const PAASID: &str = "x-tif-paasid";
    /// Seconds since 1970.
    pub const TIMESTAMP: &str = "x-tif-timestamp";
    /// A value never used before.
    pub const NONCE: &str = "x-tif-nonce";
    /// [`signed_text`](super::signed_text), hashed.
    pub const SIGNATURE: &str = "x-tif-signature";
}

/// Codes of the gateway, in the JSON field `code` of an answer of status 401.
pub mod code {
    /// A header is missing.
    pub const INCOMPLETE: &str = "TIF_HEADER_MISSING";
    /// Nobody has this `paasid`.
    pub const UNKNOWN_PAASID: &str = "TIF_PAASID_UNKNOWN";
    /// The timestamp is too far from the gateway's clock.
    pub const EXPIRED: &str = "TIF_TIMESTAMP_EXPIRED";
    /// The nonce has been used.
    pub const NONCE_USED: &str = "TIF_NONCE_USED";
    /// The signature is wrong.
    pub const WRONG_SIGNATURE: &str = "TIF_SIGNATURE_WRONG";
    /// Too many calls; nothing was done.
    pub const BUSY: &str = "TIF_BUSY";
}

/// How far the caller's clock may be from the gateway's.
pub const CLOCK_SKEW_SECS: i64 = 300;

/// The text whose hash is the signature.
pub fn signed_text(timestamp: &str, token: &str, nonce: &str) -> String {
    format!("{timestamp}{token}{nonce}{timestamp}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_stands_between_timestamp_and_nonce() {
        assert_eq!(signed_text("1772415000", "token", "nonce"), "1772415000tokennonce1772415000");
    }
}
