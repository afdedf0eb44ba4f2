//! What the partners answer in the simulated world: what they say, what they do, and what of it arrives.

use super::faults::Fault;
use super::messages::{Call, Reply, What};
use super::partners::Back;
use super::world::{SECOND, World};
use crate::ports::{ChannelState, CloseAnswer, RefundState};

impl World {
    /// What somebody answers who has done nothing.
    pub(super) fn turns_away(&mut self, call: &Call) -> Option<Reply> {
        if !call.to_insurer() && self.strikes(Fault::UnsignedRefusal) {
            return Some(Reply::Unsigned);
        }
        (call.refusable() && self.strikes(Fault::Refused)).then(|| Reply::Refused("busy".to_owned()))
    }

    /// The partner does it, and what arrives of what it says.
    pub(super) fn told(&mut self, call: &Call) -> Reply {
        let denied = matches!(call, Call::Settle { .. }) && self.strikes(Fault::FalseRefusal);
        let odd = matches!(call, Call::Settle { .. } | Call::Settled { .. }) && self.strikes(Fault::OddAmounts);
        let reply = if denied { self.deny(call) } else { self.act(call) };
        match reply {
            Reply::Settled(Some(_)) if odd => Reply::Odd,
            _ if !call.to_insurer() && self.strikes(Fault::UnsignedLie) => Reply::Unsigned,
            reply => reply,
        }
    }

    /// Whether what the channel answers now is signed.
    pub(super) fn signs(&mut self) -> bool {
        if self.true_ms() >= self.unsigned_until && self.strikes(Fault::Unsigned) {
            // Mostly not for long: money that the channel has moves only by its own word.
            let most = if self.dice.chance(75) { 600 } else { 86_400 };
            self.unsigned_until = self.true_ms() + self.dice.between(60, most) * SECOND;
        }
        self.true_ms() >= self.unsigned_until
    }

    /// Does it, and says that it did not.
    fn deny(&mut self, call: &Call) -> Reply {
        self.act(call);
        Reply::Refused("busy".to_owned())
    }

    fn act(&mut self, call: &Call) -> Reply {
        let now = self.now();
        let refused = |why: String| Reply::Refused(why);
        match call {
            Call::Presettle { use_personal_account } => Reply::Advice(self.insurer.advice(*use_personal_account)),
            Call::Settle { number, use_personal_account } => match self.insurer.settle(number, *use_personal_account) {
                Ok(settled) => Reply::Settled(Some(settled)),
                Err(why) => refused(why),
            },
            Call::Settled { .. } => Reply::Settled(self.insurer.in_force()),
            Call::Reverse { number } => {
                self.insurer.reverse(number);
                Reply::Done
            }
            Call::Void { number, setl_id } => self.insurer.void(number, setl_id).map_or_else(refused, |()| Reply::Done),
            Call::Offer { number, amount, expires_at } => {
                self.channel.offer(number, *amount, *expires_at).map_or_else(refused, |()| Reply::Done)
            }
            Call::Query { number } => Reply::State(self.channel.query(number, now)),
            Call::Close { number } => Reply::Closing(self.channel.close(number)),
            Call::Refund { number, payment, amount } => match self.channel.refund(number, payment, *amount) {
                Ok(begun) => self.refund_begun(number, begun),
                Err(why) => refused(why),
            },
            Call::RefundState { number } => Reply::Back(self.channel.refund_state(number, now)),
            Call::Redirect { number, to_merchant } => match self.channel.redirect(number, *to_merchant) {
                Ok(begun) => self.refund_begun(number, begun),
                Err(why) => refused(why),
            },
        }
    }

    fn refund_begun(&mut self, number: &str, begun: bool) -> Reply {
        if begun {
            self.begin_refund(number);
        }
        Reply::Back(self.channel.refund_state(number, self.now()))
    }

    fn begin_refund(&mut self, number: &str) {
        let state = if self.astray >= 2 {
            Back::Done
        } else if self.strikes(Fault::RefundAbnormal) {
            Back::Abnormal
        } else if self.strikes(Fault::RefundClosed) {
            Back::Closed
        } else {
            Back::Done
        };
        self.astray += u32::from(state != Back::Done);
        let hours = self.strikes(Fault::RefundSlow);
        let long = if hours { self.dice.between(600, 6 * 3_600) } else { self.dice.between(0, 20) } * SECOND;
        if long == 0 && state == Back::Done {
            self.channel.refund_ends(number, Back::Done);
        } else {
            self.plan(long, What::RefundEnds { number: number.to_owned(), state });
            let end = self.true_ms() + long;
            self.stir(end);
        }
    }
}

/// What is left of an answer that lost its signature: a good one is none, and a refusal is somebody's.
pub(super) fn unsigned(reply: Reply) -> Reply {
    match reply {
        Reply::State(ChannelState::NotFound { .. }) => Reply::State(ChannelState::NotFound { signed: false }),
        // It is asked for again under its number, whoever says so.
        Reply::Back(RefundState::NotFound) => Reply::Back(RefundState::NotFound),
        // One of three, whoever says so.
        Reply::Closing(CloseAnswer::NotFound) => Reply::Closing(CloseAnswer::NotFound),
        Reply::Unsigned | Reply::Refused(_) | Reply::Closing(CloseAnswer::Paid) => Reply::Unsigned,
        _ => Reply::Nothing,
    }
}
