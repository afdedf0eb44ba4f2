//! The program's routes, and what stands around them.

use std::sync::Arc;

use axum::middleware::from_fn_with_state;
use axum::routing::get;
use axum::{Extension, Router};
use hall::Wired;
use platform::Ctx;
use ui::{PublicCache, Site, TrustedProxies};

use crate::front;
use crate::halls::Halls;
use crate::orders;
use crate::probes::{self, Ready};
use crate::search;

/// Every route of the platform, without state: the table of contents.
pub fn routes(halls: &Halls) -> Router<Ctx> {
    Router::new()
        .route("/", get(front::front))
        .route("/orders", get(orders::orders))
        .route("/todos", get(front::all_todos))
        .route("/search", get(search::search))
        .route("/healthz", get(probes::alive))
        .route("/readyz", get(probes::ready))
        .merge(halls.routes())
}

/// What the program knows about the place where it is served.
#[derive(Clone)]
pub struct Place {
    /// The address at which it is reached.
    pub site: Site,
    /// The proxies that are believed about who asks.
    pub proxies: TrustedProxies,
    /// Whether it can serve.
    pub ready: Arc<Ready>,
}

impl Place {
    /// A demo on this machine, reached at `own` without a proxy, which writes into the folder for temporary files.
    pub fn demo(own: &str) -> Place {
        let ready = Ready::new(std::env::temp_dir(), 0);
        Place { site: Site::new(own, true, false), proxies: TrustedProxies::default(), ready: Arc::new(ready) }
    }
}

/// The routes with error pages, headers and limits around them, ready to be served.
pub fn service(ctx: Ctx, halls: &Arc<Halls>, wired: Wired, place: Place) -> Router {
    // One count for each request and layer: a context of its own has a dozen, which all requests share.
    let shared = Arc::new(ctx.clone());
    let routes = routes(halls)
        .layer(from_fn_with_state(Arc::clone(&shared), identity::keep_forms))
        .layer(from_fn_with_state(shared, identity::frame_refusals));
    ui::layer(routes, ctx)
        .layer(Extension(Arc::new(PublicCache::new())))
        .layer(Extension(Arc::clone(halls)))
        .layer(Extension(Arc::clone(halls.nav())))
        .layer(Extension(Arc::clone(halls.desks())))
        .layer(Extension(wired.identity))
        .layer(Extension(wired.pay))
        .layer(Extension(place.ready))
        .layer(Extension(place.site))
        .layer(Extension(place.proxies))
}
