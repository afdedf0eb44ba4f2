//! What nobody signed, what is not told, and refunds that do not arrive.

use super::super::{paid, refund_state};
use super::*;

/// A refusal in nobody's name, with this word.
fn unsigned(what: Unsigned, says: &str) -> ChannelError {
    ChannelError::Unsigned { what, says: says.to_owned() }
}

#[tokio::test]
async fn a_refusal_that_nobody_signed_is_told_apart_and_a_success_is_never_believed() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    // It is done, and something on the way says in nobody's name that it was wrong.
    stage.twist("UNSIGNED_ERROR", "native").await;
    let offer = stage.offer("att_lie_1", Cashier::Code);
    assert_eq!(pay.offer(ctx, &offer).await, Err(unsigned(Unsigned::Other, "PARAM_ERROR")));
    assert_eq!(pay.query(ctx, "att_lie_1").await, Ok(ChannelState::Open), "it was made");
    stage.control("wechat_pay/pay/att_lie_1", json!({})).await;
    for how in ["UNSIGNED", "SIGNTEST"] {
        stage.twist(how, "query").await;
        let told = pay.query(ctx, "att_lie_1").await;
        assert!(matches!(&told, Err(ChannelError::Port(PortError::Unknown(_)))), "{how}: {told:?}");
    }
    assert!(matches!(pay.query(ctx, "att_lie_1").await, Ok(ChannelState::Paid { .. })));
    for (how, signed) in [("UNSIGNED", false), ("", true)] {
        if !how.is_empty() {
            stage.twist(how, "query").await;
        }
        assert_eq!(pay.query(ctx, "att_none_9").await, Ok(ChannelState::NotFound { signed }));
    }
    stage.twist("UNSIGNED", "close").await;
    // Whoever closes asks again in any case: this word needs no signature to be one of three.
    assert_eq!(pay.close(ctx, "att_none_9").await, Ok(CloseAnswer::NotFound));
    // Our signature does not fit: the channel does not know who asks, and signs nothing.
    let next = kept(&stage.running).merchant_next_key.clone();
    let stranger = stage.with(|settings| settings.merchant_keys[0].file = next);
    assert_eq!(stranger.query(ctx, "att_lie_1").await, Err(unsigned(Unsigned::Signature, "SIGN_ERROR")));
    let told = stranger.offer(ctx, &stage.offer("att_lie_2", Cashier::Code)).await;
    assert_eq!(told, Err(unsigned(Unsigned::Signature, "SIGN_ERROR")));
    assert_eq!(pay.query(ctx, "att_lie_2").await, Ok(ChannelState::NotFound { signed: true }));
    stage.running.stop().await;
}

#[tokio::test]
async fn a_probe_is_known_as_one_in_an_answer_and_in_a_notice() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    pay.offer(ctx, &stage.offer("att_probe_1", Cashier::Code)).await.unwrap();
    stage.twist("SIGNTEST", "notify").await;
    stage.control("wechat_pay/pay/att_probe_1", json!({})).await;
    let (headers, body) = stage.notice().await;
    assert_eq!(pay.notice(ctx, &headers, &body), Err(NoticeRefusal::Probe));
    stage.running.stop().await;
}

#[tokio::test]
async fn only_an_address_that_the_world_knows_is_told_of_a_buyer() {
    let stage = Stage::new().await;
    let bare = stage.with(|settings| settings.stand_in_ip = None);
    for (ip, public) in [
        ("127.0.0.1", false),
        ("10.1.2.3", false),
        ("192.168.0.7", false),
        ("172.16.0.1", false),
        ("169.254.1.1", false),
        ("::1", false),
        ("fe80::1", false),
        ("fd00::1", false),
        ("::ffff:127.0.0.1", false),
        ("", false),
        ("unknown", false),
        ("114.241.7.9", true),
        ("240e:404::1", true),
        ("::ffff:114.241.7.9", true),
    ] {
        assert_eq!(bare.gives_links_to(ip), public, "{ip}");
        assert!(stage.pay.gives_links_to(ip), "{ip}: it is told another one");
    }
    // The channel takes what is told instead, also of who comes from this machine.
    let offer = Offer { client_ip: "127.0.0.1".into(), ..stage.offer("att_phone_1", Cashier::Link) };
    assert!(stage.pay.offer(&stage.ctx, &offer).await.is_ok());
    let offer = Offer { number: "att_phone_2".into(), client_ip: "240e:404::1".into(), ..offer };
    assert!(bare.offer(&stage.ctx, &offer).await.is_ok());
    stage.running.stop().await;
}

#[tokio::test]
async fn a_refund_that_does_not_arrive_says_so_and_goes_where_somebody_says() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    let buyer = Recipient::Buyer {
        bank: "ICBC_DEBIT".into(),
        account: Pii::new("6222020903001234567".to_owned()),
        name: Pii::new("陈秀英".to_owned()),
    };
    for (at, (end, to)) in
        [("closed", None), ("abnormal", Some(buyer)), ("abnormal", Some(Recipient::Merchant))].into_iter().enumerate()
    {
        let (payment, number) = (format!("att_back_{at}"), format!("att_gone_{at}"));
        pay.offer(ctx, &stage.offer(&payment, Cashier::Code)).await.unwrap();
        stage.control(&format!("wechat_pay/pay/{payment}"), json!({})).await;
        stage.notice().await;
        stage.control(&format!("wechat_pay/orders/{payment}"), json!({ "refund": end })).await;
        let giving = Giving {
            number: number.clone(),
            payment_number: payment,
            amount: Fen::new(500),
            paid: Fen::new(500),
            reason: "退款".into(),
        };
        pay.refund(ctx, &giving).await.unwrap();
        stage.clock.advance_secs(2);
        let state = pay.refund_state(ctx, &number).await.unwrap();
        let (headers, body) = stage.notice().await;
        let told = pay.notice(ctx, &headers, &body).unwrap().about;
        assert_eq!(told, About::Refund { number: number.clone(), state: state.clone() });
        // Asked for again under its number, it is told as it stands.
        assert_eq!(pay.refund(ctx, &giving).await.unwrap(), state);
        let Some(to) = to else {
            assert!(matches!(state, RefundState::Closed { why: "CLOSED", .. }), "{state:?}");
            continue;
        };
        let RefundState::Abnormal { channel_no } = &state else { panic!("{state:?}") };
        let begun = pay.redirect_refund(ctx, &number, channel_no, &to).await.unwrap();
        assert!(matches!(begun, RefundState::Processing { .. }), "{begun:?}");
        stage.clock.advance_secs(2);
        let ended = pay.refund_state(ctx, &number).await.unwrap();
        match to {
            Recipient::Buyer { .. } => {
                assert!(matches!(ended, RefundState::Done { done_at: Some(_), .. }), "{ended:?}")
            }
            Recipient::Merchant => {
                assert!(
                    matches!(ended, RefundState::Closed { why: "TO_MERCHANT", .. }),
                    "the buyer has nothing: {ended:?}"
                );
            }
        }
        // The notice writes the merchant's account in other words than the answer, and means the same.
        let (headers, body) = stage.notice().await;
        assert_eq!(pay.notice(ctx, &headers, &body).unwrap().about, About::Refund { number, state: ended });
    }
    stage.running.stop().await;
}

#[test]
fn times_may_have_fractions_and_what_is_not_paid_needs_no_amount() {
    let transaction = |success_time: Value, amount: Value| {
        let told = json!({
            "appid": "wx", "mchid": "1", "out_trade_no": "n", "transaction_id": "4200", "trade_state": "SUCCESS",
            "success_time": success_time, "amount": amount,
        });
        paid(&serde_json::from_value(told).unwrap())
    };
    let amount = json!({ "total": 500, "currency": "CNY" });
    for (text, ms) in [
        ("2026-03-02T09:30:00+08:00", 0),
        ("2026-03-02T09:30:00.123+08:00", 123),
        ("2026-03-02T01:30:00.123Z", 123),
        ("2026-03-02T01:30:00.123456Z", 123),
    ] {
        let ChannelState::Paid { paid_at, .. } = transaction(json!(text), amount.clone()).unwrap() else { panic!() };
        assert_eq!(paid_at.ms(), 1_772_415_000_000 + ms, "{text}");
    }
    for (time, amount) in [
        (json!("yesterday"), amount.clone()),
        (Value::Null, amount),
        (json!("2026-03-02T01:30:00Z"), json!({ "payer_currency": "CNY" })),
        (json!("2026-03-02T01:30:00Z"), json!({ "total": 500, "currency": "USD" })),
    ] {
        assert!(transaction(time.clone(), amount.clone()).is_err(), "{time} {amount}");
    }
    // Not paid: the channel may leave the amount, or its total, out.
    for amount in [json!({ "payer_currency": "CNY" }), json!({}), Value::Null] {
        let told = json!({ "mchid": "1", "out_trade_no": "n", "trade_state": "NOTPAY", "amount": amount });
        assert!(serde_json::from_value::<wire::wechat_pay::Transaction>(told).is_ok(), "{amount}");
    }
}

#[test]
fn a_refund_in_no_state_that_is_known_is_no_answer() {
    let told = |status: &str, account: &str| {
        let told = json!({
            "refund_id": "5030", "out_refund_no": "n", "status": status, "user_received_account": account,
            "amount": { "refund": 500, "total": 500, "currency": "CNY" },
        });
        refund_state(&serde_json::from_value(told).unwrap())
    };
    for account in ["支付用户零钱", "支付用户零钱通", "招商银行信用卡0403", "工商银行借记卡4567", ""]
    {
        assert!(matches!(told("SUCCESS", account), Ok(RefundState::Done { .. })), "{account}");
    }
    for account in [
        "商户基本账户",
        "商户结算银行账户",
        "商户基本账户商户结算银行账户",
        "商户基本账户/商户结算银行账户",
        " 商户结算银行账户1234",
        "商户账户",
        "退还商户: 商户基本账户商户结算银行账户",
    ] {
        let state = told("SUCCESS", account);
        assert!(matches!(state, Ok(RefundState::Closed { why: "TO_MERCHANT", .. })), "{account}: {state:?}");
    }
    assert!(matches!(told("ABNORMAL", "支付用户零钱"), Ok(RefundState::Abnormal { .. })));
    assert!(told("LOST", "").is_err());
}
