//! Refunds that do not arrive: a person is called at once, nothing is asked for again, and only what somebody does ends it.

use kernel::Pii;
use platform::db::LaneKey;
use testkit::{TestDb, db_test};

use super::Desk;
use super::partners::RefundsEnd;
use crate::attempts::model::{Kind, State};
use crate::attempts::store::Attempt;
use crate::orders::refunds::{RefundError, paid_outside, redirect};
use crate::ports::{Recipient, RefundState};
use crate::{OrderState, calls};

use std::sync::Arc;

/// Paid from both purses and cancelled, while refunds end so.
async fn cancelled(db: &TestDb, end: RefundsEnd) -> Desk {
    let desk = Desk::settled(db).await;
    desk.world.refunds_end(end);
    desk.cancels().await;
    desk.pass(30).await;
    desk
}

impl Desk {
    /// Amounts did not agree: the order stops, and a person is called.
    async fn stops(&self, reason: &'static str) {
        let (pen, id) =
            (crate::Pen::new(&self.ctx, Arc::clone(&self.pay.listeners), "test").unwrap(), self.order.clone());
        let stopped = self.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.stop", move |tx| {
            pen.fresh();
            let held = crate::orders::store::hold(tx, &id)?.unwrap();
            crate::orders::store::set_blocked(tx, &id, Some(reason))?;
            calls::call(tx, pen.at(), &id, reason)?;
            crate::orders::apply::follow(tx, &pen, &held).map(drop)
        });
        stopped.await.unwrap();
        assert_eq!(self.state().await, OrderState::Blocked);
    }

    async fn refund(&self) -> State {
        let order = self.found().await;
        order.view.attempts.iter().find(|one| one.kind == Kind::Refund).unwrap().state
    }

    /// What people are called for now.
    async fn called(&self) -> Vec<String> {
        calls::calls(&self.ctx).await.unwrap().into_iter().map(|call| call.reason).collect()
    }

    /// Stands still, and a person was called; two days change nothing about it.
    async fn waits(&self, state: State, reason: &str) {
        for _ in 0..2 {
            let told = self.found().await.told;
            let seen = (self.state().await, self.refund().await, self.called().await, told.as_str());
            assert_eq!(seen, (OrderState::Returning, state, vec![reason.to_owned()], "returning_stuck"));
            assert_eq!(self.world.asked_for("refund"), 1, "asked for once");
            assert_eq!(self.world.settlements(), 0, "the insurer's part has gone back");
            self.sound().await;
            self.clock.advance_secs(2 * 86_400);
            self.pass(5).await;
        }
    }

    async fn outside(&self, by: &str, how: &str) -> Result<OrderState, RefundError> {
        self.outside_of(None, by, how).await
    }

    async fn outside_of(&self, n: Option<i64>, by: &str, how: &str) -> Result<OrderState, RefundError> {
        paid_outside(&self.pay.listeners, &self.ctx, (&self.order, n), (by, how)).await
    }

    async fn redirected(&self, n: Option<i64>, to: &Recipient) -> Result<RefundState, RefundError> {
        redirect(&self.pay, &self.ctx, (&self.order, n), (to, "周会计")).await
    }

    /// Two buyers have paid, and neither takes their money back; the numbers of both refunds.
    async fn two_wait(db: &TestDb, end: RefundsEnd, state: State) -> (Desk, i64, i64) {
        let desk = Desk::paid_twice(db).await;
        desk.world.refunds_end(end);
        desk.world.money_lands();
        desk.pass(400).await;
        desk.cancels().await;
        desk.pass(30).await;
        let order = desk.found().await;
        let waits = |one: &&Attempt| one.view.kind == Kind::Refund && one.view.state == state;
        let waiting: Vec<i64> = order.attempts.iter().filter(waits).map(|one| one.n).collect();
        let [first, second] = waiting[..] else { panic!("{waiting:?}") };
        (desk, first, second)
    }

    /// The state of the attempt of this number.
    async fn stands(&self, n: i64) -> State {
        self.found().await.attempts.iter().find(|one| one.n == n).unwrap().view.state
    }
}

fn card() -> Recipient {
    let secret = |text: &str| Pii::new(text.to_owned());
    Recipient::Buyer { bank: "ICBC_DEBIT".into(), account: secret("6222020903001234567"), name: secret("陈秀英") }
}

#[db_test]
async fn what_the_account_does_not_take_goes_where_somebody_says(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    desk.waits(State::Abnormal, calls::REFUND_ABNORMAL).await;
    // The channel has the money: nobody can have paid it back.
    assert!(matches!(desk.outside("周会计", "现金").await, Err(RefundError::NoneWaits)));
    desk.redirected(None, &card()).await.unwrap();
    assert_eq!(desk.called().await, Vec::<String>::new(), "it is under way, and nobody has anything to do");
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.refund().await), (OrderState::Refunded, State::Succeeded));
    assert_eq!(desk.called().await, Vec::<String>::new());
    desk.sound().await;
    let again = desk.redirected(None, &Recipient::Merchant).await;
    assert!(matches!(again, Err(RefundError::NoneWaits)), "{again:?}");
}

#[db_test]
async fn a_card_that_does_not_take_the_refund_calls_a_person_again(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    desk.world.takes_no_cards(2);
    for _ in 0..2 {
        assert_eq!((desk.refund().await, desk.called().await), (State::Abnormal, vec!["refund_abnormal".to_owned()]));
        desk.redirected(None, &card()).await.unwrap();
        assert_eq!((desk.refund().await, desk.called().await), (State::Open, Vec::new()));
        desk.promises().await;
        desk.pass(30).await;
    }
    desk.waits(State::Abnormal, calls::REFUND_ABNORMAL).await;
    desk.redirected(None, &card()).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
    desk.sound().await;
}

#[db_test]
async fn of_two_abnormal_refunds_the_one_that_is_named_goes_to_the_card(db: TestDb) {
    let (desk, first, second) = Desk::two_wait(&db, RefundsEnd::Abnormal, State::Abnormal).await;
    assert_eq!(desk.called().await, [calls::REFUND_ABNORMAL]);
    let unsaid = desk.redirected(None, &card()).await.unwrap_err();
    let words = unsaid.to_string();
    for n in [first, second] {
        assert!(words.contains(&format!("{n} (25.00 yuan)")), "{words}");
    }
    assert_eq!(desk.world.asked_for("redirect_refund"), 0, "nobody guesses whose money it is");
    for other in [1, 99] {
        let none = desk.redirected(Some(other), &card()).await;
        assert!(matches!(none, Err(RefundError::NoneWaits)), "{none:?}");
    }
    desk.redirected(Some(second), &card()).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.stands(first).await, desk.stands(second).await), (State::Abnormal, State::Succeeded));
    assert_eq!(desk.called().await, [calls::REFUND_ABNORMAL], "the first waits still");
    desk.redirected(None, &card()).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
    desk.sound().await;
}

#[db_test]
async fn what_goes_to_the_merchant_is_not_with_the_buyer_until_somebody_has_paid_it(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    desk.redirected(None, &Recipient::Merchant).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.refund().await), (OrderState::Returning, State::Closed));
    assert_eq!(desk.called().await, [calls::REFUND_CLOSED], "what is to be done now, and nothing else");
    assert_eq!(desk.outside("周会计", "现金，收据 0147").await.unwrap(), OrderState::Refunded);
    let order = desk.found().await;
    let refund = order.attempts.iter().find(|one| one.view.kind == Kind::Refund).unwrap();
    assert_eq!(refund.outside, Some(("周会计".to_owned(), "现金，收据 0147".to_owned())));
    assert_eq!((refund.view.state, order.told.as_str()), (State::Outside, "returning_stuck"));
    desk.pass(5).await;
    assert_eq!(desk.found().await.told, "refunded");
    assert_eq!(desk.called().await, Vec::<String>::new());
}

#[db_test]
async fn a_refund_that_is_closed_is_paid_by_somebody_and_never_asked_for_again(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Closed).await;
    desk.waits(State::Closed, calls::REFUND_CLOSED).await;
    assert!(matches!(desk.outside(" ", "现金").await, Err(RefundError::NothingSaid)));
    assert!(matches!(desk.outside("周会计", "").await, Err(RefundError::NothingSaid)));
    let elsewhere = desk.redirected(None, &Recipient::Merchant).await;
    assert!(matches!(elsewhere, Err(RefundError::NoneWaits)), "there is nothing to send elsewhere");
    assert_eq!(desk.outside("周会计", "现金，收据 0147").await.unwrap(), OrderState::Refunded);
    assert!(matches!(desk.outside("周会计", "现金").await, Err(RefundError::NoneWaits)), "once");
    desk.pass(5).await;
    assert_eq!((desk.state().await, desk.refund().await), (OrderState::Refunded, State::Outside));
    assert_eq!(desk.called().await, Vec::<String>::new());
    // The channel's money is the institution's, which has paid the person: no promise is broken by it.
    desk.promises().await;
}

#[db_test]
async fn what_was_paid_too_much_and_does_not_arrive_calls_a_person_too(db: TestDb) {
    let desk = Desk::paid_twice(&db).await;
    desk.world.refunds_end(RefundsEnd::Abnormal);
    desk.world.money_lands();
    desk.pass(400).await;
    let order = desk.found().await;
    assert_eq!((order.state, order.told.as_str()), (OrderState::Settled, "settled_extra_stuck"));
    assert_eq!(desk.called().await, [calls::REFUND_ABNORMAL], "also of an order that is paid");
    desk.promises().await;
}

async fn call_outlives_unblocking(db: &TestDb, end: RefundsEnd, reason: &str) {
    let desk = cancelled(db, end).await;
    desk.stops("amounts").await;
    assert_eq!(desk.called().await, [reason, "amounts"]);
    crate::unblock(&desk.pay.listeners, &desk.ctx, &desk.order).await.unwrap();
    assert_eq!(desk.called().await, [reason], "nothing calls for it a second time");
    desk.promises().await;
}

#[db_test]
async fn letting_an_order_go_on_keeps_the_call_for_an_abnormal_refund(db: TestDb) {
    call_outlives_unblocking(&db, RefundsEnd::Abnormal, calls::REFUND_ABNORMAL).await;
}

#[db_test]
async fn letting_an_order_go_on_keeps_the_call_for_a_closed_refund(db: TestDb) {
    call_outlives_unblocking(&db, RefundsEnd::Closed, calls::REFUND_CLOSED).await;
}

#[db_test]
async fn a_refund_that_is_settled_ends_no_other_call(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Closed).await;
    desk.stops("amounts").await;
    desk.outside("周会计", "现金，收据 0147").await.unwrap();
    assert_eq!(desk.called().await, ["amounts"]);
    assert_eq!(desk.state().await, OrderState::Blocked, "it waits for somebody still");
    crate::unblock(&desk.pay.listeners, &desk.ctx, &desk.order).await.unwrap();
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
}

#[db_test]
async fn one_call_stands_for_two_refunds_until_the_second_is_settled(db: TestDb) {
    let (desk, first, second) = Desk::two_wait(&db, RefundsEnd::Closed, State::Closed).await;
    assert_eq!(desk.called().await, [calls::REFUND_CLOSED]);
    let unsaid = desk.outside("周会计", "现金，收据 0147").await;
    assert!(matches!(&unsaid, Err(RefundError::SeveralWait(waiting)) if waiting.len() == 2), "{unsaid:?}");
    desk.outside_of(Some(second), "周会计", "现金，收据 0147").await.unwrap();
    assert_eq!((desk.stands(first).await, desk.stands(second).await), (State::Closed, State::Outside));
    let twice = desk.outside_of(Some(second), "周会计", "现金，收据 0147").await;
    assert!(matches!(twice, Err(RefundError::NoneWaits)), "{twice:?}");
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Returning, vec!["refund_closed".to_owned()]));
    desk.outside("周会计", "现金，收据 0148").await.unwrap();
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
    desk.promises().await;
}

#[db_test]
async fn while_somebody_says_where_a_refund_goes_nobody_else_asks_about_it(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    let to = &Recipient::Merchant;
    let unsaid = redirect(&desk.pay, &desk.ctx, (&desk.order, None), (to, " ")).await;
    assert!(matches!(unsaid, Err(RefundError::NothingSaid)), "{unsaid:?}");
    let place = desk.found().await.attempts.iter().position(|one| one.view.state == State::Abnormal).unwrap();
    let (id, until) = (desk.order.clone(), desk.ctx.now().plus_secs(30));
    let leased = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.lease", move |tx| {
        let order = crate::orders::store::hold(tx, &id)?.unwrap();
        crate::attempts::store::lease(tx, &order.attempts[place], until, until.minus_secs(30))
    });
    assert!(leased.await.unwrap());
    let meanwhile = desk.redirected(None, to).await;
    assert!(matches!(meanwhile, Err(RefundError::BeingAsked)), "{meanwhile:?}");
    assert_eq!(desk.world.asked_for("redirect_refund"), 0);
    desk.clock.advance_secs(30);
    // What the channel does not answer holds nobody up.
    desk.world.lose_requests(1);
    let lost = desk.redirected(None, to).await;
    assert!(matches!(lost, Err(RefundError::Channel(_))), "{lost:?}");
    // That it refuses our signatures is told to whoever asks, and calls a person as at any other question.
    desk.world.refuses_signatures(true);
    let refused = desk.redirected(None, to).await;
    assert!(matches!(refused, Err(RefundError::Channel(_))), "{refused:?}");
    assert_eq!(desk.called().await, [calls::REFUND_ABNORMAL, calls::SIGNATURE_REFUSED]);
    desk.world.refuses_signatures(false);
    desk.redirected(None, to).await.unwrap();
    desk.pass(30).await;
    assert_eq!(desk.refund().await, State::Closed);
}
