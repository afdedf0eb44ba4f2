//! SQLite: one file, write-ahead log, every commit synced.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, ToSql};

use super::super::fault::DriverError;
use super::super::pages::Pages;
use super::super::row::Row;
use super::super::statement::{Engine, Sql};
use super::super::value::Val;
use super::Role;
use crate::private;

/// How long a writer waits for another process's write; SQLite retries inside.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// The pause between two tries where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(10);
const STATEMENTS_KEPT: usize = 512;

pub(crate) struct SqliteConn(Connection);

impl SqliteConn {
    /// Only commands that may make a database do so; others report a mistyped path and leave nothing behind.
    pub(super) fn open(path: &Path, role: Role) -> Result<Self, DriverError> {
        let mut flags = OpenFlags::default();
        if role == Role::Owner {
            // Made for its owner alone; SQLite gives the files beside it the same rights.
            private::touch(path).map_err(|error| DriverError::Lost(format!("{}: {error}", path.display())))?;
        }
        flags.remove(OpenFlags::SQLITE_OPEN_CREATE);
        let conn = Connection::open_with_flags(path, flags).map_err(|error| lost(path, &error))?;
        conn.busy_timeout(BUSY_WAIT).map_err(told)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        // Plans must not depend on bound values: SQLite would otherwise prepare a statement anew at each use
        // when a parameter is compared with a column of a partial index.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(told)?;
        if role.writes() {
            // The log is a property of the file: who only reads changes nothing about it.
            keep_a_log(&conn).map_err(|error| lost(path, &error))?;
        }
        // FULL: an acknowledged commit survives a power cut. Checkpoints are small and frequent
        // so that no single commit pays for a large one.
        conn.execute_batch(
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=2000; PRAGMA cache_size=-8000;",
        )
        .map_err(|error| lost(path, &error))?;
        if !role.writes() {
            conn.execute_batch("PRAGMA query_only=ON;").map_err(told)?;
        }
        Ok(Self(conn))
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), DriverError> {
        if !is_control(text) {
            return self.0.execute_batch(text).map_err(told);
        }
        // This is sent for every read and every closure, so it is kept prepared like any other statement.
        for part in text.split(';') {
            self.0.prepare_cached(part).and_then(|mut statement| statement.execute([])).map_err(told)?;
        }
        Ok(())
    }

    pub(super) fn exec(&mut self, sql: &'static Sql, values: &[Val]) -> Result<u64, DriverError> {
        let mut statement = self.0.prepare_cached(sql.sqlite()).map_err(told)?;
        let done = statement.execute(rusqlite::params_from_iter(values)).map_err(told)?;
        Ok(done as u64)
    }

    pub(super) fn query(&mut self, sql: &'static Sql, values: &[Val]) -> Result<Vec<Row>, DriverError> {
        let mut statement = self.0.prepare_cached(sql.sqlite()).map_err(told)?;
        let width = statement.column_count();
        let own = || statement.column_names().map(String::from).collect();
        let names = sql.columns(Engine::Sqlite, own);
        let mut rows = statement.query(rusqlite::params_from_iter(values)).map_err(told)?;
        let mut out = Vec::new();
        while let Some(row) = rows.next().map_err(told)? {
            let cells = (0..width).map(|index| cell(row.get_ref(index).map_err(told)?)).collect::<Result<_, _>>()?;
            out.push(Row::new(cells, names));
        }
        Ok(out)
    }

    pub(super) fn prepare(&mut self, sql: &'static Sql) -> Result<(), DriverError> {
        self.0.prepare(sql.sqlite()).map(drop).map_err(told)
    }

    /// What SQLite finds wrong in its own pages. `full` compares indexes with their tables as well; after `most` the
    /// look is given up.
    pub(super) fn pages(&mut self, full: bool, most: Option<Duration>) -> Result<Pages, DriverError> {
        let interrupt = self.0.get_interrupt_handle();
        let (done, ended) = mpsc::channel::<()>();
        let watch = most.map(|most| {
            thread::spawn(move || {
                if ended.recv_timeout(most) == Err(RecvTimeoutError::Timeout) {
                    interrupt.interrupt();
                }
            })
        });
        let found = self.findings(if full { "PRAGMA integrity_check(20)" } else { "PRAGMA quick_check(20)" });
        drop(done);
        if let Some(watch) = watch
            && watch.join().is_err()
        {
            tracing::warn!("database.page_watch_panicked");
        }
        match found {
            Ok(said) if said == ["ok"] => Ok(Pages::Whole),
            Ok(said) => Ok(Pages::Damaged(said)),
            Err(error) => match error.sqlite_error_code() {
                Some(ErrorCode::OperationInterrupted) => Ok(Pages::Unfinished),
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                    Ok(Pages::Damaged(vec![error.to_string()]))
                }
                _ => Err(told(error)),
            },
        }
    }

    fn findings(&self, pragma: &str) -> rusqlite::Result<Vec<String>> {
        self.0.prepare(pragma)?.query_map([], |row| row.get(0))?.collect()
    }
}

impl ToSql for Val {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Val::Null => ToSqlOutput::Owned(Value::Null),
            Val::Int(value) => ToSqlOutput::Owned(Value::Integer(*value)),
            Val::Text(value) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Val::Blob(value) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
        })
    }
}

/// Makes the file keep a write-ahead log. Two who do so first at one moment are told at once that it is busy: SQLite does not
/// wait where both could wait for each other.
fn keep_a_log(conn: &Connection) -> Result<(), rusqlite::Error> {
    let begun = Instant::now();
    loop {
        match conn.execute_batch("PRAGMA journal_mode=WAL;") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && begun.elapsed() < BUSY_WAIT => {
                thread::sleep(BUSY_PAUSE);
            }
            done => return done,
        }
    }
}

fn cell(value: ValueRef<'_>) -> Result<Val, DriverError> {
    match value {
        ValueRef::Null => Ok(Val::Null),
        ValueRef::Integer(value) => Ok(Val::Int(value)),
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec())
            .map(Val::Text)
            .map_err(|_| DriverError::Corrupt("text is not UTF-8".to_owned())),
        ValueRef::Blob(bytes) => Ok(Val::Blob(bytes.to_vec())),
        ValueRef::Real(_) => Err(DriverError::Corrupt("a floating-point number".to_owned())),
    }
}

/// Whether a text only begins, marks or ends a transaction.
fn is_control(text: &str) -> bool {
    const WORDS: [&str; 5] = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"];
    text.split(';').all(|part| WORDS.iter().any(|word| part.trim_start().starts_with(word)))
}

fn lost(path: &Path, error: &rusqlite::Error) -> DriverError {
    let text = format!("{}: {error}", path.display());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DriverError::Corrupt(text),
        _ => DriverError::Lost(text),
    }
}

fn told(error: rusqlite::Error) -> DriverError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => DriverError::Retry,
        Some(ErrorCode::DiskFull) => DriverError::Full,
        Some(ErrorCode::SystemIoFailure) => DriverError::Io(text),
        Some(ErrorCode::CannotOpen) => DriverError::Lost(text),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DriverError::Corrupt(text),
        Some(ErrorCode::ConstraintViolation) => DriverError::Conflict(text),
        _ => DriverError::Other(text),
    }
}
