//! Tells the person where the order stands: the listener finds the words, the row says that it was told.

use std::sync::Arc;

use identity::messages;
use platform::Ctx;

use super::apply;
use super::drive::{DriveError, Payments};
use super::pen::Pen;
use super::store::{self, Order};

/// Tells of the state that `order` was read in. Told once, whoever comes first.
pub(crate) async fn tell(pay: &Payments, ctx: &Ctx, order: &Order) -> Result<(), DriveError> {
    let message = pay.listener.message(ctx, order).await?;
    let pen = Pen::new(ctx, Arc::clone(&pay.listener), "driver")?;
    let read = order.clone();
    let told = ctx.db.write(order.lane_key(), "payment.tell", move |tx| -> Result<(), apply::ApplyError> {
        pen.fresh();
        let Some(held) = store::hold(tx, &read.id)? else { return Ok(()) };
        let now = held.state == read.state && store::set_told(tx, &held, held.state)?;
        if let Some(message) = message.as_ref().filter(|_| now) {
            messages::insert(tx, message)?;
        }
        apply::settle(tx, &pen, &held).map(drop)
    });
    Ok(told.await?)
}
