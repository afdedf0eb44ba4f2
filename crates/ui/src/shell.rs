//! Routes that belong to no context: assets, the change of look, the component page.

use crate::assets;
use crate::gallery;
use crate::look::Lang;
use crate::manifest;
use crate::offline;
use crate::problem::Problem;
use crate::query::Query;
use crate::reply::{local_path, see_other};
use crate::robots;
use crate::seed::{ELDER, LANG};
use crate::visit::Visit;
use axum::Router;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use http::HeaderMap;
use platform::Ctx;
use serde::Deserialize;

/// A year: the look is kept on this browser, not with a person.
const LOOK_SECS: i64 = 365 * 24 * 3600;

/// The routes of this crate.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .route("/assets/{name}", get(asset))
        .route("/look", get(look))
        .route("/dev/components", get(gallery::show))
        .route("/dev/desk", get(gallery::desk))
        .route("/dev/app.css", get(gallery::style))
        .merge(manifest::routes())
        .merge(offline::routes())
        .merge(robots::routes())
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    assets::serve(&name, &headers).ok_or_else(Problem::not_found)
}

/// The query of `/look`: what changes, and where to go back to.
#[derive(Deserialize)]
struct Change {
    lang: Option<String>,
    elder: Option<String>,
    to: Option<String>,
}

/// Changes language or 长辈版 and goes back. A GET, so that it is one link: it touches nothing but this browser.
async fn look(visit: Visit, Query(change): Query<Change>) -> Response {
    let to = change.to.as_deref().and_then(local_path).unwrap_or("/");
    let mut response = see_other(to);
    if let Some(lang) = change.lang.as_deref().and_then(Lang::parse) {
        visit.page.set_cookie(&mut response, LANG, lang.code(), Some(LOOK_SECS));
    }
    if let Some(elder) = change.elder.as_deref() {
        visit.page.set_cookie(&mut response, ELDER, if elder == "1" { "1" } else { "0" }, Some(LOOK_SECS));
    }
    response
}
