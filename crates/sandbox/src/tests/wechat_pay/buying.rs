//! The buyer: at the control address, at the cashier, and on the page of orders.

use super::*;

/// Posts a body, and does not follow where it leads: status, text, where to.
async fn post(url: &str, kind: &str, body: &str) -> (u16, String, String) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let reply = client.post(url).header("content-type", kind).body(body.to_owned()).send().await.unwrap();
    let to = reply.headers().get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    (reply.status().as_u16(), reply.text().await.unwrap(), to)
}

#[tokio::test]
async fn the_address_that_makes_the_buyer_pay_is_understood_in_every_way() {
    let merchant = Merchant::new().await;
    let base = merchant.stage.url("/control/wechat_pay/pay");
    for (at, (path, kind, body)) in [
        ("/{}", "application/json", ""),
        ("/{}", "application/json", "{}"),
        ("/{}", "application/json", "{\"out_trade_no\":\"another_1\"}"),
        ("/{out_trade_no}", "application/json", "{\"out_trade_no\":\"{}\"}"),
        ("/%7Bout_trade_no%7D", "application/json", "{\"out_trade_no\":\"{}\"}"),
        ("/%257Bout_trade_no%257D", "application/json", "{\"out_trade_no\":\"{}\"}"),
        ("", "application/json", "{\"out_trade_no\":\"{}\"}"),
        ("/", "application/json", "{\"out_trade_no\":\"{}\"}"),
        ("", "application/x-www-form-urlencoded", "out_trade_no={}"),
        ("?out_trade_no={}", "text/plain", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("buy|{at}_00001");
        merchant.native(merchant.offer(&number)).await;
        let encoded = number.replace('|', "%7C");
        let fill = |text: &str, number: &str| text.replace("{}", number);
        let body = if kind == "application/json" && body == "{}" { body.to_owned() } else { fill(body, &number) };
        let url = format!("{base}{}", fill(path, &encoded));
        let (status, text, _) = post(&url, kind, &body).await;
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: {status} {text}"));
        assert_eq!((status, &told["trade_state"], &told["out_trade_no"]), (200, &json!("SUCCESS"), &json!(number)));
        let state = merchant.query(&encoded).await.json();
        assert_eq!((&state["trade_state"], &state["transaction_id"]), (&json!("SUCCESS"), &told["transaction_id"]));
        // Again is the same.
        assert_eq!(post(&url, kind, &body).await.1, text);
    }
    for (path, body, wanted) in [("", "{}", 400), ("/{out_trade_no}", "", 400), ("/stranger_1", "", 404)] {
        let (status, text, _) = post(&format!("{base}{path}"), "application/json", body).await;
        assert_eq!(status, wanted, "{path} {text}");
        assert!(serde_json::from_str::<Value>(&text).unwrap()["error"].is_string());
    }
}

#[tokio::test]
async fn at_the_cashier_a_buyer_pays_fails_or_leaves() {
    let merchant = Merchant::new().await;
    let told = merchant.h5(merchant.link("buy_0001")).await;
    let link = told.json()["h5_url"].as_str().unwrap().to_owned();
    let page = async |url: &str| {
        let request = merchant.stage.http.get(url).header("referer", "http://127.0.0.1:9/");
        request.send().await.unwrap().text().await.unwrap()
    };
    let from_nowhere = merchant.stage.http.get(&link).send().await.unwrap();
    assert_eq!(from_nowhere.status(), 403);
    let back = "http://127.0.0.1:9/orders?id=1";
    let shown = page(&format!("{link}&redirect_url=http%3A%2F%2F127.0.0.1%3A9%2Forders%3Fid%3D1")).await;
    for act in ["/pay?", "/fail?", "/leave?"] {
        assert!(shown.contains(act), "{act}");
    }
    assert!(shown.contains(back));
    let cashier = link.split('?').next().unwrap();
    let act = async |act: &str| post(&format!("{cashier}/{act}"), "text/plain", "").await;
    assert_eq!(act("steal").await.0, 400);
    let (status, _, to) = act("leave?redirect_url=http%3A%2F%2F127.0.0.1%3A9%2Forders%3Fid%3D1").await;
    assert_eq!((status, to.as_str()), (303, back));
    assert!(act("leave").await.2.contains("left=1") && act("fail").await.2.contains("failed=1"));
    assert_eq!(merchant.query("buy_0001").await.json()["trade_state"], "NOTPAY");
    assert_eq!(act("pay").await.0, 303);
    assert_eq!(merchant.query("buy_0001").await.json()["trade_state"], "SUCCESS");
    let stranger = format!("http://{}/cashier/000000000000", merchant.stage.running.at("wechat_pay").unwrap());
    let (status, text, _) = post(&format!("{stranger}/pay"), "text/plain", "").await;
    assert!(status == 404 && text.contains("no such link"));
    assert!(page(&stranger).await.contains("no such link"));
}

#[tokio::test]
async fn the_page_of_orders_says_how_each_stands_and_lets_it_go_on() {
    let merchant = Merchant::new().await;
    let page = async |language: &str| {
        let request = merchant.stage.http.get(merchant.stage.url("/wechat")).header("accept-language", language);
        request.send().await.unwrap().text().await.unwrap()
    };
    let act =
        async |act: &str| post(&merchant.stage.url(&format!("/wechat/page%7C0001/{act}")), "text/plain", "").await;
    assert!(page("zh-CN").await.contains("还没有订单"));
    assert_eq!(act("pay").await.0, 404);
    let mut body = merchant.offer("page|0001");
    body["time_expire"] = json!(format!("{}", merchant.stage.clock.now().plus_secs(600)));
    assert_eq!(merchant.native(body).await.status, 200);
    assert!(page("zh-CN").await.contains("待支付") && page("en").await.contains("not paid"));
    assert!(page("en").await.contains("action=\"/wechat/page%7C0001/pay\""));
    assert_eq!((act("steal").await.0, act("fail").await.2.as_str()), (400, "/wechat?failed=1"));
    merchant.stage.advance(700).await;
    assert!(page("zh-CN").await.contains("已过支付时间"));
    // Its time is over, which closes nothing: it takes no money, until that is to come late.
    act("pay").await;
    assert_eq!(merchant.query("page%7C0001").await.json()["trade_state"], "NOTPAY");
    assert_eq!(act("late").await.0, 303);
    assert_eq!(merchant.query("page%7C0001").await.json()["trade_state"], "SUCCESS");
    assert!(page("zh-CN").await.contains("已支付"));
    for (end, word) in [("abnormal", "退款异常"), ("closed", "退款关闭"), ("success", "已退款")] {
        assert_eq!(act(end).await.0, 303);
        let refund = json!({
            "out_trade_no": "page|0001",
            "out_refund_no": format!("page-{end}"),
            "amount": { "refund": 100, "total": 500, "currency": "CNY" },
        });
        merchant.call("POST", "/v3/refund/domestic/refunds", refund).await;
        merchant.stage.advance(2).await;
        merchant.call("GET", &format!("/v3/refund/domestic/refunds/page-{end}"), Value::Null).await;
        assert!(page("zh-CN").await.contains(word), "{end}");
    }
}

#[tokio::test]
async fn who_opened_an_order_first_pays_it_and_nobody_else() {
    let merchant = Merchant::new().await;
    let told = merchant.native(merchant.offer("buy_0002")).await.json();
    let token = told["code_url"].as_str().unwrap().split("pr=").nth(1).unwrap().to_owned();
    let cashier = format!("http://{}/cashier/{token}", merchant.stage.running.at("wechat_pay").unwrap());
    let open = async |cookie: &str| {
        let reply = merchant.stage.http.get(&cashier).header("cookie", cookie).send().await.unwrap();
        let set = reply.headers().get("set-cookie").map_or("", |value| value.to_str().unwrap()).to_owned();
        (reply.text().await.unwrap(), set.split(';').next().unwrap().to_owned())
    };
    let pay = async |cookie: &str| {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        client.post(format!("{cashier}/pay")).header("cookie", cookie).send().await.unwrap();
        merchant.query("buy_0002").await.json()["trade_state"].clone()
    };
    let (shown, first) = open("").await;
    assert!(shown.contains("/pay?") && first.starts_with("sandbox_buyer=o"), "{first}");
    let (shown, second) = open("other=1").await;
    assert!(!shown.contains("/pay?") && shown.contains("已由其他微信用户打开"), "{shown}");
    assert_eq!(pay(&second).await, "NOTPAY");
    assert!(open(&first).await.0.contains("/pay?"));
    assert_eq!(pay(&first).await, "SUCCESS");
    let told = merchant.told().await;
    assert_eq!(format!("sandbox_buyer={}", told["payer"]["openid"].as_str().unwrap()), first);
}

#[tokio::test]
async fn time_closes_nothing_and_takes_no_money() {
    let merchant = Merchant::new().await;
    let mut body = merchant.offer("buy_0003");
    body["time_expire"] = json!(format!("{}", merchant.stage.clock.now().plus_secs(600)));
    merchant.native(body.clone()).await;
    merchant.stage.advance(601).await;
    assert_eq!(merchant.query("buy_0003").await.json()["trade_state"], "NOTPAY");
    let pay = async || merchant.stage.post("/control/wechat_pay/pay/buy_0003", json!({})).await;
    assert_eq!(pay().await, (409, json!({ "out_trade_no": "buy_0003", "trade_state": "NOTPAY" })));
    assert_eq!(merchant.native(body).await.refusal(), (400, "INVALID_REQUEST".into()), "it is not offered again");
    let close = "/v3/pay/transactions/out-trade-no/buy_0003/close";
    assert_eq!(merchant.call("POST", close, json!({ "mchid": "1900000109" })).await.status, 204);
    let told = merchant.query("buy_0003").await.json();
    assert_eq!((&told["trade_state"], &told["trade_state_desc"]), (&json!("CLOSED"), &json!("订单已关闭")));
    assert_eq!(pay().await.1["trade_state"], "CLOSED");
}
