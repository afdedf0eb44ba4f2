//! The audit's witness over the network: what it is given it keeps, what it says it signs, and a city that was shortened
//! is known by it.

use std::sync::Arc;

use partners::witness::{HttpWitness, HttpWitnessSettings};
use platform::audit::{self, Carried, Witness};
use platform::db::LaneKey;
use testkit::db_test;

use crate::support::{TestApp, store};

fn witness(app: &TestApp, key: &str) -> HttpWitness {
    let settings = HttpWitnessSettings {
        endpoint: format!("http://{}/witness", app.sandbox.control),
        key: key.to_owned(),
        city: app.ctx.vault.anchor_public_key().to_vec(),
    };
    HttpWitness::new(settings).expect("settings")
}

async fn anchored(app: &TestApp) -> i64 {
    app.citizen(0).await;
    let (vault, now) = (Arc::clone(&app.ctx.vault), app.ctx.now());
    let key = LaneKey::of("audit", "anchor");
    let made = app.ctx.db.write(key, "audit.anchor", move |tx| audit::anchor(tx, &vault, now)).await;
    made.expect("anchored").expect("something happened").n
}

#[db_test]
async fn a_service_elsewhere_remembers_and_signs_what_it_says(app: TestApp) {
    let service = witness(&app, &app.sandbox.witness_key);
    assert_eq!(service.newest().await.expect("asked"), None);
    for n in 1..=3 {
        assert_eq!(anchored(&app).await, n);
    }
    assert_eq!(audit::carry(&app.ctx, &service).await.expect("carried"), Carried { anchors: 3, shortened: None });
    assert_eq!(audit::carry(&app.ctx, &service).await.expect("carried"), Carried::default());
    let (newest, second) = (service.newest().await.expect("asked"), service.at(2).await.expect("asked"));
    assert_eq!((newest.map(|seen| seen.n), second.map(|seen| seen.n)), (Some(3), Some(2)));
    assert_eq!(service.at(4).await.expect("asked"), None);
    // Somebody on the way who answers in its place is known by the signature.
    let other = witness(&app, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let told = other.newest().await.expect_err("refused").to_string();
    assert!(told.contains("not signed with its key"), "{told}");
    // What it has already, all of it or a part, was perhaps brought by another instance in the same moment.
    let again = app.ask(store::anchors).await;
    service.add(&again).await.expect("it has them");
    service.add(&again[..2]).await.expect("it has them, and one more");
    assert_eq!(anchored(&app).await, 4);
    let four = app.ask(store::anchors).await;
    service.add(&four[1..]).await.expect("it lacked the last one only");
    assert_eq!(service.newest().await.expect("asked").map(|seen| seen.n), Some(4));
    // It takes nothing that this city has not signed.
    let mut forged = again[2].clone();
    forged.n = 9;
    forged.hash[0] ^= 1;
    assert!(service.add(&[forged]).await.expect_err("refused").to_string().contains("400"));

    // The database is put back to where it had one anchor.
    app.plant(store::forget_anchors_after_the_first).await;
    // Under a number that it knows it takes no other anchor, however well that is signed.
    assert_eq!(anchored(&app).await, 2);
    let another = app.ask(store::anchors).await;
    assert!(service.add(&another[1..]).await.expect_err("refused").to_string().contains("409"));
    let epoch = audit::carry(&app.ctx, &service).await.expect("carried").shortened.expect("noticed");
    assert_eq!((epoch.epoch, epoch.common_n, epoch.found_n, epoch.lost_n), (2, 1, 2, 4));
    assert_eq!(anchored(&app).await, 5);
    audit::acknowledge(&app.ctx, 2, "王敏", "a drill").await.expect("noted");
    assert_eq!(audit::carry(&app.ctx, &service).await.expect("carried").shortened, None);
    assert_eq!(service.newest().await.expect("asked").map(|seen| seen.n), Some(5));
}

#[db_test]
async fn a_witness_that_is_away_is_told_and_changes_nothing(app: TestApp) {
    let settings = HttpWitnessSettings {
        endpoint: "http://127.0.0.1:9/witness".to_owned(),
        key: app.sandbox.witness_key.clone(),
        city: app.ctx.vault.anchor_public_key().to_vec(),
    };
    let away: Vec<Arc<dyn Witness>> = vec![Arc::new(HttpWitness::new(settings).expect("settings"))];
    anchored(&app).await;
    let told = audit::carry_all(&app.ctx, &away).await.expect_err("away");
    assert!(told.contains("http://127.0.0.1:9/witness"), "{told}");
    app.audit().await;
    app.check().await;
    assert!(
        HttpWitness::new(HttpWitnessSettings { endpoint: String::new(), key: "short".into(), city: vec![] }).is_err()
    );
}
