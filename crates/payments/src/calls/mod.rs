//! Calls for a person: amounts that do not add up, partners that have been silent for too long.

pub(crate) mod store;

use kernel::Moment;
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use serde_json::json;

use crate::order::{OrderId, OrderState};

/// The value for calls that are not about an order.
const NO_ORDER: &str = "";
/// A pre-settlement's amounts did not add up; nothing moved.
pub(crate) const QUOTE: &str = "quote";
/// The insurer says that a visit is settled, of which we know no settlement.
pub(crate) const REGISTRATION: &str = "registration";
/// The buyer's account did not take a refund; the channel keeps it.
pub(crate) const REFUND_ABNORMAL: &str = "refund_abnormal";
/// A refund is closed at the channel; nothing went back.
pub(crate) const REFUND_CLOSED: &str = "refund_closed";
/// The channel refuses our signatures; about no order. The word that it has for this, since operators look that up.
pub(crate) const SIGNATURE_REFUSED: &str = "SIGN_ERROR";
/// The channel signs by a key that is not known here, whose serial follows; about no order.
pub(crate) const UNKNOWN_KEY: &str = "unknown_key";
/// The order cannot be looked after for a reason on our side.
pub(crate) const TROUBLE: &str = "trouble";

/// Calls a person: a row for the desk, a line in the log, a count for the alarm. Once for each reason, until somebody
/// has let the order go on.
pub(crate) fn call(tx: &mut Tx<'_>, (ctx, now): (&Ctx, Moment), order: &OrderId, reason: &str) -> Result<(), DbFault> {
    if store::call(tx, order.as_str(), reason, now)? {
        tracing::error!(order = order.as_str(), reason, "payment.person_needed");
        metrics::counter!("renshe_payment_person_needed", "reason" => reason.to_owned()).increment(1);
        tx.audit(ctx.act("payment.person_needed", order.as_str(), json!({ "reason": reason })));
    }
    Ok(())
}

/// The most calls that are listed; more would mean another problem.
const LISTED: i64 = 200;

/// Calls a person about the channel as a whole, once for each reason, until somebody has looked. Only ever inserted: the
/// closure is some order's.
pub(crate) fn call_channel(tx: &mut Tx<'_>, (ctx, now): (&Ctx, Moment), reason: &str) -> Result<(), DbFault> {
    if store::call_once(tx, NO_ORDER, reason, now)? {
        tracing::error!(reason, "payment.person_needed");
        let label = reason.split(' ').next().unwrap_or(reason).to_owned();
        metrics::counter!("renshe_payment_person_needed", "reason" => label).increment(1);
        tx.audit(ctx.act("payment.person_needed", "wechat_pay", json!({ "reason": reason })));
    }
    Ok(())
}

/// Somebody has looked after what concerned the channel as a whole.
///
/// # Errors
/// What broke beneath.
pub async fn channel_looked_after(ctx: &Ctx) -> Result<(), DbFault> {
    let (ctx2, now) = (ctx.clone(), ctx.now());
    let done = move |tx: &mut Tx<'_>| -> Result<(), DbFault> {
        let calls = store::forget(tx, NO_ORDER)?;
        tx.audit(ctx2.act("payment.channel_looked_after", "wechat_pay", json!({ "calls": calls, "at": now.ms() })));
        Ok(())
    };
    ctx.db.write(LaneKey::of("channel", "wechat_pay"), "payment.called", done).await
}

/// A person is called: to an order, or to the channel as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// To which order, and where it stands now; `None` where it is about the channel.
    pub order: Option<(OrderId, OrderState)>,
    /// What for.
    pub reason: String,
    /// Since when.
    pub at: Moment,
}

/// What people are being called for, about orders and about the channel as a whole: the oldest call first, 200 at most.
///
/// # Errors
/// What broke beneath.
pub async fn calls(ctx: &Ctx) -> Result<Vec<Call>, DbFault> {
    ctx.db.read("payment.calls", |tx| store::open(tx, LISTED)).await
}
