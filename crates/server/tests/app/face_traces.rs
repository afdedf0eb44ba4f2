//! What face checks leave behind: consents, and rows that shrink to their result.

use platform::db::{DbFault, LaneKey, Sql, Tx};
use platform::{sql, vals};
use testkit::db_test;

use crate::faces::{FACE, at_provider, camera, citizen, fail, film, finish, signed_in};
use crate::support::TestApp;

/// Runs a statement of the test's own.
async fn change(app: &TestApp, statement: &'static Sql) {
    let done = app.ctx.db.write(LaneKey::of("test", ""), "test.change", move |tx| tx.exec(statement, vals![]));
    done.await.expect("the database answers");
}

#[db_test]
async fn consent_is_asked_again_when_what_it_was_for_changes(app: TestApp) {
    let person = citizen(&app, 112).await;
    fail(&person, FACE).await;
    let standing = person.get(FACE).await;
    assert!(standing.says("您已同意由") && !standing.says("同意，开始面部识别"), "{}", standing.text);
    for changed in [
        sql!("UPDATE consent SET version = 'old' WHERE withdrawn_at IS NULL"),
        sql!("UPDATE consent SET provider = '另一家' WHERE withdrawn_at IS NULL"),
    ] {
        change(&app, changed).await;
        let asked = person.get(FACE).await;
        assert!(asked.says("同意，开始面部识别") && !asked.says("您已同意由"), "{}", asked.text);
        let unasked = person.send_form(&asked, &[]).await;
        assert!(unasked.status == 422 && unasked.says("请先同意"), "{} {}", unasked.status, unasked.text);
        fail(&person, FACE).await;
    }
    let page = person.get(FACE).await;
    let withdrawn = person.send_form(&page, &[("act", "withdraw")]).await;
    assert!(withdrawn.says("已撤回同意") && withdrawn.says("同意，开始面部识别"), "{}", withdrawn.text);
    assert_eq!(person.send_form(&withdrawn, &[]).await.status, 422);
    assert_eq!(at_provider(&app).await, 3);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn after_a_month_only_the_result_is_kept(app: TestApp) {
    let person = citizen(&app, 113).await;
    fail(&person, FACE).await;
    let page = camera(&person, FACE).await;
    film(&page).await;
    finish(&person, &page).await;
    camera(&signed_in(&app, 113).await, FACE).await;
    for days in [2, 29] {
        app.advance_secs(days * 86_400);
        app.run_jobs().await;
    }
    let rows = app.ctx.db.read("test.kept", |tx: &mut Tx<'_>| -> Result<Vec<(String, String)>, DbFault> {
        tx.query(
            sql!(
                "SELECT state, order_no || movements || COALESCE(certify_id, '') || COALESCE(upload_url, '') || device
                 FROM face_check ORDER BY state, created_at"
            ),
            vals![],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )
    });
    let rows = rows.await.expect("the database answers");
    let states: Vec<&str> = rows.iter().map(|(state, _)| state.as_str()).collect();
    assert_eq!(states, ["passed", "refused", "refused"]);
    assert!(rows.iter().all(|(_, rest)| rest.is_empty()), "{rows:?}");
    app.check().await;
}
