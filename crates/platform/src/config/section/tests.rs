//! A section that no partner has: what every adapter may rely on when it reads its own.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::{Config, KeyFile, Secret};
use super::*;
use crate::ctx::Mode;

/// An office that carries letters.
#[derive(Debug, Clone)]
struct Post {
    endpoint: Option<String>,
    gate: Option<String>,
    id: String,
    secret: Secret<String>,
    office: String,
    quick: bool,
    colour: u8,
    stamps: Vec<String>,
    rooms: BTreeMap<String, String>,
    keys: Vec<KeyFile>,
    people: Option<String>,
    timeout_ms: u64,
    max_in_flight: usize,
}

impl Section for Post {
    const NAME: &'static str = "post";
    const PORT: u16 = 7;

    fn read(part: &mut Part<'_, '_>) -> Post {
        let rooms = part.map("rooms");
        let missing: Vec<&str> = part.texts().iter().copied().filter(|text| !rooms.contains_key(*text)).collect();
        if part.mode() == Mode::Production && !missing.is_empty() {
            part.wrong("rooms", format!("must name a room for each text; missing: {}", missing.join(", ")));
        }
        Post {
            endpoint: part.endpoint(),
            gate: part.base("gate"),
            id: part.own("id"),
            secret: part.secret("secret", "sandbox-post"),
            office: part.needed("office", "main"),
            quick: part.flag("quick", part.mode() == Mode::Demo),
            colour: part.choice("colour", &[("red", 1), ("blue", 2)]).unwrap_or(1),
            stamps: part.list_or("stamps", &["local"]),
            rooms,
            keys: part.key_files("keys", ["key_name", "key_file"]),
            people: part.elsewhere("sandbox.postmen"),
            timeout_ms: part.timeout_ms(),
            max_in_flight: part.max_in_flight(),
        }
    }

    fn places(&self) -> usize {
        self.max_in_flight
    }

    fn account(&self) -> Value {
        json!({ "id": self.id, "secret": self.secret.expose() })
    }
}

/// Another one, about which there is nothing to tell.
#[derive(Debug, Clone)]
struct Telegraph;

impl Section for Telegraph {
    const NAME: &'static str = "telegraph";
    const PORT: u16 = 8;

    fn read(part: &mut Part<'_, '_>) -> Telegraph {
        part.text_or("wire", "copper");
        Telegraph
    }

    fn places(&self) -> usize {
        1
    }
}

const BOTH: [Known; 2] = [Known::of::<Post>(), Known::of::<Telegraph>()];

fn read_with(known: &[Known], text: &str) -> Result<Config, ConfigError> {
    Config::from_text("renshe.toml", text, [], &Sections { known, texts: &["hello", "goodbye"] })
}

#[track_caller]
fn post(text: &str) -> Post {
    read_with(&BOTH, text).and_then(|config| config.section::<Post>().cloned()).unwrap()
}

/// What is said of a text that only this section's rules can refuse.
fn told(text: &str) -> String {
    read_with(&BOTH, text).map_or_else(|error| error.to_string(), |_| String::new())
}

/// What is said about this section in production; the rest of that file is wanting, and that is told too.
fn told_in_production(section: &str) -> Vec<String> {
    let all = told(&format!("mode = \"production\"\n[post]\n{section}"));
    all.lines().filter(|line| line.contains(": post.")).map(str::to_owned).collect()
}

#[test]
fn a_section_has_its_defaults_in_the_demo() {
    let post = post("");
    assert_eq!((post.endpoint, post.gate, post.people), (None, None, None));
    assert_eq!(
        (post.id.as_str(), post.secret.expose().as_str(), post.office.as_str()),
        ("sandbox", "sandbox-post", "main")
    );
    assert_eq!((post.quick, post.colour, post.timeout_ms, post.max_in_flight), (true, 1, 5_000, 16));
    assert_eq!(post.stamps, ["local"]);
    assert!(post.rooms.is_empty() && post.keys.is_empty());
}

#[test]
fn a_section_reads_what_was_written_by_its_short_names() {
    let post = post(
        "[post]\nendpoint = \"http://post.example.cn\"\ngate = \"https://gate.example.cn:8443\"\nid = \"czrs\"\nsecret = \"very-secret\"\n\
         office = \"north\"\nquick = false\ncolour = \"blue\"\nstamps = [\"far\", \"near\"]\nkeys = [\"51=a.pem\"]\ntimeout_ms = 700\n\
         max_in_flight = 3\n[post.rooms]\nhello = \"1\"\n[sandbox]\npostmen = \"two\"\n",
    );
    assert_eq!(post.endpoint.as_deref(), Some("http://post.example.cn"), "plain in the demo");
    assert_eq!(post.gate.as_deref(), Some("https://gate.example.cn:8443"));
    assert_eq!(
        (post.id.as_str(), post.secret.expose().as_str(), post.office.as_str()),
        ("czrs", "very-secret", "north")
    );
    assert_eq!((post.quick, post.colour, post.timeout_ms, post.max_in_flight), (false, 2, 700, 3));
    assert_eq!((post.stamps, post.rooms["hello"].as_str()), (vec!["far".to_owned(), "near".to_owned()], "1"));
    assert_eq!((post.keys[0].serial.as_str(), post.people.as_deref()), ("51", Some("two")));
    let one = self::post("[post]\nkey_name = \"62\"\nkey_file = \"b.pem\"\n");
    assert_eq!((one.keys[0].serial.as_str(), one.keys[0].from), ("62", None));
}

#[test]
fn the_environment_reaches_a_section() {
    let vars = [("RENSHE__POST__ID", "env"), ("RENSHE__POST__STAMPS", "a, b"), ("RENSHE__POST__ROOMS__HELLO", "9")];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config =
        Config::from_text("t", "[post]\nid = \"file\"\n", vars, &Sections { known: &BOTH, texts: &[] }).unwrap();
    let post = config.section::<Post>().unwrap();
    assert_eq!((post.id.as_str(), post.stamps.len(), post.rooms["hello"].as_str()), ("env", 2, "9"));
}

#[test]
fn mistakes_in_a_section_have_their_lines() {
    for (text, wanted) in [
        ("[post]\n\ntimeout_ms = 26000", "renshe.toml:3: post.timeout_ms: 26000 is out of range; from 100 to 25000"),
        ("[post]\nmax_in_flight = 0", "renshe.toml:2: post.max_in_flight: 0 is out of range; from 1 to 1000"),
        ("[post]\nid = 7", "renshe.toml:2: post.id: must be a text in quotes, not a whole number"),
        ("[post]\nquick = \"yes\"", "renshe.toml:2: post.quick: must be true or false, without quotes"),
        ("[post]\ncolour = \"green\"", "renshe.toml:2: post.colour: \"green\" is not one of \"red\", \"blue\""),
        ("[post]\nstamps = \"far\"", "renshe.toml:2: post.stamps: must be a list of texts"),
        ("[post]\nendpoint = \"https://x/y\"", "renshe.toml:2: post.endpoint: must be http://host[:port]"),
        ("[post]\ngate = \"x\"", "renshe.toml:2: post.gate: must be http://host[:port]"),
        ("[post]\nkeys = [\"a.pem\"]", "renshe.toml:2: post.keys: \"a.pem\" must be NAME=FILE"),
        ("[post]\nkey_name = \"51\"", "renshe.toml:2: post.key_name: needs post.key_file beside it"),
        ("[sandbox]\nenabled = false", "post.endpoint: must be given where sandbox.enabled is false"),
        ("[post]\nsize = 1", "renshe.toml:2: unknown setting `size` in [post]; known there: colour, endpoint,"),
        ("post = \"near\"", "renshe.toml:1: post is a section: write [post] and its settings below"),
        // The port that the section asks for counts like the platform's own.
        ("listen = \"127.0.0.1:8088\"", "sandbox.listen: 127.0.0.1:8088 is already taken by `listen`"),
    ] {
        let told = told(text);
        assert!(told.contains(wanted), "for {text:?}\nwanted: {wanted}\ntold:   {told}");
    }
    let told = told("[post]\ntimeout_ms = 1\ncolour = \"green\"\n[log]\nformat = \"xml\"\n");
    let lines: Vec<&str> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["renshe.toml:2", "renshe.toml:3", "renshe.toml:5"], "all at once, in the file's order: {told}");
}

#[test]
fn production_demands_an_account_of_its_own() {
    let right = "endpoint = \"https://post.example.cn\"\nid = \"czrs\"\nsecret = \"very-secret\"\noffice = \"main\"\n\
                 [post.rooms]\nhello = \"1\"\ngoodbye = \"2\"\n";
    assert_eq!(told_in_production(right), [""; 0]);
    for (change, to, wanted) in [
        ("endpoint = \"https://post.example.cn\"\n", "", "renshe.toml: post.endpoint: must be given in production"),
        ("https://", "http://", "renshe.toml:3: post.endpoint: must begin with https:// in production"),
        ("id = \"czrs\"\n", "", "renshe.toml: post.id: must be given in production"),
        ("\"czrs\"", "\"sandbox\"", "renshe.toml:4: post.id: is the sandbox's account"),
        ("secret = \"very-secret\"\n", "", "renshe.toml: post.secret: must be given in production"),
        ("\"very-secret\"", "\"sandbox-post\"", "renshe.toml:5: post.secret: is the sandbox's secret"),
        ("\"very-secret\"", "\"sandbox-token\"", "renshe.toml:5: post.secret: is the sandbox's secret"),
        ("\"very-secret\"", "\"\"", "renshe.toml:5: post.secret: must be given in production"),
        ("\"czrs\"", "\"\"", "renshe.toml:4: post.id: must be given in production"),
        ("\"main\"", "\" \"", "renshe.toml:6: post.office: must be given in production"),
        ("office = \"main\"\n", "", "renshe.toml: post.office: must be given in production"),
        ("goodbye = \"2\"\n", "", "renshe.toml: post.rooms: must name a room for each text; missing: goodbye"),
    ] {
        assert!(right.contains(change), "{change}");
        let told = told_in_production(&right.replace(change, to));
        assert!(told.len() == 1 && told[0].starts_with(wanted), "wanted: {wanted}\ntold:   {told:?}");
        assert!(!told[0].contains("very-secret"), "{told:?}");
    }
    let at_home = right.replace("https://post.example.cn", "http://127.0.0.1:9000");
    assert_eq!(told_in_production(&at_home), [""; 0], "a gateway on this machine may speak plain HTTP");
}

#[test]
fn a_section_that_nobody_reads_is_refused() {
    let text = "[post]\nid = \"czrs\"\n";
    let told = Config::from_text("renshe.toml", text, [], &Sections::default()).unwrap_err().to_string();
    assert!(told.starts_with("renshe.toml:1: unknown section [post]; known: audit"), "{told}");
    let told = self::told("[post]\nid = \"czrs\"\n[pots]\nid = \"czrs\"\n[telegraph]\nwire = \"iron\"\n");
    assert!(
        told.starts_with("renshe.toml:3: unknown section [pots]; known: ") && told.contains("post.rooms"),
        "{told}"
    );
    assert!(told.contains("telegraph") && told.lines().count() == 1, "{told}");
}

#[test]
fn partners_are_told_in_the_programs_order_and_settings_by_their_type() {
    let config = read_with(&BOTH, "[post]\nsecret = \"very-secret\"\nmax_in_flight = 3\n").unwrap();
    let all: Vec<(&str, u16, usize, Value)> =
        config.partners().map(|partner| (partner.name, partner.port, partner.places(), partner.account())).collect();
    let account = json!({ "id": "sandbox", "secret": "very-secret" });
    assert_eq!(all, [("post", 7, 3, account), ("telegraph", 8, 1, Value::Null)]);
    let shown = format!("{config:?}");
    assert!(!shown.contains("very-secret") && shown.contains("Post {"), "{shown}");
    assert!(config.section::<Telegraph>().is_ok());
    let without = read_with(&[Known::of::<Post>()], "").unwrap();
    let error = without.section::<Telegraph>().unwrap_err().to_string();
    assert_eq!(error, "[telegraph]: the settings were read without this section; read were: post");
}

#[test]
fn a_name_belongs_to_one_reader() {
    /// Would read what the platform reads.
    #[derive(Debug, Clone)]
    struct Log;
    impl Section for Log {
        const NAME: &'static str = "log";
        const PORT: u16 = 9;
        fn read(part: &mut Part<'_, '_>) -> Log {
            part.text("format");
            Log
        }
        fn places(&self) -> usize {
            1
        }
    }
    for known in [[Known::of::<Post>(), Known::of::<Post>()], [Known::of::<Post>(), Known::of::<Log>()]] {
        let told = read_with(&known, "").unwrap_err().to_string();
        assert!(told.contains("two parts of this program read the section of this name"), "{told}");
    }
}
