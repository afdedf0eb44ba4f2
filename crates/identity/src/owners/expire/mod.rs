//! Letting go of accounts that are nobody's: those for which nobody was proven in time, and those that
//! have ended. What a stranger typed about somebody goes with the key that it was sealed with.

mod store;

use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::jobs::in_chunks;
use serde_json::json;

use super::policy::AccountPolicy;
use crate::agreements;
use crate::messages;
use crate::real_name;
use crate::sessions;
use store::Expired;

/// Accounts read at a time.
const CHUNK: i64 = 100;

/// Deletes every account whose time is over, with its sessions, and its person where nothing else of
/// theirs is left. Each for itself: one that cannot be deleted keeps none of the others.
///
/// # Errors
/// What broke beneath, or how many could not be deleted.
pub(crate) async fn expire(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    let policy = ctx.policy.at::<AccountPolicy>(now.date()).map_err(|error| error.to_string())?;
    let until = policy.unproven_until(now);
    in_chunks(&ctx, lane(), "account.date", move |tx| store::date_old_ones(tx, until)).await?;
    let (mut last, mut failed) = (None, 0_u64);
    loop {
        let after: Option<Expired> = last.clone();
        let read = ctx.db.read("account.expired", move |tx| store::expired(tx, now, after.as_ref(), CHUNK));
        let over = read.await.map_err(|fault| fault.to_string())?;
        for one in &over {
            if let Err(fault) = delete(&ctx, one).await {
                tracing::error!(account = one.account.as_str(), %fault, "account.not_deleted");
                failed += 1;
            }
        }
        match over.into_iter().next_back() {
            Some(end) => last = Some(end),
            None if failed > 0 => return Err(format!("{failed} accounts were not deleted: see account.not_deleted")),
            None => return Ok(()),
        }
    }
}

fn lane() -> LaneKey {
    LaneKey::of("identity", "wipe")
}

async fn delete(ctx: &Ctx, one: &Expired) -> Result<(), DbFault> {
    let (one, now) = (one.clone(), ctx.now());
    let entry = ctx.act("account.deleted", one.account.as_str(), json!({ "person": one.person.as_str() }));
    let deleted = ctx.db.bulk(lane(), "account.expire", move |tx| -> Result<(), DbFault> {
        // Its person may have been proven since it was read.
        if store::hold_expired(tx, &one.account, now)? {
            within(tx, &one)?;
            tx.audit(entry.clone());
        }
        Ok(())
    });
    deleted.await
}

fn within(tx: &mut Tx<'_>, one: &Expired) -> Result<(), DbFault> {
    sessions::store::delete_of(tx, &one.account)?;
    agreements::store::delete_of(tx, &one.account)?;
    store::delete_account(tx, &one.account)?;
    if store::is_nobodys(tx, &one.person)? {
        messages::store::delete_of(tx, &one.person)?;
        real_name::delete_kept_forms(tx, &one.person)?;
        store::delete_person(tx, &one.person)?;
    }
    Ok(())
}
