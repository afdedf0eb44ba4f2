//! The card system, through the real adapter.

use identity::ports::{CardSystem, PhysicalState, PinVerdict, PortError};
use partners::cards::{CardClient, CardSettings};
use partners::tif::TifAccount;

use super::insurer::who;
use super::*;

const ORDINARY: (&str, &str) = ("样例·停保", "320402199001019222");
const LOST: (&str, &str) = ("样例·挂失", "320402199001019118");
const NO_CARD: (&str, &str) = ("样例·无卡", "320402199001019142");
const LOCKED: (&str, &str) = ("样例·卡密锁定", "320402199001019150");
const NO_MOBILE: (&str, &str) = ("样例·无手机号", "320402199001019169");

fn client(stage: &Stage, token: &str, channel: &str) -> CardClient {
    CardClient::new(CardSettings {
        endpoint: format!("http://{}", stage.running.at("cards").unwrap()),
        account: TifAccount { paasid: "sandbox".into(), token: token.into() },
        channel: channel.into(),
        timeout_ms: TIMEOUT_MS,
        calls_max: 16,
    })
    .unwrap()
}

fn own(stage: &Stage) -> CardClient {
    client(stage, "sandbox-token", "3204000001")
}

async fn fault(stage: &Stage, mut rule: Value) {
    rule["partner"] = json!("cards");
    rule["times"] = json!(1);
    let (status, answer) = stage.post("/control/faults", rule).await;
    assert_eq!(status, 201, "{answer}");
}

/// Card number and password, as the page of people shows them.
async fn card(stage: &Stage, (_, number): (&str, &str)) -> (String, String) {
    let person = stage.get(&format!("/control/people/{number}")).await;
    let text = |name: &str| person[name].as_str().unwrap().to_owned();
    (text("card_no"), text("card_pin"))
}

#[tokio::test]
async fn the_newest_card_is_told() {
    let stage = Stage::new().await;
    let client = own(&stage);
    let ask = async |one| {
        let (name, number) = who(one);
        client.card_of(&stage.ctx, &name, &number).await.unwrap()
    };
    let found = ask(ORDINARY).await.unwrap();
    assert_eq!(found.card_no.expose(), &card(&stage, ORDINARY).await.0);
    assert!(found.has_photo && found.mobile.is_some() && found.state == PhysicalState::Active);
    assert_eq!(ask(LOST).await.unwrap().state, PhysicalState::Lost);
    assert!(ask(NO_CARD).await.is_none());
    assert!(ask(NO_MOBILE).await.unwrap().mobile.is_none());
    assert!(ask(("另一个人", ORDINARY.1)).await.is_none());
    stage.post(&format!("/control/people/{}", LOST.1), json!({ "replace": true })).await;
    let new = ask(LOST).await.unwrap();
    assert_eq!((new.state, new.card_no.expose()), (PhysicalState::Active, &card(&stage, LOST).await.0));
}

#[tokio::test]
async fn six_wrong_passwords_lock_the_card_also_when_sent_at_once() {
    let stage = Stage::new().await;
    let client = own(&stage);
    let (card_no, pin) = card(&stage, ORDINARY).await;
    let wrong = if pin == "000000" { "000001" } else { "000000" };
    let try_ = async |pin: &str| client.verify_pin(&stage.ctx, &card_no, pin).await.unwrap();
    for _ in 0..5 {
        assert!(matches!(try_(wrong).await, PinVerdict::Wrong));
    }
    let right = try_(&pin).await;
    let PinVerdict::Right { number, mobile } = right else { panic!("{right:?}") };
    assert_eq!((number.expose(), mobile.is_some()), (ORDINARY.1, true));
    // The count began anew; now all at once.
    let (a, b, c, d, e, f) = tokio::join!(try_(wrong), try_(wrong), try_(wrong), try_(wrong), try_(wrong), try_(wrong));
    let verdicts = [a, b, c, d, e, f];
    assert_eq!(verdicts.iter().filter(|verdict| matches!(verdict, PinVerdict::Locked)).count(), 1);
    assert!(matches!(try_(&pin).await, PinVerdict::Locked), "the right one does not help any more");
    stage.post(&format!("/control/people/{}", ORDINARY.1), json!({ "unlock": true })).await;
    assert!(matches!(try_(&pin).await, PinVerdict::Right { .. }));
}

#[tokio::test]
async fn cards_that_are_not_in_use_say_so_only_to_who_knows_the_password() {
    let stage = Stage::new().await;
    let client = own(&stage);
    let (card_no, pin) = card(&stage, LOST).await;
    let try_ = async |card_no: &str, pin: &str| client.verify_pin(&stage.ctx, card_no, pin).await.unwrap();
    assert!(matches!(try_(&card_no, "x").await, PinVerdict::Wrong));
    assert!(matches!(try_(&card_no, &pin).await, PinVerdict::NotUsable(PhysicalState::Lost)));
    assert!(matches!(try_("A99999999", "123456").await, PinVerdict::Wrong), "no such card");
    let (locked, pin) = card(&stage, LOCKED).await;
    assert!(matches!(try_(&locked, &pin).await, PinVerdict::Locked));
    stage.post(&format!("/control/people/{}", LOST.1), json!({ "replace": true })).await;
    assert!(matches!(try_(&card_no, &pin).await, PinVerdict::Wrong | PinVerdict::NotUsable(PhysicalState::Cancelled)));
}

#[tokio::test]
async fn an_issue_heard_again_is_answered_the_same() {
    let stage = Stage::new().await;
    let client = own(&stage);
    let issue = async |request_no: &str, one| {
        let (name, number) = who(one);
        client.issue(&stage.ctx, request_no, &name, &number).await
    };
    let first = issue("req-1", ORDINARY).await.unwrap().unwrap();
    assert_eq!((first.sign_no.expose().len(), first.level), (32, 2));
    let again = issue("req-1", ORDINARY).await.unwrap().unwrap();
    assert_eq!(first.sign_no, again.sign_no);
    let other = issue("req-2", ORDINARY).await.unwrap().unwrap();
    assert_eq!(first.sign_no, other.sign_no, "one a card and channel");
    assert_eq!(issue("req-1", NO_MOBILE).await.unwrap_err(), PortError::Refused("REQUEST_NO_USED".into()));
    assert_eq!(issue("req-3", NO_MOBILE).await.unwrap().unwrap().level, 1, "no account without a mobile number");
    assert!(issue("req-4", LOST).await.unwrap().is_none() && issue("req-5", NO_CARD).await.unwrap().is_none());

    stage.post(&format!("/control/people/{}", ORDINARY.1), json!({ "replace": true })).await;
    let replaced = issue("req-6", ORDINARY).await.unwrap().unwrap();
    assert_ne!(first.sign_no, replaced.sign_no, "a new card, a new number");

    fault(&stage, json!({ "kind": "time_out_after", "operation": "ecard.issue" })).await;
    let lost = issue("req-7", NO_MOBILE).await.unwrap_err();
    assert!(matches!(lost, PortError::Unknown(_)), "{lost}");
    assert!(issue("req-7", NO_MOBILE).await.unwrap().is_some(), "asked again, it is there");
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let stage = Stage::new().await;
    let client_ = own(&stage);
    let (name, number) = who(ORDINARY);
    let (card_no, pin) = card(&stage, ORDINARY).await;
    for (kind, code, wanted) in [
        ("refuse", "NOT_ALLOWED", PortError::Refused("NOT_ALLOWED".into())),
        ("refuse", "SYSTEM_ERROR", PortError::Unknown("SYSTEM_ERROR".into())),
        ("refuse", "TIF_BUSY", PortError::NotSent("TIF_BUSY".into())),
        ("forge", "", PortError::Unknown("the answer is about somebody else".into())),
    ] {
        fault(&stage, json!({ "kind": kind, "code": code })).await;
        let error = client_.card_of(&stage.ctx, &name, &number).await.unwrap_err();
        assert_eq!(error, wanted, "{kind} {code}");
    }
    fault(&stage, json!({ "kind": "forge", "operation": "ecard.issue" })).await;
    let forged = client_.issue(&stage.ctx, "req-1", &name, &number).await;
    assert!(matches!(forged, Err(PortError::Unknown(_))));
    fault(&stage, json!({ "kind": "forge", "operation": "card.verify-pin" })).await;
    let forged = client_.verify_pin(&stage.ctx, &card_no, &pin).await;
    assert!(matches!(forged, Err(PortError::Unknown(_))), "a right password of another card");
    for kind in ["time_out_before", "down"] {
        fault(&stage, json!({ "kind": kind })).await;
        let error = client_.card_of(&stage.ctx, &name, &number).await.unwrap_err();
        assert!(matches!(error, PortError::Unknown(_)), "{kind}: {error}");
    }
    let wrong = client(&stage, "another", "3204000001").card_of(&stage.ctx, &name, &number).await.unwrap_err();
    assert_eq!(wrong, PortError::Refused("TIF_SIGNATURE_WRONG".into()));
    let wrong = client(&stage, "sandbox-token", "9").card_of(&stage.ctx, &name, &number).await.unwrap_err();
    assert_eq!(wrong, PortError::Refused("NOT_ALLOWED".into()), "a channel of somebody else");
}
