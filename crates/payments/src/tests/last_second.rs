//! The end of the half hour (PHA-5), to the second, on a clock that stands still: given up, paid, or left alone.

use kernel::Fen;
use testkit::{TestDb, db_test};

use super::{Desk, PIN, TOTAL};
use crate::attempts::model::{Kind, State};
use crate::orders::stop;
use crate::{Cause, OrderState, drive_due};

/// From the insurer's success to the order's end.
const HALF_HOUR_SECS: i64 = 1_800;
/// The channel takes nothing from this long before the end.
const MARGIN_SECS: i64 = 120;

/// The insurer has paid this very moment, and the rest is offered.
async fn half_paid(db: &TestDb) -> Desk {
    let desk = Desk::open(db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pay(500).await.unwrap();
    desk.drive().await;
    let order = desk.found().await;
    assert_eq!((order.state, order.view.deadline), (OrderState::HalfPaid, desk.ctx.now().plus_secs(HALF_HOUR_SECS)));
    assert_eq!(order.view.attempts[1].state, State::Open);
    desk
}

impl Desk {
    async fn give_up(&self) -> OrderState {
        stop::give_up(&self.pay, &self.ctx, &self.person, &self.order).await.unwrap()
    }

    /// Attempts of a kind that came to something.
    async fn done(&self, kind: Kind) -> usize {
        let order = self.found().await;
        order.view.attempts.iter().filter(|one| one.kind == kind && one.state == State::Succeeded).count()
    }

    /// It has ended for this reason, and everything went back once.
    async fn gone_back(&self, cause: Cause, payments: usize) {
        let order = self.found().await;
        assert_eq!((order.state, order.view.stop), (OrderState::Refunded, Some(cause)));
        assert_eq!((self.done(Kind::Void).await, self.done(Kind::Refund).await), (1, payments));
        assert_eq!((self.world.settlements(), self.world.held()), (0, Fen::ZERO));
        self.sound().await;
    }
}

#[db_test]
async fn given_up_a_second_before_the_end(db: TestDb) {
    let desk = half_paid(&db).await;
    desk.pass(HALF_HOUR_SECS - 1).await;
    let order = desk.found().await;
    assert_eq!((order.state, order.view.stop), (OrderState::HalfPaid, None), "it goes on to the last second");
    assert_eq!(desk.ctx.now().secs_until(order.view.deadline), 1);
    assert_eq!(order.view.attempts[1].state, State::Closed, "the channel takes nothing any more");
    assert_eq!(desk.give_up().await, OrderState::Returning);
    desk.pass(30).await;
    // The end that came a second later changed nothing about who ended it.
    desk.gone_back(Cause::Cancelled, 0).await;
}

#[db_test]
async fn given_up_a_second_before_the_end_with_money_at_the_channel_that_nobody_knows_of(db: TestDb) {
    let desk = half_paid(&db).await;
    desk.clock.advance_secs(HALF_HOUR_SECS - MARGIN_SECS - 1);
    desk.world.buyer_pays();
    desk.clock.advance_secs(MARGIN_SECS);
    assert_eq!(desk.ctx.now().secs_until(desk.found().await.view.deadline), 1);
    assert_eq!(desk.give_up().await, OrderState::Returning);
    assert_eq!(desk.world.held(), TOTAL, "nothing is undone before the channel has been asked");
    desk.pass(60).await;
    desk.gone_back(Cause::Cancelled, 1).await;
}

#[db_test]
async fn paid_in_the_channels_last_second_and_looked_at_when_it_is_over(db: TestDb) {
    let desk = half_paid(&db).await;
    desk.clock.advance_secs(HALF_HOUR_SECS - MARGIN_SECS - 1);
    desk.world.buyer_pays();
    desk.clock.advance_secs(MARGIN_SECS + 1);
    assert_eq!(desk.ctx.now(), desk.found().await.view.deadline);
    desk.pass(5).await;
    let order = desk.found().await;
    assert_eq!((order.state, order.view.stop), (OrderState::Settled, None), "paid in time is paid");
    desk.sound().await;
    desk.pass(HALF_HOUR_SECS).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn left_alone_it_ends_at_the_end_and_giving_it_up_then_changes_nothing(db: TestDb) {
    let desk = half_paid(&db).await;
    desk.pass(HALF_HOUR_SECS - 1).await;
    assert_eq!(desk.state().await, OrderState::HalfPaid);
    desk.pass(1).await;
    assert_eq!(desk.found().await.view.stop, Some(Cause::TimedOut), "not a second later");
    desk.give_up().await;
    desk.pass(30).await;
    desk.gone_back(Cause::TimedOut, 0).await;
}

#[db_test]
async fn given_up_at_the_very_end_while_the_sweeper_comes_by(db: TestDb) {
    let desk = half_paid(&db).await;
    desk.pass(HALF_HOUR_SECS - 1).await;
    desk.clock.advance_secs(1);
    let (_, swept) = tokio::join!(desk.give_up(), drive_due(&desk.pay, &desk.ctx));
    swept.unwrap();
    desk.pass(30).await;
    let cause = desk.found().await.view.stop.unwrap();
    desk.gone_back(cause, 0).await;
}
