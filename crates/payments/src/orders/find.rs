//! An order for whoever looks after it: by its number, or by the short one that a person says on the telephone.

use platform::Ctx;
use platform::db::DbFault;

use super::model::OrderId;
use super::store::{self, Order};
use super::words::SHORT_CHARS;

/// Orders of one short number that are found at most.
const FOUND_MOST: usize = 5;

/// What is found under a number.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The order of that number, or those whose number ends so, by their numbers.
    pub orders: Vec<Order>,
    /// Whether there are more of them.
    pub more: bool,
}

/// The order whose number is this, or else those whose number ends so; dashes, blanks and capitals do not count.
///
/// # Errors
/// What broke beneath.
pub async fn find(ctx: &Ctx, number: &str) -> Result<Found, DbFault> {
    let plain: String = number.chars().filter(|sign| !matches!(sign, '-' | ' ')).collect();
    let plain = plain.to_ascii_lowercase();
    if plain.len() < SHORT_CHARS || !plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(Found::default());
    }
    let read = ctx.db.read("payment.find", move |tx| {
        if let Ok(whole) = plain.parse::<OrderId>()
            && let Some(order) = store::find(tx, &whole)?
        {
            return Ok(vec![order]);
        }
        store::ending_in(tx, &plain, FOUND_MOST + 1)
    });
    let mut orders = read.await?;
    let more = orders.len() > FOUND_MOST;
    orders.truncate(FOUND_MOST);
    Ok(Found { orders, more })
}
