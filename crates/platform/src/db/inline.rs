//! The inline mode: no queue, no threads, every write commits on the caller's own thread, and a
//! hook decides what becomes of each commit. It serves the seeded simulator.

use std::sync::{Arc, Mutex, PoisonError};

use super::driver::{Conn, Role};
use super::fault::DbFault;
use super::run::{Ran, run_one};
use super::settings::Target;
use super::tx::Tx;
use super::work::Work;
use crate::audit::ChainHead;

/// What the hook does to a commit that is about to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Commit,
    /// The process dies before COMMIT: nothing is kept, and the caller never learns.
    CrashBefore,
    /// The process dies after COMMIT: everything is kept, and the caller never learns.
    CrashAfter,
}

/// Called at each commit with its number, from 1.
pub type CommitHook = Arc<dyn Fn(u64) -> Fate + Send + Sync>;

pub(crate) struct Inline {
    state: Mutex<State>,
    hook: CommitHook,
}

struct State {
    conn: Conn,
    head: Option<ChainHead>,
    commits: u64,
    instance: String,
}

impl Inline {
    pub(crate) fn open(target: &Target, instance: &str, hook: CommitHook) -> Result<Self, DbFault> {
        let conn = Conn::open(target, Role::Writer)?;
        Ok(Self { state: Mutex::new(State { conn, head: None, commits: 0, instance: instance.to_owned() }), hook })
    }

    pub(crate) fn write(&self, mut item: Box<dyn Work>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(fault) = self.write_in(&mut state, item.as_mut()) {
            item.fail(fault);
        }
        drop(state);
        item.answer();
    }

    fn write_in(&self, state: &mut State, item: &mut dyn Work) -> Result<(), DbFault> {
        let chain = format!("{}.0", state.instance);
        let pg = state.conn.is_postgres();
        state.conn.batch(if pg { "BEGIN; SAVEPOINT s" } else { "BEGIN IMMEDIATE; SAVEPOINT s" })?;
        let mut head = state.head.clone();
        let effects = match run_one(&mut state.conn, item, &mut head, &chain, 0) {
            Ran::Keep(effects) => effects,
            Ran::Refuse | Ran::Retry => return Ok(state.conn.batch("ROLLBACK")?),
            Ran::Emptied => {
                drop(state.conn.batch("ROLLBACK"));
                return Ok(());
            }
            Ran::Panicked => {
                state.conn.batch("ROLLBACK")?;
                return Err(DbFault::Panicked);
            }
            Ran::Lost(why) => return Err(DbFault::Down(why)),
        };
        state.commits += 1;
        match (self.hook)(state.commits) {
            Fate::CrashBefore => {
                state.conn.batch("ROLLBACK")?;
                return Err(DbFault::Unknown);
            }
            fate => {
                state.conn.batch("COMMIT")?;
                state.head = head;
                if fate == Fate::CrashAfter {
                    return Err(DbFault::Unknown);
                }
            }
        }
        for effect in effects {
            effect();
        }
        Ok(())
    }

    pub(crate) fn read(&self, mut item: Box<dyn Work>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = state.conn.batch("BEGIN");
        match begun {
            Ok(()) => {
                let mut tx = Tx::new(&mut state.conn);
                item.run(&mut tx);
                drop(tx);
                if let Err(error) = state.conn.batch("ROLLBACK") {
                    item.fail(error.fault());
                }
            }
            Err(error) => item.fail(error.fault()),
        }
        drop(state);
        item.answer();
    }
}
