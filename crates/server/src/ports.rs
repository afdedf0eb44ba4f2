//! Partners as the contexts need them: real adapters over HTTP, told by the configuration where each is.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use identity::Ports;
use partners::cards::{CardClient, CardSettings};
use partners::face::{AliyunFaces, FaceSettings};
use partners::insurer::{InsurerClient, InsurerSettings, Numbers};
use partners::wechat_pay::{WechatPay, WechatPaySettings};
use payments::{Listeners, PayPorts, Payments};
use platform::Mode;
use platform::config::{Config, Section};

use crate::failure::StartError;

/// Where partners are that the configuration does not place: base addresses of the sandbox, by the partners' names.
#[derive(Debug, Clone)]
pub struct SandboxAt(BTreeMap<&'static str, String>);

impl SandboxAt {
    /// Where a sandbox with the control port of the configuration has its partners.
    pub fn beside(config: &Config) -> SandboxAt {
        let control = config.sandbox.listen;
        let place = |after: u16| SocketAddr::new(control.ip(), control.port().saturating_add(after));
        SandboxAt(config.partners().map(|partner| (partner.name, base(place(partner.port)))).collect())
    }

    /// The base address of a partner.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn of(&self, name: &str) -> Result<&str, StartError> {
        self.0.get(name).map(String::as_str).ok_or_else(|| {
            let known: Vec<&str> = self.0.keys().copied().collect();
            StartError(format!("no partner «{name}»; known: {}", known.join(", ")))
        })
    }
}

#[cfg(feature = "sandbox")]
impl From<&sandbox::Running> for SandboxAt {
    fn from(running: &sandbox::Running) -> SandboxAt {
        SandboxAt(running.partners.iter().map(|partner| (partner.name, base(partner.address))).collect())
    }
}

fn base(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// The settings of one partner's adapter, and where the sandbox would be.
fn settings<'a, T: Section>(config: &Config, sandbox: &'a SandboxAt) -> Result<(T, &'a str), StartError> {
    Ok((config.section::<T>()?.clone(), sandbox.of(T::NAME)?))
}

/// The adapters, ready to be asked. `numbers` is one for the whole process.
pub fn ports(config: &Config, sandbox: &SandboxAt, numbers: &Arc<Numbers>) -> Result<Arc<Ports>, StartError> {
    let (face, at) = settings::<FaceSettings>(config, sandbox)?;
    let faces = AliyunFaces::new(face.at(at)).map_err(|error| StartError::at(FaceSettings::NAME, error))?;
    let (cards, at) = settings::<CardSettings>(config, sandbox)?;
    let cards = CardClient::new(cards.at(at)).map_err(|error| StartError::at(CardSettings::NAME, error))?;
    let insurer = insurer(config, sandbox, numbers)?;
    Ok(Arc::new(Ports { faces: Arc::new(faces), cards: Arc::new(cards), insurer: Arc::new(insurer) }))
}

fn insurer(config: &Config, sandbox: &SandboxAt, numbers: &Arc<Numbers>) -> Result<InsurerClient, StartError> {
    let (insurer, at) = settings::<InsurerSettings>(config, sandbox)?;
    let client = InsurerClient::new(insurer.at(at), Arc::clone(numbers));
    client.map_err(|error| StartError::at(InsurerSettings::NAME, error))
}

/// What paying needs: the insurer, WeChat Pay, and who follows the orders. `own` is how people reach this platform, `numbers`
/// one for the whole process.
pub fn payments(
    config: &Config,
    sandbox: &SandboxAt,
    (identity, listeners): (&Arc<Ports>, &Arc<Listeners>),
    (own, numbers): (&str, &Arc<Numbers>),
) -> Result<Arc<Payments>, StartError> {
    let (wechat_pay, at) = settings::<WechatPaySettings>(config, sandbox)?;
    buyers_addresses(config, &wechat_pay);
    let mut wechat_pay = wechat_pay.at(at, own);
    if config.mode == Mode::Demo && !wechat_pay.has_account() {
        demo_account(config, &mut wechat_pay)?;
    }
    let settlements = insurer(config, sandbox, numbers)?;
    let channel = WechatPay::new(wechat_pay).map_err(|error| StartError::at(WechatPaySettings::NAME, error))?;
    Ok(Arc::new(Payments {
        ports: PayPorts { settlements: Arc::new(settlements), wechat_pay: Arc::new(channel) },
        identity: Arc::clone(identity),
        listeners: Arc::clone(listeners),
    }))
}

/// Warns at the start of something that the first buyer with a phone would find out: if everybody seems to come from
/// this machine, nobody has an address that the channel accepts for a link.
fn buyers_addresses(config: &Config, wechat_pay: &WechatPaySettings) {
    if hides_buyers(config, wechat_pay) {
        tracing::warn!(
            listen = %config.listen,
            "wechat_pay: every buyer seems to come from this machine, whose address WeChat Pay takes for no link (H5): phones are given codes. Name the proxy in proxy.trusted, or an address in wechat_pay.stand_in_ip"
        );
    }
}

/// Whether everybody seems to come from this machine, and nothing is told of them instead.
fn hides_buyers(config: &Config, wechat_pay: &WechatPaySettings) -> bool {
    let hidden = config.listen.ip().is_loopback() && config.proxy.trusted.is_empty();
    hidden && wechat_pay.stand_in_ip.is_none()
}

/// A demo without an account of its own takes the one whose keys the sandbox of this data folder has made, or makes when it
/// starts.
#[cfg(feature = "sandbox")]
fn demo_account(config: &Config, settings: &mut WechatPaySettings) -> Result<(), StartError> {
    use platform::config::{KeyFile, Secret};

    let account = sandbox::wechat_pay_account(&config.data_dir)
        .map_err(|error| StartError::at(WechatPaySettings::NAME, error))?;
    let key = |serial, file| vec![KeyFile { serial, file, from: None }];
    settings.mchid = account.mchid;
    settings.appid = account.appid;
    settings.merchant_keys = key(account.merchant_serial, account.merchant_key);
    settings.apiv3_key = Secret::new(account.apiv3_key);
    settings.platform_keys = key(account.platform_public_key_id, account.platform_public_key);
    Ok(())
}

#[cfg(not(feature = "sandbox"))]
fn demo_account(_: &Config, _: &mut WechatPaySettings) -> Result<(), StartError> {
    Err(StartError("wechat_pay: an account must be given: this program has no sandbox".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::settings;

    #[test]
    fn buyers_who_seem_to_come_from_this_machine_are_named_at_the_start() {
        for (text, hidden) in
            [("", true), ("[proxy]\ntrusted = [\"10.0.0.0/8\"]\n", false), ("listen = \"0.0.0.0:8080\"\n", false)]
        {
            let config = settings::from_text("test", text, []).expect("a configuration");
            let mut pay = config.section::<WechatPaySettings>().expect("read").clone();
            assert!(!hides_buyers(&config, &pay), "a demo tells another address: {text}");
            pay.stand_in_ip = None;
            assert_eq!(hides_buyers(&config, &pay), hidden, "{text}");
        }
    }

    #[test]
    fn a_partner_is_found_by_its_name_and_another_is_refused_with_those_there_are() {
        let config =
            settings::from_text("test", "[sandbox]\nlisten = \"127.0.0.1:9000\"\n", []).expect("a configuration");
        let at = SandboxAt::beside(&config);
        assert_eq!(at.of("sms").expect("known"), "http://127.0.0.1:9001");
        let mut known = BTreeSet::new();
        for partner in config.partners() {
            let base = format!("http://127.0.0.1:{}", 9000 + partner.port);
            assert_eq!(at.of(partner.name).expect("known"), base);
            known.insert(partner.name);
        }
        let unknown = at.of("post").expect_err("nobody").to_string();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        assert_eq!(unknown, format!("no partner «post»; known: {known}"));
    }

    /// Adapters and the sandbox may not see each other: this holds them together.
    #[cfg(feature = "sandbox")]
    #[test]
    fn protocols_adapters_and_the_sandbox_have_the_same_partners() {
        let config = settings::from_text("test", "", []).expect("a configuration");
        let adapters: BTreeMap<&str, u16> = config.partners().map(|partner| (partner.name, partner.port)).collect();
        let played: BTreeMap<&str, u16> = sandbox::partners().map(|partner| (partner.name, partner.port)).collect();
        assert_eq!(adapters, played);
        let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../wire/src"));
        let mut spoken = BTreeMap::new();
        protocols(folder, &mut spoken);
        assert_eq!(spoken, adapters.into_iter().map(|(name, port)| (name.to_owned(), port)).collect());
    }

    /// What the protocols' `PARTNER` constants say.
    #[cfg(feature = "sandbox")]
    fn protocols(folder: &std::path::Path, found: &mut BTreeMap<String, u16>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                protocols(&entry, found);
                continue;
            }
            let text = std::fs::read_to_string(&entry).expect("a text");
            let constants = text.split("pub const PARTNER: Partner = Partner { name: \"").skip(1);
            for (name, rest) in constants.filter_map(|rest| rest.split_once("\", port: ")) {
                let port = rest.split_once(" }").and_then(|(port, _)| port.parse().ok()).expect("a port");
                found.insert(name.to_owned(), port);
            }
        }
    }
}
