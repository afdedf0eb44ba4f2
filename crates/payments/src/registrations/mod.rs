//! Visits as they are registered with the insurer (2201, 2204) before anything is settled, and cancelled there (2202)
//! when nothing was.

mod release;
pub(crate) mod store;

pub use release::release_due;
