//! Short numbers for visits that a program from before has written without one: those of before the upgrade, and those it
//! goes on writing while it serves beside this one.

use kernel::ShortNo;
use platform::Ctx;
use platform::db::{DbFault, Tx};

use super::model::AppointmentId;
use super::paid::SUBJECT;
use crate::clinics;

mod store;

/// Visits read at once.
const CHUNK: i64 = 500;

/// Gives every visit that has none a short number, and its orders the same one; returns how many. Each clinic's visits in
/// their own lane, which owns their orders too.
///
/// # Errors
/// What broke beneath, in words; what was given before stays given.
pub async fn number_visits(ctx: &Ctx) -> Result<u64, String> {
    let told = |fault: DbFault| fault.to_string();
    let mut all = 0;
    loop {
        let waiting = ctx.db.read("appointment.without_no", |tx| store::waiting(tx, CHUNK)).await.map_err(told)?;
        if waiting.is_empty() {
            return Ok(all);
        }
        let mut given = 0;
        for visits in waiting.chunk_by(|(one, _), (other, _)| one == other) {
            let Some((clinic, _)) = visits.first() else { continue };
            let drawn: Vec<_> =
                visits.iter().filter_map(|(_, id)| Some((id.clone(), ShortNo::draw(ctx.rng.as_ref())?))).collect();
            let lane = clinics::lane(clinic);
            given += ctx.db.bulk(lane, "appointment.number", move |tx| give(tx, &drawn)).await.map_err(told)?;
        }
        all += given;
        if given == 0 {
            return Err(format!("{} visits could be given no number", waiting.len()));
        }
    }
}

/// A number that belongs to another visit is left out: the next chunk draws another.
fn give(tx: &mut Tx<'_>, drawn: &[(AppointmentId, ShortNo)]) -> Result<u64, DbFault> {
    let mut given = 0;
    for (id, no) in drawn {
        if store::give(tx, id, no)? {
            payments::number(tx, (SUBJECT, id.as_str()), no)?;
            given += 1;
        }
    }
    Ok(given)
}
