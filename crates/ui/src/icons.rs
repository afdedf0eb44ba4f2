//! The one family of line icons (24 px, stroke 1.7), read from `assets/icons.svg` and written into the page.

use crate::assets;
use askama::filters::HtmlSafe;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// HTML made by this crate, which templates print unescaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markup<S = &'static str>(pub(crate) S);

impl<S: fmt::Display> fmt::Display for Markup<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl<S: fmt::Display> HtmlSafe for Markup<S> {}

/// The icon of that name; an empty circle for an unknown one, so that a slip is seen.
pub fn icon(name: &str) -> Markup {
    let icons = &*ICONS;
    Markup(icons.get(name).or_else(|| icons.get("unknown")).map_or("", String::as_str))
}

/// All names, sorted, for the component page.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = ICONS.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

static ICONS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let sprite = assets::source("icons.svg").unwrap_or("");
    let mut icons = HashMap::new();
    for part in sprite.split("<symbol id=\"").skip(1) {
        let Some((name, rest)) = part.split_once('"') else { continue };
        let Some((_, rest)) = rest.split_once('>') else { continue };
        let Some((shape, _)) = rest.split_once("</symbol>") else { continue };
        let svg = format!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" aria-hidden=\"true\" focusable=\"false\">{}</svg>",
            shape.trim()
        );
        icons.insert(name.to_owned(), svg);
    }
    icons
});
