//! How an order goes on, as somebody at the sandbox wants it.

use platform::db::DbFault;

use super::House;
use super::store;

/// What is wanted; what is none stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steer {
    /// Whether the buyer's money arrives although it was closed.
    pub(super) late: Option<bool>,
    /// How its refunds end: one of [`ENDS`].
    pub(super) refunds_end: Option<&'static str>,
}

/// Ends of refunds.
pub(super) const ENDS: [&str; 3] = ["SUCCESS", "ABNORMAL", "CLOSED"];

/// The end that is written so, in either case.
pub(super) fn end_named(text: &str) -> Option<&'static str> {
    ENDS.into_iter().find(|end| end.eq_ignore_ascii_case(text))
}

/// Steers an order; false when there is none of this number.
pub(super) async fn steer(house: &House, number: &str, steer: Steer) -> Result<bool, DbFault> {
    let number = number.to_owned();
    let steered = house.db.write(store::lane(), "sandbox.wechat.steer", move |tx| {
        let Some(order) = store::find(tx, &number)? else { return Ok::<_, DbFault>(false) };
        let end = steer.refunds_end.unwrap_or(&order.refunds_end);
        store::steer(tx, &number, steer.late.unwrap_or(order.late), end)
    });
    steered.await
}
