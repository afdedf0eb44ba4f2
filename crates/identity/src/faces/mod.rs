//! Face checks: consent, a start at the provider, the camera page, and the result that the server
//! itself asks for (RNA-3, RNA-6, RNA-11, T06, T07).
//!
//! Images go from the browser to the provider and nowhere else. What the browser says of a check
//! counts for nothing: [`conclude`] asks the provider, and writes the proof in the closure that
//! records the check as passed.

mod begin;
mod conclude;
mod consent;
mod model;
mod pages;
pub(crate) mod policy;
pub(crate) mod store;

pub(crate) use pages::routes;
pub(crate) use policy::{FacePolicy, MAX_STRANGERS_TRIES, MAX_TRIES};
