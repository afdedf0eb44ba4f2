//! What the suite's stories are given: a database, its door, and ways to hurt it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use kernel::ManualClock;
use platform::Ctx;
use platform::db::{Db, DbSettings, Target};
use testkit::{Engine, Fixture, TestDb, a_monday_morning, test_ctx};

/// A door of the suite.
pub struct Door {
    pub db: Db,
    pub engine: Engine,
    pub test: TestDb,
}

impl Fixture for Door {
    async fn open(test: TestDb) -> Door {
        Door { db: test.db.clone(), engine: test.engine, test }
    }
}

impl Door {
    pub fn is_sqlite(&self) -> bool {
        self.engine == Engine::Sqlite
    }

    /// Another instance over the same database, with changed settings.
    pub fn again(&self, change: impl FnOnce(&mut DbSettings)) -> Db {
        let mut settings = DbSettings::new(self.test.target().clone(), "second");
        settings.readers = 1;
        change(&mut settings);
        Db::open(settings).expect("opened")
    }

    pub fn ctx(&self) -> (Ctx, Arc<ManualClock>) {
        let clock = a_monday_morning();
        (test_ctx(&self.test, clock.clone()), clock)
    }

    /// A database of the same engine without any table of ours.
    pub async fn empty(&self) -> Target {
        match self.test.target() {
            Target::Sqlite(path) => Target::Sqlite(path.with_file_name("empty.sqlite3")),
            Target::Postgres(url) => {
                let url = url.clone();
                tokio::task::spawn_blocking(move || empty_schema(&url)).await.expect("made")
            }
        }
    }

    /// Kills the writing backends of this database again and again; returns how often.
    pub fn kill_backends_until(&self, stop: Arc<AtomicBool>) -> JoinHandle<u32> {
        let Target::Postgres(url) = self.test.target() else { panic!("PostgreSQL only") };
        let url = url.clone();
        thread::spawn(move || {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("connected");
            let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'renshe'";
            let mut kills = 0;
            while !stop.load(Ordering::SeqCst) {
                kills += u32::try_from(client.query(kill, &[]).expect("killed").len()).unwrap_or(0);
                thread::sleep(Duration::from_millis(15));
            }
            kills
        })
    }
}

/// The tests' server lets a database be as private as a file: a second one beside the first.
fn empty_schema(url: &str) -> Target {
    let name = format!("{}_empty", url.rsplit('/').next().expect("a name"));
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("connected");
    client.batch_execute(&format!("CREATE DATABASE {name}")).expect("made");
    Target::Postgres(url.replace(url.rsplit('/').next().expect("a name"), &name))
}
