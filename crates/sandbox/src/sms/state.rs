//! What becomes of a text: decided when it is accepted, seen as the clock moves.

use kernel::Moment;
use wire::aliyun_sms::SendStatus;

kernel::words! {
    /// What was decided for a text when it was accepted; the words are those of the database.
    pub(crate) enum Fate: "what becomes of a text" {
        /// It reaches the phone.
        Deliver = "deliver",
        /// The network finds no such subscriber.
        Absent = "absent",
        /// Nothing ever happens.
        Lose = "lose",
    }
}

kernel::words! {
    /// How far a text has come; the words are those of the API.
    pub(crate) enum State: "a state of a text" {
        /// On its way.
        Accepted = "accepted",
        /// Waits behind the next text to the same number.
        Held = "held",
        /// On the phone.
        Delivered = "delivered",
        /// The network gave up.
        Failed = "failed",
        /// Will never arrive; the provider itself goes on saying that it waits.
        Lost = "lost",
    }
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
