//! More comes in than an order costs: it is paid, the rest goes back, and the person is told of both.

use kernel::{Fen, Moment};
use testkit::{TestDb, db_test};

use super::{Desk, PIN, TOTAL};
use crate::attempts::hear::CALL_AFTER_SECS;
use crate::attempts::model::{Kind, State};
use crate::orders::model::order_state;
use crate::orders::pages::ends_secs;
use crate::orders::words::{own_money_until, word};
use crate::{OrderState, PaymentRules, look_secs};

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
    desk.shown(crate::Way::PersonalAccount).await;
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

#[db_test]
async fn a_page_looks_for_a_slow_return_less_and_less_and_then_says_who_looks_after_it(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(crate::Way::PersonalAccount).await;
    desk.world.settles_unseen();
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pass(120).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.pass(20).await;
    desk.world.is_seen();
    desk.pass(3_600).await;
    // As it stood while the insurer had not answered the return.
    let mut order = desk.found().await;
    let at = order.attempts.iter().position(|one| one.view.kind == Kind::Void).unwrap();
    for view in [&mut order.attempts[at].view, &mut order.view.attempts[at]] {
        view.state = State::Unknown;
    }
    let begun = order.attempts[at].created_at;
    (order.state, order.changed_at) = (order_state(&order.view), begun);
    assert_eq!(order.state, OrderState::Reconfirm);
    let rules = desk.ctx.policy.at::<PaymentRules>(begun.date()).unwrap();
    let last_begin = own_money_until(&order, &rules);
    // Sent again and again: that is no reason to look more often.
    order.attempts[at].changed_at = begun.plus_secs(CALL_AFTER_SECS);
    let seen = |now: Moment| (word(&order, now), look_secs(&order, now), ends_secs(&order, now, last_begin));
    for (secs, says, looks) in [
        (0, "doubled", Some(3)),
        (300, "doubled", Some(10)),
        (3_000, "doubled", Some(30)),
        (CALL_AFTER_SECS + 1, "void-waits", None),
        (86_400, "void-waits", None),
    ] {
        assert_eq!(seen(begun.plus_secs(secs)), (says.to_owned(), looks, None), "{secs}");
    }
}

#[db_test]
async fn a_page_gives_up_on_an_end_that_does_not_come(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    let order = desk.found().await;
    let rules = desk.ctx.policy.at::<PaymentRules>(desk.ctx.now().date()).unwrap();
    let end = order.view.deadline;
    let last_begin = own_money_until(&order, &rules);
    for (secs, looks) in
        [(-100, Some(101)), (0, Some(3)), (59, Some(3)), (300, Some(10)), (3_600, None), (86_400, None)]
    {
        assert_eq!(ends_secs(&order, end.plus_secs(secs), last_begin), looks, "{secs}");
    }
}
