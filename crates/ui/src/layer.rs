//! Around every route: the reference number, the problem's page, the headers that keep browsers safe,
//! the access log, and a net under panics.

use crate::page::Page;
use crate::problem::Problem;
use crate::reply::html_status;
use crate::seed::Seed;
use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, header};
use platform::Ctx;
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

/// The largest body any handler is given unless its route raises it.
const BODY_BYTES: usize = 1024 * 1024;

/// Wraps the composed router. Put `Extension(TrustedProxies)` outside of it.
pub fn layer(router: Router<Ctx>, ctx: Ctx) -> Router {
    router
        .fallback(|| async { Problem::not_found() })
        .layer(CatchPanicLayer::custom(caught))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(from_fn_with_state(ctx.clone(), around))
        .with_state(ctx)
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    title: String,
    text: String,
    again: bool,
}

async fn around(State(ctx): State<Ctx>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let seed = Arc::new(Seed::read(&ctx, request.headers(), request.uri(), request.extensions()));
    request.extensions_mut().insert(Arc::clone(&seed));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let wants_page = accepts_html(&request);
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>().or_else(|| {
        let plain = !is_html(&response) && wants_page;
        plain.then(|| Problem::of_status(response.status())).flatten()
    });
    if let Some(problem) = problem {
        report(&problem, &seed, route.as_ref());
        response = error_page(&problem, &seed, response);
    }
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
        // Shed on purpose by a gate or by the database's queue: counted apart, and no mistake of anybody's.
        metrics::counter!("renshe_http_shed", "route" => route.to_owned(), "by" => by).increment(1);
        tracing::debug!(request = %seed.request, route, "a request was shed");
    } else if problem.status.is_server_error() {
        tracing::error!(request = %seed.request, route, status, cause, "a request failed");
    } else if !cause.is_empty() {
        tracing::warn!(request = %seed.request, route, status, cause, "a request was refused");
    }
}

fn error_page(problem: &Problem, seed: &Arc<Seed>, original: Response) -> Response {
    let page = Page::bare(Arc::clone(seed));
    let key = problem.key();
    let template = ErrorPage {
        title: page.t(&format!("{key}-title")),
        text: page.t(&format!("{key}-text")),
        again: problem.retry_secs.is_some(),
        page: page.clone(),
    };
    let mut response = html_status(&page, problem.status, template);
    if let Some(secs) = problem.retry_secs {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    }
    if let Some(allow) = original.headers().get(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow.clone());
    }
    response
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'; connect-src 'self'";

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
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn is_html(response: &Response) -> bool {
    let mime = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    mime.is_some_and(|mime| mime.starts_with("text/html"))
}
