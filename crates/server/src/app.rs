//! The program's routes, composed from the contexts', and what stands around them.

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use platform::Ctx;
use platform::check::Check;
use platform::jobs::Job;
use ui::{PublicCache, TrustedProxies};

use crate::{front, probes, upkeep};

/// Every route of the platform, without state: the table of contents.
pub fn routes() -> Router<Ctx> {
    Router::new()
        .route("/", get(front::front))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .merge(ui::routes())
        .merge(identity::routes())
        .merge(identity::desk_routes())
        .merge(health::routes())
        .merge(health::desk_routes())
}

/// The routes with error pages, headers and limits around them, ready to be served.
pub fn service(ctx: Ctx, proxies: TrustedProxies) -> Router {
    ui::layer(routes(), ctx).layer(Extension(Arc::new(PublicCache::new()))).layer(Extension(proxies))
}

/// Every periodic job of the program.
pub fn jobs() -> Vec<Job> {
    [upkeep::jobs(), identity::jobs(), health::jobs()].concat()
}

/// Every invariant that has tables, in the order `renshe check` says them.
pub fn checks() -> Vec<Check> {
    [health::checks(), identity::checks(), upkeep::checks()].into_iter().flatten().collect()
}
