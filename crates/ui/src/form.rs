//! Forms: protected against other sites before a byte is believed, and errors as kinds, not sentences.

use crate::csrf;
use crate::problem::Problem;
use crate::seed::{Seed, text};
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use platform::Ctx;
use serde::de::DeserializeOwned;

/// The largest form: words and choices, never files.
pub const FORM_BYTES: usize = 64 * 1024;

/// A urlencoded POST that a page of ours sent. Give its fields `#[serde(default)]`: an empty field is
/// for the handler to explain, an unreadable form is not.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Ctx> for Form<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Ctx) -> Result<Form<T>, Problem> {
        let (parts, body) = request.into_parts();
        if !from_our_page(&parts.headers) {
            return Err(Problem::stale().because("the form came from another site"));
        }
        let bytes = to_bytes(body, FORM_BYTES).await.map_err(|_| Problem::too_large())?;
        if !is_ours(state, &parts, &bytes) {
            return Err(Problem::stale());
        }
        let request = Request::from_parts(parts, Body::from(bytes));
        match axum::extract::Form::<T>::from_request(request, &()).await {
            Ok(axum::extract::Form(value)) => Ok(Form(value)),
            Err(rejection) => Err(Problem::bad_form().because(rejection)),
        }
    }
}

/// Whether a urlencoded body was sent by a page of ours to this very browser.
pub fn is_ours(ctx: &Ctx, parts: &Parts, body: &[u8]) -> bool {
    let seed = Seed::of(ctx, &parts.headers, &parts.uri, &parts.extensions);
    let token = form_urlencoded::parse(body).find(|(name, _)| name == csrf::FIELD).map(|(_, value)| value.into_owned());
    let fits = token.is_some_and(|token| csrf::fits(&ctx.vault, &seed.visit, &token));
    !seed.fresh && fits && from_our_page(&parts.headers)
}

/// What the browser itself says about where the request started. Absent in old browsers: the token decides.
fn from_our_page(headers: &HeaderMap) -> bool {
    match text(headers, &header::HeaderName::from_static("sec-fetch-site")) {
        "same-origin" | "none" => return true,
        "" => {}
        _ => return false,
    }
    let origin = text(headers, &header::ORIGIN);
    let host = text(headers, &header::HOST);
    origin.is_empty() || origin.split_once("://").is_some_and(|(_, origin_host)| origin_host.eq_ignore_ascii_case(host))
}

/// What is wrong with a form, by field and kind. The text of a kind is `error-<kind>`; a kind may carry one detail
/// after a colon (`name-character:3`), which its text calls `what`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Errors(Vec<(String, String)>);

impl Errors {
    /// None yet.
    pub fn new() -> Errors {
        Errors::default()
    }

    /// Notes an error; the first of a field is the one shown.
    pub fn add(&mut self, field: &str, kind: impl Into<String>) {
        self.0.push((field.to_owned(), kind.into()));
    }

    /// One error at once.
    pub fn one(field: &str, kind: impl Into<String>) -> Errors {
        Errors(vec![(field.to_owned(), kind.into())])
    }

    /// Whether the form may go on.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The kind of error at a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, kind)| kind.as_str())
    }

    /// All of them: field, kind.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, kind)| (field.as_str(), kind.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn other_sites_are_refused_by_what_the_browser_says() {
        for (pairs, want) in [
            (&[("host", "city.cn"), ("sec-fetch-site", "same-origin")][..], true),
            (&[("host", "city.cn"), ("sec-fetch-site", "none")], true),
            (&[("host", "city.cn"), ("sec-fetch-site", "cross-site")], false),
            (&[("host", "city.cn"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "city.cn"), ("origin", "https://city.cn")], true),
            (&[("host", "city.cn"), ("origin", "https://evil.cn")], false),
            (&[("host", "city.cn"), ("origin", "null")], false),
            (&[("host", "city.cn")], true),
        ] {
            assert_eq!(from_our_page(&headers(pairs)), want, "{pairs:?}");
        }
    }
}
