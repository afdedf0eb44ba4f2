//! The keys of the merchant and of the channel: made at the first start, kept as PEM files, the same ever after.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, SerialNumber, date_time_ymd};
use serde_json::{Value, json};

use super::House;

/// The merchant's account at WeChat Pay, for whoever is to use it: numbers, and paths of PEM files.
#[derive(Clone)]
pub struct WechatPayAccount {
    /// The merchant.
    pub mchid: String,
    /// The merchant's app.
    pub appid: String,
    /// The serial of the merchant's certificate, hexadecimal.
    pub merchant_serial: String,
    /// The merchant's private key, PKCS#8.
    pub merchant_key: PathBuf,
    /// The merchant's certificate.
    pub merchant_cert: PathBuf,
    /// 32 characters; seals notices.
    pub apiv3_key: String,
    /// The serial of the merchant's next certificate: both are good.
    pub merchant_next_serial: String,
    /// The merchant's next private key.
    pub merchant_next_key: PathBuf,
    /// The channel's certificate.
    pub platform_cert: PathBuf,
    /// Its serial, hexadecimal.
    pub platform_serial: String,
    /// The channel's next certificate.
    pub platform_next_cert: PathBuf,
    /// Its serial, hexadecimal.
    pub platform_next_serial: String,
    /// The channel's public key, which is that of no certificate.
    pub platform_public_key: PathBuf,
    /// `PUB_KEY_ID_…`.
    pub platform_public_key_id: String,
    /// The private keys that belong to the certificates and to the public key: the sandbox's own.
    pub(crate) channel_keys: [(String, PathBuf); 3],
}

impl fmt::Debug for WechatPayAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WechatPayAccount({})", self.mchid)
    }
}

const MCHID: &str = "1900000109";
const APPID: &str = "wx0123456789abcdef";
const MERCHANT_SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";
const MERCHANT_NEXT_SERIAL: &str = "6A1C03D54E0F2B9971C8D3A0B5E64F18C27D90E4";
const PLATFORM_NEXT_SERIAL: &str = "5B8E1D7402C96FA38D4417E9B06C25F1A93E7D60";
const PLATFORM_SERIAL: &str = "444F4864EA9B34415BE97EBC8A8C5E0B1E5D2A7F";
const PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0119000001092026010100000000000001";

/// Within the folder: what earlier programs kept beside it had one key for certificate and public key.
const KEYS: &str = "keys";

/// The account whose keys are in this folder; made there if there are none. Two processes may ask at once.
///
/// # Errors
/// The folder cannot be read or written.
pub fn account_in(folder: &Path) -> io::Result<WechatPayAccount> {
    let folder = folder.join(KEYS);
    if !folder.join("apiv3_key.txt").exists() {
        make(&folder)?;
    }
    let path = |name: &str| fs::canonicalize(folder.join(name));
    Ok(WechatPayAccount {
        mchid: MCHID.to_owned(),
        appid: APPID.to_owned(),
        merchant_serial: MERCHANT_SERIAL.to_owned(),
        merchant_key: path("merchant_key.pem")?,
        merchant_cert: path("merchant_cert.pem")?,
        merchant_next_serial: MERCHANT_NEXT_SERIAL.to_owned(),
        merchant_next_key: path("merchant_next_key.pem")?,
        apiv3_key: fs::read_to_string(path("apiv3_key.txt")?)?.trim().to_owned(),
        platform_cert: path("platform_cert.pem")?,
        platform_serial: PLATFORM_SERIAL.to_owned(),
        platform_next_cert: path("platform_next_cert.pem")?,
        platform_next_serial: PLATFORM_NEXT_SERIAL.to_owned(),
        platform_public_key: path("wechatpay_public_key.pem")?,
        platform_public_key_id: PUBLIC_KEY_ID.to_owned(),
        channel_keys: [
            (PLATFORM_SERIAL.to_owned(), path("platform_key.pem")?),
            (PLATFORM_NEXT_SERIAL.to_owned(), path("platform_next_key.pem")?),
            (PUBLIC_KEY_ID.to_owned(), path("wechatpay_key.pem")?),
        ],
    })
}

/// The account of a data folder.
///
/// # Errors
/// The folder cannot be read or written.
pub fn account(data_dir: &Path) -> io::Result<WechatPayAccount> {
    account_in(&folder(data_dir))
}

/// Where the keys of a data folder are.
pub(super) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("sandbox").join("wechat_pay")
}

/// The merchant's part, and how a program pays as the buyer.
pub(super) fn told(house: &House) -> Value {
    let account = &house.room.account;
    json!({
        "mchid": account.mchid,
        "appid": account.appid,
        "merchant_serial": account.merchant_serial,
        "merchant_key": account.merchant_key,
        "merchant_cert": account.merchant_cert,
        "merchant_next_serial": account.merchant_next_serial,
        "merchant_next_key": account.merchant_next_key,
        "apiv3_key": account.apiv3_key,
        "platform_cert": account.platform_cert,
        "platform_serial": account.platform_serial,
        "platform_next_cert": account.platform_next_cert,
        "platform_next_serial": account.platform_next_serial,
        "platform_public_key": account.platform_public_key,
        "platform_public_key_id": account.platform_public_key_id,
        "pay": format!("http://{}/control/wechat_pay/pay/{{out_trade_no}}", house.addresses.control),
    })
}

/// Makes everything in a folder beside, and moves it into its place whole.
fn make(folder: &Path) -> io::Result<()> {
    let broken = |what: &str| io::Error::other(format!("{what} could not be made"));
    let mut random = [0; 16];
    SystemRandom::new().fill(&mut random).map_err(|_| broken("a random number"))?;
    let word: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let fresh = folder.with_extension(&word[..8]);
    fs::create_dir_all(&fresh)?;
    pair(&fresh, "merchant", MERCHANT_SERIAL, true)?;
    pair(&fresh, "merchant_next", MERCHANT_NEXT_SERIAL, true)?;
    pair(&fresh, "platform", PLATFORM_SERIAL, false)?;
    pair(&fresh, "platform_next", PLATFORM_NEXT_SERIAL, false)?;
    // Its certificate is given to nobody.
    pair(&fresh, "wechatpay", "01", false)?;
    fs::write(fresh.join("apiv3_key.txt"), &word)?;
    if fs::rename(&fresh, folder).is_err() {
        // Somebody else was faster, or the folder is there from before: theirs counts where it is whole.
        if !folder.join("apiv3_key.txt").exists() {
            for name in fs::read_dir(&fresh)? {
                let name = name?.file_name();
                fs::rename(fresh.join(&name), folder.join(&name))?;
            }
        }
        // Best effort: what is left over harms nobody.
        drop(fs::remove_dir_all(&fresh));
    }
    Ok(())
}

fn pair(folder: &Path, who: &str, serial: &str, merchant: bool) -> io::Result<()> {
    let broken = |what: &str| io::Error::other(format!("{what} could not be made"));
    let key = KeyPair::generate(KeySize::Rsa2048).map_err(|_| broken("an RSA key"))?;
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&key).map_err(|_| broken("an RSA key"))?;
    let public = AsDer::<PublicKeyX509Der<'_>>::as_der(key.public_key()).map_err(|_| broken("an RSA key"))?;
    let private_pem = pem("PRIVATE KEY", pkcs8.as_ref());
    let signer = rcgen::KeyPair::from_pem_and_sign_algo(&private_pem, &rcgen::PKCS_RSA_SHA256)
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut params = CertificateParams::default();
    params.serial_number = Some(SerialNumber::from(bytes(serial)));
    params.not_before = date_time_ymd(if who == "platform_next" { 2021 } else { 2020 }, 1, 1);
    params.not_after = date_time_ymd(2099, 12, 31);
    let name = if merchant { "沙箱商户 (演示数据)" } else { "WeChat Pay sandbox (演示数据)" };
    params.distinguished_name.push(DnType::CommonName, name);
    let cert = params.self_signed(&signer).map_err(|error| io::Error::other(error.to_string()))?;
    fs::write(folder.join(format!("{who}_key.pem")), private_pem)?;
    fs::write(folder.join(format!("{who}_cert.pem")), pem("CERTIFICATE", cert.der()))?;
    fs::write(folder.join(format!("{who}_public_key.pem")), pem("PUBLIC KEY", public.as_ref()))
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).filter_map(digit).collect()
}

/// DER as PEM, 64 characters a line.
fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut lines = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        lines.push_str(&String::from_utf8_lossy(line));
        lines.push('\n');
    }
    lines.push_str(&format!("-----END {label}-----\n"));
    lines
}
