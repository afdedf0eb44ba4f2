//! I-M15: the events of orders and attempts, folded.

use platform::db::{DbFault, Tx};

use super::store;
use crate::attempts::model::{Event, State, TRANSITIONS};
use crate::orders::model::OrderState;
use crate::orders::paths::may_go;

/// What is wrong.
pub(super) fn odd(tx: &mut Tx<'_>) -> Result<Vec<String>, DbFault> {
    let mut broken = store::gaps(tx)?;
    for (order, from, to) in store::paths(tx)? {
        let known = from.parse::<OrderState>().ok().zip(to.parse::<OrderState>().ok());
        if !known.is_some_and(|(from, to)| may_go(from, to)) {
            broken.push(format!("{order} went from {from} to {to}"));
        }
    }
    for (attempt, from, event, to) in store::moves(tx)? {
        if !is_move(&from, &event, &to) {
            broken.push(format!("{attempt} went from {from} by {event} to {to}"));
        }
    }
    Ok(broken)
}

fn is_move(from: &str, event: &str, to: &str) -> bool {
    if from.is_empty() {
        return (event, to) == ("intend", State::Requested.as_str());
    }
    let (Ok(from), Ok(event), Ok(to)) = (from.parse::<State>(), event.parse::<Event>(), to.parse::<State>()) else {
        return false;
    };
    TRANSITIONS.contains(&(from, event, to))
}
