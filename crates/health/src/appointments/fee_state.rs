//! How a visit's fee stands: on the visit's own page in words, with the way to pay and where the money is; at the desk in
//! one word; before cancelling, what would go back.

use kernel::{Fen, Moment};
use payments::{Due, Legs, Line, Order, OrderState, PaymentRules};
use ui::Page;

/// How the visit's fee stands.
pub(super) struct FeeState {
    pub(super) word: String,
    pub(super) href: String,
    /// What is still to be paid.
    pub(super) due: Option<Due>,
    /// What it means for the money that came in, where that is on its way.
    pub(super) text: Option<String>,
    /// All is paid: so much.
    pub(super) paid: Option<String>,
    pub(super) trail: Vec<Line>,
}

impl FeeState {
    /// `can_cancel`: the trail ends with what would go back then.
    pub(super) fn of(page: &Page, order: &Order, rules: &PaymentRules, now: Moment, can_cancel: bool) -> FeeState {
        let (word, _) = payments::state_word(page, order);
        let mut trail = payments::lines(page, order);
        let back = would_return(page, order, rules);
        if let Some(back) = back.filter(|_| can_cancel && order.state == OrderState::Settled) {
            trail.push(Line { mark: "later", title: page.t("health-if-cancelled"), detail: back });
        }
        let moves = matches!(order.state, OrderState::Settling | OrderState::Returning | OrderState::Blocked);
        FeeState {
            word,
            href: payments::pay_href(order),
            due: payments::due(order, now, rules),
            text: moves.then(|| payments::state_text(page, order, rules)),
            paid: (order.state == OrderState::Settled).then(|| page.t1("health-paid", "yuan", order.view.total)),
            trail,
        }
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

/// What a desk says of a visit that is only held: the end of a key. Not every one of them can still be paid.
pub(super) fn unpaid_word(order: Option<&Order>) -> &'static str {
    match order.map(|order| order.state) {
        Some(OrderState::Settling) => "unsure",
        Some(OrderState::Returning) => "returning",
        Some(OrderState::Blocked) => "checking",
        _ => "unpaid",
    }
}

/// What would go back if the visit were cancelled now, and where to, leg by leg; nothing where nothing came in. Wherever it
/// is told, these are the words.
pub(super) fn would_return(page: &Page, order: &Order, rules: &PaymentRules) -> Option<String> {
    let held = Legs::held(order);
    let split = order.view.settlement().and_then(|(_, one)| one.split);
    let account = split.map_or(Fen::ZERO, |split| split.personal_account);
    let rest = held.insured.checked_sub(account).unwrap_or(Fen::ZERO);
    let insured: Vec<String> = [("health-returns-insurer", rest), ("health-returns-account", account)]
        .into_iter()
        .filter(|(_, part)| *part > Fen::ZERO)
        .map(|(key, part)| page.t1(key, "yuan", part))
        .collect();
    let mut told = Vec::new();
    if !insured.is_empty() {
        told.push(page.t1("health-returns-at-once", "parts", insured.join(&page.t("health-returns-and"))));
    }
    if held.own_money > Fen::ZERO {
        told.push(page.t2("health-returns-cash", "yuan", held.own_money, "days", rules.refund_days));
    }
    (!told.is_empty()).then(|| told.join(page.pick("", " ")))
}
