//! Answers: a rendered page, or a redirect after a POST.

use crate::csrf;
use crate::page::Page;
use crate::problem::Problem;
use crate::seed::FLASH;
use askama::Template;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};

/// How long the cookie that names a visit lives: longer than anybody leaves a form open.
pub(crate) const VISIT_SECS: i64 = 30 * 24 * 3600;

/// Room for most pages, because a text that grows is copied at each step.
const PAGE_BYTES: usize = 16 * 1024;

/// Renders a personal page: 200, compressed, never stored.
pub fn html(page: &Page, template: impl Template) -> Response {
    html_status(page, StatusCode::OK, template)
}

/// Renders a form again with its errors and what was typed: 422, so that tools see the refusal too.
pub fn html_again(page: &Page, template: impl Template) -> Response {
    html_status(page, StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// Renders a page under another status.
pub fn html_status(page: &Page, status: StatusCode, template: impl Template) -> Response {
    let body = match render(&template) {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let (encoding, body) = page.seed.encoding.compress(body);
    let mut response = page_response(status, encoding.header(), body, "no-store");
    finish(page, &mut response);
    response
}

/// Goes on after a POST: 303, so that reloading does not post again. Only paths of this service.
pub fn see_other(path: &str) -> Response {
    let path = local_path(path).unwrap_or("/");
    // A path may hold Chinese query text; header values may not.
    let location = HeaderValue::from_str(&ascii(path)).unwrap_or(HeaderValue::from_static("/"));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, location);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A message for the next page, by its key: the layer makes a cookie of it.
#[derive(Clone, Debug)]
pub(crate) struct Flash(pub(crate) String);

/// Goes on and shows the message `flash_key` once, at the top of the next page.
pub fn see_other_with(path: &str, flash_key: &str) -> Response {
    let mut response = see_other(path);
    response.extensions_mut().insert(Flash(flash_key.to_owned()));
    response
}

/// A path of this service, or nothing: no other host can be reached through a redirect.
pub fn local_path(to: &str) -> Option<&str> {
    let mut chars = to.chars();
    // Browsers read `\` as `/`, and drop tabs and line ends: `/\t/host` is `//host`.
    let clean = !to.chars().any(|c| c.is_control() || c == '\\');
    let local = chars.next() == Some('/') && chars.next() != Some('/');
    (clean && local).then_some(to)
}

/// Where a page goes on to: the path of this service that its address or form names, or `home`. Never one that begins with
/// one of `not`: those are the pages that would only lead back.
pub fn onward(to: &str, not: &[&str], home: &str) -> String {
    let path = local_path(to).filter(|path| !not.iter().any(|start| path.starts_with(start)));
    path.unwrap_or(home).to_owned()
}

/// A text as the value of a query, in an address.
pub fn in_query(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

pub(crate) fn render(template: &impl Template) -> Result<Vec<u8>, Problem> {
    let mut text = String::with_capacity(PAGE_BYTES);
    match template.render_into(&mut text) {
        Ok(()) => Ok(text.into_bytes()),
        Err(error) => Err(Problem::fault(format!("template: {error}"))),
    }
}

pub(crate) fn page_response(
    status: StatusCode,
    encoding: Option<HeaderValue>,
    body: Bytes,
    cache: &'static str,
) -> Response {
    let mut response = (status, Body::from(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("cookie, accept-encoding, accept-language"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, encoding);
    }
    response
}

/// The cookies a personal page leaves: the visit the form token is bound to; the shown flash goes. And for whom it is.
fn finish(page: &Page, response: &mut Response) {
    if page.seed.renew && !page.csrf.is_empty() {
        page.set_cookie(response, &csrf::cookie_name(&page.seed.visit), &page.seed.visit, Some(VISIT_SECS));
    }
    if page.seed.flash.is_some() {
        page.clear_cookie(response, FLASH);
    }
    page.holder.say(response);
}

fn ascii(path: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if (0x21..0x7f).contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_stay_at_home() {
        for to in ["/", "/me", "/find?q=眼科", "/a//b", "/things/thg_1#x"] {
            assert_eq!(local_path(to), Some(to));
        }
        for to in [
            "",
            "me",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "\\\\evil",
            "/\t/evil.example",
            "/\n/evil.example",
            "javascript:alert(1)",
            " /me",
        ] {
            assert_eq!(local_path(to), None, "{to:?}");
            let answer = see_other(to);
            assert_eq!(answer.headers()[header::LOCATION], "/");
        }
        for (to, expected) in [
            ("/things/thg_1/book", "/things/thg_1/book"),
            ("/find?q=眼科", "/find?q=眼科"),
            ("", "/me"),
            ("//evil.example", "/me"),
            ("https://evil.example", "/me"),
            ("/login?to=/x", "/me"),
            ("/logout", "/me"),
        ] {
            assert_eq!(onward(to, &["/login", "/logout"], "/me"), expected);
        }
        assert_eq!(in_query("/a?b=1&c=眼 1"), "%2Fa%3Fb%3D1%26c%3D%E7%9C%BC+1");
        assert_eq!(see_other("/find?q=眼").headers()[header::LOCATION], "/find?q=%E7%9C%BC");
    }
}
