//! The sandbox's control port: its clock, its people, and what the partners hold.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

/// One answer of the sandbox takes no longer than this; a list after a long storm is long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is answered late, and how late.
const SLOW: [(&str, &str); 6] = [
    ("insurer", "2207"),
    ("insurer", "2208"),
    ("insurer", "2601"),
    ("wechat_pay", "h5"),
    ("wechat_pay", "close"),
    ("wechat_pay", "refund"),
];
const SLOW_MS: u64 = 200;

/// The control port of a sandbox that is up.
#[derive(Debug, Clone)]
pub struct Control {
    client: reqwest::Client,
    base: String,
}

/// Money that a partner holds under one of our numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    pub fen: i64,
    /// Whether money ever moved under this number and has not all gone back.
    pub in_force: bool,
}

/// Somebody as the insurer knows them.
#[derive(Debug, Clone)]
pub struct Insured {
    pub psn_no: String,
    pub balance_fen: i64,
}

/// What the insurer holds: by our number, and off each personal account.
#[derive(Debug, Default)]
pub struct Settlements {
    pub by_number: HashMap<String, Holding>,
    pub off_account: HashMap<String, i64>,
}

impl Control {
    pub fn new(base: String) -> Control {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().expect("a client");
        Control { client, base }
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.expect("the sandbox answers");
        answer.json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let sent = self.client.post(format!("{}{path}", self.base)).json(body).send().await;
        let answer = sent.expect("the sandbox answers");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Moves the clock of everything; where it stands then.
    pub async fn advance(&self, secs: i64) -> kernel::Moment {
        let stand = self.post("/control/clock", &json!({ "advance_secs": secs })).await;
        kernel::Moment::from_ms(stand["now_ms"].as_i64().expect("a moment"))
    }

    /// From now on what moves money is done at once and answered late, so that kills come upon people who wait and do
    /// not know; and the channel says everything twice.
    pub async fn trouble(&self) {
        for (partner, operation) in SLOW {
            let fault = json!({ "partner": partner, "operation": operation, "kind": "slow", "ms": SLOW_MS });
            self.post("/control/faults", &fault).await;
        }
        let twice = json!({ "partner": "wechat_pay", "operation": "notify", "kind": "duplicate" });
        self.post("/control/faults", &twice).await;
    }

    /// Makes somebody known: an employee with this much on the personal account.
    pub async fn add_person(&self, number: &str, name: &str, balance_fen: i64) -> Insured {
        let person = json!({ "id_number": number, "name": name, "balance_fen": balance_fen });
        insured(&self.post("/control/people", &person).await)
    }

    pub async fn person(&self, number: &str) -> Insured {
        insured(&self.get(&format!("/control/people/{number}")).await)
    }

    /// What the channel holds, by `out_trade_no`.
    pub async fn payments(&self) -> HashMap<String, Holding> {
        let list = self.get("/control/wechat_pay/orders").await;
        let payment = |one: &Value| {
            let paid = if one["state"] == "SUCCESS" { fen(&one["total"]) - fen(&one["refunded"]) } else { 0 };
            (text(&one["out_trade_no"]), Holding { fen: paid, in_force: paid != 0 })
        };
        list.as_array().expect("a list").iter().map(payment).collect()
    }

    /// What the insurer holds, by the message's number.
    pub async fn settlements(&self) -> Settlements {
        let mut all = Settlements::default();
        for one in self.get("/control/insurer/settlements").await.as_array().expect("a list") {
            let in_force = one["state"] == "settled";
            let account = if in_force { fen(&one["account_fen"]) } else { 0 };
            let fund = if in_force { fen(&one["fund_fen"]) } else { 0 };
            all.by_number.insert(text(&one["msgid"]), Holding { fen: fund + account, in_force });
            *all.off_account.entry(text(&one["psn_no"])).or_default() += account;
        }
        all
    }
}

fn insured(person: &Value) -> Insured {
    Insured { psn_no: text(&person["psn_no"]), balance_fen: fen(&person["balance_fen"]) }
}

fn fen(value: &Value) -> i64 {
    value.as_i64().expect("an amount")
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}
