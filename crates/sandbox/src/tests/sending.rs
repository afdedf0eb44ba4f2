//! Texts and signatures on a good day, and refusals that are nobody's fault.

use partners::acs3::{self, AccessKey, Call, Signed};

use super::*;

#[tokio::test]
async fn a_text_is_signed_taken_and_delivered() {
    let stage = Stage::new().await;
    let parcel = verification("obx_1", "012345");
    let (verdict, parcel) = stage.sent_before(&parcel).await;
    assert_eq!(verdict, Verdict::Done);
    let sent = stage.sent().await;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0]["content"], "【常州人社】您的验证码为012345，5分钟内有效，请勿告诉他人。");
    assert_eq!(sent[0]["code"], "012345");
    assert_eq!(sent[0]["out_id"], "obx_1");
    assert_eq!(sent[0]["state"], "accepted");
    assert_eq!(stage.ask(&parcel).await, Verdict::Done, "on its way is carried");
    stage.advance(3).await;
    assert_eq!(stage.sent().await[0]["state"], "delivered");
    assert_eq!(stage.ask(&parcel).await, Verdict::Done);
    let others = stage.get("/control/sms?mobile=13900139000").await;
    assert_eq!(others, json!([]));
}

#[tokio::test]
async fn keys_and_clocks_that_are_wrong_are_refused() {
    let stage = Stage::new().await;
    let endpoint = format!("http://{}", stage.running.at("sms").unwrap());
    let parcel = notice("obx_1", MOBILE);
    for (id, secret, code) in
        [("sandbox", "another", "SignatureDoesNotMatch"), ("nobody", "sandbox-secret", "InvalidAccessKeyId.NotFound")]
    {
        let wrong = carrier(endpoint.clone(), id, secret);
        assert_eq!(wrong.send(&stage.ctx, &parcel).await, Verdict::Refused(code.into()));
    }
    let late = clock();
    late.advance_secs(16 * 60);
    let ctx = Ctx { clock: late, ..stage.ctx.clone() };
    let verdict = stage.carrier.send(&ctx, &parcel).await;
    assert_eq!(verdict, Verdict::Retry("InvalidTimeStamp.Expired".into()));
    assert!(stage.sent().await.is_empty());
}

#[tokio::test]
async fn a_request_cannot_be_changed_or_repeated() {
    let stage = Stage::new().await;
    let signed = sign(&stage);
    let forged = Signed { query: signed.query.replace(MOBILE, "13900139000"), ..signed.clone() };
    assert_eq!(raw(&stage, &forged).await, (400, "SignatureDoesNotMatch".into()));
    assert_eq!(raw(&stage, &signed).await, (200, "OK".into()), "a forgery does not use the nonce up");
    assert_eq!(raw(&stage, &signed).await, (400, "SignatureNonceUsed".into()));
    assert_eq!(stage.sent().await.len(), 1);
}

fn sign(stage: &Stage) -> Signed {
    let pairs = [
        ("PhoneNumbers", MOBILE),
        ("SignName", "常州人社"),
        ("TemplateCode", "SMS_100001"),
        ("TemplateParam", r#"{"code":"~*+ /中"}"#),
    ];
    acs3::sign(
        &AccessKey { id: "sandbox".into(), secret: "sandbox-secret".into() },
        &Call {
            host: &stage.running.at("sms").unwrap().to_string(),
            action: "SendSms",
            version: "2017-05-25",
            query: pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect(),
            now: stage.clock.now(),
            nonce: "once".into(),
        },
    )
}

async fn raw(stage: &Stage, signed: &Signed) -> (u16, String) {
    let mut request = stage.http.post(format!("http://{}/?{}", stage.running.at("sms").unwrap(), signed.query));
    for (name, value) in &signed.headers {
        request = request.header(*name, value);
    }
    let reply = request.send().await.unwrap();
    let status = reply.status().as_u16();
    let body: Value = reply.json().await.unwrap();
    (status, body["Code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_has_taken_nothing() {
    let stage = Stage::new().await;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let lost = carrier(format!("http://{closed}"), "sandbox", "sandbox-secret");
    let verdict = lost.send(&stage.ctx, &notice("obx_1", MOBILE)).await;
    assert!(matches!(verdict, Verdict::Retry(_)), "{verdict:?}");
}

#[tokio::test]
async fn what_can_never_be_sent_is_refused_before_the_provider() {
    let stage = Stage::new().await;
    let unknown = parcel("obx_1", json!({ "mobile": MOBILE, "template": "farewell" }));
    assert!(matches!(stage.send(&unknown).await, Verdict::Refused(why) if why.contains("farewell")));
    let broken = parcel("obx_2", json!({ "mobile": 13_800_138_000_i64 }));
    assert!(matches!(stage.send(&broken).await, Verdict::Refused(why) if !why.contains("138")));
}

#[tokio::test]
async fn magic_numbers_do_what_the_papers_say() {
    let stage = Stage::new().await;
    for (mobile, verdict) in [
        ("19900000001", Verdict::Done),
        ("19900000002", Verdict::Done),
        ("19900000003", Verdict::Refused("isv.MOBILE_NUMBER_ILLEGAL".into())),
        ("19900000004", Verdict::Retry("isv.BUSINESS_LIMIT_CONTROL".into())),
        ("19900000005", Verdict::Done),
    ] {
        assert_eq!(stage.send(&notice(mobile, mobile)).await, verdict, "{mobile}");
    }
    stage.advance(3).await;
    let state = async |mobile: &str| stage.get(&format!("/control/sms?mobile={mobile}")).await[0]["state"].clone();
    assert_eq!(state("19900000001").await, "failed");
    assert_eq!(state("19900000002").await, "accepted");
    assert_eq!(state("19900000005").await, "lost");
    stage.advance(87).await;
    assert_eq!(state("19900000002").await, "delivered");
    let absent = Parcel { sent_at: Some(stage.clock.now()), ..notice("19900000001", "19900000001") };
    assert_eq!(stage.ask(&absent).await, Verdict::Done, "carried, though not delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_can_be_prepared() {
    let stage = Stage::new().await;
    let target = Target::Sqlite(stage.folder.0.join("sandbox/sandbox.db"));
    let refused = tokio::task::spawn_blocking(move || {
        let db = Db::open(DbSettings::new(target, "prepare")).unwrap();
        db.prepare_all(|module| module.starts_with("sandbox")).unwrap()
    });
    assert_eq!(refused.await.unwrap(), Vec::<String>::new());
}
