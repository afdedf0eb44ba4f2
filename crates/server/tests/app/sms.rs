//! Bad days of the SMS provider: pages never wait for it, and no text is sent twice.

use serde_json::json;
use testkit::db_test;

use crate::support::TestApp;
use crate::support::people::{PASSWORD, details, id_number};

/// How long the impatient worker waits for an answer.
const TIMEOUT_MS: u64 = 250;
const ENDLESS: i64 = 20;

/// How the only row of the outbox ended, and the texts there are.
struct End {
    state: String,
    attempts: i64,
    texts: Vec<serde_json::Value>,
}

impl TestApp {
    /// Asks for a sign-up code, then carries again and again until nothing waits.
    async fn end_of(&self, mobile: &str) -> End {
        let began = std::time::Instant::now();
        let page = self.ask_sign_up(&self.visitor(), mobile).await;
        assert!(page.path.starts_with("/sign-up/details"), "the page does not wait for the provider: {}", page.text);
        assert!(began.elapsed().as_secs() < 3, "it was answered at once");
        self.end_of_waiting(mobile).await
    }

    async fn end_of_waiting(&self, mobile: &str) -> End {
        let worker = self.worker("impatient", TIMEOUT_MS, None);
        for round in 0..ENDLESS {
            worker.carry_due().await.expect("the outbox works");
            let row = self.outbox().await.pop().expect("a row");
            if row.state != "waiting" {
                assert!(!row.kept, "what has ended keeps no personal data");
                return End { state: row.state, attempts: row.attempts, texts: self.sent_to(mobile).await };
            }
            self.advance_secs(if round < 5 { 31 } else { 121 });
        }
        panic!("it never ends: {:?}", self.outbox().await);
    }

    /// What the provider has, without carrying anything more.
    async fn sent_to(&self, mobile: &str) -> Vec<serde_json::Value> {
        let url = format!("http://{}/control/sms?mobile={mobile}", self.sandbox.control);
        reqwest::get(url).await.expect("the sandbox answers").json().await.expect("JSON")
    }
}

fn rule(kind: &str, times: i64) -> serde_json::Value {
    json!({ "partner": "sms", "operation": "SendSms", "kind": kind, "times": times })
}

#[db_test]
async fn a_text_that_was_taken_without_an_answer_is_found_not_sent_again(app: TestApp) {
    app.fault(rule("time_out_after", 1)).await;
    let end = app.end_of("13812345678").await;
    assert_eq!((end.state.as_str(), end.texts.len()), ("done", 1), "{:?}", end.texts);
    assert_eq!(end.attempts, 2, "sent, then asked about");
    app.check().await;
}

#[db_test]
async fn a_text_that_never_arrived_is_not_sent_twice_either(app: TestApp) {
    app.fault(rule("time_out_before", 1)).await;
    let end = app.end_of("13812345678").await;
    assert_eq!((end.state.as_str(), end.texts.len()), ("refused", 0), "the person asks for another: {:?}", end.texts);
    let page = app.ask_sign_up(&app.visitor(), "13812345678").await;
    assert!(page.path.starts_with("/sign-up/details"), "and may: {}", page.text);
    assert_eq!(app.texts("13812345678").await.len(), 1);
    app.check().await;
}

#[db_test]
async fn a_slow_provider_is_asked_and_has_it(app: TestApp) {
    app.fault(json!({ "partner": "sms", "operation": "SendSms", "kind": "slow", "ms": 700, "times": 1 })).await;
    let mobile = "13812345678";
    let page = app.ask_sign_up(&app.visitor(), mobile).await;
    assert!(page.path.starts_with("/sign-up/details"), "{}", page.text);
    app.worker("impatient", TIMEOUT_MS, None).carry_due().await.expect("the outbox works");
    assert_eq!(app.outbox().await[0].state, "waiting", "nobody knows yet");
    for _ in 0..200 {
        if !app.sent_to(mobile).await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let end = app.end_of_waiting(mobile).await;
    assert_eq!((end.state.as_str(), end.texts.len()), ("done", 1), "{:?}", end.texts);
    app.check().await;
}

#[db_test]
async fn refusals_end_or_wait_as_the_code_means(app: TestApp) {
    for (n, code, state, texts) in [
        (1, "isv.MOBILE_NUMBER_ILLEGAL", "refused", 0),
        (2, "isv.SMS_TEMPLATE_ILLEGAL", "refused", 0),
        (3, "isv.BUSINESS_LIMIT_CONTROL", "done", 1),
        (4, "isp.SYSTEM_ERROR", "any", 1),
        (5, "ServiceUnavailable", "any", 1),
        (6, "Throttling.User", "done", 1),
    ] {
        let mobile = format!("1381234567{n}");
        let mut fault = rule("refuse", 1);
        fault["code"] = json!(code);
        fault["match"] = json!(mobile);
        app.fault(fault).await;
        let end = app.end_of(&mobile).await;
        assert!(end.texts.len() <= texts, "{code}: {:?}", end.texts);
        assert!(
            state == "any" || (end.state == state && end.texts.len() == texts),
            "{code}: {} {:?}",
            end.state,
            end.texts
        );
    }
    app.check().await;
}

#[db_test]
async fn a_provider_that_is_down_is_tried_until_the_code_is_too_old(app: TestApp) {
    let mobile = "13812345678";
    // Nobody listens on this port: the request has certainly not been seen.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nowhere = format!("http://{}", gone.local_addr().expect("bound"));
    drop(gone);
    let worker = app.worker("lonely", TIMEOUT_MS, Some(&nowhere));
    app.ask_sign_up(&app.visitor(), mobile).await;
    worker.carry_due().await.expect("the outbox works");
    let row = app.outbox().await.pop().expect("a row");
    assert_eq!((row.state.as_str(), row.attempts), ("waiting", 1), "{row:?}");
    app.advance_secs(2);
    assert_eq!(app.texts(mobile).await.len(), 1, "back again: the code arrives, once");
    // Down for longer than a code lives: it is not sent to anybody any more.
    app.advance_secs(61);
    app.ask_sign_up(&app.visitor(), mobile).await;
    for _ in 0..5 {
        worker.carry_due().await.expect("the outbox works");
        app.advance_secs(31);
    }
    app.advance_secs(300);
    assert_eq!(app.texts(mobile).await.len(), 1);
    assert_eq!(app.outbox().await.pop().expect("a row").state, "expired");
    app.check().await;
}

#[db_test]
async fn a_closed_connection_duplicates_and_lies_never_send_twice(app: TestApp) {
    for (n, kind, ends, texts) in [
        (1, "down", &["done", "refused", "expired"][..], 0..=1),
        (2, "duplicate", &["done"][..], 2..=2),
        (3, "lose", &["done"][..], 0..=1),
        (4, "forge", &["refused"][..], 0..=0),
        (5, "reorder", &["done"][..], 1..=1),
    ] {
        let mobile = format!("1381234567{n}");
        let mut fault = rule(kind, 1);
        fault["match"] = json!(mobile);
        app.fault(fault).await;
        let end = app.end_of(&mobile).await;
        assert!(ends.contains(&end.state.as_str()), "{kind}: {}", end.state);
        assert!(texts.contains(&end.texts.len()), "{kind}: {:?}", end.texts);
        let one_number = end.texts.windows(2).all(|pair| pair[0]["out_id"] == pair[1]["out_id"]);
        assert!(one_number, "{kind}: what the provider doubled is one text of ours");
    }
    app.check().await;
}

#[db_test]
async fn two_workers_carry_a_text_once(app: TestApp) {
    for n in 0..8 {
        app.ask_sign_up(&app.visitor(), &format!("1381234560{n}")).await;
    }
    let (one, two) = (app.worker("one", 5000, None), app.worker("two", 5000, None));
    let (first, second) = tokio::join!(one.carry_due(), two.carry_due());
    assert_eq!(first.expect("carried") + second.expect("carried"), 8);
    for n in 0..8 {
        assert_eq!(app.sent_to(&format!("1381234560{n}")).await.len(), 1);
    }
    assert!(app.outbox().await.iter().all(|row| row.state == "done" && row.attempts == 1));
    app.check().await;
}

#[db_test]
async fn a_worker_that_died_before_sending_leaves_a_row_that_is_asked_about(app: TestApp) {
    let mobile = "13812345678";
    let person = app.visitor();
    let page = app.ask_sign_up(&person, mobile).await;
    // Claimed, sent, and killed before the answer could be written down.
    app.fault(rule("time_out_after", 1)).await;
    let worker = app.worker("doomed", 30_000, None);
    let doomed = tokio::spawn(async move { worker.carry_due().await });
    for _ in 0..500 {
        if !app.sent_to(mobile).await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    doomed.abort();
    assert_eq!(app.worker("next", TIMEOUT_MS, None).carry_due().await.expect("works"), 0, "the lease still runs");
    app.advance_secs(91);
    let end = app.end_of_waiting(mobile).await;
    assert_eq!((end.state.as_str(), end.texts.len()), ("done", 1), "{:?}", end.texts);
    let code = end.texts[0]["code"].as_str().expect("a code").to_owned();
    let done = person.send_form(&page, &details("沈德福", &id_number(1), &code, PASSWORD)).await;
    assert!(done.path.starts_with("/login"), "and the code is good: {}", done.text);
    app.check().await;
}
