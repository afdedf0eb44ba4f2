//! 电子社保卡支付密码: weak ones, a hundred guesses at once, the lock and its ends.

mod store;

use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::future::join_all;
use futures_util::stream::{FuturesUnordered, StreamExt};
use identity::pay_password::{self, Checked, Pin};
use identity::{Failure, PersonId};
use platform::Ctx;
use platform::db::{LaneKey, Tx};
use testkit::{Engine, db_test};

use crate::faces::{camera, film, finish};
use crate::support::people::location;
use crate::support::{TestApp, Visitor, store as ours};

const PIN: &str = "739164";

/// Tries six digits as a person's payment password.
async fn check(ctx: &Ctx, person: &PersonId, pin: &str) -> Result<Checked, Failure> {
    pay_password::check(ctx, person, &Pin::parse(pin).expect("six digits")).await
}

/// A sample person with a payment password.
async fn with_pin(app: &TestApp) -> (Visitor, PersonId) {
    let person = app.citizen(0).await;
    let done = person.post_form("/pay-password/new", &[("pin", PIN), ("pin_again", PIN)]).await;
    assert!(done.path == "/pay-password" && done.says("支付密码已设置"), "{} {}", done.path, done.text);
    let id = app.ctx.db.read("test.person", ours::pay_person).await.expect("a person");
    (person, id.parse().expect("an id"))
}

#[db_test]
async fn the_first_one_is_typed_twice_and_not_weak(app: TestApp) {
    let person = app.citizen(0).await;
    for (pin, says) in [
        ("123456", "太容易被猜到"),
        ("112233", "太容易被猜到"),
        ("800101", "不要用生日"),
        ("010012", "不要用证件号"),
        ("12345", "6 位数字"),
    ] {
        let page = person.post_form("/pay-password/new", &[("pin", pin), ("pin_again", pin)]).await;
        assert!(page.status == 422 && page.says(says) && !page.says(&format!("value=\"{pin}")), "{pin}: {}", page.text);
    }
    let page = person.post_form("/pay-password/new", &[("pin", PIN), ("pin_again", "739165")]).await;
    assert!(page.status == 422 && page.says("两次输入的不一样"), "{}", page.text);
    assert!(person.get("/pay-password").await.says("还没有设置"));
    let (person, id) = with_pin(&app).await;
    assert_eq!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Right);
    let again = person.get("/pay-password/new").await;
    assert_eq!(again.path, "/pay-password/forgot", "a second one needs the old one, or a proof");
    let told = app.texts("13900000001").await;
    assert!(told.iter().any(|text| text.to_string().contains("支付密码已于")), "{told:?}");
    app.check().await;
}

#[db_test]
async fn of_a_hundred_guesses_at_once_six_are_looked_at(app: TestApp) {
    let (person, id) = with_pin(&app).await;
    let second = app.second_instance().await;
    let wrong = AtomicI64::new(0);
    let guesses = (0..100).map(|n| {
        let (ctx, id, wrong) = (if n % 2 == 0 { &app.ctx } else { &second.ctx }, &id, &wrong);
        async move {
            // Two databases' worth of retries: a queue that is full is not a try.
            for _ in 0..50 {
                match check(ctx, id, &format!("{:06}", 400_000 + n)).await {
                    Ok(Checked::Wrong { .. }) => return wrong.fetch_add(1, Ordering::Relaxed),
                    // Nobody waits with a script.
                    Ok(Checked::Locked { .. } | Checked::UnderWay) => return 0,
                    Ok(other) => panic!("{other:?}"),
                    Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                }
            }
            panic!("never answered");
        }
    });
    join_all(guesses).await;
    assert!(wrong.load(Ordering::Relaxed) <= 6);
    assert_eq!(app.ctx.db.read("test.tries", ours::pay_tries).await.expect("counted"), 6, "six reached the hash");
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Locked { secs } if secs > 86_000));
    assert!(person.get("/pay-password").await.says("已锁定"));
    assert_eq!(app.acts("pay_password.locked").await, 1, "told once");
    app.check().await;
}

#[db_test]
async fn a_lock_ends_after_a_day_and_a_right_try_forgets_the_wrong_ones(app: TestApp) {
    let (_, id) = with_pin(&app).await;
    for left in [5, 4, 3, 2, 1] {
        assert_eq!(check(&app.ctx, &id, "402857").await.expect("tried"), Checked::Wrong { left });
        app.advance_secs(3600);
    }
    assert_eq!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Right);
    for left in [5, 4, 3, 2, 1] {
        assert_eq!(check(&app.ctx, &id, "402857").await.expect("tried"), Checked::Wrong { left });
    }
    assert!(matches!(check(&app.ctx, &id, "402857").await.expect("tried"), Checked::Locked { .. }));
    app.advance_secs(86_400 - 60);
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Locked { secs } if secs <= 60));
    app.advance_secs(61);
    assert_eq!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Right);
    app.check().await;
}

#[db_test]
async fn a_try_whose_process_died_stays_counted(app: TestApp) {
    let (_, id) = with_pin(&app).await;
    for _ in 0..5 {
        check(&app.ctx, &id, "402857").await.expect("tried");
    }
    let (person, now) = (id.as_str().to_owned(), app.ctx.now());
    let plant = move |tx: &mut platform::db::Tx<'_>| ours::plant_pay_try(tx, &person, now);
    app.ctx.db.write(platform::db::LaneKey::of("person", id.as_str()), "test.plant", plant).await.expect("planted");
    assert_eq!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::UnderWay, "it may have been the right one");
    app.advance_secs(3600);
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Locked { .. }));
    app.advance_secs(86_400);
    assert_eq!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Right);
    app.check().await;
}

#[db_test]
async fn no_more_wait_for_the_tries_under_way_than_may_be_wrong(app: TestApp) {
    let (_, id) = with_pin(&app).await;
    for _ in 0..5 {
        check(&app.ctx, &id, "402857").await.expect("tried");
    }
    let (person, now) = (id.as_str().to_owned(), app.ctx.now());
    app.plant(move |tx| ours::plant_pay_try(tx, &person, now)).await;
    let mut waiting: FuturesUnordered<_> = (0..12).map(|_| check(&app.ctx, &id, PIN)).collect();
    // Six too many are told at once; then the last try turns out to be none.
    for _ in 0..6 {
        assert_eq!(waiting.next().await.expect("an answer").expect("tried"), Checked::UnderWay);
    }
    app.plant(move |tx| ours::forgive_the_planted_try(tx, now)).await;
    while let Some(answer) = waiting.next().await {
        assert_eq!(answer.expect("tried"), Checked::Right, "who waited is told what is so");
    }
    app.check().await;
}

#[db_test]
async fn a_proof_sets_a_new_one_and_ends_the_lock(app: TestApp) {
    let (person, id) = with_pin(&app).await;
    for _ in 0..6 {
        check(&app.ctx, &id, "402857").await.expect("tried");
    }
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Locked { .. }));
    let told = person.get("/pay-password/change").await;
    assert!(told.path == "/pay-password" && told.says("自动解锁"), "before anything is typed: {}", told.text);
    assert_eq!(person.get("/pay-password/new").await.path, "/pay-password/forgot", "not without a proof");
    let page = camera(&person, "/prove/pay-password/face").await;
    film(&page).await;
    assert_eq!(location(&finish(&person, &page).await), "/pay-password/new");
    let form = person.get("/pay-password/new").await;
    let done = person.send_form(&form, &[("pin", "190283"), ("pin_again", "190283")]).await;
    assert!(done.path == "/pay-password", "{} {}", done.path, done.text);
    assert_eq!(check(&app.ctx, &id, "190283").await.expect("tried"), Checked::Right);
    let again = person.send_form(&form, &[("pin", "562917"), ("pin_again", "562917")]).await;
    assert_ne!(again.path, "/pay-password", "a proof is good once: {}", again.text);
    assert_eq!(check(&app.ctx, &id, "190283").await.expect("tried"), Checked::Right);
    app.check().await;
}

#[db_test]
async fn it_is_changed_by_the_old_one(app: TestApp) {
    let (person, id) = with_pin(&app).await;
    let change = |old, new| [("old", old), ("pin", new), ("pin_again", new)];
    let page = person.post_form("/pay-password/change", &change("402857", "190283")).await;
    assert!(
        page.is_ok() && page.path.starts_with("/pay-password/change?") && page.says("还可以试 5 次"),
        "{}",
        page.text
    );
    let page = person.post_form("/pay-password/change", &change(PIN, "111111")).await;
    assert!(page.says("太容易被猜到"), "{}", page.text);
    let page = person.post_form("/pay-password/change", &change(PIN, PIN)).await;
    assert!(page.says("和现在的一样"), "{}", page.text);
    let page = person.post_form("/pay-password/change", &change(PIN, "190283")).await;
    assert!(page.path == "/pay-password" && page.says("支付密码已修改"), "{} {}", page.path, page.text);
    assert_eq!(check(&app.ctx, &id, "190283").await.expect("tried"), Checked::Right);
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Wrong { .. }));
    app.check().await;
}

#[db_test]
async fn all_ways_stand_side_by_side_when_it_is_forgotten(app: TestApp) {
    let (person, id) = with_pin(&app).await;
    for _ in 0..6 {
        check(&app.ctx, &id, "402857").await.expect("tried");
    }
    let page = person.get("/pay-password/forgot").await;
    for way in ["face", "card", "counter"] {
        assert!(page.link(&format!("/prove/pay-password/{way}")).is_some(), "{way}: {}", page.text);
    }
    // The page behind the proof is shut without one.
    let token = page.field("csrf").unwrap_or_default();
    let forced =
        person.post("/pay-password/new", &[("csrf", &token), ("pin", "190283"), ("pin_again", "190283")]).await;
    assert!(forced.path != "/pay-password", "{}", forced.path);
    assert!(matches!(check(&app.ctx, &id, PIN).await.expect("tried"), Checked::Locked { .. }));
    app.check().await;
}

#[db_test]
async fn a_program_of_before_that_serves_still_finds_the_passwords(app: TestApp) {
    let (_, person) = with_pin(&app).await;
    let found = app.ctx.db.read("test.former", store::person).await.expect("its former name");
    assert_eq!(found, person.as_str());
    // Only on PostgreSQL two programs serve one database.
    if app.test.engine == Engine::Postgres {
        let (id, now) = (person.as_str().to_owned(), app.ctx.now());
        let tries = move |tx: &mut Tx<'_>| store::tries(tx, &id, now);
        assert_eq!(app.ctx.db.write(LaneKey::of("test", "former"), "test.former", tries).await.expect("written"), 3);
    }
    app.check().await;
}
