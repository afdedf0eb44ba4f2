//! Trying a payment password (T10): the try is reserved in one closure, the hash is looked at outside, the
//! try is ended in another. A hundred guesses sent at once count as a hundred: at most six reach
//! the hash, and one whose process died stays counted as wrong. Who comes while as many are under way as may be wrong
//! waits for them: what is answered is so, and not what would be so if all of them were wrong. Waiting only reads, and no
//! more wait than may be wrong.

use std::time::Duration;

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::{DbFault, Tx};
use platform::password::PasswordError;
use serde_json::json;

use super::model::{May, PayTryId, TryState, may};
use super::pin::Pin;
use super::policy::{MAX_TRIES, PayPasswordPolicy};
use super::store;
use crate::failure::Failure;
use crate::messages::{self, PreparedMessage};
use crate::people::{PersonId, lane};

/// The result of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// It is the password.
    Right,
    /// It is not; this many wrong tries are left before it locks.
    Wrong {
        /// At least 1.
        left: i64,
    },
    /// It is locked for this many seconds, and no try is made.
    Locked {
        /// At least 1.
        secs: i64,
    },
    /// The person has none.
    NotSet,
    /// Others are under way and took longer than was waited for them; whether it locks is not known.
    UnderWay,
}

/// Pauses between looks at whether the tries under way are known, in milliseconds: three seconds together, and more than the
/// hashes of the tries of a policy take.
const PAUSES_MS: [u64; 6] = [50, 100, 200, 400, 800, 1_500];

/// Tries a person's payment password, wherever it is asked for: the count is one for all.
///
/// # Errors
/// What broke beneath; the try then does not count, unless the process dies.
pub async fn check(ctx: &Ctx, person: &PersonId, pin: &Pin) -> Result<Checked, Failure> {
    check_version(ctx, person, pin).await.map(|(checked, _)| checked)
}

/// The same, with the version of the password that was looked at.
pub(super) async fn check_version(ctx: &Ctx, person: &PersonId, pin: &Pin) -> Result<(Checked, i64), Failure> {
    let mut pauses = PAUSES_MS.into_iter();
    let mut waits = None;
    let reserved = loop {
        match place(ctx, person).await? {
            Place::Reserved(reserved) => break reserved,
            Place::Refused(refused) => return Ok((refused, 0)),
            Place::Wait => {
                // More than MAX_TRIES of one person at a time nobody needs: the rest are a script, and it is not waited with.
                waits = waits.or_else(|| ctx.hasher.wait_for(person.as_str(), MAX_TRIES));
                match pauses.next().filter(|_| waits.is_some()) {
                    Some(pause) => tokio::time::sleep(Duration::from_millis(pause)).await,
                    None => return Ok((Checked::UnderWay, 0)),
                }
            }
        }
    };
    drop(waits);
    let version = reserved.version;
    let (ctx, person, pin) = (ctx.clone(), person.clone(), pin.clone());
    // A task of its own: whoever hangs up now has tried all the same, and the try is ended.
    let tried = tokio::spawn(async move { look_and_end(&ctx, person, pin, reserved).await });
    let checked = tried.await.map_err(|error| PasswordError::Broken(format!("a try was not ended: {error}")))??;
    Ok((checked, version))
}

/// A reserved try.
struct Reserved {
    id: PayTryId,
    hash: String,
    version: i64,
}

/// What became of asking for a try.
enum Place {
    /// It may be made.
    Reserved(Reserved),
    /// It may not.
    Refused(Checked),
    /// Not yet.
    Wait,
}

/// Looks first whether anything is to be written: whoever is only told something, or waits, does not queue in the person's
/// lane.
async fn place(ctx: &Ctx, person: &PersonId) -> Result<Place, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<PayPasswordPolicy>(now.date())?;
    let (looked, since) = (person.clone(), now.minus_secs(policy.window_secs));
    let read = ctx.db.read("pay_password.look", move |tx| {
        Ok::<_, DbFault>(store::find(tx, &looked)?.zip(Some(store::counted(tx, &looked, since)?)))
    });
    let Some((kept, counted)) = read.await? else { return Ok(Place::Refused(Checked::NotSet)) };
    match may(kept.locked_until, counted, now, &policy) {
        May::Try | May::Lock(_) => reserve(ctx, person, &policy).await,
        May::Locked(until) => Ok(Place::Refused(locked_for(now, until))),
        May::Wait => Ok(Place::Wait),
    }
}

async fn reserve(ctx: &Ctx, person: &PersonId, policy: &PayPasswordPolicy) -> Result<Place, Failure> {
    let (now, policy) = (ctx.now(), policy.clone());
    let (id, person2): (PayTryId, _) = (ctx.id(), person.clone());
    let locked = ctx.act("pay_password.locked", person.as_str(), json!({ "by": "abandoned" }));
    let reserved = ctx.db.write(lane(person), "pay_password.reserve", move |tx| -> Result<_, DbFault> {
        let Some(kept) = store::hold(tx, &person2)? else { return Ok(Place::Refused(Checked::NotSet)) };
        let counted = store::counted(tx, &person2, now.minus_secs(policy.window_secs))?;
        match may(kept.locked_until, counted, now, &policy) {
            May::Try => {
                store::reserve(tx, &id, &person2, now)?;
                Ok(Place::Reserved(Reserved { id: id.clone(), hash: kept.hash, version: kept.version }))
            }
            May::Locked(until) => Ok(Place::Refused(locked_for(now, until))),
            May::Lock(until) => {
                store::lock(tx, &person2, until)?;
                tx.audit(locked.clone());
                Ok(Place::Refused(locked_for(now, until)))
            }
            May::Wait => Ok(Place::Wait),
        }
    });
    Ok(reserved.await?)
}

async fn look_and_end(ctx: &Ctx, person: PersonId, pin: Pin, reserved: Reserved) -> Result<Checked, Failure> {
    match ctx.hasher.verify(pin.expose().to_owned(), reserved.hash.clone()).await {
        Ok(true) => end_right(ctx, person, reserved).await,
        Ok(false) => end_wrong(ctx, person, reserved).await,
        Err(error) => {
            // The hash was not looked at, so the try revealed nothing.
            let id = reserved.id;
            ctx.db.write(lane(&person), "pay_password.take_back", move |tx| store::take_back(tx, &id)).await?;
            Err(error.into())
        }
    }
}

async fn end_right(ctx: &Ctx, person: PersonId, reserved: Reserved) -> Result<Checked, Failure> {
    let now = ctx.now();
    let policy = ctx.policy.at::<PayPasswordPolicy>(now.date())?;
    let key = lane(&person);
    let ended = ctx.db.write(key, "pay_password.right", move |tx| -> Result<Checked, DbFault> {
        let Some(kept) = store::hold(tx, &person)? else { return Ok(Checked::NotSet) };
        if let Some(until) = kept.locked_until.filter(|until| *until > now) {
            store::end_try(tx, &reserved.id, TryState::Wrong, now)?;
            return Ok(locked_for(now, until));
        }
        // Changed while the hash was looked at: what was right is not any more.
        if kept.version != reserved.version {
            store::end_try(tx, &reserved.id, TryState::Forgiven, now)?;
            return Ok(Checked::Wrong { left: policy.tries });
        }
        store::end_try(tx, &reserved.id, TryState::Right, now)?;
        if policy.right_clears {
            store::forgive(tx, &person, false, now)?;
        }
        Ok(Checked::Right)
    });
    Ok(ended.await?)
}

/// What a wrong try leaves behind, drawn before the closure.
#[derive(Clone)]
struct Wrong {
    person: PersonId,
    id: PayTryId,
    now: Moment,
    until: Moment,
    policy: PayPasswordPolicy,
    refused: AuditEntry,
    locked: AuditEntry,
    message: PreparedMessage,
}

async fn end_wrong(ctx: &Ctx, person: PersonId, reserved: Reserved) -> Result<Checked, Failure> {
    let now = ctx.now();
    let policy = (*ctx.policy.at::<PayPasswordPolicy>(now.date())?).clone();
    let until = now.plus_secs(policy.lock_secs);
    let args = json!({ "until_at": until.ms(), "link": "/pay-password" });
    let wrong = Wrong {
        message: messages::prepare(ctx, &person, "pay_password_locked", &args, true).await?,
        refused: ctx.act("pay_password.refused", person.as_str(), json!({})),
        locked: ctx.act("pay_password.locked", person.as_str(), json!({ "by": "wrong tries" })),
        id: reserved.id,
        person,
        now,
        until,
        policy,
    };
    let (key, person, policy) = (lane(&wrong.person), wrong.person.clone(), wrong.policy.clone());
    match ctx.db.write(key, "pay_password.wrong", move |tx| write_wrong(tx, &wrong)).await? {
        Checked::UnderWay => once_the_others_are_known(ctx, person, &policy).await,
        known => Ok(known),
    }
}

/// What a wrong try is told while others are under way with which it would lock: they may be right.
async fn once_the_others_are_known(
    ctx: &Ctx,
    person: PersonId,
    policy: &PayPasswordPolicy,
) -> Result<Checked, Failure> {
    for pause in PAUSES_MS {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let (now, person) = (ctx.now(), person.clone());
        let since = now.minus_secs(policy.window_secs);
        let read = ctx.db.read("pay_password.others", move |tx| {
            Ok::<_, DbFault>(store::find(tx, &person)?.zip(Some(store::counted(tx, &person, since)?)))
        });
        let Some((kept, counted)) = read.await? else { return Ok(Checked::NotSet) };
        if let Some(until) = kept.locked_until.filter(|until| *until > now) {
            return Ok(locked_for(now, until));
        }
        let left = policy.tries - counted.wrong - counted.reserved;
        if left > 0 {
            return Ok(Checked::Wrong { left });
        }
    }
    Ok(Checked::UnderWay)
}

fn write_wrong(tx: &mut Tx<'_>, wrong: &Wrong) -> Result<Checked, DbFault> {
    let Some(kept) = store::hold(tx, &wrong.person)? else { return Ok(Checked::NotSet) };
    tx.audit(wrong.refused.clone());
    // Forgiven meanwhile, with the password it was tried at.
    if !store::end_try(tx, &wrong.id, TryState::Wrong, wrong.now)? {
        return Ok(Checked::Wrong { left: wrong.policy.tries });
    }
    if let Some(until) = kept.locked_until.filter(|until| *until > wrong.now) {
        return Ok(locked_for(wrong.now, until));
    }
    let counted = store::counted(tx, &wrong.person, wrong.now.minus_secs(wrong.policy.window_secs))?;
    if counted.wrong >= wrong.policy.tries {
        store::lock(tx, &wrong.person, wrong.until)?;
        tx.audit(wrong.locked.clone());
        messages::insert(tx, &wrong.message)?;
        return Ok(locked_for(wrong.now, wrong.until));
    }
    let left = wrong.policy.tries - counted.wrong - counted.reserved;
    // The last ones are under way at this moment.
    Ok(if left > 0 { Checked::Wrong { left } } else { Checked::UnderWay })
}

fn locked_for(now: Moment, until: Moment) -> Checked {
    Checked::Locked { secs: now.secs_until(until).max(1) }
}
