//! The extractor every handler starts from: who asks is unknown yet, how they want to be answered is not.

use crate::page::Page;
use crate::seed::Seed;
use axum::extract::FromRequestParts;
use http::request::Parts;
use platform::{Actor, Ctx, Trace};
use std::convert::Infallible;

/// One request: the context with its trace, and the page to answer with. Never fails.
#[derive(Clone)]
pub struct Visit {
    /// The context, its trace holding reference number and address; the actor is still nobody.
    pub ctx: Ctx,
    /// The page to render.
    pub page: Page,
}

impl FromRequestParts<Ctx> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Visit, Infallible> {
        let seed = Seed::of(state, &parts.headers, &parts.uri, &parts.extensions);
        let trace = Trace { request: seed.request.clone(), actor: Actor::Nobody, ip: seed.ip.clone() };
        let ctx = state.with_trace(trace);
        let page = Page::new(&ctx, seed);
        Ok(Visit { ctx, page })
    }
}
