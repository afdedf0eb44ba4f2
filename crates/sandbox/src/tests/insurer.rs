//! 1101 and the code of the minute, through the real adapter. Visits and settlements are in the
//! files beside, sent by a desk of the tests' own.

mod around;
mod desk;
mod dialects;
mod settling;
mod undoing;

use identity::ports::{Acquaintance, InsuredPerson, Insurer, PortError};
use kernel::{Fen, IdNumber, PersonName};
use partners::insurer::{InsurerClient, InsurerSettings};
use partners::tif::TifAccount;

use super::*;

const ELSEWHERE: (&str, &str) = ("样例·异地参保", "320402199001019214");
const ENDED: (&str, &str) = ("样例·停保", "320402199001019222");
const UNKNOWN: (&str, &str) = ("样例·未参保", "320402199001019230");
const ORDINARY: (&str, &str) = ("样例·无手机号", "320402199001019169");

pub(super) fn who((name, number): (&str, &str)) -> (PersonName, IdNumber) {
    let today = kernel::Date::constant(2026, 1, 1);
    (PersonName::parse(name).unwrap(), IdNumber::parse(number, today).unwrap())
}

fn client(stage: &Stage, token: &str) -> InsurerClient {
    let account = TifAccount { paasid: "sandbox".into(), token: token.into() };
    let endpoint = format!("http://{}", stage.running.at("insurer").unwrap());
    let settings = InsurerSettings::new(&endpoint, account, "H32040000001");
    InsurerClient::new(InsurerSettings { timeout_ms: TIMEOUT_MS, ..settings }, Arc::default()).unwrap()
}

async fn answer(stage: &Stage, who_: (&str, &str)) -> Result<Acquaintance, PortError> {
    let (name, number) = who(who_);
    client(stage, "sandbox-token").person(&stage.ctx, &name, &number).await
}

async fn ask(stage: &Stage, who_: (&str, &str)) -> Result<Option<InsuredPerson>, PortError> {
    answer(stage, who_).await.map(Acquaintance::known)
}

async fn fault(stage: &Stage, mut rule: Value) {
    rule["partner"] = json!("insurer");
    rule["times"] = json!(1);
    let (status, answer) = stage.post("/control/faults", rule).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn the_insured_are_told_with_region_state_and_balance() {
    let stage = Stage::new().await;
    let person = ask(&stage, ORDINARY).await.unwrap().unwrap();
    assert!(person.psn_no.expose().len() <= 30);
    let [ended, active] = person.insurances.as_slice() else { panic!("{:?}", person.insurances) };
    assert_eq!((ended.kind.as_str(), ended.active), ("390", false));
    assert_eq!((active.kind.as_str(), active.active, active.region.as_str()), ("310", true, "320400"));
    assert_eq!(active.balance, Some(Fen::new(120_000)));
    let elsewhere = ask(&stage, ELSEWHERE).await.unwrap().unwrap();
    assert!(elsewhere.insurances.iter().all(|insurance| insurance.region == "320500"));
    let ended = ask(&stage, ENDED).await.unwrap().unwrap();
    assert!(ended.insurances.iter().all(|insurance| !insurance.active));
    assert_eq!(person.name, who(ORDINARY).0);
    assert!(matches!(answer(&stage, UNKNOWN).await, Ok(Acquaintance::NotFound)));
    let other = answer(&stage, ("另一个人", ORDINARY.1)).await;
    assert!(matches!(other, Ok(Acquaintance::OtherName(None))), "a name that is not the number's: {other:?}");
    stage.post(&format!("/control/people/{}", UNKNOWN.1), json!({ "insured": "resident" })).await;
    let gained = ask(&stage, UNKNOWN).await.unwrap().unwrap();
    assert_eq!((gained.insurances[0].kind.as_str(), gained.insurances[0].balance), ("390", Some(Fen::ZERO)));
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let stage = Stage::new().await;
    for (kind, code, wanted) in [
        ("refuse", "INVALID_SIGN_NO", PortError::Refused("infcode -1".into())),
        ("refuse", "SYSTEM_ERROR", PortError::Unknown("status 500".into())),
        ("refuse", "TIF_BUSY", PortError::NotSent("TIF_BUSY".into())),
        ("forge", "", PortError::Unknown("the answer is about somebody else".into())),
    ] {
        fault(&stage, json!({ "kind": kind, "code": code })).await;
        assert_eq!(ask(&stage, ORDINARY).await.unwrap_err(), wanted, "{kind} {code}");
    }
    for kind in ["time_out_before", "time_out_after", "down"] {
        fault(&stage, json!({ "kind": kind, "operation": "1101" })).await;
        let error = ask(&stage, ORDINARY).await.unwrap_err();
        assert!(matches!(error, PortError::Unknown(_)), "{kind}: {error}");
    }
    fault(&stage, json!({ "kind": "slow", "ms": 300, "match": ORDINARY.1 })).await;
    assert!(ask(&stage, ORDINARY).await.unwrap().is_some());
}

#[tokio::test]
async fn a_token_that_is_wrong_and_a_clock_that_is_late_are_refused() {
    let stage = Stage::new().await;
    let (name, number) = who(ORDINARY);
    let refused = client(&stage, "another").person(&stage.ctx, &name, &number).await.unwrap_err();
    assert_eq!(refused, PortError::Refused("TIF_SIGNATURE_WRONG".into()));
    let late = clock();
    late.advance_secs(400);
    let ctx = Ctx { clock: late, ..stage.ctx.clone() };
    let refused = client(&stage, "sandbox-token").person(&ctx, &name, &number).await.unwrap_err();
    assert_eq!(refused, PortError::Refused("TIF_TIMESTAMP_EXPIRED".into()));
    let account = TifAccount { paasid: "sandbox".into(), token: "sandbox-token".into() };
    let endpoint = format!("http://{}", stage.running.at("insurer").unwrap());
    let settings = InsurerSettings::new(&endpoint, account, "H32040000002");
    let other = InsurerClient::new(settings, Arc::default()).unwrap();
    let refused = other.person(&stage.ctx, &name, &number).await.unwrap_err();
    assert_eq!(refused, PortError::Refused("infcode -1".into()), "an institution that is not registered");
}

#[tokio::test]
async fn the_code_is_the_minutes() {
    let stage = Stage::new().await;
    let (_, number) = who(ORDINARY);
    let psn_no = ask(&stage, ORDINARY).await.unwrap().unwrap().psn_no;
    let client = client(&stage, "sandbox-token");
    let code = async || client.code(&stage.ctx, psn_no.expose(), &number).await;
    let first = code().await.unwrap().unwrap();
    assert_eq!(first.len(), 28);
    stage.advance(61).await;
    let second = code().await.unwrap().unwrap();
    assert_ne!(first, second);
    fault(&stage, json!({ "kind": "forge", "operation": "CZ01" })).await;
    assert!(matches!(code().await, Err(PortError::Unknown(_))));
    stage.post(&format!("/control/people/{}", ORDINARY.1), json!({ "insured": "ended" })).await;
    assert_eq!(code().await.unwrap(), None, "who is not insured any more has no code");
}
