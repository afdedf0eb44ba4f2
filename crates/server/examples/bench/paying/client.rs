//! A person's phone, as far as paying needs one; and the channel that knocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kernel::Fen;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, USER_AGENT};
use sandbox::SignedNotice;

use super::town::{AGENT, PIN, Payer, Town};
use crate::form::{self, field};

/// Looks at one order before it counts as lost.
const LOOKS: usize = 600;

/// A phone; whose it is comes with each request.
pub struct Client {
    inner: reqwest::Client,
    url: String,
    cashier: String,
    /// Pages looked at, by all phones together.
    looks: Arc<AtomicUsize>,
}

impl Client {
    pub fn new(town: &Town) -> Result<Client, reqwest::Error> {
        let inner = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Client { inner, url: town.url.clone(), cashier: town.cashier.clone(), looks: Arc::clone(&town.looks) })
    }

    /// Books a visit that costs nothing.
    pub async fn book(&self, who: &Payer, slot: &str) -> Option<()> {
        let visit = self.post(who, &format!("/slots/{slot}/book"), &[]).await?;
        visit.starts_with("/appointments/apt_").then_some(())
    }

    /// Takes a place that costs something; the order.
    async fn take(&self, who: &Payer, slot: &str) -> Option<String> {
        let order = self.post(who, &format!("/slots/{slot}/book"), &[]).await?;
        order.starts_with("/pay/ord_").then_some(order)
    }

    /// Sends a form that leads to this page and no other: a refusal leads elsewhere, or says why behind a `?`.
    async fn goes(&self, who: &Payer, path: &str, fields: &[(&str, &str)], to: &str) -> Option<()> {
        (self.post(who, path, fields).await? == to).then_some(())
    }

    /// From the place to the paid order, from three purses.
    pub async fn pays(&self, who: &Payer, slot: &str) -> Option<()> {
        let order = self.take(who, slot).await?;
        let page = self.get(who, &order).await?;
        let (hash, way) = (field(&page, "hash")?, field(&page, "way")?);
        let asks = self.get(who, &format!("{order}/password?hash={hash}&way={way}")).await?;
        field(&asks, "pin")?;
        let agreed = [("hash", hash.as_str()), ("way", way.as_str()), ("pin", PIN)];
        self.goes(who, &order, &agreed, &format!("{order}/state")).await?;
        let fen = self.until(who, &order, |page| field(page, "fen")).await?;
        self.cash(who, &order, &fen).await?;
        self.settled(who, &order).await
    }

    /// Looks at an order until everything is paid.
    pub async fn settled(&self, who: &Payer, order: &str) -> Option<()> {
        self.until(who, order, |page| page.contains("费用已付清").then_some(())).await
    }

    async fn cash(&self, who: &Payer, order: &str, fen: &str) -> Option<()> {
        self.goes(who, &format!("{order}/own-money"), &[("fen", fen)], &format!("{order}/cashier")).await?;
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

    /// Has all of it offered at the channel, as one's own money; the order.
    pub async fn offers(&self, who: &Payer, slot: &str, fee: Fen) -> Option<String> {
        let order = self.take(who, slot).await?;
        let fen = fee.get().to_string();
        self.goes(who, &format!("{order}/own-money"), &[("fen", &fen)], &format!("{order}/cashier")).await?;
        Some(order)
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
        self.looks.fetch_add(1, Ordering::Relaxed);
        let request = self.inner.get(format!("{}{path}", self.url)).header(COOKIE, &who.cookie);
        let answer = request.header(USER_AGENT, AGENT).send().await.ok()?;
        // A page that leads on is no page; one in trouble is none either.
        if answer.status().as_u16() == 200 { answer.text().await.ok() } else { None }
    }

    async fn post(&self, who: &Payer, path: &str, fields: &[(&str, &str)]) -> Option<String> {
        let fields = [&[("csrf", who.csrf.as_str())], fields].concat();
        let request = form::sent(&self.inner, &format!("{}{path}", self.url), &who.cookie, &fields);
        let answer = request.header(USER_AGENT, AGENT).send().await.ok()?;
        answer.headers().get(LOCATION)?.to_str().ok().map(str::to_owned)
    }
}
