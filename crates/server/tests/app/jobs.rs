//! Periodic work and restarts: clinics ahead, nothing done twice, every statement known to both engines.

use testkit::{TestDb, db_test};

use crate::support::{TestApp, store};

#[db_test]
async fn every_statement_is_understood_by_the_engine(db: TestDb) {
    let door = db.db.clone();
    // The sandbox has tables of its own; how a database is spoiled for a test differs by engine; and only on PostgreSQL a
    // program of before serves on.
    let others = ["sandbox", "app::bad_days", "app::pay_password::store"];
    let ours = move |module: &str| !others.iter().any(|other| module.starts_with(other));
    let refused = tokio::task::spawn_blocking(move || door.prepare_all(ours));
    let refused = refused.await.expect("joined").expect("asked");
    assert_eq!(refused, Vec::<String>::new());
}

#[db_test]
async fn fourteen_days_of_clinics_are_kept_ahead(app: TestApp) {
    let first = app.ask(store::clinic_days).await;
    assert_eq!(first.len(), 14);
    app.advance_secs(10 * 86_400);
    app.run_jobs().await;
    let later = app.ask(store::clinic_days).await;
    assert_eq!(later.len(), 24, "ten days more, none taken away");
    assert_eq!(later.last().map(|(day, _)| day.as_str()), Some("2026-03-25"));
    assert_eq!(&later[..14], &first[..], "what was there stays as it was");
    app.run_jobs().await;
    assert_eq!(app.ask(store::clinic_days).await, later, "and nothing is opened twice");
    let visit = app.citizen(0).await.post_form(&app.place(13 * 86_400 - 7200, 4).await.book(), &[]).await;
    assert!(visit.path.starts_with("/appointments/"), "the last day can be booked: {}", visit.text);
    app.check().await;
}

#[db_test]
async fn every_job_runs_on_any_day(app: TestApp) {
    app.citizen(0).await.post_form(&app.place(3600, 4).await.book(), &[]).await;
    app.carry().await;
    for days in [0, 1, 13, 40] {
        app.advance_secs(days * 86_400);
        for job in app.jobs() {
            (job.run)(app.ctx.clone()).await.unwrap_or_else(|why| panic!("{} on day {days}: {why}", job.name));
        }
        app.check().await;
    }
    app.audit().await;
    let person = app.citizen(0).await;
    assert!(person.get("/orders").await.says("未签到"), "a visit that nobody came to is told as such");
}

#[db_test]
async fn two_instances_run_a_job_once(app: TestApp) {
    app.advance_secs(86_400);
    let other = app.second_instance().await;
    let runner = platform::jobs::Runner::new(other.ctx.clone(), "second", app.jobs());
    tokio::join!(app.run_jobs(), runner.run_due());
    let days = app.ask(store::clinic_days).await;
    assert_eq!(days.len(), 15);
    app.check().await;
    app.audit().await;
}

#[db_test]
async fn a_second_start_keeps_everything(app: TestApp) {
    let person = app.citizen(0).await;
    let place = app.place(86_400, 4).await;
    let visit = person.post_form(&place.book(), &[]).await;
    let days = app.ask(store::clinic_days).await;
    let other = app.second_instance().await;
    let again = renshe::commands::seed::seed(&other.ctx, &app.halls).await.expect("seeded again");
    assert_eq!(again.logins, app.logins);
    assert_eq!(app.ask(store::clinic_days).await, days);
    let mut person = person;
    person.go_to(&other.url);
    assert!(person.get(&visit.path).await.says("预约成功"), "sessions and visits outlive a restart");
    app.check().await;
    app.audit().await;
}
