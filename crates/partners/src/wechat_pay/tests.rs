//! The adapter against the sandbox's channel, over HTTP; and what it must not believe.

mod keys;
mod words;

use std::path::Path;
use std::sync::Arc;

use kernel::{Fen, OsRng, Pii, ShiftedClock};
use payments::ports::{
    About, Cashier, Channel, ChannelError, ChannelState, CloseAnswer, Giving, NoticeRefusal, Offer, PortError,
    Recipient, RefundState, Unsigned,
};
use platform::Ctx;
use platform::config::{KeyFile, Secret};
use sandbox::{Running, Sandbox, SandboxSettings, WechatPayAccount};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{WechatPay, WechatPaySettings};
use crate::insurer::tests::{Folder, clock, context};

/// The account as the sandbox's channel has made it.
fn kept(running: &Running) -> &WechatPayAccount {
    running.kept::<WechatPayAccount>().unwrap()
}

/// The sandbox's merchant, with the public key alone.
fn account(running: &Running, merchant: &TcpListener) -> WechatPaySettings {
    let account = kept(running);
    WechatPaySettings {
        endpoint: format!("http://{}", running.at("wechat_pay").unwrap()),
        mchid: account.mchid.clone(),
        appid: account.appid.clone(),
        merchant_keys: vec![KeyFile {
            serial: account.merchant_serial.clone(),
            file: account.merchant_key.clone(),
            from: None,
        }],
        apiv3_key: Secret::new(account.apiv3_key.clone()),
        platform_keys: vec![KeyFile {
            serial: account.platform_public_key_id.clone(),
            file: account.platform_public_key.clone(),
            from: None,
        }],
        fetches_certificates: false,
        stand_in_ip: Some([203, 0, 113, 7].into()),
        notify_base: format!("http://{}", merchant.local_addr().unwrap()),
        timeout_ms: 1_500,
        calls_max: 16,
    }
}

struct Stage {
    running: Running,
    pay: WechatPay,
    ctx: Ctx,
    clock: Arc<ShiftedClock>,
    merchant: TcpListener,
    _folder: Folder,
}

impl Stage {
    async fn new() -> Stage {
        let (folder, clock) = (Folder::new(), clock());
        let any_port = ([127, 0, 0, 1], 0).into();
        let mut settings = SandboxSettings::demo(any_port, folder.0.clone(), Arc::clone(&clock), Arc::new(OsRng));
        settings.people = 0;
        // Keys take long to make: all stories of one run share them.
        settings.wechat_pay_keys = Some(std::env::temp_dir().join("renshe-test-wechat-pay"));
        let running = Sandbox::start(settings).await.unwrap();
        let merchant = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ctx = context(&folder, clock.clone());
        let pay = WechatPay::new(account(&running, &merchant)).unwrap();
        Stage { running, pay, ctx, clock, merchant, _folder: folder }
    }

    /// The same account in the hands of a merchant who has set something otherwise.
    fn with(&self, change: impl FnOnce(&mut WechatPaySettings)) -> WechatPay {
        let mut settings = account(&self.running, &self.merchant);
        change(&mut settings);
        WechatPay::new(settings).unwrap()
    }

    fn offer(&self, number: &str, cashier: Cashier) -> Offer {
        Offer {
            number: number.into(),
            amount: Fen::new(500),
            description: "测试医院 挂号费".into(),
            expires_at: self.ctx.now().plus_secs(900),
            cashier,
            client_ip: "127.0.0.1".into(),
        }
    }

    async fn control(&self, path: &str, body: Value) -> u16 {
        let address = format!("http://{}/control/{path}", self.running.control);
        let sent =
            reqwest::Client::new().post(address).body(body.to_string()).header("content-type", "application/json");
        sent.send().await.unwrap().status().as_u16()
    }

    /// How the account is from now on.
    async fn account(&self, wanted: Value) {
        assert_eq!(self.control("wechat_pay/account", wanted).await, 200);
    }

    /// The next true answer to this does not come as it was given.
    async fn twist(&self, how: &str, operation: &str) {
        let rule = json!({ "partner": "wechat_pay", "kind": "forge", "code": how, "operation": operation, "times": 1 });
        assert_eq!(self.control("faults", rule).await, 201);
    }

    async fn fault(&self, kind: &str, operation: &str) {
        let rule = json!({ "partner": "wechat_pay", "kind": kind, "operation": operation, "times": 1 });
        assert_eq!(self.control("faults", rule).await, 201);
    }

    /// Takes one notice and answers it: its headers and body.
    async fn notice(&self) -> (http::HeaderMap, Vec<u8>) {
        let (mut stream, _) = self.merchant.accept().await.unwrap();
        let (mut read, mut chunk) = (Vec::new(), [0; 4096]);
        loop {
            let many = stream.read(&mut chunk).await.unwrap();
            read.extend_from_slice(&chunk[..many]);
            let text = String::from_utf8_lossy(&read).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let mut headers = http::HeaderMap::new();
            for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(": ")) {
                headers.insert(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
            }
            let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
            if body.len() >= length {
                stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
                return (headers, body.as_bytes().to_vec());
            }
        }
    }
}

#[tokio::test]
async fn offered_paid_told_and_given_back() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    assert_eq!(pay.query(ctx, "att_one_1").await.unwrap(), ChannelState::NotFound { signed: true });
    let code = pay.offer(ctx, &stage.offer("att_one_1", Cashier::Code)).await.unwrap();
    assert!(code.starts_with("weixin://wxpay/bizpayurl?pr="), "{code}");
    // The same again is the same payment; with another amount it is refused.
    pay.offer(ctx, &stage.offer("att_one_1", Cashier::Code)).await.unwrap();
    let other = Offer { amount: Fen::new(600), ..stage.offer("att_one_1", Cashier::Code) };
    assert_eq!(pay.offer(ctx, &other).await, Err(PortError::Refused("INVALID_REQUEST".into()).into()));
    assert_eq!(pay.query(ctx, "att_one_1").await.unwrap(), ChannelState::Open);
    assert_eq!(stage.control("wechat_pay/pay/att_one_1", json!({})).await, 200);
    let paid = pay.query(ctx, "att_one_1").await.unwrap();
    assert!(matches!(&paid, ChannelState::Paid { amount, .. } if *amount == Fen::new(500)), "{paid:?}");
    assert_eq!(pay.close(ctx, "att_one_1").await.unwrap(), CloseAnswer::Paid);
    let (headers, body) = stage.notice().await;
    let notice = pay.notice(ctx, &headers, &body).unwrap();
    assert!(matches!(&notice.about, About::Payment { number, state } if number == "att_one_1" && *state == paid));
    let giving = Giving {
        number: "att_two_1".into(),
        payment_number: "att_one_1".into(),
        amount: Fen::new(500),
        paid: Fen::new(500),
        reason: "退款".into(),
    };
    assert_eq!(pay.refund_state(ctx, "att_two_1").await.unwrap(), RefundState::NotFound);
    let begun = pay.refund(ctx, &giving).await.unwrap();
    assert!(matches!(begun, RefundState::Processing { .. }), "{begun:?}");
    let again = Giving { number: "att_three_1".into(), ..giving.clone() };
    assert!(
        matches!(pay.refund(ctx, &again).await, Err(ChannelError::Port(PortError::Refused(_)))),
        "no more than was paid"
    );
    stage.clock.advance_secs(2);
    let done = pay.refund_state(ctx, "att_two_1").await.unwrap();
    assert!(matches!(&done, RefundState::Done { amount, .. } if *amount == Fen::new(500)), "{done:?}");
    let (headers, body) = stage.notice().await;
    let notice = pay.notice(ctx, &headers, &body).unwrap();
    assert_eq!(notice.about, About::Refund { number: "att_two_1".into(), state: done });
    stage.running.stop().await;
}

#[tokio::test]
async fn closed_is_closed_and_time_closes_nothing() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    let link = pay.offer(ctx, &stage.offer("att_link_1", Cashier::Link)).await.unwrap();
    assert!(link.starts_with("http://"), "{link}");
    assert_eq!(pay.close(ctx, "att_link_1").await.unwrap(), CloseAnswer::Closed);
    assert_eq!(pay.query(ctx, "att_link_1").await.unwrap(), ChannelState::Closed);
    assert_eq!(stage.control("wechat_pay/pay/att_link_1", json!({})).await, 409);
    assert_eq!(pay.close(ctx, "att_none_1").await.unwrap(), CloseAnswer::NotFound);
    pay.offer(ctx, &stage.offer("att_late_1", Cashier::Code)).await.unwrap();
    stage.clock.advance_secs(901);
    assert_eq!(pay.query(ctx, "att_late_1").await.unwrap(), ChannelState::Open);
    assert_eq!(stage.control("wechat_pay/pay/att_late_1", json!({})).await, 409, "nobody can pay it any more");
    assert_eq!(pay.close(ctx, "att_late_1").await.unwrap(), CloseAnswer::Closed);
    assert_eq!(pay.query(ctx, "att_late_1").await.unwrap(), ChannelState::Closed);
    assert_eq!(stage.control("wechat_pay/orders/att_late_1", json!({ "late_pay": true })).await, 200);
    assert_eq!(stage.control("wechat_pay/pay/att_late_1", json!({})).await, 200);
    assert!(matches!(pay.query(ctx, "att_late_1").await.unwrap(), ChannelState::Paid { .. }));
    stage.running.stop().await;
}

#[tokio::test]
async fn what_the_channel_did_not_sign_is_not_believed() {
    let stage = Stage::new().await;
    let (pay, ctx) = (&stage.pay, &stage.ctx);
    stage.fault("time_out_after", "native").await;
    let offer = stage.offer("att_slow_1", Cashier::Code);
    assert!(matches!(pay.offer(ctx, &offer).await, Err(ChannelError::Port(PortError::Unknown(_)))));
    assert_eq!(pay.query(ctx, "att_slow_1").await.unwrap(), ChannelState::Open);
    stage.fault("forge", "query").await;
    assert!(matches!(pay.query(ctx, "att_slow_1").await, Err(ChannelError::Port(PortError::Unknown(_)))));
    stage.fault("forge", "notify").await;
    stage.control("wechat_pay/pay/att_slow_1", json!({})).await;
    let (headers, body) = stage.notice().await;
    assert!(pay.notice(ctx, &headers, &body).is_err(), "a forged notice");
    // Taken all the same; a true one is opened only while it is young, and whole.
    pay.offer(ctx, &stage.offer("att_true_1", Cashier::Code)).await.unwrap();
    stage.control("wechat_pay/pay/att_true_1", json!({})).await;
    let (headers, body) = stage.notice().await;
    assert!(pay.notice(ctx, &headers, &body).is_ok());
    let mut bent = body.clone();
    bent[20] ^= 1;
    assert!(pay.notice(ctx, &headers, &bent).is_err());
    let mut probe = headers.clone();
    probe.insert("wechatpay-signature", "WECHATPAY/SIGNTEST/abc".parse().unwrap());
    assert!(pay.notice(ctx, &probe, &body).is_err());
    stage.clock.advance_secs(400);
    assert!(pay.notice(ctx, &headers, &body).is_err(), "too old");
    stage.running.stop().await;
}
