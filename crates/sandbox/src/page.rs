//! What all pages of the control port and their JSON twins have in common: complete without script, in Chinese and English.

use std::fmt::Display;

use askama::Template;
use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// The cookie that remembers the language.
pub(crate) const LANG_COOKIE: &str = "sandbox_lang";

/// The visitor's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// The language chosen here, or else the one chosen in the app on the same host, or else the browser's.
    pub(crate) fn of(headers: &HeaderMap) -> Lang {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let cookies = text(header::COOKIE);
        let cookie =
            |wanted: &str| cookies.split(';').filter_map(|c| c.trim().split_once('=')).find(|(n, _)| *n == wanted);
        let chosen = cookie(LANG_COOKIE).or_else(|| cookie("lang")).map(|(_, value)| value);
        let word = chosen.unwrap_or_else(|| text(header::ACCEPT_LANGUAGE));
        if word.starts_with("en") { Lang::En } else { Lang::Zh }
    }

    /// The same, of words that stay.
    pub(crate) fn pick_static(self, zh: &'static str, en: &'static str) -> &'static str {
        self.pick(zh, en)
    }

    pub(crate) fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    pub(crate) fn code(self) -> &'static str {
        self.pick("zh-CN", "en")
    }
}

/// Renders a page.
pub(crate) fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => Html(text).into_response(),
        Err(error) => refused(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

/// A refusal in JSON.
pub(crate) fn refused(status: StatusCode, why: &dyn Display) -> Response {
    (status, Json(json!({ "error": why.to_string() }))).into_response()
}
