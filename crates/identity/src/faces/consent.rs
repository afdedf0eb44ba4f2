//! Separate consent to a face check (RNA-11): for a version of the text and a provider by name. When
//! either changes, it is asked for again.

use kernel::Moment;
use platform::Ctx;
use platform::db::DbFault;
use serde_json::json;

use super::model::ConsentId;
use super::store;
use crate::failure::Failure;
use crate::proofs::{Claimant, Proving};

/// The version of the text in `locales/*/faces.ftl` (`face-consent-…`). Raise it with what the text
/// promises, not with its commas.
pub(crate) const VERSION: &str = "2026-11-30";

kernel::words! {
    /// Who gave a consent: a person for themselves, or somebody who says to be that person.
    pub(crate) enum GivenBy: "somebody who gives a consent" {
        /// Signed in, and the number is theirs: it stands until it is withdrawn.
        Citizen = "citizen",
        /// Not proven yet: it serves this session or visit, nobody else.
        Visitor = "visitor",
    }
}

impl GivenBy {
    /// Who stands before the way.
    pub(crate) fn of(claimant: &Claimant) -> GivenBy {
        if claimant.proving.owner { GivenBy::Citizen } else { GivenBy::Visitor }
    }
}

/// A consent ready to be written down; also what a standing one must be equal to.
#[derive(Clone)]
pub(crate) struct NewConsent {
    pub(super) id: ConsentId,
    pub(super) proving: Proving,
    pub(super) given_by: GivenBy,
    pub(super) provider: String,
    pub(super) now: Moment,
}

impl NewConsent {
    /// Draws an id. `provider` is the name that the page shows, `now` the moment of what it allows.
    pub(crate) fn prepare(ctx: &Ctx, proving: &Proving, given_by: GivenBy, provider: &str, now: Moment) -> NewConsent {
        NewConsent { id: ctx.id(), proving: proving.clone(), given_by, provider: provider.to_owned(), now }
    }
}

/// When the consent that still stands was given; `None` if it must be asked for.
pub(crate) async fn given_at(
    ctx: &Ctx,
    proving: &Proving,
    given_by: GivenBy,
    provider: &str,
) -> Result<Option<Moment>, Failure> {
    let like = NewConsent::prepare(ctx, proving, given_by, provider, ctx.now());
    let found = ctx.db.read("consent.standing", move |tx| store::standing(tx, &like)).await?;
    Ok(found.map(|(_, at)| at))
}

/// Withdraws the consent. What was done is not undone, and nothing more is done.
pub(crate) async fn withdraw(ctx: &Ctx, proving: &Proving, given_by: GivenBy) -> Result<(), Failure> {
    let (mine, now) = (proving.clone(), ctx.now());
    let entry =
        ctx.act("consent.withdrawn", &format!("person:{}", proving.subject.short()), json!({ "purpose": "face" }));
    let withdrawn = ctx.db.write(proving.subject.lane(), "consent.withdraw", move |tx| -> Result<(), DbFault> {
        if store::withdraw(tx, &mine, given_by, now)? > 0 {
            tx.audit(entry.clone());
        }
        Ok(())
    });
    Ok(withdrawn.await?)
}
