//! As what the insurer refuses is kept as a word: nothing is read out of the text for people.

use platform::db::{DbFault, LaneKey};
use platform::{sql, vals};
use testkit::{TestDb, db_test};

use super::{Desk, PIN};
use crate::attempts::model::State;
use crate::ports::Refusal;
use crate::quotes::asks;
use crate::{OrderState, Way};

const MIGRATION: &str = include_str!("../../../../migrations/0021_refusals.sql");

#[db_test]
async fn as_what_a_settlement_was_refused_outlives_the_note_of_it(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.refuses_to_settle(Some(Refusal::AccountShort));
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    let refused = desk.found().await.attempts.remove(0);
    assert_eq!((refused.view.state, refused.refusal), (State::Failed, Some(Refusal::AccountShort)));
    assert_eq!(refused.note, "refused: account_short (infcode -1)");
    // It is looked at for a day, and each look writes what it heard.
    desk.pass(70).await;
    let looked_at = desk.found().await.attempts.remove(0);
    assert_eq!((looked_at.note.as_str(), looked_at.refusal), ("", Some(Refusal::AccountShort)));
    // The next try is its own.
    desk.world.refuses_to_settle(None);
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    assert_eq!((desk.state().await, desk.found().await.attempts[1].refusal), (OrderState::HalfPaid, None));
    desk.sound().await;
}

#[db_test]
async fn a_quote_that_was_refused_is_kept_by_its_word(db: TestDb) {
    let desk = Desk::open(&db).await;
    let question = crate::orders::quote::asked(&desk.found().await, Way::PersonalAccount);
    let rules = desk.ctx.policy.at::<crate::PaymentRules>(desk.ctx.now().date()).unwrap();
    for (kept, wanted) in [
        ("account_short", "Refused(AccountShort)"),
        ("other", "Refused(Other)"),
        // As it was kept before there were words.
        ("infcode -1", "Refused(Other)"),
        ("not_insured", "Refused(NotInsured)"),
        ("+", "NotInsured"),
        ("-", "Silent"),
    ] {
        desk.clock.advance_secs(rules.quote_again_secs);
        assert!(matches!(asks::reserve(&desk.ctx, &question, None, &rules).await.unwrap(), asks::Reserved::Yes));
        let id = desk.order.clone();
        let answer =
            move |tx: &mut platform::db::Tx<'_>| crate::quotes::store::answered(tx, &id, Way::PersonalAccount, kept);
        desk.ctx.db.write(question.lane, "test.answer", answer).await.unwrap();
        match asks::reserve(&desk.ctx, &question, None, &rules).await.unwrap() {
            asks::Reserved::No(Some(said)) => assert_eq!(format!("{said:?}"), wanted, "{kept}"),
            other => panic!("{kept}: {other:?}"),
        }
    }
}

#[db_test]
async fn what_was_read_at_the_end_of_a_note_becomes_the_word(db: TestDb) {
    let desk = Desk::open(&db).await;
    desk.shown(Way::PersonalAccount).await;
    desk.world.refuses_to_settle(Some(Refusal::Other));
    desk.settle(PIN).await.unwrap();
    desk.drive().await;
    let told: Vec<(String, Option<Refusal>)> = Refusal::ALL
        .into_iter()
        .filter(|what| *what != Refusal::Other)
        .map(|what| (format!("refused: {what}"), Some(what)))
        .chain([
            ("refused: infcode -1".to_owned(), Some(Refusal::Other)),
            ("refused: TIF_SIGNATURE_WRONG".to_owned(), None),
            ("no answer: account_short".to_owned(), None),
            (String::new(), None),
        ])
        .collect();
    for (note, wanted) in told {
        let kept = note.clone();
        let migrated = desk.ctx.db.write(LaneKey::of("clinic", "cli_1"), "test.migrate", move |tx| {
            tx.exec(sql!("UPDATE pay_attempt SET refusal = NULL, note = $1"), vals![&kept])?;
            tx.exec(sql!(WORDS), vals![])?;
            tx.exec(sql!(OTHERS), vals![])?;
            Ok::<_, DbFault>(())
        });
        migrated.await.unwrap();
        assert_eq!(desk.found().await.attempts[0].refusal, wanted, "{note:?}");
    }
}

const WORDS: &str = "UPDATE pay_attempt SET refusal = SUBSTR(note, 10) WHERE kind = 'settle' AND state = 'failed' AND note IN ( \
  'refused: not_signed_in', 'refused: not_insured', 'refused: account_short', 'refused: settled_already', \
  'refused: voided_already', 'refused: reversed_already', 'refused: cancelled', 'refused: no_visit', \
  'refused: advice_changed', 'refused: another_region')";
const OTHERS: &str = "UPDATE pay_attempt SET refusal = 'other' WHERE kind = 'settle' AND state = 'failed' AND note LIKE 'refused: infcode %'";

#[test]
fn the_migration_is_the_one_that_was_tried() {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for tried in [WORDS, OTHERS] {
        assert!(plain(MIGRATION).contains(&plain(tried)), "{tried}");
    }
}
