//! What was typed survives a gate (RNA-1): a form that was refused because its person had to sign in,
//! be authenticated or show the device first is kept, sealed, and can be sent again on return.

mod keep;
mod model;
mod pages;
pub(crate) mod store;

pub use keep::keep_forms;
pub(crate) use pages::routes;
