//! Calls for a person: amounts that do not add up, partners that have been silent for too long.

pub(crate) mod store;

use kernel::Moment;
use platform::Ctx;
use platform::db::DbFault;

use crate::orders::OrderId;
use crate::orders::model::OrderState;

/// Calls listed at most: whoever has more has another problem.
const LISTED: i64 = 200;

/// A person is called to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// To which.
    pub order: OrderId,
    /// Where it stands now.
    pub state: OrderState,
    /// What for.
    pub reason: String,
    /// Since when.
    pub at: Moment,
}

/// Orders that wait for a person, the longest waiting first.
///
/// # Errors
/// What broke beneath.
pub async fn calls(ctx: &Ctx) -> Result<Vec<Call>, DbFault> {
    ctx.db.read("payment.calls", |tx| store::open(tx, LISTED)).await
}
