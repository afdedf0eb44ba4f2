//! The worker that carries due parcels.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::Moment;
use tokio::sync::{Notify, Semaphore};

use super::store::{self, Claimed};
use super::{Carrier, Mode, Parcel, Verdict, aad};
use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey};

/// The lease of a parcel; longer than any carrier's own deadline.
const LEASE_SECS: i64 = 90;
/// The number of rows that are claimed at once.
const CLAIM_MOST: i64 = 64;
/// Pauses after the first, second, … try; the last repeats.
const LADDER_SECS: [i64; 6] = [1, 5, 30, 120, 600, 3600];
/// The age of a row after which a person is called.
const STUCK_SECS: i64 = 24 * 3600;
/// The worker is woken by commits; this poll finds what a lost wake-up would have carried.
const POLL: Duration = Duration::from_millis(500);

/// Carries parcels with the carriers it was given. Kinds do not wait for each other, nor parcels of one kind: each has a
/// task of its own, and a kind that has all its places taken is claimed no further until one is free.
pub struct Worker(Arc<Inner>);

struct Inner {
    ctx: Ctx,
    holder: String,
    carriers: HashMap<&'static str, Arc<dyn Carrier>>,
    /// Free places of each kind in this process.
    places: HashMap<&'static str, Arc<Semaphore>>,
    /// Wakes the claiming when a place has become free.
    freed: Notify,
}

impl Worker {
    /// `holder` names this start of this process.
    pub fn new(ctx: Ctx, holder: impl Into<String>, carriers: Vec<Arc<dyn Carrier>>) -> Self {
        let places = carriers.iter().map(|one| (one.kind(), Arc::new(Semaphore::new(one.at_once().max(1))))).collect();
        let carriers = carriers.into_iter().map(|carrier| (carrier.kind(), carrier)).collect();
        Self(Arc::new(Inner { ctx, holder: holder.into(), carriers, places, freed: Notify::new() }))
    }

    /// Works until the task is dropped.
    pub async fn run(self) {
        let inner = self.0;
        loop {
            let begun = match inner.begin_due().await {
                Ok(begun) => begun,
                Err(fault) => {
                    tracing::warn!(%fault, "outbox.claim_failed");
                    tokio::time::sleep(POLL).await;
                    continue;
                }
            };
            if begun == 0 {
                tokio::select! {
                    () = inner.ctx.nudge.notified() => {}
                    () = inner.freed.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                }
            }
        }
    }

    /// Claims what is due, carries it, and returns when it is recorded what became of it: how many there were. For tests.
    pub async fn carry_due(&self) -> Result<usize, DbFault> {
        let mut claimed = Vec::new();
        for kind in self.0.due_kinds().await? {
            claimed.extend(self.0.claim(kind, CLAIM_MOST).await?);
        }
        let many = claimed.len();
        for done in join_all(claimed.into_iter().map(|row| self.0.carry(row))).await {
            done?;
        }
        Ok(many)
    }
}

impl Inner {
    /// Begins to carry whatever is due and has a place; returns how much was begun.
    async fn begin_due(self: &Arc<Self>) -> Result<usize, DbFault> {
        let mut begun = 0;
        for kind in self.due_kinds().await? {
            // A kind that nobody carries is put back at once, with the reason.
            let places = self.places.get(kind.as_str()).cloned().unwrap_or_else(|| Arc::new(Semaphore::new(1)));
            let free = i64::try_from(places.available_permits()).unwrap_or(CLAIM_MOST).min(CLAIM_MOST);
            if free == 0 {
                continue;
            }
            for row in self.claim(kind, free).await? {
                begun += 1;
                self.begin(row, &places);
            }
        }
        Ok(begun)
    }

    fn begin(self: &Arc<Self>, row: Claimed, places: &Arc<Semaphore>) {
        // Only this task takes places, so one that was free a moment ago still is.
        let place = Arc::clone(places).try_acquire_owned();
        let inner = Arc::clone(self);
        tokio::spawn(async move {
            let id = row.id.clone();
            if let Err(fault) = inner.carry(row).await {
                // The lease ends by itself, and the row is looked at again.
                tracing::warn!(parcel = id.as_str(), %fault, "outbox.not_recorded");
            }
            drop(place);
            inner.freed.notify_one();
        });
    }

    /// The kinds of which a parcel is due that nobody is about.
    async fn due_kinds(&self) -> Result<Vec<String>, DbFault> {
        let now = self.ctx.now();
        self.ctx.db.look("outbox.peek", move |tx| store::due_kinds(tx, now)).await
    }

    async fn claim(&self, kind: String, most: i64) -> Result<Vec<Claimed>, DbFault> {
        let (now, holder) = (self.ctx.now(), self.holder.clone());
        let until = now.plus_secs(LEASE_SECS);
        self.ctx
            .db
            .write(LaneKey::OUTBOX, "outbox.claim", move |tx| store::claim(tx, &kind, &holder, now, until, most))
            .await
    }

    async fn carry(&self, row: Claimed) -> Result<(), DbFault> {
        let now = self.ctx.now();
        let verdict = if row.expires.is_some_and(|end| end <= now) && row.sent_before.is_none() {
            return self.finish(&row, "expired", "").await;
        } else {
            self.hand_over(&row).await
        };
        metrics::counter!("renshe_outbox_tries", "kind" => row.kind.clone(), "verdict" => label(&verdict)).increment(1);
        match verdict {
            Verdict::Done => self.finish(&row, "done", "").await,
            Verdict::Refused(why) => {
                tracing::warn!(parcel = row.id.as_str(), kind = row.kind, why, "outbox.refused");
                self.finish(&row, "refused", &why).await
            }
            // An earlier try may have arrived, so only a first try can be forgotten.
            Verdict::Retry(why) => self.put_back(&row, why, row.sent_before.is_none()).await,
            Verdict::Unknown(why) => self.put_back(&row, why, false).await,
        }
    }

    async fn hand_over(&self, row: &Claimed) -> Verdict {
        let Some(carrier) = self.carriers.get(row.kind.as_str()) else {
            return Verdict::Retry(format!("nobody carries {}", row.kind));
        };
        let payload = match self
            .ctx
            .vault
            .system_key()
            .open(aad(&row.id), &row.sealed)
            .map(|plain| serde_json::from_slice(&plain))
        {
            Ok(Ok(payload)) => payload,
            Ok(Err(error)) => return Verdict::Refused(error.to_string()),
            Err(error) => return Verdict::Retry(error.to_string()),
        };
        let parcel = Parcel {
            id: row.id.as_str().to_owned(),
            about: row.about.clone(),
            payload,
            attempts: row.attempts,
            sent_at: row.sent_before,
        };
        if row.sent_before.is_some() && carrier.mode() == Mode::Ask {
            carrier.ask(&self.ctx, &parcel).await
        } else {
            carrier.send(&self.ctx, &parcel).await
        }
    }

    async fn finish(&self, row: &Claimed, state: &'static str, note: &str) -> Result<(), DbFault> {
        let (id, note, now) = (row.id.clone(), note.to_owned(), self.ctx.now());
        self.ctx.db.write(LaneKey::OUTBOX, "outbox.finish", move |tx| store::finish(tx, &id, state, &note, now)).await
    }

    async fn put_back(&self, row: &Claimed, why: String, forget_sent: bool) -> Result<(), DbFault> {
        tracing::warn!(parcel = row.id.as_str(), kind = row.kind, attempts = row.attempts, why, "outbox.try_failed");
        let now = self.ctx.now();
        let due = next_try(row.attempts, now);
        let (id, holder) = (row.id.clone(), self.holder.clone());
        let stuck = row.created.secs_until(now) > STUCK_SECS;
        self.ctx
            .db
            .write(LaneKey::OUTBOX, "outbox.put_back", move |tx| {
                if stuck {
                    store::stick(tx, &id, &why)
                } else {
                    store::put_back(tx, &id, &holder, due, &why, forget_sent)
                }
            })
            .await
    }
}

fn next_try(attempts: i64, now: Moment) -> Moment {
    let step = usize::try_from(attempts - 1).unwrap_or(0).min(LADDER_SECS.len() - 1);
    now.plus_secs(LADDER_SECS[step])
}

fn label(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Done => "done",
        Verdict::Retry(_) => "retry",
        Verdict::Refused(_) => "refused",
        Verdict::Unknown(_) => "unknown",
    }
}
