//! Audit rows live and die with their act, and a touched row is found.

use kernel::Moment;
use platform::audit::{self, AuditEntry};
use platform::db::DbFault;
use platform::vault::Vault;
use platform::{sql, vals};
use testkit::db_test;

use crate::fixture::Door;
use crate::scratch::{Refusal, bump, lane};

fn entry(number: i64) -> AuditEntry {
    AuditEntry {
        act: "scratch.bumped",
        subject: format!("s{number}"),
        actor: "system".to_owned(),
        ip: String::new(),
        request: "test".to_owned(),
        at: Moment::from_ms(1_000 + number),
        detail: "{}".to_owned(),
    }
}

async fn acts(t: &Door, many: i64) {
    let running: Vec<_> = (0..many)
        .map(|number| {
            let db = t.db.clone();
            tokio::spawn(async move {
                db.write(lane(&number.to_string()), "act", move |tx| {
                    tx.audit(entry(number));
                    bump(tx, "acts")?;
                    match number % 5 {
                        3 => Err(Refusal::NotWanted),
                        4 => panic!("on purpose"),
                        _ => Ok(()),
                    }
                })
                .await
            })
        })
        .collect();
    for task in running {
        drop(task.await.expect("joined"));
    }
}

async fn verdict(t: &Door) -> audit::Verdict {
    let vault = Vault::for_tests();
    t.db.read("verify", move |tx| audit::verify(tx, &vault)).await.expect("read")
}

#[db_test]
async fn only_acts_that_stay_are_in_the_chains(t: Door) {
    acts(&t, 100).await;
    let found = verdict(&t).await;
    assert_eq!(found.broken, Vec::<String>::new());
    // Each chain begins with a row of its own that cites its predecessor.
    assert_eq!(found.rows - found.chains, 60, "three of five acts stayed");
}

#[db_test]
async fn a_new_start_cites_the_chain_before_it(t: Door) {
    acts(&t, 10).await;
    let second = t.again(|_| {});
    second
        .write(lane("0"), "act", |tx| {
            tx.audit(entry(99));
            Ok::<_, DbFault>(())
        })
        .await
        .expect("written");
    let found = verdict(&t).await;
    assert_eq!(found.broken, Vec::<String>::new());
    assert!(found.chains >= 2);
}

#[db_test]
async fn a_changed_row_a_missing_row_and_a_cut_tail_are_found(t: Door) {
    acts(&t, 20).await;
    let vault = Vault::for_tests();
    t.db.write(lane("anchor"), "anchor", move |tx| audit::anchor(tx, &vault, Moment::from_ms(9_000)).map(drop))
        .await
        .expect("anchored");
    assert_eq!(verdict(&t).await.broken, Vec::<String>::new());

    t.db.write(lane("x"), "touch", |tx| tx.exec(sql!("UPDATE audit SET subject = 'other' WHERE n = 2"), vals![]))
        .await
        .expect("touched");
    assert!(!verdict(&t).await.broken.is_empty(), "a changed row");
    t.db.write(lane("x"), "cut", |tx| tx.exec(sql!("DELETE FROM audit WHERE n = (SELECT MAX(n) FROM audit)"), vals![]))
        .await
        .expect("cut");
    assert!(verdict(&t).await.broken.len() >= 2, "a cut tail is known from the anchor");
}
