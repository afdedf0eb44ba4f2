//! Opens clinics ahead: every roster line of every day open for booking has its clinic.

use std::collections::HashSet;

use kernel::Date;
use platform::Ctx;
use platform::db::{DbFault, LaneKey};
use platform::policy::PolicyError;

use super::model::{Half, NewClinic};
use super::store;
use crate::hospitals;
use crate::hospitals::model::{DoctorId, RosterLine};
use crate::public::places_changed;
use crate::rules::BookingRules;

/// Rows in one chunk at the door (architecture, rule 3).
const CHUNK_ROWS: usize = 500;

/// Why clinics could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// Opens what is missing from today on, as far ahead as the policy says; returns how many clinics
/// were opened. Doing it again opens nothing.
pub async fn open_clinics(ctx: &Ctx) -> Result<u64, OpenError> {
    let today = ctx.now().date();
    let rules = ctx.policy.at::<BookingRules>(today)?;
    let (rosters, opened) = ctx
        .db
        .read("clinics.opened", move |tx| Ok::<_, DbFault>((hospitals::store::rosters(tx)?, store::opened(tx, today)?)))
        .await?;
    let new = missing(ctx, &rosters, &opened.into_iter().collect(), today, rules.days_ahead);
    let mut count = 0;
    for chunk in chunks(new) {
        count += ctx
            .db
            .bulk(LaneKey::of("roster", "open"), "clinics.open", move |tx| {
                let mut added = 0;
                for clinic in &chunk {
                    added += u64::from(store::insert(tx, clinic)?);
                }
                if added > 0 {
                    tx.after_commit(places_changed);
                }
                Ok::<_, DbFault>(added)
            })
            .await?;
    }
    Ok(count)
}

fn missing(
    ctx: &Ctx,
    rosters: &[RosterLine],
    opened: &HashSet<(DoctorId, Date, Half)>,
    today: Date,
    days: i64,
) -> Vec<NewClinic> {
    let mut new = Vec::new();
    let mut date = today;
    for _ in 0..days {
        let weekday = i64::from(date.weekday().to_monday_one_offset());
        for line in rosters.iter().filter(|line| line.weekday == weekday) {
            if !opened.contains(&(line.doctor.clone(), date, line.half)) {
                new.push(clinic_of(ctx, line, date));
            }
        }
        match date.tomorrow() {
            Ok(next) => date = next,
            Err(_) => break,
        }
    }
    new
}

fn clinic_of(ctx: &Ctx, line: &RosterLine, date: Date) -> NewClinic {
    let slots = line.half.slots(date).into_iter().map(|start| (ctx.id(), start)).collect();
    NewClinic {
        id: ctx.id(),
        doctor: line.doctor.clone(),
        date,
        half: line.half,
        fee: line.fee,
        capacity: line.capacity,
        slots,
    }
}

fn chunks(new: Vec<NewClinic>) -> Vec<Vec<NewClinic>> {
    let mut chunks: Vec<Vec<NewClinic>> = Vec::new();
    let mut rows = CHUNK_ROWS;
    for clinic in new {
        let size = 1 + clinic.slots.len();
        if rows + size > CHUNK_ROWS {
            chunks.push(Vec::new());
            rows = 0;
        }
        rows += size;
        if let Some(last) = chunks.last_mut() {
            last.push(clinic);
        }
    }
    chunks
}
