//! Nobody stands in the clear: what is on disk, in a backup and in the log is searched for people (T09,
//! I-D10).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit::{Engine, db_test};

use crate::commands::proven_by_card;
use crate::faces::{camera, film, finish};
use crate::support::program::{Home, Serving};
use crate::support::{TestApp, Visitor};

/// What of the sample citizen must be found nowhere: ID number, mobile number, name, password.
const SECRETS: [&str; 4] = ["320402198001010012", "13900000001", "周明远", "changzhou2026"];

/// Says which of the secrets stands in some bytes, as it is or as a database writes bytes down.
fn told(bytes: &[u8], secrets: &[&str]) -> Vec<String> {
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let bare = secrets.iter().filter(|secret| holds(secret.as_bytes()) || holds(hex(secret).as_bytes()));
    bare.map(|secret| (*secret).to_owned()).collect()
}

/// The bytes of a database as they lie on disk, or as a backup holds them.
fn bytes_of(app: &TestApp) -> Vec<u8> {
    match app.test.engine {
        Engine::Sqlite => {
            let file = app.test.url.trim_start_matches("sqlite:").to_owned();
            let parts = ["", "-wal"].map(|end| fs::read(format!("{file}{end}")).unwrap_or_default());
            parts.concat()
        }
        Engine::Postgres => {
            let dump = Command::new("pg_dump").arg(&app.test.url).output().expect("pg_dump runs");
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            dump.stdout
        }
    }
}

#[db_test]
async fn a_backup_tells_of_nobody(app: TestApp) {
    let person = app.signed_in(0).await;
    let page = camera(&person, "/prove/real-name/face").await;
    film(&page).await;
    finish(&person, &page).await;
    app.carry().await;
    let card = person.get("/card?show=1").await;
    let number = card.text.split("A").find_map(|rest| rest.get(..8).filter(|d| d.bytes().all(|b| b.is_ascii_digit())));
    let number = format!("A{}", number.expect("the card's number, shown to its owner"));
    let pins = [("pin", "907351"), ("pin_again", "907351")];
    person.post_form("/pay-password/new", &pins).await;
    let visit = person.post_form(&app.place(86_400, 4).await.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{}", visit.text);
    app.carry().await;
    let stranger = app.visitor();
    stranger.post_form("/forgot", &[("name", SECRETS[2]), ("id_number", SECRETS[0])]).await;
    let bytes = bytes_of(&app);
    let table = told(&bytes, &["appointment"]);
    assert!(!table.is_empty(), "{} bytes: what is searched is the database", bytes.len());
    assert_eq!(told(&bytes, &[SECRETS.as_slice(), &[number.as_str()]].concat()), Vec::<String>::new());
}

/// Every file under a folder, but the sandbox's: partners know people in the clear.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true if path.ends_with("sandbox") => {}
            true => files(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn a_killed_programs_files_and_log_tell_of_nobody() {
    let home = Home::new();
    let log = home.path().join("log.txt");
    let mut command = home.command(&[]);
    command.env("RENSHE__LOG__FILTER", "debug");
    let mut city = Serving::start_logging(command, File::create(&log).expect("a file"));
    let sandbox = city.next_address();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
        let person = Visitor::new(&city.url);
        person.post_form("/login", &[("login", SECRETS[1]), ("password", "not-it-2026")]).await;
        person.post_form("/login", &[("login", SECRETS[1]), ("password", SECRETS[3])]).await;
        person.get("/hospitals?q=%E5%91%A8%E6%98%8E%E8%BF%9C").await;
        proven_by_card(&person, &sandbox, SECRETS[0]).await;
        person.get("/card").await;
    });
    // Dropped is killed: nothing tidies up behind it.
    drop(city);
    let mut found = vec![log];
    files(&home.path().join("data"), &mut found);
    assert!(found.len() > 3, "{found:?}");
    for file in found {
        let bytes = fs::read(&file).expect("readable");
        assert_eq!(told(&bytes, &SECRETS), Vec::<String>::new(), "{}", file.display());
    }
}
