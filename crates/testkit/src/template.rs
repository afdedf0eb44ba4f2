//! What tests' databases are copies of: the tables of the newest migration, and what a fixture lays upon them.
//!
//! To make sample data takes longer than most stories. So it is made once for each engine: in this process for SQLite, whose
//! template is the bytes of a file, and on the server for PostgreSQL, where other processes of this program find it too.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use kernel::Clock;
use platform::db::{Migrations, Target};
use postgres::Client;

use crate::place::{TestDb, connect, unique_name, with_database};
use crate::{context, must};

/// What a fixture lays upon the tables.
#[derive(Clone, Copy)]
pub(crate) struct Ground {
    /// Its name, of small letters; empty for the tables alone.
    pub(crate) name: &'static str,
    /// Lays it upon a fresh database, and comes back when all is written.
    pub(crate) lay: fn(TestDb),
}

/// The tables alone.
const TABLES: Ground = Ground { name: "", lay: drop };

/// The seed of randomness while a ground is laid.
const LAYING: u64 = 2;

/// Any number that nobody else locks on a tests' server.
const LOCK: &str = "SELECT pg_advisory_lock(7426811)";

/// The bytes of a SQLite file with this ground.
pub(crate) fn sqlite(ground: Ground) -> Arc<Vec<u8>> {
    static MADE: Mutex<BTreeMap<&str, Arc<Vec<u8>>>> = Mutex::new(BTreeMap::new());
    // Held while one is made, so that others wait for it. One whose making failed is tried again.
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    for wanted in [TABLES, ground] {
        if !made.contains_key(wanted.name) {
            let below = made.get("").cloned();
            made.insert(wanted.name, Arc::new(sqlite_file(wanted, below.as_deref())));
        }
    }
    made.get(ground.name).cloned().unwrap_or_default()
}

/// Lays a ground in a file of its own, upon the tables if they are made already, and reads the file.
fn sqlite_file(ground: Ground, tables: Option<&Vec<u8>>) -> Vec<u8> {
    let folder = env::temp_dir().join(unique_name());
    must(fs::create_dir_all(&folder), "making a folder for SQLite");
    let file = folder.join("template.sqlite3");
    match tables {
        Some(tables) => must(fs::write(&file, tables), "copying the tables"),
        None => migrate(&Target::Sqlite(file.clone())),
    }
    laid(ground, TestDb::at_file(file.clone(), LAYING));
    let bytes = must(fs::read(&file), "reading the template");
    must(fs::remove_dir_all(&folder), "removing the template's folder");
    bytes
}

/// The name of the database with this ground; it is made unless it is there.
pub(crate) fn postgres(admin: &str, ground: Ground) -> String {
    static MADE: Mutex<BTreeMap<&str, String>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(name) = made.get(ground.name) {
        return name.clone();
    }
    let mut client = connect(admin);
    // Held until this connection ends: processes beside this one wait.
    must(client.batch_execute(LOCK), "waiting for the template's lock");
    let tables = format!("renshe_template_{}", Migrations::embedded().fingerprint());
    make_unless_there(&mut client, &tables, |building| {
        must(connect(admin).batch_execute(&format!("CREATE DATABASE {building}")), "making the template");
        migrate(&Target::Postgres(with_database(admin, building)));
    });
    made.insert("", tables.clone());
    let name = if ground.name.is_empty() { tables.clone() } else { format!("{tables}_{}_{}", ground.name, program()) };
    make_unless_there(&mut client, &name, |building| {
        copy(&mut connect(admin), &tables, building);
        laid(ground, TestDb::at_url(with_database(admin, building), LAYING));
    });
    made.insert(ground.name, name.clone());
    name
}

/// Copies a database of which nobody is in. On this server a copy of files is quicker than the usual way through the log.
pub(crate) fn copy(client: &mut Client, from: &str, to: &str) {
    let copying = format!("CREATE DATABASE {to} TEMPLATE {from} STRATEGY file_copy");
    must(client.batch_execute(&copying), "copying the template");
}

/// Built under another name, so that one half made by a process that died is never taken.
fn make_unless_there(client: &mut Client, name: &str, build: impl FnOnce(&str)) {
    let there =
        must(client.query("SELECT 1 FROM pg_database WHERE datname = $1", &[&name]), "looking for the template");
    if there.is_empty() {
        let building = format!("{name}_b");
        must(client.batch_execute(&format!("DROP DATABASE IF EXISTS {building}")), "removing an unfinished template");
        build(&building);
        must(client.batch_execute(&format!("ALTER DATABASE {building} RENAME TO {name}")), "naming the template");
    }
}

fn migrate(target: &Target) {
    must(Migrations::embedded().apply(target, context::a_monday_morning().now()), "migrating the template");
}

/// Lays the ground and ends every door to it: a template can be copied while nobody is in it.
fn laid(ground: Ground, db: TestDb) {
    (ground.lay)(db.clone());
    db.close();
}

/// A mark of this program: the samples of one that was built otherwise may be others.
fn program() -> String {
    let file = must(env::current_exe().and_then(fs::metadata), "looking at this program");
    let built = file.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let mut hasher = DefaultHasher::new();
    (file.len(), built).hash(&mut hasher);
    format!("{:08x}", hasher.finish() & 0xffff_ffff)
}
