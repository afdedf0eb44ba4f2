//! The worker that carries due parcels.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use kernel::Moment;

use super::store::{self, Claimed};
use super::{Carrier, Mode, Parcel, Verdict, aad};
use crate::ctx::Ctx;
use crate::db::{DbFault, LaneKey};

/// Longer than any carrier's own deadline.
const LEASE_SECS: i64 = 90;
const CLAIM_MOST: i64 = 16;
/// Pauses after the first, second, … try; the last repeats.
const LADDER_SECS: [i64; 6] = [1, 5, 30, 120, 600, 3600];
/// After this long a person is called.
const STUCK_SECS: i64 = 24 * 3600;
/// The worker is woken by commits; this poll finds what a lost wake-up would have carried.
const POLL: Duration = Duration::from_millis(500);

/// Carries parcels with the carriers it was given.
pub struct Worker {
    ctx: Ctx,
    holder: String,
    carriers: HashMap<&'static str, Arc<dyn Carrier>>,
}

impl Worker {
    /// `holder` names this start of this process.
    pub fn new(ctx: Ctx, holder: impl Into<String>, carriers: Vec<Arc<dyn Carrier>>) -> Self {
        let carriers = carriers.into_iter().map(|carrier| (carrier.kind(), carrier)).collect();
        Self { ctx, holder: holder.into(), carriers }
    }

    /// Works until the task is dropped.
    pub async fn run(self) {
        loop {
            match self.carry_due().await {
                Ok(0) => drop(tokio::time::timeout(POLL, self.ctx.nudge.notified()).await),
                Ok(_) => {}
                Err(fault) => {
                    tracing::warn!(%fault, "outbox.claim_failed");
                    tokio::time::sleep(POLL).await;
                }
            }
        }
    }

    /// Claims what is due, carries it, records what became of it; returns how many there were.
    pub async fn carry_due(&self) -> Result<usize, DbFault> {
        let now = self.ctx.now();
        let (holder, until) = (self.holder.clone(), now.plus_secs(LEASE_SECS));
        let idle = self.ctx.db.read("outbox.peek", store::backlog).await?;
        if idle.oldest_due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        let claimed = self
            .ctx
            .db
            .write(LaneKey::OUTBOX, "outbox.claim", move |tx| store::claim(tx, &holder, now, until, CLAIM_MOST))
            .await?;
        let many = claimed.len();
        for done in join_all(claimed.into_iter().map(|row| self.carry(row))).await {
            done?;
        }
        Ok(many)
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
            // An earlier try may have arrived: only a first one can be forgotten.
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
