//! The database goes away under the pages, and the program over either engine.

mod store;

use testkit::{Engine, TestDb, db_test};

use crate::support::program::{Home, ended};
use crate::support::{TestApp, store as planted};

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
    let later = door.write(lane, "test.plant", |tx| planted::plant_migration(tx, 9_000));
    assert_eq!(later.await.expect("planted"), 1);
    for words in [&["check"][..], &["migrate"], &["serve"], &["seed"]] {
        let ended = run(words).await.expect("joined");
        assert!(ended.code == 2 && ended.err.contains("newer renshe"), "{words:?}: {} {}", ended.out, ended.err);
    }
}

/// The whole answer to a probe: its status and its words.
async fn probe(url: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{url}/readyz")).await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("text"))
}

const READY: &str = "ready\n";
const NOT_READY: &str = "not ready\n";

#[db_test]
async fn strangers_learn_that_it_is_ready_and_no_more(app: TestApp) {
    app.citizen(0).await.post_form(&app.place(86_400, 4).await.book(), &[]).await;
    assert_eq!(probe(&app.url).await, (200, READY.to_owned()), "with parcels waiting");
    // Asked by the hundred it looks once.
    for _ in 0..100 {
        assert_eq!(probe(&app.url).await.0, 200);
    }
}

#[db_test]
async fn without_room_it_is_not_ready(app: TestApp) {
    let place = |least| {
        move |url: &str| renshe::app::Place {
            ready: std::sync::Arc::new(renshe::probes::Ready::new(std::env::temp_dir(), least)),
            ..renshe::app::Place::demo(url)
        }
    };
    for (least, want) in [(1, (200, READY)), (u64::MAX, (503, NOT_READY))] {
        let instance = app.served_at(place(least)).await;
        assert_eq!(probe(&instance.url).await, (want.0, want.1.to_owned()));
    }
}

#[db_test]
async fn a_database_that_answers_and_takes_nothing_is_not_ready(app: TestApp) {
    use platform::db::DbFault;
    // A full disk, a standby that was not promoted: reads are answered, writes are not.
    let sqlite = app.test.engine == Engine::Sqlite;
    let spoil = move |tx: &mut platform::db::Tx<'_>| store::take_no_writes(tx, sqlite);
    let spoiled = app.ctx.db.write(platform::ready::lane(), "test.read_only", spoil).await;
    assert_eq!(spoiled, Ok::<(), DbFault>(()));
    assert!(app.visitor().get("/hospitals").await.is_ok(), "it answers");
    assert_eq!(probe(&app.url).await, (503, NOT_READY.to_owned()));
}
