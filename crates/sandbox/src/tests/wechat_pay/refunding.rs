//! Money that goes back.

use super::*;

fn refund(number: &str, of: (&str, &str), refund: i64) -> Value {
    let mut body = json!({
        "out_refund_no": number,
        "reason": "退款",
        "amount": { "refund": refund, "total": 500, "currency": "CNY" },
    });
    body[of.0] = json!(of.1);
    body
}

async fn ask(merchant: &Merchant, body: Value) -> Told {
    merchant.call("POST", "/v3/refund/domestic/refunds", body).await
}

async fn status(merchant: &Merchant, number: &str) -> Value {
    let told = merchant.call("GET", &format!("/v3/refund/domestic/refunds/{number}"), Value::Null).await;
    told.json()["status"].clone()
}

#[tokio::test]
async fn a_payment_goes_back_by_either_of_its_numbers() {
    let merchant = Merchant::new().await;
    let id = merchant.paid("refund_0001").await;
    assert_eq!(merchant.told().await["transaction_id"], id.as_str());
    let mut body = refund("back-1", ("transaction_id", &id), 200);
    body["notify_url"] = merchant.offer("x")["notify_url"].clone();
    let told = ask(&merchant, body.clone()).await.json();
    assert_eq!((&told["out_trade_no"], &told["status"]), (&json!("refund_0001"), &json!("PROCESSING")));
    // The same again, by the other number, is the same refund.
    let again = ask(&merchant, refund("back-1", ("out_trade_no", "refund_0001"), 200)).await.json();
    assert_eq!(again["refund_id"], told["refund_id"]);
    let other = ask(&merchant, refund("back-1", ("out_trade_no", "refund_0001"), 100)).await;
    assert_eq!(other.refusal(), (400, "INVALID_REQUEST".into()));
    merchant.stage.advance(2).await;
    assert_eq!(status(&merchant, "back-1").await, "SUCCESS");
    let notice = merchant.told().await;
    assert_eq!((&notice["refund_status"], &notice["transaction_id"]), (&json!("SUCCESS"), &json!(id)));
    assert_eq!(merchant.query("refund_0001").await.json()["trade_state"], "REFUND");

    assert_eq!(ask(&merchant, refund("back-2", ("transaction_id", "4200"), 1)).await.refusal().0, 404);
    merchant.paid("refund_0002").await;
    let mut both = refund("back-2", ("transaction_id", &id), 1);
    both["out_trade_no"] = json!("refund_0002");
    assert_eq!(ask(&merchant, both).await.refusal(), (400, "INVALID_REQUEST".into()));
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid_and_not_after_a_year() {
    let merchant = Merchant::new().await;
    merchant.native(merchant.offer("refund_0003")).await;
    let of = ("out_trade_no", "refund_0003");
    assert_eq!(ask(&merchant, refund("back-1", of, 500)).await.refusal(), (400, "INVALID_REQUEST".into()), "unpaid");
    merchant.stage.post("/control/wechat_pay/pay/refund_0003", json!({})).await;
    assert_eq!(ask(&merchant, refund("back-1", of, 300)).await.status, 200);
    assert_eq!(ask(&merchant, refund("back-2", of, 201)).await.refusal(), (400, "INVALID_REQUEST".into()));
    assert_eq!(ask(&merchant, refund("back-2", of, 100)).await.status, 200);
    merchant.stage.advance(366 * 86_400).await;
    assert_eq!(ask(&merchant, refund("back-3", of, 100)).await.refusal(), (400, "INVALID_REQUEST".into()), "too late");
    assert_eq!(ask(&merchant, refund("back-1", of, 300)).await.json()["status"], "SUCCESS", "asked before");
}

#[tokio::test]
async fn a_refund_that_is_wrong_is_told_which_field() {
    let merchant = Merchant::new().await;
    merchant.paid("refund_0004").await;
    for (pointer, value) in [
        ("/out_trade_no", json!("")),
        ("/out_refund_no", json!("")),
        ("/out_refund_no", json!("back 1")),
        ("/out_refund_no", json!("b".repeat(65))),
        ("/amount/refund", json!(0)),
        ("/amount/refund", json!(-1)),
        ("/amount/refund", json!(501)),
        ("/amount/refund", json!("500")),
        ("/amount/total", Value::Null),
        ("/amount/currency", json!("USD")),
        ("/amount/currency", Value::Null),
        ("/reason", json!("长".repeat(81))),
        ("/notify_url", json!("http://127.0.0.1/notify?x=1")),
    ] {
        let mut body = refund("back-1", ("out_trade_no", "refund_0004"), 500);
        body["notify_url"] = json!("http://127.0.0.1/notify");
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let told = ask(&merchant, body).await;
        assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()), "{pointer} {value}");
        assert_eq!(told.json()["detail"]["field"], pointer, "{value}");
    }
    let mut body = refund("back-1", ("out_trade_no", "refund_0004"), 400);
    body["amount"]["total"] = json!(400);
    assert_eq!(ask(&merchant, body).await.refusal(), (400, "INVALID_REQUEST".into()), "another total");
    let told = merchant.call("GET", "/v3/refund/domestic/refunds/back%201", Value::Null).await;
    assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()));
    let told = merchant.call("GET", "/v3/refund/domestic/refunds/back-1", Value::Null).await;
    assert_eq!(told.refusal(), (404, "RESOURCE_NOT_EXISTS".into()));
}

#[tokio::test]
async fn refunds_end_as_a_rule_or_their_order_says() {
    let merchant = Merchant::new().await;
    for (at, (kind, code, ends)) in
        [("refuse", "CLOSED", "CLOSED"), ("refuse", "ABNORMAL", "ABNORMAL"), ("lose", "", "PROCESSING")]
            .into_iter()
            .enumerate()
    {
        let (number, back) = (format!("refund_1{at}"), format!("back-1{at}"));
        merchant.paid(&number).await;
        merchant.fault(json!({ "kind": kind, "code": code, "operation": "refund_end", "match": back })).await;
        ask(&merchant, refund(&back, ("out_trade_no", &number), 500)).await;
        merchant.stage.advance(2).await;
        assert_eq!(status(&merchant, &back).await, ends);
    }
    // Money of a refund that was closed is there for another one.
    assert_eq!(ask(&merchant, refund("back-20", ("out_trade_no", "refund_10"), 500)).await.status, 200);
    let again = ask(&merchant, refund("back-10", ("out_trade_no", "refund_10"), 500)).await;
    assert_eq!((again.status, &again.json()["status"]), (200, &json!("CLOSED")), "it is over under its number");
    assert_eq!(ask(&merchant, refund("back-21", ("out_trade_no", "refund_11"), 500)).await.refusal().0, 400);

    merchant.paid("refund_30").await;
    let steer = async |body: Value| merchant.stage.post("/control/wechat_pay/orders/refund_30", body).await;
    assert_eq!(steer(json!({ "refund": "closed" })).await, (200, json!({ "late_pay": false, "refund": "closed" })));
    assert_eq!(steer(json!({ "refund": "gone" })).await.0, 400);
    ask(&merchant, refund("back-30", ("out_trade_no", "refund_30"), 500)).await;
    merchant.stage.advance(2).await;
    assert_eq!(status(&merchant, "back-30").await, "CLOSED");
    // Under its number again, when refunds arrive again, it is answered as it stands.
    steer(json!({})).await;
    let again = ask(&merchant, refund("back-30", ("out_trade_no", "refund_30"), 500)).await.json();
    assert_eq!(again["status"], "CLOSED");
    merchant.stage.advance(2).await;
    assert_eq!(status(&merchant, "back-30").await, "CLOSED");
    // It goes under another one.
    ask(&merchant, refund("back-31", ("out_trade_no", "refund_30"), 500)).await;
    merchant.stage.advance(2).await;
    assert_eq!(status(&merchant, "back-31").await, "SUCCESS");
}

#[tokio::test]
async fn an_abnormal_refund_goes_where_the_merchant_says() {
    let merchant = Merchant::new().await;
    let apply = async |id: &str, body: Value| {
        merchant.call("POST", &format!("/v3/refund/domestic/refunds/{id}/apply-abnormal-refund"), body).await
    };
    for (at, to) in ["USER_BANK_CARD", "MERCHANT_BANK_CARD"].into_iter().enumerate() {
        let (number, back) = (format!("refund_4{at}"), format!("back-4{at}"));
        merchant.paid(&number).await;
        merchant.told().await;
        merchant.stage.post(&format!("/control/wechat_pay/orders/{number}"), json!({ "refund": "abnormal" })).await;
        let mut body = refund(&back, ("out_trade_no", &number), 500);
        body["notify_url"] = merchant.offer("x")["notify_url"].clone();
        let id = ask(&merchant, body).await.json()["refund_id"].as_str().unwrap().to_owned();
        let wanted = json!({
            "out_refund_no": back,
            "type": to,
            "bank_type": "ICBC_DEBIT",
            "bank_account": merchant.seal("6222020903001234567"),
            "real_name": merchant.seal("陈秀英"),
        });
        assert_eq!(apply(&id, wanted.clone()).await.refusal(), (400, "INVALID_REQUEST".into()), "under way");
        merchant.stage.advance(2).await;
        assert_eq!(merchant.told().await["refund_status"], "ABNORMAL");
        assert_eq!(apply("5030", wanted.clone()).await.refusal(), (404, "RESOURCE_NOT_EXISTS".into()));
        for (field, value) in [("type", json!("HAND")), ("out_refund_no", json!(""))] {
            let mut bad = wanted.clone();
            bad[field] = value;
            assert_eq!(apply(&id, bad).await.refusal(), (400, "PARAM_ERROR".into()), "{field}");
        }
        if to == "USER_BANK_CARD" {
            for field in ["bank_type", "bank_account", "real_name"] {
                let mut bad = wanted.clone();
                bad[field] = Value::Null;
                assert_eq!(apply(&id, bad).await.refusal(), (400, "PARAM_ERROR".into()), "{field}");
            }
            let mut bad = wanted.clone();
            bad["bank_account"] = json!("6222020903001234567");
            assert_eq!(apply(&id, bad).await.refusal(), (400, "PARAM_ERROR".into()), "not sealed");
        }
        assert_eq!(apply(&id, wanted.clone()).await.json()["status"], "PROCESSING");
        assert_eq!(apply(&id, wanted).await.json()["status"], "PROCESSING", "the same again");
        merchant.stage.advance(2).await;
        assert_eq!(status(&merchant, &back).await, "SUCCESS");
        let account = merchant.told().await["user_received_account"].as_str().unwrap().to_owned();
        assert_eq!(account.starts_with("商户"), to == "MERCHANT_BANK_CARD", "{account}");
    }
}
