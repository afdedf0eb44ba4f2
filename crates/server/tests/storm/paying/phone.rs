//! A person's phone: pages without a screen, forms with their token, and the channel's cashier.

use std::sync::OnceLock;
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::header::{COOKIE, LOCATION, USER_AGENT};

use super::town::AGENT;
use crate::city::Visitor;
use crate::form;

const PATIENCE: Duration = Duration::from_secs(30);
/// Redirects that one look follows.
const REDIRECTS: usize = 6;

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

/// The key of everybody's phone.
pub fn key() -> &'static EcdsaKeyPair {
    static KEY: OnceLock<EcdsaKeyPair> = OnceLock::new();
    KEY.get_or_init(|| EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
}

fn asks_for_device(path: &str) -> bool {
    path.starts_with("/devices/prove")
}

/// The clock was moved between a challenge and its answer, which came too late.
fn asks_again(page: &str) -> bool {
    form::field(page, "challenge").is_some()
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
                Reply::To(next) if asks_for_device(&next) => match self.show_device(who, &next).await {
                    Reply::To(back) => path = back,
                    Reply::Page(page) if asks_again(&page) => {}
                    other => return other,
                },
                Reply::To(next) => path = next,
                other => return other,
            }
        }
        Reply::To(path)
    }

    /// Sends a form; again where the device had to be shown first. The clock is moved by minutes meanwhile, so that may be more
    /// than once.
    pub async fn post(&self, who: &Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut reply = self.send_form(who, path, fields).await;
        for _ in 0..REDIRECTS {
            let Reply::To(next) = &reply else { break };
            if !asks_for_device(next) {
                break;
            }
            reply = match self.show_device(who, next).await {
                Reply::To(_) => self.send_form(who, path, fields).await,
                Reply::Page(page) if asks_again(&page) => self.send_form(who, path, fields).await,
                other => return other,
            };
        }
        reply
    }

    async fn send_form(&self, who: &Visitor, path: &str, fields: &[(&str, &str)]) -> Reply {
        let fields = [&[("csrf", who.csrf.as_str())], fields].concat();
        self.send(form::sent(&self.client, &format!("{}{path}", self.url), &who.cookie, &fields)).await
    }

    /// Answers the challenge of a page with the device's key, as the script does; where it leads.
    async fn show_device(&self, who: &Visitor, page: &str) -> Reply {
        let request = self.client.get(format!("{}{page}", self.url));
        let page = match self.send(request.header(COOKIE, &who.cookie)).await {
            Reply::Page(page) => page,
            other => return other,
        };
        // An order that has meanwhile been confirmed on this page has no challenge any more.
        let Some(challenge) = form::field(&page, "challenge") else { return Reply::Page(page) };
        let (to, wish) = (form::field(&page, "to").unwrap_or_default(), form::field(&page, "for").unwrap_or_default());
        let text = format!("renshe device proof\n{}\n{challenge}", self.url);
        let signature = key().sign(&SystemRandom::new(), text.as_bytes()).expect("signed");
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        let fields = [("to", to.as_str()), ("for", &wish), ("challenge", &challenge), ("signature", &signature)];
        self.send_form(who, "/devices/prove", &fields).await
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
