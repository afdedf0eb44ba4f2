//! A person's browser without a screen: cookies, forms with their tokens, redirects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};

use super::form::{encoded, field};

/// A visitor with their own cookies. Clones share their cookies: two windows of one browser.
#[derive(Debug, Clone)]
pub struct Visitor {
    base: String,
    client: reqwest::Client,
    pub cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// Headers sent with every request; one of the same name replaces the usual one.
    pub extra: Vec<(String, String)>,
}

/// What came back, after redirects.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// The path of the last answer, after redirects.
    pub path: String,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Answer {
    pub fn is_ok(&self) -> bool {
        self.status == 200
    }

    pub fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// The first link whose path begins with this.
    pub fn link(&self, prefix: &str) -> Option<String> {
        self.links(prefix).into_iter().next()
    }

    /// All links whose paths begin with this, in order.
    pub fn links(&self, prefix: &str) -> Vec<String> {
        let start = format!("href=\"{prefix}");
        self.text
            .split(&start)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|end| format!("{prefix}{end}"))
            .collect()
    }

    /// The value of the first field with this name.
    pub fn field(&self, name: &str) -> Option<String> {
        field(&self.text, name)
    }
}

impl Visitor {
    pub fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
        let language = BTreeMap::from([("lang".to_owned(), "zh-CN".to_owned())]);
        Self { base: base.to_owned(), client, cookies: Arc::new(Mutex::new(language)), extra: Vec::new() }
    }

    /// Somebody who asks from another address of this machine: `127.0.x.y`.
    pub fn at(base: &str, address: [u8; 4]) -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .local_address(std::net::IpAddr::from(address))
            .build()
            .expect("a client");
        Self { client, ..Self::new(base) }
    }

    /// The same browser, sending a header with every request.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.extra.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same browser, holding the cookies of a `Cookie` header (`name=value; name=value`).
    pub fn with_cookie(self, header: &str) -> Self {
        for pair in header.split("; ") {
            let (name, value) = pair.split_once('=').expect("name=value");
            self.cookies.lock().expect("lock").insert(name.to_owned(), value.to_owned());
        }
        self
    }

    /// What it calls itself; most browsers of stories say nothing.
    pub fn agent(&self) -> String {
        let named = self.extra.iter().find(|(name, _)| name.eq_ignore_ascii_case("user-agent"));
        named.map_or_else(String::new, |(_, agent)| agent.clone())
    }

    /// From now on asks another instance, with the same cookies.
    pub fn go_to(&mut self, base: &str) {
        base.clone_into(&mut self.base);
    }

    /// The value of a cookie held.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("lock").get(name).cloned()
    }

    /// The first cookie held whose name begins with this, as a browser sends it.
    pub fn cookie_pair(&self, start: &str) -> Option<String> {
        let cookies = self.cookies.lock().expect("lock");
        cookies.iter().find(|(name, _)| name.starts_with(start)).map(|(name, value)| format!("{name}={value}"))
    }

    /// One request, no redirect followed.
    pub async fn once(&self, method: reqwest::Method, path: &str, body: Option<String>) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).header("accept", "text/html");
        let cookies = self
            .cookies
            .lock()
            .expect("lock")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .header("sec-fetch-site", "same-origin")
                .body(body);
        }
        let extra = self.extra.iter().map(|(name, value)| {
            let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            (name, value.parse().expect("a header value"))
        });
        // `headers` replaces what is there under the same name.
        let answer = request.headers(extra.collect()).send().await.expect("the app answers");
        self.keep(answer.headers());
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // A space that does not break is a space to whoever reads.
        let text = answer.text().await.expect("text").replace('\u{a0}', " ").replace('\u{2060}', "");
        Answer { status, path: path.to_owned(), text, headers }
    }

    fn keep(&self, headers: &reqwest::header::HeaderMap) {
        let mut cookies = self.cookies.lock().expect("lock");
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let mut parts = line.split(';');
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { continue };
            if line.to_ascii_lowercase().contains("max-age=0") {
                cookies.remove(name.trim());
            } else {
                cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    async fn follow(&self, mut answer: Answer) -> Answer {
        for _ in 0..8 {
            let Some(to) = answer.headers.get(LOCATION).filter(|_| (300..400).contains(&answer.status)) else { break };
            let to = to.to_str().expect("a path").to_owned();
            answer = self.once(reqwest::Method::GET, &to, None).await;
        }
        answer
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Answer {
        let first = self.once(reqwest::Method::GET, path, None).await;
        self.follow(first).await
    }

    /// Sends fields as they are, with the token given.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let first = self.once(reqwest::Method::POST, path, Some(encoded(fields))).await;
        self.follow(first).await
    }

    /// Opens a page with a form, fills it in as a person would (token and hidden fields are the
    /// page's own), and sends it to the page's own address or to the form's action.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(path).await;
        self.send_form(&page, fields).await
    }

    /// Sends the form of a page that was opened before.
    pub async fn send_form(&self, page: &Answer, fields: &[(&str, &str)]) -> Answer {
        self.send_form_to(page, "", fields).await
    }

    /// Sends the form of a page whose action begins with this.
    pub async fn send_form_to(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (action, all) = filled(page, action, fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&action, &all).await
    }

    /// Like [`Visitor::send_form_to`], but stops at the first answer.
    pub async fn send_once(&self, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
        let (action, all) = filled(page, action, fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.once(reqwest::Method::POST, &action, Some(encoded(&all))).await
    }
}

/// A form's address, and its fields with the hidden ones of the page.
fn filled(page: &Answer, action: &str, fields: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
    let wanted = format!("action=\"{action}");
    let is_meant = |form: &&str| {
        let head = form.split('>').next().unwrap_or_default();
        head.contains("method=\"post\"") && (action.is_empty() || head.contains(&wanted))
    };
    let form = page.text.split("<form").find(is_meant).unwrap_or_default();
    let form = form.split("</form>").next().unwrap_or_default();
    let action = form
        .split("action=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or(&page.path)
        .replace("&amp;", "&")
        .replace("&#38;", "&");
    let mut all: Vec<(String, String)> = Vec::new();
    for tag in form
        .split("<input")
        .skip(1)
        .filter_map(|tag| tag.split('>').next())
        .filter(|tag| tag.contains("type=\"hidden\""))
    {
        let read = |key: &str| {
            tag.split(&format!("{key}=\""))
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .unwrap_or_default()
                .to_owned()
        };
        all.push((read("name"), read("value")));
    }
    for (name, value) in fields {
        all.retain(|(known, _)| known != name);
        all.push(((*name).to_owned(), (*value).to_owned()));
    }
    (action, all)
}
