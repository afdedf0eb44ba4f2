//! The sealed form of a value, and the key that makes and opens it.
//!
//! `version (1) | algorithm (1) | length of key id (1) | key id | nonce (12) | ciphertext and tag`.
//! Header, table, column and row are authenticated: a value copied to another row does not open.

use std::fmt;
use std::sync::Arc;

use aes_gcm::aead::array::typenum::U12;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, AesGcm};
use kernel::Rng;
use sha2::Sha256;
use sm3::Sm3;
use zeroize::Zeroize;

use super::VaultError;

type Sm4Gcm = AesGcm<sm4::Sm4, U12>;

const VERSION: u8 = 1;
const NONCE: usize = 12;

kernel::words! {
    /// An authenticated cipher; the words are those of the configuration, the key file and `data_key.alg`.
    #[derive(Default)]
    pub enum Cipher: "a cipher" {
        #[default]
        Aes256Gcm = "aes-256-gcm",
        /// GB/T 32907 in Galois/Counter mode; its keys are 128 bits long.
        Sm4Gcm = "sm4-gcm",
    }
}

impl Cipher {
    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|cipher| cipher.byte() == byte)
    }

    fn byte(self) -> u8 {
        match self {
            Self::Aes256Gcm => 1,
            Self::Sm4Gcm => 2,
        }
    }
}

kernel::words! {
    /// The hash under blind indexes and authentication codes; the words are those of the configuration and the key file.
    #[derive(Default)]
    pub enum Digest: "a digest" {
        #[default]
        Sha256 = "sha256",
        /// GB/T 32905.
        Sm3 = "sm3",
    }
}

/// Where a sealed value belongs. Opening it anywhere else fails.
#[derive(Debug, Clone, Copy)]
pub struct Aad<'a> {
    pub table: &'a str,
    pub column: &'a str,
    /// The row's id.
    pub row: &'a str,
}

/// 32 secret bytes, wiped when dropped.
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// An opened key, ready to seal and open values. Clones share the secret; it is wiped with the last.
#[derive(Clone)]
pub struct DataKey {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    cipher: Cipher,
    secret: Secret,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.inner.id)
    }
}

impl DataKey {
    pub(super) fn new(id: String, cipher: Cipher, secret: Secret) -> Self {
        Self { inner: Arc::new(Inner { id, cipher, secret }) }
    }

    /// The id that stands in the header of what this key seals.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.inner.secret
    }

    /// Seals a value for its place. The nonce is drawn from `rng`, so seal before the closure.
    pub fn seal(&self, aad: Aad<'_>, plain: &[u8], rng: &dyn Rng) -> Result<Vec<u8>, VaultError> {
        let mut nonce = [0; NONCE];
        rng.fill(&mut nonce);
        self.seal_with(aad, plain, nonce)
    }

    /// Seals with a given nonce; the caller answers for never using one twice.
    pub(super) fn seal_with(&self, aad: Aad<'_>, plain: &[u8], nonce: [u8; NONCE]) -> Result<Vec<u8>, VaultError> {
        let mut sealed = self.header()?;
        let bound = bind(&sealed, aad);
        let payload = Payload { msg: plain, aad: &bound };
        let key = self.secret().bytes();
        let body = match self.inner.cipher {
            Cipher::Aes256Gcm => Aes256Gcm::new(key.into()).encrypt(&nonce.into(), payload),
            Cipher::Sm4Gcm => sm4(key)?.encrypt(&nonce.into(), payload),
        };
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&body.map_err(|_| VaultError::Seal)?);
        Ok(sealed)
    }

    /// Opens a value in its place.
    ///
    /// # Errors
    /// `Header` for bytes that were never sealed, `OtherKey` for another key's, `Tampered` for
    /// bytes that were changed or moved.
    pub fn open(&self, aad: Aad<'_>, sealed: &[u8]) -> Result<Vec<u8>, VaultError> {
        let found = key_id(sealed)?;
        if found != self.id() {
            return Err(VaultError::OtherKey { wanted: self.id().to_owned(), found: found.to_owned() });
        }
        // The header says which algorithm: a value outlives a change of the configured one.
        let cipher = sealed.get(1).and_then(|byte| Cipher::from_byte(*byte)).ok_or(VaultError::Header)?;
        let header = self.header_with(cipher)?;
        let rest = sealed.strip_prefix(header.as_slice()).ok_or(VaultError::Header)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>().ok_or(VaultError::Header)?;
        let bound = bind(&header, aad);
        let payload = Payload { msg: body, aad: &bound };
        let key = self.secret().bytes();
        let plain = match cipher {
            Cipher::Aes256Gcm => Aes256Gcm::new(key.into()).decrypt(nonce.into(), payload),
            Cipher::Sm4Gcm => sm4(key)?.decrypt(nonce.into(), payload),
        };
        plain.map_err(|_| VaultError::Tampered)
    }

    fn header(&self) -> Result<Vec<u8>, VaultError> {
        self.header_with(self.inner.cipher)
    }

    fn header_with(&self, cipher: Cipher) -> Result<Vec<u8>, VaultError> {
        let id = self.id().as_bytes();
        let length = u8::try_from(id.len()).map_err(|_| VaultError::Header)?;
        let mut header = Vec::with_capacity(3 + id.len());
        header.extend_from_slice(&[VERSION, cipher.byte(), length]);
        header.extend_from_slice(id);
        Ok(header)
    }
}

fn sm4(key: &[u8; 32]) -> Result<Sm4Gcm, VaultError> {
    Sm4Gcm::new_from_slice(&key[..16]).map_err(|_| VaultError::Seal)
}

/// The id of the key that a value is sealed with, from its header.
fn key_id(sealed: &[u8]) -> Result<&str, VaultError> {
    let [VERSION, _, length, rest @ ..] = sealed else { return Err(VaultError::Header) };
    let id = rest.get(..usize::from(*length)).ok_or(VaultError::Header)?;
    std::str::from_utf8(id).map_err(|_| VaultError::Header)
}

/// Associated data: the header and the place, each behind its length.
fn bind(header: &[u8], aad: Aad<'_>) -> Vec<u8> {
    let mut bound = Vec::with_capacity(header.len() + 96);
    for part in [header, aad.table.as_bytes(), aad.column.as_bytes(), aad.row.as_bytes()] {
        bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bound.extend_from_slice(part);
    }
    bound
}

/// HMAC over parts, each behind its length.
pub(super) fn hmac(digest: Digest, key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut message = zeroize::Zeroizing::new(Vec::new());
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part);
    }
    match digest {
        Digest::Sha256 => keyed::<hmac::Hmac<Sha256>>(key, &message),
        Digest::Sm3 => keyed::<hmac::Hmac<Sm3>>(key, &message),
    }
}

fn keyed<M>(key: &[u8; 32], message: &[u8]) -> [u8; 32]
where
    M: hmac::Mac + hmac::KeyInit,
{
    // HMAC fills a short key up to its block with zeros; done here, it needs no fallible call.
    let mut block = hmac::digest::Key::<M>::default();
    block[..key.len()].copy_from_slice(key);
    let mut mac = <M as hmac::KeyInit>::new(&block);
    block.zeroize();
    mac.update(message);
    let mut out = [0; 32];
    out.copy_from_slice(&mac.finalize().into_bytes());
    out
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    const PLACE: Aad<'_> = Aad { table: "person", column: "name", row: "per_1" };

    fn key(cipher: Cipher) -> DataKey {
        DataKey::new("key_1".to_owned(), cipher, Secret::new([9; 32]))
    }

    #[test]
    fn both_ciphers_open_what_they_sealed() {
        let rng = SeededRng::new(1);
        for cipher in [Cipher::Aes256Gcm, Cipher::Sm4Gcm] {
            let key = key(cipher);
            for plain in [&b""[..], b"13800138000", &[7; 5000]] {
                let sealed = key.seal(PLACE, plain, &rng).unwrap();
                assert_eq!(sealed.len(), 3 + 5 + 12 + plain.len() + 16);
                assert_eq!(key.open(PLACE, &sealed).unwrap(), plain);
            }
        }
    }

    #[test]
    fn a_value_outlives_a_change_of_the_configured_cipher() {
        let rng = SeededRng::new(3);
        let sealed = key(Cipher::Aes256Gcm).seal(PLACE, b"x", &rng).unwrap();
        assert_eq!(key(Cipher::Sm4Gcm).open(PLACE, &sealed).unwrap(), b"x");
    }

    #[test]
    fn a_value_opens_only_in_its_place_and_unchanged() {
        let rng = SeededRng::new(2);
        let key = key(Cipher::Aes256Gcm);
        let sealed = key.seal(PLACE, b"x", &rng).unwrap();
        let elsewhere = [
            Aad { table: "account", ..PLACE },
            Aad { column: "mobile", ..PLACE },
            Aad { row: "per_2", ..PLACE },
            Aad { table: "personname", column: "", ..PLACE },
        ];
        for place in elsewhere {
            assert_eq!(key.open(place, &sealed), Err(VaultError::Tampered));
        }
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key.open(PLACE, &changed).is_err(), "byte {at}");
            assert!(key.open(PLACE, &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn another_key_is_named() {
        let rng = SeededRng::new(3);
        let sealed =
            DataKey::new("key_2".to_owned(), Cipher::Aes256Gcm, Secret::new([9; 32])).seal(PLACE, b"x", &rng).unwrap();
        let error = key(Cipher::Aes256Gcm).open(PLACE, &sealed).unwrap_err();
        assert_eq!(error, VaultError::OtherKey { wanted: "key_1".to_owned(), found: "key_2".to_owned() });
    }

    #[test]
    fn hmac_is_the_standards() {
        // From: printf '\0\0\0\0\0\0\0\1x' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0909…09
        let hex = |bytes: [u8; 32]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(
            hex(hmac(Digest::Sha256, &[9; 32], &[b"x"])),
            "b6c946c98ff9c987e4e80da2a8f0f0652ded5ea8afb3f6961c19c0f30115ee90"
        );
        assert_eq!(
            hex(hmac(Digest::Sm3, &[9; 32], &[b"x"])),
            "c733646fe52f38b2641367fbc573eb4f303ba024cf823330ca55371754175dd5"
        );
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let rng = SeededRng::new(4);
        let key = key(Cipher::Sm4Gcm);
        assert_ne!(key.seal(PLACE, b"x", &rng).unwrap(), key.seal(PLACE, b"x", &rng).unwrap());
    }
}
