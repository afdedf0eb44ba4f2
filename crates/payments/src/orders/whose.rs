//! Which attempt made a settlement that is in force at the insurer; pure.

use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::ports::Settled;
use crate::sim::planted::{Bug, bug};

/// An attempt to settle, as far as it can have made a settlement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maker<'a> {
    /// Its place in its order.
    place: usize,
    /// Our number.
    number: &'a str,
    /// The insurer's of what it made, once that is known.
    setl_id: Option<&'a str>,
    /// Whether it was ever handed to the insurer.
    sent: bool,
    state: State,
}

impl<'a> Maker<'a> {
    /// `None` for what settles nothing.
    pub(super) fn of((place, attempt): (usize, &'a Attempt)) -> Option<Maker<'a>> {
        (attempt.view.kind == Kind::Settle).then(|| Maker {
            place,
            number: &attempt.number,
            setl_id: attempt.external_no.as_deref(),
            sent: attempt.view.sent_at.is_some(),
            state: attempt.view.state,
        })
    }

    /// Whether a settlement that nobody knows can be its.
    fn may_have_made_it(&self) -> bool {
        self.sent && self.setl_id.is_none()
    }
}

/// To which attempt a settlement belongs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of the attempt that asks.
    Ours,
    /// Of another one of its order, at this place.
    Siblings(usize),
    /// It belongs to no attempt of the order.
    Strangers,
    /// It may belong to several.
    Untold,
}

/// By our number. Where the insurer does not repeat that, by its own; and where that is not known yet, it is of the only
/// one that can have made it. What was refused is not thought of before what is open.
pub(super) fn whose(number: &str, makers: &[Maker<'_>], settled: &Settled) -> Whose {
    if let Some(told) = &settled.number {
        let made = makers.iter().find(|one| one.number == told).filter(|_| told == number || !bug(Bug::SiblingUnknown));
        return made.map_or(Whose::Strangers, |made| by(made, number));
    }
    if let Some(known) = makers.iter().find(|one| one.setl_id == Some(&settled.setl_id)) {
        return by(known, number);
    }
    let live = makers.iter().any(|one| one.number == number && one.state.is_live());
    let other = |one: &&Maker<'_>| one.number != number && one.may_have_made_it();
    match makers.iter().filter(other).any(|one| !live || one.state != State::Failed) {
        true => Whose::Untold,
        false => Whose::Ours,
    }
}

fn by(made: &Maker<'_>, number: &str) -> Whose {
    if made.number == number { Whose::Ours } else { Whose::Siblings(made.place) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{SettlementFacts, Split};

    fn told(number: Option<&str>) -> Settled {
        Settled {
            setl_id: "S".to_owned(),
            number: number.map(str::to_owned),
            split: Split::default(),
            balance: None,
            facts: SettlementFacts::default(),
        }
    }

    fn maker<'a>(number: &'a str, setl_id: Option<&'a str>, sent: bool, state: State) -> Maker<'a> {
        let place = number.parse().unwrap();
        Maker { place, number, setl_id, sent, state }
    }

    #[test]
    fn a_settlement_is_of_the_number_that_it_tells() {
        let makers = [maker("1", None, true, State::Unknown), maker("2", None, true, State::Failed)];
        assert_eq!(whose("1", &makers, &told(Some("1"))), Whose::Ours);
        assert_eq!(whose("1", &makers, &told(Some("2"))), Whose::Siblings(2));
        assert_eq!(whose("1", &makers, &told(Some("3"))), Whose::Strangers);
    }

    #[test]
    fn without_a_number_it_is_of_the_only_one_that_can_have_made_it() {
        let unknown = maker("1", None, true, State::Unknown);
        for (other, wanted) in [
            (None, Whose::Ours),
            (Some(maker("2", Some("S"), true, State::Succeeded)), Whose::Siblings(2)),
            (Some(maker("2", Some("T"), true, State::Succeeded)), Whose::Ours),
            (Some(maker("2", None, false, State::Requested)), Whose::Ours),
            (Some(maker("2", None, true, State::Failed)), Whose::Ours),
            (Some(maker("2", None, true, State::Unknown)), Whose::Untold),
        ] {
            let makers: Vec<_> = [unknown].into_iter().chain(other).collect();
            assert_eq!(whose("1", &makers, &told(None)), wanted, "{other:?}");
        }
        let known = [maker("1", Some("S"), true, State::Succeeded), maker("2", None, true, State::Unknown)];
        assert_eq!(whose("1", &known, &told(None)), Whose::Ours);
        // One that was refused is watched: what is in force may as well be of the one that is open, or of a later one.
        let refused = [maker("1", None, true, State::Failed), maker("2", None, true, State::Unknown)];
        assert_eq!(whose("1", &refused, &told(None)), Whose::Untold);
        let both = [maker("1", None, true, State::Failed), maker("2", None, true, State::Failed)];
        assert_eq!(whose("1", &both, &told(None)), Whose::Untold);
    }
}
