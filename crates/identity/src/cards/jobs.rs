//! Periodic work: looking at physical cards, clearing codes, checks and nonces.

use std::sync::Arc;

use kernel::DAY_SECS;
use platform::Ctx;
use platform::jobs::Job;
use platform::policy::PolicyError;
use platform::wiping::{self, Old};

use super::look::{Asked, look_within};
use super::policy::CardPolicy;
use super::{codes, store};
use crate::keeping::wiping_lane;
use crate::pace::{Came, Run, SILENT_MOST, ask_all};
use crate::partner_keys;
use crate::people::{PersonId, lane};
use crate::ports::Ports;

/// The jobs of this feature.
pub(crate) fn jobs(ports: &Arc<Ports>) -> Vec<Job> {
    let ports = Arc::clone(ports);
    vec![
        Job::new("identity.look_at_cards", 60, move |ctx| look_at_cards(ctx, Arc::clone(&ports))),
        wiping::job("identity.wipe_card_codes", wiping_lane(), old()),
    ]
}

/// Looks at every card that nobody looked at for a while, so that a message about a lost card does not
/// wait until somebody shows it: the longest unseen first, up to what policy allows in a minute. Whoever cannot be asked about
/// has their turn again later, and keeps nobody behind them waiting. Stops when the card system falls silent.
async fn look_at_cards(ctx: Ctx, ports: Arc<Ports>) -> Result<(), String> {
    let policy = ctx.policy.at::<CardPolicy>(ctx.now().date()).map_err(|error| error.to_string())?;
    let (look_secs, most, at_once) = (policy.look_secs, policy.look_batch, policy.look_at_once);
    // A turn is so long after the last one: one that came to nothing counts as one of longer ago.
    let set_back = look_secs - policy.look_again_secs;
    let before = ctx.now().minus_secs(look_secs);
    let due = ctx.db.read("card.to_check", move |tx| store::to_check(tx, before, most)).await;
    let due = due.map_err(|fault| fault.to_string())?;
    let waiting = due.len();
    let Run { asked, silent } = ask_all(due, at_once, SILENT_MOST, move |person| {
        let (ctx, ports) = (ctx.clone(), Arc::clone(&ports));
        async move { ask(&ctx, &ports, &person, (look_secs, set_back)).await }
    })
    .await;
    metrics::gauge!("renshe_cards_waiting").set((waiting - asked) as f64);
    if silent >= SILENT_MOST {
        return Err(format!("the card system gave no answer {silent} times; the others wait"));
    }
    Ok(())
}

async fn ask(ctx: &Ctx, ports: &Ports, person: &PersonId, (look_secs, set_back): (i64, i64)) -> Came {
    let (came, why) = match look_within(ctx, ports, person, look_secs).await {
        Ok((_, Asked::Answered)) => return Came::Answer,
        Ok((_, Asked::Refused)) => (Came::Answer, "refused"),
        Ok((_, Asked::Silent)) => (Came::Silence, "silent"),
        Err(failure) => {
            tracing::warn!(%failure, "card.look_failed");
            (Came::Nothing, "failed")
        }
    };
    metrics::counter!("renshe_cards_not_seen", "why" => why).increment(1);
    let (whom, turn) = (person.clone(), ctx.now().minus_secs(set_back));
    let put_off = ctx.db.write(lane(person), "card.put_off", move |tx| store::put_off(tx, &whom, turn)).await;
    if let Err(fault) = put_off {
        tracing::warn!(%fault, "card.not_put_off");
    }
    came
}

/// Codes and checks go when nobody asks about them any more, nonces with their time.
fn old() -> Vec<Old> {
    vec![
        Old { name: "card_code.wipe", kept: codes_kept, wipe: codes::wipe },
        Old { name: "card_check.wipe", kept: checks_kept, wipe: codes::wipe_checks },
        Old { name: "partner_nonce.wipe", kept: |_| Ok(0), wipe: partner_keys::store::wipe_nonces },
    ]
}

fn codes_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<CardPolicy>(ctx.now().date())?.code_keep_secs)
}

fn checks_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    Ok(ctx.policy.at::<CardPolicy>(ctx.now().date())?.check_keep_days * DAY_SECS)
}
