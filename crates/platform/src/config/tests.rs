//! What the configuration says about mistakes, and what it never prints.

use super::*;

fn env(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn read_text(text: &str) -> Result<Config, ConfigError> {
    Config::from_text("renshe.toml", text, [], &Sections::default())
}

fn message(text: &str) -> String {
    read_text(text).unwrap_err().to_string()
}

const PRODUCTION: &str = r#"
mode = "production"
listen = "0.0.0.0:443"
public_url = "https://app.example.cn"
[tls]
cert = "cert.pem"
key = "key.pem"
[face]
endpoint = "https://cloudauth.aliyuncs.com"
access_key_id = "id"
access_key_secret = "very-secret"
scene_id = "1000009999"
[insurer]
endpoint = "https://insurer.example.cn"
paasid = "czrs"
token = "very-secret"
fixmedins_code = "H32040000007"
fixmedins_name = "常州人社"
mdtrtarea_admvs = "320400"
[cards]
endpoint = "https://cards.example.cn"
paasid = "czrs"
token = "very-secret"
channel = "3204000009"
[wechat_pay]
endpoint = "https://api.mch.weixin.qq.com"
mchid = "1900009191"
appid = "wx1"
merchant_serial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
merchant_key_file = "merchant.pem"
apiv3_key = "very-secret-very-secret-very-sec"
platform_public_key_file = "wechat.pem"
platform_public_key_id = "PUB_KEY_ID_1"
"#;

#[test]
fn nothing_at_all_is_the_demo() {
    let config = Config::load(None, [], &Sections::default()).unwrap();
    assert_eq!(config.mode, Mode::Demo);
    assert!(config.sandbox.enabled && config.listen.ip().is_loopback());
    assert_eq!(config.database.url.expose(), "sqlite:renshe-data/renshe.sqlite3");
    assert_eq!(config.keys_file, Path::new("renshe-data/keys.toml"));
    assert_eq!(config.public_url(config.listen), "http://localhost:8080");
    for (bound, told, local) in [
        ("0.0.0.0:80", "http://localhost:80", "http://127.0.0.1:80"),
        ("[::]:80", "http://localhost:80", "http://[::1]:80"),
        ("192.168.1.5:8080", "http://192.168.1.5:8080", "http://192.168.1.5:8080"),
    ] {
        let bound = bound.parse().unwrap();
        assert_eq!((config.public_url(bound).as_str(), config.local_url(bound).as_str()), (told, local));
    }
}

#[test]
fn production_can_be_configured() {
    let config = read_text(PRODUCTION).unwrap();
    assert_eq!((config.mode, config.sandbox.enabled), (Mode::Production, false));
    assert!(config.tls.is_some());
    assert!(!config.insurer.gives_code, "a profile of ours is asked for, not taken for granted");
    assert_eq!(config.insurer.active_states, ["1"]);
}

#[test]
fn production_refuses_partners_that_are_the_sandbox_or_nobody() {
    for (change, to, wanted) in [
        (
            "paasid = \"czrs\"\ntoken = \"very-secret\"\nchannel",
            "paasid = \"sandbox\"\ntoken = \"very-secret\"\nchannel",
            "cards.paasid: is the sandbox's account",
        ),
        ("token = \"very-secret\"\nfix", "token = \"sandbox-token\"\nfix", "insurer.token: is the sandbox's secret"),
        (
            "access_key_secret = \"very-secret\"\nscene",
            "access_key_secret = \"sandbox-secret\"\nscene",
            "face.access_key_secret: is the sandbox's secret",
        ),
        ("scene_id = \"1000009999\"\n", "", "face.scene_id: must be given in production"),
        ("endpoint = \"https://insurer.example.cn\"\n", "", "insurer.endpoint: must be given in production"),
        ("https://cards.example.cn", "http://cards.example.cn", "cards.endpoint: must begin with https://"),
    ] {
        assert!(PRODUCTION.contains(change), "{change}");
        let told = message(&PRODUCTION.replace(change, to));
        assert!(told.contains(wanted) && !told.contains("very-secret"), "wanted: {wanted}\ntold:   {told}");
    }
}

#[test]
fn keys_stand_in_lists_under_their_names_and_with_their_times() {
    let one = read_text(PRODUCTION).unwrap().wechat_pay;
    assert_eq!((one.merchant_keys.len(), one.platform_keys.len()), (1, 1));
    assert_eq!((one.merchant_keys[0].from, one.certificates, one.stand_in_ip), (None, None, None));
    let two = "merchant_keys = [\"51=a.pem\", \"62 = /keys/b.pem from 2026-12-01T02:00:00+08:00\"]\nplatform_keys = [\"PUB_KEY_ID_1=c.pem\", \"444F=d.pem\"]\n";
    let with = |lists: &str| {
        let single = |line: &str| line.starts_with("merchant_") || line.starts_with("platform_");
        let kept: Vec<&str> = PRODUCTION.lines().filter(|line| !single(line)).collect();
        read_text(&format!("{}\n{lists}", kept.join("\n")))
    };
    let WechatPayConfig { merchant_keys, platform_keys, .. } = with(two).unwrap().wechat_pay;
    let named = |keys: &[KeyFile]| keys.iter().map(|key| (key.serial.clone(), key.file.clone())).collect::<Vec<_>>();
    assert_eq!(named(&merchant_keys), [("51".into(), "a.pem".into()), ("62".into(), "/keys/b.pem".into())]);
    assert_eq!(named(&platform_keys), [("PUB_KEY_ID_1".into(), "c.pem".into()), ("444F".into(), "d.pem".into())]);
    assert_eq!(merchant_keys[1].from.map(|from| from.to_string()), Some("2026-12-01T02:00:00+08:00".into()));
    // An account whose certificates are fetched needs none of the channel's keys here.
    let fetched = with("merchant_keys = [\"51=a.pem\"]\ncertificates = true\n").unwrap().wechat_pay;
    assert_eq!((fetched.platform_keys.len(), fetched.certificates), (0, Some(true)));
    for (lists, wanted) in [
        ("merchant_keys = [\"51=a.pem\"]\n", "wechat_pay.platform_keys: must be given in production"),
        ("platform_keys = [\"44=a.pem\"]\n", "wechat_pay.merchant_keys: must be given in production"),
        ("merchant_keys = [\"a.pem\"]\n", "\"a.pem\" must be NAME=FILE"),
        ("merchant_keys = [\"51=\"]\n", "must be NAME=FILE"),
        ("merchant_keys = [\"51=a.pem from tomorrow\"]\n", "or NAME=FILE from TIME"),
        ("merchant_serial = \"51\"\n", "wechat_pay.merchant_serial: needs wechat_pay.merchant_key_file beside it"),
        ("platform_public_key_file = \"a\"\n", "needs wechat_pay.platform_public_key_id beside it"),
        ("stand_in_ip = \"here\"\n", "wechat_pay.stand_in_ip: \"here\" is not an address"),
    ] {
        let told = with(lists).unwrap_err().to_string();
        assert!(told.contains(wanted), "for {lists}\nwanted: {wanted}\ntold:   {told}");
    }
    let both = PRODUCTION.replace("[wechat_pay]\n", "[wechat_pay]\nmerchant_keys = [\"62=b.pem\"]\n");
    assert!(message(&both).contains("stands beside wechat_pay.merchant_keys"), "{}", message(&both));
    // In a demo everybody comes from this machine: the channel's sandbox is told another address.
    assert!(read_text("").unwrap().wechat_pay.stand_in_ip.is_some());
}

#[test]
fn the_city_is_as_large_as_wished() {
    let config = read_text("[sandbox]\npeople = 20\nseed = 7\n").unwrap();
    assert_eq!((config.sandbox.people, config.sandbox.seed), (20, 7));
    assert_eq!(read_text("").unwrap().sandbox.people, 5_000);
}

#[test]
fn secrets_never_print() {
    let with_password = format!("{PRODUCTION}\n[database]\nurl = \"postgres://renshe:very-secret@db/renshe\"\n");
    let shown = format!("{:?}", read_text(&with_password).unwrap());
    assert!(!shown.contains("very-secret") && shown.contains("***"), "{shown}");
    let wrong = message(&with_password.replace("postgres://", "mysql://"));
    assert!(!wrong.contains("very-secret"), "{wrong}");
}

#[test]
fn the_environment_overrides_the_file() {
    let file = "listen = \"127.0.0.1:1\"\n[database]\nlanes = 2\n";
    let vars = env(&[
        ("RENSHE__LISTEN", "127.0.0.1:2"),
        ("RENSHE__DATABASE__LANES", "8"),
        ("RENSHE__SANDBOX__LISTEN", "127.0.0.1:3"),
        ("RENSHE__PROXY__TRUSTED", "10.0.0.0/8, ::1"),
        ("RENSHE__METRICS_LISTEN", ""),
        ("PATH", "/bin"),
    ]);
    let config = Config::from_text("renshe.toml", file, vars, &Sections::default()).unwrap();
    assert_eq!((config.listen.port(), config.database.lanes, config.sandbox.listen.port()), (2, 8, 3));
    assert_eq!(config.proxy.trusted, crate::networks::Networks::parse(&["10.0.0.0/8", "::1"]).unwrap());
    assert_eq!(config.metrics_listen, None);
}

#[test]
fn mistakes_in_the_environment_name_the_variable() {
    let vars = env(&[("RENSHE__DATABASE__LANES", "many"), ("RENSHE__COLOUR", "red"), ("RENSHE__LOOK__COLOUR", "red")]);
    let told = Config::from_text("renshe.toml", "", vars, &Sections::default()).unwrap_err().to_string();
    assert!(told.contains("RENSHE__DATABASE__LANES: database.lanes: must be a whole number from 1 to 64"), "{told}");
    assert!(told.contains("RENSHE__COLOUR: unknown setting `colour` at the top"), "{told}");
    assert!(told.contains("RENSHE__LOOK__COLOUR: unknown setting `look.colour`; there is no section [look]"), "{told}");
}

#[test]
fn each_mistake_has_its_line_and_says_what_is_allowed() {
    let cases = [
        ("\nlisten = \"8080\"", "renshe.toml:2: listen: \"8080\" is not an address; write host and port"),
        ("listen = \"127.0.0.1:99999\"", "renshe.toml:1: listen: \"127.0.0.1:99999\" is not an address"),
        ("listen = 8080", "renshe.toml:1: listen: must be a text in quotes, not a whole number"),
        ("mode = \"live\"", "renshe.toml:1: mode: \"live\" is not one of \"demo\", \"production\""),
        ("[database]\n\nlanes = 0", "renshe.toml:3: database.lanes: 0 is out of range; from 1 to 64 is allowed"),
        (
            "[database]\nlanes = 1.5",
            "renshe.toml:2: database.lanes: must be a whole number from 1 to 64, not a number with a decimal point",
        ),
        (
            "[database]\nurl = \"mysql://x\"",
            "renshe.toml:2: database.url: a database address begins with sqlite: or postgres://",
        ),
        ("[log]\nformat = \"xml\"", "renshe.toml:2: log.format: \"xml\" is not one of \"text\", \"json\""),
        ("[log]\nfilter = \"a=b=c\"", "renshe.toml:2: log.filter:"),
        ("[log]\ncolour = \"red\"", "renshe.toml:2: unknown setting `colour` in [log]; known there: filter, format"),
        ("[logs]\nformat = \"text\"", "renshe.toml:1: unknown section [logs]; known:"),
        ("log = \"text\"", "renshe.toml:1: log is a section: write [log] and its settings below"),
        ("[listen]\nport = 1", "renshe.toml:1: listen is a single setting, not a section"),
        ("[sandbox]\nenabled = \"yes\"", "renshe.toml:2: sandbox.enabled: must be true or false, without quotes"),
        ("[proxy]\ntrusted = \"10.0.0.1\"", "renshe.toml:2: proxy.trusted: must be a list of texts"),
        ("[proxy]\ntrusted = [\"10.0.0.0/40\"]", "renshe.toml:2: proxy.trusted: \"10.0.0.0/40\" is neither an address"),
        ("public_url = \"http://x/app\"", "renshe.toml:1: public_url: must be http://host[:port]"),
        (
            "[proxy]\nheader = \"via\"",
            "renshe.toml:2: proxy.header: \"via\" is not one of \"x-forwarded-for\", \"forwarded\"",
        ),
        ("public_url = \"https://x\"", "renshe.toml:1: public_url: says https, and nothing here speaks it"),
        (
            "public_url = \"http://x\"\n[tls]\ncert = \"c.pem\"\nkey = \"k.pem\"",
            "renshe.toml:1: public_url: says http, and with tls.cert and tls.key only https is spoken",
        ),
        ("[tls]\ncert = \"c.pem\"", "renshe.toml:2: tls.cert: needs tls.key beside it"),
        ("[sandbox]\nenabled = false", "face.endpoint: must be given where sandbox.enabled is false"),
        ("[sandbox]\nenabled = false", "cards.endpoint: must be given where sandbox.enabled is false"),
        ("[sandbox]\npeople = -1", "renshe.toml:2: sandbox.people: -1 is out of range"),
        ("[face]\nendpoint = \"https://x/y\"", "renshe.toml:2: face.endpoint: must be http://host[:port]"),
        ("listen = \"127.0.0.1:8081\"", "sandbox.listen: 127.0.0.1:8081 is already taken by `listen`"),
        ("listen = \"127.0.0.1:8085\"", "sandbox.listen: 127.0.0.1:8085 is already taken by `listen`"),
        ("listen = ", "renshe.toml:1: this is not TOML:"),
        ("listen = \"a\nmode = \"demo\"", "renshe.toml:1: this is not TOML:"),
        (
            "[crypto]\ncipher = \"des\"",
            "renshe.toml:2: crypto.cipher: \"des\" is not one of \"aes-256-gcm\", \"sm4-gcm\"",
        ),
    ];
    for (text, wanted) in cases {
        tells(text, wanted);
    }
}

#[test]
fn what_differs_at_each_insurer_is_read_with_care() {
    for (text, wanted) in [
        (
            "[insurer]\nfixmedins_code = \"H1\"",
            "renshe.toml:2: insurer.fixmedins_code: must be twelve letters and digits",
        ),
        ("[insurer]\npath = \"/fsi\"", "renshe.toml:2: insurer.path: must begin with / and hold {infno}"),
        ("[insurer.words]\nno_visit = [\" \"]", "renshe.toml:2: insurer.words.no_visit: holds an empty word"),
        (
            "[insurer.words]\nno_visit = [\"已结\"]\nsettled_already = [\"已结\"]",
            "renshe.toml:2: insurer.words.no_visit: \"已结\" also stands in settled_already",
        ),
        ("[insurer.words]\nsettled = []", "renshe.toml:2: unknown setting `settled` in [insurer.words]; known there:"),
    ] {
        tells(text, wanted);
    }
}

#[test]
fn places_and_times_of_connections_are_within_measure() {
    for (text, wanted) in [
        ("[http]\nhead_secs = 0", "renshe.toml:2: http.head_secs: 0 is out of range; from 1 to 600"),
        ("[http]\nconnections = 0", "renshe.toml:2: http.connections: 0 is out of range"),
        ("[http]\nspeed = 1", "renshe.toml:2: unknown setting `speed` in [http]"),
        ("[http]\nhead_bytes = 70000", "renshe.toml:2: http.head_bytes: 70000 is out of range; from 4096 to 60000"),
    ] {
        tells(text, wanted);
    }
}

#[track_caller]
fn tells(text: &str, wanted: &str) {
    let told = message(text);
    assert!(told.contains(wanted), "for {text:?}\nwanted: {wanted}\ntold:   {told}");
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let told = message("mode = \"live\"\nlisten = \"x\"\n[log]\nformat = \"xml\"\n[database]\nlanes = 0\nspeed = 9\n");
    let lines: Vec<&str> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["renshe.toml:1", "renshe.toml:2", "renshe.toml:4", "renshe.toml:6", "renshe.toml:7"], "{told}");
}

#[test]
fn production_refuses_what_is_fit_for_a_laptop_only() {
    let told = message(
        "mode = \"production\"\nlisten = \"0.0.0.0:80\"\npublic_url = \"http://app.example.cn\"\n[sandbox]\nenabled = true\n",
    );
    for wanted in [
        "renshe.toml:2: listen: production does not serve plain HTTP to the world",
        "renshe.toml:3: public_url: must begin with https://",
        "renshe.toml:5: sandbox.enabled: the sandbox must not run in production",
    ] {
        assert!(told.contains(wanted), "wanted: {wanted}\ntold:   {told}");
    }
    // Only a proxy on this machine can ask there: unnamed, it makes the whole city one address.
    for loopback in ["127.0.0.1:8080", "[::1]:8080"] {
        let told = message(&PRODUCTION.replace("0.0.0.0:443", loopback));
        assert!(told.contains("listen: on loopback only a proxy") && told.contains("proxy.trusted"), "{told}");
        let named =
            format!("{}\n[proxy]\ntrusted = [\"127.0.0.1\", \"::1\"]\n", PRODUCTION.replace("0.0.0.0:443", loopback));
        assert!(read_text(&named).is_ok());
    }
    let behind_proxy =
        PRODUCTION.replace("[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"", "[proxy]\ntrusted = [\"10.0.0.7\"]");
    assert!(read_text(&behind_proxy).is_ok());
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let told = Config::load(Some(Path::new("/no/such/renshe.toml")), [], &Sections::default()).unwrap_err().to_string();
    assert!(told.starts_with("/no/such/renshe.toml: cannot be read:"), "{told}");
}
