//! Agreeing: with a new account, or to a new version.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::DbFault;
use serde_json::json;

use super::policy::AgreementPolicy;
use super::store;
use crate::failure::Failure;
use crate::people::{AccountId, PersonId, lane};

kernel::typed_id!(
    /// That an account's holder agreed to a pair of versions.
    pub AgreementId, "agr"
);

/// Ready to be written down.
#[derive(Clone)]
pub(crate) struct Agreement {
    pub(super) id: AgreementId,
    pub(super) account: AccountId,
    pub(super) terms: String,
    pub(super) privacy: String,
    pub(super) now: Moment,
    pub(super) entry: AuditEntry,
}

impl Agreement {
    /// To the versions in force.
    ///
    /// # Errors
    /// No policy for the day.
    pub(crate) fn prepare(ctx: &Ctx, account: &AccountId) -> Result<Agreement, Failure> {
        let (id, now): (AgreementId, Moment) = (ctx.id(), ctx.now());
        let policy = ctx.policy.at::<AgreementPolicy>(now.date())?;
        let detail = json!({ "account": account.as_str(), "terms": policy.terms, "privacy": policy.privacy });
        Ok(Agreement {
            entry: ctx.act("agreement.given", id.as_str(), detail),
            id,
            account: account.clone(),
            terms: policy.terms.clone(),
            privacy: policy.privacy.clone(),
            now,
        })
    }
}

/// Agrees to the versions in force. A second tap changes nothing.
pub(super) async fn agree(ctx: &Ctx, account: &AccountId, person: &PersonId) -> Result<(), Failure> {
    let new = Agreement::prepare(ctx, account)?;
    let given =
        ctx.db.write(lane(person), "agreement.give", move |tx| -> Result<(), DbFault> { store::insert(tx, &new) });
    Ok(given.await?)
}
