//! The database goes away under the pages, and the program over either engine.

use testkit::{TestDb, db_test};

use crate::support::program::{Home, ended};
use crate::support::{TestApp, store};

#[db_test]
async fn without_a_database_pages_say_so_and_nothing_is_done(app: TestApp) {
    let place = app.place(86_400, 4).await;
    let mut person = app.citizen(0).await;
    let form = person.get(&place.book()).await;
    let (front, door) = (app.visitor(), app.ctx.db.clone());
    tokio::task::spawn_blocking(move || door.close()).await.expect("closed");
    for answer in
        [person.send_form(&form, &[]).await, person.get("/orders").await, app.visitor().get("/hospitals").await]
    {
        assert!(answer.status == 503 && answer.says("什么都没有改变"), "{} {}", answer.status, answer.text);
        assert!(answer.headers.contains_key("retry-after") && answer.says("code-small"), "{}", answer.text);
    }
    assert!(front.get("/").await.is_ok(), "what needs no database is still there");
    assert_eq!(front.get("/readyz").await.status, 503);
    assert!(front.get("/healthz").await.is_ok());
    // Back again: the same form, the same session.
    let back = app.second_instance().await;
    person.go_to(&back.url);
    let visit = person.send_form(&form, &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "{} {}", visit.status, visit.text);
}

#[db_test]
async fn the_commands_work_over_either_engine(db: TestDb) {
    let (url, door) = (db.url.clone(), db.db.clone());
    let home = Home::new();
    let run = |words: &'static [&'static str]| {
        let mut command = home.command(words);
        command.env("RENSHE__DATABASE__URL", &url);
        tokio::task::spawn_blocking(move || ended(command))
    };
    for (words, told) in [
        (&["migrate"][..], "nothing to do"),
        (&["seed"], "13900000001"),
        (&["check"], "all hold"),
        (&["audit", "verify"], "every chain is whole"),
    ] {
        let ended = run(words).await.expect("joined");
        assert!(ended.code == 0 && ended.out.contains(told), "{words:?}: {} {}", ended.out, ended.err);
    }
    let lane = platform::db::LaneKey::of("test", "plant");
    let later = door.write(lane, "test.plant", |tx| store::plant_migration(tx, 9_000));
    assert_eq!(later.await.expect("planted"), 1);
    for words in [&["check"][..], &["migrate"], &["serve"], &["seed"]] {
        let ended = run(words).await.expect("joined");
        assert!(ended.code == 2 && ended.err.contains("newer renshe"), "{words:?}: {} {}", ended.out, ended.err);
    }
}
