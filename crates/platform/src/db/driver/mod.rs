//! The two engines. Nothing outside this folder names `rusqlite` or `postgres`.
//!
//! A `postgres` client blocks on a runtime of its own and panics inside an async context, so a
//! [`Conn`] is made, used and dropped on plain threads only.

mod pg;
mod sqlite;

use std::time::Duration;

use super::fault::{DbFault, DriverError};
use super::pages::Pages;
use super::row::Row;
use super::settings::Target;
use super::statement::Sql;
use super::value::Val;

pub(crate) use pg::Backend;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
    /// Reads everything there is: no statement time-out.
    Inspector,
    /// Migrations, which may make the database: no statement time-out.
    Owner,
}

impl Role {
    const fn writes(self) -> bool {
        matches!(self, Self::Writer | Self::Owner)
    }
}

/// An open connection to either engine.
pub(crate) enum Conn {
    Sqlite(sqlite::SqliteConn),
    Postgres(Box<pg::PgConn>),
}

impl Conn {
    pub(crate) fn open(target: &Target, role: Role) -> Result<Self, DriverError> {
        match target {
            Target::Sqlite(path) => sqlite::SqliteConn::open(path, role).map(Self::Sqlite),
            Target::Postgres(url) => pg::PgConn::open(url, role).map(|conn| Self::Postgres(Box::new(conn))),
        }
    }

    /// Runs texts without parameters: transaction control and migrations.
    pub(crate) fn batch(&mut self, text: &str) -> Result<(), DriverError> {
        match self {
            Self::Sqlite(conn) => conn.batch(text),
            Self::Postgres(conn) => conn.batch(text),
        }
    }

    pub(crate) fn exec(&mut self, sql: &'static Sql, values: &[Val]) -> Result<u64, DriverError> {
        match self {
            Self::Sqlite(conn) => conn.exec(sql, values),
            Self::Postgres(conn) => conn.exec(sql, values),
        }
    }

    pub(crate) fn query(&mut self, sql: &'static Sql, values: &[Val]) -> Result<Vec<Row>, DriverError> {
        match self {
            Self::Sqlite(conn) => conn.query(sql, values),
            Self::Postgres(conn) => conn.query(sql, values),
        }
    }

    /// Begins or marks a transaction. PostgreSQL hears of it together with the next statement.
    pub(crate) fn control(&mut self, text: &'static str) -> Result<(), DriverError> {
        match self {
            Self::Sqlite(conn) => conn.batch(text),
            Self::Postgres(conn) => {
                conn.control_later(text);
                Ok(())
            }
        }
    }

    /// Runs a statement whose answer nobody needs. PostgreSQL hears of it together with the next statement,
    /// whose error may then be this one's.
    pub(crate) fn send(&mut self, sql: &'static Sql, values: &[Val]) -> Result<(), DriverError> {
        match self {
            Self::Sqlite(conn) => conn.exec(sql, values).map(drop),
            Self::Postgres(conn) => conn.exec_later(sql, values),
        }
    }

    /// Drops what was given to [`Conn::send`] and has not been sent: its closure is rolled back.
    pub(crate) fn forget(&mut self) {
        if let Self::Postgres(conn) = self {
            conn.forget();
        }
    }

    /// Asks the engine whether it understands a statement, without running it.
    pub(crate) fn prepare(&mut self, sql: &'static Sql) -> Result<(), DriverError> {
        match self {
            Self::Sqlite(conn) => conn.prepare(sql),
            Self::Postgres(conn) => conn.prepare(sql),
        }
    }

    /// What the engine says of its own pages; see [`Pages`].
    pub(crate) fn pages(&mut self, full: bool, most: Option<Duration>) -> Result<Pages, DriverError> {
        match self {
            Self::Sqlite(conn) => conn.pages(full, most),
            Self::Postgres(conn) => conn.pages(),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The server process behind this connection, to make sure later that it has ended.
    pub(crate) fn backend(&self) -> Option<Backend> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(conn) => Some(conn.backend()),
        }
    }

    /// Ends `backend` if it still lives and returns when it is gone.
    pub(crate) fn end_backend(&mut self, backend: &Backend) -> Result<(), DriverError> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(conn) => conn.end_backend(backend),
        }
    }
}

impl From<DriverError> for DbFault {
    fn from(error: DriverError) -> Self {
        error.fault()
    }
}
