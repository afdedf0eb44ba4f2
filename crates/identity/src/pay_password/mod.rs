//! 电子社保卡支付密码: set, changed, tried within its six tries a day (RNA-3, T10).

mod check;
mod gate;
mod model;
mod pages;
mod pin;
pub(crate) mod policy;
mod set;
pub(crate) mod store;
mod tried;
mod weak;

pub use check::{Checked, check};
pub use pin::Pin;
pub use policy::PayPasswordPolicy;
pub use tried::{Tried, tries_left};

use axum::Router;
use kernel::Moment;
use platform::Ctx;
use platform::check::CheckResult;
use platform::db::{DbFault, Tx};
use platform::jobs::Job;
use platform::policy::PolicyError;
use platform::wiping::{self, Old};
use serde_json::json;

use crate::failure::Failure;
use crate::keeping::wiping_lane;
use crate::people::PersonId;
use model::{May, may};

/// The pages of this feature.
pub(crate) fn routes() -> Router<Ctx> {
    pages::routes()
}

/// The jobs of this feature.
pub(crate) fn jobs() -> Vec<Job> {
    let tries = Old { name: "pay_try.wipe", kept: tries_kept, wipe: store::wipe };
    vec![wiping::job("identity.wipe_pay_tries", wiping_lane(), vec![tries])]
}

/// T10: no more than six wrong tries in 24 hours.
pub(crate) fn check_tries(tx: &mut Tx<'_>, _now: Moment) -> Result<CheckResult, DbFault> {
    let (rows, broken) = store::broken(tx, policy::MAX_TRIES, policy::MIN_WINDOW_SECS * 1000)?;
    Ok(CheckResult { rows, broken })
}

/// Tries go when no window and no lock can count them any more.
fn tries_kept(ctx: &Ctx) -> Result<i64, PolicyError> {
    let policy = ctx.policy.at::<PayPasswordPolicy>(ctx.now().date())?;
    Ok(policy.window_secs + policy.lock_secs)
}

/// Gives people of the demo a password, hashed once; who has one keeps it.
pub(crate) async fn give(ctx: &Ctx, people: &[PersonId], pin: &Pin) -> Result<(), Failure> {
    let (hash, now) = (ctx.hasher.hash(pin.expose().to_owned()).await?, ctx.now());
    for person in people {
        let (row, hash) = (person.clone(), hash.clone());
        let entry = ctx.act("pay_password.set", person.as_str(), json!({ "by": "given" }));
        let given = ctx.db.write(crate::people::lane(person), "pay_password.give", move |tx| -> Result<(), DbFault> {
            if store::insert(tx, &row, &hash, now)? {
                tx.audit(entry.clone());
            }
            Ok(())
        });
        given.await?;
    }
    Ok(())
}

/// How a person's payment password stands before it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// There is none.
    NotSet,
    /// It may be tried.
    Ready,
    /// It may not be tried before then.
    Locked(Moment),
}

/// How a person's payment password stands, so that a page says it before anything is typed.
///
/// # Errors
/// What broke beneath.
pub fn stands(tx: &mut Tx<'_>, person: &PersonId, now: Moment, policy: &PayPasswordPolicy) -> Result<Stands, DbFault> {
    let Some(kept) = store::find(tx, person)? else { return Ok(Stands::NotSet) };
    let counted = store::counted(tx, person, now.minus_secs(policy.window_secs))?;
    Ok(match may(kept.locked_until, counted, now, policy) {
        // Those under way may be right.
        May::Try | May::Wait => Stands::Ready,
        May::Locked(until) | May::Lock(until) => Stands::Locked(until),
    })
}

/// Whether a person has set one.
pub fn is_set(tx: &mut Tx<'_>, person: &PersonId) -> Result<bool, DbFault> {
    Ok(store::find(tx, person)?.is_some())
}
