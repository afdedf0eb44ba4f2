//! Pages.
use axum::Router;
use platform::Ctx;

pub(crate) fn routes() -> Router<Ctx> {
    Router::new()
}
