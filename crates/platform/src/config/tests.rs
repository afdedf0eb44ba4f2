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
        ("[sandbox]\npeople = -1", "renshe.toml:2: sandbox.people: -1 is out of range"),
        ("listen = \"127.0.0.1:8081\"", "sandbox.listen: 127.0.0.1:8081 is already taken by `listen`"),
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
