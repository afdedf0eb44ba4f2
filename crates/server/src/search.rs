//! `/search?q=`: services by their names, and what each hall finds among its own things, in Chinese, in English, by pinyin
//! and by its initials (REG-1).

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use hall::search::{self, Found, Service};
use identity::MaybeCitizen;
use kernel::typing;
use serde::Deserialize;
use ui::search::{Line, Part, SearchPage};
use ui::{Page, Problem, PublicCache, Query, Visit};

use crate::halls::Halls;

/// What was asked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// Shows what was found, or how to search: to those who are signed out from the cache.
pub async fn search(
    Extension(cache): Extension<Arc<PublicCache>>,
    Extension(halls): Extension<Arc<Halls>>,
    MaybeCitizen { visit: Visit { ctx, page }, .. }: MaybeCitizen,
    Query(typed): Query<Asked>,
) -> Result<Response, Problem> {
    // Taken before anything is read, so that a page is never kept under a later version than its content.
    let version = halls.version();
    if let Some(kept) = cache.kept(&page, version) {
        return Ok(kept);
    }
    let patterns = search::patterns(&typed.q);
    let (asked, lists) = (patterns.is_some(), halls.lists());
    let mut parts = Vec::new();
    if let Some(patterns) = patterns {
        let services = Found::of("search-services", halls.services().find(&patterns), service);
        let found = ctx.db.read("search", move |tx| halls.find(tx, &patterns)).await?;
        parts.extend(services.into_iter().chain(found).map(|kind| shown(&page, kind)));
    }
    let q = typing::line(&typed.q, search::QUERY_CHARS);
    Ok(cache.serve(&page, version, || SearchPage { page: page.clone(), q, asked, parts, lists }))
}

fn service(page: &Page, service: &Service) -> Line {
    let detail = page.t(&format!("{}-detail", service.key));
    Line { href: service.path.to_owned(), title: page.t(service.key), detail }
}

fn shown(page: &Page, Found { title, rows, more }: Found) -> Part {
    Part { title, lines: rows.into_iter().map(|show| show(page)).collect(), more }
}
