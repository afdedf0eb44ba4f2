//! What a test says of the partners' world, and what it asks of it.

use std::sync::Arc;

use kernel::{Clock, Fen};
use tokio::sync::Notify;

use super::{RefundsEnd, World};
use crate::ports::{RefundState, Refusal, Settled, SettlementFacts, Split};

impl World {
    /// What both hold for the order.
    pub(in crate::tests) fn held(&self) -> Fen {
        let truth = self.truth();
        let insured = truth.settled.values().filter_map(|one| one.split.insured());
        let paid = truth.payments.values().filter(|(_, state)| *state == "paid").map(|(amount, _)| *amount);
        let done = truth.refunds.values().filter(|one| matches!(one.state, RefundState::Done { .. }));
        let back = done.map(|one| Fen::ZERO.checked_sub(one.amount).unwrap());
        Fen::sum(insured.chain(paid).chain(back)).unwrap()
    }

    pub(in crate::tests) fn settlements(&self) -> usize {
        self.truth().settled.len()
    }

    pub(in crate::tests) fn lose_answers(&self, many: u32) {
        self.truth().lose_answers = many;
    }

    pub(in crate::tests) fn lose_requests(&self, many: u32) {
        self.truth().lose_requests = many;
    }

    /// Settlements are made at once and answered when the gate is opened; until then the insurer finds none.
    pub(in crate::tests) fn answers_at(&self, gate: Arc<Notify>) {
        self.truth().gate = Some(gate);
    }

    pub(in crate::tests) fn settles_unseen(&self) {
        self.truth().unseen = true;
    }

    pub(in crate::tests) fn is_seen(&self) {
        self.truth().unseen = false;
    }

    /// From now on it refuses to settle, as this; or no longer.
    pub(in crate::tests) fn refuses_to_settle(&self, what: Option<Refusal>) {
        self.truth().refuse_settle = what;
    }

    pub(in crate::tests) fn account_holds(&self, fen: Fen) {
        self.truth().account = fen.get();
    }

    pub(in crate::tests) fn refunds_end(&self, how: RefundsEnd) {
        self.truth().refunds_end = how;
    }

    /// From now on the channel turns everybody away, in nobody's name; or no longer.
    pub(in crate::tests) fn turns_away(&self, turned_away: bool) {
        self.truth().knows_for = turned_away.then_some(0);
    }

    /// It answers so many calls more under its signature, and turns everybody away then.
    pub(in crate::tests) fn turns_away_after(&self, calls: u32) {
        self.truth().knows_for = Some(calls);
    }

    /// From now on it refuses our signatures; or no longer.
    pub(in crate::tests) fn refuses_signatures(&self, refuses: bool) {
        self.truth().refuses_signatures = refuses;
    }

    /// The next so many cards that an abnormal refund is sent to do not take it.
    pub(in crate::tests) fn takes_no_cards(&self, many: u32) {
        self.truth().wrong_cards = many;
    }

    pub(in crate::tests) fn refuses_offers(&self, many: u32) {
        self.truth().refuse_offers = many;
    }

    pub(in crate::tests) fn takes(&self, secs: i64) {
        self.truth().slow_secs = secs;
    }

    /// How often this was asked for.
    pub(in crate::tests) fn asked_for(&self, what: &str) -> usize {
        self.truth().calls.iter().filter(|name| **name == what).count()
    }

    /// Somebody's settlement of this visit, not of this order.
    pub(in crate::tests) fn settles_for_others(&self, number: &str, split: Split) {
        let (setl_id, facts) = (format!("s{number}"), SettlementFacts::default());
        let settled = Settled { setl_id, number: Some(number.to_owned()), split, balance: None, facts };
        self.truth().settled.insert(number.to_owned(), settled);
    }

    fn turn(&self, from: &str, to: &'static str) {
        if to == "paid" {
            self.truth().paid_at = Some(self.clock.now());
        }
        for (_, state) in self.truth().payments.values_mut().filter(|(_, state)| *state == from) {
            *state = to;
        }
    }

    pub(in crate::tests) fn buyer_pays(&self) {
        self.turn("open", "paid");
    }

    /// From now on the channel says closed when it is asked to, and the money is on its way.
    pub(in crate::tests) fn money_is_in_flight(&self) {
        self.turn("open", "flying");
    }

    pub(in crate::tests) fn money_lands(&self) {
        self.turn("landing", "paid");
    }
}
