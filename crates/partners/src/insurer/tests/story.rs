//! Visits settled and undone at the sandbox's insurer, over HTTP.

use identity::ports::{Insurer, PortError};
use kernel::ShiftedClock;
use payments::ports::{SettleError, Settlements, Split};
use sandbox::{Running, Sandbox, SandboxSettings};
use serde_json::{Value, json};

use super::*;

struct Stage {
    running: Running,
    client: InsurerClient,
    ctx: Ctx,
    person: Insured,
    _folder: Folder,
}

impl Stage {
    async fn new() -> Stage {
        let (folder, clock) = (Folder::new(), Arc::new(ShiftedClock::new()));
        let any_port = ([127, 0, 0, 1], 0).into();
        let settings = SandboxSettings::demo(any_port, folder.0.clone(), Arc::clone(&clock), Arc::new(OsRng));
        let running = Sandbox::start(SandboxSettings { people: 0, ..settings }).await.unwrap();
        let (client, ctx) = (client(&format!("http://{}", running.insurer)), context(&folder, clock));
        let who = person("", "310");
        let psn_no = client.person(&ctx, &who.name, &who.number).await.unwrap().unwrap().psn_no;
        Stage { running, client, ctx, person: Insured { psn_no, ..who }, _folder: folder }
    }

    async fn control(&self, path: &str, body: Value) {
        let address = format!("http://{}/control/{path}", self.running.control);
        let reply =
            reqwest::Client::new().post(address).body(body.to_string()).header("content-type", "application/json");
        let reply = reply.send().await.unwrap();
        assert!(reply.status().is_success(), "{path}: {}", reply.text().await.unwrap());
    }

    async fn fault(&self, kind: &str, operation: &str, code: &str) {
        let rule = json!({ "partner": "insurer", "kind": kind, "operation": operation, "code": code, "times": 1 });
        self.control("faults", rule).await;
    }

    async fn person_is(&self, change: Value) {
        self.control(&format!("people/{}", self.person.number.expose()), change).await;
    }

    /// A visit that is registered and not settled.
    async fn visit(&self, visit_no: &str) -> Visit {
        let care = care(visit_no);
        let registered = self.client.register(&self.ctx, &self.person, &care).await.unwrap();
        Visit { person: self.person.clone(), care, registered, use_account: true }
    }
}

fn split(fund: i64, personal_account: i64, cash: i64) -> Split {
    let [fund, personal_account, cash] = [fund, personal_account, cash].map(Fen::new);
    Split { fund, personal_account, other: Fen::ZERO, cash }
}

fn refused<T>(code: &str) -> Result<T, SettleError> {
    Err(PortError::Refused(code.to_owned()).into())
}

#[tokio::test]
async fn a_visit_is_settled_found_and_undone() {
    let stage = Stage::new().await;
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit("visit-1").await;
    let again = client.register(ctx, &stage.person, &visit.care).await.unwrap();
    assert_eq!((again.mdtrt_id == visit.registered.mdtrt_id, again == visit.registered), (true, false));
    let advice = client.presettle(ctx, &visit).await.unwrap();
    assert_eq!(advice.split, split(800, 1_200, 500));
    assert_eq!(advice.echo, [0, 500, 0, 2_000].map(Fen::new));
    assert_eq!(client.settled(ctx, &visit).await, Ok(None));

    let number = client.number(ctx);
    let settled = client.settle(ctx, &number, &visit, &advice).await.unwrap();
    assert_eq!(
        (settled.number.as_str(), settled.split, settled.balance),
        (number.as_str(), advice.split, advice.balance)
    );
    assert_eq!(client.settle(ctx, &number, &visit, &advice).await, Ok(settled.clone()), "one number, one settlement");
    assert_eq!(client.settle(ctx, &client.number(ctx), &visit, &advice).await, refused("settled_already"));
    assert_eq!(client.settled(ctx, &visit).await, Ok(Some(settled.clone())));
    assert_eq!(client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await, refused("settled_already"));

    let number = client.number(ctx);
    for number in [&number, &number, &client.number(ctx)] {
        assert_eq!(client.void(ctx, number, &visit, &settled.setl_id).await.map(drop), Ok(()));
    }
    assert_eq!(client.settled(ctx, &visit).await, Ok(None));
    assert_eq!(client.presettle(ctx, &visit).await.unwrap().balance, advice.balance, "the account has its part back");
    assert_eq!(client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await, Ok(()));
    assert_eq!(client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await, refused("cancelled"));
}

#[tokio::test]
async fn an_unknown_outcome_is_asked_about_and_taken_back() {
    let stage = Stage::new().await;
    let (client, ctx) = (&stage.client, &stage.ctx);
    for (n, kind, done) in [(1, "time_out_after", true), (2, "time_out_before", false), (3, "lose", false)] {
        let visit = stage.visit(&format!("visit-{n}")).await;
        let advice = client.presettle(ctx, &visit).await.unwrap();
        let number = client.number(ctx);
        stage.fault(kind, "2207", "").await;
        let answer = client.settle(ctx, &number, &visit, &advice).await;
        assert_eq!(
            matches!(answer, Err(SettleError::Port(PortError::Unknown(_)))),
            kind != "lose",
            "{kind}: {answer:?}"
        );
        let found = client.settled(ctx, &visit).await.unwrap();
        assert_eq!(found.map(|settled| settled.number), done.then(|| number.clone()), "{kind}");
        for _ in 0..2 {
            assert_eq!(client.reverse(ctx, &visit, &number).await, Ok(()), "{kind}");
        }
        assert_eq!(client.settled(ctx, &visit).await, Ok(None), "{kind}");
        let late = client.settle(ctx, &number, &visit, &advice).await;
        assert_eq!(late, refused("reversed_already"), "{kind}: what was taken back never comes");
        assert_eq!(client.presettle(ctx, &visit).await.unwrap(), advice, "{kind}");
    }
}

#[tokio::test]
async fn amounts_that_do_not_add_up_are_told_as_that() {
    let stage = Stage::new().await;
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit("visit-1").await;
    let advice = client.presettle(ctx, &visit).await.unwrap();
    let forged =
        |infno: &str, answer: String| assert!(answer.contains(&format!("Amounts(\"{infno}: psn_part_amt")), "{answer}");
    stage.fault("forge", "2206", "").await;
    forged("2206", format!("{:?}", client.presettle(ctx, &visit).await));
    stage.fault("forge", "2207", "").await;
    forged("2207", format!("{:?}", client.settle(ctx, &client.number(ctx), &visit, &advice).await));
    stage.fault("forge", "5203", "").await;
    forged("5203", format!("{:?}", client.settled(ctx, &visit).await));
    stage.fault("forge", "2208", "").await;
    forged("2208", format!("{:?}", client.void(ctx, &client.number(ctx), &visit, "S").await));
    for infno in ["2601", "2202", "2201", "2204"] {
        stage.fault("forge", infno, "").await;
        let answer = match infno {
            "2601" => client.reverse(ctx, &visit, &client.number(ctx)).await,
            "2202" => client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await,
            _ => client.register(ctx, &stage.person, &care("visit-2")).await.map(drop),
        };
        assert!(matches!(answer, Err(SettleError::Port(PortError::Unknown(_)))), "{infno}: {answer:?}");
    }
}

#[tokio::test]
async fn a_new_day_a_lost_sign_in_and_a_poorer_account() {
    let stage = Stage::new().await;
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit("visit-1").await;
    stage.control("clock", json!({ "advance_secs": 86_400 })).await;
    let advice = client.presettle(ctx, &visit).await.unwrap();
    stage.fault("refuse", "2206", "INVALID_SIGN_NO").await;
    assert_eq!(client.presettle(ctx, &visit).await, Ok(advice.clone()));
    stage.fault("forge", "9001", "").await;
    stage.fault("refuse", "2206", "INVALID_SIGN_NO").await;
    // The number that was forged is no sign-in: once it is refused itself, there is another.
    let turned_away = client.presettle(ctx, &visit).await;
    assert!(matches!(turned_away, Err(SettleError::Port(PortError::NotSent(_)))), "{turned_away:?}");
    assert_eq!(client.presettle(ctx, &visit).await, Ok(advice.clone()));

    stage.person_is(json!({ "balance_fen": 300 })).await;
    let settled = client.settle(ctx, &client.number(ctx), &visit, &advice).await.unwrap();
    assert_eq!((settled.split, settled.balance), (split(800, 300, 1_400), Some(Fen::ZERO)));

    let unused = Visit { use_account: false, ..stage.visit("visit-2").await };
    assert_eq!(client.presettle(ctx, &unused).await.unwrap().split, split(800, 0, 1_700));
    stage.person_is(json!({ "insured": "resident" })).await;
    let resident = Insured { kind: "390".to_owned(), ..stage.person.clone() };
    let (care, person) = (care("visit-3"), resident.clone());
    let registered = client.register(ctx, &resident, &care).await.unwrap();
    let visit = Visit { person, care, registered, use_account: true };
    assert_eq!(client.presettle(ctx, &visit).await.unwrap().split, split(1_000, 0, 1_500));
    stage.person_is(json!({ "insured": "ended" })).await;
    assert_eq!(client.presettle(ctx, &visit).await.map(drop), refused("not_insured"));
    stage.fault("refuse", "2201", "SYSTEM_ERROR").await;
    let failed = client.register(ctx, &resident, &visit.care).await;
    assert_eq!(failed, Err(PortError::Unknown("status 500".to_owned()).into()));
}
