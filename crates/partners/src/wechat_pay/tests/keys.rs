//! Keys that change: the channel's from certificates to the public key and from one certificate to the next, and ours.

use super::*;

fn platform_key(serial: &str, path: &Path) -> KeyFile {
    KeyFile { serial: serial.to_owned(), file: path.to_owned(), from: None }
}

#[tokio::test]
async fn while_the_channel_goes_over_to_the_public_key_either_name_is_believed() {
    let stage = Stage::new().await;
    let account = kept(&stage.running).clone();
    // In which order they stand says which is asked for first; both are known.
    let certificate = platform_key(&account.platform_serial.to_ascii_lowercase(), &account.platform_cert);
    let public = platform_key(&account.platform_public_key_id, &account.platform_public_key);
    let old = stage.with(|settings| settings.platform_keys = vec![certificate.clone(), public.clone()]);
    let new = stage.with(|settings| settings.platform_keys = vec![public, certificate]);
    for (at, mode) in ["certificates", "both", "public_key"].into_iter().enumerate() {
        stage.account(json!({ "mode": mode, "switching": mode == "both" })).await;
        for (way, pay) in [("old", &old), ("new", &new)] {
            let number = format!("att_{way}_{at}");
            pay.offer(&stage.ctx, &stage.offer(&number, Cashier::Code)).await.unwrap();
            assert_eq!(pay.query(&stage.ctx, &number).await, Ok(ChannelState::Open), "{mode} {way}");
            stage.control(&format!("wechat_pay/pay/{number}"), json!({})).await;
            let (headers, body) = stage.notice().await;
            assert!(pay.notice(&stage.ctx, &headers, &body).is_ok(), "{mode} {way}: {headers:?}");
        }
    }
    stage.running.stop().await;
}

#[tokio::test]
async fn a_key_that_is_not_known_is_named_and_nothing_that_it_signed_is_believed() {
    let stage = Stage::new().await;
    let account = kept(&stage.running).clone();
    stage.pay.offer(&stage.ctx, &stage.offer("att_named_1", Cashier::Code)).await.unwrap();
    stage.account(json!({ "mode": "certificates" })).await;
    let unknown = ChannelError::UnknownKey(account.platform_serial.clone());
    assert_eq!(stage.pay.query(&stage.ctx, "att_named_1").await, Err(unknown.clone()));
    assert_eq!(stage.pay.offer(&stage.ctx, &stage.offer("att_named_2", Cashier::Code)).await, Err(unknown));
    stage.control("wechat_pay/pay/att_named_1", json!({})).await;
    let (headers, body) = stage.notice().await;
    let refused = stage.pay.notice(&stage.ctx, &headers, &body);
    assert_eq!(refused, Err(NoticeRefusal::UnknownKey(account.platform_serial.clone())));
    assert!(!stage.pay.learn_key(&stage.ctx, &account.platform_serial).await, "it is told to fetch none");
    stage.running.stop().await;
}

#[tokio::test]
async fn a_certificate_that_is_not_known_is_fetched_and_a_new_one_after_it() {
    let stage = Stage::new().await;
    let (clock, account) = (stage.clock.clone(), kept(&stage.running).clone());
    stage.account(json!({ "mode": "certificates" })).await;
    let pay = stage.with(|settings| {
        settings.platform_keys.clear();
        settings.fetches_certificates = true;
    });
    // What is asked for first brings the first one.
    pay.offer(&stage.ctx, &stage.offer("att_fetch_1", Cashier::Code)).await.unwrap();
    stage.account(json!({ "certificates": "new" })).await;
    // The channel is asked at most once a minute, whoever writes serials.
    let too_soon = pay.query(&stage.ctx, "att_fetch_1").await;
    assert_eq!(too_soon, Err(ChannelError::UnknownKey(account.platform_next_serial.clone())));
    clock.advance_secs(60);
    assert_eq!(pay.query(&stage.ctx, "att_fetch_1").await, Ok(ChannelState::Open));
    stage.control("wechat_pay/pay/att_fetch_1", json!({})).await;
    let (headers, body) = stage.notice().await;
    assert!(pay.notice(&stage.ctx, &headers, &body).is_ok());
    // A notice may be the first that shows it.
    let fresh = stage.with(|settings| {
        settings.platform_keys = vec![platform_key(&account.platform_serial, &account.platform_cert)];
        settings.fetches_certificates = true;
    });
    let refused = fresh.notice(&stage.ctx, &headers, &body);
    assert_eq!(refused, Err(NoticeRefusal::UnknownKey(account.platform_next_serial.clone())));
    assert!(fresh.learn_key(&stage.ctx, &account.platform_next_serial).await);
    assert!(fresh.notice(&stage.ctx, &headers, &body).is_ok());
    assert!(!fresh.learn_key(&stage.ctx, "0123456789ABCDEF").await, "somebody's own");
    stage.running.stop().await;
}

#[tokio::test]
async fn a_card_is_sealed_although_no_certificate_was_fetched_before() {
    let stage = Stage::new().await;
    stage.account(json!({ "mode": "certificates" })).await;
    let fresh = || {
        stage.with(|settings| {
            settings.platform_keys.clear();
            settings.fetches_certificates = true;
        })
    };
    let pay = fresh();
    pay.offer(&stage.ctx, &stage.offer("att_card_1", Cashier::Code)).await.unwrap();
    stage.control("wechat_pay/pay/att_card_1", json!({})).await;
    stage.notice().await;
    stage.control("wechat_pay/orders/att_card_1", json!({ "refund": "abnormal" })).await;
    let giving = Giving {
        number: "att_card_2".into(),
        payment_number: "att_card_1".into(),
        amount: Fen::new(500),
        paid: Fen::new(500),
        reason: "退款".into(),
    };
    pay.refund(&stage.ctx, &giving).await.unwrap();
    stage.clock.advance_secs(2);
    let state = pay.refund_state(&stage.ctx, "att_card_2").await.unwrap();
    let RefundState::Abnormal { channel_no } = &state else { panic!("{state:?}") };
    let secret = |text: &str| Pii::new(text.to_owned());
    let to =
        Recipient::Buyer {
            bank: "ICBC_DEBIT".into(), account: secret("6222020903001234567"), name: secret("陈秀英")
        };
    // A process of its own, as the command is: it has heard nothing from the channel yet.
    let begun = fresh().redirect_refund(&stage.ctx, "att_card_2", channel_no, &to).await;
    assert!(matches!(begun, Ok(RefundState::Processing { .. })), "{begun:?}");
    stage.running.stop().await;
}

#[tokio::test]
async fn the_newest_certificate_is_asked_for_unless_the_configuration_names_a_key() {
    let stage = Stage::new().await;
    let account = kept(&stage.running).clone();
    stage.account(json!({ "mode": "certificates" })).await;
    let free = stage.with(|settings| {
        settings.platform_keys.clear();
        settings.fetches_certificates = true;
    });
    let named = stage.with(|settings| {
        settings.platform_keys = vec![platform_key(&account.platform_serial, &account.platform_cert)];
        settings.fetches_certificates = true;
    });
    assert!(free.learn_key(&stage.ctx, &account.platform_serial).await);
    assert_eq!(free.keys.platform().first(), account.platform_serial);
    stage.account(json!({ "certificates": "rolling" })).await;
    stage.clock.advance_secs(60);
    for (pay, first) in [(&free, &account.platform_next_serial), (&named, &account.platform_serial)] {
        assert!(pay.learn_key(&stage.ctx, &account.platform_next_serial).await);
        assert_eq!(pay.keys.platform().first(), first);
    }
    stage.running.stop().await;
}

#[tokio::test]
async fn our_new_key_signs_from_its_moment_on() {
    let stage = Stage::new().await;
    let account = kept(&stage.running).clone();
    let from = stage.ctx.now().plus_secs(600);
    let next = KeyFile {
        serial: account.merchant_next_serial.clone(),
        file: account.merchant_next_key.clone(),
        from: Some(from),
    };
    let pay = stage.with(|settings| settings.merchant_keys.push(next));
    for (at, serial) in [(from.minus_secs(1), &account.merchant_serial), (from, &account.merchant_next_serial)] {
        assert_eq!(pay.keys.sign("text", at).unwrap().0, serial);
    }
    pay.offer(&stage.ctx, &stage.offer("att_ours_1", Cashier::Code)).await.unwrap();
    stage.clock.advance_secs(600);
    assert_eq!(pay.query(&stage.ctx, "att_ours_1").await, Ok(ChannelState::Open));
    stage.running.stop().await;
}

#[tokio::test]
async fn settings_that_could_never_work_are_refused() {
    let stage = Stage::new().await;
    let account = kept(&stage.running).clone();
    let bad = |change: &dyn Fn(&mut WechatPaySettings)| {
        let mut settings = super::account(&stage.running, &stage.merchant);
        change(&mut settings);
        WechatPay::new(settings).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(bad(&|settings| settings.platform_keys.clear()).contains("a key of the channel's must be given"));
    assert!(bad(&|settings| settings.merchant_keys.clear()).contains("a key of the merchant's"));
    assert!(bad(&|settings| settings.platform_keys[0].serial = "PUBKEY".into()).contains("PUB_KEY_ID_"));
    let other = || platform_key(&account.platform_next_serial, &account.platform_cert);
    assert!(bad(&|settings| settings.platform_keys.push(other())).contains("another serial"));
    assert!(bad(&|settings| settings.merchant_keys[0].file = "/no/such/key.pem".into()).contains("/no/such/key.pem: "));
    assert_eq!(bad(&|_| {}), "");
    stage.running.stop().await;
}
