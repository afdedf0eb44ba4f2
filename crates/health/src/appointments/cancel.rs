//! 「取消预约」 (REG-5): up to the hospital's cut-off; the place goes back on sale at once.

use std::sync::Arc;

use identity::PersonId;
use identity::messages;
use kernel::Moment;
use payments::{Cause, Listeners, Pen};
use platform::Ctx;
use platform::db::DbFault;
use platform::policy::PolicyError;
use serde_json::json;

use super::advance::{Advanced, advance};
use super::model::{AppointmentId, Event, Refusal, State};
use super::notice::{self, NoticeError};
use super::paid::SUBJECT;
use super::store;
use crate::clinics;
use crate::rules::BookingRules;

/// A person's request to give up an appointment. `person` comes from the `Citizen` extractor.
#[derive(Debug, Clone)]
pub struct Cancel {
    pub person: PersonId,
    pub appointment: AppointmentId,
}

/// The result of cancelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// Cancelled now; what was paid goes back by itself.
    Now,
    /// A payment is under way. It is given up, and the place is released once that is certain.
    GivingUp,
    /// It was cancelled before: nothing changes.
    Already { at: Moment },
}

/// Why it stands.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// This person has no such appointment.
    #[error("no such appointment")]
    NotFound,
    /// The table of moves or a rule does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Notice(#[from] NoticeError),
    /// The payment could not be told to end.
    #[error(transparent)]
    Payment(#[from] payments::ApplyError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Cancels an appointment. Cancelled twice is fine, and says so.
pub async fn cancel(ctx: &Ctx, listeners: &Arc<Listeners>, command: Cancel) -> Result<Cancelled, CancelError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let Cancel { person, appointment: id } = command;
    let found = {
        let (person, id) = (person.clone(), id.clone());
        ctx.db
            .read("appointment.cancel.glance", move |tx| store::of_person(tx, &person, &id).map_err(CancelError::from))
            .await?
    };
    let seen = found.ok_or(CancelError::NotFound)?;
    if seen.state == State::Cancelled {
        return Ok(Cancelled::Already { at: seen.changed_at });
    }
    let message = notice::cancelled(ctx, &person, (&id, seen.no.as_ref()), &seen.card).await?;
    let pen = Pen::new(ctx, Arc::clone(listeners), "page")?;
    let ctx2 = ctx.clone();
    ctx.db
        .write(clinics::lane(&seen.card.clinic.id), "appointment.cancel", move |tx| {
            let actor = ctx2.trace.actor.label();
            let find = |tx: &mut platform::db::Tx<'_>| store::of_person(tx, &person, &id).map_err(CancelError::from);
            pen.fresh();
            let subject = (SUBJECT, id.as_str());
            // A place that is only held goes with its order: at once, or when what is under way has ended.
            if find(tx)?.is_some_and(|found| found.state == State::Held)
                && let Some((_, order)) = payments::stop_subject(tx, &pen, subject, Cause::Cancelled)?
            {
                let ended = find(tx)?.is_some_and(|found| found.state == State::Cancelled);
                tracing::debug!(%order, "appointment.given_up");
                return Ok(if ended { Cancelled::Now } else { Cancelled::GivingUp });
            }
            match advance(tx, find, &rules, Event::Cancel, &actor, now)?.ok_or(CancelError::NotFound)? {
                Advanced::Already(appointment) => Ok(Cancelled::Already { at: appointment.changed_at }),
                Advanced::Changed(appointment, change) => {
                    if change.from == State::Booked {
                        messages::insert(tx, &message)?;
                    }
                    let detail = json!({ "slot": appointment.card.slot.id.as_str(), "from": change.from.as_str() });
                    tx.audit(ctx2.act("appointment.cancelled", id.as_str(), detail));
                    // REG-5: money returns by the way it was paid, leg by leg.
                    payments::stop_subject(tx, &pen, subject, Cause::Cancelled)?;
                    Ok(Cancelled::Now)
                }
            }
        })
        .await
}
