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
        Payer::once_more(app, person).await
    }

    /// Somebody with a payment password takes one more priced place, authenticated anew: what was shown before may have
    /// counted for another payment.
    pub async fn of(app: &TestApp, person: Visitor) -> Payer {
        app.vouch(&person).await;
        Payer::once_more(app, person).await
    }

    /// The same with what they have shown so far.
    pub async fn once_more(app: &TestApp, person: Visitor) -> Payer {
        let after = app.ctx.now().plus_secs(2 * 86_400);
        let slot = app.ask(move |tx| store::priced_slot(tx, after, 2_500)).await;
        let page = person.post_form(&format!("/slots/{slot}/book"), &[]).await;
        assert!(page.path.starts_with("/pay/ord_"), "{} {}", page.path, page.text);
        let pay = page.path.split('?').next().unwrap_or_default().to_owned();
        Payer { person, slot, pay }
    }

    /// Both steps by the pages' own forms: the amounts, then the password. The page where one has no such form.
    pub async fn settle(&self, pin: &str) -> Answer {
        let page = self.second_step().await;
        self.send_pin(&page, pin).await
    }

    /// The page that asks for the password; where another device was faster, or nothing can be settled, the page that
    /// is shown instead.
    pub async fn second_step(&self) -> Answer {
        let amounts = self.person.get(&self.pay).await;
        match self.to_password(&amounts) {
            Some(path) => self.person.get(&path).await,
            None => amounts,
        }
    }

    /// Where the form of the first step's page leads to.
    pub fn to_password(&self, amounts: &Answer) -> Option<String> {
        let (hash, way) = amounts.field("hash").zip(amounts.field("way"))?;
        Some(format!("{}/password?hash={hash}&way={way}", self.pay))
    }

    /// Sends the form of the second step's page.
    pub async fn send_pin(&self, page: &Answer, pin: &str) -> Answer {
        let field = |name: &str| page.field(name);
        let (Some(hash), Some(way), Some(_)) = (field("hash"), field("way"), field("pin")) else { return page.clone() };
        let csrf = field("csrf").expect("a form");
        self.person.post(&self.pay, &[("csrf", &csrf), ("hash", &hash), ("way", &way), ("pin", pin)]).await
    }

    pub async fn cash(&self, fen: i64) -> Answer {
        let csrf = self.person.get("/me").await.field("csrf").expect("a form");
        self.person.post(&format!("{}/own-money", self.pay), &[("csrf", &csrf), ("fen", &fen.to_string())]).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.person.get("/me").await.field("csrf").expect("a form");
        let fields = [&[("csrf", csrf.as_str())], fields].concat();
        self.person.post(path, &fields).await
    }

    pub async fn state(&self) -> Answer {
        self.person.get(&format!("{}/state", self.pay)).await
    }

    /// The path of the visit that is paid for.
    pub async fn visit(&self) -> String {
        let page = self.state().await;
        page.link("/appointments/").unwrap_or_else(|| panic!("no visit: {} {}", page.path, page.text))
    }

    /// A sample person who has paid 25 yuan, all of it alone.
    pub async fn own_money(app: &TestApp, number: usize) -> Payer {
        let payer = Payer::new(app, number).await;
        payer.pays(app, 2_500).await;
        payer
    }

    /// A sample person for whom the insurer has paid 20 yuan, and who has paid 5.
    pub async fn paid(app: &TestApp, number: usize) -> Payer {
        let payer = Payer::new(app, number).await;
        payer.pays_both(app).await;
        payer
    }

    /// The insurer's 20 yuan, then 5 of one's own.
    pub async fn pays_both(&self, app: &TestApp) {
        let half = self.settle(PIN).await;
        assert!(half.says("医保已支付 20.00 元"), "{} {}", half.path, half.text);
        self.pays(app, 500).await;
    }

    async fn pays(&self, app: &TestApp, fen: i64) {
        self.cash(fen).await;
        buyer_pays(app).await;
        pass(app, 30).await;
        assert!(self.state().await.says("费用已付清"), "{}", self.state().await.text);
    }
}

/// Looks at the page until it says so: the channel sends its notices by itself, by the machine's clock.
pub async fn until_it_says(payer: &Payer, words: &str) {
    for _ in 0..200 {
        if payer.state().await.says(words) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("never {words}: {}", payer.state().await.text);
}

/// Waits until the channel has been thanked for its newest notice; how often it had to be sent.
pub async fn notice_attempts(app: &TestApp) -> i64 {
    for _ in 0..200 {
        let told = orders(app).await[0]["notices"][0].clone();
        if told["taken"] == true {
            return told["attempts"].as_i64().unwrap_or_default();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the channel was never thanked: {:?}", orders(app).await)
}

/// Our number of the newest payment at the channel.
pub async fn newest(app: &TestApp) -> String {
    orders(app).await[0]["out_trade_no"].as_str().expect("a number").to_owned()
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
    assert_eq!(control(app, &format!("wechat_pay/pay/{}", newest(app).await), json!({})).await, 200);
}

pub async fn fault(app: &TestApp, partner: &str, operation: &str, kind: &str, times: i64) {
    rule(app, json!({ "partner": partner, "operation": operation, "kind": kind, "times": times })).await;
}

/// From now on something goes wrong.
pub async fn rule(app: &TestApp, rule: Value) {
    assert_eq!(control(app, "faults", rule).await, 201);
}

/// Nothing goes wrong any more.
pub async fn clear_faults(app: &TestApp) {
    let url = format!("http://{}/control/faults", app.sandbox.control);
    let answer = reqwest::Client::new().delete(url).send().await.expect("the sandbox answers");
    assert!(answer.status().is_success(), "{}", answer.status());
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
    at_the_channel(app).await + insured(app).await
}

/// What the channel holds.
pub async fn at_the_channel(app: &TestApp) -> i64 {
    let fen = |one: &Value, name: &str| one[name].as_i64().expect("an amount");
    let paid = orders(app).await;
    paid.iter().filter(|one| one["state"] == "SUCCESS").map(|one| fen(one, "total") - fen(one, "refunded")).sum()
}

/// What the insurer has paid and not taken back.
pub async fn insured(app: &TestApp) -> i64 {
    let fen = |one: &Value, name: &str| one[name].as_i64().expect("an amount");
    let settled = settlements(app).await;
    let in_force = settled.iter().filter(|one| one["state"] == "settled");
    in_force.map(|one| fen(one, "fund_fen") + fen(one, "account_fen")).sum()
}

/// The insurer's settlements, as the sandbox tells them, newest first.
pub async fn settlements(app: &TestApp) -> Vec<Value> {
    let url = format!("http://{}/control/insurer/settlements", app.sandbox.control);
    reqwest::get(url).await.expect("the sandbox answers").json().await.expect("a list")
}
