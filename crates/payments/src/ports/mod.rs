//! What payments needs from outside, as small traits by capability: settling with the insurer, and
//! taking and returning money through a payment channel. `partners` implements them over HTTP; the
//! server hands them in.
//!
//! Every act carries a number of ours by which the partner knows it again. No transaction is open while a call is under
//! way, and no adapter retries by itself: an unknown outcome stays [`PortError::Unknown`] until the partner is asked.

mod channel;
mod refusal;
mod settling;

use std::sync::Arc;

pub use identity::CoveredPerson;
pub use identity::ports::PortError;

pub use channel::{
    About, Cashier, Channel, ChannelError, ChannelState, CloseAnswer, Giving, Notice, NoticeRefusal, Offer, Recipient,
    RefundState, Unsigned,
};
pub use refusal::Refusal;
pub use settling::{
    Care, EMPLOYEES, Presettled, Registered, RegisteredVisit, SettleError, Settled, SettlementFacts, Settlements,
    Split, Undone,
};

/// All of them, as handlers and jobs are given them: `Extension<Arc<PayPorts>>`.
#[derive(Clone)]
pub struct PayPorts {
    /// The insurer.
    pub settlements: Arc<dyn Settlements>,
    /// WeChat Pay.
    pub wechat_pay: Arc<dyn Channel>,
}
