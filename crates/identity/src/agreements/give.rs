//! Agreeing: with a new account, or to a new version.

use kernel::Moment;
use platform::Ctx;
use platform::audit::AuditEntry;
use platform::db::DbFault;
use serde::Deserialize;
use serde_json::json;

use super::policy::AgreementPolicy;
use super::store;
use crate::failure::Failure;
use crate::ids::{AccountId, PersonId, lane};

kernel::typed_id!(
    /// That an account's holder agreed to a pair of versions.
    pub AgreementId, "agr"
);

/// The versions of both texts that a page led to: a form carries them, so that what is written down is what was shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// Of the user agreement.
    pub(crate) terms: String,
    /// Of the privacy policy.
    pub(crate) privacy: String,
}

impl Shown {
    /// What a page leads to now.
    ///
    /// # Errors
    /// No policy for the day.
    pub(crate) fn in_force(ctx: &Ctx) -> Result<Shown, Failure> {
        let policy = ctx.policy.at::<AgreementPolicy>(ctx.now().date())?;
        Ok(Shown { terms: policy.terms.clone(), privacy: policy.privacy.clone() })
    }
}

/// Ready to be written down.
#[derive(Clone)]
pub(crate) struct Agreement {
    pub(super) id: AgreementId,
    pub(super) account: AccountId,
    pub(super) shown: Shown,
    pub(super) now: Moment,
    pub(super) entry: AuditEntry,
}

impl Agreement {
    /// To what was shown.
    pub(crate) fn prepare(ctx: &Ctx, account: &AccountId, shown: &Shown) -> Agreement {
        let (id, now): (AgreementId, Moment) = (ctx.id(), ctx.now());
        let detail = json!({ "account": account.as_str(), "terms": shown.terms, "privacy": shown.privacy });
        Agreement {
            entry: ctx.act("agreement.given", id.as_str(), detail),
            id,
            account: account.clone(),
            shown: shown.clone(),
            now,
        }
    }
}

/// Agrees to what was shown. A second tap changes nothing.
pub(crate) async fn agree(ctx: &Ctx, account: &AccountId, person: &PersonId, shown: &Shown) -> Result<(), Failure> {
    let new = Agreement::prepare(ctx, account, shown);
    let given =
        ctx.db.write(lane(person), "agreement.give", move |tx| -> Result<(), DbFault> { store::insert(tx, &new) });
    Ok(given.await?)
}
