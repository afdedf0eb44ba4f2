//! Pages anybody may read: greeted when signed in, served from the cache of compressed bytes when not; and the version
//! of what they show.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use identity::MaybeCitizen;
use platform::Ctx;
use ui::{Page, Problem, PublicCache, Visit};

static VERSION: AtomicU64 = AtomicU64::new(0);

/// The version of what public pages show: it grows with every committed change of places in this process.
pub fn version() -> u64 {
    VERSION.load(Ordering::Acquire)
}

/// Called after a commit that changed places.
pub(crate) fn places_changed() {
    VERSION.fetch_add(1, Ordering::AcqRel);
}

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
        let version = version();
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
