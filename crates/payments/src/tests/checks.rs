//! Each promise that `renshe check` asks the tables for is broken by hand, and the question finds it. What the tables
//! themselves refuse (I-M07, I-M13, I-M20) cannot be broken here.

use std::sync::{Arc, Mutex};

use kernel::Moment;
use platform::db::{DbFault, LaneKey, Sql, Tx};
use platform::{sql, vals};
use testkit::{TestDb, db_test};

use super::Desk;
use crate::OrderState;

/// The checks that find something, by their names.
fn finds(tx: &mut Tx<'_>, now: Moment) -> Result<Vec<&'static str>, DbFault> {
    let mut found = Vec::new();
    for check in crate::checks().into_iter().chain(ledger::checks()) {
        if !(check.run)(tx, now)?.broken.is_empty() {
            found.push(check.id);
        }
    }
    Ok(found)
}

/// What they find after a statement that is taken back again.
async fn finds_after(desk: &Desk, broken: &'static Sql) -> Vec<&'static str> {
    let (now, found) = (desk.ctx.now().plus_secs(86_400), Arc::new(Mutex::new(Vec::new())));
    let told = Arc::clone(&found);
    let written = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.break", move |tx| {
        assert!(tx.exec(broken, vals![])? > 0, "nothing was broken");
        *told.lock().unwrap() = finds(tx, now)?;
        Err::<(), _>(DbFault::Corrupt("as it was".to_owned()))
    });
    let taken_back = written.await.unwrap_err();
    assert!(taken_back.to_string().contains("as it was"), "{taken_back}");
    std::mem::take(&mut *found.lock().unwrap())
}

async fn all_found(desk: &Desk, breaks: &[(&str, &'static Sql)]) {
    let now = desk.ctx.now().plus_secs(86_400);
    assert_eq!(desk.ctx.db.read("test.check", move |tx| finds(tx, now)).await.unwrap(), Vec::<&str>::new());
    for (id, broken) in breaks {
        let found = finds_after(desk, broken).await;
        assert!(found.contains(id), "{id} by {broken:?}: {found:?}");
    }
}

#[db_test]
async fn what_is_wrong_with_a_paid_order_is_found(db: TestDb) {
    let desk = Desk::settled(&db).await;
    let breaks = [
        ("I-M01", sql!("UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE amount_fen > 0")),
        ("I-M01", sql!("DELETE FROM ledger_posting")),
        ("I-M02", sql!("UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE amount_fen > 0")),
        ("I-M03", sql!("UPDATE ledger_balance SET held_fen = held_fen + 1")),
        ("I-M03", sql!("DELETE FROM ledger_balance")),
        ("I-M04", sql!("UPDATE pay_order SET total_fen = total_fen + 1")),
        ("I-M05", sql!("UPDATE pay_order SET confirmed_fund_fen = confirmed_fund_fen + 1")),
        ("I-M09", sql!("UPDATE pay_order SET state = 'half_paid'")),
        ("I-M12", sql!("UPDATE pay_order SET state = 'half_paid'")),
        ("I-M12", sql!("UPDATE pay_attempt SET state = 'closed' WHERE kind = 'pay'")),
        ("I-M15", sql!("UPDATE pay_order SET version = version + 1")),
        ("I-M15", sql!("UPDATE pay_order_event SET from_state = 'closed' WHERE to_state = 'settled'")),
        ("I-M15", sql!("UPDATE pay_order_event SET to_state = 'half_paid' WHERE to_state = 'settled'")),
        ("I-M15", sql!("UPDATE pay_attempt_event SET event = 'close' WHERE event = 'succeed'")),
        ("I-M16", sql!("UPDATE ledger_transfer SET amount_fen = amount_fen + 1")),
        ("I-M16", sql!("UPDATE ledger_transfer SET movement = movement || 'x' WHERE reason = 'delivered'")),
        ("I-M16", sql!("UPDATE pay_attempt SET state = 'failed' WHERE kind = 'settle'")),
        ("I-M18", sql!("UPDATE pay_attempt SET cash_fen = cash_fen + 1 WHERE kind = 'settle'")),
        (
            "I-M18",
            sql!(
                "UPDATE pay_order SET confirmed_fund_fen = confirmed_fund_fen + 1, confirmed_cash_fen = confirmed_cash_fen - 1"
            ),
        ),
        ("I-M21", sql!("UPDATE pay_attempt SET state = 'open' WHERE kind = 'pay'")),
        ("I-I04", sql!("UPDATE pay_order SET institution = 'hos_00000000000000000000000002'")),
        ("I-D05", sql!("DELETE FROM pay_authorisation_use")),
        ("I-D05", sql!("UPDATE pay_authorisation SET expires_at = created_at")),
        ("I-D05", sql!("UPDATE pay_quote SET way = 'own_money'")),
        ("T35", sql!("INSERT INTO pay_call (order_id, reason, at) SELECT id, 'quote', created_at FROM pay_order")),
        ("T35", sql!("INSERT INTO pay_call (order_id, reason, at) VALUES ('', 'SIGN_ERROR', 1)")),
    ];
    all_found(&desk, &breaks).await;
}

#[db_test]
async fn what_is_wrong_with_a_returned_order_is_found(db: TestDb) {
    let desk = Desk::settled(&db).await;
    desk.cancels().await;
    desk.pass(60).await;
    assert_eq!(desk.state().await, OrderState::Refunded);
    let breaks = [
        ("I-M06", sql!("UPDATE pay_attempt SET amount_fen = amount_fen - 1 WHERE kind = 'refund'")),
        ("I-M08", sql!("UPDATE pay_attempt SET rail = 'insurer' WHERE kind = 'refund'")),
        ("I-M10", sql!("UPDATE pay_order SET stop = 'timed_out'")),
        ("I-M11", sql!("UPDATE pay_attempt SET state = 'open' WHERE kind = 'pay'")),
        ("I-M11", sql!("UPDATE pay_attempt SET state = 'closed', closed_at = NULL WHERE kind = 'pay'")),
        ("I-M12", sql!("UPDATE pay_attempt SET state = 'open' WHERE kind = 'refund'")),
        ("T35", sql!("UPDATE pay_attempt SET outside_by = 'x', outside_how = 'y' WHERE kind = 'refund'")),
        ("I-M16", sql!("UPDATE ledger_transfer SET movement = movement || 'x' WHERE reason = 'taken_back'")),
        ("I-M16", sql!("UPDATE ledger_transfer SET movement = movement || 'x' WHERE reason = 'refund'")),
    ];
    all_found(&desk, &breaks).await;
}

#[db_test]
async fn each_call_is_counted_and_not_only_the_first(db: TestDb) {
    let desk = Desk::settled(&db).await;
    let (pen, id) = (crate::Pen::new(&desk.ctx, Arc::clone(&desk.pay.listeners), "test").unwrap(), desk.order.clone());
    let called = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.call", move |tx| {
        crate::calls::call(tx, pen.at(), &id, "quote")?;
        crate::calls::call_channel(tx, pen.at(), "SIGN_ERROR")
    });
    called.await.unwrap();
    let breaks = [
        ("T35", sql!("INSERT INTO pay_call (order_id, reason, at) SELECT id, 'amounts', created_at FROM pay_order")),
        ("T35", sql!("INSERT INTO pay_call (order_id, reason, at) VALUES ('', 'unknown_key 1', 1)")),
    ];
    all_found(&desk, &breaks).await;
}

#[db_test]
async fn what_somebody_has_looked_after_counts_for_no_call_of_today(db: TestDb) {
    let desk = Desk::settled(&db).await;
    let pen = crate::Pen::new(&desk.ctx, Arc::clone(&desk.pay.listeners), "test").unwrap();
    let called = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.call", move |tx| {
        crate::calls::call_channel(tx, pen.at(), "SIGN_ERROR")
    });
    called.await.unwrap();
    desk.clock.advance_secs(3_600);
    crate::calls::channel_looked_after(&desk.ctx).await.unwrap();
    let breaks =
        [("T35", sql!("INSERT INTO pay_call (order_id, reason, at) SELECT '', 'unknown_key 1', MAX(at) FROM audit"))];
    all_found(&desk, &breaks).await;
}

#[db_test]
async fn a_refund_that_waits_for_a_person_and_calls_nobody_is_found(db: TestDb) {
    let desk = Desk::settled(&db).await;
    desk.world.refunds_end(super::partners::RefundsEnd::Abnormal);
    desk.cancels().await;
    desk.pass(30).await;
    let breaks = [
        ("I-M21", sql!("UPDATE pay_call SET done_at = at WHERE reason = 'refund_abnormal'")),
        ("I-M21", sql!("UPDATE pay_attempt SET state = 'closed' WHERE kind = 'refund'")),
    ];
    all_found(&desk, &breaks).await;
}
