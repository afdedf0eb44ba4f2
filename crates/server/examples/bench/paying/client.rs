//! A person's phone, as far as paying needs one; and the channel that knocks.

use std::time::Duration;

use kernel::Fen;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, USER_AGENT};
use sandbox::SignedNotice;

use super::town::{AGENT, PIN, Payer};

/// Looks at one order before it counts as lost.
const LOOKS: usize = 600;

/// A phone; whose it is comes with each request.
pub struct Client {
    inner: reqwest::Client,
    url: String,
    cashier: String,
}

impl Client {
    pub fn new(url: &str, cashier: &str) -> Result<Client, reqwest::Error> {
        let inner = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Client { inner, url: url.to_owned(), cashier: cashier.to_owned() })
    }

    /// Where a booking leads.
    pub async fn book(&self, who: &Payer, slot: &str) -> Option<String> {
        self.post(who, &format!("/slots/{slot}/book"), &[]).await
    }

    /// From the place to the paid order, from three purses.
    pub async fn pays(&self, who: &Payer, slot: &str) -> Option<()> {
        let order = self.book(who, slot).await?;
        let page = self.get(who, &order).await?;
        let (hash, way) = (field(&page, "hash")?, field(&page, "way")?);
        self.post(who, &order, &[("hash", &hash), ("way", &way), ("pin", PIN)]).await?;
        let fen = self.until(who, &order, |page| field(page, "fen")).await?;
        self.cash(who, &order, &fen).await?;
        self.until(who, &order, |page| page.contains("已确认").then_some(())).await
    }

    async fn cash(&self, who: &Payer, order: &str, fen: &str) -> Option<()> {
        self.post(who, &format!("{order}/cash"), &[("fen", fen)]).await?;
        for _ in 0..LOOKS {
            let page = self.get(who, &format!("{order}/cashier")).await?;
            if let Some(token) = self.token(&page) {
                let paid = self.inner.post(format!("{}/cashier/{token}/pay", self.cashier)).send().await.ok()?;
                return (paid.status().as_u16() < 400).then_some(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }

    /// Has all of it offered at the channel, as one's own money.
    pub async fn offers(&self, who: &Payer, slot: &str, fee: Fen) -> Option<()> {
        let order = self.book(who, slot).await?;
        self.post(who, &format!("{order}/cash"), &[("fen", &fee.get().to_string())]).await.map(drop)
    }

    /// Whether the platform takes a notice.
    pub async fn notice(&self, (headers, body): &SignedNotice) -> bool {
        let mut request = self.inner.post(format!("{}/pay/notify/wechat-pay", self.url)).body(body.clone());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        request.header(CONTENT_TYPE, "application/json").send().await.is_ok_and(|answer| answer.status().is_success())
    }

    fn token(&self, page: &str) -> Option<String> {
        let rest = page.split(&format!("{}/cashier/", self.cashier)).nth(1)?;
        Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect())
    }

    async fn until<T>(&self, who: &Payer, order: &str, found: impl Fn(&str) -> Option<T>) -> Option<T> {
        for _ in 0..LOOKS {
            if let Some(found) = self.get(who, &format!("{order}/state")).await.as_deref().and_then(&found) {
                return Some(found);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        None
    }

    async fn get(&self, who: &Payer, path: &str) -> Option<String> {
        let request = self.inner.get(format!("{}{path}", self.url)).header(COOKIE, &who.cookie);
        let answer = request.header(USER_AGENT, AGENT).send().await.ok()?;
        answer.text().await.ok()
    }

    async fn post(&self, who: &Payer, path: &str, fields: &[(&str, &str)]) -> Option<String> {
        let fields = [&[("csrf", who.csrf.as_str())], fields].concat();
        let body = reqwest::Url::parse_with_params("http://x/", &fields).ok()?;
        let request = self
            .inner
            .post(format!("{}{path}", self.url))
            .header(COOKIE, &who.cookie)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .header(USER_AGENT, AGENT)
            .body(body.query().unwrap_or_default().to_owned());
        let answer = request.send().await.ok()?;
        answer.headers().get(LOCATION)?.to_str().ok().map(str::to_owned)
    }
}

fn field(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let tag = &page[at..at + page[at..].find('>')?];
    Some(tag.split("value=\"").nth(1)?.split('"').next()?.to_owned())
}
