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
fn a_folder_that_holds_other_things_too_keeps_its_rights_and_is_told_of() {
    let home = Home::new();
    let shared = home.path().join("srv");
    fs::create_dir(&shared).expect("a folder");
    fs::write(shared.join("somebody-elses.txt"), "here first").expect("written");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o755)).expect("widened");
    let rights = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    // The second time our own files are in it as well: it is still not ours alone.
    for _ in 0..2 {
        let mut command = home.command(&["seed"]);
        command.env("RENSHE__DATA_DIR", &shared);
        let seeded = ended(command);
        assert_eq!(seeded.code, 0, "{}", seeded.err);
        assert!(seeded.err.contains("srv") && seeded.err.contains("folder of its own"), "{}", seeded.err);
        assert_eq!(rights(&shared), 0o755);
        assert_eq!((rights(&shared.join("renshe.sqlite3")), rights(&shared.join("keys.toml"))), (0o600, 0o600));
    }
    // An empty folder that was made for it becomes its own.
    let own = home.path().join("own");
    fs::create_dir(&own).expect("a folder");
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).expect("widened");
    let mut command = home.command(&["seed"]);
    command.env("RENSHE__DATA_DIR", &own);
    assert_eq!(ended(command).code, 0);
    assert_eq!(rights(&own), 0o700);
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
fn a_damaged_beginning_of_the_file_is_told_like_any_other_damage() {
    let home = Home::new();
    home.good(&["seed"]);
    let path = database(&home);
    let whole = fs::read(&path).expect("read");
    // The file's first bytes, what follows them on the first page, and the page after it.
    for damaged in [0..16, 16..100, 100..4096, 4096..8192] {
        let mut bytes = whole.clone();
        bytes[damaged.clone()].fill(0xA5);
        fs::write(&path, &bytes).expect("written");
        for words in [&[][..], &["serve"], &["seed"], &["check"]] {
            let told = home.run(words);
            assert_ne!(told.code, 0, "{damaged:?} {words:?}: {}", told.out);
            let said = told.out + &told.err;
            assert!(said.contains("put the newest backup back"), "{damaged:?} {words:?}: {said}");
        }
        assert_eq!(fs::read(&path).expect("read"), bytes, "left as it is for whoever looks into it");
    }
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
    // What the city has just done is of forty days ago now. It is not late for that: no minute has passed since.
    for (words, good) in [(&["audit", "verify"][..], "every chain is whole"), (&["check"][..], "all hold")] {
        let told = home.good(words);
        assert!(told.contains(good) && !told.contains("NOT"), "{words:?}: {told}");
    }
    drop(city);
    let day = stand["now"].as_str().expect("a moment").get(..10).expect("a day").to_owned();
    let checked = home.good(&["check"]);
    let last = checked.lines().last().expect("a last line");
    assert!(last.contains(&day), "{last} is not of {day}");
}
