//! A text of the section, what is read from it, and every mistake with its line.

use super::*;
use crate::section::{read, told};

const PRODUCTION: &str = r#"mode = "production"
[wechat_pay]
endpoint = "https://api.mch.weixin.qq.com"
mchid = "1900009191"
appid = "wx1"
apiv3_key = "very-secret-very-secret-very-sec"
"#;

/// A production's account with these lines about keys.
fn with(keys: &str) -> String {
    format!("{PRODUCTION}{keys}\n")
}

const KEYS: &str = "merchant_serial = \"51\"\nmerchant_key_file = \"merchant.pem\"\n\
                    platform_public_key_file = \"wechat.pem\"\nplatform_public_key_id = \"PUB_KEY_ID_1\"";

fn named(keys: &[KeyFile]) -> Vec<(&str, &str)> {
    keys.iter().map(|key| (key.serial.as_str(), key.file.to_str().unwrap())).collect()
}

#[test]
fn a_demo_needs_nothing_and_has_no_account_of_its_own() {
    let settings = read::<WechatPaySettings>("").unwrap();
    assert!(!settings.has_account() && settings.check().is_err());
    assert_eq!((settings.timeout_ms, settings.calls_max, settings.fetches_certificates), (5_000, 16, false));
    // In a demo everybody comes from this machine: the channel's sandbox is told another address.
    assert_eq!(settings.stand_in_ip, Some(STAND_IN_IP));
    let settings = settings.at("http://127.0.0.1:8087", "http://localhost:8080");
    assert_eq!(
        (settings.endpoint.as_str(), settings.notify_base.as_str()),
        ("http://127.0.0.1:8087", "http://localhost:8080")
    );
    let placed = "[wechat_pay]\nendpoint = \"http://pay.example.cn\"\nnotify_base = \"http://app.example.cn\"\n";
    let placed = read::<WechatPaySettings>(placed).unwrap().at("http://127.0.0.1:8087", "http://localhost:8080");
    assert_eq!(
        (placed.endpoint.as_str(), placed.notify_base.as_str()),
        ("http://pay.example.cn", "http://app.example.cn")
    );
}

#[test]
fn a_whole_account_is_the_one_that_pays() {
    let demo = with(KEYS).replace("production", "demo");
    assert!(read::<WechatPaySettings>(&demo).unwrap().has_account());
    for line in ["mchid", "appid", "apiv3_key"] {
        let short: Vec<&str> = demo.lines().filter(|one| !one.starts_with(line)).collect();
        assert!(!read::<WechatPaySettings>(&short.join("\n")).unwrap().has_account(), "{line}");
    }
}

#[test]
fn keys_stand_in_lists_under_their_names_and_with_their_times() {
    let demo = |keys: &str| read::<WechatPaySettings>(&with(keys).replace("production", "demo")).unwrap();
    let one = demo(KEYS);
    assert_eq!(
        (named(&one.merchant_keys), named(&one.platform_keys)),
        (vec![("51", "merchant.pem")], vec![("PUB_KEY_ID_1", "wechat.pem")])
    );
    assert_eq!((one.merchant_keys[0].from, one.fetches_certificates), (None, false));
    let two = demo(
        "merchant_keys = [\"51=a.pem\", \"62 = /keys/b.pem from 2026-12-01T02:00:00+08:00\"]\n\
         platform_keys = [\"PUB_KEY_ID_1=c.pem\", \"444F=d.pem\"]",
    );
    assert_eq!(named(&two.merchant_keys), [("51", "a.pem"), ("62", "/keys/b.pem")]);
    assert_eq!(named(&two.platform_keys), [("PUB_KEY_ID_1", "c.pem"), ("444F", "d.pem")]);
    assert_eq!(two.merchant_keys[1].from.map(|from| from.to_string()), Some("2026-12-01T02:00:00+08:00".into()));
    assert!(two.fetches_certificates, "one of them is a certificate");
    // An account whose certificates are fetched needs none of the channel's keys here.
    let fetched = demo("merchant_keys = [\"51=a.pem\"]\ncertificates = true");
    assert!(fetched.platform_keys.is_empty() && fetched.fetches_certificates && fetched.has_account());
    let shown = format!("{fetched:?}");
    assert!(!shown.contains("very-secret") && shown.contains("1900009191"), "{shown}");
}

#[test]
fn all_mistakes_are_told_with_their_lines() {
    assert_eq!(told::<WechatPaySettings>(&with(KEYS)), [""; 0]);
    let whole = |more: &str| with(&format!("{KEYS}\n{more}"));
    let text = with(KEYS);
    for (text, wanted) in [
        (with("merchant_keys = [\"51=a.pem\"]"), "renshe.toml: wechat_pay.platform_keys: must be given in production"),
        (with("platform_keys = [\"44=a.pem\"]"), "renshe.toml: wechat_pay.merchant_keys: must be given in production"),
        (
            whole("merchant_keys = [\"62=b.pem\"]"),
            "renshe.toml:7: wechat_pay.merchant_serial: stands beside wechat_pay.merchant_keys",
        ),
        (text.replace("https://", "http://"), "renshe.toml:3: wechat_pay.endpoint: must begin with https://"),
        (text.replace("appid = \"wx1\"\n", ""), "renshe.toml: wechat_pay.appid: must be given in production"),
        (text.replace("mchid = \"1900009191\"\n", ""), "renshe.toml: wechat_pay.mchid: must be given in production"),
        (
            text.replace("apiv3_key = \"very-secret-very-secret-very-sec\"\n", ""),
            "renshe.toml: wechat_pay.apiv3_key: must be given in production",
        ),
        (text.replace("wx1", ""), "renshe.toml:5: wechat_pay.appid: must be given in production"),
        (text.replace("1900009191", "  "), "renshe.toml:4: wechat_pay.mchid: must be given in production"),
        (
            text.replace("very-secret-very-secret-very-sec", ""),
            "renshe.toml:6: wechat_pay.apiv3_key: must be given in production",
        ),
        (text.replace("very-sec\"", "\""), "renshe.toml:6: wechat_pay.apiv3_key: must have 32 characters"),
        (
            text.replace("PUB_KEY_ID_1", "wechat"),
            "renshe.toml: wechat_pay.platform_keys: a key of the channel's is named PUB_KEY_ID_…",
        ),
        (
            whole("stand_in_ip = \"here\""),
            "renshe.toml:11: wechat_pay.stand_in_ip: \"here\" is not an address, for example",
        ),
        (whole("certificates = \"yes\""), "renshe.toml:11: wechat_pay.certificates: must be true or false"),
        (whole("timeout_ms = 25001"), "renshe.toml:11: wechat_pay.timeout_ms: 25001 is out of range"),
    ] {
        let told = told::<WechatPaySettings>(&text);
        assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        assert!(!told[0].contains("very-secret"), "{told:?}");
    }
    for (keys, wanted) in [
        ("merchant_keys = [\"a.pem\"]", "\"a.pem\" must be NAME=FILE"),
        ("merchant_keys = [\"51=\"]", "must be NAME=FILE"),
        ("merchant_keys = [\"51=a.pem from tomorrow\"]", "or NAME=FILE from TIME"),
        ("merchant_serial = \"51\"", "wechat_pay.merchant_serial: needs wechat_pay.merchant_key_file beside it"),
        ("platform_public_key_file = \"a\"", "needs wechat_pay.platform_public_key_id beside it"),
    ] {
        let told = told::<WechatPaySettings>(&with(keys)).join("\n");
        assert!(
            told.contains(wanted) && told.contains("renshe.toml:7:"),
            "for {keys}\nwanted: {wanted}\ntold:   {told}"
        );
    }
}
