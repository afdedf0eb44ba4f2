//! Visits as they are registered with the insurer (2201, 2204) before anything is settled, and cancelled there (2202)
//! when nothing was. What is kept of them; `orders::quote` has them registered, and `orders::release` cancelled.

pub(crate) mod store;
