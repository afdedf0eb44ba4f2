//! The words of old notices go, and what became of them stays.

use platform::db::{DbFault, LaneKey};
use platform::{sql, vals};
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use crate::notices::forget_old;

#[db_test]
async fn the_words_of_old_notices_go_and_their_verdicts_stay(db: TestDb) {
    let clock = a_monday_morning();
    let ctx = test_ctx(&db, clock.clone());
    let old = ctx.now();
    // More than one closure takes, and one that is young when the others are old.
    let write = ctx.db.write(LaneKey::of("notice", "test"), "test.notices", move |tx| {
        for n in 0..=1_200 {
            let at = if n == 1_200 { old.plus_secs(86_400) } else { old };
            let sql = sql!(
                "INSERT INTO pay_notice (rail, event_id, body, number, attempt_id, verdict, at) \
                 VALUES ('wechat_pay', $1, $2, '', '', 'accepted', $3)"
            );
            tx.exec(sql, vals![format!("e{n}"), b"words".to_vec(), at])?;
        }
        Ok::<_, DbFault>(())
    });
    write.await.unwrap();
    clock.advance_secs(90 * 86_400 + 1);
    (forget_old().run)(ctx.clone()).await.unwrap();
    let read = ctx.db.read("test.left", |tx| {
        let left = sql!("SELECT event_id, body FROM pay_notice WHERE kept = 1");
        let all = sql!("SELECT COUNT(*), SUM(LENGTH(body)) FROM pay_notice WHERE verdict = 'accepted'");
        let left = tx.query(left, vals![], |row| Ok((row.text(0)?, row.blob(1)?)))?;
        Ok::<_, DbFault>((left, tx.one(all, vals![], |row| Ok((row.int(0)?, row.int(1)?)))?))
    });
    assert_eq!(read.await.unwrap(), (vec![("e1200".to_owned(), b"words".to_vec())], (1_201, 5)));
}
