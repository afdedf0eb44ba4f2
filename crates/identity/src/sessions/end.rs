//! Ending sessions: this one, one from the list, all others.

use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::SessionId;
use super::store;
use super::token::Token;
use crate::failure::Failure;
use crate::people::{PersonId, lane};

/// Ends one of a person's own sessions. `false` if it is not theirs or had ended: ending twice is no mistake.
pub async fn end(ctx: &Ctx, person: &PersonId, session: &SessionId) -> Result<bool, Failure> {
    let (person, session, now) = (person.clone(), session.clone(), ctx.now());
    let entry = ctx.act("session.revoked", session.as_str(), json!({}));
    let ended = ctx.db.write(lane(&person), "session.end", move |tx| -> Result<bool, DbFault> {
        let ended = store::end(tx, &person, &session, now)?;
        if ended {
            tx.audit(entry.clone());
        }
        Ok(ended)
    });
    Ok(ended.await?)
}

/// Ends all of a person's sessions but the one kept; returns how many.
pub async fn end_others(ctx: &Ctx, person: &PersonId, keep: &SessionId) -> Result<u64, Failure> {
    let (person, keep, now) = (person.clone(), keep.clone(), ctx.now());
    let ctx = ctx.clone();
    let db = ctx.db.clone();
    let ended = db.write(lane(&person), "session.end_others", move |tx| -> Result<u64, DbFault> {
        let ended = store::end_others(tx, &person, &keep, now)?;
        if ended > 0 {
            tx.audit(ctx.act("session.revoked", keep.as_str(), json!({ "others": ended })));
        }
        Ok(ended)
    });
    Ok(ended.await?)
}

/// Ends the session a browser held before it logged in anew; nothing if there was none.
pub(crate) async fn end_by_token(ctx: &Ctx, token: &Token) -> Result<(), Failure> {
    let hash = token.hash();
    let found = ctx.db.read("session.of_token", move |tx| store::owner_of(tx, &hash)).await?;
    if let Some(found) = found {
        end(ctx, &found.person, &found.session).await?;
    }
    Ok(())
}
