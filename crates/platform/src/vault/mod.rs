//! Sealing of personal data (architecture, rule 11).
//!
//! Three floors of keys: the key file's key-encryption keys (KEKs) wrap data keys, one row each in
//! `data_key`; data keys seal values. Rotation adds a KEK and wraps the data keys anew; deletion
//! destroys a data key. The key file also holds the key of blind indexes, the key of
//! authentication codes and the seed that signs audit anchors.

mod cipher;
mod keyfile;
mod store;

use std::fmt;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use kernel::{Moment, Rng, bytes32};

pub use cipher::{Aad, Cipher, DataKey, Digest};
pub use store::{destroy_key, insert_key, judge_keys, key_of, knows_no_key, load_key, rewrap_chunk, verify_keys};

use cipher::{Secret, hmac};
use keyfile::KeyFile;

kernel::typed_id!(
    /// Names a data key; it stands in the header of everything sealed with it.
    pub DataKeyId, "key"
);

/// Which algorithms new keys use; the cipher may change, the digest is fixed when the key file is
/// made, because blind indexes are looked up by equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suite {
    pub cipher: Cipher,
    pub digest: Digest,
}

/// Why something could not be sealed, opened, or why the key file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("there is no key file at {}: put the installation's keys.toml there, or make a new one with `renshe keys create`", .0.display())]
    NoFile(PathBuf),
    #[error("the key file {} cannot be used: {why}", path.display())]
    File { path: PathBuf, why: String },
    #[error("the value is sealed with key {0}, which the key file does not hold")]
    UnknownKey(String),
    #[error("the value is sealed with key {found}, not with {wanted}")]
    OtherKey { wanted: String, found: String },
    #[error("the sealed value has no readable header")]
    Header,
    #[error("the sealed value was changed, moved to another row, or sealed with another key")]
    Tampered,
    #[error("the value cannot be sealed")]
    Seal,
    #[error("the value to be sealed cannot be written as JSON: {0}")]
    Payload(String),
}

impl From<VaultError> for crate::db::DbFault {
    fn from(error: VaultError) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// A data key as it is stored: wrapped by a KEK. Prepared outside the closure, inserted within.
#[derive(Debug, Clone)]
pub struct NewDataKey {
    pub id: String,
    kek: String,
    cipher: Cipher,
    purpose: &'static str,
    wrapped: Vec<u8>,
    created_at: Moment,
}

/// The master keys of an installation, in memory. Prints nothing of itself; wiped when dropped.
pub struct Vault {
    keks: Vec<DataKey>,
    active: usize,
    suite: Suite,
    index: Secret,
    mac: Secret,
    anchor: Ed25519KeyPair,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Reads the key file; makes nothing.
    pub fn open(path: &Path, suite: Suite) -> Result<Self, VaultError> {
        let file = KeyFile::read(path)?;
        Self::from_file(&file, suite).map_err(|why| VaultError::File { path: path.to_owned(), why })
    }

    /// Reads the key file; when there is none it is made, readable by its owner only: a demo's first start.
    pub fn open_or_create(path: &Path, suite: Suite, rng: &dyn Rng) -> Result<Self, VaultError> {
        match Self::open(path, suite) {
            Err(VaultError::NoFile(_)) => Self::create(path, suite, rng),
            other => other,
        }
    }

    /// Makes a new key file; refuses to touch one that exists.
    pub fn create(path: &Path, suite: Suite, rng: &dyn Rng) -> Result<Self, VaultError> {
        let file = KeyFile::generate(suite, rng);
        file.write_new(path)?;
        Self::from_file(&file, suite).map_err(|why| VaultError::File { path: path.to_owned(), why })
    }

    /// Adds a KEK to the key file and returns its id; the file is replaced as a whole or not at all.
    /// The first step of a rotation: every instance must know the key (restart) before
    /// [`Vault::activate`], since from then on others seal with it.
    pub fn add_key(path: &Path, cipher: Cipher, rng: &dyn Rng) -> Result<String, VaultError> {
        let mut file = KeyFile::read(path)?;
        let id = file.add_kek(cipher, rng);
        file.replace(path)?;
        Ok(id)
    }

    /// Makes a KEK of the key file the active one: the second step of a rotation. Instances take it
    /// up at their next start and wrap data keys anew; old KEKs stay until [`rewrap_chunk`] finds no
    /// row under them.
    pub fn activate(path: &Path, id: &str) -> Result<(), VaultError> {
        let mut file = KeyFile::read(path)?;
        if !file.activate(id) {
            return Err(VaultError::UnknownKey(id.to_owned()));
        }
        file.replace(path)
    }

    /// Fixed keys, for tests only: the same in every run.
    pub fn for_tests() -> Self {
        let secret = |byte| Secret::new([byte; 32]);
        Self {
            keks: vec![DataKey::new("kek_test".to_owned(), Cipher::Aes256Gcm, secret(1))],
            active: 0,
            suite: Suite::default(),
            index: secret(2),
            mac: secret(3),
            anchor: signer(&[4; 32]).unwrap_or_else(|why| unreachable!("{why}")),
        }
    }

    fn from_file(file: &KeyFile, suite: Suite) -> Result<Self, String> {
        if file.digest != suite.digest {
            return Err(format!(
                "it was made with digest \"{}\", the configuration says \"{}\"; the digest of an installation cannot change",
                file.digest.as_str(),
                suite.digest.as_str()
            ));
        }
        let keks: Vec<DataKey> =
            file.keks.iter().map(|kek| DataKey::new(kek.id.clone(), kek.cipher, kek.secret.clone())).collect();
        let active = keks.iter().position(|kek| kek.id() == file.active);
        let active = active.ok_or_else(|| format!("`active` names {}, and no [[kek]] has that id", file.active))?;
        Ok(Self {
            keks,
            active,
            suite,
            index: file.index.clone(),
            mac: file.mac.clone(),
            anchor: signer(file.anchor.bytes())?,
        })
    }

    /// A new data key, usable at once, and its wrapped form for [`insert_key`].
    pub fn create_key(
        &self,
        rng: &dyn Rng,
        now: Moment,
        purpose: &'static str,
    ) -> Result<(DataKey, NewDataKey), VaultError> {
        let id = DataKeyId::make(now, rng).as_str().to_owned();
        let secret = Secret::new(bytes32(rng));
        let kek = self.active_kek();
        let wrapped = kek.seal(wrap_aad(&id), secret.bytes(), rng)?;
        let stored = NewDataKey {
            id: id.clone(),
            kek: kek.id().to_owned(),
            cipher: self.suite.cipher,
            purpose,
            wrapped,
            created_at: now,
        };
        Ok((DataKey::new(id, self.suite.cipher, secret), stored))
    }

    /// The key for what belongs to no person and is wiped when done: payloads of the outbox.
    /// Derived, so that it needs no row.
    pub fn system_key(&self) -> DataKey {
        DataKey::new("system".to_owned(), self.suite.cipher, Secret::new(self.mac("system-key", b"outbox")))
    }

    /// Blind index: the same value of the same column always gives the same 32 bytes, which tell
    /// nothing without the key. Normalise the value first.
    pub fn blind(&self, column: &str, value: &str) -> Vec<u8> {
        hmac(self.suite.digest, self.index.bytes(), &[column.as_bytes(), value.as_bytes()]).to_vec()
    }

    /// An authentication code, or a derived key, for one purpose: CSRF, tickets, the pepper.
    pub fn mac(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        hmac(self.suite.digest, self.mac.bytes(), &[purpose.as_bytes(), data])
    }

    /// Ed25519 signature over an audit anchor's hash.
    pub fn sign_anchor(&self, bytes: &[u8]) -> Vec<u8> {
        self.anchor.sign(bytes).as_ref().to_vec()
    }

    pub fn verify_anchor(&self, bytes: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.anchor_public_key()).verify(bytes, signature).is_ok()
    }

    /// The public half of the anchor key: who keeps exported anchors elsewhere keeps this too.
    pub fn anchor_public_key(&self) -> &[u8] {
        self.anchor.public_key().as_ref()
    }

    fn active_kek(&self) -> &DataKey {
        &self.keks[self.active]
    }

    fn kek(&self, id: &str) -> Result<&DataKey, VaultError> {
        self.keks.iter().find(|kek| kek.id() == id).ok_or_else(|| VaultError::UnknownKey(id.to_owned()))
    }

    fn retired_keks(&self) -> impl Iterator<Item = &DataKey> {
        self.keks.iter().enumerate().filter(|(place, _)| *place != self.active).map(|(_, kek)| kek)
    }

    fn unwrap_key(&self, id: &str, kek: &str, cipher: Cipher, wrapped: &[u8]) -> Result<DataKey, VaultError> {
        let plain = zeroize::Zeroizing::new(self.kek(kek)?.open(wrap_aad(id), wrapped)?);
        let secret: [u8; 32] = plain.as_slice().try_into().map_err(|_| VaultError::Header)?;
        Ok(DataKey::new(id.to_owned(), cipher, Secret::new(secret)))
    }

    /// What a KEK answers to a fixed question, together with the other keys of the file.
    fn fingerprint(&self, kek: &DataKey) -> [u8; 32] {
        let digest = self.suite.digest;
        let index = hmac(digest, self.index.bytes(), &[b"key-check"]);
        let mac = hmac(digest, self.mac.bytes(), &[b"key-check"]);
        hmac(digest, kek.secret().bytes(), &[b"key-check", kek.id().as_bytes(), &index, &mac, self.anchor_public_key()])
    }
}

fn wrap_aad(id: &str) -> Aad<'_> {
    Aad { table: "data_key", column: "wrapped", row: id }
}

fn signer(seed: &[u8; 32]) -> Result<Ed25519KeyPair, String> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|error| format!("`anchor` is not a signing seed: {error}"))
}

#[cfg(test)]
mod tests {
    use kernel::SeededRng;

    use super::*;

    const NOW: i64 = 1_763_800_000_000;

    #[test]
    fn a_data_key_survives_wrapping_and_only_under_its_own_id() {
        let (vault, rng) = (Vault::for_tests(), SeededRng::new(1));
        let (key, stored) = vault.create_key(&rng, Moment::from_ms(NOW), "person").unwrap();
        let aad = Aad { table: "person", column: "name", row: "per_1" };
        let sealed = key.seal(aad, "张三".as_bytes(), &rng).unwrap();
        let again = vault.unwrap_key(&stored.id, &stored.kek, stored.cipher, &stored.wrapped).unwrap();
        assert_eq!(again.open(aad, &sealed).unwrap(), "张三".as_bytes());
        let moved = vault.unwrap_key("key_other", &stored.kek, stored.cipher, &stored.wrapped);
        assert_eq!(moved.unwrap_err(), VaultError::Tampered);
        let unknown = vault.unwrap_key(&stored.id, "kek_gone", stored.cipher, &stored.wrapped);
        assert_eq!(unknown.unwrap_err(), VaultError::UnknownKey("kek_gone".to_owned()));
    }

    #[test]
    fn blind_indexes_differ_by_column_and_macs_by_purpose() {
        let vault = Vault::for_tests();
        assert_eq!(vault.blind("person.mobile", "13800138000"), vault.blind("person.mobile", "13800138000"));
        assert_ne!(vault.blind("person.mobile", "13800138000"), vault.blind("account.mobile", "13800138000"));
        assert_ne!(vault.blind("ab", "c"), vault.blind("a", "bc"));
        assert_ne!(vault.mac("csrf", b"x"), vault.mac("ticket", b"x"));
        assert_eq!(vault.blind("a", "b").len(), 32);
    }

    #[test]
    fn debug_prints_nothing_secret() {
        let vault = Vault::for_tests();
        assert_eq!(format!("{vault:?}"), "Vault");
        assert_eq!(format!("{:?}", vault.system_key()), "DataKey(system)");
    }

    #[test]
    fn a_key_file_is_made_once_read_again_and_rotated() {
        let dir = std::env::temp_dir().join(format!("renshe-vault-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&dir));
        let (path, rng, suite) = (dir.join("keys.toml"), SeededRng::new(2), Suite::default());
        assert_eq!(Vault::open(&path, suite).unwrap_err(), VaultError::NoFile(path.clone()));
        assert!(!dir.exists(), "nothing is made by looking");
        let first = Vault::open_or_create(&path, suite, &rng).unwrap();
        let (_, stored) = first.create_key(&rng, Moment::from_ms(NOW), "person").unwrap();

        let added = Vault::add_key(&path, Cipher::Sm4Gcm, &rng).unwrap();
        Vault::activate(&path, &added).unwrap();
        let second = Vault::open(&path, suite).unwrap();
        assert_eq!(second.active_kek().id(), added);
        assert_eq!(second.blind("a", "b"), first.blind("a", "b"));
        assert!(second.unwrap_key(&stored.id, &stored.kek, stored.cipher, &stored.wrapped).is_ok());
        assert!(matches!(Vault::create(&path, suite, &rng), Err(VaultError::File { .. })));

        let other = Suite { digest: Digest::Sm3, ..suite };
        let error = Vault::open(&path, other).unwrap_err();
        assert!(error.to_string().contains("made with digest \"sha256\""), "{error}");
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn anchors_are_signed_by_this_installation_only() {
        let vault = Vault::for_tests();
        let signature = vault.sign_anchor(b"head");
        assert!(vault.verify_anchor(b"head", &signature));
        assert!(!vault.verify_anchor(b"tail", &signature));
    }
}
