//! Who is let in, and under whose name answers are signed.

use super::*;

const TARGET: &str = "/v3/pay/transactions/out-trade-no/sign_0001?mchid=1900000109";

#[tokio::test]
async fn only_what_the_merchant_signed_just_now_is_heard() {
    let merchant = Merchant::new().await;
    let fresh = || merchant.fields("GET", TARGET, "");
    let send = async |authorization: String| merchant.send("GET", TARGET, "", &authorization).await;
    assert_eq!(send(written(&fresh())).await.refusal(), (404, "ORDER_NOT_EXIST".into()));

    let with = |name: &str, value: &str| {
        let mut fields = fresh();
        fields.iter_mut().filter(|(is, _)| *is == name).for_each(|(_, text)| value.clone_into(text));
        written(&fields)
    };
    let mut bad: Vec<(String, &str)> = ["mchid", "nonce_str", "signature", "timestamp", "serial_no"]
        .into_iter()
        .map(|name| {
            let fields: Vec<_> = fresh().into_iter().filter(|(is, _)| *is != name).collect();
            (written(&fields), name)
        })
        .collect();
    let secs = merchant.stage.clock.now().ms() / 1000;
    bad.extend([
        (String::new(), "authorization"),
        (written(&fresh()).replace("WECHATPAY2-SHA256-RSA2048", "WECHATPAY2-SM2-WITH-SM3"), "authorization"),
        (written(&fresh()).replace('"', ""), "authorization"),
        (with("nonce_str", ""), "nonce_str"),
        (with("mchid", "1900000110"), "mchid"),
        (with("serial_no", "5157F09EFDC096DE15EBE81A47057A7232F1B8E2"), "serial_no"),
        (with("timestamp", "soon"), "timestamp"),
        (with("timestamp", &(secs - 310).to_string()), "timestamp"),
        (with("timestamp", &(secs + 310).to_string()), "timestamp"),
        (with("timestamp", &(secs - 3).to_string()), "signature"),
        (with("nonce_str", "another"), "signature"),
        (with("signature", "AAAA"), "signature"),
        (with("signature", "no base64"), "signature"),
    ]);
    for (authorization, field) in bad {
        let told = send(authorization.clone()).await;
        assert_eq!(told.refusal(), (401, "SIGN_ERROR".into()), "{authorization}");
        assert_eq!(told.json()["detail"]["field"], field, "{authorization}: {}", told.text);
        // Who asks is not known yet: it is in nobody's name.
        assert!(told.is_unsigned() && told.header("request-id").is_empty(), "{:?}", told.headers);
    }
}

#[tokio::test]
async fn a_signature_is_over_method_target_and_body_and_its_nonce_may_come_again() {
    let merchant = Merchant::new().await;
    let signed = written(&merchant.fields("GET", TARGET, ""));
    for _ in 0..2 {
        assert_eq!(merchant.send("GET", TARGET, "", &signed).await.refusal().0, 404);
    }
    let (path, body) = ("/v3/pay/transactions/native", merchant.offer("sign_0002").to_string());
    let close = "/v3/pay/transactions/out-trade-no/sign_0001/close";
    for (method, target, text) in [("POST", close, ""), ("GET", "/v3/certificates", ""), ("GET", TARGET, "{}")] {
        let told = merchant.send(method, target, text, &signed).await;
        assert_eq!(told.refusal(), (401, "SIGN_ERROR".into()), "{method} {target} {text}");
    }
    // The refusal shows what was compared.
    let told = merchant.send("POST", path, &body, &written(&merchant.fields("POST", path, ""))).await;
    let shown = &told.json()["detail"]["sign_information"];
    assert_eq!((&shown["method"], &shown["url"]), (&json!("POST"), &json!(path)));
    assert!(shown["truncated_sign_message"].as_str().unwrap().starts_with("POST\n/v3/pay/transactions/native\n"));
    assert!(shown["sign_message_length"].as_u64().unwrap() > body.len() as u64);
}

#[tokio::test]
async fn a_path_is_signed_as_it_was_sent_and_read_without_its_percent_signs() {
    let merchant = Merchant::new().await;
    assert_eq!(merchant.native(merchant.offer("sign|003*a")).await.status, 200);
    let told = merchant.query("sign%7C003%2Aa").await;
    assert_eq!((told.status, &told.json()["out_trade_no"]), (200, &json!("sign|003*a")), "{}", told.text);
    let close = "/v3/pay/transactions/out-trade-no/sign%7c003*a/close";
    let told = merchant.call("POST", close, json!({ "mchid": kept(&merchant.stage).mchid })).await;
    assert_eq!((told.status, told.text.as_str()), (204, ""));
}

#[tokio::test]
async fn an_account_with_the_public_key_has_no_certificates() {
    let mut merchant = Merchant::new().await;
    let account = kept(&merchant.stage).clone();
    for serial in [&account.platform_public_key_id, &account.platform_serial, &String::new()] {
        merchant.serial = serial.clone();
        let told = merchant.query("sign_0004").await;
        assert_eq!(told.header("wechatpay-serial"), account.platform_public_key_id);
        let told = merchant.call("GET", "/v3/certificates", Value::Null).await;
        assert_eq!(told.refusal(), (404, "RESOURCE_NOT_EXISTS".into()));
        assert!(told.text.contains("无可用的平台证书"));
    }
    merchant.paid("sign_0005").await;
    let (headers, body) = merchant.notice(204).await;
    assert!(merchant.is_channels(&headers, &body));
    assert_eq!(headers["wechatpay-serial"].to_str().unwrap(), account.platform_public_key_id);
}

#[tokio::test]
async fn on_the_way_from_certificates_to_the_public_key_either_signs() {
    let mut merchant = Merchant::new().await;
    let account = kept(&merchant.stage).clone();
    let (public, certificate) = (&account.platform_public_key_id, &account.platform_serial);
    for (wanted, named) in [
        (json!({ "mode": "certificates" }), [certificate, certificate]),
        (json!({ "mode": "both" }), [certificate, certificate]),
        (json!({ "switching": true }), [public, certificate]),
    ] {
        merchant.account(wanted).await;
        for (serial, named) in [public.clone(), String::new()].into_iter().zip(named) {
            merchant.serial = serial;
            assert_eq!(merchant.query("sign_0006").await.header("wechatpay-serial"), named);
        }
    }
    // Hardly a notice is signed with the public key on the first day, every one from the seventh on.
    let signer = async |number: &str| {
        merchant.paid(number).await;
        let (headers, body) = merchant.notice(204).await;
        assert!(merchant.is_channels(&headers, &body));
        headers["wechatpay-serial"].to_str().unwrap().to_owned()
    };
    merchant.stage.advance(6 * 86_400).await;
    assert_eq!(signer("sign_0007").await, *public);
    merchant.account(json!({ "switching": false })).await;
    assert_eq!(signer("sign_0008").await, *certificate);
    let bad = merchant.stage.post("/control/wechat_pay/account", json!({ "mode": "none" })).await;
    assert_eq!(bad.0, 400);
    let told = json!({ "mode": "both", "switching": false, "certificates": "old" });
    assert_eq!(merchant.stage.get("/control/wechat_pay/account").await, told);
}

#[tokio::test]
async fn certificates_are_given_out_sealed_and_follow_one_another() {
    let mut merchant = Merchant::new().await;
    merchant.serial = String::new();
    let account = kept(&merchant.stage).clone();
    let (old, new) = (&account.platform_serial, &account.platform_next_serial);
    let given = async |merchant: &Merchant| {
        let told = merchant.call("GET", "/v3/certificates", Value::Null).await;
        let data = told.json()["data"].as_array().unwrap().clone();
        let serials: Vec<String> = data.iter().map(|one| one["serial_no"].as_str().unwrap().to_owned()).collect();
        let pems: Vec<String> = data.iter().map(|one| merchant.open(&one["encrypt_certificate"])).collect();
        assert!(serials.iter().any(|serial| told.header("wechatpay-serial") == serial));
        (serials, pems)
    };
    let file = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    let (old_pem, new_pem) = (file(&account.platform_cert), file(&account.platform_next_cert));
    merchant.account(json!({ "mode": "certificates" })).await;
    assert_eq!(given(&merchant).await, (vec![old.clone()], vec![old_pem.clone()]));
    merchant.account(json!({ "certificates": "rolling" })).await;
    assert_eq!(given(&merchant).await, (vec![old.clone(), new.clone()], vec![old_pem, new_pem.clone()]));
    let mut signers = std::collections::BTreeSet::new();
    for _ in 0..40 {
        signers.insert(merchant.query("sign_0009").await.header("wechatpay-serial").to_owned());
    }
    assert_eq!(signers, [old.clone(), new.clone()].into(), "either signs");
    merchant.account(json!({ "certificates": "new" })).await;
    assert_eq!(given(&merchant).await, (vec![new.clone()], vec![new_pem]));
    // Who cannot sign does not get them.
    let told = merchant.send("GET", "/v3/certificates", "", "").await;
    assert_eq!(told.refusal(), (401, "SIGN_ERROR".into()));
    assert!(!told.header("request-id").is_empty());
}

#[tokio::test]
async fn either_certificate_of_the_merchant_is_good() {
    let mut merchant = Merchant::new().await;
    let account = kept(&merchant.stage).clone();
    merchant.key = key_in(&account.merchant_next_key);
    let fields = |serial: &str| {
        let mut fields = merchant.fields("GET", TARGET, "");
        fields.iter_mut().filter(|(name, _)| *name == "serial_no").for_each(|(_, text)| serial.clone_into(text));
        written(&fields)
    };
    let lower = account.merchant_next_serial.to_ascii_lowercase();
    assert_eq!(merchant.send("GET", TARGET, "", &fields(&lower)).await.refusal().0, 404);
    let told = merchant.send("GET", TARGET, "", &fields(&account.merchant_serial)).await;
    assert_eq!(told.refusal(), (401, "SIGN_ERROR".into()), "signed with one key under the other's name");
}

#[tokio::test]
async fn a_path_that_is_none_is_answered_with_nothing() {
    let merchant = Merchant::new().await;
    for (method, path, status) in [
        ("GET", "/v3/nothing", 404),
        ("POST", "/v3/pay/transactions/jsapi", 404),
        ("GET", "/v3/pay/transactions/native", 405),
        ("PUT", "/v3/certificates", 405),
    ] {
        // Also to whoever cannot sign.
        for authorization in [written(&merchant.fields(method, path, "")), String::new()] {
            let told = merchant.send(method, path, "", &authorization).await;
            assert_eq!((told.status, told.text.as_str(), told.is_unsigned()), (status, "", true), "{method} {path}");
        }
    }
    let told = merchant.call("GET", "/v3/pay/transactions/out-trade-no/sign_0006", Value::Null).await;
    assert_eq!((told.refusal(), &told.json()["detail"]["field"]), ((400, "PARAM_ERROR".into()), &json!("mchid")));
}

#[tokio::test]
async fn a_request_must_say_what_it_takes_and_what_it_is() {
    let merchant = Merchant::new().await;
    let (refund, offer) = ("/v3/refund/domestic/refunds/back-1", "/v3/pay/transactions/native");
    let body = merchant.offer("sign_0010").to_string();
    for (method, target, text, left_out, status) in [
        ("GET", TARGET, "", "accept", 400),
        ("GET", TARGET, "", "user-agent", 404),
        ("GET", refund, "", "accept", 400),
        ("GET", refund, "", "user-agent", 400),
        ("POST", offer, body.as_str(), "content-type", 400),
        ("POST", offer, body.as_str(), "", 200),
    ] {
        let authorization = written(&merchant.fields(method, target, text));
        let head: Vec<(&str, &str)> = [
            ("accept", "*/*"),
            ("user-agent", "merchant/1"),
            ("content-type", "application/json; charset=utf-8"),
            ("authorization", &authorization),
        ]
        .into_iter()
        .filter(|(name, _)| *name != left_out)
        .collect();
        let told = merchant.send_with(method, target, text, &head).await;
        assert_eq!(told.status, status, "{target} without {left_out}: {}", told.text);
        if status == 400 {
            assert_eq!((told.refusal().1.as_str(), told.is_unsigned()), ("INVALID_REQUEST", true), "{left_out}");
        }
    }
    let authorization = written(&merchant.fields("POST", offer, &body));
    let head = [("accept", "*/*"), ("content-type", "text/plain"), ("authorization", authorization.as_str())];
    assert_eq!(merchant.send_with("POST", offer, &body, &head).await.status, 400);
}

#[tokio::test]
async fn answers_come_unsigned_or_as_probes_where_a_rule_says_so() {
    let merchant = Merchant::new().await;
    let send = async || {
        let body = merchant.offer("sign_0011").to_string();
        let fields = merchant.fields("POST", "/v3/pay/transactions/native", &body);
        merchant.send("POST", "/v3/pay/transactions/native", &body, &written(&fields)).await
    };
    let rule = |code: &str| json!({ "kind": "forge", "code": code, "operation": "native", "times": 1 });
    merchant.fault(rule("UNSIGNED_ERROR")).await;
    let told = send().await;
    assert_eq!((told.refusal(), told.is_unsigned()), ((400, "PARAM_ERROR".into()), true));
    assert_eq!(merchant.query("sign_0011").await.json()["trade_state"], "NOTPAY", "it was offered all the same");
    merchant.fault(rule("UNSIGNED")).await;
    let told = send().await;
    assert!(told.status == 200 && told.is_unsigned() && told.json()["code_url"].is_string());
    merchant.fault(rule("SIGNTEST")).await;
    let told = send().await;
    assert!(told.status == 200 && told.header("wechatpay-signature").starts_with("WECHATPAY/SIGNTEST/"));
    assert!(!merchant.is_channels(&told.headers, &told.text));
    // What is refused before anybody is known is never a probe.
    merchant.fault(json!({ "kind": "refuse", "code": "PARAM_ERROR", "operation": "native", "times": 1 })).await;
    let told = send().await;
    assert_eq!((told.refusal(), told.is_unsigned()), ((400, "PARAM_ERROR".into()), true));
    for (code, signed) in [("SIGNTEST", true), ("UNSIGNED", false)] {
        merchant.fault(json!({ "kind": "forge", "code": code, "operation": "notify", "times": 1 })).await;
        merchant.paid(&format!("sign_{code}")).await;
        let (headers, body) = merchant.notice(401).await;
        assert!(!merchant.is_channels(&headers, &body), "{code}");
        assert_eq!(headers.contains_key("wechatpay-signature"), signed, "{code}");
        merchant.stage.advance(15).await;
        merchant.told().await;
    }
}
