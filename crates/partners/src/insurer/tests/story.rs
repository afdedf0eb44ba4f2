//! Visits settled and undone at the sandbox's insurer, over HTTP.

use identity::ports::{Insurer, PortError};
use payments::ports::{Presettled, Refusal, SettleError, Settlements, Split, Undone};
use sandbox::{Dialect, Running, Sandbox, SandboxSettings};
use serde_json::{Value, json};

use super::super::words::REFUSALS;
use super::*;

struct Stage {
    running: Running,
    client: InsurerClient,
    ctx: Ctx,
    person: CoveredPerson,
    _folder: Folder,
}

impl Stage {
    async fn new() -> Stage {
        let (folder, clock) = (Folder::new(), clock());
        let any_port = ([127, 0, 0, 1], 0).into();
        let settings = SandboxSettings::demo(any_port, folder.0.clone(), Arc::clone(&clock), Arc::new(OsRng));
        let running = Sandbox::start(SandboxSettings { people: 0, ..settings }).await.unwrap();
        let (client, ctx) = (client(&format!("http://{}", running.at("insurer").unwrap())), context(&folder, clock));
        let who = person("", "310");
        let psn_no = client.person(&ctx, &who.name, &who.number).await.unwrap().known().unwrap().psn_no;
        Stage { running, client, ctx, person: CoveredPerson { psn_no, ..who }, _folder: folder }
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

    /// Has the insurer speak this dialect, and numbers sent to it in this form.
    async fn speak(&mut self, dialect: Dialect, numbers: Form) {
        self.control("insurer/dialect", json!({ "dialect": dialect.as_str() })).await;
        // Numbers of another client begin anew: not in the same second.
        self.control("clock", json!({ "advance_secs": 60 })).await;
        self.client = client_sending(&format!("http://{}", self.running.at("insurer").unwrap()), numbers);
    }

    async fn person_is(&self, change: Value) {
        self.control(&format!("people/{}", self.person.number.expose()), change).await;
    }

    /// A visit that is registered and not settled.
    async fn visit(&self, visit_no: &str) -> RegisteredVisit {
        let care = care(visit_no);
        let registered = self.client.register(&self.ctx, &self.person, &care).await.unwrap();
        RegisteredVisit { person: self.person.clone(), care, registered, use_personal_account: true }
    }
}

/// Each dialect, each form of what is sent, and how 25.00 is split there.
fn manners() -> impl Iterator<Item = (Dialect, Form, Split)> {
    Dialect::ALL.into_iter().flat_map(|dialect| {
        let plain = split(800, 1_200, 500);
        let split = match dialect {
            // There the institution bears a fifth of what is above the cap.
            Dialect::Purses => Split { other: Fen::new(100), cash: Fen::new(400), ..plain },
            _ => plain,
        };
        [Form::Text, Form::Number].map(|form| (dialect, form, split))
    })
}

fn split(fund: i64, personal_account: i64, cash: i64) -> Split {
    let [fund, personal_account, cash] = [fund, personal_account, cash].map(Fen::new);
    Split { fund, personal_account, other: Fen::ZERO, cash }
}

#[tokio::test]
async fn a_visit_is_settled_found_and_undone_in_every_dialect() {
    let mut stage = Stage::new().await;
    for (dialect, form, split) in manners() {
        stage.speak(dialect, form).await;
        settled_found_and_undone(&stage, &format!("{}-{form:?}", dialect.as_str()), split).await;
    }
}

async fn settled_found_and_undone(stage: &Stage, visit_no: &str, split: Split) {
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit(visit_no).await;
    let again = client.register(ctx, &stage.person, &visit.care).await.unwrap();
    assert_eq!((again.mdtrt_id == visit.registered.mdtrt_id, again == visit.registered), (true, false));
    let advice = client.presettle(ctx, &visit).await.unwrap();
    assert_eq!((advice.split, advice.balance), (split, Some(Fen::new(118_800))), "{visit_no}");
    assert_eq!(advice.echo, [0, 500, 0, 2_000].map(Fen::new));
    assert_eq!(client.settled(ctx, &visit).await, Ok(None));

    let number = client.number(ctx);
    let settled = client.settle(ctx, &number, &visit, &advice).await.unwrap();
    assert_eq!(
        (settled.number.as_deref(), settled.split, settled.balance),
        (Some(number.as_str()), advice.split, advice.balance)
    );
    assert_eq!(client.settle(ctx, &number, &visit, &advice).await, Ok(settled.clone()), "one number, one settlement");
    assert_eq!(client.settle(ctx, &client.number(ctx), &visit, &advice).await, Err(refused(Refusal::SettledAlready)));
    let mut found = client.settled(ctx, &visit).await.unwrap().unwrap();
    if found.number.is_none() {
        // There 5203 does not repeat our number.
        (found.number, found.facts.medins_setl_id) = (settled.number.clone(), settled.facts.medins_setl_id.clone());
    }
    assert_eq!(found, settled, "{visit_no}");
    assert_eq!(settled.facts.clr_optins.as_deref(), Some("320400"));
    assert_eq!(
        client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await,
        Err(refused(Refusal::SettledAlready))
    );

    let number = client.number(ctx);
    for (number, told) in [(&number, Some(split)), (&number, Some(split)), (&client.number(ctx), None)] {
        let undone = Undone { split: told, doubt: None };
        assert_eq!(client.void(ctx, number, &visit, &settled.setl_id).await, Ok(undone), "{visit_no}");
    }
    assert_eq!(client.settled(ctx, &visit).await, Ok(None));
    assert_eq!(client.presettle(ctx, &visit).await.unwrap().balance, advice.balance, "the account has its part back");
    assert_eq!(client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await, Ok(()));
    assert_eq!(
        client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await,
        Err(refused(Refusal::Cancelled))
    );
}

/// Whoever was turned away on the way has not been heard, and says it again.
#[tokio::test]
async fn the_gateways_refusal_of_a_cancellation_is_not_the_insurers() {
    let stage = Stage::new().await;
    let visit = stage.visit("visit-1").await;
    stage.fault("refuse", "2202", "TIF_SIGNATURE_WRONG").await;
    let unregister = || stage.client.unregister(&stage.ctx, &stage.person, &visit.care, &visit.registered);
    let told = unregister().await;
    assert!(matches!(told, Err(SettleError::Port(PortError::NotSent(_)))), "{told:?}");
    assert_eq!(unregister().await, Ok(()), "the insurer had heard nothing of it");
}

#[tokio::test]
async fn an_unknown_outcome_is_asked_about_and_taken_back() {
    let mut stage = Stage::new().await;
    for dialect in Dialect::ALL {
        stage.speak(dialect, Form::Text).await;
        asked_about_and_taken_back(&stage, dialect.as_str()).await;
    }
}

async fn asked_about_and_taken_back(stage: &Stage, dialect: &str) {
    let (client, ctx) = (&stage.client, &stage.ctx);
    let kinds = [(1, "time_out_after", true), (2, "time_out_before", false), (3, "lose", false)];
    // What is answered differs where something is known; nothing is nothing in every dialect.
    for (n, kind, done) in kinds.into_iter().take(if dialect == "national" { 3 } else { 1 }) {
        let visit = stage.visit(&format!("visit-{dialect}-{n}")).await;
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
        assert_eq!(found.is_some(), done, "{kind}");
        let named = found.and_then(|settled| settled.number);
        assert_eq!(named, (done && dialect != "exponents").then(|| number.clone()), "{kind}");
        for _ in 0..2 {
            assert_eq!(client.reverse(ctx, &visit, &number).await, Ok(()), "{kind}");
        }
        assert_eq!(client.settled(ctx, &visit).await, Ok(None), "{kind}");
        let late = client.settle(ctx, &number, &visit, &advice).await;
        assert_eq!(late, Err(refused(Refusal::ReversedAlready)), "{kind}: what was taken back never comes");
        assert_eq!(client.presettle(ctx, &visit).await.unwrap(), advice, "{kind}");
    }
}

#[tokio::test]
async fn amounts_that_do_not_add_up_are_told_as_that() {
    let mut stage = Stage::new().await;
    for dialect in Dialect::ALL {
        stage.speak(dialect, Form::Number).await;
        forgeries_are_told(&stage, dialect.as_str()).await;
    }
}

async fn forgeries_are_told(stage: &Stage, dialect: &str) {
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit(&format!("{dialect}-1")).await;
    let advice = client.presettle(ctx, &visit).await.unwrap();
    let forged =
        |infno: &str, answer: String| assert!(answer.contains(&format!("Amounts(\"{infno}: ")), "{dialect}: {answer}");
    stage.fault("forge", "2206", "").await;
    forged("2206", format!("{:?}", client.presettle(ctx, &visit).await));
    stage.fault("forge", "2207", "").await;
    forged("2207", format!("{:?}", client.settle(ctx, &client.number(ctx), &visit, &advice).await));
    stage.fault("forge", "5203", "").await;
    forged("5203", format!("{:?}", client.settled(ctx, &visit).await));
    for infno in ["2208", "2601", "2202", "2201", "2204"] {
        stage.fault("forge", infno, "").await;
        let answer = match infno {
            "2208" => client.void(ctx, &client.number(ctx), &visit, "S").await.map(drop),
            "2601" => client.reverse(ctx, &visit, &client.number(ctx)).await,
            "2202" => client.unregister(ctx, &stage.person, &visit.care, &visit.registered).await,
            _ => client.register(ctx, &stage.person, &care(&format!("{dialect}-2"))).await.map(drop),
        };
        assert!(matches!(answer, Err(SettleError::Port(PortError::Unknown(_)))), "{dialect} {infno}: {answer:?}");
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

    let unused = RegisteredVisit { use_personal_account: false, ..stage.visit("visit-2").await };
    assert_eq!(client.presettle(ctx, &unused).await.unwrap().split, split(800, 0, 1_700));
    stage.person_is(json!({ "insured": "resident" })).await;
    let resident = CoveredPerson { kind: "390".to_owned(), ..stage.person.clone() };
    let (care, person) = (care("visit-3"), resident.clone());
    let registered = client.register(ctx, &resident, &care).await.unwrap();
    let visit = RegisteredVisit { person, care, registered, use_personal_account: true };
    assert_eq!(client.presettle(ctx, &visit).await.unwrap().split, split(1_000, 0, 1_500));
    stage.person_is(json!({ "insured": "ended" })).await;
    assert_eq!(client.presettle(ctx, &visit).await.map(drop), Err(refused(Refusal::NotInsured)));
    stage.fault("refuse", "2201", "SYSTEM_ERROR").await;
    let failed = client.register(ctx, &resident, &visit.care).await;
    assert_eq!(failed, Err(PortError::Unknown("status 500".to_owned()).into()));
}

/// In the words of the sandbox's insurer, where it comes to each refusal by itself.
#[tokio::test]
async fn each_refusal_that_the_sandbox_makes_is_known_for_what_it_is() {
    let stage = Stage::new().await;
    let (client, ctx) = (&stage.client, &stage.ctx);
    let visit = stage.visit("visit-1").await;
    let advice = client.presettle(ctx, &visit).await.unwrap();
    let settle = async |visit: &RegisteredVisit, advice: &Presettled| {
        client.settle(ctx, &client.number(ctx), visit, advice).await.map(drop)
    };
    let echo = [1, 2, 3, 4].map(Fen::new);
    let other = Presettled { echo, ..advice.clone() };
    assert_eq!(settle(&visit, &other).await, Err(refused(Refusal::AdviceChanged)));
    let person = CoveredPerson { region: "110000".to_owned(), ..stage.person.clone() };
    let away = RegisteredVisit { person, ..visit.clone() };
    assert_eq!(settle(&away, &advice).await, Err(refused(Refusal::AnotherRegion)));
    let registered = Registered { mdtrt_id: "M".to_owned(), batch_no: "1".to_owned() };
    let nowhere = RegisteredVisit { registered, ..visit.clone() };
    assert_eq!(settle(&nowhere, &advice).await, Err(refused(Refusal::NoVisit)));
    assert_eq!(settle(&visit, &advice).await, Ok(()));
    assert_eq!(settle(&visit, &advice).await, Err(refused(Refusal::SettledAlready)));
}

/// Whatever the sandbox says by itself: each list of words reaches the word that is ours, through envelope and gateway.
#[tokio::test]
async fn the_words_of_each_refusal_are_known_over_the_wire() {
    let stage = Stage::new().await;
    let visit = stage.visit("visit-1").await;
    for (words, what) in REFUSALS {
        stage.fault("refuse", "2206", words).await;
        let told = stage.client.presettle(&stage.ctx, &visit).await;
        match what {
            // The message goes again, once its sender has signed in.
            Refusal::NotSignedIn => assert!(told.is_ok(), "{words}: {told:?}"),
            _ => assert_eq!(told, Err(refused(what)), "{words}"),
        }
    }
    stage.fault("refuse", "2206", "周明远在黑名单中").await;
    assert_eq!(stage.client.presettle(&stage.ctx, &visit).await, Err(refused(Refusal::Other)));
}
