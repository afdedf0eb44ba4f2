//! The use cases on both databases, with partners whose truth the test holds. The adapters are proven elsewhere.

mod checks;
mod docs;
mod extra;
mod facts;
mod fences;
mod find;
mod forget;
mod last_second;
mod listeners;
mod overtaken;
pub(crate) mod partners;
mod people;
mod refused;
mod stuck;
mod unsigned;

use std::sync::Arc;

use async_trait::async_trait;
use identity::institutions::{self, Facts, Institution, NewInstitution};
use identity::messages::PreparedMessage;
use identity::pay_password::Pin;
use identity::{Capability, PersonId, Ports};
use kernel::{Fen, ManualClock, Moment, ShortNo};
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use crate::orders::begin::{self, BeginError, PayOwnMoney, Settle};
use crate::orders::quote::{Quoted, quote};
use crate::orders::withdraw::withdraw;
use crate::orders::{Order, OrderId, stop, store};
use crate::ports::{Care, PayPorts};
use crate::quotes::store::Quote;
use crate::{Listener, Listeners, NewOrder, News, OrderState, Payments, Subject, Telling, Way, drive, drive_due};
use partners::World;

const PIN: &str = "258036";
const TOTAL: Fen = Fen::new(2_500);
/// What is paid for here.
const THING: Subject = Subject::new("thing");

/// A person with an order of 25 yuan that runs for a quarter of an hour.
struct Desk {
    ctx: Ctx,
    clock: Arc<ManualClock>,
    world: Arc<World>,
    pay: Arc<Payments>,
    person: PersonId,
    order: OrderId,
}

/// This one listens to the orders of these tests, and nobody else.
fn heard_by(listener: Arc<dyn Listener>) -> Arc<Listeners> {
    Arc::new(Listeners::of([(THING, listener)]).unwrap())
}

struct Nobody;

#[async_trait]
impl Listener for Nobody {
    fn changed(&self, _: &mut Tx<'_>, _: &Ctx, _: &News<'_>) -> Result<(), DbFault> {
        Ok(())
    }

    fn ended(&self, _: &mut Tx<'_>, _: &Ctx, _: &Order, _: Moment) -> Result<(), DbFault> {
        Ok(())
    }

    async fn message(&self, _: &Ctx, _: &Order, _: Telling) -> Result<Option<PreparedMessage>, identity::Failure> {
        Ok(None)
    }
}

/// Whose money it is.
const HOSPITAL: &str = "hos_00000000000000000000000001";

async fn found_hospital(ctx: &Ctx) {
    let hospital = Institution {
        id: HOSPITAL.parse().unwrap(),
        code: "test".into(),
        facts: Facts { name: "测试医院".into(), ..Facts::default() },
        demo: true,
        state: institutions::State::Open,
        capabilities: [Capability::Booking].into_iter().collect(),
    };
    let new = NewInstitution::of(ctx, hospital);
    let lane = LaneKey::of("institution", HOSPITAL);
    assert!(ctx.db.write(lane, "test.institution", move |tx| new.insert(tx)).await.unwrap());
}

impl Desk {
    async fn open(db: &TestDb) -> Desk {
        let clock = a_monday_morning();
        let ctx = test_ctx(db, clock.clone());
        let (person, _) = identity::demo::crowd(&ctx, 1).await.unwrap().remove(0);
        identity::demo::give_pay_password(&ctx, std::slice::from_ref(&person), PIN).await.unwrap();
        let world = Arc::new(World::new(clock.clone()));
        let ports = PayPorts { settlements: world.clone(), wechat_pay: world.clone() };
        let identity = Arc::new(Ports { faces: world.clone(), cards: world.clone(), insurer: world.clone() });
        let pay = Arc::new(Payments { ports, identity, listeners: heard_by(Arc::new(Nobody)) });
        found_hospital(&ctx).await;
        let order: OrderId = ctx.id();
        let desk = Desk { ctx, clock, world, pay, person, order };
        desk.opens(&desk.order, "apt_1").await;
        desk
    }

    /// A desk whose order is paid, from both purses.
    async fn settled(db: &TestDb) -> Desk {
        let desk = Desk::open(db).await;
        desk.settle(PIN).await.unwrap();
        desk.drive().await;
        desk.pay(500).await.unwrap();
        desk.drive().await;
        desk.world.buyer_pays();
        desk.pass(20).await;
        assert_eq!(desk.state().await, OrderState::Settled);
        desk
    }

    /// A desk whose order is paid at the channel, while money for an offer that was taken back before is still on its way:
    /// paid on the screen at the moment at which the phone takes the offer back.
    async fn paid_twice(db: &TestDb) -> Desk {
        let desk = Desk::open(db).await;
        desk.pay(2_500).await.unwrap();
        desk.drive().await;
        desk.world.money_is_in_flight();
        withdraw(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
        desk.drive().await;
        assert_eq!(desk.state().await, OrderState::Open);
        desk.pay(2_500).await.unwrap();
        desk.drive().await;
        desk.world.buyer_pays();
        desk.pass(20).await;
        assert_eq!((desk.state().await, desk.found().await.told.as_str()), (OrderState::Settled, "settled"));
        desk
    }

    /// Another order of the same person's.
    async fn another(&self, subject: &str) -> OrderId {
        let order: OrderId = self.ctx.id();
        self.opens(&order, subject).await;
        order
    }

    async fn opens(&self, order: &OrderId, subject: &str) {
        let now = self.ctx.now();
        let new = NewOrder {
            id: order.clone(),
            no: ShortNo::draw(self.ctx.rng.as_ref()).unwrap(),
            subject: THING,
            subject_id: subject.into(),
            person: self.person.clone(),
            institution: HOSPITAL.parse().unwrap(),
            total: TOTAL,
            deadline: now.plus_secs(900),
            lane: ("clinic", "cli_1".into()),
            care: Care {
                visit_no: subject.into(),
                med_type: "12".into(),
                begins_at: now.plus_secs(86_400),
                department_code: "d".into(),
                department: "眼科".into(),
                doctor_code: "d".into(),
                doctor: "单文".into(),
                item_code: "GHF".into(),
                total: TOTAL,
            },
            title: "测试医院 挂号费".into(),
            title_en: "Test Hospital, visit fee".into(),
            href: "/things/thg_1".into(),
            now,
        };
        let opening = self.ctx.clone();
        let lane = LaneKey::of("clinic", "cli_1");
        let opened = self.ctx.db.write(lane, "test.open", move |tx| crate::open(tx, &opening, &new));
        assert!(opened.await.unwrap());
    }

    async fn of(&self, id: &OrderId) -> Order {
        let id = id.clone();
        self.ctx.db.read("test.find", move |tx| store::find(tx, &id)).await.unwrap().unwrap()
    }

    async fn found(&self) -> Order {
        self.of(&self.order).await
    }

    async fn state(&self) -> OrderState {
        self.found().await.state
    }

    async fn shown(&self, way: Way) -> Quote {
        self.shown_of(&self.order, way).await
    }

    async fn shown_of(&self, order: &OrderId, way: Way) -> Quote {
        match quote(&self.pay, &self.ctx, &self.of(order).await, way).await.unwrap() {
            Quoted::Shown(quote) => quote,
            other => panic!("{other:?}"),
        }
    }

    async fn settle(&self, pin: &str) -> Result<(), BeginError> {
        let hash = self.shown(Way::PersonalAccount).await.hash;
        let command = Settle {
            person: self.person.clone(),
            session: "ses_1".into(),
            order: self.order.clone(),
            hash,
            pin: Pin::parse(pin).unwrap(),
        };
        begin::settle(&self.pay, &self.ctx, command).await
    }

    async fn pay(&self, fen: i64) -> Result<(), BeginError> {
        let command = PayOwnMoney {
            person: self.person.clone(),
            order: self.order.clone(),
            shown: Fen::new(fen),
            code: true,
            client_ip: "127.0.0.1".into(),
        };
        begin::pay_own_money(&self.pay, &self.ctx, command).await
    }

    async fn drive(&self) {
        drive(&self.pay, &self.ctx, &self.order).await.unwrap();
    }

    /// Lets time pass as the sweeper sees it.
    async fn pass(&self, secs: i64) {
        let end = self.ctx.now().ms() + secs * 1000;
        while self.ctx.now().ms() < end {
            self.clock.advance_secs(5.min((end - self.ctx.now().ms()) / 1000).max(1));
            while drive_due(&self.pay, &self.ctx).await.unwrap() > 0 {
                let now = self.ctx.now();
                if self.ctx.db.read("test.due", move |tx| store::due(tx, now, 1)).await.unwrap().is_empty() {
                    break;
                }
            }
        }
    }

    /// The visit is cancelled where it was booked; where the order stands then.
    async fn cancels(&self) -> OrderState {
        let pen = crate::Pen::new(&self.ctx, Arc::clone(&self.pay.listeners), "test").unwrap();
        let stopped = self.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.cancel", move |tx| {
            pen.fresh();
            crate::stop_subject(tx, &pen, (THING, "apt_1"), crate::Cause::Cancelled)
        });
        stopped.await.unwrap().unwrap().1
    }

    /// Every invariant.
    async fn promises(&self) {
        let now = self.ctx.now();
        for check in crate::checks().into_iter().chain(ledger::checks()) {
            let result = self.ctx.db.read("test.check", move |tx| (check.run)(tx, now)).await.unwrap();
            assert_eq!(result.broken, Vec::<String>::new(), "{}", check.id);
        }
    }

    /// Every invariant, and that the partners hold what the order says.
    async fn sound(&self) {
        self.promises().await;
        let held = self.world.held();
        match self.state().await {
            OrderState::Settled => assert_eq!(held, TOTAL),
            OrderState::Refunded | OrderState::Closed => assert_eq!(held, Fen::ZERO),
            _ => {}
        }
    }
}

#[db_test]
async fn paid_by_insurer_and_channel_and_given_back(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.state().await, OrderState::HalfPaid);
    desk.pay(500).await.unwrap();
    desk.drive().await;
    let link = desk.found().await.attempts[1].link.clone();
    assert!(link.is_some());
    desk.world.buyer_pays();
    desk.pass(20).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
    assert_eq!(desk.cancels().await, OrderState::Returning);
    desk.pass(60).await;
    assert_eq!(desk.state().await, OrderState::Refunded);
    desk.sound().await;
}

#[db_test]
async fn a_half_paid_order_goes_back_by_itself_after_half_an_hour(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pay(500).await.unwrap();
    desk.pass(1_790).await;
    assert_eq!(desk.state().await, OrderState::HalfPaid);
    desk.pass(30).await;
    assert_eq!(desk.state().await, OrderState::Refunded);
    desk.sound().await;
}

#[db_test]
async fn what_is_unknown_is_asked_about_and_never_sent_twice(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.world.lose_answers(2);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.state().await, OrderState::Settling);
    desk.pass(120).await;
    assert_eq!((desk.state().await, desk.world.settlements()), (OrderState::HalfPaid, 1));
    desk.world.lose_requests(3);
    desk.pay(500).await.unwrap();
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::HalfPaid);
    desk.world.buyer_pays();
    desk.pass(120).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn a_request_that_never_arrived_is_reversed_and_the_person_may_choose_again(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.lose_requests(1);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    desk.pass(120).await;
    assert_eq!((desk.state().await, desk.world.settlements()), (OrderState::Open, 0));
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.buyer_pays();
    desk.pass(30).await;
    assert_eq!(desk.state().await, OrderState::Settled);
    desk.sound().await;
}

#[db_test]
async fn money_that_comes_late_goes_back(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.pay(2_500).await.unwrap();
    desk.drive().await;
    desk.world.money_is_in_flight();
    stop::give_up(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
    desk.pass(30).await;
    assert_eq!(desk.state().await, OrderState::Closed);
    desk.world.money_lands();
    desk.pass(400).await;
    assert_eq!(desk.state().await, OrderState::Refunded);
    desk.sound().await;
}

#[db_test]
async fn other_amounts_than_shown_need_another_yes(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.account_holds(Fen::new(300));
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    assert_eq!(desk.state().await, OrderState::Reconfirm);
    let cash = desk.found().await.view.own_money_needed();
    assert!(matches!(
        begin::agree(&desk.pay, &desk.ctx, &desk.person, &desk.order, Fen::new(500)).await,
        Err(BeginError::Changed)
    ));
    begin::agree(&desk.pay, &desk.ctx, &desk.person, &desk.order, cash).await.unwrap();
    assert_eq!(desk.state().await, OrderState::HalfPaid);
    stop::give_up(&desk.pay, &desk.ctx, &desk.person, &desk.order).await.unwrap();
    desk.pass(30).await;
    assert_eq!(desk.state().await, OrderState::Refunded);
    desk.sound().await;
}

#[db_test]
async fn a_wrong_password_and_an_old_page_begin_nothing(db: TestDb) {
    let desk = Desk::open(&db).await;
    assert!(matches!(desk.settle("000000").await, Err(BeginError::Password(_))));
    assert!(matches!(desk.pay(2_400).await, Err(BeginError::Changed)));
    desk.pass(840).await;
    assert!(matches!(desk.pay(2_500).await, Err(BeginError::TooLate)));
    desk.pass(70).await;
    assert_eq!((desk.state().await, desk.found().await.attempts.len()), (OrderState::Closed, 0));
    desk.sound().await;
}
