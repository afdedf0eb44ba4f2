//! Taking a check-in back (REG-10): the wrong person's code was scanned, and the desk sees it a moment later. The visit is
//! booked again, as if nothing had been done; that something was done stays in its events and in the audit.
//!
//! Nobody was told of the check-in, so nobody is told that it was taken back: the visit's page says how it stands.

use platform::Ctx;
use platform::db::{DbFault, Tx};
use platform::policy::PolicyError;
use serde_json::json;

use super::advance::{Advanced, advance};
use super::check_in::by_code_here;
use super::code::VisitCode;
use super::model::{Event, Refusal, State};
use super::store::Appointment;
use crate::clinics;
use crate::hospitals::model::HospitalId;
use crate::rules::BookingRules;

/// The desk takes back one check-in: whoever of the same hospital did it.
#[derive(Debug, Clone)]
pub struct UndoCheckIn {
    /// The hospital of the clerk, from the `Desk` extractor.
    pub hospital: HospitalId,
    pub code: VisitCode,
    /// Which of the visit's events is taken back. What has happened since stands on it.
    pub n: i64,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undone {
    /// The visit is booked again from now on.
    Now,
    /// It was booked already: a second press.
    Already,
}

/// Why the check-in stands.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// No such code at this hospital.
    #[error("no such code at this hospital")]
    NotFound,
    /// Something has happened to the visit since: a later check-in, above all.
    #[error("something stands on this check-in")]
    Stands,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Takes a check-in back while its moment lasts (`undo_check_in_secs`). Twice is fine.
pub async fn undo_check_in(ctx: &Ctx, command: UndoCheckIn) -> Result<Undone, UndoError> {
    let now = ctx.now();
    let rules = ctx.policy.at::<BookingRules>(now.date())?;
    let seen = {
        let command = command.clone();
        ctx.db.read("appointment.undo_check_in.glance", move |tx| found(tx, &command)).await?
    };
    let clinic = seen.ok_or(UndoError::NotFound)?.card.clinic.id;
    let ctx2 = ctx.clone();
    ctx.db
        .write(clinics::lane(&clinic), "appointment.undo_check_in", move |tx| {
            let actor = ctx2.trace.actor.label();
            match advance(tx, |tx| found(tx, &command), &rules, Event::UndoCheckIn, &actor, now)?
                .ok_or(UndoError::NotFound)?
            {
                Advanced::Already(_) => Ok(Undone::Already),
                Advanced::Changed(before, _) => {
                    let detail = json!({
                        "hospital": command.hospital.as_str(), "person": before.person.as_str(), "event": command.n,
                    });
                    tx.audit(ctx2.act("appointment.check_in_undone", before.id.as_str(), detail));
                    Ok(Undone::Now)
                }
            }
        })
        .await
}

/// The visit, as long as nothing has come after the event that is taken back.
fn found(tx: &mut Tx<'_>, command: &UndoCheckIn) -> Result<Option<Appointment>, UndoError> {
    let found = by_code_here(tx, &command.hospital, &command.code)?;
    match &found {
        Some(visit) if visit.state == State::Attended && visit.version != command.n => Err(UndoError::Stands),
        _ => Ok(found),
    }
}
