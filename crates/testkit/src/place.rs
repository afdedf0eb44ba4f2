//! A database for one test: made, migrated, handed out, removed.
//!
//! It is a copy of a template (`template.rs`): on SQLite a file in a folder of its own, on PostgreSQL a database.
//! `postgres` connections are made, used and dropped on plain threads only.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use kernel::{Clock, SeededRng};
use platform::db::{Db, DbSettings, Migrations, Target};
use postgres::{Client, NoTls};

use crate::template::{self, Ground};
use crate::{context, must};

/// Which of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A test's database. Clones mean the same one; it is removed when the test ends.
#[derive(Clone)]
pub struct TestDb {
    /// The door to it.
    pub db: Db,
    /// Which engine it runs on.
    pub engine: Engine,
    /// Its address: `sqlite:PATH` or `postgres://…`.
    pub url: String,
    target: Target,
    rng: Arc<SeededRng>,
    used: Arc<Mutex<Used>>,
}

/// What a test has opened and made, to be closed and removed at its end.
#[derive(Default)]
struct Used {
    doors: Vec<Db>,
    /// Databases beside the first, on PostgreSQL; on SQLite they are files in the same folder.
    databases: Vec<String>,
}

impl TestDb {
    /// Another instance over the same database: its own lanes, as a second process would have.
    ///
    /// # Panics
    /// When its threads cannot be started.
    pub fn another_instance(&self, name: &str) -> Db {
        let db = open(&self.target, name);
        self.used.lock().unwrap_or_else(PoisonError::into_inner).doors.push(db.clone());
        db
    }

    /// Another database of the same engine, as a program of before left it: migrated up to `version`, with a door of its own.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn of_before(&self, version: i64) -> TestDb {
        let like = self.clone();
        on_plain_thread(move || {
            let name = unique_name();
            let (target, url) = match &like.target {
                Target::Sqlite(file) => {
                    let file = file.with_file_name(format!("{name}.sqlite3"));
                    let url = format!("sqlite:{}", file.display());
                    (Target::Sqlite(file), url)
                }
                Target::Postgres(beside) => {
                    must(
                        connect(beside).batch_execute(&format!("CREATE DATABASE {name}")),
                        "making a database of before",
                    );
                    let url = with_database(beside, &name);
                    like.used.lock().unwrap_or_else(PoisonError::into_inner).databases.push(name);
                    (Target::Postgres(url.clone()), url)
                }
            };
            let old = Migrations::embedded().up_to(version);
            must(old.apply(&target, context::a_monday_morning().now()), "migrating a database of before");
            let db = open(&target, "test");
            like.used.lock().unwrap_or_else(PoisonError::into_inner).doors.push(db.clone());
            TestDb { db, url, target, ..like }
        })
    }

    /// Where it is, for a door with other settings or a process of its own.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The test's one stream of randomness.
    pub fn rng(&self) -> Arc<SeededRng> {
        Arc::clone(&self.rng)
    }
}

/// The database's whole life; dropping it ends every door to it and removes it.
pub(crate) struct Place {
    handle: TestDb,
    remains: Remains,
}

/// What is left to remove.
enum Remains {
    Folder(PathBuf),
    Database { admin: String, name: String },
}

impl Place {
    pub(crate) fn make(engine: Engine, ground: Ground) -> Place {
        on_plain_thread(move || match engine {
            Engine::Sqlite => Place::sqlite(ground),
            Engine::Postgres => Place::postgres(ground),
        })
    }

    pub(crate) fn handle(&self) -> TestDb {
        self.handle.clone()
    }

    fn sqlite(ground: Ground) -> Place {
        let folder = env::temp_dir().join(unique_name());
        must(fs::create_dir_all(&folder), "making a folder for SQLite");
        let file = folder.join("test.sqlite3");
        must(fs::write(&file, template::sqlite(ground).as_slice()), "copying the template");
        Place { handle: TestDb::at_file(file, STORY), remains: Remains::Folder(folder) }
    }

    fn postgres(ground: Ground) -> Place {
        let Ok(admin) = env::var("RENSHE_TEST_PG") else {
            panic!(
                "tests on PostgreSQL are run by: cargo xtask test   (it starts a private server and sets RENSHE_TEST_PG)"
            );
        };
        let template = template::postgres(&admin, ground);
        let name = unique_name();
        template::copy(&mut connect(&admin), &template, &name);
        Place {
            handle: TestDb::at_url(with_database(&admin, &name), STORY),
            remains: Remains::Database { admin, name },
        }
    }
}

/// The seed of a story's randomness. A template is laid with another one, so that no story draws what is already there.
const STORY: u64 = 1;

impl TestDb {
    pub(crate) fn at_file(file: PathBuf, seed: u64) -> TestDb {
        let url = format!("sqlite:{}", file.display());
        TestDb::over(Engine::Sqlite, Target::Sqlite(file), url, seed)
    }

    pub(crate) fn at_url(url: String, seed: u64) -> TestDb {
        TestDb::over(Engine::Postgres, Target::Postgres(url.clone()), url, seed)
    }

    fn over(engine: Engine, target: Target, url: String, seed: u64) -> TestDb {
        let db = open(&target, "test");
        let used = Arc::new(Mutex::new(Used { doors: vec![db.clone()], databases: Vec::new() }));
        TestDb { db, engine, url, target, rng: context::rng(seed), used }
    }

    /// Ends every door to it.
    pub(crate) fn close(&self) {
        self.used.lock().unwrap_or_else(PoisonError::into_inner).doors.iter().for_each(Db::close);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let used = std::mem::take(&mut *self.handle.used.lock().unwrap_or_else(PoisonError::into_inner));
        let remains = std::mem::replace(&mut self.remains, Remains::Folder(PathBuf::new()));
        // This is best effort: a test that passed must not fail because it could not tidy up.
        let cleaned = thread::spawn(move || {
            used.doors.iter().for_each(Db::close);
            match remains {
                Remains::Folder(folder) => drop(fs::remove_dir_all(folder)),
                Remains::Database { admin, name } => {
                    if let Ok(mut client) = Client::connect(&admin, NoTls) {
                        for name in used.databases.iter().chain([&name]) {
                            drop(client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
                        }
                    }
                }
            }
        });
        drop(cleaned.join());
    }
}

/// Few threads: many tests run beside each other, and a server has only so many connections.
fn open(target: &Target, instance: &str) -> Db {
    let settings = DbSettings { readers: 2, ..DbSettings::new(target.clone(), instance) };
    must(Db::open(settings), "opening the database door")
}

pub(crate) fn connect(url: &str) -> Client {
    must(Client::connect(url, NoTls), "connecting to the tests' PostgreSQL")
}

/// The same server, another database.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, String::new()), |(a, q)| (a, format!("?{q}")));
    let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
    format!("{server}/{name}{query}")
}

/// A name that no other test has, in this process or beside it.
pub(crate) fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("renshe_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Runs on a thread that has no async context, whatever the caller's has. A panic goes on here.
fn on_plain_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match thread::spawn(work).join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_is_the_last_part_of_an_address() {
        assert_eq!(with_database("postgres://p@127.0.0.1:5/postgres", "x"), "postgres://p@127.0.0.1:5/x");
        assert_eq!(with_database("postgres://p@h/a?connect_timeout=2", "x"), "postgres://p@h/x?connect_timeout=2");
    }
}
