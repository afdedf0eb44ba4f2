//! Records that a person gave the e-card payment password for exactly this (I-D05). It is written in the person's lane
//! and used up in the order's lane by a row that can be inserted only once (architecture, rule 4).

mod store;

use identity::PersonId;
use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};

use crate::attempts::model::AttemptId;
use crate::order::OrderId;

kernel::typed_id!(
    /// One authorisation.
    pub AuthorisationId,
    "aut"
);

/// The content for which the password was given.
#[derive(Debug, Clone)]
pub(crate) struct Authorisation {
    pub(crate) id: AuthorisationId,
    pub(crate) person: PersonId,
    pub(crate) order: OrderId,
    pub(crate) hash: Vec<u8>,
    pub(crate) session: String,
    pub(crate) now: Moment,
    pub(crate) expires_at: Moment,
}

/// Writes it.
pub(crate) async fn write(ctx: &Ctx, authorisation: &Authorisation) -> Result<(), DbFault> {
    let row = authorisation.clone();
    let lane = LaneKey::of("person", row.person.as_str());
    ctx.db.write(lane, "payment.authorised", move |tx| store::insert(tx, &row)).await
}

/// Uses it up for one attempt; false when it was used or is too old.
pub(crate) fn use_up(
    tx: &mut Tx<'_>,
    authorisation: &Authorisation,
    attempt: &AttemptId,
    now: Moment,
) -> Result<bool, DbFault> {
    if now >= authorisation.expires_at {
        return Ok(false);
    }
    store::use_up(tx, authorisation, attempt, now)
}
