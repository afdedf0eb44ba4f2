//! What every use case is given first: who acts, the clock, the database, the keys.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Clock, Moment, Rng, TypedId};
use tokio::sync::Notify;

use crate::audit::AuditEntry;
use crate::db::{Db, storable};
use crate::password::Hasher;
use crate::policy::Policy;
use crate::vault::Vault;

/// How strict this start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A laptop: sample data, the sandbox, a clock that can be moved.
    Demo,
    /// A city: no sandbox, no desks without a second factor.
    Production,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in.
    Nobody,
    /// A job, the outbox, a command line.
    System,
    /// An account's id.
    Citizen(String),
    /// A staff id.
    Staff(String),
    /// A partner's name.
    Partner(String),
}

impl Actor {
    /// The actor as it is written into audit rows: `citizen:acc_…`.
    pub fn label(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::System => "system".to_owned(),
            Self::Citizen(id) => format!("citizen:{id}"),
            Self::Staff(id) => format!("staff:{id}"),
            Self::Partner(name) => format!("partner:{name}"),
        }
    }
}

/// Where an act comes from.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The reference number shown to people and found in the log.
    pub request: String,
    pub actor: Actor,
    /// The network address of the asker, empty for jobs.
    pub ip: String,
    /// The asker's browser, by a fingerprint of the cookie it sent; `None` for jobs and for browsers that sent none.
    pub browser: Option<u64>,
}

impl Trace {
    /// The trace of a job or a command.
    pub fn system(name: &str) -> Self {
        Self { request: name.to_owned(), actor: Actor::System, ip: String::new(), browser: None }
    }
}

/// The lease is over, so no partner is called about its subject any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time for it is over")]
pub struct TimeOver;

/// The context of a use case; cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub rng: Arc<dyn Rng>,
    pub vault: Arc<Vault>,
    pub policy: Arc<Policy>,
    pub hasher: Hasher,
    pub mode: Mode,
    /// Wakes this process's outbox worker after a commit.
    pub nudge: Arc<Notify>,
    /// No partner is called after this moment, because the subject of the act is leased only until then.
    pub not_after: Option<Moment>,
    pub trace: Trace,
}

impl Ctx {
    /// The moment of this act. Read it once per use case, before the closure.
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A fresh id of any kind.
    pub fn id<T: TypedId>(&self) -> T {
        T::make(self.now(), self.rng.as_ref())
    }

    /// The same context for another request.
    pub fn with_trace(&self, trace: Trace) -> Self {
        Self { hasher: self.hasher.asked_from(&trace.ip), trace, ..self.clone() }
    }

    /// The same context for an act that may call partners only until then.
    pub fn until(&self, not_after: Moment) -> Self {
        Self { not_after: Some(not_after), ..self.clone() }
    }

    /// How long a call to a partner may still take, by this context's clock; `None` if there is no end.
    ///
    /// # Errors
    /// The time is over: nothing may be sent any more.
    pub fn time_left(&self) -> Result<Option<Duration>, TimeOver> {
        let Some(end) = self.not_after else { return Ok(None) };
        let left_ms = end.ms().saturating_sub(self.now().ms());
        match u64::try_from(left_ms) {
            Ok(ms) if ms > 0 => Ok(Some(Duration::from_millis(ms))),
            _ => Err(TimeOver),
        }
    }

    /// The same request, now known to be made by `actor`.
    pub fn acting(&self, actor: Actor) -> Self {
        let trace = Trace { actor, ..self.trace.clone() };
        self.with_trace(trace)
    }

    /// An audit row of this act. `detail` holds ids, states and counts, never personal data.
    pub fn act(&self, act: &'static str, subject: &str, detail: serde_json::Value) -> AuditEntry {
        AuditEntry {
            act,
            // The text is taken as the database holds it; otherwise the row's hash would not match the row.
            subject: storable(subject.to_owned()),
            actor: self.trace.actor.label(),
            ip: self.trace.ip.clone(),
            request: self.trace.request.clone(),
            at: self.now(),
            detail: detail.to_string(),
        }
    }
}
