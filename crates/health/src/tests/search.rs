//! What is searched for and found: surnames read otherwise, and rows written by a program of before.

use hall::search::{Words, patterns, romanised};
use kernel::Fen;
use platform::Ctx;
use platform::db::LaneKey;
use testkit::{TestDb, a_monday_morning, db_test, test_ctx};

use super::{hospital, store};
use crate::hospitals::model::{DepartmentId, Doctor, Title};
use crate::hospitals::store as hospitals;
use crate::search::refresh::refresh_words;
use crate::search::{Found, find};
use crate::seed;

async fn search(ctx: &Ctx, typed: &str) -> Found {
    let Some(patterns) = patterns(typed) else { return Found::default() };
    ctx.db.read("test.search", move |tx| find(tx, &patterns)).await.unwrap()
}

/// The names of the doctors found.
async fn doctors(ctx: &Ctx, typed: &str) -> Vec<String> {
    search(ctx, typed).await.doctors.into_iter().map(|(doctor, _, _)| doctor.name).collect()
}

/// Adds a doctor of this name.
async fn hire(ctx: &Ctx, department: &DepartmentId, name: &str) {
    let doctor = Doctor {
        id: ctx.id(),
        department: department.clone(),
        name: name.into(),
        name_en: romanised(name),
        title: Title::Resident,
        good_at: String::new(),
        good_at_en: String::new(),
    };
    let words = Words::of_person(name, &doctor.name_en);
    let add = move |tx: &mut platform::db::Tx<'_>| hospitals::insert_doctor(tx, &doctor, &words, 9);
    assert!(ctx.db.write(LaneKey::of("hospital", "test"), "test.hire", add).await.unwrap());
}

#[db_test]
async fn doctors_are_found_by_every_reading_of_their_surnames(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    hospital(&ctx, 1, Fen::ZERO).await;
    let department = search(&ctx, "眼科").await.departments[0].0.id.clone();
    for (name, found_by) in [
        ("翟明", ["zhaiming", "zm", "diming", "zhai ming", "Zhai Ming", "翟"]),
        ("覃明", ["qinming", "qm", "tanming", "tm", "Qin Ming", "覃 明"]),
        ("阚明", ["kanming", "km", "kan", "KAN MING", "闞明", "阚"]),
        ("种明", ["chongming", "cm", "zhongming", "Chong Ming", "種明", "种"]),
        ("尉迟明", ["yuchiming", "ycm", "weichiming", "Yuchi Ming", "尉遲明", "yuchi"]),
        ("长孙明", ["zhangsunming", "zsm", "changsunming", "Zhangsun Ming", "長孫明", "zhangsun"]),
        ("区明", ["ouming", "om", "quming", "Ou Ming", "區明", "区"]),
        ("乐明", ["yueming", "ym", "leming", "lm", "樂明", "Yue Ming"]),
        ("吕明", ["lvming", "luming", "lyuming", "lüming", "呂明", "Lü Ming"]),
    ] {
        hire(&ctx, &department, name).await;
        for typed in found_by {
            let found = doctors(&ctx, typed).await;
            assert!(found.iter().any(|found| found == name), "{typed}: {found:?}");
        }
    }
    // Nothing in the middle of a syllable, and no wildcards.
    for typed in ["haiming", "uchi", "%", "_", "zh_i", "\u{0}"] {
        assert_eq!(doctors(&ctx, typed).await, Vec::<String>::new(), "{typed:?}");
    }
    // Whoever's name begins so comes first.
    assert_eq!(doctors(&ctx, "zhai").await[0], "翟明");
}

#[db_test]
async fn rows_of_before_are_brought_up_to_date(db: TestDb) {
    let ctx = test_ctx(&db, a_monday_morning());
    seed(&ctx).await.unwrap();
    assert_eq!(refresh_words(&ctx).await.unwrap(), 0, "what is written now is up to date");
    let write = |tx: &mut platform::db::Tx<'_>| store::write_words_of_before(tx);
    ctx.db.write(LaneKey::of("hospital", "test"), "test.before", write).await.unwrap();
    assert!(search(&ctx, "renmin").await.hospitals.is_empty(), "found by initials only");
    let migrate = |tx: &mut platform::db::Tx<'_>| store::take_short_names(tx);
    assert_eq!(ctx.db.write(LaneKey::of("hospital", "test"), "test.migrate", migrate).await.unwrap(), 8);
    assert!(refresh_words(&ctx).await.unwrap() > 100);
    assert_eq!(search(&ctx, "renmin").await.hospitals.len(), 3);
    assert_eq!(search(&ctx, "市一院").await.hospitals.len(), 1, "a short name is not lost");
    assert_eq!(search(&ctx, "syy").await.hospitals.len(), 1);
    assert_eq!(refresh_words(&ctx).await.unwrap(), 0);
}

#[test]
fn the_migration_is_the_one_that_was_tried() {
    let migration = include_str!("../../../../migrations/0014_hospital_short_names.sql");
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(plain(migration).contains(&plain(store::SHORT_NAMES)));
}
