//! The code that a card is shown as: `CZRS1.<token>.<moment>.<mac>`. Pure but for drawing the token.
//!
//! The token is 128 random bits, of which the database keeps a hash; moment and MAC let a scanner be
//! told "forged" or "too old" without a row.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Moment, Rng};
use platform::vault::Vault;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const PREFIX: &str = "CZRS1";
const TOKEN_BYTES: usize = 16;
const MAC_BYTES: usize = 16;
const PURPOSE: &str = "card-code";

/// A code, read or drawn; what it says of itself is proved by its MAC.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Code {
    token: [u8; TOKEN_BYTES],
    /// Whole seconds: what the text holds.
    pub(super) issued_at: Moment,
    mac: [u8; MAC_BYTES],
}

impl Code {
    /// Draws a new one.
    pub(super) fn draw(vault: &Vault, rng: &dyn Rng, now: Moment) -> Code {
        let mut token = [0; TOKEN_BYTES];
        rng.fill(&mut token);
        let issued_at = Moment::from_ms(now.ms() / 1000 * 1000);
        Code { token, issued_at, mac: mac(vault, &token, issued_at) }
    }

    /// What is drawn as a QR code.
    pub(super) fn text(&self) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{PREFIX}.{}.{:x}.{}", encode(&self.token), self.issued_at.ms() / 1000, encode(&self.mac))
    }

    /// Reads what a scanner typed; `None` if it is none of our codes.
    pub(super) fn parse(typed: &str) -> Option<Code> {
        let mut parts = typed.trim().split('.');
        let (prefix, token, secs, mac) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if prefix != PREFIX || parts.next().is_some() {
            return None;
        }
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        // Bounded, so that no moment overflows.
        let secs = i64::from(u32::from_str_radix(secs, 16).ok()?);
        Some(Code {
            token: decode(token)?.try_into().ok()?,
            issued_at: Moment::from_ms(secs * 1000),
            mac: decode(mac)?.try_into().ok()?,
        })
    }

    /// Whether we made it.
    pub(super) fn is_ours(&self, vault: &Vault) -> bool {
        mac(vault, &self.token, self.issued_at).ct_eq(&self.mac).into()
    }

    /// What the database knows it by. Plain SHA-256: the input is 128 random bits.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.token).to_vec()
    }
}

/// Whether a code may be used now, clocks of instances differing by `skew_secs` at most.
pub(super) fn in_time(issued_at: Moment, expires_at: Moment, now: Moment, skew_secs: i64) -> bool {
    now >= issued_at.minus_secs(skew_secs) && now <= expires_at.plus_secs(skew_secs)
}

fn mac(vault: &Vault, token: &[u8; TOKEN_BYTES], issued_at: Moment) -> [u8; MAC_BYTES] {
    let full = vault.mac(PURPOSE, &[token.as_slice(), &issued_at.ms().to_be_bytes()].concat());
    let mut half = [0; MAC_BYTES];
    half.copy_from_slice(&full[..MAC_BYTES]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code() -> (Vault, Code) {
        let vault = Vault::for_tests();
        let code = Code::draw(&vault, &kernel::SeededRng::new(3), Moment::from_ms(1_772_413_200_123));
        (vault, code)
    }

    #[test]
    fn a_code_survives_being_scanned() {
        let (vault, code) = code();
        let read = Code::parse(&format!(" {}\r\n", code.text())).unwrap();
        assert!(read == code && read.is_ours(&vault));
        assert_eq!(read.issued_at, Moment::from_ms(1_772_413_200_000));
        // 62 bytes are what a QR code of version 4 holds at level M.
        assert!(code.text().len() <= 62, "{}", code.text().len());
    }

    #[test]
    fn a_changed_code_is_not_ours() {
        let (vault, code) = code();
        let text = code.text();
        let parts: Vec<&str> = text.split('.').collect();
        let later = format!("{}.{}.{:x}.{}", parts[0], parts[1], 1_772_413_260, parts[3]);
        assert!(!Code::parse(&later).unwrap().is_ours(&vault));
        let other = URL_SAFE_NO_PAD.encode([7; 16]);
        let other = format!("{}.{other}.{}.{}", parts[0], parts[2], parts[3]);
        assert!(!Code::parse(&other).unwrap().is_ours(&vault));
        for wrong in ["", "CZRS1", "CZRS2.a.b.c", "7305184622904416", "CZRS1.x.y.z", &format!("{text}.x")] {
            assert!(Code::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn clocks_may_differ_a_little() {
        let issued = Moment::from_ms(1_000_000_000_000);
        let end = issued.plus_secs(60);
        for (now, fits) in [(-6, false), (-5, true), (0, true), (60, true), (65, true), (66, false)] {
            assert_eq!(in_time(issued, end, issued.plus_secs(now), 5), fits, "{now}");
        }
    }
}
