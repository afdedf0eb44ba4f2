//! PostgreSQL, driven to its answer on the calling thread.
//!
//! What needs no answer of its own (BEGIN, most INSERTs) waits and travels with the next thing that does: one
//! round trip instead of many. The server takes statements in order, and after one that failed inside a
//! transaction it refuses the rest, so the first error is the one to tell.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::{Severity, SqlState};
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, Error, NoTls, Statement};

use super::super::fault::DriverError;
use super::super::pages::Pages;
use super::super::row::Row;
use super::super::statement::{Engine, Sql};
use super::super::value::Val;
use super::Role;

const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// A host that acknowledges nothing for this long is gone; during a slow COMMIT the host still acknowledges.
const PEER_SILENCE: Duration = Duration::from_secs(15);
const BACKEND_POLL: Duration = Duration::from_millis(20);
/// The most statements that wait; beyond this they are sent on their own.
const WAITING_MOST: usize = 16;

/// A server process: its number and its start, since numbers come back.
#[derive(Debug, Clone)]
pub(crate) struct Backend {
    pid: i32,
    started: String,
}

pub(crate) struct PgConn {
    client: Client,
    prepared: HashMap<usize, Statement>,
    waiting: Vec<Waiting>,
    /// Few statements wait at once, and on a reader none: nothing that could be sent late may be sent there.
    room: usize,
    backend: Backend,
    /// Carries the connection's own task, which moves while this thread waits for an answer.
    runtime: Runtime,
}

/// Statements that are sent together with the next one.
enum Waiting {
    Control(&'static str),
    Exec(Statement, Vec<Val>),
}

impl Waiting {
    async fn run(&self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Control(text) => client.batch_execute(text).await,
            Self::Exec(statement, values) => client.execute(statement, &borrowed(values)).await.map(drop),
        }
    }
}

impl PgConn {
    pub(super) fn open(url: &str, role: Role) -> Result<Self, DriverError> {
        let mut config: Config = url.parse().map_err(|error: Error| DriverError::Lost(error.to_string()))?;
        config
            .connect_timeout(CONNECT_WAIT)
            .keepalives_idle(Duration::from_secs(15))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .tcp_user_timeout(PEER_SILENCE)
            .application_name("renshe");
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| DriverError::Lost(error.to_string()))?;
        let (client, backend) = runtime.block_on(async {
            let (client, connection) = config.connect(NoTls).await.map_err(told)?;
            // Its end is seen by the client's next call.
            tokio::spawn(connection);
            client.batch_execute(session(role)).await.map_err(told)?;
            let mine = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()";
            let row = client.query_one(mine, &[]).await.map_err(told)?;
            Ok::<_, DriverError>((client, Backend { pid: row.get(0), started: row.get(1) }))
        })?;
        let room = if role.writes() { WAITING_MOST } else { 0 };
        Ok(Self { client, prepared: HashMap::new(), waiting: Vec::new(), room, backend, runtime })
    }

    /// Sends what waits and then `last`, without waiting in between.
    fn together<T>(&mut self, last: impl AsyncFnOnce(&Client) -> Result<T, Error>) -> Result<T, DriverError> {
        let waiting = std::mem::take(&mut self.waiting);
        let client = &self.client;
        self.runtime.block_on(async move {
            if waiting.is_empty() {
                return last(client).await.map_err(told);
            }
            let (before, last) = join(join_all(waiting.iter().map(|one| one.run(client))), last(client)).await;
            before.into_iter().collect::<Result<(), Error>>().and(last).map_err(told)
        })
    }

    pub(super) fn batch(&mut self, text: &str) -> Result<(), DriverError> {
        self.together(async |client| client.batch_execute(text).await)
    }

    pub(super) fn control_later(&mut self, text: &'static str) {
        self.waiting.push(Waiting::Control(text));
    }

    pub(super) fn exec_later(&mut self, sql: &'static Sql, values: &[Val]) -> Result<(), DriverError> {
        let statement = self.statement(sql)?;
        if self.waiting.len() >= self.room {
            return self.exec(sql, values).map(drop);
        }
        self.waiting.push(Waiting::Exec(statement, values.to_vec()));
        Ok(())
    }

    /// Drops statements that wait; what begins or marks a transaction stays.
    pub(super) fn forget(&mut self) {
        self.waiting.retain(|one| matches!(one, Waiting::Control(_)));
    }

    fn statement(&mut self, sql: &'static Sql) -> Result<Statement, DriverError> {
        if let Some(statement) = self.prepared.get(&sql.key()) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare(sql.text())).map_err(told)?;
        self.prepared.insert(sql.key(), statement.clone());
        Ok(statement)
    }

    pub(super) fn exec(&mut self, sql: &'static Sql, values: &[Val]) -> Result<u64, DriverError> {
        let statement = self.statement(sql)?;
        self.together(async |client| client.execute(&statement, &borrowed(values)).await)
    }

    pub(super) fn query(&mut self, sql: &'static Sql, values: &[Val]) -> Result<Vec<Row>, DriverError> {
        let statement = self.statement(sql)?;
        let rows = self.together(async |client| client.query(&statement, &borrowed(values)).await)?;
        let own = || statement.columns().iter().map(|column| column.name().to_owned()).collect();
        let names = sql.columns(Engine::Postgres, own);
        rows.iter().map(|one| row(one, names)).collect()
    }

    pub(super) fn prepare(&mut self, sql: &'static Sql) -> Result<(), DriverError> {
        self.runtime.block_on(self.client.prepare(sql.text())).map(drop).map_err(told)
    }

    /// PostgreSQL looks at each page it reads, if it was told to keep checksums; it counts those that were wrong.
    pub(super) fn pages(&mut self) -> Result<Pages, DriverError> {
        let asked = "SELECT current_setting('data_checksums') = 'on', \
                     COALESCE((SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()), 0)";
        let row = self.together(async |client| client.query_one(asked, &[]).await)?;
        let (kept, failures): (bool, i64) = (row.get(0), row.get(1));
        Ok(match (kept, failures) {
            (false, _) => Pages::Unguarded,
            (true, 0) => Pages::Guarded,
            (true, many) => Pages::Damaged(vec![format!(
                "PostgreSQL has read {many} pages with a wrong checksum since its statistics were reset. It goes on counting \
                 them after a repair: once the damage is repaired and somebody is sure of it, SELECT pg_stat_reset() in this \
                 database begins anew"
            )]),
        })
    }

    pub(super) fn backend(&self) -> Backend {
        self.backend.clone()
    }

    pub(super) fn end_backend(&mut self, backend: &Backend) -> Result<(), DriverError> {
        let alive =
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_start::text = $2";
        loop {
            let found = self.together(async |client| client.query(alive, &[&backend.pid, &backend.started]).await)?;
            if found.is_empty() {
                return Ok(());
            }
            thread::sleep(BACKEND_POLL);
        }
    }
}

/// A lock held elsewhere is waited for 100 ms, then the closure is run again alone. COMMIT is sent
/// after `SET LOCAL statement_timeout = 0`.
fn session(role: Role) -> &'static str {
    match role {
        Role::Writer => {
            "SET lock_timeout = '100ms'; SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'"
        }
        Role::Reader => {
            "SET default_transaction_read_only = on; SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '60s'"
        }
        Role::Inspector => "SET default_transaction_read_only = on; SET idle_in_transaction_session_timeout = '60s'",
        Role::Owner => "SET lock_timeout = '30s'",
    }
}

fn borrowed(values: &[Val]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Val {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Val::Null, _) => Ok(IsNull::Yes),
            (Val::Int(value), &Type::INT4) => i32::try_from(*value)?.to_sql(ty, out),
            (Val::Int(value), &Type::INT8) => value.to_sql(ty, out),
            (Val::Text(value), _) if <&str as ToSql>::accepts(ty) => value.as_str().to_sql(ty, out),
            (Val::Blob(value), &Type::BYTEA) => value.as_slice().to_sql(ty, out),
            _ => Err(format!("a parameter of type {ty} was given {self:?}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn row(row: &tokio_postgres::Row, names: &'static [Box<str>]) -> Result<Row, DriverError> {
    let cells = (0..row.len()).map(|index| cell(row, index)).collect::<Result<_, _>>()?;
    Ok(Row::new(cells, names))
}

fn cell(row: &tokio_postgres::Row, index: usize) -> Result<Val, DriverError> {
    fn get<'a, T: FromSql<'a>>(row: &'a tokio_postgres::Row, index: usize) -> Result<Option<T>, DriverError> {
        row.try_get(index).map_err(|error| DriverError::Corrupt(error.to_string()))
    }
    let ty = row.columns().get(index).map(tokio_postgres::Column::type_);
    let value = match ty {
        Some(&Type::INT8) => get::<i64>(row, index)?.map(Val::Int),
        Some(&Type::INT4) => get::<i32>(row, index)?.map(|v| Val::Int(i64::from(v))),
        Some(&Type::BOOL) => get::<bool>(row, index)?.map(|v| Val::Int(i64::from(v))),
        Some(&Type::BYTEA) => get::<Vec<u8>>(row, index)?.map(Val::Blob),
        Some(ty) if <&str as FromSql<'_>>::accepts(ty) => get::<String>(row, index)?.map(Val::Text),
        Some(ty) if *ty == Type::VOID => None,
        _ => {
            return Err(DriverError::Corrupt(format!(
                "column {index} has a type that is not whole number, text or bytes (CAST it)"
            )));
        }
    };
    Ok(value.unwrap_or(Val::Null))
}

fn told(error: Error) -> DriverError {
    let text =
        error.as_db_error().map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()));
    let Some(code) = error.code() else {
        return if error.is_closed() || is_io(&error) { DriverError::Lost(text) } else { DriverError::Other(text) };
    };
    let severity = error.as_db_error().and_then(tokio_postgres::error::DbError::parsed_severity);
    if matches!(severity, Some(Severity::Fatal | Severity::Panic)) {
        // The server ends this connection, perhaps in the middle of COMMIT: nothing is certain yet.
        return DriverError::Lost(text);
    }
    match code {
        c if *c == SqlState::LOCK_NOT_AVAILABLE
            || *c == SqlState::T_R_DEADLOCK_DETECTED
            || *c == SqlState::T_R_SERIALIZATION_FAILURE =>
        {
            DriverError::Retry
        }
        c if *c == SqlState::DISK_FULL => DriverError::Full,
        c if *c == SqlState::ADMIN_SHUTDOWN
            || *c == SqlState::CRASH_SHUTDOWN
            || *c == SqlState::CANNOT_CONNECT_NOW
            || c.code().starts_with("08") =>
        {
            DriverError::Lost(text)
        }
        c if *c == SqlState::TOO_MANY_CONNECTIONS => DriverError::Lost(text),
        c if c.code().starts_with("23") => {
            let name = error.as_db_error().and_then(|db| db.constraint()).unwrap_or_default().to_owned();
            DriverError::Conflict(name)
        }
        _ => DriverError::Other(text),
    }
}

fn is_io(error: &Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
        || error.to_string().contains("connect")
}
