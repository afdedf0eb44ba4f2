//! The HTTP client for partners: a deadline on every call, no automatic retries, no redirects, a
//! bulkhead per partner (architecture, rule 17), and errors that say whether the partner may have
//! acted. Signing is the adapter's: it fills in the headers of a [`Request`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, Url, retry};
use tokio::sync::Semaphore;

use crate::ctx::Ctx;

/// The longest answer that is accepted from a partner; a longer one is refused and not read into memory.
const MOST_BODY_BYTES: usize = 4 * 1024 * 1024;
/// Time to reach a partner at all, within the call's deadline.
const CONNECT: Duration = Duration::from_secs(3);

/// Why there is no answer. What the partner did is known only for the first two.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// All of the partner's places are taken: nothing was sent.
    #[error("{0} has too many calls in flight")]
    Busy(&'static str),
    /// The connection was refused or never made, or the request could not be written down: nothing
    /// was sent.
    #[error("nothing was sent: {0}")]
    NotSent(String),
    /// The deadline passed: it may have been done.
    #[error("no answer in time")]
    TimedOut,
    /// The connection broke, or the answer could not be read: it may have been done.
    #[error("the answer broke off: {0}")]
    Broken(String),
}

impl CallError {
    /// Whether it is certain that the partner has not seen the request.
    pub fn is_not_sent(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::NotSent(_))
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Busy(_) => "busy",
            Self::NotSent(_) => "not_sent",
            Self::TimedOut => "timed_out",
            Self::Broken(_) => "broken",
        }
    }
}

/// A request as it will be sent; an adapter signs exactly these bytes.
#[derive(Clone)]
pub struct Request {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// A limit shorter than the client's own deadline, for a sender that has less time.
    pub within: Option<Duration>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Query, headers and body carry signatures and personal data.
        write!(f, "{} {}{}", self.method, self.url.host_str().unwrap_or(""), self.url.path())
    }
}

impl Request {
    /// A request without a body.
    pub fn new(method: Method, url: &str) -> Result<Self, CallError> {
        let url = Url::parse(url).map_err(|error| CallError::NotSent(format!("the address is wrong: {error}")))?;
        Ok(Self { method, url, headers: HeaderMap::new(), body: Vec::new(), within: None })
    }

    /// Sets a header.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, CallError> {
        let name = HeaderName::try_from(name).map_err(|error| CallError::NotSent(error.to_string()))?;
        let value =
            HeaderValue::try_from(value).map_err(|error| CallError::NotSent(format!("header {name}: {error}")))?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Limits the call to the time in which its context may still call partners.
    ///
    /// # Errors
    /// That time is over: nothing is sent.
    pub fn in_time_of(mut self, ctx: &Ctx) -> Result<Self, CallError> {
        self.within = ctx.time_left().map_err(|over| CallError::NotSent(over.to_string()))?;
        Ok(self)
    }

    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

/// A partner's answer, of any status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// A 2xx status.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as JSON. An unreadable body is `Broken`: the partner may have acted.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, CallError> {
        serde_json::from_slice(&self.body)
            .map_err(|error| CallError::Broken(format!("status {}, not the JSON expected: {error}", self.status)))
    }
}

/// The client for one partner. Clones share its connections and its places.
#[derive(Clone)]
pub struct Client {
    partner: &'static str,
    inner: reqwest::Client,
    timeout: Duration,
    places: Arc<Semaphore>,
}

impl Client {
    /// A client that ends every call within `timeout` and lets at most `max_in_flight` calls run at once.
    pub fn new(partner: &'static str, timeout: Duration, max_in_flight: usize) -> Result<Self, CallError> {
        let builder = || {
            reqwest::Client::builder()
                .timeout(timeout)
                .connect_timeout(CONNECT.min(timeout))
                .redirect(Policy::none())
                .retry(retry::never())
                .no_proxy()
                .pool_idle_timeout(Duration::from_secs(20))
                .user_agent("renshe")
        };
        let inner = builder().build().or_else(|error| {
            // A machine without root certificates can still reach the sandbox; calls over TLS fail
            // one by one, as not sent.
            tracing::warn!(partner, %error, "http.no_root_certificates");
            builder().tls_certs_only([]).build()
        });
        let inner = inner.map_err(|error| CallError::NotSent(error.to_string()))?;
        Ok(Self { partner, inner, timeout, places: Arc::new(Semaphore::new(max_in_flight.max(1))) })
    }

    /// Sends a request once. If all places are taken, the call is refused at once.
    pub async fn send(&self, request: Request) -> Result<Reply, CallError> {
        let started = Instant::now();
        let answer = match self.places.try_acquire() {
            Err(_) => Err(CallError::Busy(self.partner)),
            Ok(_place) => self.exchange(request).await,
        };
        let outcome = match &answer {
            Ok(reply) => match reply.status {
                200..300 => "ok",
                500.. => "server_error",
                _ => "refused",
            },
            Err(error) => error.label(),
        };
        metrics::histogram!("renshe_partner_seconds", "partner" => self.partner, "outcome" => outcome)
            .record(started.elapsed().as_secs_f64());
        answer
    }

    async fn exchange(&self, request: Request) -> Result<Reply, CallError> {
        let Request { method, url, headers, body, within } = request;
        let mut sending = self.inner.request(method, url).headers(headers).body(body);
        if let Some(within) = within.filter(|within| *within < self.timeout) {
            sending = sending.timeout(within);
        }
        let mut response = sending.send().await.map_err(classify)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.len() + chunk.len() > MOST_BODY_BYTES {
                return Err(CallError::Broken("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body })
    }
}

/// Sorts a failure by what it says about the partner, and leaves out the address, which may carry data.
fn classify(error: reqwest::Error) -> CallError {
    let error = error.without_url();
    if error.is_connect() || error.is_builder() {
        CallError::NotSent(chain(&error))
    } else if error.is_timeout() {
        CallError::TimedOut
    } else {
        CallError::Broken(chain(&error))
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// What a partner does with a connection after it has read the request.
    enum Act {
        Say(&'static str),
        HangUp,
        Sleep,
    }

    async fn partner(act: Act) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut buffer = [0; 4096];
                assert!(socket.read(&mut buffer).await.unwrap() > 0);
                match act {
                    Act::Say(text) => socket.write_all(text.as_bytes()).await.unwrap(),
                    Act::HangUp => {}
                    Act::Sleep => tokio::time::sleep(Duration::from_secs(60)).await,
                }
            }
        });
        url
    }

    fn client(timeout_ms: u64, places: usize) -> Client {
        Client::new("test", Duration::from_millis(timeout_ms), places).unwrap()
    }

    fn post(url: &str) -> Request {
        Request::new(Method::POST, url).unwrap().header("x-signature", "abc").unwrap().body("{}")
    }

    #[tokio::test]
    async fn any_status_is_an_answer_and_redirects_are_not_followed() {
        let url = partner(Act::Say("HTTP/1.1 302 Found\r\nlocation: /y\r\ncontent-length: 8\r\n\r\n{\"a\": 1}")).await;
        let reply = client(2000, 1).send(post(&url)).await.unwrap();
        assert_eq!((reply.status, reply.is_success()), (302, false));
        assert_eq!(reply.json::<serde_json::Value>().unwrap()["a"], 1);
        assert!(reply.json::<Vec<u8>>().is_err());
    }

    #[tokio::test]
    async fn errors_say_whether_something_was_sent() {
        let closed = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
        let error = client(2000, 1).send(post(&format!("http://{closed}/"))).await.unwrap_err();
        assert!(error.is_not_sent(), "{error}");
        let error = client(2000, 1).send(post(&partner(Act::HangUp).await)).await.unwrap_err();
        assert!(matches!(error, CallError::Broken(_)), "{error}");
        let error = client(200, 1).send(post(&partner(Act::Sleep).await)).await.unwrap_err();
        assert_eq!(error, CallError::TimedOut);
        let url = partner(Act::Say("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nshort")).await;
        let error = client(200, 1).send(post(&url)).await.unwrap_err();
        assert!(!error.is_not_sent(), "{error}");
        assert!(Request::new(Method::GET, "no address").unwrap_err().is_not_sent());
    }

    #[tokio::test]
    async fn a_slow_partner_takes_its_own_places_only() {
        let url = partner(Act::Sleep).await;
        let client = client(1000, 1);
        let (first, second) = tokio::join!(client.send(post(&url)), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            client.send(post(&url)).await
        });
        assert_eq!(first.unwrap_err(), CallError::TimedOut);
        assert_eq!(second.unwrap_err(), CallError::Busy("test"));
    }

    #[test]
    fn a_request_prints_neither_query_nor_body() {
        let request = post("http://127.0.0.1/send?mobile=13800138000");
        assert_eq!(format!("{request:?}"), "POST 127.0.0.1/send");
    }
}
