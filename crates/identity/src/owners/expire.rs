//! Letting go of accounts that are nobody's: those for which nobody was proven in time, and those that
//! have ended. What a stranger typed about somebody goes with the key that it was sealed with.

use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use serde_json::json;

use crate::messages;
use crate::people::{AccountId, PersonId, store as people};
use crate::real_name;
use crate::sessions;

/// Accounts in one transaction.
const CHUNK: i64 = 100;

/// Deletes every account whose time is over, with its sessions, and its person where nothing else of
/// theirs is left.
pub(crate) async fn expire(ctx: Ctx) -> Result<(), String> {
    let now = ctx.now();
    loop {
        let acting = ctx.clone();
        let gone = ctx.db.bulk(LaneKey::of("identity", "wipe"), "account.expire", move |tx| -> Result<_, DbFault> {
            let over = people::expired(tx, now, CHUNK)?;
            for (account, person) in &over {
                delete(tx, account, person)?;
                tx.audit(acting.act("account.deleted", account.as_str(), json!({ "person": person.as_str() })));
            }
            Ok(over.len())
        });
        let gone = gone.await.map_err(|fault| fault.to_string())?;
        if i64::try_from(gone).unwrap_or(CHUNK) < CHUNK {
            return Ok(());
        }
    }
}

fn delete(tx: &mut Tx<'_>, account: &AccountId, person: &PersonId) -> Result<(), DbFault> {
    sessions::store::delete_of(tx, account)?;
    people::delete_account(tx, account)?;
    if people::is_nobodys(tx, person)? {
        messages::store::delete_of(tx, person)?;
        real_name::delete_kept_forms(tx, person)?;
        people::delete_person(tx, person)?;
    }
    Ok(())
}
