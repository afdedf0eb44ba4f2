//! The visit behind a short number (单号), for whoever looks after payments and finds no order by it.

use kernel::{Fen, ShortNo};
use platform::Ctx;
use platform::db::DbFault;

use super::store;

/// The fee of the visit that has this number. A visit that costs nothing has a number like any other, and no order.
///
/// # Errors
/// What broke beneath.
pub async fn fee_by_number(ctx: &Ctx, no: &ShortNo) -> Result<Option<Fen>, DbFault> {
    let no = no.clone();
    let visit = ctx.db.read("appointment.fee_by_number", move |tx| store::by_no(tx, &no)).await?;
    Ok(visit.map(|visit| visit.fee))
}
