//! The job that keeps insurance statuses fresh: who is due is asked about, a few at a time, and no
//! more once the insurer stops answering.

use std::sync::Arc;

use platform::Ctx;
use tokio::task::JoinSet;

use super::insurance::{Asked, Occasion, refresh};
use super::policy::RealNamePolicy;
use super::store;
use crate::people::PersonId;
use crate::ports::Ports;

/// Silent answers in one run after which the rest waits for the next: what is down is not hammered.
const SILENT_MAX: usize = 3;

/// Asks about everybody who is due, up to the batch of policy.
pub(crate) async fn refresh_due(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let policy = ctx.policy.at::<RealNamePolicy>(ctx.now().date()).map_err(|error| error.to_string())?;
    let (now, limit) = (ctx.now(), policy.refresh_batch);
    let due = ctx.db.read("insurance.due", move |tx| store::due(tx, now, limit)).await;
    let due = due.map_err(|fault| fault.to_string())?;
    let mut silent = 0;
    for people in due.chunks(policy.refresh_at_once.max(1)) {
        silent += ask(&ctx, &ports, people).await;
        if silent >= SILENT_MAX {
            return Err(format!("the insurer gave no answer {silent} times; the others wait"));
        }
    }
    Ok(())
}

/// Asks about a few people at once; returns how many answers did not come.
async fn ask(ctx: &Ctx, ports: &Arc<Ports>, people: &[PersonId]) -> usize {
    let mut asking = JoinSet::new();
    for person in people {
        let (ctx, ports, person) = (ctx.clone(), ports.clone(), person.clone());
        asking.spawn(async move { refresh(&ctx, &ports, &person, Occasion::Unwatched).await });
    }
    let mut silent = 0;
    while let Some(ended) = asking.join_next().await {
        match ended {
            Ok(Ok(Asked::Known(_) | Asked::Nobody)) => {}
            Ok(Ok(Asked::Silent(_))) => silent += 1,
            // One damaged row must not keep the job from everybody behind it.
            Ok(Err(failure)) => tracing::error!(%failure, "insurance.not_refreshed"),
            Err(broken) => tracing::error!(%broken, "insurance.not_refreshed"),
        }
    }
    silent
}
