//! Migrations: applied once, safe for two at a time, and never against a database that is ahead.

use kernel::Moment;
use platform::db::{Db, DbFault, DbSettings, Found, LaneKey, MigrateError, Migration, Migrations, Target, Tx};
use platform::{sql, vals};
use testkit::db_test;

use crate::fixture::Door;

fn step(version: i64, text: &str) -> Migration {
    Migration { version, name: format!("step{version}"), text: text.to_owned() }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("joined")
}

#[db_test]
async fn the_list_is_applied_and_a_second_run_finds_nothing(t: Door) {
    let (target, list) = (t.test.target().clone(), Migrations::embedded());
    let again = blocking(move || list.apply(&target, Moment::from_ms(0))).await.expect("applied");
    assert_eq!(again.from, again.to);
    let target = t.test.target().clone();
    blocking(move || Migrations::embedded().verify(&target)).await.expect("known");
}

#[db_test]
async fn two_at_once_are_one(t: Door) {
    let target = t.empty().await;
    let list = || {
        Migrations::new(vec![
            step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);"),
            step(2, "CREATE TABLE two (id TEXT PRIMARY KEY);"),
        ])
    };
    let (a, b) = (target.clone(), target.clone());
    let (a, b) = tokio::join!(
        blocking(move || list().apply(&a, Moment::from_ms(1))),
        blocking(move || list().apply(&b, Moment::from_ms(1)))
    );
    let made = [a.expect("first"), b.expect("second")].iter().filter(|done| done.from == 0).count();
    assert_eq!(made, 1, "one did the work, the other found it done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_was_left_beside_the_file_is_put_back_at_the_close() {
    let folder = std::env::temp_dir().join(format!("renshe-one-file-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = |name: &str| folder.join(name);
    let open = |target: Target| Db::open(DbSettings::new(target, "one")).expect("opened");
    let first = Target::Sqlite(file("first.sqlite3"));
    let made = first.clone();
    let steps = || Migrations::new(vec![step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);")]);
    blocking(move || steps().apply(&made, Moment::from_ms(1))).await.expect("made");
    let db = open(first);
    let put = |tx: &mut Tx<'_>| tx.exec(sql!("INSERT INTO one (id) VALUES ('1')"), vals![]);
    db.write(LaneKey::of("one", "1"), "put", put).await.expect("written");
    // As connections leave it that close in the same moment.
    for end in ["", "-wal"] {
        std::fs::copy(file(&format!("first.sqlite3{end}")), file(&format!("left.sqlite3{end}"))).expect("copied");
    }
    blocking(move || db.close()).await;
    let left = open(Target::Sqlite(file("left.sqlite3")));
    blocking(move || left.close()).await;
    assert!(!file("left.sqlite3-wal").exists() && !file("first.sqlite3-wal").exists());
    std::fs::rename(file("left.sqlite3"), file("alone.sqlite3")).expect("moved");
    let alone = open(Target::Sqlite(file("alone.sqlite3")));
    let count = |tx: &mut Tx<'_>| tx.one(sql!("SELECT COUNT(*) FROM one"), vals![], |row| row.int(0));
    assert_eq!(alone.read("count", count).await.expect("read"), 1);
    blocking(move || alone.close()).await;
    std::fs::remove_dir_all(&folder).expect("gone");
}

#[db_test]
async fn a_newer_database_is_refused_in_words(t: Door) {
    let target = t.empty().await;
    let newer = Migrations::new(vec![
        step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);"),
        step(9, "CREATE TABLE nine (id TEXT PRIMARY KEY);"),
    ]);
    let older = Migrations::new(vec![step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);")]);
    let at = target.clone();
    blocking(move || newer.apply(&at, Moment::from_ms(1))).await.expect("applied");
    let refused = blocking(move || older.verify(&target)).await.expect_err("refused");
    assert!(matches!(refused, MigrateError::Newer { found: 9, known: 1 }), "{refused}");
    assert!(refused.to_string().contains("newer renshe"));
}

#[db_test]
async fn a_changed_step_and_a_broken_step_are_refused(t: Door) {
    let target = t.empty().await;
    let at = target.clone();
    blocking(move || {
        Migrations::new(vec![step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);")]).apply(&at, Moment::from_ms(1))
    })
    .await
    .expect("applied");
    let at = target.clone();
    let changed = blocking(move || {
        Migrations::new(vec![step(1, "CREATE TABLE one (id BIGINT PRIMARY KEY);")]).apply(&at, Moment::from_ms(1))
    })
    .await;
    assert!(matches!(changed, Err(MigrateError::Changed { version: 1 })));
    let at = target.clone();
    let broken = Migrations::new(vec![
        step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);"),
        step(2, "CREATE TABLE two (id TEXT PRIMARY KEY); CREATE NONSENSE;"),
    ]);
    assert!(matches!(
        blocking(move || broken.apply(&at, Moment::from_ms(1))).await,
        Err(MigrateError::Failed { version: 2, .. })
    ));
    // The half-done step left nothing: the right text applies.
    let right = Migrations::new(vec![
        step(1, "CREATE TABLE one (id TEXT PRIMARY KEY);"),
        step(2, "CREATE TABLE two (id TEXT PRIMARY KEY);"),
    ]);
    assert_eq!(blocking(move || right.apply(&target, Moment::from_ms(1))).await.expect("applied").from, 1);
}

#[db_test]
async fn a_list_up_to_a_version_stops_there_and_the_whole_one_goes_on(t: Door) {
    let list = Migrations::embedded();
    let (target, latest) = (t.empty().await, list.latest());
    let (old, at) = (list.up_to(19), target.clone());
    assert_eq!((old.latest(), list.up_to(latest).latest(), list.up_to(0).latest()), (19, latest, 0));
    let made = blocking(move || old.apply(&at, Moment::from_ms(1))).await.expect("applied");
    assert_eq!((made.from, made.to), (0, 19));
    let at = target.clone();
    assert_eq!(blocking(move || Migrations::embedded().look(&at)).await.expect("looked"), Found::At(19));
    let rest = blocking(move || list.apply(&target, Moment::from_ms(1))).await.expect("applied");
    assert_eq!((rest.from, rest.to), (19, latest));
}

#[db_test]
async fn looking_says_what_is_there_and_makes_nothing(t: Door) {
    let list = Migrations::embedded();
    let (known, here) = (list.latest(), t.test.target().clone());
    assert_eq!(blocking(move || list.look(&here)).await.expect("looked"), Found::At(known));
    let empty = t.empty().await;
    let at = empty.clone();
    let found = blocking(move || Migrations::embedded().look(&at)).await.expect("looked");
    let Target::Sqlite(path) = empty else {
        assert_eq!(found, Found::Empty);
        return;
    };
    assert_eq!(found, Found::Missing);
    let folder = path.parent().expect("a folder").to_owned();
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(&folder).expect("read").flatten().map(|e| e.file_name()).collect();
        names.retain(|name| name.to_string_lossy().starts_with("empty"));
        names
    };
    // Neither a reader nor a writer makes a file that is not there.
    let door = Db::open(DbSettings::new(Target::Sqlite(path.clone()), "nobody")).expect("threads");
    let read = door.look("look", |tx| tx.query(sql!("SELECT key FROM setting"), vals![], |row| row.text(0))).await;
    assert!(matches!(read, Err(DbFault::Down(_))), "{read:?}");
    let written = crate::scratch::write_one(&door, "nowhere").await;
    assert!(matches!(written, Err(DbFault::Down(_))), "{written:?}");
    blocking(move || door.close()).await;
    assert_eq!(names(), Vec::<std::ffi::OsString>::new());
    // An empty file stays empty, and a file that is none of SQLite's is named.
    std::fs::write(&path, "").expect("written");
    let at = Target::Sqlite(path.clone());
    assert_eq!(blocking(move || Migrations::embedded().look(&at)).await.expect("looked"), Found::Empty);
    assert_eq!(std::fs::read(&path).expect("read"), b"");
    std::fs::write(&path, "no database at all").expect("written");
    let at = Target::Sqlite(path.clone());
    let told = blocking(move || Migrations::embedded().look(&at)).await.expect_err("refused").to_string();
    assert!(told.contains("is not a SQLite database"), "{told}");
}
