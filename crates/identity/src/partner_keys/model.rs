//! What a partner's request is signed over, and its signature. Pure.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Moment;
use sha2::{Digest, Sha256};

use crate::blind::hex;

kernel::typed_id!(
    /// The key of a partner's system; goes with each request as `x-renshe-key`.
    pub PartnerKeyId, "pky"
);

/// How far a partner's clock may differ from ours, in seconds.
pub(super) const SKEW_SECS: i64 = 300;

/// A key as the operator's list shows it.
pub struct PartnerLine {
    /// The key's id.
    pub id: PartnerKeyId,
    /// Whose.
    pub name: String,
    /// The code of the institution it belongs to.
    pub code: String,
    /// That institution's name.
    pub institution: String,
    /// Whether requests are answered.
    pub active: bool,
    /// When it was made.
    pub created_at: Moment,
}

/// What is signed: method, path with query, time, nonce, and the SHA-256 of the body in hexadecimal,
/// one a line.
pub(super) fn canonical(method: &str, path: &str, time: &str, nonce: &str, body: &[u8]) -> String {
    format!("{method}\n{path}\n{time}\n{nonce}\n{}", hex(&Sha256::digest(body)))
}

/// Whether `signature` (hexadecimal) is the HMAC-SHA256 of a text under a secret; in constant time.
pub(super) fn is_signed(secret: &[u8], text: &str, signature: &str) -> bool {
    let (Ok(mut mac), Some(given)) = (Hmac::<Sha256>::new_from_slice(secret), unhex(signature)) else { return false };
    mac.update(text.as_bytes());
    mac.verify_slice(&given).is_ok()
}

/// A nonce is 16 to 64 letters, digits, dashes or underscores.
pub(super) fn is_nonce(text: &str) -> bool {
    (16..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The moment that a request says it was made; `None` if it cannot be read or differs too much from ours.
pub(super) fn timely(time: &str, now: Moment) -> Option<Moment> {
    let secs: i64 = time.parse::<u32>().ok()?.into();
    let made = Moment::from_ms(secs * 1000);
    (made >= now.minus_secs(SKEW_SECS) && made <= now.plus_secs(SKEW_SECS)).then_some(made)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf 'POST\n/api/v1/card-codes/verify\n1772413200\nn-000000000000000001\n%s' \
    //   "$(printf '{"code":"CZRS1.x"}' | openssl dgst -sha256 -r | cut -d' ' -f1)" | openssl dgst -sha256 -hmac secret
    const VECTOR: &str = "92b0eb9294d82ec68b15aaa2b6fcd9648ad76fc2dcee915b650e1c2ad979a214";

    #[test]
    fn the_signature_is_what_openssl_makes() {
        let path = "/api/v1/card-codes/verify";
        let text = canonical("POST", path, "1772413200", "n-000000000000000001", br#"{"code":"CZRS1.x"}"#);
        assert!(is_signed(b"secret", &text, VECTOR));
        assert!(is_signed(b"secret", &text, &VECTOR.to_uppercase()));
        assert!(!is_signed(b"Secret", &text, VECTOR));
        assert!(!is_signed(b"secret", &text.replace("POST", "GET"), VECTOR));
        for wrong in ["", "00", "zz", &VECTOR[1..], &VECTOR.replace('a', "é")] {
            assert!(!is_signed(b"secret", &text, wrong), "{wrong}");
        }
    }

    #[test]
    fn a_request_is_young_and_its_nonce_long() {
        let now = Moment::from_ms(1_772_413_200_000);
        for (time, fits) in [("1772413200", true), ("1772412900", true), ("1772412899", false), ("1772413501", false)] {
            assert_eq!(timely(time, now).is_some(), fits, "{time}");
        }
        assert!(timely("soon", now).is_none() && timely("-1", now).is_none());
        assert!(is_nonce("0123456789abcdef") && !is_nonce("short") && !is_nonce("with space 0123456"));
    }
}
