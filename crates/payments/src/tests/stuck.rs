//! Refunds that do not arrive: a person is called at once, nothing is asked for again, and only what somebody does ends it.

use kernel::Pii;
use platform::db::LaneKey;
use testkit::{TestDb, db_test};

use super::partners::RefundsEnd;
use super::{Desk, Nobody};
use crate::attempts::model::{Kind, State};
use crate::orders::refunds::{RefundError, redirect, settled_outside};
use crate::ports::Recipient;
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
        let (pen, id) = (crate::Pen::new(&self.ctx, Arc::new(Nobody), "test").unwrap(), self.order.clone());
        let stopped = self.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.stop", move |tx| {
            pen.fresh();
            let held = crate::orders::store::hold(tx, &id)?.unwrap();
            crate::orders::store::set_blocked(tx, &id, Some(reason))?;
            calls::call(tx, &pen, &id, reason)?;
            crate::orders::apply::settle(tx, &pen, &held).map(drop)
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
        settled_outside(&self.pay.listener, &self.ctx, &self.order, (by, how)).await
    }
}

#[db_test]
async fn what_the_account_does_not_take_goes_where_somebody_says(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    desk.waits(State::Abnormal, calls::REFUND_ABNORMAL).await;
    // The channel has the money: nobody can have paid it back.
    assert!(matches!(desk.outside("周会计", "现金").await, Err(RefundError::NoneWaits)));
    let secret = |text: &str| Pii::new(text.to_owned());
    let (account, name) = (secret("6222020903001234567"), secret("陈秀英"));
    let to = Recipient::Buyer { bank: "ICBC_DEBIT".into(), account, name };
    redirect(&desk.pay, &desk.ctx, &desk.order, (&to, "周会计")).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.refund().await), (OrderState::Refunded, State::Succeeded));
    assert_eq!(desk.called().await, Vec::<String>::new());
    desk.sound().await;
    let again = redirect(&desk.pay, &desk.ctx, &desk.order, (&Recipient::Merchant, "周会计")).await;
    assert!(matches!(again, Err(RefundError::NoneWaits)), "{again:?}");
}

#[db_test]
async fn what_goes_to_the_merchant_is_not_with_the_buyer_until_somebody_has_paid_it(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    redirect(&desk.pay, &desk.ctx, &desk.order, (&Recipient::Merchant, "周会计")).await.unwrap();
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.refund().await), (OrderState::Returning, State::Closed));
    assert_eq!(desk.called().await, [calls::REFUND_ABNORMAL, calls::REFUND_CLOSED]);
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
async fn a_refund_that_is_closed_is_settled_by_somebody_and_never_asked_for_again(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Closed).await;
    desk.waits(State::Closed, calls::REFUND_CLOSED).await;
    assert!(matches!(desk.outside(" ", "现金").await, Err(RefundError::NothingSaid)));
    assert!(matches!(desk.outside("周会计", "").await, Err(RefundError::NothingSaid)));
    let elsewhere = redirect(&desk.pay, &desk.ctx, &desk.order, (&Recipient::Merchant, "周会计")).await;
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
    crate::unblock(&desk.pay.listener, &desk.ctx, &desk.order).await.unwrap();
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
    crate::unblock(&desk.pay.listener, &desk.ctx, &desk.order).await.unwrap();
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
}

#[db_test]
async fn one_call_stands_for_two_refunds_until_the_second_is_settled(db: TestDb) {
    let desk = Desk::paid_twice(&db).await;
    desk.world.refunds_end(RefundsEnd::Closed);
    desk.world.money_lands();
    desk.pass(400).await;
    desk.cancels().await;
    desk.pass(30).await;
    let order = desk.found().await;
    let closed = |one: &crate::attempts::model::View| one.kind == Kind::Refund && one.state == State::Closed;
    assert_eq!(order.view.attempts.iter().filter(|one| closed(one)).count(), 2);
    assert_eq!(desk.called().await, [calls::REFUND_CLOSED]);
    desk.outside("周会计", "现金，收据 0147").await.unwrap();
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Returning, vec!["refund_closed".to_owned()]));
    desk.outside("周会计", "现金，收据 0148").await.unwrap();
    assert_eq!((desk.state().await, desk.called().await), (OrderState::Refunded, Vec::new()));
    desk.promises().await;
}

#[db_test]
async fn while_somebody_says_where_a_refund_goes_nobody_else_asks_about_it(db: TestDb) {
    let desk = cancelled(&db, RefundsEnd::Abnormal).await;
    let to = (&Recipient::Merchant, "周会计");
    let unsaid = redirect(&desk.pay, &desk.ctx, &desk.order, (&Recipient::Merchant, " ")).await;
    assert!(matches!(unsaid, Err(RefundError::NothingSaid)), "{unsaid:?}");
    let place = desk.found().await.attempts.iter().position(|one| one.view.state == State::Abnormal).unwrap();
    let (id, until) = (desk.order.clone(), desk.ctx.now().plus_secs(30));
    let leased = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.lease", move |tx| {
        let order = crate::orders::store::hold(tx, &id)?.unwrap();
        crate::attempts::store::lease(tx, &order.attempts[place], until, until.minus_secs(30))
    });
    assert!(leased.await.unwrap());
    let meanwhile = redirect(&desk.pay, &desk.ctx, &desk.order, to).await;
    assert!(matches!(meanwhile, Err(RefundError::BeingAsked)), "{meanwhile:?}");
    assert_eq!(desk.world.asked_for("redirect_refund"), 0);
    desk.clock.advance_secs(30);
    // What the channel does not answer holds nobody up.
    desk.world.lose_requests(1);
    let lost = redirect(&desk.pay, &desk.ctx, &desk.order, to).await;
    assert!(matches!(lost, Err(RefundError::Channel(_))), "{lost:?}");
    redirect(&desk.pay, &desk.ctx, &desk.order, to).await.unwrap();
    desk.pass(30).await;
    assert_eq!(desk.refund().await, State::Closed);
}
