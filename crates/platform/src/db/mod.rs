//! The database door (architecture, rules 3–6): one place through which everything is read and
//! written, on SQLite or PostgreSQL alike.
//!
//! `db.write(key, "name", |tx| …).await` queues a synchronous closure for the lane of its key. The
//! lane's thread runs up to 48 of them in one transaction, each in its own savepoint, commits, and
//! only then answers. The closure sees no connection to anything else, so no transaction is ever
//! open across the network and a client that hangs up cannot cancel a commit.
//!
//! What must not be here: business words, async code inside a closure, a second way in.

mod ask;
mod ddl;
mod driver;
mod fault;
mod inline;
mod lane;
mod lane_row;
mod migrate;
mod pages;
mod queue;
mod reader;
mod row;
mod run;
mod settings;
mod statement;
mod tx;
mod value;
mod work;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::oneshot;

pub(crate) use ask::ask;
pub use fault::DbFault;
pub use inline::{CommitHook, Fate};
#[doc(hidden)]
pub use inventory;
pub use migrate::{Applied, Found, MigrateError, Migration, Migrations};
pub use pages::{Pages, look_at_pages};
pub use row::{Column, Row};
pub use settings::{DbSettings, OnFatal, Target};
#[doc(hidden)]
pub use statement::Registered;
pub use statement::{Sql, all as all_statements};
pub use tx::Tx;
pub use value::Val;
pub(crate) use value::storable;

use driver::{Conn, Role};
use fault::DriverError;
use inline::Inline;
use lane::Lane;
use queue::{Queue, Refused};
use work::{Closure, Work};

/// Which lane a closure belongs to: closures of one key run one after another in an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneKey(u64);

impl LaneKey {
    /// The outbox's own lane: rows there are updated by its worker only.
    pub const OUTBOX: Self = Self(0);

    /// The key of one thing: `LaneKey::of("clinic", id.as_str())`.
    pub fn of(kind: &str, id: &str) -> Self {
        // FNV-1a: stable across versions and instances, which `DefaultHasher` does not promise.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for byte in kind.bytes().chain([b':']).chain(id.bytes()) {
            hash ^= u64::from(byte);
            hash = hash.wrapping_mul(0x0100_0000_01b3);
        }
        Self(hash ^ (hash >> 32))
    }

    /// Which of `lanes` lanes serves this key.
    pub fn lane(self, lanes: usize) -> usize {
        usize::try_from(self.0 % lanes.max(1) as u64).unwrap_or(0)
    }
}

/// The door. Cheap to clone; the threads end when [`Db::close`] is called or the last clone goes.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    settings: DbSettings,
    mode: ModeOf,
}

enum ModeOf {
    Threads { lanes: Vec<Arc<Queue>>, readers: Arc<Queue>, threads: Mutex<Vec<JoinHandle<()>>> },
    Inline(Inline),
}

impl Db {
    /// Opens the door. The schema must be there already (see [`Migrations`]); connections are made
    /// by the lanes when they are first needed, so an unreachable database refuses requests but
    /// does not prevent the start.
    pub fn open(settings: DbSettings) -> Result<Self, std::io::Error> {
        let lanes = if settings.target.is_postgres() { settings.lanes.max(1) } else { 1 };
        let mut threads = Vec::new();
        let mut queues = Vec::new();
        for number in 0..lanes {
            let queue = Arc::new(Queue::new(settings.queue, settings.bulk_queue));
            let lane = Lane::new(settings.clone(), number, Arc::clone(&queue));
            threads.push(thread::Builder::new().name(format!("db-lane-{number}")).spawn(move || lane.run())?);
            queues.push(queue);
        }
        let readers = Arc::new(Queue::new(settings.queue, 0));
        for number in 0..settings.readers.max(1) {
            let (target, queue) = (settings.target.clone(), Arc::clone(&readers));
            let role = if settings.unhurried { Role::Inspector } else { Role::Reader };
            let name = format!("db-read-{number}");
            threads.push(thread::Builder::new().name(name).spawn(move || reader::run(&target, role, &queue))?);
        }
        let mode = ModeOf::Threads { lanes: queues, readers, threads: Mutex::new(threads) };
        Ok(Self(Arc::new(Inner { settings, mode })))
    }

    /// Opens the inline mode: same rules, no threads, `hook` at each commit.
    pub fn open_inline(target: &Target, instance: &str, hook: CommitHook) -> Result<Self, DbFault> {
        let inline = Inline::open(target, instance, hook)?;
        let settings = DbSettings::new(target.clone(), instance);
        Ok(Self(Arc::new(Inner { settings, mode: ModeOf::Inline(inline) })))
    }

    /// Runs `body` in a transaction of the lane of `key` and answers after COMMIT.
    ///
    /// `Err` rolls back; a refusal that must leave a trace is an `Ok`. The closure may be run more
    /// than once: ids, now and randomness are drawn before it. It UPDATEs only rows that belong to
    /// its key; elsewhere it only INSERTs (architecture, rule 4).
    pub async fn write<T, E, F>(&self, key: LaneKey, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.submit(Way::Write(key), name, body).await
    }

    /// Like [`Db::write`] for long work in chunks (≤ 500 rows each), served when the lane is idle.
    pub async fn bulk<T, E, F>(&self, key: LaneKey, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.submit(Way::Bulk(key), name, body).await
    }

    /// Runs `body` on one snapshot; a write in it is refused by the engine.
    pub async fn read<T, E, F>(&self, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.submit(Way::Read, name, body).await
    }

    /// Like [`Db::read`] without BEGIN and COMMIT around it: each statement sees the moment it runs in. For a
    /// closure of one statement, or of statements that need not agree; it saves two of its round trips.
    pub async fn look<T, E, F>(&self, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        self.submit(Way::Look, name, body).await
    }

    async fn submit<T, E, F>(&self, way: Way, name: &'static str, body: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbFault> + Send + 'static,
        F: Fn(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let snapshot = !matches!(way, Way::Look);
        let item: Box<dyn Work> =
            Box::new(Closure { name, queued: Instant::now(), snapshot, body, result: None, caller });
        self.0.mode.push(way, item).map_err(|refused| match refused {
            Refused::Full => {
                metrics::counter!("renshe_db_refused").increment(1);
                DbFault::Busy
            }
            Refused::Closed => DbFault::Down("the service is stopping".to_owned()),
        })?;
        answer.await.unwrap_or_else(|_| Err(DbFault::Unknown.into()))
    }

    /// Closures that wait in all queues, for the metrics and for readiness.
    pub fn waiting(&self) -> usize {
        match &self.0.mode {
            ModeOf::Threads { lanes, readers, .. } => {
                lanes.iter().map(|lane| lane.len()).sum::<usize>() + readers.len()
            }
            ModeOf::Inline(_) => 0,
        }
    }

    /// Which engine and where.
    pub fn target(&self) -> &Target {
        &self.0.settings.target
    }

    /// Asks the engine about every statement whose module passes `of`; returns what it refused as
    /// "module:line: reason". Blocks; never call it inside an async context.
    pub fn prepare_all(&self, of: impl Fn(&str) -> bool) -> Result<Vec<String>, DbFault> {
        let mut conn = Conn::open(self.target(), Role::Reader)?;
        let mut refused = Vec::new();
        for sql in all_statements() {
            let (module, line) = sql.place();
            if of(module)
                && let Err(error) = conn.prepare(sql)
            {
                refused.push(format!("{module}:{line}: {}: {}", error.fault(), sql.text()));
            }
        }
        Ok(refused)
    }

    /// Takes no more work, finishes what is queued and ends the threads. Blocks until then. A SQLite database that nobody else
    /// has open is one file afterwards.
    pub fn close(&self) {
        if let ModeOf::Threads { lanes, readers, threads } = &self.0.mode {
            lanes.iter().chain([readers]).for_each(|queue| queue.close());
            let threads = std::mem::take(&mut *threads.lock().unwrap_or_else(PoisonError::into_inner));
            for thread in threads {
                if thread.join().is_err() {
                    tracing::error!("database.thread_panicked");
                }
            }
            if let Err(error) = put_log_back(self.target()) {
                tracing::warn!(fault = %error.fault(), "database.log_left");
            }
        }
    }
}

/// Connections that close in the same moment each leave the log beside the file to the other. One that is alone puts it back when
/// it closes, so that whoever copies the file has all of it.
fn put_log_back(target: &Target) -> Result<(), DriverError> {
    match target {
        Target::Sqlite(path) if path.exists() => {
            Conn::open(target, Role::Reader)?.batch("SELECT COUNT(*) FROM sqlite_schema")
        }
        _ => Ok(()),
    }
}

#[derive(Clone, Copy)]
enum Way {
    Write(LaneKey),
    Bulk(LaneKey),
    Read,
    Look,
}

impl ModeOf {
    fn push(&self, way: Way, item: Box<dyn Work>) -> Result<(), Refused> {
        match (self, way) {
            (Self::Threads { lanes, .. }, Way::Write(key)) => lanes[key.lane(lanes.len())].push(item, false),
            (Self::Threads { lanes, .. }, Way::Bulk(key)) => lanes[key.lane(lanes.len())].push(item, true),
            (Self::Threads { readers, .. }, Way::Read | Way::Look) => readers.push(item, false),
            (Self::Inline(inline), Way::Read | Way::Look) => {
                inline.read(item);
                Ok(())
            }
            (Self::Inline(inline), _) => {
                inline.write(item);
                Ok(())
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let ModeOf::Threads { lanes, readers, .. } = &self.mode {
            lanes.iter().chain([readers]).for_each(|queue| queue.close());
        }
    }
}
