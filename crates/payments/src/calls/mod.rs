//! Calls for a person: amounts that do not add up, partners that have been silent for too long.

pub(crate) mod store;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, Tx};
use serde_json::json;

use crate::orders::OrderId;
use crate::orders::model::OrderState;
use crate::orders::pen::Pen;

/// A pre-settlement's amounts did not add up; nothing moved.
pub(crate) const QUOTE: &str = "quote";
/// The insurer says that a visit is settled, of which we know no settlement.
pub(crate) const REGISTRATION: &str = "registration";
/// Looking after the order fails for a reason of ours.
pub(crate) const TROUBLE: &str = "trouble";

/// Calls a person: a row for the desk, a line in the log, a count for the alarm. Once for each reason, until somebody
/// has let the order go on.
pub(crate) fn call(tx: &mut Tx<'_>, pen: &Pen, order: &OrderId, reason: &str) -> Result<(), DbFault> {
    if store::call(tx, order, reason, pen.now)? {
        tracing::error!(order = order.as_str(), reason, "payment.person_needed");
        metrics::counter!("renshe_payment_person_needed", "reason" => reason.to_owned()).increment(1);
        tx.audit(pen.ctx.act("payment.person_needed", order.as_str(), json!({ "reason": reason })));
    }
    Ok(())
}

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
