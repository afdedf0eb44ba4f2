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
    merchant: PublicKey,
    certificate: String,
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
            merchant: PublicKey::new(merchant),
            certificate: fs::read_to_string(&account.platform_cert)?,
            apiv3: Aes256Gcm::new(key),
        })
    }

    /// Whether the merchant's key signed these lines.
    pub(super) fn is_merchants(&self, lines: &[&str], signature: &str) -> bool {
        self.merchant.signed(lines, signature)
    }

    /// The channel's certificate, PEM.
    pub(super) fn certificate(&self) -> &str {
        &self.certificate
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

/// Somebody's RSA key, to verify with.
struct PublicKey(UnparsedPublicKey<Vec<u8>>);

impl PublicKey {
    /// From SubjectPublicKeyInfo in DER.
    fn new(der: Vec<u8>) -> PublicKey {
        PublicKey(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der))
    }

    /// Whether the key's owner signed these lines, each of which ends.
    fn signed(&self, lines: &[&str], signature: &str) -> bool {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        self.0.verify(ended(lines).as_bytes(), &signature).is_ok()
    }
}

fn ended(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn pem_body(pem: &str) -> Option<Vec<u8>> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`, of which this is the public half.
    const KEY: &str = concat!(
        "-----BEGIN PUBLIC KEY-----\n",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvYlnm94+9HlvhRmnlQSM\n",
        "bFZq4E9COJAe0ByXLvvm5UvKLA0a9YeuvsV64N0zh3I/95AWLoFfx/ZSxNDTzEAn\n",
        "scNyZsQiytyYF/eEfD8vYisAEWds0Mc7Tbxhd6gfLnej86j1SETKR3NTRi/suhhw\n",
        "+0AarCh0plAZf+ktJwm2kGfqBSeCPx8gI53TfnjQfCsaBXXuAY1scQdFPcxr3wbY\n",
        "szezwYtNfexYARb8+r6LCVfXwxyTEv3WQNWjWOwBU7Cal9acSe2g2lptTOqbGX9i\n",
        "xe3Vh7aAv9a1JQhBt9HYUjTYxJvuOM3C2/rHfSdnSHsJ4vIbOWsz52z7xVYU07Vq\n",
        "pQIDAQAB\n",
        "-----END PUBLIC KEY-----\n",
    );
    /// The five lines below in a file: `openssl dgst -sha256 -sign key.pem lines | base64 -w0`.
    const SIGNATURE: &str = concat!(
        "Dvzne2+AN05EoSbroUMQf1fOTflV0IQbQcC50dm8QYJyTHzBAaZ4wpcVXyKwNbofhuMWNZg3llf46H5GDyvEVWd9RZqnFWNg",
        "7+WnnZL9/8YhsurAnzK6OM62w17EcMxTeBJ8c7foHbbHtSUgVllZ4Ois6ITj0Ud3MdZAnES6Mz83TyS8PdrTLbl7dyFbRbwE",
        "4ke13yvmaHBL+T47hHNo8R/g9Wl1ezTDmb+XVsLWjeEfU07weeM2Ds7681CxuWBLcN8RaANsh5nXQ3s56PV0TNVyYniHLOyU",
        "s7uJdkOXwQ6EBMVF/1YFHgAqC83luRyPBPGZcPBoPQ55DjBiOXAXLQ==",
    );
    const LINES: [&str; 5] = [
        "POST",
        "/v3/pay/transactions/native",
        "1772415000",
        "593BEC0C930BF1AFEB40B4A08C8FB242",
        "{\"out_trade_no\":\"vector_0001\",\"description\":\"挂号费\"}",
    ];

    #[test]
    fn a_signature_made_elsewhere_is_verified_over_exactly_its_lines() {
        let key = PublicKey::new(pem_body(KEY).unwrap());
        assert!(key.signed(&LINES, SIGNATURE));
        for at in 0..LINES.len() {
            let mut lines = LINES;
            let bent = format!("{} ", lines[at]);
            lines[at] = &bent;
            assert!(!key.signed(&lines, SIGNATURE), "line {at}");
        }
        assert!(!key.signed(&LINES[..4], SIGNATURE), "a body that is left out");
        for signature in ["", "AAAA", "no base64", &SIGNATURE.replace("Dvzn", "Dvzm")] {
            assert!(!key.signed(&LINES, signature), "{signature}");
        }
    }
}
