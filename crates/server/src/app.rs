//! The program's routes, composed from the contexts', and what stands around them.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use identity::Ports;
use payments::Payments;
use platform::Ctx;
use platform::check::Check;
use platform::jobs::Job;
use ui::{PublicCache, Site, TrustedProxies};

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
        .merge(payments::routes())
}

/// The routes with error pages, headers and limits around them, ready to be served at `site` behind `proxies`.
pub fn service(ctx: Ctx, ports: Arc<Ports>, pay: Arc<Payments>, (site, proxies): (Site, TrustedProxies)) -> Router {
    let routes = routes().layer(from_fn_with_state(ctx.clone(), identity::keep_forms));
    ui::layer(routes, ctx)
        .layer(Extension(Arc::new(PublicCache::new())))
        .layer(Extension(ports))
        .layer(Extension(pay))
        .layer(Extension(site))
        .layer(Extension(proxies))
}

/// Every periodic job of the program.
pub fn jobs(ports: &Arc<Ports>, pay: &Arc<Payments>) -> Vec<Job> {
    [upkeep::jobs(), identity::jobs(Arc::clone(ports)), health::jobs(), payments::jobs(pay), ledger::jobs()].concat()
}

/// Every invariant that has tables, in the order `renshe check` says them.
pub fn checks() -> Vec<Check> {
    [health::checks(), identity::checks(), payments::checks(), ledger::checks(), upkeep::checks()]
        .into_iter()
        .flatten()
        .collect()
}
