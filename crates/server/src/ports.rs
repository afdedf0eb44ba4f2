//! Partners as the contexts need them: real adapters over HTTP, told by the configuration where each is.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use identity::Ports;
use partners::acs3::AccessKey;
use partners::cards::{CardClient, CardSettings};
use partners::face::{AliyunFaces, FaceSettings};
use partners::insurer::{Form, FundTypes, InsurerClient, InsurerSettings, Numbers, SettleWords};
use partners::tif::TifAccount;
use partners::wechat_pay::{MerchantKey, PlatformKey, WechatPay, WechatPaySettings};
use payments::ports::Refusal;
use payments::{Listeners, PayPorts, Payments};
use platform::config::{Config, KeyFile};

use crate::failure::StartError;

/// Where partners are that the configuration does not place: base addresses of the sandbox.
#[derive(Debug, Clone)]
pub struct SandboxAt {
    /// The SMS provider.
    pub sms: String,
    /// The face-check provider.
    pub face: String,
    /// The insurer.
    pub insurer: String,
    /// The card system.
    pub cards: String,
    /// WeChat Pay.
    pub wechat_pay: String,
}

impl SandboxAt {
    /// Where a sandbox with its control port on `listen` has its partners.
    pub fn beside(listen: SocketAddr) -> SandboxAt {
        let place = |after: u16| format!("http://{}:{}", listen.ip(), listen.port().saturating_add(after));
        SandboxAt { sms: place(1), face: place(3), insurer: place(4), cards: place(5), wechat_pay: place(6) }
    }
}

#[cfg(feature = "sandbox")]
impl From<&sandbox::Running> for SandboxAt {
    fn from(running: &sandbox::Running) -> SandboxAt {
        let base = |address: SocketAddr| format!("http://{address}");
        SandboxAt {
            sms: base(running.sms),
            face: base(running.face),
            insurer: base(running.insurer),
            cards: base(running.cards),
            wechat_pay: base(running.wechat_pay),
        }
    }
}

/// The adapters, ready to be asked. `numbers` is one for the whole process.
pub fn ports(config: &Config, sandbox: &SandboxAt, numbers: &Arc<Numbers>) -> Result<Arc<Ports>, StartError> {
    let faces = AliyunFaces::new(face(config, &sandbox.face)).map_err(|error| StartError::at("face", error))?;
    let cards = CardClient::new(cards(config, &sandbox.cards)).map_err(|error| StartError::at("cards", error))?;
    let insurer = InsurerClient::new(insurer(config, &sandbox.insurer, numbers))
        .map_err(|error| StartError::at("insurer", error))?;
    Ok(Arc::new(Ports { faces: Arc::new(faces), cards: Arc::new(cards), insurer: Arc::new(insurer) }))
}

/// What paying needs: the insurer, WeChat Pay, and who follows the orders. `own` is how people reach this platform, `numbers`
/// one for the whole process.
pub fn payments(
    config: &Config,
    sandbox: &SandboxAt,
    (identity, listeners): (&Arc<Ports>, &Arc<Listeners>),
    (own, numbers): (&str, &Arc<Numbers>),
) -> Result<Arc<Payments>, StartError> {
    buyers_addresses(config);
    let settlements = InsurerClient::new(insurer(config, &sandbox.insurer, numbers))
        .map_err(|error| StartError::at("insurer", error))?;
    let channel = WechatPay::new(wechat_pay(config, &sandbox.wechat_pay, own)?)
        .map_err(|error| StartError::at("wechat_pay", error))?;
    Ok(Arc::new(Payments {
        ports: PayPorts { settlements: Arc::new(settlements), wechat_pay: Arc::new(channel) },
        identity: Arc::clone(identity),
        listeners: Arc::clone(listeners),
    }))
}

/// The merchant's account out of the configuration; in a demo without one, the sandbox's.
fn wechat_pay(config: &Config, sandbox: &str, own: &str) -> Result<WechatPaySettings, StartError> {
    let pay = &config.wechat_pay;
    let (endpoint, notify_base) = (
        pay.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        pay.notify_base.clone().unwrap_or_else(|| own.to_owned()),
    );
    let given = pay.mchid.as_ref().zip(pay.appid.as_ref()).zip(pay.apiv3_key.as_ref());
    let keys = (!pay.merchant_keys.is_empty()).then_some(&pay.merchant_keys);
    let platform = !pay.platform_keys.is_empty() || pay.certificates == Some(true);
    let (Some(((mchid, appid), apiv3_key)), Some(keys), true) = (given, keys, platform) else {
        return sandbox_account(config, endpoint, notify_base);
    };
    let is_certificate = |key: &PlatformKey| !key.serial.starts_with("PUB_KEY_ID_");
    let platform_keys = platform_keys(&pay.platform_keys)?;
    Ok(WechatPaySettings {
        endpoint,
        mchid: mchid.clone(),
        appid: appid.clone(),
        merchant_keys: merchant_keys(keys)?,
        apiv3_key: apiv3_key.expose().clone(),
        fetches_certificates: pay.certificates.unwrap_or_else(|| platform_keys.iter().any(is_certificate)),
        platform_keys,
        stand_in_ip: pay.stand_in_ip,
        notify_base,
        timeout_ms: pay.timeout_ms,
        calls_max: pay.max_in_flight,
    })
}

fn merchant_keys(keys: &[KeyFile]) -> Result<Vec<MerchantKey>, StartError> {
    let read = |key: &KeyFile| Ok(MerchantKey { serial: key.serial.clone(), pem: pem(&key.file)?, from: key.from });
    keys.iter().map(read).collect()
}

fn platform_keys(keys: &[KeyFile]) -> Result<Vec<PlatformKey>, StartError> {
    keys.iter().map(|key| Ok(PlatformKey { serial: key.serial.clone(), pem: pem(&key.file)? })).collect()
}

fn pem(path: &Path) -> Result<String, StartError> {
    std::fs::read_to_string(path).map_err(|error| StartError::at(&format!("wechat_pay: {}", path.display()), error))
}

/// Warns at the start of something that the first buyer with a phone would find out: if everybody seems to come from
/// this machine, nobody has an address that the channel accepts for a link.
fn buyers_addresses(config: &Config) {
    if hides_buyers(config) {
        tracing::warn!(
            listen = %config.listen,
            "wechat_pay: every buyer seems to come from this machine, whose address WeChat Pay takes for no link (H5): phones are given codes. Name the proxy in proxy.trusted, or an address in wechat_pay.stand_in_ip"
        );
    }
}

/// Whether everybody seems to come from this machine, and nothing is told of them instead.
fn hides_buyers(config: &Config) -> bool {
    let hidden = config.listen.ip().is_loopback() && config.proxy.trusted.is_empty();
    hidden && config.wechat_pay.stand_in_ip.is_none()
}

/// The account whose keys the sandbox of this data folder has made, or makes when it starts.
#[cfg(feature = "sandbox")]
fn sandbox_account(config: &Config, endpoint: String, notify_base: String) -> Result<WechatPaySettings, StartError> {
    let account = sandbox::wechat_pay_account(&config.data_dir).map_err(|error| StartError::at("wechat_pay", error))?;
    Ok(WechatPaySettings {
        endpoint,
        mchid: account.mchid,
        appid: account.appid,
        merchant_keys: vec![MerchantKey {
            serial: account.merchant_serial,
            pem: pem(&account.merchant_key)?,
            from: None,
        }],
        apiv3_key: account.apiv3_key,
        platform_keys: vec![PlatformKey {
            serial: account.platform_public_key_id,
            pem: pem(&account.platform_public_key)?,
        }],
        fetches_certificates: config.wechat_pay.certificates.unwrap_or(false),
        stand_in_ip: config.wechat_pay.stand_in_ip,
        notify_base,
        timeout_ms: config.wechat_pay.timeout_ms,
        calls_max: config.wechat_pay.max_in_flight,
    })
}

#[cfg(not(feature = "sandbox"))]
fn sandbox_account(_: &Config, _: String, _: String) -> Result<WechatPaySettings, StartError> {
    Err(StartError("wechat_pay: an account must be given: this program has no sandbox".to_owned()))
}

fn face(config: &Config, sandbox: &str) -> FaceSettings {
    let face = &config.face;
    FaceSettings {
        endpoint: face.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        key: AccessKey { id: face.access_key_id.clone(), secret: face.access_key_secret.expose().clone() },
        scene_id: face.scene_id.clone(),
        upload_base: face.upload_base.clone(),
        timeout_ms: face.timeout_ms,
        calls_max: face.max_in_flight,
    }
}

fn cards(config: &Config, sandbox: &str) -> CardSettings {
    let cards = &config.cards;
    CardSettings {
        endpoint: cards.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        account: TifAccount { paasid: cards.paasid.clone(), token: cards.token.expose().clone() },
        channel: cards.channel.clone(),
        timeout_ms: cards.timeout_ms,
        calls_max: cards.max_in_flight,
    }
}

fn insurer(config: &Config, sandbox: &str, numbers: &Arc<Numbers>) -> InsurerSettings {
    let (insurer, dialect) = (&config.insurer, &config.insurer.dialect);
    let fund_types = FundTypes::default().with(&dialect.funds, &dialect.account_funds, &dialect.hospital_funds);
    let mut words = SettleWords::default();
    words.sign_in.extend(dialect.sign_in.clone());
    words.unsure.extend(dialect.unsure.clone());
    words.no_settlement.extend(dialect.no_settlement.clone());
    words.no_original.extend(dialect.no_original.clone());
    words.voided.extend(dialect.voided.clone());
    words.done.extend(dialect.done.clone());
    // The settings are named as the refusals are (a test of `partners::insurer::words`).
    let refusals = dialect.refusals.iter().filter_map(|(ours, words)| Some((ours.parse::<Refusal>().ok()?, words)));
    words.first(refusals.flat_map(|(what, words)| words.iter().map(move |word| (word.as_str(), what))));
    InsurerSettings {
        endpoint: insurer.endpoint.clone().unwrap_or_else(|| sandbox.to_owned()),
        account: TifAccount { paasid: insurer.paasid.clone(), token: insurer.token.expose().clone() },
        fixmedins_code: insurer.fixmedins_code.clone(),
        fixmedins_name: insurer.fixmedins_name.clone(),
        mdtrtarea_admvs: insurer.mdtrtarea_admvs.clone(),
        path: insurer.path.clone(),
        paths: insurer.paths.clone(),
        active_states: insurer.active_states.clone(),
        not_known: insurer.not_known.clone(),
        other_name: insurer.other_name.clone(),
        words,
        fund_types,
        form: if dialect.number_amounts { Form::Number } else { Form::Text },
        gives_code: insurer.gives_code,
        numbers: Arc::clone(numbers),
        timeout_ms: insurer.timeout_ms,
        calls_max: insurer.max_in_flight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings;

    #[test]
    fn buyers_who_seem_to_come_from_this_machine_are_named_at_the_start() {
        for (text, hidden) in
            [("", true), ("[proxy]\ntrusted = [\"10.0.0.0/8\"]\n", false), ("listen = \"0.0.0.0:8080\"\n", false)]
        {
            let mut config = settings::from_text("test", text, []).expect("a configuration");
            assert!(!hides_buyers(&config), "a demo tells another address: {text}");
            config.wechat_pay.stand_in_ip = None;
            assert_eq!(hides_buyers(&config), hidden, "{text}");
        }
    }
}
