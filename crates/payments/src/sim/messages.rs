//! What goes back and forth in the simulated world: calls and their answers, notices, and whatever else happens.

use kernel::{Fen, Moment};

use super::partners::Back;
use crate::ports::{ChannelState, CloseAnswer, RefundState, Settled, Split};

/// A call to a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Call {
    Presettle {
        use_personal_account: bool,
    },
    Settle {
        number: String,
        use_personal_account: bool,
    },
    Settled {
        number: String,
    },
    Reverse {
        number: String,
    },
    Void {
        number: String,
        setl_id: String,
    },
    Offer {
        number: String,
        amount: Fen,
        expires_at: Moment,
    },
    Query {
        number: String,
    },
    Close {
        number: String,
    },
    Refund {
        number: String,
        payment: String,
        amount: Fen,
    },
    RefundState {
        number: String,
    },
    /// A person says where an abnormal refund goes.
    Redirect {
        number: String,
        to_merchant: bool,
    },
}

impl Call {
    pub(super) fn number(&self) -> &str {
        match self {
            Call::Presettle { .. } => "",
            Call::Settle { number, .. }
            | Call::Settled { number }
            | Call::Reverse { number }
            | Call::Void { number, .. }
            | Call::Offer { number, .. }
            | Call::Query { number }
            | Call::Close { number }
            | Call::Refund { number, .. }
            | Call::RefundState { number }
            | Call::Redirect { number, .. } => number,
        }
    }

    pub(super) fn to_insurer(&self) -> bool {
        matches!(
            self,
            Call::Presettle { .. }
                | Call::Settle { .. }
                | Call::Settled { .. }
                | Call::Reverse { .. }
                | Call::Void { .. }
        )
    }

    pub(super) fn refusable(&self) -> bool {
        matches!(
            self,
            Call::Presettle { .. } | Call::Settle { .. } | Call::Void { .. } | Call::Offer { .. } | Call::Refund { .. }
        )
    }
}

/// What a partner answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    Advice(Split),
    Settled(Option<Settled>),
    Done,
    State(ChannelState),
    Closing(CloseAnswer),
    Back(RefundState),
    Refused(String),
    /// Refused, and nobody signed that.
    Unsigned,
    Odd,
    /// It certainly did not arrive.
    NotSent,
    /// Nothing came back.
    Nothing,
    /// A pause is over.
    Rested,
}

/// A notice of the channel.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) event_id: String,
    pub(super) number: String,
    pub(super) about: NewsOf,
    pub(super) tries: u32,
}

/// What a notice says.
#[derive(Debug, Clone)]
pub(super) enum NewsOf {
    Payment(ChannelState),
    Refund(RefundState),
}

/// Something that happens.
#[derive(Debug, Clone)]
pub(super) enum What {
    Arrives {
        id: u64,
        call: Call,
    },
    Answers {
        id: u64,
        reply: Reply,
    },
    Lands {
        number: String,
    },
    RefundEnds {
        number: String,
        state: Back,
    },
    Notice(News),
    /// Somebody looks after a refund that waits for a person.
    Clerk,
    Wake,
    Crash,
    Calm,
    Jump,
}
