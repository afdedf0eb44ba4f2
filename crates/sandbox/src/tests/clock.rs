//! The clock, and what survives a restart.

use super::*;
use crate::StartError;

#[tokio::test]
async fn the_clock_only_moves_forward_and_is_shared() {
    let stage = Stage::new().await;
    let before = stage.clock.now();
    stage.advance(3600).await;
    assert!(before.secs_until(stage.clock.now()) >= 3600);
    let stand = stage.get("/control/clock").await;
    assert_eq!(stand["shift_ms"], 3_600_000);
    assert!(stand["now"].as_str().unwrap().ends_with("+08:00"));
    for secs in [0, -1, 316_224_001] {
        let (status, _) = stage.post("/control/clock", json!({ "advance_secs": secs })).await;
        assert_eq!(status, 400, "{secs}");
    }
    assert_eq!(stage.clock.shift_ms(), 3_600_000);
}

#[tokio::test]
async fn clock_faults_and_texts_survive_a_restart() {
    let Stage { running, clock, carrier, ctx, http, folder } = Stage::new().await;
    let stage = Stage { running, clock, carrier, ctx, http, folder };
    stage.advance(86_400).await;
    stage.fault(json!({ "kind": "lose", "match": "139" })).await;
    assert_eq!(stage.send(&notice("obx_1", MOBILE)).await, Verdict::Done);
    let Stage { running, folder, http, .. } = stage;
    running.stop().await;

    let clock = super::clock();
    let running = Sandbox::start(settings(&folder, &clock)).await.unwrap();
    assert_eq!(clock.shift_ms(), 86_400_000);
    let get = async |path: &str| {
        let url = format!("http://{}{path}", running.control);
        http.get(url).send().await.unwrap().json::<Value>().await.unwrap()
    };
    assert_eq!(get("/control/faults").await[0]["match"], "139");
    assert_eq!(get("/control/sms").await[0]["out_id"], "obx_1");
}

#[tokio::test]
async fn a_start_that_cannot_be_says_why() {
    let stage = Stage::new().await;
    let folder = Folder::new();
    let start = |listen| {
        let settings = settings(&folder, &stage.clock);
        Sandbox::start(SandboxSettings { listen, ..settings })
    };
    let taken = start(stage.running.control).await.err().unwrap();
    assert!(matches!(taken, StartError::Listen { .. }), "{taken}");
    assert!(taken.to_string().contains(&stage.running.control.to_string()));
    let remote = start(([0, 0, 0, 0], 0).into()).await.err().unwrap();
    assert!(matches!(remote, StartError::Remote(_)), "{remote}");
    let names: Vec<&str> = crate::partners().map(|partner| partner.name).collect();
    let known = format!("no partner «post»; known: {}", names.join(", "));
    for (name, account, says) in [
        ("post", json!({}), known.as_str()),
        ("insurer", json!({ "dialect": "latin" }), "«insurer»: sandbox.insurer_dialect: \"latin\" is none of national"),
        ("sms", json!({ "sign": "x" }), "«sms»: unknown field `sign`"),
    ] {
        let settings = SandboxSettings { accounts: [(name, account)].into(), ..settings(&folder, &stage.clock) };
        let refused = Sandbox::start(settings).await.err().unwrap().to_string();
        assert!(refused.contains(says), "{refused}");
    }
}
