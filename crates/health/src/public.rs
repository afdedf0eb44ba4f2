//! Pages anybody may read: greeted when signed in, served from the cache of compressed bytes when not.

use std::sync::Arc;

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use identity::MaybeCitizen;
use platform::Ctx;
use ui::{Page, Problem, PublicCache, Visit};

/// The extractor of a public page.
pub(crate) struct Public {
    visit: Visit,
    cache: Arc<PublicCache>,
    /// The version, taken before anything is read, so that a page is never cached under a later version than its
    /// content.
    version: u64,
}

impl FromRequestParts<Ctx> for Public {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Ctx) -> Result<Self, Problem> {
        let version = crate::version();
        let Extension(cache) =
            Extension::<Arc<PublicCache>>::from_request_parts(parts, state).await.map_err(Problem::fault)?;
        let MaybeCitizen { visit, .. } = MaybeCitizen::from_request_parts(parts, state).await?;
        Ok(Self { visit, cache, version })
    }
}

impl Public {
    /// Answers with the page that `make` loads, or with its kept bytes.
    pub(crate) async fn answer<T, F>(self, make: impl FnOnce(Ctx, Page) -> F) -> Result<Response, Problem>
    where
        T: askama::Template,
        F: Future<Output = Result<T, Problem>>,
    {
        let Visit { ctx, page } = self.visit;
        if let Some(kept) = self.cache.kept(&page, self.version) {
            return Ok(kept);
        }
        let template = make(ctx, page.clone()).await?;
        Ok(self.cache.serve(&page, self.version, || template))
    }
}
