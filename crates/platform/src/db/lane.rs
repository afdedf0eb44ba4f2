//! One writing lane: a thread that drains its queue into group commits (architecture, rules 3–5).
//!
//! A batch is one transaction; each closure in it has a savepoint, so that one refusal costs only
//! itself. Callers are answered after COMMIT and never before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::driver::{Backend, Conn, Role};
use super::fault::{DbFault, DriverError};
use super::lane_row;
use super::queue::Queue;
use super::run::{Ran, run_one};
use super::settings::DbSettings;
use super::tx::Effect;
use super::work::Work;
use crate::audit::ChainHead;

/// Closures in one commit. PostgreSQL keeps 64 subtransactions of a transaction in memory.
pub(crate) const BATCH_MOST: usize = 48;
/// How often a closure that met a lock is run again before its caller is told "busy".
const ATTEMPTS_MOST: u32 = 40;
/// How long a batch that was certainly not committed waits for the database to come back.
const OUTAGE_WAIT: Duration = Duration::from_secs(3);
const RECONNECT_PAUSE: Duration = Duration::from_millis(200);

type Item = Box<dyn Work>;

/// The state of one lane's thread.
pub(crate) struct Lane {
    settings: DbSettings,
    number: usize,
    queue: Arc<Queue>,
    conn: Option<Conn>,
    /// The server process of the last connection, until it is known to have ended.
    old_backend: Option<Backend>,
    batch_no: i64,
    registered: bool,
    head: Option<ChainHead>,
    dead: bool,
}

/// How a batch ended.
enum End {
    /// Committed; these closures met a lock and are to be run again, alone.
    Committed(Vec<Item>),
    /// Certainly not committed, and may be run again. The flag: run the closures singly.
    NotDone(Vec<Item>, Again),
    /// Certainly not committed and refused as a whole.
    Refused(Vec<Item>, DbFault),
    /// COMMIT was sent and no answer came: what would be answered, what met a lock, the effects.
    Unknown(Vec<Item>, Vec<Item>, Vec<Effect>),
}

/// The closures of a batch by how they went.
#[derive(Default)]
struct Sorted {
    kept: Vec<Item>,
    refused: Vec<Item>,
    retry: Vec<Item>,
    effects: Vec<Effect>,
}

impl Sorted {
    fn keep(&mut self, item: Item, effects: Vec<Effect>) {
        self.kept.push(item);
        self.effects.extend(effects);
    }

    /// Everything, to be run again.
    fn all(self, rest: impl Iterator<Item = Item>) -> Vec<Item> {
        self.kept.into_iter().chain(self.refused).chain(self.retry).chain(rest).collect()
    }

    /// What is answered after COMMIT, what is run again, the effects. Refusals wait for COMMIT
    /// too: what they read may rest on what is committed with them.
    fn into_answers(self) -> (Vec<Item>, Vec<Item>, Vec<Effect>) {
        (self.kept.into_iter().chain(self.refused).collect(), self.retry, self.effects)
    }
}

enum Again {
    Together(String),
    Singly,
}

impl Lane {
    pub(crate) fn new(settings: DbSettings, number: usize, queue: Arc<Queue>) -> Self {
        Self {
            settings,
            number,
            queue,
            conn: None,
            old_backend: None,
            batch_no: 0,
            registered: false,
            head: None,
            dead: false,
        }
    }

    /// Serves the queue until it is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(batch) = self.queue.next_batch(BATCH_MOST) {
            metrics::histogram!("renshe_db_batch_closures").record(batch.len() as f64);
            self.serve(batch);
        }
    }

    fn serve(&mut self, batch: Vec<Item>) {
        let alone = self.carry_out(batch);
        for item in alone {
            let mut again = vec![item];
            for attempt in 1..=ATTEMPTS_MOST {
                again = self.carry_out(again);
                if again.is_empty() {
                    break;
                }
                thread::sleep(Duration::from_millis(u64::from(attempt.min(20))));
            }
            answer_all(again, Some(&DbFault::Busy));
        }
    }

    /// Brings a batch to an end, whatever happens to the connection; returns the closures that are
    /// to be run again alone.
    fn carry_out(&mut self, mut batch: Vec<Item>) -> Vec<Item> {
        let since = Instant::now();
        loop {
            if self.dead {
                answer_all(batch, Some(&DbFault::Unknown));
                return Vec::new();
            }
            if let Err(error) = self.connect() {
                if since.elapsed() > OUTAGE_WAIT || self.queue.is_closed() {
                    answer_all(batch, Some(&error.fault()));
                    return Vec::new();
                }
                thread::sleep(RECONNECT_PAUSE);
                continue;
            }
            match self.attempt(batch) {
                End::Committed(retry) => return retry,
                End::Refused(items, fault) => {
                    answer_all(items, Some(&fault));
                    return Vec::new();
                }
                End::NotDone(items, Again::Singly) => {
                    let mut retry = Vec::new();
                    for item in items {
                        retry.extend(self.carry_out(vec![item]));
                    }
                    return retry;
                }
                End::NotDone(items, Again::Together(why)) => {
                    if since.elapsed() > OUTAGE_WAIT {
                        answer_all(items, Some(&DbFault::Down(why)));
                        return Vec::new();
                    }
                    batch = items;
                }
                End::Unknown(kept, retry, effects) => match self.resolve() {
                    Some(true) => {
                        finish(kept, effects);
                        return retry;
                    }
                    Some(false) => batch = kept.into_iter().chain(retry).collect(),
                    None => {
                        answer_all(kept, Some(&DbFault::Unknown));
                        return retry;
                    }
                },
            }
        }
    }

    /// Makes sure that there is a connection, that the one before it has ended, and that the
    /// lane's row exists.
    fn connect(&mut self) -> Result<(), DriverError> {
        if self.conn.is_some() {
            return Ok(());
        }
        let mut conn = Conn::open(&self.settings.target, Role::Writer)?;
        if let Some(old) = self.old_backend.take()
            && let Err(error) = conn.end_backend(&old)
        {
            self.old_backend = Some(old);
            return Err(error);
        }
        if conn.is_postgres() && !self.registered {
            lane_row::register(&mut conn, &self.settings.instance, self.number as i64)?;
            self.registered = true;
        }
        self.conn = Some(conn);
        Ok(())
    }

    fn drop_connection(&mut self) {
        if let Some(conn) = self.conn.take() {
            self.old_backend = conn.backend();
        }
    }

    /// After COMMIT went unanswered: reads whether the batch's number is there. Goes on asking
    /// until it knows; `None` only when the process is stopping.
    fn resolve(&mut self) -> Option<bool> {
        self.drop_connection();
        tracing::warn!(lane = self.number, batch = self.batch_no, "database.commit_unknown");
        metrics::counter!("renshe_db_unknown_commits").increment(1);
        loop {
            let found = self.connect().and_then(|()| match self.conn.as_mut() {
                Some(conn) => lane_row::read(conn, &self.settings.instance, self.number as i64),
                None => Err(DriverError::Lost("no connection".to_owned())),
            });
            match found {
                Ok(stored) => return Some(stored == self.batch_no),
                Err(_) if self.queue.is_closed() => return None,
                Err(error) => {
                    tracing::warn!(?error, "database.reconnect");
                    self.drop_connection();
                    thread::sleep(RECONNECT_PAUSE);
                }
            }
        }
    }

    /// One transaction over the whole batch.
    fn attempt(&mut self, batch: Vec<Item>) -> End {
        let Some(mut conn) = self.conn.take() else {
            return End::NotDone(batch, Again::Together("no connection".to_owned()));
        };
        let mut head = self.head.clone();
        let pg = conn.is_postgres();
        if let Err(error) = conn.control(if pg { "BEGIN; SAVEPOINT s" } else { "BEGIN IMMEDIATE; SAVEPOINT s" }) {
            return self.not_begun(conn, batch, error);
        }
        let mut sorted = Sorted::default();
        let mut rest = batch.into_iter();
        while let Some(mut item) = rest.next() {
            match run_one(&mut conn, item.as_mut(), &mut head, &self.chain_id(), self.number) {
                Ran::Keep(effects) => sorted.keep(item, effects),
                Ran::Refuse => sorted.refused.push(item),
                Ran::Retry => sorted.retry.push(item),
                Ran::Panicked if !pg => {
                    item.fail(DbFault::Panicked);
                    sorted.refused.push(item);
                }
                Ran::Panicked => {
                    // The protocol's state is unknown: drop the connection, run the others singly.
                    item.fail(DbFault::Panicked);
                    item.answer();
                    self.old_backend = conn.backend();
                    return End::NotDone(sorted.all(rest), Again::Singly);
                }
                Ran::Emptied => {
                    // SQLite gave up the whole transaction (a full disk): the others run singly.
                    item.answer();
                    drop(conn.batch("ROLLBACK"));
                    self.conn = Some(conn);
                    return End::NotDone(sorted.all(rest), Again::Singly);
                }
                Ran::Lost(why) => {
                    self.old_backend = conn.backend();
                    return End::NotDone(sorted.all(std::iter::once(item).chain(rest)), Again::Together(why));
                }
            }
        }
        self.commit(conn, sorted, head)
    }

    fn not_begun(&mut self, conn: Conn, batch: Vec<Item>, error: DriverError) -> End {
        match error {
            DriverError::Lost(why) => {
                self.old_backend = conn.backend();
                End::NotDone(batch, Again::Together(why))
            }
            other => {
                self.conn = Some(conn);
                End::Refused(batch, other.fault())
            }
        }
    }

    fn commit(&mut self, mut conn: Conn, sorted: Sorted, head: Option<ChainHead>) -> End {
        let (kept, retry, effects) = sorted.into_answers();
        self.batch_no += 1;
        let text = if conn.is_postgres() {
            lane_row::commit_text(&self.settings.instance, self.number as i64, self.batch_no)
        } else {
            "RELEASE s; COMMIT".to_owned()
        };
        match conn.batch(&text) {
            Ok(()) => {
                self.conn = Some(conn);
                self.head = head;
                finish(kept, effects);
                End::Committed(retry)
            }
            Err(DriverError::Lost(_)) if conn.is_postgres() => {
                self.old_backend = conn.backend();
                // If the batch turns out to be there, its chain has grown: the head is read anew.
                self.head = None;
                End::Unknown(kept, retry, effects)
            }
            Err(error @ (DriverError::Io(_) | DriverError::Corrupt(_))) if !conn.is_postgres() => {
                self.dead = true;
                let text = format!("the database file cannot be written and nothing is certain any more: {error:?}");
                (self.settings.on_fatal)(&text);
                End::Refused(kept.into_iter().chain(retry).collect(), DbFault::Unknown)
            }
            Err(error) => {
                // SQLite has rolled back by itself after some errors, and says so here.
                if conn.batch("ROLLBACK").is_ok() || !conn.is_postgres() {
                    self.conn = Some(conn);
                } else {
                    self.old_backend = conn.backend();
                }
                End::Refused(kept.into_iter().chain(retry).collect(), error.fault())
            }
        }
    }

    fn chain_id(&self) -> String {
        format!("{}.{}", self.settings.instance, self.number)
    }
}

fn finish(items: Vec<Item>, effects: Vec<Effect>) {
    for effect in effects {
        if catch_unwind(AssertUnwindSafe(effect)).is_err() {
            tracing::error!("database.effect_panicked");
        }
    }
    answer_all(items, None);
}

fn answer_all(items: Vec<Item>, fault: Option<&DbFault>) {
    for mut item in items {
        if let Some(fault) = fault {
            item.fail(fault.clone());
        }
        item.answer();
    }
}
