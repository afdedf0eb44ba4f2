//! Taking and returning money through a payment channel.

use async_trait::async_trait;
use http::HeaderMap;
use kernel::{Fen, Moment, Pii};
use platform::Ctx;

use super::PortError;

/// How the buyer reaches the cashier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cashier {
    /// A code on this screen, scanned by a phone (Native).
    Code,
    /// A link opened on this phone (H5).
    Link,
}

/// A payment to be offered to a buyer. The same number again must carry the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `out_trade_no`.
    pub number: String,
    /// `amount.total`.
    pub amount: Fen,
    /// `description`, at most 127 characters.
    pub description: String,
    /// `time_expire`: the channel itself takes no money after it.
    pub expires_at: Moment,
    /// How the buyer gets there.
    pub cashier: Cashier,
    /// The buyer's address, for H5.
    pub client_ip: String,
}

/// As what it was refused in nobody's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// Our signature is refused: this concerns every order.
    Signature,
    /// Anything else.
    Other,
}

/// Why the channel did not do it, or did not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelError {
    /// Nothing was sent, nothing usable came, or it was refused under the channel's signature.
    #[error(transparent)]
    Port(#[from] PortError),
    /// It was refused, and nobody signed that: the channel signs only once it has verified who asks. Perhaps
    /// it is the channel's word, perhaps that of something on the way; by itself it ends nothing.
    #[error("refused with {says}, and nobody signed that")]
    Unsigned {
        /// As what.
        what: Unsigned,
        /// The word with which it was refused.
        says: String,
    },
    /// It was signed under the name of a key that is not known here, nor told when the channel was asked for it.
    #[error("signed with {0}, a key that is not known here")]
    UnknownKey(String),
}

/// What the channel says of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelState {
    /// The channel knows no such number. One that nobody signed says so only together with others.
    NotFound {
        /// Whether the channel signed this.
        signed: bool,
    },
    /// Offered, not paid.
    Open,
    /// Paid, under the channel's number; also while or after it is refunded.
    Paid {
        /// `transaction_id`.
        channel_no: String,
        /// What the buyer paid for: `amount.total`.
        amount: Fen,
        /// When.
        paid_at: Moment,
    },
    /// Closed without money.
    Closed,
}

/// The result of closing; only a question afterwards says how the payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseAnswer {
    /// Closed, or closed before.
    Closed,
    /// It is not known there, says the channel or somebody in nobody's name.
    NotFound,
    /// It is paid.
    Paid,
}

/// A refund to be made. The same number again must carry the same values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giving {
    /// `out_refund_no`.
    pub number: String,
    /// `out_trade_no` of the payment.
    pub payment_number: String,
    /// What is given back.
    pub amount: Fen,
    /// What was paid.
    pub paid: Fen,
    /// Shown to the buyer, at most 80 characters.
    pub reason: String,
}

/// What the channel says of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundState {
    /// The channel knows no such number.
    NotFound,
    /// Under way.
    Processing {
        /// `refund_id`.
        channel_no: String,
    },
    /// The buyer has the money.
    Done {
        /// `refund_id`.
        channel_no: String,
        /// `amount.refund`.
        amount: Fen,
        /// `success_time`, where the channel tells it.
        done_at: Option<Moment>,
    },
    /// ABNORMAL: the buyer's account does not take it. The channel keeps the money until somebody says where to.
    Abnormal {
        /// `refund_id`.
        channel_no: String,
    },
    /// Nothing went to the buyer, and nothing will under this number: the money is with the merchant.
    Closed {
        /// `refund_id`.
        channel_no: String,
        /// `CLOSED`, or `TO_MERCHANT` where it was done and went to the merchant's own account.
        why: &'static str,
    },
}

/// Where the money of a refund goes that the buyer's account did not take.
#[derive(Debug, Clone)]
pub enum Recipient {
    /// `USER_BANK_CARD`: a bank card of the buyer's.
    Buyer {
        /// `bank_type`: `ICBC_DEBIT`.
        bank: String,
        /// `bank_account`.
        account: Pii<String>,
        /// `real_name`.
        name: Pii<String>,
    },
    /// `MERCHANT_BANK_CARD`: back to the merchant, who pays the buyer by other means.
    Merchant,
}

/// A notice of the channel that was verified and opened: the channel's word, under its signature. Its amount is
/// compared like an answer's, and whatever it leaves open is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same on repetitions.
    pub event_id: String,
    /// What it is about.
    pub about: About,
}

/// What a notice is about, by our number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A payment (`out_trade_no`).
    Payment {
        /// `out_trade_no`.
        number: String,
        /// What the channel says of it.
        state: ChannelState,
    },
    /// A refund (`out_refund_no`).
    Refund {
        /// `out_refund_no`.
        number: String,
        /// What the channel says of it.
        state: RefundState,
    },
}

/// Why a notice is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeRefusal {
    /// The channel tries out whether signatures are verified; it must be refused, and is no attack.
    #[error("a probe of the channel's")]
    Probe,
    /// Signed under the name of a key that is not known here.
    #[error("signed with {0}, a key that is not known here")]
    UnknownKey(String),
    /// Not signed by the channel, too old, not for this merchant, or not readable.
    #[error("not the channel's word to us: {0}")]
    NotBelieved(String),
}

/// Takes and returns money through a payment channel.
#[async_trait]
pub trait Channel: Send + Sync {
    /// Whether a buyer at this address can be given a link; a code can be given to anybody.
    fn gives_links_to(&self, client_ip: &str) -> bool;
    /// Offers a payment; where the buyer pays: a link, or the text of a code.
    async fn offer(&self, ctx: &Ctx, offer: &Offer) -> Result<String, ChannelError>;
    /// Asks what became of a payment.
    async fn query(&self, ctx: &Ctx, number: &str) -> Result<ChannelState, ChannelError>;
    /// Closes a payment that has not been made.
    async fn close(&self, ctx: &Ctx, number: &str) -> Result<CloseAnswer, ChannelError>;
    /// Gives money back by the way it came.
    async fn refund(&self, ctx: &Ctx, giving: &Giving) -> Result<RefundState, ChannelError>;
    /// Asks what became of a refund.
    async fn refund_state(&self, ctx: &Ctx, number: &str) -> Result<RefundState, ChannelError>;
    /// Says where the money of an abnormal refund goes. `number` is ours, `channel_no` the channel's (`refund_id`).
    async fn redirect_refund(
        &self,
        ctx: &Ctx,
        number: &str,
        channel_no: &str,
        to: &Recipient,
    ) -> Result<RefundState, ChannelError>;
    /// Asks the channel for a key by which it signs (`/v3/certificates`); whether this one is known now.
    async fn learn_key(&self, ctx: &Ctx, serial: &str) -> bool;
    /// Verifies and opens a notice; no call is made.
    fn notice(&self, ctx: &Ctx, headers: &HeaderMap, body: &[u8]) -> Result<Notice, NoticeRefusal>;
}
