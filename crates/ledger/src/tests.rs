//! The ledger on both databases: one line an event, what must stand at the end.

use std::sync::Arc;

use kernel::{Clock, Fen, Jump, Moment, ShiftedClock};
use platform::Ctx;
use platform::db::{DbFault, LaneKey, Tx};
use platform::instances;
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use crate::{Account, LedgerError, NewTransfer, Recorded, balance, checks, pend, post, record, stands, trail, void};

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
            happened_at: None,
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
    assert_eq!(book.write(move |tx| post(tx, "out", now, None)).await, Ok(Recorded::Now));
    assert_eq!(book.write(move |tx| post(tx, "out", now, None)).await, Ok(Recorded::Already));
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

/// Days that have ended, and those that are added up.
async fn days(book: &Book) -> (i64, i64) {
    let read = book.ctx.db.read("test.days", |tx| {
        let count = |tx: &mut Tx<'_>, sql| tx.one(sql, platform::vals![], |row| row.int(0));
        let ended = count(tx, platform::sql!("SELECT COUNT(*) FROM ledger_day_end"))?;
        Ok::<_, DbFault>((ended, count(tx, platform::sql!("SELECT COUNT(*) FROM ledger_closed_day"))?))
    });
    read.await.unwrap()
}

/// The accounting day of a movement.
async fn day_of(book: &Book, movement: &'static str) -> String {
    let read = book.ctx.db.read("test.day", move |tx| trail(tx, "ord_1")).await.unwrap();
    read.into_iter().find(|line| line.movement == movement).unwrap().day.to_string()
}

#[db_test]
async fn a_day_that_has_ended_takes_nothing_and_its_sum_stays(db: TestDb) {
    let clock = a_monday_morning();
    let book = Book { ctx: test_ctx(&db, clock.clone()) };
    book.pay_in("a", 2_500).await.unwrap();
    let monday = book.ctx.now().date();
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    assert_eq!(days(&book).await, (0, 0));
    let before = book.transfer("late", channel(), order(), 100);
    clock.set(crate::ends_at(monday).unwrap());
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    assert_eq!(days(&book).await, (1, 0), "it takes no more, and whoever is writing into it may still commit");
    // A fact whose moment lies in the ended day stands in the next one.
    book.write(move |tx| record(tx, &before)).await.unwrap();
    clock.advance_secs(600);
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    assert_eq!(days(&book).await, (1, 1));
    assert_eq!((day_of(&book, "a").await.as_str(), day_of(&book, "late").await.as_str()), ("2026-03-02", "2026-03-03"));
    assert_eq!((book.holds(channel()).await, book.holds(order()).await), (2_600, -2_600));
    assert_eq!(book.broken().await, Vec::<&str>::new());
}

#[db_test]
async fn what_a_partner_says_happened_yesterday_stands_in_yesterday_until_that_has_ended(db: TestDb) {
    let clock = a_monday_morning();
    let book = Book { ctx: test_ctx(&db, clock.clone()) };
    let evening = book.ctx.now().plus_secs(14 * 3600);
    let monday = book.ctx.now().date();
    book.pay_in("first", 2_500).await.unwrap();
    book.set_aside("back", 1_000).await.unwrap();
    clock.set(crate::ends_at(monday).unwrap().minus_secs(1));
    let told =
        |movement: &str| NewTransfer { happened_at: Some(evening), ..book.transfer(movement, channel(), order(), 100) };
    let new = told("in_time");
    book.write(move |tx| record(tx, &new)).await.unwrap();
    clock.advance_secs(1);
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    let (new, now) = (told("too_late"), book.ctx.now());
    book.write(move |tx| record(tx, &new)).await.unwrap();
    book.write(move |tx| post(tx, "back", now, Some(evening))).await.unwrap();
    for (movement, day) in [("in_time", "2026-03-02"), ("too_late", "2026-03-03"), ("back", "2026-03-03")] {
        assert_eq!(day_of(&book, movement).await, day, "{movement}");
    }
    let lines = book.ctx.db.read("test.trail", |tx| trail(tx, "ord_1")).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.happened_at == Some(evening)).count(), 3, "the fact is kept");
    clock.advance_secs(600);
    crate::days::close_days(book.ctx.clone()).await.unwrap();
    assert_eq!(book.broken().await, Vec::<&str>::new());
}

#[db_test]
async fn one_clock_that_is_a_day_ahead_ends_no_day(db: TestDb) {
    let (right, ahead) = (a_monday_morning(), a_monday_morning());
    let book = Book { ctx: test_ctx(&db, right.clone()) };
    let other = Ctx { clock: ahead.clone(), db: db.another_instance("ahead"), ..book.ctx.clone() };
    let own = instances::join(&book.ctx, "one").await.unwrap();
    let odd = instances::join(&other, "two").await.unwrap();
    assert_ne!(own.place(), odd.place());
    book.pay_in("a", 2_500).await.unwrap();
    ahead.advance_secs(86_400);
    for _ in 0..4 {
        instances::beat(&other, &odd).await.unwrap();
        crate::days::close_days(other.clone()).await.unwrap();
        instances::beat(&book.ctx, &own).await.unwrap();
    }
    assert_eq!(days(&book).await, (0, 0), "the other one says that it is still Monday");
    // A process that has died does not hold the days up: the others count its beats, not its time.
    for _ in 0..6 {
        instances::beat(&other, &odd).await.unwrap();
    }
    crate::days::close_days(other.clone()).await.unwrap();
    assert_eq!(days(&book).await, (1, 0));
    // And whoever comes back is heard again.
    instances::beat(&book.ctx, &own).await.unwrap();
    let earliest = book.ctx.db.read("test.earliest", instances::earliest).await.unwrap();
    assert_eq!(earliest, Some(right.now()));
}

#[db_test]
async fn whoever_ended_before_the_last_one_joined_is_no_clock_that_is_wrong(db: TestDb) {
    let clock = a_monday_morning();
    let book = Book { ctx: test_ctx(&db, clock.clone()) };
    let slowest = || book.ctx.db.read("test.slowest", instances::slowest_heard);
    let killed = instances::join(&book.ctx, "killed").await.unwrap();
    instances::beat(&book.ctx, &killed).await.unwrap();
    let stood = book.ctx.now();
    clock.advance_secs(660);
    let own = instances::join(&book.ctx, "own").await.unwrap();
    instances::beat(&book.ctx, &own).await.unwrap();
    let earliest = book.ctx.db.read("test.earliest", instances::earliest).await.unwrap();
    assert_eq!(
        (earliest, slowest().await.unwrap()),
        (Some(stood), Some(book.ctx.now())),
        "days wait, nobody is called"
    );
    // One that is there, and whose clock is slow, is told.
    let slow = a_monday_morning();
    let other = Ctx { clock: slow.clone(), db: db.another_instance("slow"), ..book.ctx.clone() };
    instances::beat(&other, &killed).await.unwrap();
    assert_eq!(slowest().await.unwrap(), Some(slow.now()));
}

#[db_test]
async fn a_demos_clock_that_was_put_forward_disagrees_with_nobody(db: TestDb) {
    let clock = Arc::new(ShiftedClock::starting_at(a_monday_morning().now()));
    let book = Book { ctx: test_ctx(&db, clock.clone()) };
    let own = instances::join(&book.ctx, "own").await.unwrap();
    instances::beat(&book.ctx, &own).await.unwrap();
    let from = clock.now();
    clock.jump(Jump { from, to: from.plus_secs(86_400) });
    // Its own last beat is of the day before, and it has had no time for another.
    let slowest = book.ctx.db.read("test.slowest", instances::slowest_heard).await.unwrap();
    assert!(slowest.is_some() && slowest <= Some(from));
    assert_eq!(crate::days::lagging(&book.ctx, slowest), None);
    clock.advance_secs(601);
    assert_eq!(crate::days::lagging(&book.ctx, slowest), slowest, "ten minutes later it had the time");
}
