//! The provider's limits per number.

use super::*;

#[tokio::test]
async fn verification_texts_are_limited_by_minute_hour_and_day() {
    let stage = Stage::new().await;
    let over = Verdict::Retry("isv.BUSINESS_LIMIT_CONTROL".into());
    assert_eq!(stage.send(&verification("obx_1", "1")).await, Verdict::Done);
    assert_eq!(stage.send(&verification("obx_2", "1")).await, over, "one a minute");
    assert_eq!(stage.send(&notice("obx_3", MOBILE)).await, Verdict::Done, "notices are not limited");
    for _ in 0..4 {
        stage.advance(61).await;
        assert_eq!(stage.send(&verification("obx_4", "1")).await, Verdict::Done);
    }
    stage.advance(61).await;
    assert_eq!(stage.send(&verification("obx_5", "1")).await, over, "five an hour");
    stage.advance(3600).await;
    for _ in 0..5 {
        assert_eq!(stage.send(&verification("obx_6", "1")).await, Verdict::Done);
        stage.advance(61).await;
    }
    stage.advance(3600).await;
    assert_eq!(stage.send(&verification("obx_7", "1")).await, over, "ten a day");
    stage.advance(86_400).await;
    assert_eq!(stage.send(&verification("obx_8", "1")).await, Verdict::Done);
}

#[tokio::test]
async fn the_switch_turns_limits_off() {
    let stage = Stage::new().await;
    assert_eq!(stage.get("/control/switches").await, json!({ "sms_limits": true }));
    let (status, _) = stage.post("/control/switches", json!({ "sms_limits": false })).await;
    assert_eq!(status, 200);
    for _ in 0..12 {
        assert_eq!(stage.send(&verification("obx_1", "1")).await, Verdict::Done);
    }
    stage.post("/control/switches", json!({ "sms_limits": true })).await;
    assert!(matches!(stage.send(&verification("obx_2", "1")).await, Verdict::Retry(_)));
}
