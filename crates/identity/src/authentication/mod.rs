//! The pages of real-name authentication 实名认证 (`/real-name`): what is needed and all ways side by side, what is open
//! afterwards, the name that is to be proven, and why a service does not open. What they show is known in
//! [`real_name`](crate::real_name); what a proof brings about, in [`proofs`](crate::proofs).

mod level_pages;
mod name_pages;
mod pages;

use axum::Router;
use platform::Ctx;

pub(crate) use pages::{Summary, summary};

/// All of them.
pub(crate) fn routes() -> Router<Ctx> {
    pages::routes().merge(level_pages::routes()).merge(name_pages::routes())
}
