//! Several instances and slow partners: nothing is sent after a lease, one's own settlement is known again under any of its
//! numbers, one damaged row holds up nobody else, and nobody is told twice.

use std::sync::Arc;

use async_trait::async_trait;
use identity::messages::{self, PreparedMessage};
use kernel::{Fen, Moment};
use platform::db::{DbFault, LaneKey, Tx};
use platform::{Ctx, sql, vals};
use serde_json::json;
use testkit::{TestDb, db_test};
use tokio::sync::Barrier;

use super::{Desk, PIN, heard_by};
use crate::attempts::model::{Kind, State};
use crate::orders::quote::{Quoted, asked, quote};
use crate::ports::{Refusal, Split};
use crate::quotes::asks::{self, Reserved};
use crate::{Listener, News, Order, OrderId, OrderState, PaymentRules, Payments, Telling, Way, drive};

#[db_test]
async fn the_second_call_of_an_act_is_not_sent_after_its_lease(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.lose_requests(1);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.clock.advance_secs(90);
    // Asking takes longer than the lease: by then somebody else may have asked, and have been told that it is settled.
    desk.world.takes(31);
    desk.drive().await;
    assert_eq!((desk.world.asked_for("settled"), desk.world.asked_for("reverse")), (1, 0));
    assert_eq!(desk.state().await, OrderState::Settling);
    desk.world.takes(0);
    desk.pass(30).await;
    assert_eq!((desk.state().await, desk.world.asked_for("reverse")), (OrderState::Open, 1));
    desk.sound().await;
}

#[db_test]
async fn closing_ends_with_the_lease_as_well(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    crate::orders::stop::give_up(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
    desk.world.takes(31);
    desk.drive().await;
    assert_eq!((desk.world.asked_for("query"), desk.world.asked_for("close")), (1, 0));
    desk.world.takes(16);
    desk.clock.advance_secs(60);
    desk.drive().await;
    assert_eq!((desk.world.asked_for("query"), desk.world.asked_for("close")), (2, 1), "the third call has no time");
    assert_eq!(desk.state().await, OrderState::Returning);
    desk.world.takes(0);
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::Closed);
    desk.sound().await;
}

#[db_test]
async fn a_settlement_of_the_same_order_is_known_again_and_no_person_is_needed(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.settles_unseen();
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::Open, "reversed, as far as anybody knows");
    // The person asks again; this one is lost, and in force is the first.
    desk.world.is_seen();
    desk.shown(Way::PersonalAccount).await;
    desk.world.lose_requests(1);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pass(200).await;
    let order = desk.found().await;
    assert_eq!(order.state, OrderState::HalfPaid, "{:?}", order.view.attempts);
    let settles: Vec<State> =
        order.view.attempts.iter().filter(|one| one.kind == Kind::Settle).map(|one| one.state).collect();
    assert_eq!(settles, [State::Succeeded, State::Failed]);
    desk.sound().await;
}

#[db_test]
async fn a_settlement_of_somebody_elses_stops_the_order_for_a_person(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.lose_requests(1);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.world.settles_for_others("H32040099999000000000000000001", Split::own_money(Fen::new(2_500)));
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::Blocked);
}

/// A listener whose words are found only when two want them: both have read that nothing was told yet.
struct Together(Barrier);

#[async_trait]
impl Listener for Together {
    fn changed(&self, _: &mut Tx<'_>, _: &Ctx, _: &News<'_>) -> Result<(), DbFault> {
        Ok(())
    }

    fn ended(&self, _: &mut Tx<'_>, _: &Ctx, _: &Order, _: Moment) -> Result<(), DbFault> {
        Ok(())
    }

    async fn message(
        &self,
        ctx: &Ctx,
        order: &Order,
        _: Telling,
    ) -> Result<Option<PreparedMessage>, identity::Failure> {
        self.0.wait().await;
        messages::prepare(ctx, &order.person, "booked", &json!({}), false).await.map(Some)
    }
}

/// A listener that finds no words now.
struct Mute;

#[async_trait]
impl Listener for Mute {
    fn changed(&self, _: &mut Tx<'_>, _: &Ctx, _: &News<'_>) -> Result<(), DbFault> {
        Ok(())
    }

    fn ended(&self, _: &mut Tx<'_>, _: &Ctx, _: &Order, _: Moment) -> Result<(), DbFault> {
        Ok(())
    }

    async fn message(&self, _: &Ctx, _: &Order, _: Telling) -> Result<Option<PreparedMessage>, identity::Failure> {
        Err(identity::Failure::NoSuchPerson)
    }
}

/// What a page would show of a way.
async fn looks(desk: &Desk, order: &OrderId, way: Way) -> Quoted {
    quote(&desk.pay, &desk.ctx, &desk.of(order).await, way).await.unwrap()
}

#[db_test]
async fn however_often_a_page_is_opened_the_insurer_is_asked_now_and_then(db: TestDb) {
    let desk = Desk::open(&db).await;
    let asked = || desk.world.asked_for("presettle");
    // Nothing is answered: each way is asked about once, and the answer kept.
    desk.world.lose_requests(1_000);
    for _ in 0..20 {
        for way in [Way::PersonalAccount, Way::Fund] {
            assert!(matches!(looks(&desk, &desk.order, way).await, Quoted::Silent));
        }
    }
    assert_eq!(asked(), 2);
    desk.clock.advance_secs(10);
    desk.world.lose_requests(0);
    for _ in 0..20 {
        for way in [Way::PersonalAccount, Way::Fund] {
            assert!(matches!(looks(&desk, &desk.order, way).await, Quoted::Shown(_)));
        }
    }
    assert_eq!(asked(), 4, "what was shown of either way stands");
    // Somebody with many orders asks about a dozen of them in ten minutes.
    let mut shown = 0;
    for n in 0..20 {
        let order = desk.another(&format!("apt_more_{n}")).await;
        shown += usize::from(matches!(looks(&desk, &order, Way::PersonalAccount).await, Quoted::Shown(_)));
    }
    assert_eq!((asked(), shown), (14, 10));
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.state().await, OrderState::HalfPaid, "what was shown can be agreed to all the while");
    desk.sound().await;
}

#[db_test]
async fn a_page_that_is_opened_twice_at_once_waits_for_one_answer(db: TestDb) {
    let desk = Desk::open(&db).await;
    let rules = desk.ctx.policy.at::<PaymentRules>(desk.ctx.now().date()).unwrap();
    let question = asked(&desk.found().await, Way::PersonalAccount);
    // Another device has just asked.
    assert!(matches!(asks::reserve(&desk.ctx, &question, None, &rules).await.unwrap(), Reserved::Yes));
    assert!(matches!(looks(&desk, &desk.order, Way::PersonalAccount).await, Quoted::BeingAsked));
    assert!(!matches!(looks(&desk, &desk.order, Way::Fund).await, Quoted::BeingAsked), "that is another question");
    asks::answered(&desk.ctx, &question, &Quoted::NotInsured).await.unwrap();
    assert!(
        matches!(looks(&desk, &desk.order, Way::PersonalAccount).await, Quoted::NotInsured),
        "what the first one was told"
    );
    // One that dies over its question keeps nobody from asking.
    desk.clock.advance_secs(10);
    assert!(matches!(asks::reserve(&desk.ctx, &question, None, &rules).await.unwrap(), Reserved::Yes));
    desk.clock.advance_secs(10);
    assert!(matches!(looks(&desk, &desk.order, Way::PersonalAccount).await, Quoted::Shown(_)));
}

#[db_test]
async fn two_drivers_tell_a_person_once(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.clock.advance_secs(10);
    let mute = Payments { listeners: heard_by(Arc::new(Mute)), ..(*desk.pay).clone() };
    assert!(drive(&mute, &desk.ctx, &desk.order).await.is_err(), "it is paid, and that is yet to be told");
    assert_eq!((desk.state().await, desk.found().await.told.as_str()), (OrderState::Settled, ""));
    let pay = Payments { listeners: heard_by(Arc::new(Together(Barrier::new(2)))), ..(*desk.pay).clone() };
    let (one, two) = tokio::join!(drive(&pay, &desk.ctx, &desk.order), drive(&pay, &desk.ctx, &desk.order));
    one.unwrap();
    two.unwrap();
    assert_eq!((desk.state().await, desk.found().await.told.as_str()), (OrderState::Settled, "settled"));
    let read = desk.ctx.db.read("test.messages", |tx| {
        tx.one(sql!("SELECT COUNT(*) FROM message WHERE kind = 'booked'"), vals![], |row| row.int(0))
    });
    assert_eq!(read.await.unwrap(), 1);
    desk.sound().await;
}

#[db_test]
async fn a_damaged_order_does_not_keep_the_sweep_from_the_others(db: TestDb) {
    let desk = Desk::open(&db).await;
    let other = desk.another("apt_2").await;
    // The first order cannot be read at all, and is always the first that is due.
    desk.damage().await;
    desk.clock.advance_secs(901);
    for _ in 0..3 {
        let _ = crate::drive_due(&desk.pay, &desk.ctx).await;
    }
    assert_eq!(desk.of(&other).await.state, OrderState::Closed);
    for _ in 0..2 {
        desk.clock.advance_secs(3_600);
        let _ = crate::drive_due(&desk.pay, &desk.ctx).await;
    }
    let calls: Vec<String> = crate::calls(&desk.ctx).await.unwrap().into_iter().map(|call| call.reason).collect();
    assert_eq!(calls, [crate::calls::TROUBLE]);
}

#[db_test]
async fn a_registration_that_always_fails_does_not_keep_the_insurer_from_the_others(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    let other = desk.another("apt_2").await;
    desk.shown_of(&other, Way::PersonalAccount).await;
    desk.pass(930).await;
    assert_eq!(desk.state().await, OrderState::Closed);
    desk.damage().await;
    desk.clock.advance_secs(86_401);
    let told = crate::release_due(Arc::clone(&desk.pay), desk.ctx.clone()).await;
    assert!(told.is_err(), "it is said that one of them failed");
    assert_eq!(desk.world.asked_for("unregister"), 1);
    assert_eq!(desk.unreleased().await, [desk.order.as_str().to_owned()]);
    // It comes again later and later, and at last a person is called.
    for _ in 0..9 {
        desk.clock.advance_secs(86_400);
        let _ = crate::release_due(Arc::clone(&desk.pay), desk.ctx.clone()).await;
    }
    assert_eq!(desk.world.asked_for("unregister"), 1);
    let read =
        desk.ctx.db.read("test.called", |tx| tx.query(sql!("SELECT reason FROM pay_call"), vals![], |row| row.text(0)));
    assert_eq!(read.await.unwrap(), [crate::calls::REGISTRATION]);
}

#[db_test]
async fn the_registration_of_a_visit_that_is_settled_is_looked_for_when_it_is_not_any_more(db: TestDb) {
    let desk = Desk::settled(&db).await;
    for _ in 0..3 {
        desk.clock.advance_secs(86_401);
        crate::release_due(Arc::clone(&desk.pay), desk.ctx.clone()).await.unwrap();
        assert_eq!(desk.walked().await, 0, "there are as many of these as visits: no round may come by them");
    }
    desk.cancels().await;
    desk.pass(60).await;
    assert_eq!((desk.state().await, desk.walked().await), (OrderState::Refunded, 1));
    desk.clock.advance_secs(86_401);
    crate::release_due(Arc::clone(&desk.pay), desk.ctx.clone()).await.unwrap();
    assert_eq!((desk.world.asked_for("unregister"), desk.unreleased().await.len()), (1, 0));
}

#[db_test]
async fn what_the_insurer_refuses_now_counts_for_more_than_what_it_quoted_before(db: TestDb) {
    let desk = Desk::open(&db).await;
    let rules = desk.ctx.policy.at::<PaymentRules>(desk.ctx.now().date()).unwrap();
    desk.shown(Way::PersonalAccount).await;
    for (answer, refused) in
        [(Quoted::Refused(Refusal::NotInsured), true), (Quoted::NotInsured, true), (Quoted::Silent, false)]
    {
        desk.clock.advance_secs(rules.quote_secs.max(rules.quote_again_secs));
        let question = asked(&desk.found().await, Way::PersonalAccount);
        assert!(matches!(asks::reserve(&desk.ctx, &question, None, &rules).await.unwrap(), Reserved::Yes));
        assert!(matches!(looks(&desk, &desk.order, Way::PersonalAccount).await, Quoted::Shown(_)), "not heard yet");
        asks::answered(&desk.ctx, &question, &answer).await.unwrap();
        let shown = looks(&desk, &desk.order, Way::PersonalAccount).await;
        assert_eq!(!matches!(shown, Quoted::Shown(_)), refused, "{answer:?}: {shown:?}");
    }
}

impl Desk {
    /// Registrations that a round comes by.
    async fn walked(&self) -> i64 {
        let now = self.ctx.now();
        let read = self.ctx.db.read("test.walked", move |tx| {
            let sql = sql!("SELECT COUNT(*) FROM pay_registration WHERE released_at IS NULL AND release_at <= $1");
            tx.one(sql, vals![now], |row| row.int(0))
        });
        read.await.unwrap()
    }

    /// Nobody can read the order any more.
    async fn damage(&self) {
        let id = self.order.as_str().to_owned();
        let spoilt = self.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.damage", move |tx| {
            tx.exec(sql!("UPDATE pay_order SET care = '{' WHERE id = $1"), vals![&id]).map(drop)
        });
        spoilt.await.unwrap();
    }

    /// Orders whose registration the insurer still has.
    async fn unreleased(&self) -> Vec<String> {
        let read = self.ctx.db.read("test.unreleased", |tx| {
            tx.query(sql!("SELECT order_id FROM pay_registration WHERE released_at IS NULL"), vals![], |row| {
                row.text(0)
            })
        });
        read.await.unwrap()
    }
}
