//! The token in every form: HMAC of the `visit` cookie, hidden behind a fresh mask at each rendering,
//! so that compressed pages never repeat the same secret bytes (BREACH).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Rng, bytes32};
use platform::vault::Vault;
use subtle::ConstantTimeEq;

/// The form field that carries the token.
pub const FIELD: &str = "csrf";

/// A token for this cookie: 32 mask bytes, then the HMAC under that mask.
pub fn token(vault: &Vault, rng: &dyn Rng, cookie: &str) -> String {
    let mask = bytes32(rng);
    let mac = vault.mac("csrf", cookie.as_bytes());
    let mut raw = [0_u8; 64];
    raw[..32].copy_from_slice(&mask);
    for (at, (mask, mac)) in mask.iter().zip(mac).enumerate() {
        raw[32 + at] = mask ^ mac;
    }
    URL_SAFE_NO_PAD.encode(raw)
}

/// Whether `token` was made for this cookie; takes the same time whatever the answer.
pub fn fits(vault: &Vault, cookie: &str, token: &str) -> bool {
    let Ok(raw) = URL_SAFE_NO_PAD.decode(token) else {
        return false;
    };
    let Some((mask, hidden)) = raw.split_at_checked(32) else {
        return false;
    };
    let bare: Vec<u8> = mask.iter().zip(hidden).map(|(mask, hidden)| mask ^ hidden).collect();
    hidden.len() == 32 && bare.ct_eq(&vault.mac("csrf", cookie.as_bytes())).into()
}
