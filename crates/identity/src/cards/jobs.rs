//! Periodic work: looking at physical cards, clearing codes, checks and nonces.

use std::sync::Arc;

use futures_util::future::join_all;
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::Job;

use super::look::look_within;
use super::policy::CardPolicy;
use super::{codes, store};
use crate::partner_keys;
use crate::people::PersonId;
use crate::ports::Ports;

/// Cards read at once.
const CHUNK: i64 = 64;
/// Chunks in one run: a run ends well within its lease.
const CHUNKS: usize = 20;
/// Questions to the card system at once.
const AT_ONCE: usize = 8;
/// Rows deleted at once.
const WIPED: u64 = 500;
const DAY: i64 = 86_400;

/// The jobs of this feature.
pub(crate) fn jobs(ports: &Arc<Ports>) -> Vec<Job> {
    let ports = Arc::clone(ports);
    vec![
        Job::new("identity.look_at_cards", 300, move |ctx| look_at_cards(ctx, Arc::clone(&ports))),
        Job::new("identity.wipe_card_codes", 3600, wipe),
    ]
}

/// Looks at every card that nobody looked at for a while, so that a message about a lost card does not
/// wait until somebody shows it. Stops when the card system falls silent.
async fn look_at_cards(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let look_secs = ctx.policy.at::<CardPolicy>(ctx.now().date()).map_err(|error| told(&error))?.look_secs;
    for _ in 0..CHUNKS {
        let before = ctx.now().minus_secs(look_secs);
        let due = ctx.db.read("card.to_check", move |tx| store::to_check(tx, before, CHUNK)).await;
        let due = due.map_err(|fault| told(&fault))?;
        for few in due.chunks(AT_ONCE) {
            if !look_at(&ctx, &ports, few, look_secs).await {
                return Ok(());
            }
        }
        if i64::try_from(due.len()).is_ok_and(|many| many < CHUNK) {
            break;
        }
    }
    Ok(())
}

/// Whether it is worth going on: false if the card system answered none of them.
async fn look_at(ctx: &Ctx, ports: &Ports, people: &[PersonId], look_secs: i64) -> bool {
    let looks = people.iter().map(|person| look_within(ctx, ports, person, look_secs));
    let mut answered = false;
    for looked in join_all(looks).await {
        match looked {
            Ok((_, silent)) => answered |= !silent,
            Err(failure) => tracing::warn!(%failure, "card.look_failed"),
        }
    }
    answered
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
    loop {
        let wiped = ctx.db.bulk(LaneKey::of("identity", "wipe"), name, move |tx| wipe(tx, before)).await;
        if wiped.map_err(|fault| fault.to_string())? < WIPED {
            return Ok(());
        }
    }
}
