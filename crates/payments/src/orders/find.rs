//! Orders for whoever looks after them: by an order's own number, or by the short one that a person says on the telephone.

use kernel::{BadShortNo, ShortNo};
use platform::Ctx;
use platform::db::DbFault;

use super::model::OrderId;
use super::store::{self, Order};

/// Why nothing was looked for.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It is neither kind of number, or a digit of it is wrong.
    #[error(transparent)]
    Number(#[from] BadShortNo),
    /// What broke beneath.
    #[error(transparent)]
    Fault(#[from] DbFault),
}

/// The order of this number, or those of this short number, the newest first: a thing that is paid for has one short
/// number, and may have had more than one order.
///
/// # Errors
/// [`FindError`].
pub async fn find(ctx: &Ctx, said: &str) -> Result<Vec<Order>, FindError> {
    if let Ok(id) = said.trim().to_ascii_lowercase().parse::<OrderId>() {
        let found = ctx.db.read("payment.find", move |tx| store::find(tx, &id)).await?;
        return Ok(found.into_iter().collect());
    }
    let no = ShortNo::parse(said)?;
    Ok(ctx.db.read("payment.find", move |tx| store::of_no(tx, &no)).await?)
}
