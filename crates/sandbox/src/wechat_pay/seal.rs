//! The channel's own cryptography: verifies merchants, signs answers and notices, seals what notices say.

use std::fs;
use std::io;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Rng;

use super::keys::WechatPayAccount;

/// The channel's keys, read once.
pub(crate) struct Seals {
    channel: RsaKeyPair,
    merchant: UnparsedPublicKey<Vec<u8>>,
    apiv3: Aes256Gcm,
}

impl Seals {
    /// Reads the keys of an account.
    pub(crate) fn read(account: &WechatPayAccount) -> io::Result<Seals> {
        let broken = || io::Error::other("a key of WeChat Pay cannot be read");
        let channel = pem_body(&fs::read_to_string(&account.platform_key)?).ok_or_else(broken)?;
        let merchant = account.merchant_key.with_file_name("merchant_public_key.pem");
        let merchant = pem_body(&fs::read_to_string(merchant)?).ok_or_else(broken)?;
        let key: &Key<Aes256Gcm> = account.apiv3_key.as_bytes().try_into().map_err(|_| broken())?;
        Ok(Seals {
            channel: RsaKeyPair::from_pkcs8(&channel).map_err(|_| broken())?,
            merchant: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, merchant),
            apiv3: Aes256Gcm::new(key),
        })
    }

    /// Whether the merchant's key signed these lines.
    pub(super) fn is_merchants(&self, lines: &[&str], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        self.merchant.verify(ended(lines).as_bytes(), &signature).is_ok()
    }

    /// The channel's signature under these lines.
    pub(super) fn sign(&self, lines: &[&str]) -> String {
        let mut signature = vec![0; self.channel.public_modulus_len()];
        let signed =
            self.channel.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), ended(lines).as_bytes(), &mut signature);
        if signed.is_ok() { STANDARD.encode(signature) } else { String::new() }
    }

    /// Seals what a notice says: nonce and ciphertext.
    pub(super) fn seal(&self, rng: &dyn Rng, plain: &str, associated: &str) -> Option<(String, String)> {
        // The documented nonce is twelve letters and digits.
        let nonce = rng.digits(12);
        let bytes: &Nonce<_> = nonce.as_bytes().try_into().ok()?;
        let sealed = self.apiv3.encrypt(bytes, Payload { msg: plain.as_bytes(), aad: associated.as_bytes() }).ok()?;
        Some((nonce, STANDARD.encode(sealed)))
    }
}

fn ended(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body.trim()).ok()
}
