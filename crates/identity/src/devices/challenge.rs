//! The challenge a device signs: drawn here, bound to the session and the device by a code of ours, and answered once.
//! Nothing about it is stored until it is answered.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Moment;
use platform::Ctx;
use subtle::ConstantTimeEq;

use super::model::DeviceId;
use crate::blind::hex;
use crate::sessions::SessionId;

/// The first line of what is signed, so that the key signs nothing else by mistake.
const FOR: &str = "renshe device proof";
/// The part that says that an answer holds on whatever network. Without it, it holds on the one it came from.
const ROAMING: &str = "roaming";
/// An uncompressed point of P-256, as browsers export it.
const KEY_BYTES: usize = 65;

/// A challenge that was drawn here for this session and device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The name of the challenge; answering it uses it up.
    pub(super) nonce: String,
    /// Whether its answer holds on whatever network: it was asked for where the address keeps changing.
    pub(super) roams: bool,
    until: Moment,
    text: String,
}

impl Challenge {
    /// Draws a new one, good for `secs`.
    pub(super) fn draw(ctx: &Ctx, session: &SessionId, device: &DeviceId, roams: bool, secs: i64) -> Challenge {
        let nonce = hex(&kernel::bytes32(&*ctx.rng));
        let until = ctx.now().plus_secs(secs);
        let mut parts = vec![until.ms().to_string(), nonce.clone()];
        if roams {
            parts.push(ROAMING.to_owned());
        }
        parts.push(mac(ctx, session, device, &parts.join("\n")));
        Challenge { text: parts.join("."), nonce, roams, until }
    }

    /// Reads one that came back; `None` if it is not ours, or not this session's. It may be [too old](Self::is_young).
    pub(super) fn read(ctx: &Ctx, session: &SessionId, device: &DeviceId, text: &str) -> Option<Challenge> {
        let (said, code) = text.rsplit_once('.')?;
        let parts: Vec<&str> = said.split('.').collect();
        let (until, nonce, roams) = match parts[..] {
            [until, nonce] => (until, nonce, false),
            [until, nonce, ROAMING] => (until, nonce, true),
            _ => return None,
        };
        let right = bool::from(mac(ctx, session, device, &parts.join("\n")).as_bytes().ct_eq(code.as_bytes()));
        let until = Moment::from_ms(until.parse().ok()?);
        right.then(|| Challenge { nonce: nonce.to_owned(), roams, until, text: text.to_owned() })
    }

    /// Whether it may still be answered.
    pub(super) fn is_young(&self, now: Moment) -> bool {
        now < self.until
    }

    /// As it goes to the browser.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether `signature` is `key`'s over this challenge, for this service.
    pub(super) fn signed_by(&self, key: &[u8], origin: &str, signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        let text = signed_text(origin, &self.text);
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key)
            .is_ok_and(|key| key.verify_sig(text.as_bytes(), &signature).is_ok())
    }
}

/// What the browser signs.
fn signed_text(origin: &str, challenge: &str) -> String {
    format!("{FOR}\n{origin}\n{challenge}")
}

/// Reads a key as the script sends it; `None` unless it is a point of P-256.
pub(crate) fn read_key(text: &str) -> Option<Vec<u8>> {
    let key = URL_SAFE_NO_PAD.decode(text).ok().filter(|key| key.len() == KEY_BYTES)?;
    ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key).is_ok().then_some(key)
}

fn mac(ctx: &Ctx, session: &SessionId, device: &DeviceId, said: &str) -> String {
    let plain = format!("{}\n{}\n{said}", session.as_str(), device.as_str());
    hex(&ctx.vault.mac("device_challenge", plain.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    fn key() -> EcdsaKeyPair {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
    }

    #[test]
    fn only_the_key_signs_and_only_for_this_service() {
        let (own, other) = (key(), key());
        let challenge = Challenge { nonce: "n".into(), roams: false, until: Moment::from_ms(1), text: "1.n.c".into() };
        let text = signed_text("https://city.cn", challenge.text());
        let signature = own.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        let sent = URL_SAFE_NO_PAD.encode(signature.as_ref());
        let public = own.public_key().as_ref();
        assert!(challenge.signed_by(public, "https://city.cn", &sent));
        assert!(!challenge.signed_by(public, "https://evil.cn", &sent));
        assert!(!challenge.signed_by(other.public_key().as_ref(), "https://city.cn", &sent));
        assert!(!challenge.signed_by(public, "https://city.cn", ""));
        assert!(!challenge.signed_by(b"", "https://city.cn", &sent));
    }

    #[test]
    fn a_key_is_a_point_of_the_curve() {
        let point = key().public_key().as_ref().to_vec();
        assert_eq!(read_key(&URL_SAFE_NO_PAD.encode(&point)), Some(point));
        assert_eq!(read_key(&URL_SAFE_NO_PAD.encode([4_u8; KEY_BYTES])), None);
        for wrong in ["", "AAAA", "*"] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }
}
