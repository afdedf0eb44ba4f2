//! How a visit's fee stands: on the visit's own page in words, with the way to pay and where the money is; at the desk in
//! one word; before cancelling, what would go back.

use kernel::Fen;
use payments::{Line, Order, OrderState, PaymentRules};
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

/// What a desk sees of a fee: paid, not paid, returned, or something between (OPS-2).
pub(super) fn at_desk(page: &Page, order: &Order) -> String {
    let word = match order.state {
        OrderState::Settled => "paid",
        OrderState::Open | OrderState::Paying => "unpaid",
        OrderState::Settling | OrderState::Reconfirm | OrderState::HalfPaid => "part",
        OrderState::Returning => "returning",
        OrderState::Refunded => "returned",
        OrderState::Closed => "closed",
        OrderState::Blocked => "checking",
    };
    page.t2("desk-fee", "fee", order.view.total, "word", page.t(&format!("desk-fee-{word}")))
}

/// What came in and is still with the order.
pub(super) fn held(order: &Order) -> Fen {
    let insured = order.view.settlement().map_or(Fen::ZERO, |(_, one)| one.amount);
    order.view.paid().checked_add(insured).unwrap_or(Fen::ZERO)
}

/// What would go back if the visit were cancelled now, in words; nothing where nothing came in.
pub(super) fn would_return(page: &Page, order: &Order, rules: &PaymentRules) -> Option<String> {
    let held = held(order);
    (held > Fen::ZERO).then(|| page.t2("health-cancel-returns", "amount", held, "days", rules.refund_days))
}
