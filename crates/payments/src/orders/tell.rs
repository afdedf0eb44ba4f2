//! Tells the person where the order stands: the listener finds the words, the row says that it was told.

use std::sync::Arc;

use identity::messages;
use platform::Ctx;

use super::apply;
use super::drive::{DriveError, Payments};
use super::listen::Telling;
use super::pen::Pen;
use super::store::{self, Order};

/// Tells what [`apply::to_tell`] says of the order as it was read. Told once, whoever comes first.
pub(crate) async fn tell(
    pay: &Payments,
    ctx: &Ctx,
    order: &Order,
    (word, telling): (&'static str, Telling),
) -> Result<(), DriveError> {
    let message = pay.listeners.of_order(order)?.message(ctx, order, telling).await?;
    let pen = Pen::new(ctx, Arc::clone(&pay.listeners), "driver")?;
    let read = order.clone();
    let told = ctx.db.write(order.lane_key(), "payment.tell", move |tx| -> Result<(), apply::ApplyError> {
        pen.fresh();
        let Some(held) = store::hold(tx, &read.id)? else { return Ok(()) };
        // Whoever comes second has read that nothing was told yet, and finds that it was.
        let due = apply::to_tell(&held).is_some_and(|(due, _)| due == word);
        let now = due && held.state == read.state && store::set_told(tx, &read, word)?;
        if let Some(message) = message.as_ref().filter(|_| now) {
            messages::insert(tx, message)?;
        }
        apply::follow(tx, &pen, &held).map(drop)
    });
    Ok(told.await?)
}
