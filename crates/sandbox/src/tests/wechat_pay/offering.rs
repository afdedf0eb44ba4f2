//! What an offer must say, and what the same number again means.

use super::*;

#[tokio::test]
async fn an_offer_that_is_wrong_is_told_which_field() {
    let merchant = Merchant::new().await;
    let good = merchant.link("offer_0001");
    for (pointer, value) in [
        ("/out_trade_no", json!("short")),
        ("/out_trade_no", json!("x".repeat(33))),
        ("/out_trade_no", json!("offer 0001")),
        ("/out_trade_no", json!(1_234_567)),
        ("/description", json!("")),
        ("/description", json!("长".repeat(128))),
        ("/notify_url", json!("ftp://127.0.0.1/")),
        ("/notify_url", json!("http://127.0.0.1/notify?a=1")),
        ("/notify_url", json!("https://")),
        ("/notify_url", Value::Null),
        ("/amount/total", json!(0)),
        ("/amount/total", json!("500")),
        ("/amount/total", json!(5.5)),
        ("/amount/currency", json!("USD")),
        ("/attach", json!("a".repeat(129))),
        ("/time_expire", json!("2099-01-01 00:00:00")),
        ("/time_expire", json!("2099-01-01T00:00:00")),
        ("/time_expire", json!(4_070_880_000_i64)),
        ("/scene_info/payer_client_ip", Value::Null),
        ("/scene_info/payer_client_ip", json!("nowhere")),
        ("/scene_info/payer_client_ip", json!("127.0.0.1")),
        ("/scene_info/payer_client_ip", json!("192.168.1.8")),
        ("/scene_info/payer_client_ip", json!("::1")),
        ("/scene_info/payer_client_ip", json!("fd00::1")),
        ("/description", json!("挂号费😀")),
        ("/scene_info/h5_info/type", json!("")),
        ("/appid", Value::Null),
    ] {
        let mut body = good.clone();
        // Not there in every offer.
        body["attach"] = json!("");
        body["time_expire"] = json!("2099-01-01T00:00:00Z");
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let told = merchant.h5(body).await;
        assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()), "{pointer} {value}");
        let detail = &told.json()["detail"];
        assert_eq!((&detail["field"], &detail["location"]), (&json!(pointer), &json!("body")), "{pointer} {value}");
    }
    let other = json!({ "appid": "wxffffffffffffffff" });
    let mut body = merchant.offer("offer_0001");
    body["appid"] = other["appid"].clone();
    assert_eq!(merchant.native(body).await.refusal(), (400, "APPID_MCHID_NOT_MATCH".into()));
    // A code needs no scene.
    let mut body = merchant.offer("offer_0001");
    body["amount"] = json!({ "total": 1 });
    assert_eq!(merchant.native(body).await.status, 200);
}

#[tokio::test]
async fn what_nobody_knows_is_refused() {
    let merchant = Merchant::new().await;
    for (pointer, path) in [
        ("/openid", "native"),
        ("/scene_info/h5_info/type", "native"),
        ("/amount/payer_total", "native"),
        ("/detail/goods_detail/*/price", "h5"),
        ("/scene_info/h5_info/wap_url", "h5"),
    ] {
        let mut body = if path == "h5" { merchant.link("offer_0010") } else { merchant.offer("offer_0010") };
        match pointer {
            "/scene_info/h5_info/type" => body["scene_info"]["h5_info"]["type"] = json!("Wap"),
            "/detail/goods_detail/*/price" => body["detail"] = json!({ "goods_detail": [{ "price": "1" }] }),
            "/amount/payer_total" => body["amount"]["payer_total"] = json!(1),
            "/openid" => body["openid"] = json!("o1"),
            _ => body["scene_info"]["h5_info"]["wap_url"] = json!("http://127.0.0.1/"),
        }
        let told = merchant.call("POST", &format!("/v3/pay/transactions/{path}"), body).await;
        assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()), "{pointer}");
        assert_eq!(told.json()["detail"]["field"], pointer);
    }
    merchant.native(merchant.offer("offer_0011")).await;
    let close = "/v3/pay/transactions/out-trade-no/offer_0011/close";
    let told = merchant.call("POST", close, json!({ "mchid": "1900000109", "appid": "wx" })).await;
    assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()));
}

#[tokio::test]
async fn of_what_is_not_paid_hardly_anything_is_told() {
    let merchant = Merchant::new().await;
    merchant.native(merchant.offer("offer_0012")).await;
    let account = kept(&merchant.stage);
    let told = merchant.query("offer_0012").await.json();
    let wanted = json!({
        "appid": account.appid,
        "mchid": account.mchid,
        "out_trade_no": "offer_0012",
        "trade_state": "NOTPAY",
        "trade_state_desc": "订单未支付",
        "promotion_detail": [],
        "amount": { "payer_currency": "CNY", "total": 500 },
        "scene_info": { "device_id": "" },
    });
    assert_eq!(told, wanted);
    merchant.stage.post("/control/wechat_pay/pay/offer_0012", json!({})).await;
    let told = merchant.query("offer_0012").await.json();
    let said = (&told["attach"], &told["promotion_detail"], &told["trade_type"], &told["trade_state_desc"]);
    assert_eq!(said, (&json!(""), &json!([]), &json!("NATIVE"), &json!("支付成功")));
}

#[tokio::test]
async fn every_way_to_write_a_moment_is_understood() {
    let merchant = Merchant::new().await;
    let end = merchant.stage.clock.now().plus_secs(3600);
    let utc = format!("{}Z", &crate::times::civil(end.minus_secs(8 * 3600)).replace(' ', "T"));
    let west = format!("{}.5-05:00", &crate::times::civil(end.minus_secs(13 * 3600)).replace(' ', "T"));
    for (at, text) in [utc, west].into_iter().enumerate() {
        let number = format!("offer_time_{at}");
        let mut body = merchant.offer(&number);
        body["time_expire"] = json!(text);
        assert_eq!(merchant.native(body).await.status, 200, "{text}");
    }
    // What has passed is taken as a minute from now.
    let mut body = merchant.offer("offer_time_2");
    body["time_expire"] = json!("2020-01-01T00:00:00+08:00");
    assert_eq!(merchant.native(body).await.status, 200);
    let page = async || {
        let request = merchant.stage.http.get(merchant.stage.url("/wechat")).header("accept-language", "en");
        request.send().await.unwrap().text().await.unwrap()
    };
    for (secs, over) in [(1, 0), (70, 1), (3600, 3)] {
        merchant.stage.advance(secs).await;
        assert_eq!(page().await.matches("its time is over").count(), over, "after {secs}");
    }
}

#[tokio::test]
async fn what_was_attached_comes_back_with_the_payment() {
    let merchant = Merchant::new().await;
    let mut body = merchant.offer("offer_0002");
    body["attach"] = json!("{\"desk\":\"甲\"}");
    merchant.native(body).await;
    assert_eq!(merchant.query("offer_0002").await.json()["attach"], Value::Null, "only of what is paid");
    merchant.stage.post("/control/wechat_pay/pay/offer_0002", json!({})).await;
    let told = merchant.query("offer_0002").await.json();
    assert_eq!((&told["attach"], &told["trade_state"]), (&json!("{\"desk\":\"甲\"}"), &json!("SUCCESS")));
    assert_eq!(merchant.told().await["attach"], "{\"desk\":\"甲\"}");
    let by_id = format!("/v3/pay/transactions/id/{}?mchid=1900000109", told["transaction_id"].as_str().unwrap());
    assert_eq!(merchant.call("GET", &by_id, Value::Null).await.json(), told);
}

#[tokio::test]
async fn the_same_offer_again_gives_another_link_and_ends_the_one_before() {
    let merchant = Merchant::new().await;
    let h5 = async || {
        let told = merchant.h5(merchant.link("offer_0003")).await;
        told.json()["h5_url"].as_str().unwrap().to_owned()
    };
    let page = async |link: &str| {
        let request = merchant.stage.http.get(link).header("referer", "http://127.0.0.1:9/");
        let reply = request.header("cookie", "sandbox_buyer=o1").send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap().contains("/pay?redirect_url="))
    };
    let first = h5().await;
    assert_eq!(page(&first).await, (200, true));
    let second = h5().await;
    assert_ne!(second, first);
    assert_eq!((page(&first).await.0, page(&second).await), (404, (200, true)));
    merchant.stage.advance(290).await;
    assert_eq!(page(&second).await, (200, true), "five minutes");
    merchant.stage.advance(20).await;
    assert_eq!(page(&second).await, (200, false), "ended");
}

#[tokio::test]
async fn a_number_means_one_payment() {
    let merchant = Merchant::new().await;
    let body = merchant.offer("offer_0004");
    merchant.native(body.clone()).await;
    for (name, value) in [("description", json!("别的")), ("attach", json!("x")), ("amount", json!({ "total": 501 }))]
    {
        let mut other = body.clone();
        other[name] = value;
        assert_eq!(merchant.native(other).await.refusal(), (400, "INVALID_REQUEST".into()), "{name}");
    }
    assert_eq!(merchant.h5(merchant.link("offer_0004")).await.refusal().0, 400);
    merchant.stage.post("/control/wechat_pay/pay/offer_0004", json!({})).await;
    assert_eq!(merchant.native(body).await.refusal(), (400, "ORDERPAID".into()));
    let close = |number: &str| format!("/v3/pay/transactions/out-trade-no/{number}/close");
    let mchid = json!({ "mchid": "1900000109" });
    assert_eq!(merchant.call("POST", &close("offer_0004"), mchid.clone()).await.refusal(), (400, "ORDERPAID".into()));
    assert_eq!(merchant.call("POST", &close("offer_none"), mchid.clone()).await.refusal().0, 404);
    merchant.native(merchant.offer("offer_0005")).await;
    let told = merchant.call("POST", &close("offer_0005"), json!({ "mchid": "1" })).await;
    assert_eq!(told.refusal(), (400, "PARAM_ERROR".into()));
    assert_eq!(merchant.call("POST", &close("offer_0005"), mchid).await.status, 204);
    assert_eq!(merchant.native(merchant.offer("offer_0005")).await.refusal(), (400, "ORDER_CLOSED".into()));
}

#[tokio::test]
async fn a_rule_refuses_with_the_documented_status() {
    let merchant = Merchant::new().await;
    for (code, status) in [
        ("OUT_TRADE_NO_USED", 403),
        ("NOT_ENOUGH", 403),
        ("RATELIMIT_EXCEEDED", 429),
        ("SYSTEM_ERROR", 500),
        ("MCH_NOT_EXISTS", 400),
        ("USER_ACCOUNT_ABNORMAL", 403),
    ] {
        merchant.fault(json!({ "kind": "refuse", "code": code, "operation": "native", "times": 1 })).await;
        assert_eq!(merchant.native(merchant.offer("offer_0006")).await.refusal(), (status, code.to_owned()));
    }
    // A rule for one payment leaves another alone whose number begins so.
    merchant.fault(json!({ "kind": "refuse", "code": "NO_AUTH", "match": "offer_0007" })).await;
    assert_eq!(merchant.native(merchant.offer("offer_00071")).await.status, 200);
    assert_eq!(merchant.native(merchant.offer("offer_0007")).await.refusal(), (403, "NO_AUTH".into()));
    assert_eq!(merchant.query("offer_0007").await.refusal().0, 403);
    // Where refunds are made, an unknown merchant has another status.
    merchant.fault(json!({ "kind": "refuse", "code": "MCH_NOT_EXISTS", "operation": "refund", "times": 1 })).await;
    let refund = json!({ "out_refund_no": "back_0007", "out_trade_no": "offer_0008" });
    let told = merchant.call("POST", "/v3/refund/domestic/refunds", refund).await;
    assert_eq!(told.refusal(), (404, "MCH_NOT_EXISTS".into()));
}
