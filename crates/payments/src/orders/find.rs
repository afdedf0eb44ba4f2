//! An order for whoever looks after it: by its number, or by the short one that a person says on the telephone.

use platform::Ctx;
use platform::db::DbFault;

use super::store::{self, Order};
use super::words::SHORT_CHARS;

/// Orders of one short number that are found at most.
const FOUND_MOST: i64 = 5;

/// The orders whose number is this, or ends so; dashes, blanks and capitals do not count.
///
/// # Errors
/// What broke beneath.
pub async fn find(ctx: &Ctx, number: &str) -> Result<Vec<Order>, DbFault> {
    let plain: String = number.chars().filter(|sign| !matches!(sign, '-' | ' ')).collect();
    let plain = plain.to_ascii_lowercase();
    if plain.len() < SHORT_CHARS || !plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(Vec::new());
    }
    ctx.db.read("payment.find", move |tx| store::ending_in(tx, &plain, FOUND_MOST)).await
}
