//! The channel's own cryptography: verifies merchants, signs answers and notices, seals what notices say.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Rng;

use super::keys::WechatPayAccount;

/// The channel's keys, read once.
pub(crate) struct Seals {
    /// By serial: certificates' keys, and the public key's.
    channel: BTreeMap<String, Channel>,
    /// By serial, in capitals.
    merchants: BTreeMap<String, PublicKey>,
    /// PEM, by serial.
    certificates: BTreeMap<String, String>,
    apiv3: Aes256Gcm,
}

/// A key of the channel's: signs, and opens what merchants seal.
struct Channel {
    signer: RsaKeyPair,
    opener: OaepPrivateDecryptingKey,
}

impl Seals {
    /// Reads the keys of an account.
    pub(crate) fn read(account: &WechatPayAccount) -> io::Result<Seals> {
        let broken = || io::Error::other("a key of WeChat Pay cannot be read");
        let body = |path: &Path| pem_body(&fs::read_to_string(path)?).ok_or_else(broken);
        let mut channel = BTreeMap::new();
        for (serial, path) in &account.channel_keys {
            let pkcs8 = body(path)?;
            let signer = RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| broken())?;
            let opener = PrivateDecryptingKey::from_pkcs8(&pkcs8).map_err(|_| broken())?;
            let opener = OaepPrivateDecryptingKey::new(opener).map_err(|_| broken())?;
            channel.insert(serial.clone(), Channel { signer, opener });
        }
        let mut merchants = BTreeMap::new();
        for (serial, name) in [
            (&account.merchant_serial, "merchant_public_key.pem"),
            (&account.merchant_next_serial, "merchant_next_public_key.pem"),
        ] {
            let key = PublicKey::new(body(&account.merchant_key.with_file_name(name))?);
            merchants.insert(serial.to_ascii_uppercase(), key);
        }
        let mut certificates = BTreeMap::new();
        for (serial, path) in [
            (&account.platform_serial, &account.platform_cert),
            (&account.platform_next_serial, &account.platform_next_cert),
        ] {
            certificates.insert(serial.clone(), fs::read_to_string(path)?);
        }
        let key: &Key<Aes256Gcm> = account.apiv3_key.as_bytes().try_into().map_err(|_| broken())?;
        Ok(Seals { channel, merchants, certificates, apiv3: Aes256Gcm::new(key) })
    }

    /// Whether the merchant has a certificate with this serial, which is written in either case.
    pub(super) fn knows_merchant(&self, serial: &str) -> bool {
        self.merchants.contains_key(&serial.to_ascii_uppercase())
    }

    /// Whether the merchant's key of this serial signed these lines.
    pub(super) fn is_merchants(&self, serial: &str, lines: &[&str], signature: &str) -> bool {
        self.merchants.get(&serial.to_ascii_uppercase()).is_some_and(|key| key.signed(lines, signature))
    }

    /// The channel's certificate of this serial, PEM.
    pub(super) fn certificate(&self, serial: &str) -> Option<&str> {
        self.certificates.get(serial).map(String::as_str)
    }

    /// The channel's signature under these lines, by its key of this serial.
    pub(super) fn sign(&self, serial: &str, lines: &[&str]) -> String {
        let Some(Channel { signer, .. }) = self.channel.get(serial) else { return String::new() };
        let mut signature = vec![0; signer.public_modulus_len()];
        let signed = signer.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), ended(lines).as_bytes(), &mut signature);
        if signed.is_ok() { STANDARD.encode(signature) } else { String::new() }
    }

    /// Opens what a merchant sealed with the channel's key of this serial (RSA-OAEP with SHA-1).
    pub(super) fn open(&self, serial: &str, sealed: &str) -> Option<String> {
        let Channel { opener, .. } = self.channel.get(serial)?;
        let ciphertext = STANDARD.decode(sealed).ok()?;
        let mut plain = vec![0; opener.min_output_size()];
        let plain = opener.decrypt(&OAEP_SHA1_MGF1SHA1, &ciphertext, &mut plain, None).ok()?;
        String::from_utf8(plain.to_vec()).ok()
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
