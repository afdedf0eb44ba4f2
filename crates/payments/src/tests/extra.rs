//! More comes in than an order costs: it is paid, the rest goes back, and the person is told of both.

use kernel::Fen;
use testkit::{TestDb, db_test};

use super::{Desk, PIN, TOTAL};
use crate::OrderState;

#[db_test]
async fn what_is_paid_twice_goes_back_once(db: TestDb) {
    let desk = Desk::paid_twice(&db).await;
    desk.world.money_lands();
    desk.pass(400).await;
    assert_eq!((desk.state().await, desk.found().await.told.as_str()), (OrderState::Settled, "settled_extra"));
    assert_eq!(desk.world.held(), TOTAL);
    desk.sound().await;
}

#[db_test]
async fn a_settlement_found_after_all_was_paid_is_undone_and_own_money_stays(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(crate::Way::Account).await;
    // The insurer settles, answers nothing, and says for a while that it knows of nothing.
    desk.world.settles_unseen();
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::Open);
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.pass(20).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.world.is_seen();
    // The void is slow: neither does the order run out of time meanwhile, nor does its own money go.
    desk.pass(200).await;
    desk.world.lose_requests(40);
    desk.pass(3_600).await;
    let found = desk.found().await;
    assert_eq!(found.view.paid(), TOTAL, "{:?}", found.view.attempts);
    assert_eq!(found.view.stop, None);
    desk.world.lose_requests(0);
    desk.pass(3_600).await;
    let found = desk.found().await;
    assert_eq!((found.state, found.view.paid(), desk.world.held()), (OrderState::Settled, TOTAL, TOTAL));
    assert_eq!(desk.world.settlements(), 0);
    assert_ne!(found.view.paid(), Fen::ZERO);
    desk.sound().await;
}
