//! Every fault, seen by the real adapter.

use std::time::Instant;

use super::*;

#[tokio::test]
async fn slow_is_late_but_done_even_when_nobody_listens_any_more() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "slow", "ms": 300, "times": 1 })).await;
    let begun = Instant::now();
    assert_eq!(stage.send(&notice("obx_1", MOBILE)).await, Verdict::Done);
    assert!(begun.elapsed().as_millis() >= 300);

    stage.fault(json!({ "kind": "slow", "ms": TIMEOUT_MS + 2500, "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_2", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    assert!(matches!(stage.ask(&asked).await, Verdict::Unknown(_)), "not there yet");
    while stage.sent().await.len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(stage.ask(&asked).await, Verdict::Done);
}

#[tokio::test]
async fn refuse_means_what_its_code_means() {
    let stage = Stage::new().await;
    for (code, verdict) in [
        ("isv.SMS_TEMPLATE_ILLEGAL", Verdict::Refused("isv.SMS_TEMPLATE_ILLEGAL".into())),
        ("isv.BUSINESS_LIMIT_CONTROL", Verdict::Retry("isv.BUSINESS_LIMIT_CONTROL".into())),
        ("Throttling.User", Verdict::Retry("Throttling.User".into())),
        ("isp.SYSTEM_ERROR", Verdict::Unknown("isp.SYSTEM_ERROR".into())),
        ("ServiceUnavailable", Verdict::Unknown("the provider answered status 503".into())),
    ] {
        stage.fault(json!({ "kind": "refuse", "code": code, "times": 1 })).await;
        assert_eq!(stage.send(&notice("obx_1", MOBILE)).await, verdict, "{code}");
    }
    assert!(stage.sent().await.is_empty());
}

#[tokio::test]
async fn a_time_out_before_is_settled_after_three_minutes_without_a_second_send() {
    let stage = Stage::new().await;
    stage.fault(json!({ "operation": "SendSms", "kind": "time_out_before", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_1", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    stage.advance(120).await;
    assert!(matches!(stage.ask(&asked).await, Verdict::Unknown(_)));
    stage.advance(60).await;
    assert_eq!(stage.ask(&asked).await, Verdict::Refused("not accepted by the provider".into()));
    assert!(stage.sent().await.is_empty());
}

#[tokio::test]
async fn a_time_out_after_is_found_by_asking() {
    let stage = Stage::new().await;
    stage.fault(json!({ "operation": "SendSms", "kind": "time_out_after", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_1", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    assert_eq!(stage.ask(&asked).await, Verdict::Done);
    assert_eq!(stage.sent().await.len(), 1);
}

#[tokio::test]
async fn a_question_that_fails_settles_nothing() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "down", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_1", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    stage.advance(3600).await;
    for rule in [
        json!({ "kind": "down", "times": 1 }),
        json!({ "kind": "forge", "times": 1 }),
        json!({ "kind": "refuse", "code": "Throttling", "times": 1 }),
        json!({ "kind": "refuse", "code": "SignatureDoesNotMatch", "times": 1 }),
    ] {
        stage.fault(rule.clone()).await;
        let verdict = stage.ask(&asked).await;
        assert!(matches!(verdict, Verdict::Unknown(_)), "{rule}: {verdict:?}");
    }
    assert!(matches!(stage.ask(&asked).await, Verdict::Refused(_)));
}

#[tokio::test]
async fn duplicate_is_done_twice() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "duplicate", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&verification("obx_1", "012345")).await;
    assert_eq!(verdict, Verdict::Done);
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|text| text["out_id"] == "obx_1"));
    assert_ne!(sent[0]["biz_id"], sent[1]["biz_id"]);
    assert_eq!(stage.ask(&asked).await, Verdict::Done);
}

#[tokio::test]
async fn reorder_takes_effect_behind_the_next() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "reorder", "times": 1 })).await;
    assert_eq!(stage.send(&notice("obx_1", MOBILE)).await, Verdict::Done);
    stage.advance(60).await;
    assert_eq!(stage.sent().await[0]["state"], "held");
    assert_eq!(stage.send(&notice("obx_2", "13900139000")).await, Verdict::Done);
    assert_eq!(stage.get(&format!("/control/sms?mobile={MOBILE}")).await[0]["state"], "held");
    assert_eq!(stage.send(&notice("obx_3", MOBILE)).await, Verdict::Done);
    stage.advance(5).await;
    let sent = stage.get(&format!("/control/sms?mobile={MOBILE}")).await;
    let at = |index: usize| sent[index]["settled_at"].as_str().unwrap().to_owned();
    assert_eq!((&sent[0]["out_id"], &sent[1]["out_id"]), (&json!("obx_3"), &json!("obx_1")));
    assert!(at(1) > at(0), "the first to be accepted arrived last");
}

#[tokio::test]
async fn lose_is_accepted_and_never_arrives() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "lose", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_1", MOBILE)).await;
    assert_eq!(verdict, Verdict::Done);
    assert_eq!(stage.ask(&asked).await, Verdict::Done, "the provider has it");
    stage.advance(86_400).await;
    assert_eq!(stage.sent().await[0]["state"], "lost");
}

#[tokio::test]
async fn forge_is_not_believed() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "forge", "times": 1 })).await;
    let (verdict, asked) = stage.sent_before(&notice("obx_1", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    assert!(stage.sent().await.is_empty());
    stage.advance(180).await;
    assert!(matches!(stage.ask(&asked).await, Verdict::Refused(_)));
}

#[tokio::test]
async fn down_closes_the_connection_until_it_is_cleared() {
    let stage = Stage::new().await;
    stage.fault(json!({ "kind": "down" })).await;
    for _ in 0..2 {
        let verdict = stage.send(&notice("obx_1", MOBILE)).await;
        assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    }
    let cleared = stage.http.delete(stage.url("/control/faults")).send().await.unwrap();
    assert_eq!(cleared.json::<Value>().await.unwrap(), json!({ "cleared": 1 }));
    assert_eq!(stage.send(&notice("obx_1", MOBILE)).await, Verdict::Done);
}

#[tokio::test]
async fn a_rule_befalls_what_it_names_and_is_used_up() {
    let stage = Stage::new().await;
    let code = "isv.AMOUNT_NOT_ENOUGH";
    stage.fault(json!({ "operation": "QuerySendDetails", "kind": "down" })).await;
    stage.fault(json!({ "kind": "refuse", "code": code, "times": 2, "match": "13900139000" })).await;
    let (plain, named) = (notice("obx_1", MOBILE), notice("obx_2", "13900139000"));
    assert_eq!(stage.send(&plain).await, Verdict::Done);
    assert_eq!(stage.send(&named).await, Verdict::Refused(code.into()));
    let rules = stage.get("/control/faults").await;
    assert_eq!(rules[1]["times"], 1);
    assert_eq!(rules[1]["match"], "13900139000");
    assert_eq!(rules[1]["kind"], "refuse");
    assert_eq!(stage.send(&named).await, Verdict::Refused(code.into()));
    assert_eq!(stage.send(&named).await, Verdict::Done);
    let rules = stage.get("/control/faults").await;
    assert_eq!(rules.as_array().unwrap().len(), 1, "the used rule is gone");
    let path = format!("/control/faults/{}", rules[0]["id"].as_str().unwrap());
    for status in [200, 404] {
        let reply = stage.http.delete(stage.url(&path)).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
    }
}

#[tokio::test]
async fn rules_that_make_no_sense_are_refused() {
    let stage = Stage::new().await;
    for rule in [
        json!({ "partner": "bank", "kind": "down" }),
        json!({ "partner": "sms", "operation": "Refund", "kind": "down" }),
        json!({ "partner": "sms", "kind": "explode" }),
        json!({ "partner": "sms", "kind": "slow" }),
        json!({ "partner": "sms", "kind": "slow", "ms": 0 }),
        json!({ "partner": "sms", "kind": "slow", "ms": 120_001 }),
        json!({ "partner": "sms", "kind": "refuse", "code": " " }),
        json!({ "partner": "sms", "kind": "down", "times": 0 }),
    ] {
        let (status, answer) = stage.post("/control/faults", rule.clone()).await;
        assert_eq!(status, 400, "{rule}: {answer}");
        assert!(answer["error"].is_string());
    }
    let (_, unknown) = stage.post("/control/faults", json!({ "partner": "bank", "kind": "down" })).await;
    let names: Vec<&str> = crate::partners().map(|partner| partner.name).collect();
    assert_eq!(unknown["error"], format!("no such partner; known: {}", names.join(", ")));
    assert_eq!(stage.get("/control/faults").await, json!([]));
}
