//! What makes the site an app on a phone's home screen: the web app manifest, in the visitor's language.

use crate::assets;
use crate::look::Lang;
use crate::query::Query;
use crate::visit::Visit;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, header};
use platform::Ctx;
use serde::{Deserialize, Serialize};

pub(crate) fn routes() -> Router<Ctx> {
    Router::new().route("/manifest.webmanifest", get(manifest))
}

/// Which language the page was in that led here: browsers ask for a manifest without cookies.
#[derive(Deserialize)]
struct Wanted {
    lang: Option<String>,
}

/// Fields as in the W3C's Web Application Manifest.
#[derive(Serialize)]
struct Manifest {
    id: &'static str,
    name: String,
    short_name: String,
    description: String,
    lang: &'static str,
    dir: &'static str,
    start_url: &'static str,
    scope: &'static str,
    display: &'static str,
    background_color: &'static str,
    theme_color: &'static str,
    icons: Vec<Icon>,
    shortcuts: Vec<Shortcut>,
}

#[derive(Serialize)]
struct Icon {
    src: &'static str,
    sizes: &'static str,
    #[serde(rename = "type")]
    mime: &'static str,
    purpose: &'static str,
}

#[derive(Serialize)]
struct Shortcut {
    name: String,
    url: &'static str,
}

async fn manifest(visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    let mut page = visit.page;
    if let Some(lang) = wanted.lang.as_deref().and_then(Lang::parse) {
        page.look.lang = lang;
    }
    let icon = |name, sizes, purpose| Icon { src: assets::url(name), sizes, mime: "image/png", purpose };
    let shortcuts = page.nav().shortcuts.iter().map(|link| Shortcut { name: page.t(link.words), url: link.path });
    let manifest = Manifest {
        id: "/",
        name: page.t("ui-name"),
        short_name: page.t("ui-brand"),
        description: page.t("about-home"),
        lang: page.lang_code(),
        dir: "ltr",
        start_url: "/",
        scope: "/",
        display: "standalone",
        background_color: "#f3f5f7",
        theme_color: "#f3f5f7",
        icons: vec![
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable.png", "512x512", "maskable"),
        ],
        shortcuts: shortcuts.collect(),
    };
    let mut response = axum::Json(manifest).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/manifest+json"));
    // Browsers ask for it beside every page.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
