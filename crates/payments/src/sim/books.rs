//! A toy ledger: the accounts of one order in memory, for the pure simulator.

use std::collections::BTreeMap;

use kernel::Fen;

use super::judge::Ledger;

/// A movement of the toy ledger: from, to, how much, and whether it has happened.
#[derive(Debug, Clone)]
struct Movement {
    from: &'static str,
    to: &'static str,
    amount: Fen,
    posted: bool,
}

/// Accounts of one order. Each movement has a name and happens once.
#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    moved: BTreeMap<String, Movement>,
    doubled: bool,
}

impl Books {
    pub(super) fn write(&mut self, name: String, (from, to): (&'static str, &'static str), amount: Fen, posted: bool) {
        if amount == Fen::ZERO {
            return;
        }
        let movement = Movement { from, to, amount, posted };
        self.doubled |= self.moved.insert(name, movement).is_some();
    }

    pub(super) fn post(&mut self, name: &str) {
        match self.moved.get_mut(name) {
            Some(movement) => movement.posted = true,
            None => self.doubled = true,
        }
    }

    pub(super) fn let_go(&mut self, name: &str) {
        self.moved.remove(name);
    }

    /// What an account holds, by what happened.
    pub(super) fn on(&self, account: &str) -> Fen {
        let mut sum = 0;
        for one in self.moved.values().filter(|one| one.posted) {
            sum += i64::from(one.to == account) * one.amount.get();
            sum -= i64::from(one.from == account) * one.amount.get();
        }
        Fen::new(sum)
    }

    /// Each movement once, and nothing set aside that is not there.
    pub(super) fn sound(&self) -> bool {
        let aside = self.moved.values().filter(|one| !one.posted && one.from == "order").map(|one| one.amount.get());
        !self.doubled && self.on("order").get() >= aside.sum::<i64>()
    }

    /// Whether anything is still expected.
    pub(super) fn expects(&self) -> bool {
        self.moved.values().any(|one| !one.posted)
    }

    /// As the judge asks for it.
    pub(super) fn ledger(&self) -> Ledger {
        Ledger { order: self.on("order"), institution: self.on("institution"), expects: self.expects() }
    }
}
