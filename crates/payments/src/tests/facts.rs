//! What partners say of the money beside its amount is kept, and the ledger's day is the day on which it moved.

use kernel::Moment;
use platform::db::LaneKey;
use platform::{sql, vals};
use testkit::{TestDb, db_test};

use super::{Desk, PIN};
use crate::attempts::model::Kind;
use crate::attempts::store::Attempt;
use crate::{Order, OrderState};

/// The statement that counts how often each attempt was sent, for those from before that was written down.
macro_rules! count_sends {
    () => {
        "UPDATE pay_attempt SET sends = ( \
         SELECT COUNT(*) FROM pay_attempt_event e WHERE e.attempt_id = pay_attempt.id AND e.event = 'send')"
    };
}

/// 23:59:57 of the day on which everything begins.
fn before_midnight(desk: &Desk) -> i64 {
    let midnight = Moment::at(desk.ctx.now().date().tomorrow().unwrap(), kernel::Time::midnight());
    desk.ctx.now().secs_until(midnight) - 3
}

fn of(order: &Order, kind: Kind) -> &Attempt {
    order.attempts.iter().find(|one| one.view.kind == kind).unwrap()
}

#[db_test]
async fn what_the_insurer_and_the_channel_tell_is_kept_beside_the_attempt(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    let settled_at = desk.ctx.now().minus_secs(2);
    desk.pay(500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    let paid_at = desk.ctx.now();
    desk.pass(20).await;
    let order = desk.found().await;
    let settle = of(&order, Kind::Settle);
    assert_eq!(settle.happened_at, Some(settled_at));
    let kept = &settle.clearing;
    let wanted = (Some("320400"), Some("11"), Some("1"), Some(settle.number.as_str()));
    let text = |kept: &Option<String>| kept.clone();
    let told = (text(&kept.optins), text(&kept.kind), text(&kept.way), text(&kept.medins_setl_id));
    assert_eq!((told.0.as_deref(), told.1.as_deref(), told.2.as_deref(), told.3.as_deref()), wanted);
    assert_eq!(of(&order, Kind::Pay).happened_at, Some(paid_at), "the channel's time, not when we asked");
    desk.sound().await;
}

#[db_test]
async fn money_of_before_midnight_belongs_to_the_day_on_which_it_moved(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.clock.advance_secs(before_midnight(&desk));
    let order = desk.another("apt_2").await;
    let desk = Desk { order, ..desk };
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    let day = desk.ctx.now().date();
    // Asked a minute into the next day.
    desk.pass(60).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    assert_ne!(desk.ctx.now().date(), day);
    let id = desk.order.as_str().to_owned();
    let read = desk.ctx.db.read("test.days", move |tx| ledger::trail(tx, &id)).await.unwrap();
    let paid = read.iter().find(|line| line.movement.ends_with(":in")).unwrap();
    assert_eq!((paid.day, paid.happened_at.map(|at| at.date())), (day, Some(day)));
    desk.promises().await;
}

#[db_test]
async fn the_migration_counts_what_was_sent_before_it(db: TestDb) {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain(include_str!("../../../../migrations/0013_partners_facts.sql")).contains(&plain(count_sends!())));
    let desk = Desk::open(&db).await;
    desk.world.lose_answers(1);
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.found().await.view.attempts[0].sends, 2, "its answer was lost, and it was offered again");
    let counted = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.migrate", |tx| {
        tx.exec(sql!("UPDATE pay_attempt SET sends = 0"), vals![])?;
        tx.exec(sql!(count_sends!()), vals![])
    });
    assert_eq!(counted.await.unwrap(), 1);
    assert_eq!(desk.found().await.view.attempts[0].sends, 2);
}
