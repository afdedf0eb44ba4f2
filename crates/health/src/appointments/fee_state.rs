//! How a visit's fee stands, on the visit's own page: in words, with the way to pay and where the money is.

use payments::{Line, Order, OrderState};
use ui::Page;

/// How the visit's fee stands.
pub(super) struct FeeState {
    pub(super) word: String,
    pub(super) href: String,
    /// Something is still to be paid.
    pub(super) due: bool,
    pub(super) trail: Vec<Line>,
}

impl FeeState {
    pub(super) fn of(page: &Page, order: &Order) -> FeeState {
        let (word, _) = payments::state_word(page, order);
        let due =
            matches!(order.state, OrderState::Open | OrderState::HalfPaid | OrderState::Paying | OrderState::Reconfirm);
        FeeState { word, href: payments::pay_href(order), due, trail: payments::lines(page, order) }
    }
}
