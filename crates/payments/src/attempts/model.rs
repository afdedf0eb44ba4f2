//! One try at moving money, its states, and the one table of moves between them; pure.
//!
//! A try that may have reached the partner is `Unknown` from before it is sent until the partner has said
//! what became of it: a time-out is never a failure (architecture, rule 8).

use kernel::{Fen, Moment};

use crate::ports::Split;

kernel::typed_id!(
    /// One attempt (支付尝试).
    pub AttemptId,
    "att"
);

kernel::words! {
    /// What an attempt is.
    pub enum Kind: "a kind of attempt" {
        /// The insurer settles the visit (2207).
        Settle = "settle",
        /// The payment channel takes one's own money.
        Pay = "pay",
        /// The insurer's settlement is undone (2208).
        Void = "void",
        /// The channel gives the money back.
        Refund = "refund",
    }
}

impl Kind {
    /// Whether it brings money in; the others take it out again.
    pub const fn brings(self) -> bool {
        matches!(self, Kind::Settle | Kind::Pay)
    }
}

kernel::words! {
    /// Where an attempt stands.
    pub enum State: "a state of an attempt" {
        /// It is intended, and the partner certainly does not have it.
        Requested = "requested",
        /// The partner may have it.
        Unknown = "unknown",
        /// The partner has it and it has not ended: a payment that is offered, or a refund under way.
        Open = "open",
        /// Money moved.
        Succeeded = "succeeded",
        /// Certainly nothing moved, and nothing will.
        Failed = "failed",
        /// Closed at the channel: a payment without money, a refund of which nothing went back.
        Closed = "closed",
        /// A refund that the buyer's account did not take: the channel keeps it until somebody says where to.
        Abnormal = "abnormal",
        /// A refund that a person has paid by other means.
        Outside = "outside",
    }
}

impl State {
    /// Whether it may still move money by itself.
    pub const fn is_live(self) -> bool {
        matches!(self, State::Requested | State::Unknown | State::Open)
    }

    /// For an attempt that undoes another: whether the person has the money again.
    pub const fn has_undone(self) -> bool {
        matches!(self, State::Succeeded | State::Outside)
    }
}

kernel::words! {
    /// What happens to an attempt.
    pub enum Event: "an event of an attempt" {
        /// About to be handed to the partner; written before.
        Send = "send",
        /// It certainly did not arrive or was not done, and is sent again under the same number.
        Again = "again",
        /// The partner has it and works on it.
        Accept = "accept",
        /// The partner says that money moved.
        Succeed = "succeed",
        /// The partner says that nothing moved, and nothing will.
        Refuse = "refuse",
        /// It was given up before it was sent.
        Drop = "drop",
        /// Closed at the channel.
        Close = "close",
        /// The channel could not hand it to the buyer, and keeps it.
        Stick = "stick",
        /// A person says that it was paid by other means.
        Outside = "outside",
    }
}

/// All possible moves. A pair that is neither here nor in [`REPEATS`] is refused.
pub const TRANSITIONS: &[(State, Event, State)] = &[
    (State::Requested, Event::Send, State::Unknown),
    (State::Requested, Event::Drop, State::Failed),
    (State::Requested, Event::Succeed, State::Succeeded),
    (State::Requested, Event::Close, State::Closed),
    (State::Unknown, Event::Again, State::Requested),
    (State::Unknown, Event::Accept, State::Open),
    (State::Unknown, Event::Succeed, State::Succeeded),
    (State::Unknown, Event::Refuse, State::Failed),
    (State::Unknown, Event::Close, State::Closed),
    (State::Open, Event::Again, State::Requested),
    (State::Open, Event::Succeed, State::Succeeded),
    (State::Open, Event::Close, State::Closed),
    // Money that comes after the end: a payment under way while it was closed, a settlement found later.
    (State::Closed, Event::Succeed, State::Succeeded),
    (State::Failed, Event::Succeed, State::Succeeded),
    // Refunds that did not reach the buyer: the channel is told where to, or a person settles them by other means.
    (State::Requested, Event::Stick, State::Abnormal),
    (State::Unknown, Event::Stick, State::Abnormal),
    (State::Open, Event::Stick, State::Abnormal),
    (State::Abnormal, Event::Accept, State::Open),
    (State::Abnormal, Event::Succeed, State::Succeeded),
    (State::Abnormal, Event::Close, State::Closed),
    (State::Closed, Event::Outside, State::Outside),
];

/// Events that arrive again after they were done: success, and nothing changes.
pub const REPEATS: &[(State, Event)] = &[
    (State::Requested, Event::Again),
    (State::Requested, Event::Accept),
    (State::Open, Event::Accept),
    (State::Succeeded, Event::Succeed),
    (State::Succeeded, Event::Accept),
    (State::Failed, Event::Refuse),
    (State::Failed, Event::Drop),
    (State::Failed, Event::Again),
    (State::Abnormal, Event::Stick),
    (State::Outside, Event::Outside),
    (State::Closed, Event::Close),
    (State::Closed, Event::Again),
    (State::Closed, Event::Accept),
    (State::Closed, Event::Stick),
    (State::Outside, Event::Accept),
];

/// What an event does to a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// To this state.
    To(State),
    /// It was done before or has been overtaken, so nothing changes.
    Stays,
}

/// An event that is not possible in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{event} is not possible for an attempt that is {state}")]
pub struct Forbidden {
    /// Where it stands.
    pub state: State,
    /// What was to happen.
    pub event: Event,
}

/// Looks an event up in the table.
pub fn advance(state: State, event: Event) -> Result<Move, Forbidden> {
    if let Some((_, _, to)) = TRANSITIONS.iter().find(|(from, on, _)| (*from, *on) == (state, event)) {
        return Ok(Move::To(*to));
    }
    if REPEATS.contains(&(state, event)) { Ok(Move::Stays) } else { Err(Forbidden { state, event }) }
}

/// An attempt as the decisions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The amount it moves; for a settlement, the part that the insurer bears.
    pub amount: Fen,
    /// Of a settlement: from which purse how much.
    pub split: Option<Split>,
    /// Of a void or a refund: the place of what it undoes among the attempts.
    pub of: Option<usize>,
    /// When it was last handed to the partner.
    pub sent_at: Option<Moment>,
    /// Somebody is working on it until then.
    pub lease_until: Option<Moment>,
    /// When it is to be looked at again.
    pub due_at: Moment,
    /// Of a payment: the channel takes no money after it.
    pub expires_at: Option<Moment>,
    /// It has ended and is still asked about until then, because late answers do come.
    pub watch_until: Option<Moment>,
    /// How often it was handed to the partner.
    pub sends: i64,
    /// The last offer was refused, and that alone does not end it: nobody signed it, or one before may have been taken.
    pub doubted: bool,
}

/// The table as a mermaid state diagram, for the docs.
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> requested: intend\n");
    for (from, event, to) in TRANSITIONS {
        text.push_str(&format!("    {from} --> {to}: {event}\n"));
    }
    text.push_str("    succeeded --> [*]\n    failed --> [*]\n    closed --> [*]\n    outside --> [*]\n");
    text
}
