//! Puts places back on sale whose hold ran out unpaid (REG-2).

use std::collections::BTreeMap;

use std::sync::Arc;

use identity::PersonId;
use kernel::Moment;
use payments::{Cause, Pen};
use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::advance::{Advanced, advance};
use super::model::{AppointmentId, Event, Refusal, State};
use super::paid::{SUBJECT, Visits};
use super::store;
use crate::clinics::model::ClinicId;
use crate::clinics::policy::BookingRules;

/// Holds looked at in one round; the next round takes the rest.
const CHUNK: i64 = 200;

/// Why holds could not be expired.
#[derive(Debug, thiserror::Error)]
pub enum ExpireError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Never answered: a hold that must stay is passed over.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The payment could not be told to end.
    #[error(transparent)]
    Payment(#[from] payments::ApplyError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Expires every hold whose time is over; returns how many.
pub async fn expire_holds(ctx: &Ctx) -> Result<u64, ExpireError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let (mut total, mut failed) = (0, None);
    loop {
        let due = ctx.db.read("appointment.expire.due", move |tx| store::dead_holds(tx, now, CHUNK)).await?;
        let full = i64::try_from(due.len()).is_ok_and(|len| len == CHUNK);
        let mut by_clinic: BTreeMap<ClinicId, Vec<(PersonId, AppointmentId)>> = BTreeMap::new();
        for (clinic, person, id) in due {
            by_clinic.entry(clinic).or_default().push((person, id));
        }
        let mut expired = 0;
        for (clinic, holds) in by_clinic {
            let (ctx2, rules, pen) = (ctx.clone(), rules.clone(), Pen::new(ctx, Arc::new(Visits), "sweeper")?);
            let swept = ctx
                .db
                .write(crate::lane(&clinic), "appointment.expire", move |tx| {
                    expire(tx, &ctx2, (&rules, &pen), &holds, now)
                })
                .await;
            // One clinic in trouble must not keep the others' places.
            match swept {
                Ok(count) => expired += count,
                Err(error) => {
                    tracing::warn!(clinic = clinic.as_str(), %error, "appointment.expire_failed");
                    failed = failed.or(Some(error));
                }
            }
        }
        total += expired;
        // A round that expired nothing would find the same rows again.
        if !full || expired == 0 {
            return failed.map_or(Ok(total), Err);
        }
    }
}

fn expire(
    tx: &mut Tx<'_>,
    ctx: &Ctx,
    (rules, pen): (&BookingRules, &Pen),
    holds: &[(PersonId, AppointmentId)],
    now: Moment,
) -> Result<u64, ExpireError> {
    let actor = ctx.trace.actor.label();
    let mut expired = 0;
    pen.fresh();
    for (person, id) in holds {
        let find = |tx: &mut Tx<'_>| store::of_person(tx, person, id).map_err(ExpireError::from);
        // Paid, given up or expired by another sweeper since the look.
        if find(tx)?.is_none_or(|found| found.state != State::Held) {
            continue;
        }
        // The place goes when its order has ended: what is under way is waited for.
        if payments::stop_subject(tx, pen, (SUBJECT, id.as_str()), Cause::TimedOut)?.is_some() {
            expired += u64::from(find(tx)?.is_some_and(|found| found.state == State::Expired));
            continue;
        }
        match advance(tx, find, rules, Event::Expire, &actor, now) {
            Ok(Some(Advanced::Changed(..))) => {
                tx.audit(ctx.act("appointment.expired", id.as_str(), json!({})));
                expired += 1;
            }
            // Paid or given up in the meantime.
            Ok(Some(Advanced::Already(_)) | None) | Err(ExpireError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(expired)
}
