//! The clock jumps, or the machine stands still, while a partner is about it: somebody else takes the attempt up, and what
//! the first caller hears in the end may be undone already.

use std::sync::Arc;

use testkit::{TestDb, db_test};
use tokio::sync::Notify;

use super::{Desk, PIN};
use crate::attempts::model::State;
use crate::{OrderState, Way, drive};

#[db_test]
async fn an_answer_that_was_overtaken_is_not_believed(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    let gate = Arc::new(Notify::new());
    desk.world.answers_at(Arc::clone(&gate));
    desk.settle(PIN).await.unwrap();
    let (pay, ctx, id) = (Arc::clone(&desk.pay), desk.ctx.clone(), desk.order.clone());
    let first = tokio::spawn(async move { drive(&pay, &ctx, &id).await });
    while desk.world.settlements() == 0 {
        tokio::task::yield_now().await;
    }
    // The lease is over, and the minute in which it may still be on its way.
    desk.clock.advance_secs(150);
    desk.drive().await;
    assert_eq!(
        (desk.state().await, desk.world.settlements()),
        (OrderState::Open, 0),
        "reversed by whoever came second"
    );
    gate.notify_one();
    first.await.unwrap().unwrap();
    let found = desk.found().await;
    assert_eq!((found.state, found.attempts[0].view.state), (OrderState::Open, State::Failed));
    desk.sound().await;
    // And the person may choose again.
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.pass(30).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}
