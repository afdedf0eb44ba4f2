//! A new way to the cashier for a payment that is open: links live shorter than offers. The same offer under the same
//! number moves nothing.

use platform::Ctx;
use platform::db::DbFault;

use super::act::offer_of;
use super::drive::Payments;
use super::store::{self, Order};
use crate::attempts::store::{self as attempts, Attempt};

/// Asks for it; a channel that does not answer leaves the old one.
///
/// # Errors
/// What broke beneath.
pub(crate) async fn renew_link(pay: &Payments, ctx: &Ctx, order: &Order, attempt: &Attempt) -> Result<(), DbFault> {
    let Ok(offer) = offer_of(attempt) else { return Ok(()) };
    let link = match pay.ports.wechat_pay.offer(ctx, &offer).await {
        Ok(link) => link,
        Err(error) => {
            tracing::warn!(attempt = attempt.id.as_str(), %error, "payment.no_new_link");
            return Ok(());
        }
    };
    let (id, attempt, now) = (order.id.clone(), attempt.clone(), ctx.now());
    ctx.db
        .write(order.lane_key(), "payment.relink", move |tx| {
            store::hold(tx, &id)?;
            attempts::relink(tx, &attempt, &link, now)
        })
        .await
}
