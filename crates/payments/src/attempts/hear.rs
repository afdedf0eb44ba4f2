//! What a partner's answer means for an attempt; pure. Adapter, notice and sweeper all end here.

use kernel::{Fen, Moment};

use super::model::{Event, Kind, State, View};
use crate::ports::{ChannelState, RefundState, Refusal, Settled, Undone, Unsigned};
use crate::sim::planted::{Bug, bug};

/// How long after it was sent a settlement that the insurer does not know is reversed; until then it may still be on
/// its way.
pub const IN_FLIGHT_SECS: i64 = 60;
/// Pauses between questions; the last repeats.
const ASK_SECS: [i64; 8] = [2, 5, 10, 30, 60, 120, 300, 600];
/// Pauses between questions about an offered payment, which a notice usually makes unnecessary.
const POLL_SECS: [i64; 8] = [5, 5, 10, 15, 30, 30, 60, 60];
/// Pauses between tries that certainly did nothing.
const AGAIN_SECS: [i64; 7] = [1, 5, 30, 60, 300, 600, 1800];
/// Pauses about an offer of which nobody knows whether it was made: somebody waits for the cashier, and the same offer
/// again does no harm. First the channel is asked at once, and offered it again at once; later every ten seconds, so that
/// the cashier opens soon after the channel answers again.
const UNSURE_SECS: [i64; 8] = [0, 0, 0, 1, 1, 2, 5, 10];
/// Pauses about an offer that certainly was not made; somebody waits for this one too.
const OFFER_SECS: [i64; 4] = [1, 2, 5, 10];
/// Pauses between questions about a refund that the channel keeps until a person has said where to.
const STUCK_SECS: [i64; 5] = [60, 300, 600, 1800, 3600];
/// Pauses between looks at what has ended without money.
const WATCH_SECS: [i64; 6] = [60, 240, 600, 3600, 4 * 3600, 8 * 3600];
/// How long after its end an attempt is still looked at, since the channel repeats its notices for a day.
pub const WATCH_FOR_SECS: i64 = 24 * 3600;
/// A person is called if an attempt has not ended after this long.
pub const CALL_AFTER_SECS: i64 = 3600;

/// The action that is taken about an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// 2207.
    Settle,
    /// 5203, and 2601 where there is nothing.
    AskSettle,
    /// Offers a payment.
    Offer,
    /// Asks about a payment.
    AskPay,
    /// Query, close, query.
    Close,
    /// 2208.
    Void,
    /// 5203 about a void.
    AskVoid,
    /// Gives money back.
    Refund,
    /// Asks about a refund.
    AskRefund,
    /// Gives up what was never sent; no partner is asked.
    Drop,
    /// Looks at what has ended.
    Watch,
}

impl Act {
    /// Whether it hands something to a partner; the others ask, or end an offer.
    pub const fn sends(self) -> bool {
        matches!(self, Act::Settle | Act::Offer | Act::Void | Act::Refund)
    }
}

/// Whether somebody else has taken the attempt up since it was leased until `leased_until`. That happens where the clock jumps,
/// or the machine stands still for longer than the lease. The answer to the call that was made under the lease is then not
/// heard: what the call did may have been taken back since (2601), and what it was told may be older than what was sent since.
pub fn overtaken(view: &View, leased_until: Moment) -> bool {
    view.lease_until != Some(leased_until)
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It certainly did not arrive.
    NotSent(String),
    /// Nothing usable came back.
    Nothing(String),
    /// The partner refused it, and did nothing.
    Refused {
        /// As what, where it was the insurer.
        what: Option<Refusal>,
        /// The same for people who look.
        why: String,
    },
    /// It was refused, and the refusal is not signed.
    Unsigned {
        /// As what.
        what: Unsigned,
        /// The word with which it was refused.
        says: String,
    },
    /// It was signed under the name of a key that is not known here.
    UnknownKey(String),
    /// Amounts do not add up, or are not ours: a person must look.
    Mismatch(String),
    /// The settlement in force.
    Settled(Settled),
    /// The settlement of another attempt of this order, at this place, is in force, and this was not known.
    OfSibling(usize, Settled),
    /// No settlement is in force.
    NoSettlement,
    /// No settlement was in force, and none will be: it was reversed.
    Reversed,
    /// A payment was offered; where it is made.
    Offered(String),
    /// Where a payment stands.
    Channel(ChannelState),
    /// The settlement is undone.
    Voided(Undone),
    /// Where a refund stands.
    Refund(RefundState),
    /// It was given up before it was sent.
    Dropped,
    /// A person has settled it by other means.
    Outside,
}

/// What follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What happens to the attempt; `None` if it stays as it is.
    pub event: Option<Event>,
    /// When it is looked at again, if it is still live or watched.
    pub due_at: Moment,
    /// Stops the order until a person has looked.
    pub block: Option<String>,
}

/// Judges an answer. `asks` counts the looks so far.
pub fn hear(view: &View, act: Act, heard: &Heard, asks: i64, now: Moment) -> Verdict {
    if bug(Bug::BlocksAlways) {
        return block("planted", now);
    }
    let event = match heard {
        Heard::NotSent(_) if act.sends() => Some(Event::Again),
        Heard::Nothing(_) if bug(Bug::TimeoutIsFailure) && act == Act::Settle => Some(Event::Refuse),
        Heard::Nothing(_) if bug(Bug::NewSettleNumber) && act == Act::Settle => Some(Event::Again),
        Heard::Unsigned { .. } if bug(Bug::UnsignedBelieved) && act == Act::Offer => Some(Event::Refuse),
        Heard::NotSent(_) | Heard::Nothing(_) | Heard::Unsigned { .. } | Heard::UnknownKey(_) => None,
        Heard::Mismatch(why) => return block(why, now),
        Heard::Dropped => Some(Event::Drop),
        Heard::Outside => Some(Event::Outside),
        // An offer before this one may have arrived, its answer lost: the channel is asked.
        Heard::Refused { .. } if act == Act::Offer && view.sends > 1 => None,
        Heard::Refused { .. } => refused(act),
        Heard::Settled(settled) => return about_settlement(view, act, settled, asks, now),
        Heard::NoSettlement if view.kind == Kind::Void => Some(Event::Succeed),
        Heard::NoSettlement if bug(Bug::NotReversed) && act == Act::AskSettle => Some(Event::Refuse),
        Heard::NoSettlement | Heard::OfSibling(..) => None,
        Heard::Reversed => Some(Event::Refuse),
        Heard::Voided(_) => Some(Event::Succeed),
        Heard::Offered(_) => Some(Event::Accept),
        Heard::Channel(state) => match about_payment(view, act, state, now) {
            Ok(event) => event,
            Err(why) => return block(&why, now),
        },
        Heard::Refund(state) => match about_refund(view, act, state) {
            Ok(event) => event,
            Err(why) => return block(&why, now),
        },
    };
    let mut due_at = next_look(view, act, event, asks, now);
    if act == Act::Watch && says_nothing(heard) {
        // Nobody has answered, and only few looks are left.
        due_at = due_at.min(now.plus_secs(ASK_SECS[7]));
    }
    Verdict { event, due_at, block: None }
}

/// Whether the partner has told nothing: no answer came, or none that it vouches for.
const fn says_nothing(heard: &Heard) -> bool {
    matches!(
        heard,
        Heard::NotSent(_)
            | Heard::Nothing(_)
            | Heard::Unsigned { .. }
            | Heard::UnknownKey(_)
            | Heard::Channel(ChannelState::NotFound { signed: false })
    )
}

fn block(why: &str, now: Moment) -> Verdict {
    Verdict { event: None, due_at: now.plus_secs(CALL_AFTER_SECS), block: Some(why.to_owned()) }
}

/// A refusal ends what brings money in; what gives it back is tried again under the same number.
fn refused(act: Act) -> Option<Event> {
    match act {
        Act::Settle | Act::Offer => Some(Event::Refuse),
        Act::Refund if bug(Bug::RefusedIsFailed) => Some(Event::Refuse),
        Act::Void | Act::Refund => Some(Event::Again),
        _ => None,
    }
}

fn about_settlement(view: &View, act: Act, settled: &Settled, asks: i64, now: Moment) -> Verdict {
    let event = match (view.kind, act) {
        // Still in force: the void did not arrive.
        (Kind::Void, _) => Some(Event::Again),
        _ => Some(Event::Succeed),
    };
    if view.kind == Kind::Settle && settled.split.total().is_none() {
        return block("the settlement's amounts do not fit", now);
    }
    Verdict { event, due_at: next_look(view, act, event, asks, now), block: None }
}

fn about_payment(view: &View, act: Act, state: &ChannelState, now: Moment) -> Result<Option<Event>, String> {
    Ok(match state {
        ChannelState::Paid { amount, .. } if *amount != view.amount && !bug(Bug::AmountUnchecked) => {
            return Err(format!("paid {amount}, and {} was asked for", view.amount));
        }
        ChannelState::Paid { .. } => Some(Event::Succeed),
        ChannelState::Closed => closes(view),
        // After the end the channel knows it, and nobody has paid.
        ChannelState::Open if matches!(view.state, State::Closed | State::Failed) => None,
        // Offered, and its answer lost: the same offer again brings the way to the cashier.
        ChannelState::Open if view.state == State::Unknown && act == Act::AskPay => Some(Event::Again),
        ChannelState::NotFound { signed: false } if bug(Bug::UnsignedUnheard) => None,
        // Refused, though nobody signed that or it was offered before, and not known there: two words for one thing. It
        // was not made.
        ChannelState::NotFound { .. } if view.state == State::Unknown && act == Act::AskPay && view.doubted => {
            was_never_made(view, now).then_some(Event::Refuse)
        }
        ChannelState::NotFound { .. } if view.state == State::Unknown && act == Act::AskPay => Some(Event::Again),
        // The offer may still be on its way: what arrives later would stay open. An answer that nobody signed comes here
        // only after closing has said the same (`orders::act`).
        ChannelState::NotFound { .. } if act == Act::Close && may_reverse(view.sent_at, now) => closes(view),
        ChannelState::Open | ChannelState::NotFound { .. } => None,
    })
}

/// Whether none of the offers of an attempt may still arrive: the only one was refused, or the last was refused long after
/// those before it were lost.
fn was_never_made(view: &View, now: Moment) -> bool {
    view.sends <= 1 || may_reverse(view.sent_at, now)
}

fn closes(view: &View) -> Option<Event> {
    matches!(view.state, State::Requested | State::Unknown | State::Open | State::Closed).then_some(Event::Close)
}

fn about_refund(view: &View, act: Act, state: &RefundState) -> Result<Option<Event>, String> {
    Ok(match state {
        RefundState::Done { amount, .. } if *amount != view.amount => {
            return Err(format!("gave back {amount}, and {} was asked for", view.amount));
        }
        RefundState::Done { .. } => Some(Event::Succeed),
        RefundState::Processing { .. } if bug(Bug::AcceptedIsDone) => Some(Event::Succeed),
        RefundState::Processing { .. } => Some(Event::Accept),
        // Words of before that come after the money went back, or after a person has settled it.
        _ if view.state.has_undone() => None,
        RefundState::Abnormal { .. } if bug(Bug::AbnormalIsDone) => Some(Event::Succeed),
        RefundState::Abnormal { .. } => Some(Event::Stick),
        // Under this number nothing goes back any more: asked for again, the channel says the same for ever.
        RefundState::Closed { .. } if bug(Bug::ClosedAgain) => Some(Event::Again),
        RefundState::Closed { .. } => Some(Event::Close),
        RefundState::NotFound if act == Act::AskRefund && view.state != State::Abnormal => Some(Event::Again),
        RefundState::NotFound => None,
    })
}

fn next_look(view: &View, act: Act, event: Option<Event>, asks: i64, now: Moment) -> Moment {
    let pick = |ladder: &[i64]| {
        let step = usize::try_from(asks).unwrap_or(0).min(ladder.len() - 1);
        now.plus_secs(ladder[step])
    };
    match (event, act) {
        (None, Act::Offer | Act::AskPay) if view.state == State::Unknown => pick(&UNSURE_SECS),
        // The partner has just answered, so it can be reached.
        (Some(Event::Again), Act::AskPay) => pick(&UNSURE_SECS[..4]),
        (Some(Event::Again), Act::AskRefund | Act::AskVoid) => pick(&AGAIN_SECS[..3]),
        (Some(Event::Again), Act::Offer) => pick(&OFFER_SECS),
        (Some(Event::Again), _) => pick(&AGAIN_SECS),
        // Whatever the partner answers: what has ended is looked at less and less often.
        (_, Act::Watch) => pick(&WATCH_SECS),
        (Some(Event::Close | Event::Refuse), _) => now.plus_secs(WATCH_SECS[0]),
        (Some(Event::Stick), _) => now.plus_secs(STUCK_SECS[0]),
        // It was taken on just now, so the time until now says nothing about how long it will take.
        (Some(Event::Accept), _) if view.state != State::Open => {
            now.plus_secs(if view.kind == Kind::Pay { POLL_SECS[0] } else { ASK_SECS[0] })
        }
        _ if view.state == State::Abnormal => pick(&STUCK_SECS),
        _ if view.kind == Kind::Pay => pick(&POLL_SECS),
        _ => pick(&ASK_SECS),
    }
}

/// What the insurer's answer leaves open of a settlement that it does not know: whether it may be reversed yet.
pub fn may_reverse(sent_at: Option<Moment>, now: Moment) -> bool {
    bug(Bug::ReversedEarly) || sent_at.is_some_and(|sent| now >= sent.plus_secs(IN_FLIGHT_SECS))
}

/// When it happened, by the partner's own word.
pub fn happened_at(heard: &Heard) -> Option<Moment> {
    match heard {
        Heard::Settled(settled) => settled.facts.settled_at,
        Heard::Channel(ChannelState::Paid { paid_at, .. }) => Some(*paid_at),
        Heard::Refund(RefundState::Done { done_at, .. }) => *done_at,
        _ => None,
    }
}

/// The amount that an attempt moves, by what was heard.
pub fn amount_heard(heard: &Heard) -> Option<Fen> {
    match heard {
        Heard::Settled(settled) => settled.split.insured(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Date, Time};

    use super::*;

    /// A payment that ended, at its last planned looks, which are hours apart: what tells nothing uses none of them up.
    #[test]
    fn a_look_that_tells_nothing_is_made_again_soon() {
        let now = Moment::at(Date::constant(2026, 3, 2), Time::constant(9, 30, 0, 0));
        let view = View {
            kind: Kind::Pay,
            state: State::Closed,
            amount: Fen::new(2_000),
            split: None,
            of: None,
            sent_at: Some(now),
            lease_until: None,
            due_at: now,
            expires_at: None,
            watch_until: Some(now.plus_secs(WATCH_FOR_SECS)),
            sends: 1,
            doubted: false,
        };
        let why = || "why".to_owned();
        for (heard, tells) in [
            (Heard::NotSent(why()), false),
            (Heard::Nothing(why()), false),
            (Heard::Unsigned { what: Unsigned::Other, says: why() }, false),
            (Heard::UnknownKey(why()), false),
            (Heard::Channel(ChannelState::NotFound { signed: false }), false),
            (Heard::Channel(ChannelState::NotFound { signed: true }), true),
            (Heard::Channel(ChannelState::Open), true),
            (Heard::Channel(ChannelState::Closed), true),
        ] {
            let verdict = hear(&view, Act::Watch, &heard, 5, now);
            let secs = now.secs_until(verdict.due_at);
            assert_eq!(secs, if tells { WATCH_SECS[5] } else { ASK_SECS[7] }, "{heard:?}");
        }
    }
}
