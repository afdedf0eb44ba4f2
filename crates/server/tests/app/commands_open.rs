//! Commands open the city that is there: they make none, say which it was, keep it to its owner, and notice damage.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use platform::db::{Found, Migrations, Target};

use crate::commands::plant;
use crate::support::program::{Ended, Home, Serving, ended};
use crate::support::store;

/// Every command that looks at a city or changes something in one.
const COMMANDS: [&[&str]; 11] = [
    &["check"],
    &["audit", "verify"],
    &["staff", "add", "--login", "zhangmin", "--name", "张敏", "--role", "window"],
    &["partner", "add", "--name", "恒春大药房", "--pharmacy", "恒春大药房"],
    &["partner", "list"],
    &["partner", "end", "pky_nobody"],
    &["pay", "calls"],
    &["pay", "unblock", "ord_nobody"],
    &["ledger", "lift", "--by", "somebody"],
    &["audit", "acknowledge", "--epoch", "2", "--by", "somebody", "--why", "a drill"],
    &["serve"],
];

fn database(home: &Home) -> std::path::PathBuf {
    home.path().join("data/renshe.sqlite3")
}

#[track_caller]
fn refused(words: &[&str], ended: &Ended, wanted: &[&str]) {
    assert_eq!(ended.code, 2, "{words:?}: {} {}", ended.out, ended.err);
    for word in wanted {
        assert!(ended.err.contains(word), "{words:?}: {word} is not in: {}", ended.err);
    }
}

#[test]
fn where_no_city_is_none_is_made_and_the_way_there_is_told() {
    let home = Home::new();
    let data = home.path().join("data");
    let file = home.file("city.toml", "mode = \"demo\"\n");
    for words in COMMANDS {
        let told = home.run(words);
        refused(
            words,
            &told,
            &["there is no city at", data.to_str().expect("UTF-8"), "no configuration file", "--config"],
        );
        let with: Vec<&str> = ["--config", file.to_str().expect("UTF-8")].iter().chain(words).copied().collect();
        refused(&with, &home.run(&with), &["city.toml", "renshe migrate"]);
    }
    assert!(!data.exists(), "not even a folder");
    // An empty folder and an empty file are no city either.
    fs::create_dir(&data).expect("a folder");
    for empty in [false, true] {
        if empty {
            fs::write(database(&home), "").expect("written");
        }
        for words in COMMANDS {
            refused(words, &home.run(words), &["there is no city at"]);
        }
        let names: Vec<_> = fs::read_dir(&data).expect("read").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(names.len(), usize::from(empty), "{names:?}");
    }
    assert_eq!(fs::read(database(&home)).expect("read"), b"");
}

#[test]
fn an_empty_city_is_told_as_such_and_its_first_clerk_can_be_added() {
    let home = Home::new();
    let made = home.good(&["migrate"]);
    assert!(made.contains("made the database") && made.contains("renshe.sqlite3"), "{made}");
    refused(&["check"], &home.run(&["check"]), &["key file", "keys create"]);
    home.good(&["keys", "create"]);
    let checked = home.run(&["check"]);
    assert_eq!(checked.code, 1, "{} {}", checked.out, checked.err);
    assert!(checked.out.contains("nothing to check") && checked.out.contains("0 people"), "{}", checked.out);
    let verified = home.run(&["audit", "verify"]);
    assert!(verified.code == 1 && verified.out.contains("nothing to verify"), "{} {}", verified.out, verified.err);
    let added = home.run(&["staff", "add", "--login", "zhangmin", "--name", "张敏", "--role", "window"]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(added.err.contains("renshe.sqlite3: 0 people"), "{}", added.err);
    let checked = home.good(&["check"]);
    assert!(checked.contains("1 audit row") || checked.contains("2 audit rows"), "{checked}");
    assert!(checked.lines().any(|line| line.starts_with("I-B03") && line.contains("nothing to check")), "{checked}");
    assert!(checked.lines().any(|line| line.starts_with("T35") && line.contains("(1 rows)")), "{checked}");
}

#[test]
fn an_older_schema_is_left_as_it_is_until_somebody_migrates() {
    let home = Home::new();
    home.good(&["seed"]);
    plant(&home, store::forget_last_migration);
    let look = || Migrations::embedded().look(&Target::Sqlite(database(&home))).expect("looked");
    let before = look();
    assert!(before != Found::At(Migrations::embedded().latest()), "{before:?}");
    for words in COMMANDS {
        refused(words, &home.run(words), &["run `renshe migrate` first"]);
        assert_eq!(look(), before, "{words:?}");
    }
}

#[test]
fn data_is_its_owners_alone_and_what_is_wider_is_narrowed() {
    let home = Home::new();
    home.good(&["seed"]);
    let rights = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let (data, keys) = (home.path().join("data"), home.path().join("data/keys.toml"));
    assert_eq!((rights(&data), rights(&database(&home)), rights(&keys)), (0o700, 0o600, 0o600));
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("widened");
    fs::set_permissions(database(&home), fs::Permissions::from_mode(0o664)).expect("widened");
    let serving = Serving::start(home.command(&[]));
    for name in ["renshe.sqlite3", "renshe.sqlite3-wal", "renshe.sqlite3-shm"] {
        assert_eq!(rights(&data.join(name)), 0o600, "{name}");
    }
    assert_eq!((rights(&data), rights(&data.join("sandbox"))), (0o700, 0o700));
    drop(serving);
}

#[test]
fn policy_that_nobody_reads_stops_the_start() {
    let home = Home::new();
    home.good(&["seed"]);
    let folder = home.path().join("policy");
    fs::create_dir(&folder).expect("a folder");
    let told = |text: &str| {
        fs::write(folder.join("city.toml"), text).expect("written");
        let mut command = home.command(&["check"]);
        command.env("RENSHE__POLICY_DIR", &folder);
        ended(command)
    };
    let section = told("# the bureau's\n\n[[bookings]]\nfrom = \"2026-01-01\"\nhold_secs = 600\n");
    refused(&["check"], &section, &["city.toml:3", "[[bookings]]", "known: ", "booking", "outbox"]);
    let key = told("[[outbox]]\nfrom = \"2026-01-01\"\nkeep = 600\n");
    refused(&["check"], &key, &["city.toml:1", "unknown field `keep`", "keep_days"]);
    fs::write(folder.join("city.toml"), "[[outbox]]\nfrom = \"2026-01-01\"\nkeep_days = 60\n").expect("written");
    let mut command = home.command(&["check"]);
    command.env("RENSHE__POLICY_DIR", &folder);
    assert_eq!(ended(command).code, 0);
}

#[test]
fn damaged_pages_stop_a_start_with_what_to_do() {
    let home = Home::new();
    home.good(&["seed"]);
    let whole = home.good(&["check"]);
    assert!(whole.contains("pages   whole"), "{whole}");
    let path = database(&home);
    // What a failing disk does: some pages in the middle are something else now.
    let mut bytes = fs::read(&path).expect("read");
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4 * 4096].fill(0xA5);
    fs::write(&path, bytes).expect("written");
    for words in [&[][..], &["serve"], &["seed"]] {
        refused(words, &home.run(words), &["damaged pages", "nothing was started", "backup", "renshe.sqlite3"]);
    }
    let checked = home.run(&["check"]);
    assert_ne!(checked.code, 0, "{}", checked.out);
    assert!(checked.out.contains("DAMAGED") || checked.err.contains("malformed"), "{} {}", checked.out, checked.err);
}

#[test]
fn a_demos_city_is_looked_at_with_its_own_clock() {
    let home = Home::new();
    let mut city = Serving::start(home.command(&[]));
    let sandbox = city.next_address();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let stand: serde_json::Value = runtime.block_on(async {
        let moved = serde_json::json!({ "advance_secs": 40 * 86_400 });
        let client = reqwest::Client::new();
        let answer = client.post(format!("{sandbox}/control/clock")).json(&moved).send().await.expect("moved");
        answer.json().await.expect("JSON")
    });
    drop(city);
    let day = stand["now"].as_str().expect("a moment").get(..10).expect("a day").to_owned();
    let checked = home.good(&["check"]);
    let last = checked.lines().last().expect("a last line");
    assert!(last.contains(&day), "{last} is not of {day}");
}
