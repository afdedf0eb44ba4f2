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
        assert!(merchant.is_channels(&told.headers, &told.text), "refusals are signed too");
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
    for (method, target, text) in [("POST", TARGET, ""), ("GET", "/v3/certificates", ""), ("GET", TARGET, "{}")] {
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
    let told = merchant.call("POST", close, json!({ "mchid": merchant.stage.running.wechat.mchid })).await;
    assert_eq!((told.status, told.text.as_str()), (204, ""));
}

#[tokio::test]
async fn an_answer_names_the_key_that_the_merchant_asked_for() {
    let mut merchant = Merchant::new().await;
    let account = merchant.stage.running.wechat.clone();
    for (serial, named) in [
        (&account.platform_public_key_id, &account.platform_public_key_id),
        (&account.platform_serial, &account.platform_serial),
        (&String::new(), &account.platform_serial),
    ] {
        merchant.serial = serial.clone();
        assert_eq!(merchant.query("sign_0004").await.header("wechatpay-serial"), named);
    }
    // A notice names the key that the offer did.
    merchant.serial = account.platform_serial.clone();
    merchant.paid("sign_0005").await;
    let (headers, body) = merchant.notice(204).await;
    assert!(merchant.is_channels(&headers, &body));
    assert_eq!(headers["wechatpay-serial"].to_str().unwrap(), account.platform_serial);
}

#[tokio::test]
async fn the_certificate_is_given_out_sealed() {
    let mut merchant = Merchant::new().await;
    merchant.serial = String::new();
    let told = merchant.call("GET", "/v3/certificates", Value::Null).await;
    let one = &told.json()["data"][0];
    let account = &merchant.stage.running.wechat;
    assert_eq!(one["serial_no"], account.platform_serial.as_str());
    assert_eq!(one["serial_no"], told.header("wechatpay-serial"));
    let pem = merchant.open(&one["encrypt_certificate"]);
    assert_eq!(pem, std::fs::read_to_string(&account.platform_cert).unwrap());
    // Who cannot sign does not get it.
    let told = merchant.send("GET", "/v3/certificates", "", "").await;
    assert_eq!(told.refusal(), (401, "SIGN_ERROR".into()));
}

#[tokio::test]
async fn a_path_that_is_none_is_said_so() {
    let merchant = Merchant::new().await;
    for (method, path) in [("GET", "/v3/nothing"), ("GET", "/v3/pay/transactions/native"), ("PUT", "/v3/certificates")]
    {
        assert_eq!(merchant.call(method, path, Value::Null).await.refusal(), (404, "NOT_FOUND".into()), "{path}");
    }
    let told = merchant.call("GET", "/v3/pay/transactions/out-trade-no/sign_0006", Value::Null).await;
    assert_eq!((told.refusal(), &told.json()["detail"]["field"]), ((400, "PARAM_ERROR".into()), &json!("mchid")));
}
