//! The job that keeps insurance statuses fresh: who is due is asked about, several at once, and no
//! more once the insurer stops answering.

use std::sync::Arc;

use platform::Ctx;

use super::insurance::{Asked, Occasion, refresh};
use super::policy::RealNamePolicy;
use super::store;
use crate::pace::{Came, Run, SILENT_MOST, ask_all};
use crate::people::{PersonId, lane};
use crate::ports::Ports;

/// Who could not be asked about, by a failure of ours, has their turn again after this.
const AGAIN_SECS: i64 = 3600;

/// Asks about everybody who is due, up to what policy allows in a minute.
pub(crate) async fn refresh_due(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let policy = ctx.policy.at::<RealNamePolicy>(ctx.now().date()).map_err(|error| error.to_string())?;
    let (now, limit) = (ctx.now(), policy.refresh_batch);
    let due = ctx.db.read("insurance.due", move |tx| store::due(tx, now, limit)).await;
    let due = due.map_err(|fault| fault.to_string())?;
    let waiting = due.len();
    let Run { asked, silent } = ask_all(due, policy.refresh_at_once, SILENT_MOST, move |person| {
        let (ctx, ports) = (ctx.clone(), ports.clone());
        async move { ask(&ctx, &ports, &person).await }
    })
    .await;
    metrics::gauge!("renshe_insurance_waiting").set((waiting - asked) as f64);
    if silent >= SILENT_MOST {
        return Err(format!("the insurer gave no answer {silent} times; the others wait"));
    }
    Ok(())
}

async fn ask(ctx: &Ctx, ports: &Arc<Ports>, person: &PersonId) -> Came {
    match refresh(ctx, ports, person, Occasion::Unwatched).await {
        Ok(Asked::Answered(_) | Asked::Known(_) | Asked::Refused(_)) => return Came::Answer,
        Ok(Asked::Silent(_)) => return Came::Silence,
        Ok(Asked::Nobody) => {}
        Err(failure) => tracing::error!(%failure, "insurance.not_refreshed"),
    }
    // Nothing was written: without a later turn they would be first in each run.
    put_off(ctx, person).await;
    Came::Nothing
}

/// Gives somebody who could not be asked about their turn again later, so that nobody behind them waits for it.
async fn put_off(ctx: &Ctx, person: &PersonId) {
    let (whom, due_at) = (person.clone(), ctx.now().plus_secs(AGAIN_SECS));
    let written = ctx.db.write(lane(person), "insurance.put_off", move |tx| store::put_off(tx, &whom, due_at)).await;
    if let Err(fault) = written {
        tracing::warn!(%fault, "insurance.not_put_off");
    }
}
