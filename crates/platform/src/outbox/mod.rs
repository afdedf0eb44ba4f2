//! The outbox (architecture, rule 9): whatever leaves the process leaves through a row that was
//! written in the same transaction as its cause, and is carried later by an adapter.
//!
//! ```text
//! waiting ── done        carried, or found to have been carried
//!    │   ├── refused     the partner said no, for good
//!    │   ├── expired     too late to be of use
//!    └───┴── stuck       a day of trying; a person must look
//! ```
//! Payloads are sealed, and wiped with the row's last state.

mod policy;
mod store;
mod worker;

use async_trait::async_trait;
use kernel::Moment;
use serde::Serialize;
use tokio::sync::Notify;

use std::sync::Arc;

use crate::ctx::Ctx;
use crate::db::{DbFault, Tx};
use crate::vault::{Aad, VaultError};

pub use policy::OutboxPolicy;
pub use store::{Backlog, backlog, forget, kinds};
pub use worker::Worker;

kernel::typed_id!(
    /// One thing to be carried to a partner; the partner sees it as our number.
    pub ParcelId, "obx"
);

/// What is to be carried, prepared outside the closure because sealing is work.
#[derive(Debug, Clone)]
pub struct Letter {
    pub(crate) id: ParcelId,
    pub(crate) kind: &'static str,
    pub(crate) about: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created: Moment,
    pub(crate) due: Moment,
    pub(crate) expires: Option<Moment>,
    nudge: Arc<Notify>,
}

impl Letter {
    /// `kind` names the carrier, `about` the thing it is about (an id, never personal data).
    pub fn new(ctx: &Ctx, kind: &'static str, about: &str, payload: &impl Serialize) -> Result<Self, VaultError> {
        let id: ParcelId = ctx.id();
        let plain = serde_json::to_vec(payload).map_err(|error| VaultError::Payload(error.to_string()))?;
        let sealed = ctx.vault.system_key().seal(aad(&id), &plain, ctx.rng.as_ref())?;
        let now = ctx.now();
        Ok(Self {
            id,
            kind,
            about: about.to_owned(),
            sealed,
            created: now,
            due: now,
            expires: None,
            nudge: Arc::clone(&ctx.nudge),
        })
    }

    /// Not before this moment.
    pub fn due(mut self, due: Moment) -> Self {
        self.due = due;
        self
    }

    /// The parcel is of no use after this moment.
    pub fn expires(mut self, expires: Moment) -> Self {
        self.expires = Some(expires);
        self
    }

    pub fn id(&self) -> &ParcelId {
        &self.id
    }
}

/// Inserts the row; the worker is woken after the commit.
pub fn post(tx: &mut Tx<'_>, letter: &Letter) -> Result<(), DbFault> {
    store::insert(tx, letter)?;
    let nudge = Arc::clone(&letter.nudge);
    tx.after_commit(move || nudge.notify_one());
    Ok(())
}

/// What a kind may do with a parcel that was perhaps sent already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The partner knows our number: sending again is safe.
    Resend,
    /// The partner does not: ask what became of it, never send again.
    Ask,
}

/// The outcome of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Done,
    /// Certainly not carried; try again later.
    Retry(String),
    /// Certainly not carried, and never will be.
    Refused(String),
    /// Perhaps carried: a time-out, a broken answer. Never read as a failure.
    Unknown(String),
}

/// A parcel as its carrier sees it.
#[derive(Debug, Clone)]
pub struct Parcel {
    pub id: String,
    pub about: String,
    pub payload: serde_json::Value,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// When a try that may have reached the partner began, if there was one before this.
    pub sent_at: Option<Moment>,
}

/// An adapter that carries one kind.
#[async_trait]
pub trait Carrier: Send + Sync {
    fn kind(&self) -> &'static str;
    fn mode(&self) -> Mode;
    /// How many parcels are carried at once: no more than the partner's own places.
    fn at_once(&self) -> usize {
        8
    }
    /// Carries the parcel.
    async fn send(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict;
    /// Asks the partner what became of a parcel that may have been carried.
    async fn ask(&self, ctx: &Ctx, parcel: &Parcel) -> Verdict;
}

pub(crate) fn aad(id: &ParcelId) -> Aad<'_> {
    Aad { table: "outbox", column: "payload", row: id.as_str() }
}
