//! The job that keeps insurance statuses fresh: who is due is asked about, several at once, and no
//! more once the insurer stops answering.

use std::sync::Arc;

use platform::Ctx;

use super::insurance::{Asked, Occasion, refresh};
use super::policy::RealNamePolicy;
use super::store;
use crate::pace::{Run, ask_all};
use crate::people::PersonId;
use crate::ports::Ports;

/// Silent answers in one run after which the rest waits for the next: what is down is not hammered.
const SILENT_MAX: usize = 3;

/// Asks about everybody who is due, up to what policy allows in a minute.
pub(crate) async fn refresh_due(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let policy = ctx.policy.at::<RealNamePolicy>(ctx.now().date()).map_err(|error| error.to_string())?;
    let (now, limit) = (ctx.now(), policy.refresh_batch);
    let due = ctx.db.read("insurance.due", move |tx| store::due(tx, now, limit)).await;
    let due = due.map_err(|fault| fault.to_string())?;
    let waiting = due.len();
    let Run { asked, silent } = ask_all(due, policy.refresh_at_once, SILENT_MAX, move |person| {
        let (ctx, ports) = (ctx.clone(), ports.clone());
        async move { is_answered(&ctx, &ports, &person).await }
    })
    .await;
    metrics::gauge!("renshe_insurance_waiting").set((waiting - asked) as f64);
    if silent >= SILENT_MAX {
        return Err(format!("the insurer gave no answer {silent} times; the others wait"));
    }
    Ok(())
}

async fn is_answered(ctx: &Ctx, ports: &Arc<Ports>, person: &PersonId) -> bool {
    match refresh(ctx, ports, person, Occasion::Unwatched).await {
        Ok(Asked::Known(_) | Asked::Nobody) => true,
        Ok(Asked::Silent(_)) => false,
        // A failure of ours says nothing about the insurer.
        Err(failure) => {
            tracing::error!(%failure, "insurance.not_refreshed");
            true
        }
    }
}
