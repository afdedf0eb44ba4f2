//! A person's phone: pages without a screen, forms with their token, and the channel's cashier.

use std::time::Duration;

use reqwest::header::{COOKIE, LOCATION, USER_AGENT};

use super::town::AGENT;
use crate::city::Visitor;
use crate::form;

const PATIENCE: Duration = Duration::from_secs(30);
/// Redirects that one look follows.
const REDIRECTS: usize = 4;

/// What came back.
#[derive(Debug)]
pub enum Reply {
    /// A page.
    Page(String),
    /// A redirect, and where to.
    To(String),
    /// Something that nobody should ever be answered.
    Odd(u16),
    /// Nobody took it: nothing was sent.
    Closed,
    /// It was sent, and no answer came, or "nothing was done, come again".
    Nothing,
}

/// A phone; whose it is comes with each request.
pub struct Phone {
    client: reqwest::Client,
    url: String,
    cashier: String,
}

impl Phone {
    pub fn new(url: &str, cashier: &str) -> Phone {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .expect("a client");
        Phone { client, url: url.to_owned(), cashier: cashier.to_owned() }
    }

    /// Opens a page, and follows where it leads.
    pub async fn get(&self, who: &Visitor, path: &str) -> Reply {
        let mut path = path.to_owned();
        for _ in 0..REDIRECTS {
            let request = self.client.get(format!("{}{path}", self.url));
            match self.send(request.header(COOKIE, &who.cookie)).await {
                Reply::To(next) => path = next,
                other => return other,
            }
        }
        Reply::To(path)
    }

    /// Sends a form.
    pub async fn post(&self, who: &Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
        let fields = [&[("csrf", who.csrf.as_str())], fields].concat();
        self.send(form::sent(&self.client, &format!("{}{path}", self.url), &who.cookie, &fields)).await
    }

    /// The buyer pays at the channel, where the page's link leads. False when the page has none (yet).
    pub async fn pay_at(&self, page: &str) -> bool {
        let start = format!("{}/cashier/", self.cashier);
        let Some(rest) = page.split(&start).nth(1) else { return false };
        let token: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
        // Whatever it answers: where the money is, both sides are asked in the end.
        self.send(self.client.post(format!("{start}{token}/pay"))).await;
        true
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let answer = match request.header(USER_AGENT, AGENT).send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Reply::Closed,
            Err(_) => return Reply::Nothing,
        };
        let status = answer.status().as_u16();
        let to = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        match (status, to) {
            (303, Some(to)) => Reply::To(to),
            (503, _) => Reply::Nothing,
            // A refused form shows its page again.
            (200 | 409 | 422, _) => answer.text().await.map_or(Reply::Nothing, Reply::Page),
            _ => Reply::Odd(status),
        }
    }
}

/// The first id with this prefix that a link of the page leads to.
pub fn linked(page: &str, prefix: &str) -> Option<String> {
    let rest = page.split(&format!("href=\"{prefix}")).nth(1)?;
    Some(rest.chars().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == '_').collect())
}
