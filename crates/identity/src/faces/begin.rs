//! Beginning a face check: consent, a try reserved, then the provider asked outside any transaction.

use std::sync::Arc;

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::DbFault;
use serde_json::json;

use super::consent::{GivenBy, NewConsent};
use super::model::{CheckEvent, CheckState, FaceId, WINDOW_SECS, draw_movements, movements_text};
use super::policy::FacePolicy;
use super::store;
use crate::askers::{Budget, Spent, wait_secs};
use crate::blind::ticket;
use crate::failure::Failure;
use crate::ports::{Faces, StartFace};
use crate::proofs::{Claimant, Proving};

/// How long after a start a second tap counts as the same request, even if the provider has not answered yet.
const SECOND_TAP_SECS: i64 = 30;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Begun {
    /// There is a check; its page says how far it is.
    At(FaceId),
    /// Consent to this text and provider is missing: nothing was done.
    NotAgreed,
    /// No try is left for so many seconds: the provider was not asked.
    Spent { secs: i64 },
}

/// A try that is ready to be reserved.
#[derive(Clone)]
pub(super) struct NewCheck {
    pub(super) id: FaceId,
    pub(super) proving: Proving,
    pub(super) order_no: String,
    pub(super) movements: String,
    pub(super) now: Moment,
    pub(super) expires_at: Moment,
}

enum Reserved {
    New,
    Not(Begun),
}

/// Tries that are left, and if none, in how many seconds there is one again.
pub(crate) async fn tries_left(ctx: &Ctx, proving: &Proving, budget: Budget) -> Result<(usize, Option<i64>), Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<FacePolicy>(now.date())?;
    let proving = proving.clone();
    let counted = ctx.db.read("face.tries", move |tx| store::counted(tx, &proving, budget, now)).await?;
    Ok((left(&counted, &policy), wait(&counted, now, &policy)))
}

/// Tries of the asker before there is none for them, or for all strangers.
fn left(counted: &[Spent], policy: &FacePolicy) -> usize {
    let mine = counted.iter().filter(|one| one.mine).count();
    policy.tries.saturating_sub(mine).min(policy.all_tries().saturating_sub(counted.len()))
}

fn wait(counted: &[Spent], now: Moment, policy: &FacePolicy) -> Option<i64> {
    wait_secs(counted, now, WINDOW_SECS, policy.tries, policy.all_tries())
}

/// Begins a check. A second tap, and another start while one is open in this browser, lead to the
/// open one. `agreed`: the person has just agreed to the text and provider that are in force.
pub(crate) async fn begin(
    ctx: &Ctx,
    faces: Arc<dyn Faces>,
    claimant: &Claimant,
    agreed: bool,
) -> Result<Begun, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<FacePolicy>(now.date())?;
    let movements = draw_movements(&*ctx.rng);
    let check = NewCheck {
        id: ctx.id(),
        proving: claimant.proving.clone(),
        order_no: ticket(ctx),
        movements: movements_text(&movements),
        now,
        expires_at: now.plus_secs(policy.valid_secs),
    };
    let consent = NewConsent::prepare(ctx, &claimant.proving, GivenBy::of(claimant), faces.provider().0, now);
    let start = StartFace {
        order_no: check.order_no.clone(),
        name: claimant.name.clone(),
        number: claimant.number.clone(),
        movements,
    };
    let id = check.id.clone();
    match reserve(ctx, check, consent, agreed, &policy).await? {
        Reserved::Not(begun) => return Ok(begun),
        Reserved::New => {}
    }
    // On its own: a browser that gives up waiting must not leave a try counted and nothing begun.
    let (acting, lane, asked) = (ctx.clone(), claimant.proving.subject.lane(), id.clone());
    let asking = tokio::spawn(async move { ask(&acting, faces.as_ref(), lane, asked, start).await });
    match asking.await {
        Ok(written) => written?,
        Err(error) => tracing::error!(%error, "face.start panicked"),
    }
    Ok(Begun::At(id))
}

async fn reserve(
    ctx: &Ctx,
    check: NewCheck,
    consent: NewConsent,
    agreed: bool,
    policy: &FacePolicy,
) -> Result<Reserved, Failure> {
    let detail = json!({ "purpose": check.proving.purpose.as_str(), "budget": check.proving.budget.as_str() });
    let reserved: AuditEntry = ctx.act("face.reserved", check.id.as_str(), detail);
    let given: AuditEntry = ctx.act("consent.given", consent.id.as_str(), json!({ "purpose": "face" }));
    let (lane, policy) = (check.proving.subject.lane(), policy.clone());
    let written = ctx.db.write(lane, "face.reserve", move |tx| -> Result<Reserved, DbFault> {
        // The row is held before anything is judged, so that starts at several instances are counted one after another.
        store::hold_budget(tx, &check.proving.subject, check.proving.budget, check.now)?;
        let standing = store::standing(tx, &consent)?;
        if standing.is_none() && !agreed {
            return Ok(Reserved::Not(Begun::NotAgreed));
        }
        let since = check.now.minus_secs(SECOND_TAP_SECS);
        if let Some(open) = store::open_of(tx, &check.proving, check.now, since)? {
            return Ok(Reserved::Not(Begun::At(open)));
        }
        let counted = store::counted(tx, &check.proving, check.proving.budget, check.now)?;
        if let Some(secs) = wait(&counted, check.now, &policy) {
            return Ok(Reserved::Not(Begun::Spent { secs }));
        }
        let agreement = match standing {
            Some((id, _)) => id,
            None => {
                store::agree(tx, &consent)?;
                tx.audit(given.clone());
                consent.id.clone()
            }
        };
        store::reserve(tx, &check, &agreement)?;
        tx.audit(reserved.clone());
        Ok(Reserved::New)
    });
    Ok(written.await?)
}

async fn ask(
    ctx: &Ctx,
    faces: &dyn Faces,
    lane: platform::db::LaneKey,
    id: FaceId,
    start: StartFace,
) -> Result<(), Failure> {
    let answer = faces.start(ctx, &start).await;
    let (event, started) = match answer {
        Ok(started) => (CheckEvent::Begun, Some(started)),
        Err(error) => {
            tracing::warn!(request = %ctx.trace.request, check = %id, %error, "face.not_begun");
            (CheckEvent::NotBegun, None)
        }
    };
    let Some(state) = CheckState::Reserved.on(event) else { return Ok(()) };
    let now = ctx.now();
    let entry = ctx.act("face.begun", id.as_str(), json!({ "state": state.as_str() }));
    let written = ctx.db.write(lane, "face.begun", move |tx| -> Result<(), DbFault> {
        store::begun(tx, &id, state, started.as_ref(), now)?;
        tx.audit(entry.clone());
        Ok(())
    });
    Ok(written.await?)
}
