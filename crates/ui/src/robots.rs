//! What is told to those who index the web: `robots.txt`.

use crate::visit::Visit;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use platform::Ctx;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/robots.txt", get(robots))
}

/// What is shown to everybody is for everybody to find. Who cannot log in finds nothing on the pages of those who
/// can: they lead to the login page. What is left out here would only be the same pages again, or searches.
async fn robots(visit: Visit) -> Response {
    let mut lines = vec!["User-agent: *\n".to_owned()];
    let quiet = ["/look"].iter().chain(&visit.page.nav().quiet).chain(&["/dev/", "/offline"]);
    lines.extend(quiet.map(|path| format!("Disallow: {path}\n")));
    lines.push("Allow: /\n".to_owned());
    let mut response = lines.concat().into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
