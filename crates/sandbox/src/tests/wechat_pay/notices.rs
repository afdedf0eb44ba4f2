//! What the merchant is told without asking.

use super::*;

#[tokio::test]
async fn a_notice_comes_again_under_its_id_until_it_is_taken() {
    let merchant = Merchant::new().await;
    merchant.paid("notice_0001").await;
    let (headers, body) = merchant.notice(500).await;
    assert!(merchant.is_channels(&headers, &body));
    assert_eq!(headers["content-type"].to_str().unwrap(), "application/json");
    let first: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&first["event_type"], &first["resource"]["original_type"]),
        (&json!("TRANSACTION.SUCCESS"), &json!("transaction"))
    );
    let id = first["id"].as_str().unwrap();
    assert!(id.len() == 36 && id.split('-').count() == 5, "{id}");
    let told: Value = serde_json::from_str(&merchant.open(&first["resource"])).unwrap();
    assert_eq!((&told["attach"], &told["promotion_detail"]), (&json!(""), &json!([])));
    assert_eq!((&told["out_trade_no"], &told["amount"]["total"]), (&json!("notice_0001"), &json!(500)));
    merchant.stage.advance(15).await;
    let (headers, body) = merchant.notice(204).await;
    assert!(merchant.is_channels(&headers, &body));
    let second: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&second["id"], second["resource"] == first["resource"]), (&first["id"], false), "sealed anew");
    let mut taken = Value::Null;
    for _ in 0..100 {
        taken = merchant.stage.get("/control/wechat_pay/orders").await[0]["notices"][0].clone();
        if taken["taken"] == true {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!((&taken["attempts"], &taken["taken"]), (&json!(2), &json!(true)));
}

#[tokio::test]
async fn a_forged_notice_is_wrong_in_one_way() {
    let merchant = Merchant::new().await;
    for (code, pointer, wrong) in [
        ("AMOUNT", "/amount/total", json!(501)),
        ("MERCHANT", "/mchid", json!("1900009999")),
        ("APPID", "/appid", json!("wxffffffffffffffff")),
    ] {
        let number = format!("notice_{code}");
        merchant.fault(json!({ "kind": "forge", "code": code, "operation": "notify", "times": 1 })).await;
        merchant.paid(&number).await;
        // Signed rightly: only what it says is false.
        let (headers, body) = merchant.notice(401).await;
        assert!(merchant.is_channels(&headers, &body), "{code}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let mut told: Value = serde_json::from_str(&merchant.open(&body["resource"])).unwrap();
        assert_eq!(told.pointer(pointer), Some(&wrong), "{code}");
        // What follows is true, and differs in nothing else.
        merchant.stage.advance(15).await;
        let truth = merchant.told().await;
        *told.pointer_mut(pointer).unwrap() = truth.pointer(pointer).unwrap().clone();
        told["amount"]["payer_total"] = truth["amount"]["payer_total"].clone();
        assert_eq!(told, truth, "{code}");
    }
    merchant.fault(json!({ "kind": "forge", "operation": "notify", "times": 1 })).await;
    merchant.paid("notice_signature").await;
    let (headers, body) = merchant.notice(401).await;
    assert!(!merchant.is_channels(&headers, &body), "without a code the signature is wrong");
}

#[tokio::test]
async fn a_forgerys_code_is_one_of_the_partners_own() {
    let merchant = Merchant::new().await;
    for (partner, operation, code) in [
        ("wechat_pay", "notify", "ALL"),
        ("wechat_pay", "query", "AMOUNT"),
        ("wechat_pay", "*", "AMOUNT"),
        ("wechat_pay", "notify", "UNSIGNED_ERROR"),
        ("insurer", "2207", "UNSIGNED"),
        ("sms", "SendSms", "AMOUNT"),
    ] {
        let rule = json!({ "partner": partner, "operation": operation, "kind": "forge", "code": code });
        assert_eq!(merchant.stage.post("/control/faults", rule).await.0, 400, "{partner} {operation} {code}");
    }
    // The form of the front page knows them, and what is listed says them.
    let front = merchant.stage.http.get(merchant.stage.url("/")).send().await.unwrap().text().await.unwrap();
    assert!(front.contains("AMOUNT, MERCHANT, APPID") && front.contains("RATELIMIT_EXCEEDED"));
    merchant.fault(json!({ "kind": "forge", "code": "APPID", "operation": "notify" })).await;
    merchant.fault(json!({ "kind": "forge" })).await;
    let rules = merchant.stage.get("/control/faults").await;
    assert_eq!((&rules[0]["code"], &rules[1]["code"]), (&json!("APPID"), &Value::Null));
}
