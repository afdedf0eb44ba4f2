//! Bringing a database to this program's schema, and refusing one that is ahead of it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use include_dir::{Dir, include_dir};
use kernel::Moment;
use sha2::{Digest, Sha256};

use super::ddl;
use super::driver::{Conn, Role};
use super::fault::DbFault;
use super::settings::Target;
use crate::{sql, vals};

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../migrations");

/// Holds off a second migration on PostgreSQL; any number that nobody else uses.
const ADVISORY_LOCK: i64 = 0x7265_6e73_6865;

/// How every SQLite file begins.
const SQLITE_HEAD: &[u8] = b"SQLite format 3\0";

/// One step: `0003_health.sql` has version 3 and name `health`.
#[derive(Debug, Clone)]
pub struct Migration {
    pub version: i64,
    pub name: String,
    pub text: String,
}

/// An ordered list of steps.
#[derive(Debug, Clone)]
pub struct Migrations(Vec<Migration>);

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub from: i64,
    pub to: i64,
}

/// What stands where a database is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// There is no such file.
    Missing,
    /// A database, or an empty file, in which no migration was ever run.
    Empty,
    /// The version it was brought to last.
    At(i64),
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "the database is at version {found}, this program knows {known}: it was written by a newer renshe; start that one"
    )]
    Newer { found: i64, known: i64 },
    #[error("the database is at version {found}, this program needs {known}: run `renshe migrate` first")]
    Older { found: i64, known: i64 },
    #[error("migration {version} was applied with another text: the schema is not the one this program knows")]
    Changed { version: i64 },
    #[error("migration {version} failed and was rolled back: {why}")]
    Failed { version: i64, why: String },
    #[error(transparent)]
    Fault(#[from] DbFault),
}

impl Migrations {
    /// The program's own list, from `migrations/`.
    pub fn embedded() -> Self {
        let mut list: Vec<_> = EMBEDDED
            .files()
            .filter_map(|file| {
                let stem = file.path().file_stem()?.to_str()?;
                let (version, name) = stem.split_once('_')?;
                Some(Migration {
                    version: version.parse().ok()?,
                    name: name.to_owned(),
                    text: file.contents_utf8()?.to_owned(),
                })
            })
            .collect();
        list.sort_by_key(|step| step.version);
        Self(list)
    }

    /// Another list, for a database of its own (the sandbox's).
    pub fn new(list: Vec<Migration>) -> Self {
        Self(list)
    }

    /// The steps up to this version and no later one: for tests that make a database as an older program left it.
    pub fn up_to(&self, version: i64) -> Self {
        Self(self.0.iter().filter(|step| step.version <= version).cloned().collect())
    }

    /// The version this list leads to.
    pub fn latest(&self) -> i64 {
        self.0.last().map_or(0, |step| step.version)
    }

    /// A short hash of the whole list, for names of template databases.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        self.0.iter().for_each(|step| hash.update(&step.text));
        hex(&hash.finalize()[..6])
    }

    /// Makes the database where a SQLite file is missing, and applies what is missing in it; each step is one transaction.
    /// Two processes at once are safe: the second waits and finds nothing to do. Blocks; never call it inside an async
    /// context.
    pub fn apply(&self, target: &Target, now: Moment) -> Result<Applied, MigrateError> {
        let mut conn = Conn::open(target, Role::Owner).map_err(DbFault::from)?;
        let locked = conn.is_postgres();
        if locked {
            conn.batch(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})")).map_err(DbFault::from)?;
        }
        let done = self.apply_on(&mut conn, now);
        if locked {
            // Closing the connection frees it as well; an error here changes nothing.
            drop(conn.batch(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})")));
        }
        done
    }

    fn apply_on(&self, conn: &mut Conn, now: Moment) -> Result<Applied, MigrateError> {
        let table = ddl::statements(
            "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            conn.is_postgres(),
        );
        table.iter().try_for_each(|text| conn.batch(text)).map_err(DbFault::from)?;
        // Another process may do the same steps meanwhile: only what was done here is said to have been.
        let (mut at, mut from) = (self.compare(conn)?, None);
        for step in &self.0 {
            if step.version <= at {
                continue;
            }
            let done_here = run(conn, step, now).map_err(|why| MigrateError::Failed { version: step.version, why })?;
            from = from.or(done_here.then_some(at));
            at = step.version;
        }
        Ok(Applied { from: from.unwrap_or(at), to: self.latest() })
    }

    /// Says what is there and touches nothing: no file is made, and an empty one stays empty. Blocks.
    ///
    /// # Errors
    /// It is a database of a newer program or of another schema, no database at all, or cannot be reached.
    pub fn look(&self, target: &Target) -> Result<Found, MigrateError> {
        if let Target::Sqlite(path) = target
            && let Some(found) = glance(path)?
        {
            return Ok(found);
        }
        let mut conn = Conn::open(target, Role::Reader).map_err(DbFault::from)?;
        match self.compare(&mut conn) {
            Ok(0) => Ok(Found::Empty),
            Ok(version) => Ok(Found::At(version)),
            Err(MigrateError::Fault(DbFault::Sql(why))) if is_no_such_table(&why) => Ok(Found::Empty),
            Err(other) => Err(other),
        }
    }

    /// Whether it is there and at this program's version. Blocks.
    ///
    /// # Errors
    /// What [`Migrations::look`] says, and `Older` for whatever is behind, an empty or missing one too.
    pub fn verify(&self, target: &Target) -> Result<(), MigrateError> {
        let found = match self.look(target)? {
            Found::Missing | Found::Empty => 0,
            Found::At(version) => version,
        };
        if found < self.latest() { Err(MigrateError::Older { found, known: self.latest() }) } else { Ok(()) }
    }

    fn compare(&self, conn: &mut Conn) -> Result<i64, MigrateError> {
        let rows = conn
            .query(sql!("SELECT version, hash FROM schema_migration ORDER BY version"), vals![])
            .map_err(DbFault::from)?;
        let mut found = 0;
        for row in rows {
            found = row.int(0)?;
            let Some(step) = self.0.iter().find(|step| step.version == found) else {
                return Err(MigrateError::Newer { found, known: self.latest() });
            };
            if row.text(1)? != hash(&step.text) {
                return Err(MigrateError::Changed { version: found });
            }
        }
        Ok(found)
    }
}

/// What can be told of a SQLite file before SQLite opens it; `None`: it looks like a database.
fn glance(path: &Path) -> Result<Option<Found>, DbFault> {
    let told = |error: &io::Error| DbFault::Down(format!("{}: {error}", path.display()));
    let mut file = match File::open(path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Some(Found::Missing));
        }
        other => other.map_err(|error| told(&error))?,
    };
    let mut head = Vec::with_capacity(SQLITE_HEAD.len());
    file.by_ref().take(SQLITE_HEAD.len() as u64).read_to_end(&mut head).map_err(|error| told(&error))?;
    match head.as_slice() {
        [] => Ok(Some(Found::Empty)),
        head if head == SQLITE_HEAD => Ok(None),
        _ => Err(DbFault::Corrupt(format!("{} is not a SQLite database", path.display()))),
    }
}

/// PostgreSQL's code and SQLite's words for a table that is not there.
fn is_no_such_table(why: &str) -> bool {
    why.contains("42P01") || why.contains("no such table")
}

/// Applies one step; `false` where another process has just done it.
fn run(conn: &mut Conn, step: &Migration, now: Moment) -> Result<bool, String> {
    let insert = sql!("INSERT INTO schema_migration (version, name, hash, applied_at) VALUES ($1, $2, $3, $4)");
    let told = |error: super::fault::DriverError| error.fault().to_string();
    conn.batch(if conn.is_postgres() { "BEGIN" } else { "BEGIN EXCLUSIVE" }).map_err(told)?;
    // Two starts on one SQLite file: whoever comes second finds the step done.
    let applied = sql!("SELECT version FROM schema_migration WHERE version = $1");
    if !conn.query(applied, vals![step.version]).map_err(told)?.is_empty() {
        conn.batch("ROLLBACK").map_err(told)?;
        return Ok(false);
    }
    let mut done = Ok(());
    for text in ddl::statements(&step.text, conn.is_postgres()) {
        done = done.and_then(|()| conn.batch(&text).map_err(told));
    }
    done = done.and_then(|()| {
        conn.exec(insert, vals![step.version, &step.name, hash(&step.text), now]).map(drop).map_err(told)
    });
    conn.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).map_err(told)?;
    done.map(|()| true)
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.replace("\r\n", "\n")))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
