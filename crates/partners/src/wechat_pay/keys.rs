//! The merchant's keys sign, the channel's keys verify and seal, the APIv3 key opens notices.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Moment;
use platform::config::KeyFile;
use wire::wechat_pay::{ALGORITHM, Certificate, PUBLIC_KEY_ID, Resource};
use x509_parser::parse_x509_certificate;

use super::settings::{BadWechatPaySettings, WechatPaySettings};

/// All keys of one merchant. Never printed.
pub(super) struct Keys {
    merchants: Vec<Merchant>,
    apiv3: Aes256Gcm,
    /// Whether the configuration says which of the channel's keys is asked for first.
    named: bool,
    platform: RwLock<Arc<Platform>>,
}

struct Merchant {
    serial: String,
    key: RsaKeyPair,
    from: Option<Moment>,
}

/// What the channel may sign with, by serial: SubjectPublicKeyInfo in DER.
#[derive(Clone, Default)]
pub(super) struct Platform {
    known: BTreeMap<String, Vec<u8>>,
    /// The serial under which answers are asked for and data is sealed for the channel.
    first: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Keys(…)")
    }
}

/// Serials are hexadecimal and written in either case; ids of public keys are not changed.
fn name_of(serial: &str) -> String {
    if serial.starts_with(PUBLIC_KEY_ID) { serial.to_owned() } else { serial.to_ascii_uppercase() }
}

impl Platform {
    /// The serial under which answers are asked for; empty while none is known.
    pub(super) fn first(&self) -> &str {
        &self.first
    }

    pub(super) fn knows(&self, serial: &str) -> bool {
        self.known.contains_key(&name_of(serial))
    }

    /// Whether the owner of this key signed this text.
    pub(super) fn verifies(&self, serial: &str, text: &str, signature: &str) -> bool {
        let (Some(key), Ok(signature)) = (self.known.get(&name_of(serial)), STANDARD.decode(signature)) else {
            return false;
        };
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key).verify(text.as_bytes(), &signature).is_ok()
    }

    /// Seals a text for the channel with the first of its keys, in base64.
    pub(super) fn seal(&self, plain: &str) -> Option<String> {
        let key = PublicEncryptingKey::from_der(self.known.get(&self.first)?).ok()?;
        let key = OaepPublicEncryptingKey::new(key).ok()?;
        let mut sealed = vec![0; key.ciphertext_size()];
        let sealed = key.encrypt(&OAEP_SHA1_MGF1SHA1, plain.as_bytes(), &mut sealed, None).ok()?;
        Some(STANDARD.encode(sealed))
    }
}

impl Keys {
    pub(super) fn read(settings: &WechatPaySettings) -> Result<Keys, BadWechatPaySettings> {
        let bad = |says: &str| BadWechatPaySettings(says.to_owned());
        let merchants = settings.merchant_keys.iter().map(merchant).collect::<Result<Vec<_>, _>>()?;
        let apiv3: &Key<Aes256Gcm> =
            settings.apiv3_key.expose().as_bytes().try_into().map_err(|_| bad("the APIv3 key has 32 characters"))?;
        let mut platform = Platform::default();
        for key @ KeyFile { serial, .. } in &settings.platform_keys {
            let key = public_key(&pem(key)?, serial).map_err(|why| bad(&format!("{serial}: {why}")))?;
            platform.known.insert(name_of(serial), key);
        }
        platform.first = settings.platform_keys.first().map_or_else(String::new, |key| name_of(&key.serial));
        let (apiv3, named) = (Aes256Gcm::new(apiv3), !platform.first.is_empty());
        Ok(Keys { merchants, apiv3, named, platform: RwLock::new(Arc::new(platform)) })
    }

    /// The channel's keys as they are known now.
    pub(super) fn platform(&self) -> Arc<Platform> {
        Arc::clone(&self.platform.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes these the known keys from now on.
    pub(super) fn know(&self, platform: Platform) {
        *self.platform.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(platform);
    }

    /// SHA256 with RSA, in base64, and the serial of the key that signed: the last whose time has come.
    pub(super) fn sign(&self, text: &str, now: Moment) -> Result<(&str, String), String> {
        let begun = |one: &&Merchant| one.from.is_none_or(|from| from <= now);
        let signer = self.merchants.iter().rfind(begun).or(self.merchants.first());
        let signer = signer.ok_or("there is no key to sign with")?;
        let mut signature = vec![0; signer.key.public_modulus_len()];
        signer
            .key
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| "the request could not be signed".to_owned())?;
        Ok((&signer.serial, STANDARD.encode(signature)))
    }

    /// Opens what the channel sealed for us.
    pub(super) fn open(&self, sealed: &Resource) -> Option<Vec<u8>> {
        let ciphertext = STANDARD.decode(&sealed.ciphertext).ok().filter(|_| sealed.algorithm == ALGORITHM)?;
        let nonce: &Nonce<_> = sealed.nonce.as_bytes().try_into().ok()?;
        let aad = sealed.associated_data.as_bytes();
        self.apiv3.decrypt(nonce, Payload { msg: &ciphertext, aad }).ok()
    }

    /// What is known, and these certificates beside it: sealed with the APIv3 key, which only the channel and we have. One
    /// that does not open, or whose own number is another than it is given out under, is left out. Where the configuration names
    /// no key, the newest of them is the first from now on: the one before it ends some day.
    pub(super) fn with(&self, certificates: &[Certificate]) -> Platform {
        let mut platform = (*self.platform()).clone();
        let mut newest = None;
        for certificate in certificates {
            let pem = self.open(&certificate.encrypt_certificate).and_then(|plain| String::from_utf8(plain).ok());
            let serial = name_of(&certificate.serial_no);
            if let Some(Ok(key)) = pem.map(|pem| public_key(&pem, &serial)) {
                platform.known.insert(serial.clone(), key);
                newest = newest.max(Some((Moment::from_rfc3339(&certificate.effective_time), serial)));
            }
        }
        if let Some((_, serial)) = newest.filter(|_| !self.named) {
            platform.first = serial;
        }
        platform
    }
}

fn merchant(key: &KeyFile) -> Result<Merchant, BadWechatPaySettings> {
    let bad = |says: &str| BadWechatPaySettings(format!("{}: {says}", key.serial));
    let der = der(&pem(key)?).ok_or_else(|| bad("the merchant's key is no PEM"))?;
    let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| bad("the merchant's key is no RSA key in PKCS#8"))?;
    Ok(Merchant { serial: key.serial.clone(), key: pair, from: key.from })
}

fn pem(key: &KeyFile) -> Result<String, BadWechatPaySettings> {
    let told = |error| BadWechatPaySettings(format!("{}: {error}", key.file.display()));
    std::fs::read_to_string(&key.file).map_err(told)
}

/// The public key in a PEM, which may be that of a certificate; a certificate must have the serial under which it is given.
fn public_key(pem: &str, serial: &str) -> Result<Vec<u8>, &'static str> {
    let der = der(pem).ok_or("no PEM")?;
    if !pem.contains("BEGIN CERTIFICATE") {
        return Ok(der);
    }
    let (_, certificate) = parse_x509_certificate(&der).map_err(|_| "no certificate")?;
    let own: String = certificate.raw_serial().iter().map(|byte| format!("{byte:02X}")).collect();
    if own.trim_start_matches('0') != name_of(serial).trim_start_matches('0') {
        return Err("the certificate has another serial");
    }
    Ok(certificate.public_key().raw.to_vec())
}

/// The bytes between the first pair of PEM lines.
fn der(pem: &str) -> Option<Vec<u8>> {
    let mut lines = pem.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN "));
    lines.next()?;
    let base64: String = lines.take_while(|line| !line.starts_with("-----END ")).collect();
    STANDARD.decode(base64).ok().filter(|der| !der.is_empty())
}
