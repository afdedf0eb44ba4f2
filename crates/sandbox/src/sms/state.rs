//! What becomes of a text: decided when it is accepted, seen as the clock moves.

use std::fmt;
use std::str::FromStr;

use kernel::Moment;
use wire::aliyun_sms::SendStatus;

/// What was decided for a text when it was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It reaches the phone.
    Deliver,
    /// The network finds no such subscriber.
    Absent,
    /// Nothing ever happens.
    Lose,
}

/// How far a text has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// On its way.
    Accepted,
    /// Waits behind the next text to the same number.
    Held,
    /// On the phone.
    Delivered,
    /// The network gave up.
    Failed,
    /// Will never arrive; the provider itself goes on saying that it waits.
    Lost,
}

impl State {
    /// Where a text stands at a moment.
    pub(crate) fn at(fate: Fate, settles_at: Option<Moment>, now: Moment) -> State {
        match (fate, settles_at) {
            (Fate::Lose, _) => State::Lost,
            (_, None) => State::Held,
            (_, Some(at)) if now < at => State::Accepted,
            (Fate::Deliver, Some(_)) => State::Delivered,
            (Fate::Absent, Some(_)) => State::Failed,
        }
    }

    /// What the provider says.
    pub(crate) fn told(self) -> SendStatus {
        match self {
            State::Accepted | State::Held | State::Lost => SendStatus::Waiting,
            State::Delivered => SendStatus::Delivered,
            State::Failed => SendStatus::Failed,
        }
    }

    /// The name in the API.
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Accepted => "accepted",
            State::Held => "held",
            State::Delivered => "delivered",
            State::Failed => "failed",
            State::Lost => "lost",
        }
    }
}

impl Fate {
    /// The name in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Fate::Deliver => "deliver",
            Fate::Absent => "absent",
            Fate::Lose => "lose",
        }
    }
}

impl FromStr for Fate {
    type Err = UnknownFate;

    fn from_str(text: &str) -> Result<Fate, UnknownFate> {
        [Fate::Deliver, Fate::Absent, Fate::Lose].into_iter().find(|fate| fate.name() == text).ok_or(UnknownFate)
    }
}

/// A word that names no fate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnknownFate;

impl fmt::Display for UnknownFate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("no such fate")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_settles_with_the_clock() {
        let at = Moment::from_ms(3_000);
        let (early, late) = (Moment::from_ms(2_999), Moment::from_ms(3_000));
        for (fate, settles_at, now, state) in [
            (Fate::Deliver, Some(at), early, State::Accepted),
            (Fate::Deliver, Some(at), late, State::Delivered),
            (Fate::Deliver, None, late, State::Held),
            (Fate::Absent, Some(at), early, State::Accepted),
            (Fate::Absent, Some(at), late, State::Failed),
            (Fate::Lose, None, late, State::Lost),
            (Fate::Lose, Some(at), late, State::Lost),
        ] {
            assert_eq!(State::at(fate, settles_at, now), state);
        }
    }
}
