//! The merchant's key signs, the channel's key verifies, the APIv3 key opens notices.

use std::fmt;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::settings::BadWechatPaySettings;

/// All keys of one merchant. Never printed.
pub(super) struct Keys {
    merchant: RsaKeyPair,
    platform: UnparsedPublicKey<Vec<u8>>,
    apiv3: Aes256Gcm,
}

impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Keys(…)")
    }
}

impl Keys {
    pub(super) fn read(merchant: &str, platform: &str, apiv3: &str) -> Result<Keys, BadWechatPaySettings> {
        let bad = |says: &str| BadWechatPaySettings(says.to_owned());
        let der = der(merchant).ok_or_else(|| bad("the merchant's key is no PEM"))?;
        let merchant = RsaKeyPair::from_pkcs8(&der).map_err(|_| bad("the merchant's key is no RSA key in PKCS#8"))?;
        let public = self::der(platform).ok_or_else(|| bad("the channel's public key is no PEM"))?;
        let key: &Key<Aes256Gcm> = apiv3.as_bytes().try_into().map_err(|_| bad("the APIv3 key has 32 characters"))?;
        Ok(Keys {
            merchant,
            platform: UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public),
            apiv3: Aes256Gcm::new(key),
        })
    }

    /// SHA256 with RSA, in base64.
    pub(super) fn sign(&self, text: &str) -> Result<String, String> {
        let mut signature = vec![0; self.merchant.public_modulus_len()];
        self.merchant
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| "the request could not be signed".to_owned())?;
        Ok(STANDARD.encode(signature))
    }

    /// Whether the channel signed this text.
    pub(super) fn verifies(&self, text: &str, signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| self.platform.verify(text.as_bytes(), &signature).is_ok())
    }

    /// Opens what the channel sealed for us.
    pub(super) fn open(&self, ciphertext: &str, nonce: &str, associated_data: &str) -> Option<Vec<u8>> {
        let sealed = STANDARD.decode(ciphertext).ok()?;
        let nonce: &Nonce<_> = nonce.as_bytes().try_into().ok()?;
        self.apiv3.decrypt(nonce, Payload { msg: &sealed, aad: associated_data.as_bytes() }).ok()
    }
}

/// The bytes between the first pair of PEM lines.
fn der(pem: &str) -> Option<Vec<u8>> {
    let mut lines = pem.lines().map(str::trim).skip_while(|line| !line.starts_with("-----BEGIN "));
    lines.next()?;
    let base64: String = lines.take_while(|line| !line.starts_with("-----END ")).collect();
    STANDARD.decode(base64).ok().filter(|der| !der.is_empty())
}
