//! Puts places back on sale whose hold ran out unpaid (REG-2).
//!
//! What is due is read first and judged again in the closure that ends it, on the held order: in between somebody may have
//! begun to pay, and the place is theirs until that has ended.

use std::sync::Arc;

use identity::PersonId;
use kernel::Moment;
use payments::{Ended, Listeners, Pen};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::advance::{Advanced, advance};
use super::model::{AppointmentId, Event, Refusal, State};
use super::paid::SUBJECT;
use super::store;
use crate::clinics;
use crate::clinics::model::ClinicId;
use crate::rules::BookingRules;

/// How many holds are read at once; the others come next.
const CHUNK: i64 = 200;

/// Why holds could not be expired.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    /// No rules for this day.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Never answered: a hold that must stay is passed over.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The payment could not be told to end.
    #[error(transparent)]
    Payment(#[from] payments::ApplyError),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// A hold that had run out when it was read.
#[derive(Debug, Clone)]
pub struct DeadHold {
    pub(super) clinic: ClinicId,
    pub(super) person: PersonId,
    pub(super) id: AppointmentId,
    pub(super) until: Moment,
}

/// Expires every hold whose time is over; returns how many.
///
/// # Errors
/// The first of what went wrong; the other holds have been looked after all the same.
pub async fn expire_holds(ctx: &Ctx, listeners: &Arc<Listeners>) -> Result<u64, ExpireError> {
    let (now, mut last) = (ctx.now(), None);
    let (mut total, mut failed) = (0, None);
    loop {
        let due = dead_holds(ctx, now, last).await?;
        let full = i64::try_from(due.len()).is_ok_and(|len| len == CHUNK);
        last = due.last().cloned();
        match expire(ctx, listeners, due).await {
            Ok(count) => total += count,
            Err((count, error)) => {
                total += count;
                failed = failed.or(Some(error));
            }
        }
        if !full {
            return failed.map_or(Ok(total), Err);
        }
    }
}

/// Holds that have run out at a moment, the oldest first, after the one that was read last: those that cannot be ended
/// keep nobody from those behind them.
///
/// # Errors
/// What broke beneath.
pub async fn dead_holds(ctx: &Ctx, now: Moment, after: Option<DeadHold>) -> Result<Vec<DeadHold>, DbFault> {
    let after = after.map_or((Moment::from_ms(0), String::new()), |last| (last.until, last.id.to_string()));
    ctx.db.read("appointment.expire.due", move |tx| store::dead_holds(tx, now, (after.0, &after.1), CHUNK)).await
}

/// Ends those of these holds that have run out as things stand; returns how many.
///
/// # Errors
/// The first of what went wrong, with how many were ended all the same: one in trouble must not keep the others' places.
pub async fn expire(ctx: &Ctx, listeners: &Arc<Listeners>, due: Vec<DeadHold>) -> Result<u64, (u64, ExpireError)> {
    let (mut expired, mut failed) = (0, None);
    for hold in due {
        let id = hold.id.clone();
        match expire_one(ctx, listeners, hold).await {
            Ok(ended) => expired += u64::from(ended),
            Err(error) => {
                tracing::warn!(appointment = id.as_str(), %error, "appointment.expire_failed");
                failed = failed.or(Some(error));
            }
        }
    }
    failed.map_or(Ok(expired), |error| Err((expired, error)))
}

async fn expire_one(ctx: &Ctx, listeners: &Arc<Listeners>, hold: DeadHold) -> Result<bool, ExpireError> {
    let (ctx2, pen) = (ctx.clone(), Pen::new(ctx, Arc::clone(listeners), "sweeper")?);
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let lane = clinics::lane(&hold.clinic);
    ctx.db.write(lane, "appointment.expire", move |tx| within(tx, &ctx2, (&rules, &pen), &hold, now)).await
}

fn within(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (rules, pen): (&BookingRules, &Pen),
    hold: &DeadHold,
    now: Moment,
) -> Result<bool, ExpireError> {
    let id = &hold.id;
    pen.fresh();
    let find = |tx: &mut Tx<'_>| store::of_person(tx, &hold.person, id).map_err(ExpireError::from);
    // Paid, given up or expired by another sweeper since the look.
    if find(tx)?.is_none_or(|found| found.state != State::Held) {
        return Ok(false);
    }
    match payments::time_out_subject(tx, pen, (SUBJECT, id.as_str()))? {
        // Paying was begun at the last moment: the order holds the place.
        Some(Ended::NotYet) => return Ok(false),
        // The place goes when its order has ended: what is under way is waited for.
        Some(Ended::Yes) => return Ok(find(tx)?.is_some_and(|found| found.state == State::Expired)),
        None => {}
    }
    match advance(tx, find, rules, Event::Expire, &ctx.trace.actor.label(), now) {
        Ok(Some(Advanced::Changed(..))) => {
            tx.audit(ctx.act("appointment.expired", id.as_str(), json!({})));
            Ok(true)
        }
        // Paid or given up in the meantime.
        Ok(Some(Advanced::Already(_)) | None) | Err(ExpireError::Refused(_)) => Ok(false),
        Err(other) => Err(other),
    }
}
