//! What every folder knows of an order: its number, where it stands, from which purses it is paid and why it ends. The order
//! itself is of [`orders`](crate::orders), which stands above them.

kernel::typed_id!(
    /// One order (订单).
    pub OrderId,
    "ord"
);

kernel::words! {
    /// Where an order stands. Derived from its attempts by `orders::model::order_state` and stored beside them.
    pub enum OrderState: "a state of an order" {
        /// Nothing is under way: the person may pay.
        Open = "open",
        /// The insurer has been asked to settle.
        Settling = "settling",
        /// The insurer settled, by other amounts than were shown: the person must agree again.
        Reconfirm = "reconfirm",
        /// The insurer settled; one's own money is still to come.
        HalfPaid = "half_paid",
        /// Nothing is settled by the insurer; a channel payment is offered.
        Paying = "paying",
        /// Everything is paid.
        Settled = "settled",
        /// It ends, and what came in is going back, or is being asked about.
        Returning = "returning",
        /// It has ended, and everything went back.
        Refunded = "refunded",
        /// It has ended, and nothing had come in.
        Closed = "closed",
        /// Amounts did not agree, so a person must look.
        Blocked = "blocked",
    }
}

impl OrderState {
    /// Whether nothing can happen any more, except that money comes late.
    pub const fn is_over(self) -> bool {
        matches!(self, OrderState::Refunded | OrderState::Closed)
    }
}

kernel::words! {
    /// From which purses a person wants to pay.
    pub enum Way: "a way of paying" {
        /// Through the insurer, the personal account first.
        PersonalAccount = "account",
        /// Through the insurer, without the personal account.
        Fund = "fund",
        /// All of it one's own money.
        OwnMoney = "own_money",
    }
}

kernel::words! {
    /// Why an order ends.
    pub enum Cause: "a reason to end an order" {
        /// The person gave the order up.
        Cancelled = "cancelled",
        /// The time to pay was over.
        TimedOut = "timed_out",
    }
}
