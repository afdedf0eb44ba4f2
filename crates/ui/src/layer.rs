//! Around every route: the reference number, the problem's page, the headers that keep browsers safe,
//! the access log, and a net under panics.

use crate::headers::text;
use crate::page::Page;
use crate::problem::{Problem, ProblemKind, Typed};
use crate::reply::{Flash, html_status};
use crate::seed::{self, FLASH, Seed};
use crate::site::{Site, Why};
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use platform::Ctx;
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

/// The largest body any handler is given unless its route raises it.
const BODY_BYTES: usize = 1024 * 1024;

/// Below this path machines ask, and are answered with JSON (`docs/api/cards.md`).
const MACHINES: &str = "/api/";

/// How long a message waits to be shown on the next page, seconds.
const FLASH_SECS: i64 = 60;

/// Wraps the composed router. Put `Extension(TrustedProxies)` and `Extension(Site)` outside of it.
pub fn layer(router: Router<Ctx>, ctx: Ctx) -> Router {
    router
        .layer(CatchPanicLayer::custom(caught))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(Arc::new(ctx.clone()), around))
        .with_state(ctx)
}

/// An error page among the citizens' pages.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    told: Told,
}

/// The same at a desk.
#[derive(Template)]
#[template(path = "desk_error.html")]
struct DeskErrorPage {
    page: Page,
    told: Told,
}

/// What an error page says, in whichever frame.
struct Told {
    title: String,
    text: String,
    /// Where to go on, by the service's own address; empty where that is here.
    there: String,
    /// What the visitor can do about it, line by line.
    hints: Vec<String>,
    again: bool,
    typed: Typed,
    /// The key of the words that lead home.
    home: &'static str,
    /// The key of the words before the reference number: to whom it is told.
    reference: &'static str,
}

async fn around(State(ctx): State<Arc<Ctx>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let seed = Arc::new(Seed::read(&ctx, request.headers(), request.uri(), request.extensions()));
    request.extensions_mut().insert(Arc::clone(&seed));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let wants_page = accepts_html(&request);
    let site = seed::site(&ctx, request.extensions());
    let mut response = match misled(&seed, wants_page) {
        Some(problem) => problem.into_response(),
        None => {
            // Probes come directly; people come through a proxy that says for whom it asks.
            if wants_page {
                site.tell_nameless(&seed::came(request.headers(), request.extensions()));
            }
            next.run(request).await
        }
    };
    // What the router and its extractors refuse by themselves (a path that is no UTF-8, another method) is bare text in
    // English, whoever asks.
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
        let bare = !is_html(&response) && (wants_page || is_bare(&response));
        bare.then(|| Problem::of_status(response.status())).flatten()
    });
    if let Some(problem) = problem {
        report(&problem, &seed, route.as_ref());
        response = match seed.path.starts_with(MACHINES) {
            true => told_to_machine(&problem, &response),
            false => error_page(&ctx, &site, &problem, &seed, response),
        };
    }
    keep_flash(&mut response, &seed);
    secure(&mut response, &seed);
    let pattern = route.as_ref().map_or("-", MatchedPath::as_str).to_owned();
    let status = response.status().as_u16().to_string();
    metrics::histogram!("renshe_http_seconds", "route" => pattern, "status" => status)
        .record(start.elapsed().as_secs_f64());
    // The pattern, not the path: a path may hold an id, a query what somebody searched for.
    tracing::info!(
        target: "access",
        request = %seed.request,
        method = %method,
        route = route.as_ref().map_or("-", MatchedPath::as_str),
        status = response.status().as_u16(),
        ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    );
    response
}

fn report(problem: &Problem, seed: &Seed, route: Option<&MatchedPath>) {
    let route = route.map_or("-", MatchedPath::as_str);
    let cause = problem.cause.as_deref().unwrap_or("");
    let status = problem.status.as_u16();
    if let Some(by) = problem.shed_by {
        // Turned away on purpose by a gate or by the database's queue. This is counted separately and is not anybody's
        // mistake.
        metrics::counter!("renshe_http_shed", "route" => route.to_owned(), "by" => by.as_str()).increment(1);
        tracing::debug!(request = %seed.request, route, "a request was shed");
    } else if problem.status.is_server_error() {
        tracing::error!(request = %seed.request, route, status, cause, "a request failed");
    } else if !cause.is_empty() {
        tracing::warn!(request = %seed.request, route, status, cause, "a request was refused");
    }
}

/// Somebody who opened a page by another address than the service's own; machines and assets are not meant.
fn misled(seed: &Seed, wants_page: bool) -> Option<Problem> {
    let elsewhere = seed.elsewhere.clone().filter(|_| wants_page && !seed.path.starts_with("/assets/"))?;
    Some(Problem::elsewhere(elsewhere))
}

fn error_page(ctx: &Ctx, site: &Site, problem: &Problem, seed: &Arc<Seed>, original: Response) -> Response {
    // A form that can be sent again needs a token, and the cookie that goes with it; so does the end of the shift at a desk.
    let has_form = !problem.typed.fields.is_empty();
    let needs_token = has_form || seed.desk.get().is_some();
    let page = if needs_token { Page::new(ctx, Arc::clone(seed)) } else { Page::bare(Arc::clone(seed)) };
    let (home, reference) = match page.at_desk() {
        true => ("problem-desk", "problem-desk-reference"),
        false => ("problem-home", "problem-reference"),
    };
    let mut told = Told {
        title: page.t(&format!("{}-title", problem.key())),
        text: page.t(&format!("{}-text", problem.key())),
        there: String::new(),
        hints: Vec::new(),
        again: problem.retry_secs.is_some(),
        typed: problem.typed.clone(),
        home,
        reference,
    };
    match &problem.kind {
        ProblemKind::Elsewhere => tell_way(site, problem, &page, &mut told),
        ProblemKind::Unfit { .. } if !has_form => told.hints.push(page.t("problem-go-back")),
        _ => {}
    }
    let mut response = match page.at_desk() {
        true => html_status(&page, problem.status, DeskErrorPage { page: page.clone(), told }),
        false => html_status(&page, problem.status, ErrorPage { page: page.clone(), told }),
    };
    keep_headers(&mut response, problem, &original);
    response
}

/// What an answer says of when to come again, and how.
fn keep_headers(response: &mut Response, problem: &Problem, original: &Response) {
    if problem.status == StatusCode::PAYLOAD_TOO_LARGE {
        // What was not read is still on its way: this connection serves nothing else, and whoever sent it is told.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(secs) = problem.retry_secs {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    }
    if let Some(allow) = original.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
}

/// The refusal as the interface for machines tells it: a word for programs, and a sentence for whoever writes them.
fn told_to_machine(problem: &Problem, original: &Response) -> Response {
    let (error, message) = problem.for_machines();
    let body = serde_json::json!({ "error": error, "message": message });
    let mut response = (problem.status, axum::Json(body)).into_response();
    keep_headers(&mut response, problem, original);
    response
}

/// By which address the visitor came, and by which the service is reached.
fn tell_way(site: &Site, problem: &Problem, page: &Page, told: &mut Told) {
    let Some(elsewhere) = &problem.elsewhere else { return };
    site.tell_elsewhere(elsewhere);
    let (by, own) = (elsewhere.by.text(), site.own().text());
    let key = match elsewhere.why {
        Why::Scheme => "problem-elsewhere-scheme",
        Why::Name | Why::ProxysName => "problem-elsewhere-name",
    };
    told.text = page.t2(key, "own", &own, "by", &by);
    let hints: &[&str] = match elsewhere.why {
        Why::Scheme => &["problem-elsewhere-cookies", "problem-elsewhere-proxy-scheme"],
        Why::ProxysName => &["problem-elsewhere-proxy-name"],
        Why::Name if site.is_demo() => &["problem-elsewhere-demo"],
        Why::Name => &[],
    };
    told.hints = hints.iter().map(|hint| page.t1(hint, "by", &by)).collect();
    told.there = format!("{own}{}", page.here());
}

/// The message for the next page, kept as securely as the site is.
fn keep_flash(response: &mut Response, seed: &Arc<Seed>) {
    if let Some(Flash(key)) = response.extensions_mut().remove::<Flash>() {
        Page::bare(Arc::clone(seed)).set_cookie(response, FLASH, &key, Some(FLASH_SECS));
    }
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'; worker-src 'self'; manifest-src 'self'; \
                      connect-src 'self'";

/// Lets one page show a camera's picture, and its script send what it took to one more origin
/// (`https://host`, perhaps with a port). Anything that is not an origin changes nothing.
pub fn allow_camera(response: &mut Response, upload_origin: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '-' | '[' | ']');
    if upload_origin.is_empty() || !upload_origin.chars().all(plain) {
        return;
    }
    // The policy ends with where scripts may connect to.
    let policy = format!("{POLICY} {upload_origin}; media-src mediastream: blob:");
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn secure(response: &mut Response, seed: &Seed) {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    );
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    if seed.secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

fn caught(panic: Box<dyn Any + Send + 'static>) -> Response {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without words");
    Problem::fault(format!("panic: {said}")).into_response()
}

fn accepts_html(request: &Request) -> bool {
    text(request.headers(), header::ACCEPT).contains("text/html")
}

/// Whether an answer has no body of a kind of its own: words without a form, or nothing.
fn is_bare(response: &Response) -> bool {
    let kind = text(response.headers(), header::CONTENT_TYPE);
    kind.is_empty() || kind.starts_with("text/plain")
}

fn is_html(response: &Response) -> bool {
    text(response.headers(), header::CONTENT_TYPE).starts_with("text/html")
}
