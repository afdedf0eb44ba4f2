//! The ways that an order can go from one state to another.

use super::model::OrderState;

/// The states of an order and what leads from one to another, as a mermaid diagram for the docs.
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> open\n");
    for (from, why, to) in PATHS {
        text.push_str(&format!("    {from} --> {to}: {why}\n"));
    }
    text.push_str("    refunded --> [*]\n    closed --> [*]\n");
    text
}

/// The ways an order can go; every stored change is one of them (I-M15).
pub const PATHS: &[(OrderState, &str, OrderState)] = &[
    (OrderState::Open, "asks the insurer", OrderState::Settling),
    (OrderState::Open, "offers a payment", OrderState::Paying),
    (OrderState::Open, "ends", OrderState::Closed),
    (OrderState::Open, "money comes late", OrderState::Settled),
    (OrderState::Open, "settlement found", OrderState::HalfPaid),
    (OrderState::Open, "settlement found", OrderState::Reconfirm),
    (OrderState::Settling, "refused", OrderState::Open),
    (OrderState::Settling, "settled by what was shown", OrderState::HalfPaid),
    (OrderState::Settling, "settled by other amounts", OrderState::Reconfirm),
    (OrderState::Settling, "nothing left to pay", OrderState::Settled),
    (OrderState::Settling, "ends", OrderState::Returning),
    (OrderState::Settling, "ends before it is sent", OrderState::Closed),
    (OrderState::Reconfirm, "agreed", OrderState::HalfPaid),
    (OrderState::Reconfirm, "agreed", OrderState::Settled),
    (OrderState::Reconfirm, "ends", OrderState::Returning),
    (OrderState::HalfPaid, "paid", OrderState::Settled),
    (OrderState::HalfPaid, "ends", OrderState::Returning),
    (OrderState::Paying, "paid", OrderState::Settled),
    (OrderState::Paying, "closed without money", OrderState::Open),
    (OrderState::Paying, "ends", OrderState::Returning),
    (OrderState::Paying, "ends before it is sent", OrderState::Closed),
    (OrderState::Paying, "settlement found", OrderState::HalfPaid),
    (OrderState::Paying, "settlement found", OrderState::Reconfirm),
    (OrderState::Settled, "cancelled", OrderState::Returning),
    (OrderState::Settled, "settlement found", OrderState::Reconfirm),
    (OrderState::Reconfirm, "settlement undone", OrderState::Settled),
    (OrderState::HalfPaid, "settlement undone", OrderState::Open),
    (OrderState::Reconfirm, "settlement undone", OrderState::Open),
    (OrderState::Reconfirm, "settlement undone", OrderState::Paying),
    (OrderState::Returning, "all went back", OrderState::Refunded),
    (OrderState::Returning, "nothing had come in", OrderState::Closed),
    (OrderState::Closed, "money comes late", OrderState::Returning),
    (OrderState::Refunded, "money comes late", OrderState::Returning),
];

/// Whether an order may go from one state to another. A person's look (Blocked) may follow and end anywhere.
pub fn may_go(from: OrderState, to: OrderState) -> bool {
    from == OrderState::Blocked
        || to == OrderState::Blocked
        || PATHS.iter().any(|(before, _, after)| (*before, *after) == (from, to))
}
