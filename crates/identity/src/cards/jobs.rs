//! Periodic work: looking at physical cards, clearing codes, checks and nonces.

use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::{Job, in_chunks};

use super::look::look_within;
use super::policy::CardPolicy;
use super::{codes, store};
use crate::pace::{Run, ask_all};
use crate::partner_keys;
use crate::people::PersonId;
use crate::ports::Ports;

/// Questions that got no answer after which the rest waits for the next run.
const SILENT_MAX: usize = 3;
const DAY: i64 = 86_400;

/// The jobs of this feature.
pub(crate) fn jobs(ports: &Arc<Ports>) -> Vec<Job> {
    let ports = Arc::clone(ports);
    vec![
        Job::new("identity.look_at_cards", 60, move |ctx| look_at_cards(ctx, Arc::clone(&ports))),
        Job::new("identity.wipe_card_codes", 3600, wipe).within(900),
    ]
}

/// Looks at every card that nobody looked at for a while, so that a message about a lost card does not
/// wait until somebody shows it: the longest unseen first, up to what policy allows in a minute. Stops when the card system
/// falls silent.
async fn look_at_cards(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let policy = ctx.policy.at::<CardPolicy>(ctx.now().date()).map_err(|error| error.to_string())?;
    let (look_secs, most, at_once) = (policy.look_secs, policy.look_batch, policy.look_at_once);
    let before = ctx.now().minus_secs(look_secs);
    let due = ctx.db.read("card.to_check", move |tx| store::to_check(tx, before, most)).await;
    let due = due.map_err(|fault| fault.to_string())?;
    let waiting = due.len();
    let Run { asked, silent } = ask_all(due, at_once, SILENT_MAX, move |person| {
        let (ctx, ports) = (ctx.clone(), Arc::clone(&ports));
        async move { is_answered(&ctx, &ports, &person, look_secs).await }
    })
    .await;
    metrics::gauge!("renshe_cards_waiting").set((waiting - asked) as f64);
    if silent >= SILENT_MAX {
        return Err(format!("the card system gave no answer {silent} times; the others wait"));
    }
    Ok(())
}

async fn is_answered(ctx: &Ctx, ports: &Ports, person: &PersonId, look_secs: i64) -> bool {
    match look_within(ctx, ports, person, look_secs).await {
        Ok((_, silent)) => !silent,
        Err(failure) => {
            tracing::warn!(%failure, "card.look_failed");
            true
        }
    }
}

async fn wipe(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let policy = ctx.policy.at::<CardPolicy>(now.date()).map_err(|error| error.to_string())?;
    chunks(&ctx, "card_code.wipe", now.minus_secs(policy.code_keep_secs), codes::wipe).await?;
    chunks(&ctx, "card_check.wipe", now.minus_secs(policy.check_keep_days * DAY), codes::wipe_checks).await?;
    chunks(&ctx, "partner_nonce.wipe", now, partner_keys::store::wipe_nonces).await
}

/// Nobody else writes rows so old.
async fn chunks(
    ctx: &Ctx,
    name: &'static str,
    before: Moment,
    wipe: fn(&mut Tx<'_>, Moment) -> Result<u64, DbFault>,
) -> Result<(), String> {
    in_chunks(ctx, LaneKey::of("identity", "wipe"), name, move |tx| wipe(tx, before)).await.map(drop)
}
