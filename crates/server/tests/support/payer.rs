//! Somebody who pays for a visit through the pages, and the partners as the sandbox's control shows them.

use serde_json::{Value, json};

use super::app::TestApp;
use super::store;
use super::visitor::{Answer, Visitor};

/// Everybody's payment password.
pub const PIN: &str = "258036";

/// Somebody with a priced place and a payment password.
pub struct Payer {
    pub person: Visitor,
    pub slot: String,
    /// `/pay/ord_…`
    pub pay: String,
}

impl Payer {
    /// A sample person.
    pub async fn new(app: &TestApp, number: usize) -> Payer {
        let person = app.citizen(number).await;
        let set = person.post_form("/pay-password/new", &[("pin", PIN), ("pin_again", PIN)]).await;
        assert!(set.is_ok(), "{} {}", set.status, set.text);
        Payer::of(app, person).await
    }

    /// Somebody with a payment password takes one more priced place.
    pub async fn of(app: &TestApp, person: Visitor) -> Payer {
        let after = app.ctx.now().plus_secs(2 * 86_400);
        let slot = app.ask(move |tx| store::priced_slot(tx, after, 2_500)).await;
        let page = person.post_form(&format!("/slots/{slot}/book"), &[]).await;
        assert!(page.path.starts_with("/pay/ord_"), "{} {}", page.path, page.text);
        let pay = page.path.split('?').next().unwrap_or_default().to_owned();
        Payer { person, slot, pay }
    }

    /// The pay page's own form, with the password.
    pub async fn settle(&self, pin: &str) -> Answer {
        let page = self.person.get(&self.pay).await;
        let (hash, way) = (page.field("hash").unwrap_or_default(), page.field("way").unwrap_or_default());
        let csrf = page.field("csrf").expect("a form");
        self.person.post(&self.pay, &[("csrf", &csrf), ("hash", &hash), ("way", &way), ("pin", pin)]).await
    }

    pub async fn cash(&self, fen: i64) -> Answer {
        let csrf = self.person.get("/me").await.field("csrf").expect("a form");
        self.person.post(&format!("{}/cash", self.pay), &[("csrf", &csrf), ("fen", &fen.to_string())]).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.person.get("/me").await.field("csrf").expect("a form");
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.person.post(path, &fields).await
    }

    pub async fn state(&self) -> Answer {
        self.person.get(&format!("{}/state", self.pay)).await
    }
}

/// The channel's orders, as the sandbox tells them.
pub async fn orders(app: &TestApp) -> Vec<Value> {
    let url = format!("http://{}/control/wechat_pay/orders", app.sandbox.control);
    reqwest::get(url).await.expect("the sandbox answers").json().await.expect("a list")
}

pub async fn control(app: &TestApp, path: &str, body: Value) -> u16 {
    let url = format!("http://{}/control/{path}", app.sandbox.control);
    reqwest::Client::new().post(url).json(&body).send().await.expect("the sandbox answers").status().as_u16()
}

/// The buyer pays the newest order.
pub async fn buyer_pays(app: &TestApp) {
    let number = orders(app).await[0]["out_trade_no"].as_str().expect("a number").to_owned();
    assert_eq!(control(app, &format!("wechat_pay/pay/{number}"), json!({})).await, 200);
}

pub async fn fault(app: &TestApp, partner: &str, operation: &str, kind: &str, times: i64) {
    let rule = json!({ "partner": partner, "operation": operation, "kind": kind, "times": times });
    assert_eq!(control(app, "faults", rule).await, 201);
}

/// Lets time pass in steps, as the sweeper sees it.
pub async fn pass(app: &TestApp, secs: i64) {
    for _ in 0..secs / 30 {
        app.advance_secs(30);
        app.drive().await;
    }
}

/// What both partners hold of everything: fen that came in less fen that went back.
pub async fn held(app: &TestApp) -> i64 {
    let paid: i64 = orders(app)
        .await
        .iter()
        .filter(|one| one["state"] == "SUCCESS")
        .map(|one| one["total"].as_i64().unwrap_or(0) - one["refunded"].as_i64().unwrap_or(0))
        .sum();
    paid
}
