//! I-M16: what the ledger must say of an order follows from its attempts and its events; it says that, and no more.

use std::collections::BTreeMap;

use kernel::Fen;
use ledger::{End, Line};
use platform::db::{DbFault, Tx};

use super::store;
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::orders::model::OrderState;
use crate::orders::store::Order;

/// How a movement stands, and its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Happened(Fen),
    Pends(Fen),
    LetGo(Fen),
}

/// What is wrong, if anything.
pub(super) fn wrong(tx: &mut Tx<'_>, order: &Order) -> Result<Option<String>, DbFault> {
    let says: BTreeMap<String, Stands> =
        ledger::trail(tx, order.id.as_str())?.into_iter().map(|line| (line.movement.clone(), stands(&line))).collect();
    let mut wanted = BTreeMap::new();
    for one in &order.attempts {
        for (name, how) in moves(one, &says) {
            wanted.insert(format!("{}:{name}", one.id), how);
        }
    }
    for (n, from, to) in store::changes(tx, &order.id)? {
        if to == OrderState::Settled.as_str() {
            wanted.insert(format!("{}:deliver:{n}", order.id), Stands::Happened(order.view.total));
        }
        if from == OrderState::Settled.as_str() {
            wanted.insert(format!("{}:take_back:{n}", order.id), Stands::Happened(order.view.total));
        }
    }
    let missing = wanted.iter().find(|(name, how)| says.get(*name) != Some(how));
    let more = says.iter().find(|(name, _)| !wanted.contains_key(*name));
    Ok(match (missing, more) {
        (Some((name, how)), _) => Some(format!("{name} should be {how:?} and is {:?}", says.get(name))),
        (None, Some((name, how))) => Some(format!("{name} is {how:?}, and nothing says so")),
        (None, None) => None,
    })
}

fn stands(line: &Line) -> Stands {
    match &line.end {
        _ if line.direct => Stands::Happened(line.amount),
        Some((End::Post, _)) => Stands::Happened(line.amount),
        Some((End::Void | End::Expire, _)) => Stands::LetGo(line.amount),
        None => Stands::Pends(line.amount),
    }
}

/// The movements of an attempt. A payment that was given up before it came stands twice: let go, and late.
fn moves(one: &Attempt, says: &BTreeMap<String, Stands>) -> Vec<(&'static str, Stands)> {
    let (view, amount) = (&one.view, one.view.amount);
    let purses = || {
        let split = view.split.unwrap_or_default();
        let parts = [("fund", split.fund), ("personal_account", split.personal_account), ("other", split.other)];
        parts.into_iter().filter(|(_, part)| *part > Fen::ZERO)
    };
    let expected = |amount| match view.state {
        State::Succeeded => Stands::Happened(amount),
        // A refund that is closed is still owed to the person: it stands aside until somebody has settled it.
        State::Closed if view.kind == Kind::Refund => Stands::Pends(amount),
        State::Failed | State::Closed | State::Outside => Stands::LetGo(amount),
        State::Requested | State::Unknown | State::Open | State::Abnormal => Stands::Pends(amount),
    };
    match view.kind {
        Kind::Settle if view.state == State::Succeeded => {
            purses().map(|(purse, part)| (purse, Stands::Happened(part))).collect()
        }
        Kind::Settle => Vec::new(),
        Kind::Void => purses().map(|(purse, part)| (purse, expected(part))).collect(),
        Kind::Refund if view.state == State::Outside => {
            vec![("out", Stands::LetGo(amount)), ("outside", Stands::Happened(amount))]
        }
        Kind::Refund => vec![("out", expected(amount))],
        Kind::Pay if view.state == State::Succeeded && says.contains_key(&format!("{}:late", one.id)) => {
            vec![("in", Stands::LetGo(amount)), ("late", Stands::Happened(amount))]
        }
        Kind::Pay => vec![("in", expected(amount))],
    }
}
