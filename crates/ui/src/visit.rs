//! The extractor that every handler starts from. It does not know yet who asks, but it knows how they want to be
//! answered.

use crate::page::Page;
use crate::seed::Seed;
use axum::extract::FromRequestParts;
use http::request::Parts;
use platform::{Actor, Ctx, Trace};
use std::convert::Infallible;
use std::sync::Arc;

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
        let page = Page::new(state, Arc::clone(&seed));
        let browser = page.browser().map(|word| fingerprint(state, word));
        let trace = Trace { request: seed.request.clone(), actor: Actor::Nobody, ip: seed.ip.clone(), browser };
        let ctx = state.with_trace(trace);
        Ok(Visit { ctx, page })
    }
}

/// A number that stands for a browser's visit, and from which its word cannot be told.
fn fingerprint(ctx: &Ctx, word: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = ctx.vault.mac("browser", word.as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
