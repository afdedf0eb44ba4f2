//! Everything that the partners of the sandbox have in common: how a request comes in, and the one layer that applies
//! faults to it.

use std::future::Future;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use platform::db::DbFault;

use crate::about::About;
use crate::faults::{Kind, take};
use crate::house::Office;
use crate::listen::Cut;

/// How long a call that is never answered is held if its caller does not give up earlier.
const HOLD: Duration = Duration::from_secs(60);

/// The largest message of any partner, in bytes.
const BODY_MAX: usize = 256 * 1024;

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The query as it was sent, still encoded.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Raw {
    /// A header's text; empty when absent or not text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The text that rules are matched against.
    fn text(&self) -> String {
        let mut text = format!("{}\n", decoded(&self.path));
        for (name, value) in form_urlencoded::parse(self.query.as_bytes()) {
            text.push_str(&format!("{name}={value}\n"));
        }
        text.push_str(&String::from_utf8_lossy(&self.body));
        text
    }
}

/// A path, or a part of one, with its percent-encoding decoded; a percent sign that encodes nothing stays.
pub(crate) fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let sign = path.get(at + 1..at + 3).filter(|two| *byte == b'%' && two.bytes().all(|b| b.is_ascii_hexdigit()));
        match sign.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(meant) => out.push(meant),
            None => out.push(*byte),
        }
        at += if sign.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer in JSON.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: serde_json::Value,
}

impl Reply {
    /// 200.
    pub(crate) fn ok(body: serde_json::Value) -> Reply {
        Reply { status: StatusCode::OK, body }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// How a call is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As the partner always does.
    Plain,
    /// A second time: neither limits nor uniqueness stop it.
    Again,
    /// Accepted without effect.
    Lost,
    /// Accepted, the effect waits for the next call's.
    Behind,
}

/// One partner.
pub(crate) trait Partner: 'static {
    /// A verified call.
    type Call: Clone + Send + Sync + 'static;
    /// What it keeps while it runs.
    type Room: Send + Sync + 'static;

    const ABOUT: &'static About;

    /// The operation a request names, before anything is verified.
    fn operation(raw: &Raw) -> String;

    /// Verifies a request; `Err` is the partner's own refusal.
    fn admit(
        house: &Office<Self::Room>,
        raw: &Raw,
    ) -> impl Future<Output = Result<Result<Self::Call, Reply>, DbFault>> + Send;

    /// Carries a call out.
    fn answer(
        house: &Office<Self::Room>,
        call: &Self::Call,
        manner: Manner,
    ) -> impl Future<Output = Result<Reply, DbFault>> + Send;

    /// Refuses a call with a code of the partner's.
    fn refusal(house: &Office<Self::Room>, code: &str) -> Reply;

    /// An answer that claims success but is not a true answer of the partner's.
    fn forgery(house: &Office<Self::Room>, call: &Self::Call) -> Reply;

    /// Puts an answer into the partner's form; a partner that signs its answers does so here.
    fn finish(_house: &Office<Self::Room>, _raw: &Raw, reply: Reply) -> Response {
        reply.into_response()
    }

    /// The same, and not as it was given: in one of the partner's [`About::twists`].
    fn twisted(house: &Office<Self::Room>, raw: &Raw, reply: Reply, _how: &str) -> Response {
        Self::finish(house, raw, reply)
    }
}

/// The handler of every path of a partner.
pub(crate) async fn serve<P: Partner>(
    State(house): State<Office<P::Room>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    request: Request,
) -> Response {
    receive::<P>(house, cut, request, BODY_MAX).await
}

/// Reads a request of at most so many bytes and has it answered.
pub(crate) async fn receive<P: Partner>(
    house: Office<P::Room>,
    cut: Cut,
    request: Request,
    bytes_max: usize,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, bytes_max).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let raw = Raw {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    // A task of its own: a partner finishes what it has begun even when the caller hangs up.
    let done = tokio::spawn(async move { befall::<P>(&house, &cut, &raw).await }).await;
    match done {
        Ok(Ok(response)) => response,
        Ok(Err(fault)) => {
            tracing::error!(partner = P::ABOUT.place.name, %fault, "sandbox.fault_of_its_own");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Applies a rule to the call, or carries it out normally. A rule is used up by the request it matches whether or not
/// that request is properly signed, because a partner in trouble does not check signatures first.
async fn befall<P: Partner>(house: &Office<P::Room>, cut: &Cut, raw: &Raw) -> Result<Response, DbFault> {
    let operation = P::operation(raw);
    let kind = take::take(house, P::ABOUT.place.name, &operation, &raw.text()).await?;
    match &kind {
        Some(Kind::Down) => return Ok(cut_off(cut)),
        Some(Kind::TimeOutBefore) => return Ok(hold(cut).await),
        Some(Kind::Slow { ms }) => tokio::time::sleep(Duration::from_millis(*ms)).await,
        _ => {}
    }
    let call = match P::admit(house, raw).await? {
        Ok(call) => call,
        Err(refusal) => return Ok(P::finish(house, raw, refusal)),
    };
    let reply = match kind {
        Some(Kind::Refuse { code }) => P::refusal(house, &code),
        Some(Kind::Forge { code: Some(how) }) if P::ABOUT.twists.contains(&how.as_str()) => {
            let reply = P::answer(house, &call, Manner::Plain).await?;
            return Ok(P::twisted(house, raw, reply, &how));
        }
        Some(Kind::Forge { .. }) => P::forgery(house, &call),
        Some(Kind::Lose) => P::answer(house, &call, Manner::Lost).await?,
        Some(Kind::Reorder) => P::answer(house, &call, Manner::Behind).await?,
        Some(Kind::Duplicate) => {
            let reply = P::answer(house, &call, Manner::Plain).await?;
            P::answer(house, &call, Manner::Again).await?;
            reply
        }
        Some(Kind::TimeOutAfter) => {
            P::answer(house, &call, Manner::Plain).await?;
            return Ok(hold(cut).await);
        }
        Some(Kind::Slow { .. } | Kind::TimeOutBefore | Kind::Down) | None => {
            P::answer(house, &call, Manner::Plain).await?
        }
    };
    Ok(P::finish(house, raw, reply))
}

/// Does not answer until the caller gives up or a minute has passed.
async fn hold(cut: &Cut) -> Response {
    tokio::time::sleep(HOLD).await;
    cut_off(cut)
}

/// Closes the connection; the response is never written.
fn cut_off(cut: &Cut) -> Response {
    cut.now();
    Response::new(Body::empty())
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn percent_signs_are_read_and_others_stay() {
        for (text, wanted) in
            [("a%7Cb%2a", "a|b*"), ("100%", "100%"), ("%zz%4", "%zz%4"), ("%E4%B8%AD", "中"), ("a+b", "a+b")]
        {
            assert_eq!(decoded(text), wanted, "{text}");
        }
    }
}
