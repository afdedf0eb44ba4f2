//! What is told to those who index the web: `robots.txt`.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use platform::Ctx;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/robots.txt", get(robots))
}

/// Hospitals, departments and doctors are for everybody to find. Who cannot log in finds nothing on the pages of those who
/// can: they lead to the login page. What is left out here would only be the same pages again, or searches.
const ROBOTS: &str = "User-agent: *\n\
    Disallow: /look\n\
    Disallow: /search\n\
    Disallow: /login\n\
    Disallow: /forgot\n\
    Disallow: /desk\n\
    Disallow: /dev/\n\
    Disallow: /offline\n\
    Allow: /\n";

async fn robots() -> Response {
    let mut response = ROBOTS.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
