//! `#[db_test]` itself: a database of its own on each engine, and a fixture over it.

#![cfg(test)]

use kernel::Clock;
use platform::Ctx;
use platform::db::{DbFault, LaneKey};
use platform::{sql, vals};
use testkit::{Engine, Fixture, TestDb, a_monday_morning, db_test, test_ctx};

/// Writes and reads one row of a table that is there after the migrations.
async fn count(ctx: &Ctx) -> i64 {
    let read = ctx
        .db
        .read("testkit.count", |tx| tx.one(sql!("SELECT COUNT(*) FROM schema_migration"), vals![], |row| row.int(0)));
    let count: Result<i64, DbFault> = read.await;
    count.unwrap()
}

#[db_test]
async fn the_schema_is_there(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    assert!(count(&ctx).await > 0);
    assert_eq!(db.url.starts_with("sqlite:"), db.engine == Engine::Sqlite);
}

#[db_test]
async fn a_second_instance_sees_what_the_first_wrote(db: TestDb) {
    let other = db.another_instance("other");
    let before = count(&test_ctx(&db, a_monday_morning())).await;
    let written: Result<u64, DbFault> = db
        .db
        .write(LaneKey::of("test", "one"), "testkit.write", |tx| {
            let insert = sql!("INSERT INTO schema_migration (version, name, hash, applied_at) VALUES ($1, $2, $3, $4)");
            tx.exec(insert, vals![9999, "test", "none", 0])
        })
        .await;
    assert_eq!(written.unwrap(), 1);
    let seen: Result<i64, DbFault> = other
        .read("testkit.seen", |tx| tx.one(sql!("SELECT COUNT(*) FROM schema_migration"), vals![], |row| row.int(0)))
        .await;
    assert_eq!(seen.unwrap(), before + 1);
}

/// An app over the database, as the server's tests have one.
struct App {
    ctx: Ctx,
}

impl Fixture for App {
    async fn open(db: TestDb) -> App {
        App { ctx: test_ctx(&db, a_monday_morning()) }
    }
}

#[db_test]
async fn a_fixture_is_opened_for_the_story(app: App) {
    assert_eq!(app.ctx.now(), a_monday_morning().now());
    assert!(count(&app.ctx).await > 0);
}
