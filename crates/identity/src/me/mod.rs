//! What is one's own 我的: `/me`, and the messages that came.

mod message_pages;
mod pages;

use axum::Router;
use platform::Ctx;

/// The pages of both.
pub(crate) fn routes() -> Router<Ctx> {
    pages::routes().merge(message_pages::routes())
}
