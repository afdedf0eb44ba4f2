//! The partners that know people: face checks, the insurer, the card system. What each section
//! holds, its demo defaults, and what production refuses of it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use kernel::InsurerCode;

use super::key_files::{self, KeyFile};
use super::reader::Reader;
use super::{Config, Secret};
use crate::ctx::Mode;

/// The provider of face checks.
#[derive(Debug, Clone)]
pub struct FaceConfig {
    /// `None` (demo only): the sandbox, wherever it listens.
    pub endpoint: Option<String>,
    /// Where browsers reach what the provider gives for frames, when that is not the endpoint.
    pub upload_base: Option<String>,
    pub access_key_id: String,
    pub access_key_secret: Secret<String>,
    /// The provider's number of our scene.
    pub scene_id: String,
    pub timeout_ms: u64,
    pub max_in_flight: usize,
}

/// The insurer's interface for designated institutions.
#[derive(Debug, Clone)]
pub struct InsurerConfig {
    /// `None` (demo only): the sandbox, wherever it listens.
    pub endpoint: Option<String>,
    pub paasid: String,
    pub token: Secret<String>,
    /// 定点医药机构编号: twelve characters.
    pub fixmedins_code: String,
    pub fixmedins_name: String,
    /// 就医地医保区划.
    pub mdtrtarea_admvs: String,
    /// Where transactions are; `{infno}` is the transaction's number.
    pub path: String,
    /// Where single transactions are instead, by number.
    pub paths: BTreeMap<String, String>,
    /// Values of `psn_insu_stas` with which contributions run.
    pub active_states: Vec<String>,
    /// Words of a refusal that mean *nobody has that number*.
    pub not_known: Vec<String>,
    /// Words of a refusal that mean *the number is known under another name*.
    pub other_name: Vec<String>,
    /// What its region adds to how insurers speak.
    pub dialect: InsurerDialect,
    /// Whether the insurer gives codes of its own (医保码).
    pub gives_code: bool,
    pub timeout_ms: u64,
    pub max_in_flight: usize,
}

/// How one region's insurer speaks differently; lists are added to what the adapter knows of all regions.
#[derive(Debug, Clone, Default)]
pub struct InsurerDialect {
    /// Whether amounts are sent as JSON's numbers; they are texts otherwise.
    pub number_amounts: bool,
    /// Codes of `fund_pay_type`: funds, the personal account, the institution.
    pub funds: Vec<String>,
    pub account_funds: Vec<String>,
    pub hospital_funds: Vec<String>,
    /// Words of refusals: sign in again; nobody knows whether it was done; nothing is settled; nothing to take
    /// back; undone before.
    pub sign_in: Vec<String>,
    pub unsure: Vec<String>,
    pub no_settlement: Vec<String>,
    pub no_original: Vec<String>,
    pub voided: Vec<String>,
    /// Words of success.
    pub done: Vec<String>,
    /// Words of other refusals: the platform's word for each, and how the region says it.
    pub refusals: Vec<(&'static str, Vec<String>)>,
}

/// What the platform calls the refusals that it tells apart. A release of money rests on `settled_already`.
pub const INSURER_REFUSALS: [&str; 10] = [
    "not_signed_in",
    "not_insured",
    "account_short",
    "settled_already",
    "voided_already",
    "reversed_already",
    "cancelled",
    "no_visit",
    "advice_changed",
    "another_region",
];

/// The card system.
#[derive(Debug, Clone)]
pub struct CardsConfig {
    /// `None` (demo only): the sandbox, wherever it listens.
    pub endpoint: Option<String>,
    pub paasid: String,
    pub token: Secret<String>,
    /// The channel that issues electronic cards.
    pub channel: String,
    pub timeout_ms: u64,
    pub max_in_flight: usize,
}

/// The payment channel: one merchant's account at WeChat Pay.
#[derive(Debug, Clone)]
pub struct WechatPayConfig {
    /// `None` (demo only): the sandbox, wherever it listens.
    pub endpoint: Option<String>,
    /// `None` (demo only): the sandbox's account, with the keys that it made; so for all of these.
    pub mchid: Option<String>,
    pub appid: Option<String>,
    /// The merchant's private keys, PKCS#8 PEM, under the serials of their certificates: the last whose time has come signs.
    pub merchant_keys: Vec<KeyFile>,
    pub apiv3_key: Option<Secret<String>>,
    /// The channel's public keys and certificates, PEM, under `PUB_KEY_ID_…` or their serials; answers are asked for under
    /// the first.
    pub platform_keys: Vec<KeyFile>,
    /// Whether the channel is asked for certificates that are not among them. `None`: where one of them is a certificate.
    pub certificates: Option<bool>,
    /// What is told as the address of a buyer who has none that the world knows. `None`: such a buyer gets a code to scan.
    pub stand_in_ip: Option<IpAddr>,
    /// How the channel reaches this platform: scheme and host. `None`: as people do.
    pub notify_base: Option<String>,
    pub timeout_ms: u64,
    pub max_in_flight: usize,
}

/// What stands for these partners' accounts in the demo, and never in production.
const SANDBOX_ID: &str = "sandbox";
const SANDBOX_SECRETS: [&str; 2] = ["sandbox-secret", "sandbox-token"];

pub(super) fn read_face(reader: &mut Reader<'_>) -> FaceConfig {
    FaceConfig {
        endpoint: reader.text("face.endpoint"),
        upload_base: reader.text("face.upload_base"),
        access_key_id: reader.text_or("face.access_key_id", SANDBOX_ID),
        access_key_secret: Secret::new(reader.text_or("face.access_key_secret", SANDBOX_SECRETS[0])),
        scene_id: reader.text_or("face.scene_id", "1000000001"),
        timeout_ms: timeout_ms(reader, "face.timeout_ms"),
        max_in_flight: max_in_flight(reader, "face.max_in_flight"),
    }
}

pub(super) fn read_insurer(reader: &mut Reader<'_>, mode: Mode) -> InsurerConfig {
    InsurerConfig {
        endpoint: reader.text("insurer.endpoint"),
        paasid: reader.text_or("insurer.paasid", SANDBOX_ID),
        token: Secret::new(reader.text_or("insurer.token", SANDBOX_SECRETS[1])),
        fixmedins_code: reader.text_or("insurer.fixmedins_code", "H32040000001"),
        fixmedins_name: reader.text_or("insurer.fixmedins_name", "常州人社线上服务"),
        mdtrtarea_admvs: reader.text_or("insurer.mdtrtarea_admvs", "320400"),
        path: reader.text_or("insurer.path", "/fsi/api/rsfComIfService/{infno}"),
        paths: reader.map("insurer.paths"),
        active_states: reader.list_or("insurer.active_states", &["1"]),
        not_known: reader.list_or("insurer.not_known", &["未查询到", "不存在"]),
        other_name: reader.list_or(
            "insurer.other_name",
            &[
                "姓名与证件号码不一致",
                "姓名与证件号码不匹配",
                "姓名与证件号码不符",
                "姓名不一致",
                "姓名不匹配",
                "姓名不符",
            ],
        ),
        dialect: read_dialect(reader),
        gives_code: reader.flag("insurer.gives_code", mode == Mode::Demo),
        timeout_ms: timeout_ms(reader, "insurer.timeout_ms"),
        max_in_flight: max_in_flight(reader, "insurer.max_in_flight"),
    }
}

fn read_dialect(reader: &mut Reader<'_>) -> InsurerDialect {
    InsurerDialect {
        number_amounts: reader.choice("insurer.numbers", &[("text", false), ("number", true)]).unwrap_or_default(),
        funds: reader.list("insurer.more_funds"),
        account_funds: reader.list("insurer.more_account_funds"),
        hospital_funds: reader.list("insurer.more_hospital_funds"),
        sign_in: reader.list("insurer.words.sign_in"),
        unsure: reader.list("insurer.words.unsure"),
        no_settlement: reader.list("insurer.words.no_settlement"),
        no_original: reader.list("insurer.words.no_original"),
        voided: reader.list("insurer.words.voided"),
        done: reader.list("insurer.words.done"),
        refusals: INSURER_REFUSALS
            .map(|ours| (ours, reader.list(&format!("insurer.words.{ours}"))))
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .collect(),
    }
}

pub(super) fn read_cards(reader: &mut Reader<'_>) -> CardsConfig {
    CardsConfig {
        endpoint: reader.text("cards.endpoint"),
        paasid: reader.text_or("cards.paasid", SANDBOX_ID),
        token: Secret::new(reader.text_or("cards.token", SANDBOX_SECRETS[1])),
        channel: reader.text_or("cards.channel", "3204000001"),
        timeout_ms: timeout_ms(reader, "cards.timeout_ms"),
        max_in_flight: max_in_flight(reader, "cards.max_in_flight"),
    }
}

pub(super) fn read_wechat_pay(reader: &mut Reader<'_>, mode: Mode) -> WechatPayConfig {
    let merchant_keys = key_files::read(
        reader,
        "wechat_pay.merchant_keys",
        ["wechat_pay.merchant_serial", "wechat_pay.merchant_key_file"],
    );
    let platform_keys = key_files::read(
        reader,
        "wechat_pay.platform_keys",
        ["wechat_pay.platform_public_key_id", "wechat_pay.platform_public_key_file"],
    );
    let certificates =
        reader.is_given("wechat_pay.certificates").then(|| reader.flag("wechat_pay.certificates", false));
    let stand_in = (mode == Mode::Demo).then_some(STAND_IN_IP);
    let told = "an address, for example \"203.0.113.1\"";
    let stand_in_ip = reader.parse("wechat_pay.stand_in_ip", told, |text| text.parse().ok()).or(stand_in);
    WechatPayConfig {
        endpoint: reader.text("wechat_pay.endpoint"),
        mchid: reader.text("wechat_pay.mchid"),
        appid: reader.text("wechat_pay.appid"),
        merchant_keys,
        apiv3_key: reader.text("wechat_pay.apiv3_key").map(Secret::new),
        platform_keys,
        certificates,
        stand_in_ip,
        notify_base: reader.text("wechat_pay.notify_base"),
        timeout_ms: timeout_ms(reader, "wechat_pay.timeout_ms"),
        max_in_flight: max_in_flight(reader, "wechat_pay.max_in_flight"),
    }
}

/// An address for documents: nobody has it, and the channel takes it where it refuses a machine's own.
const STAND_IN_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1));

fn timeout_ms(reader: &mut Reader<'_>, path: &str) -> u64 {
    // It stays below the 30 s for which an attempt is leased, so that a call has ended before its lease does.
    reader.number(path, 100..=25_000, 5_000).unsigned_abs()
}

fn max_in_flight(reader: &mut Reader<'_>, path: &str) -> usize {
    usize::try_from(reader.number(path, 1..=1_000, 16)).unwrap_or(1)
}

/// What must hold of these sections in any mode.
pub(super) fn apply(insurer: &InsurerConfig, reader: &mut Reader<'_>) {
    if !InsurerCode::has_form(&insurer.fixmedins_code) {
        reader.wrong("insurer.fixmedins_code", "must be twelve letters and digits, for example \"H32040000001\"");
    }
    let region = &insurer.mdtrtarea_admvs;
    if region.len() != 6 || !region.bytes().all(|byte| byte.is_ascii_digit()) {
        reader.wrong("insurer.mdtrtarea_admvs", "must be six digits, for example \"320400\"");
    }
    if !insurer.path.starts_with('/') || !insurer.path.contains("{infno}") {
        reader.wrong("insurer.path", "must begin with / and hold {infno}");
    }
    let mut seen = Vec::new();
    for (ours, words) in &insurer.dialect.refusals {
        for word in words {
            if word.trim().is_empty() {
                // It would stand in every sentence.
                reader.wrong(&format!("insurer.words.{ours}"), "holds an empty word");
            } else if let Some((_, other)) = seen.iter().find(|(one, other)| one == &word && other != &ours) {
                reader.wrong(&format!("insurer.words.{ours}"), format!("\"{word}\" also stands in {other}"));
            }
            seen.push((word, ours));
        }
    }
    for (infno, path) in &insurer.paths {
        if !path.starts_with('/') {
            reader.wrong(&format!("insurer.paths.{infno}"), "must begin with /");
        }
    }
}

/// Accounts of its own: each setting given, none of them the sandbox's.
pub(super) fn production(config: &Config, reader: &mut Reader<'_>) {
    let Config { face, insurer, cards, wechat_pay, .. } = config;
    if wechat_pay.merchant_keys.is_empty() {
        reader.wrong(
            "wechat_pay.merchant_keys",
            "must be given in production, for example [\"5157F09E=/etc/renshe/key.pem\"]",
        );
    }
    if wechat_pay.platform_keys.is_empty() && wechat_pay.certificates != Some(true) {
        reader.wrong(
            "wechat_pay.platform_keys",
            "must be given in production, for example [\"PUB_KEY_ID_0119=/etc/renshe/pub_key.pem\"], unless wechat_pay.certificates is true",
        );
    }
    for path in [
        "face.access_key_id",
        "face.access_key_secret",
        "face.scene_id",
        "insurer.paasid",
        "insurer.token",
        "insurer.fixmedins_code",
        "insurer.fixmedins_name",
        "insurer.mdtrtarea_admvs",
        "cards.paasid",
        "cards.token",
        "cards.channel",
        "wechat_pay.mchid",
        "wechat_pay.appid",
        "wechat_pay.apiv3_key",
    ] {
        if !reader.is_given(path) {
            reader.wrong(path, "must be given in production");
        }
    }
    for (path, id) in [
        ("face.access_key_id", &face.access_key_id),
        ("insurer.paasid", &insurer.paasid),
        ("cards.paasid", &cards.paasid),
    ] {
        if id == SANDBOX_ID && reader.is_given(path) {
            reader.wrong(path, "is the sandbox's account; production needs one of its own");
        }
    }
    for (path, secret) in [
        ("face.access_key_secret", &face.access_key_secret),
        ("insurer.token", &insurer.token),
        ("cards.token", &cards.token),
    ] {
        if SANDBOX_SECRETS.contains(&secret.expose().as_str()) && reader.is_given(path) {
            reader.wrong(path, "is the sandbox's secret, which everybody knows");
        }
    }
}
