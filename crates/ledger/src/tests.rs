//! The ledger on both databases: one line an event, what must stand at the end.

use kernel::{Fen, Moment};
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use crate::{Account, LedgerError, NewTransfer, Recorded, balance, checks, pend, post, record, stands, void};

struct Book {
    ctx: Ctx,
}

impl Book {
    fn open(db: &TestDb) -> Book {
        Book { ctx: test_ctx(db, a_monday_morning()) }
    }

    fn transfer(&self, movement: &str, debit: Account, credit: Account, fen: i64) -> NewTransfer {
        NewTransfer {
            id: self.ctx.id(),
            movement: movement.to_owned(),
            debit,
            credit,
            amount: Fen::new(fen),
            subject: "ord_1".to_owned(),
            reason: "test",
            now: self.ctx.now(),
            expires_at: None,
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        body: impl Fn(&mut Tx<'_>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        self.ctx.db.write(LaneKey::of("test", "ledger"), "test.ledger", body).await
    }

    async fn pay_in(&self, movement: &str, fen: i64) -> Result<Recorded, LedgerError> {
        let new = self.transfer(movement, channel(), order(), fen);
        self.write(move |tx| record(tx, &new)).await
    }

    async fn set_aside(&self, movement: &str, fen: i64) -> Result<Recorded, LedgerError> {
        let new = self.transfer(movement, order(), channel(), fen);
        self.write(move |tx| pend(tx, &new)).await
    }

    async fn holds(&self, account: Account) -> i64 {
        self.ctx.db.read("test.balance", move |tx| balance(tx, &account)).await.unwrap().get()
    }

    /// Names the invariants that do not hold.
    async fn broken(&self) -> Vec<&'static str> {
        let mut broken = Vec::new();
        for check in checks() {
            let result = self.ctx.db.read("test.check", move |tx| (check.run)(tx, Moment::from_ms(0))).await.unwrap();
            if !result.broken.is_empty() {
                broken.push(check.id);
            }
        }
        broken
    }
}

fn channel() -> Account {
    Account::channel("wechat_pay")
}

fn order() -> Account {
    Account::order("ord_1")
}

#[db_test]
async fn what_comes_in_can_leave_once_and_no_more(db: TestDb) {
    let book = Book::open(&db);
    let now = book.ctx.now();
    assert_eq!(book.pay_in("a", 2_500).await, Ok(Recorded::Now));
    assert_eq!(book.pay_in("a", 2_500).await, Ok(Recorded::Already));
    assert_eq!(book.pay_in("a", 2_400).await, Err(LedgerError::OtherContent("a".to_owned())));
    assert_eq!(book.pay_in("b", 0).await, Err(LedgerError::Amount(Fen::ZERO)));
    assert_eq!(book.set_aside("out", 2_000).await, Ok(Recorded::Now));
    assert_eq!(book.set_aside("more", 501).await, Err(LedgerError::Overdrawn(order().to_string())));
    assert_eq!(book.write(move |tx| post(tx, "out", now)).await, Ok(Recorded::Now));
    assert_eq!(book.write(move |tx| post(tx, "out", now)).await, Ok(Recorded::Already));
    assert!(matches!(book.write(move |tx| void(tx, "out", now)).await, Err(LedgerError::AlreadyEnded { .. })));
    assert_eq!(book.set_aside("rest", 500).await, Ok(Recorded::Now));
    assert_eq!(book.write(move |tx| void(tx, "rest", now)).await, Ok(Recorded::Now));
    assert!(matches!(book.write(move |tx| void(tx, "a", now)).await, Err(LedgerError::NoSuchPending(_))));
    assert_eq!((book.holds(channel()).await, book.holds(order()).await), (500, -500));
    let stood = book.ctx.db.read("test.stands", |tx| Ok::<_, DbFault>((stands(tx, "out")?, stands(tx, "rest")?)));
    assert_eq!(stood.await.unwrap(), (true, false));
    assert_eq!(book.broken().await, Vec::<&str>::new());
}

#[db_test]
async fn a_posting_without_its_other_side_is_found_and_stops_money(db: TestDb) {
    let book = Book::open(&db);
    book.pay_in("a", 2_500).await.unwrap();
    let plant = |tx: &mut Tx<'_>| {
        tx.exec(platform::sql!("UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE n = 1"), platform::vals![])
    };
    book.ctx.db.write(LaneKey::of("test", "ledger"), "test.plant", plant).await.unwrap();
    assert_eq!(book.broken().await, ["I-M01", "I-M02"]);
    crate::days::watch(book.ctx.clone()).await.unwrap();
    assert_eq!(book.write(crate::ensure_running).await, Err(LedgerError::Stopped));
    crate::lift(&book.ctx, "staff:1").await.unwrap();
    assert_eq!(book.write(crate::ensure_running).await, Ok(()));
}

#[db_test]
async fn a_closed_day_takes_nothing_and_its_sum_stays(db: TestDb) {
    let clock = a_monday_morning();
    let book = Book { ctx: test_ctx(&db, clock.clone()) };
    book.pay_in("a", 2_500).await.unwrap();
    let monday = book.ctx.now().date();
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    let before = book.transfer("late", channel(), order(), 100);
    clock.set(crate::closes_at(monday).unwrap());
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    // A fact whose moment lies in the closed day stands in the next one.
    book.write(move |tx| record(tx, &before)).await.unwrap();
    assert_eq!((book.holds(channel()).await, book.holds(order()).await), (2_600, -2_600));
    assert_eq!(book.broken().await, Vec::<&str>::new());
}
