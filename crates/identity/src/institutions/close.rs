//! Closing an institution, and opening a closed one again: operator's acts. Nothing of its past goes.

use platform::Ctx;
use serde_json::json;

use super::ids::InstitutionId;
use super::model::State;
use super::{lane, store};
use crate::failure::Failure;

/// From now on its keys and its desks are refused. `false` if there is none, or it was closed.
///
/// # Errors
/// What broke beneath.
pub async fn close(ctx: &Ctx, id: &InstitutionId) -> Result<bool, Failure> {
    set(ctx, id, State::Closed, "institution.closed").await
}

/// Takes back [`close`]. `false` if there is none, or it was open.
///
/// # Errors
/// What broke beneath.
pub async fn reopen(ctx: &Ctx, id: &InstitutionId) -> Result<bool, Failure> {
    set(ctx, id, State::Open, "institution.reopened").await
}

async fn set(ctx: &Ctx, id: &InstitutionId, state: State, act: &'static str) -> Result<bool, Failure> {
    let (wanted, now, entry) = (id.clone(), ctx.now(), ctx.act(act, id.as_str(), json!({})));
    let set = ctx.db.write(lane(id), act, move |tx| -> Result<bool, Failure> {
        let set = store::set_state(tx, &wanted, state, now)?;
        if set {
            tx.audit(entry.clone());
        }
        Ok(set)
    });
    set.await
}
