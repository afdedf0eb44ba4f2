//! One queued closure, with its caller's answer, its types erased so that a lane can hold many.

use std::time::Instant;

use tokio::sync::oneshot;

use super::fault::DbFault;
use super::tx::Tx;

/// What a lane knows of a closure.
pub(crate) trait Work: Send {
    fn name(&self) -> &'static str;
    fn queued(&self) -> Instant;
    /// Whether a read's statements must all see the same moment.
    fn snapshot(&self) -> bool;
    /// Runs the closure (perhaps not for the first time) and keeps its result; true when its
    /// changes are to stay.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the kept result by a fault.
    fn fail(&mut self, fault: DbFault);
    /// Hands the kept result to the caller; a caller that has gone is no error.
    fn answer(self: Box<Self>);
}

pub(crate) struct Closure<T, E, F> {
    pub(crate) name: &'static str,
    pub(crate) queued: Instant,
    pub(crate) snapshot: bool,
    pub(crate) body: F,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) caller: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Work for Closure<T, E, F>
where
    T: Send,
    E: From<DbFault> + Send,
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
{
    fn name(&self) -> &'static str {
        self.name
    }

    fn queued(&self) -> Instant {
        self.queued
    }

    fn snapshot(&self) -> bool {
        self.snapshot
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let result = (self.body)(tx);
        let result = match tx.failure() {
            Some(error) if result.is_ok() => Err(E::from(error.fault())),
            _ => result,
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn fail(&mut self, fault: DbFault) {
        self.result = Some(Err(E::from(fault)));
    }

    fn answer(self: Box<Self>) {
        let result = self.result.unwrap_or_else(|| Err(E::from(DbFault::Panicked)));
        // A caller that hung up has no use for the answer; the commit stands.
        drop(self.caller.send(result));
    }
}
