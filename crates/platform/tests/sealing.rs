//! Data keys are wrapped, rewrapped and destroyed; the wrong key file is found out at start.
#![expect(clippy::expect_used, reason = "a test ends where what it stands on fails")]

use std::path::PathBuf;
use std::sync::Arc;

use kernel::{Moment, SeededRng};
use platform::db::{DbFault, LaneKey};
use platform::vault::{self, Aad, Cipher, Digest, Suite, Vault, VaultError};
use testkit::{TestDb, db_test};

const NOW: Moment = Moment::from_ms(1_763_800_000_000);
const PLACE: Aad<'_> = Aad { table: "person", column: "name", row: "per_1" };

fn key() -> LaneKey {
    LaneKey::of("test", "sealing")
}

fn folder(t: &TestDb) -> PathBuf {
    let name = format!("renshe-sealing-{}-{:p}", std::process::id(), t);
    std::env::temp_dir().join(name)
}

async fn verified(t: &TestDb, vault: &Arc<Vault>) -> Result<(), DbFault> {
    let vault = vault.clone();
    t.db.write(key(), "verify_keys", move |tx| vault::verify_keys(tx, &vault)).await
}

async fn opened(t: &TestDb, vault: &Arc<Vault>, id: &str, sealed: &[u8]) -> Option<Result<Vec<u8>, VaultError>> {
    let (vault, id) = (vault.clone(), id.to_owned());
    let found = t.db.read("load_key", move |tx| vault::load_key(tx, &vault, &id)).await.expect("read");
    found.map(|key| key.open(PLACE, sealed))
}

#[db_test]
async fn rotation_rewraps_and_destruction_forgets(t: TestDb) {
    let (dir, rng) = (folder(&t), SeededRng::new(1));
    let path = dir.join("keys.toml");
    let first = Arc::new(Vault::open_or_create(&path, Suite::default(), &rng).expect("created"));
    verified(&t, &first).await.expect("first start");
    let mut kept = Vec::new();
    for _ in 0..5 {
        let (data_key, stored) = first.create_key(&rng, NOW, "person").expect("key");
        kept.push((stored.id.clone(), data_key.seal(PLACE, b"name", &rng).expect("sealed")));
        t.db.write(key(), "insert", move |tx| vault::insert_key(tx, &stored)).await.expect("inserted");
    }

    let added = Vault::add_key(&path, Cipher::Sm4Gcm, &rng).expect("added");
    Vault::activate(&path, &added).expect("activated");
    let second = Arc::new(Vault::open(&path, Suite::default()).expect("read"));
    verified(&t, &second).await.expect("second start");
    let mut chunks = Vec::new();
    loop {
        let vault = second.clone();
        let done = t.db.bulk(key(), "rewrap", move |tx| vault::rewrap_chunk(tx, &vault, 2)).await.expect("rewrapped");
        chunks.push(done);
        if done == 0 {
            break;
        }
    }
    assert_eq!(chunks, [2, 2, 1, 0]);
    for (id, sealed) in &kept {
        assert_eq!(opened(&t, &second, id, sealed).await, Some(Ok(b"name".to_vec())));
    }
    // The first vault no longer knows the key they are wrapped with, and its file is told apart.
    let fault = verified(&t, &first).await.expect_err("old file");
    assert!(fault.to_string().contains("it lacks key kek_"), "{fault}");

    let id = kept[0].0.clone();
    let again = id.clone();
    assert!(t.db.write(key(), "destroy", move |tx| vault::destroy_key(tx, &id)).await.expect("destroyed"));
    assert!(!t.db.write(key(), "destroy", move |tx| vault::destroy_key(tx, &again)).await.expect("gone"));
    assert_eq!(opened(&t, &second, &kept[0].0, &kept[0].1).await, None);
    std::fs::remove_dir_all(dir).expect("removed");
}

#[db_test]
async fn the_wrong_key_file_is_told_at_start(t: TestDb) {
    let (dir, rng) = (folder(&t), SeededRng::new(2));
    let open = |name: &str, suite| Arc::new(Vault::open_or_create(&dir.join(name), suite, &rng).expect("opened"));
    let ours = open("keys.toml", Suite::default());
    verified(&t, &ours).await.expect("first start");
    verified(&t, &ours).await.expect("second start");
    let fault = verified(&t, &open("other.toml", Suite { digest: Digest::Sm3, ..Suite::default() }))
        .await
        .expect_err("other file");
    assert!(fault.to_string().contains("holds none of the keys"), "{fault}");

    let text = std::fs::read_to_string(dir.join("keys.toml")).expect("read");
    let other = std::fs::read_to_string(dir.join("other.toml")).expect("read");
    let line = |text: &str| text.lines().find(|line| line.starts_with("index = ")).expect("index").to_owned();
    std::fs::write(dir.join("keys.toml"), text.replace(&line(&text), &line(&other))).expect("written");
    let fault = verified(&t, &open("keys.toml", Suite::default())).await.expect_err("mixed file");
    assert!(fault.to_string().contains("its index, mac or anchor key is not the one"), "{fault}");
    std::fs::remove_dir_all(dir).expect("removed");
}
