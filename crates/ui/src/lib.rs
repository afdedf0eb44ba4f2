//! What every page shares: the shell with its tab bar, components, forms and their protection,
//! cookies, languages, 长辈版, error pages, embedded assets, compression.
//!
//! This crate knows no people: the identity crate above fills in the visitor ([`Page::who`]). A page is complete
//! without script; `assets/app.js` only makes it smoother.

pub mod address;
pub mod assets;
pub mod barcode;
pub mod body;
pub mod cache;
mod cookies;
pub mod csrf;
pub mod desk;
pub mod encoding;
pub mod form;
pub mod front;
mod gallery;
pub mod headers;
pub mod icons;
pub mod in_app;
mod layer;
pub mod locale;
pub mod look;
mod manifest;
pub mod nav;
mod offline;
pub mod orders;
pub mod page;
pub mod problem;
pub mod qr;
mod query;
pub mod reply;
mod robots;
pub mod search;
mod seed;
mod sent;
pub mod shell;
pub mod site;
mod spoken;
pub mod visit;

pub use address::TrustedProxies;
pub use body::{BodyFault, read_body};
pub use cache::PublicCache;
pub use desk::{DeskLink, DeskNav, DeskTop};
pub use encoding::Encoding;
pub use form::{Errors, Form};
pub use icons::Markup;
pub use in_app::InApp;
pub use layer::{allow_camera, layer};
pub use look::{Lang, Look};
pub use nav::Nav;
pub use offline::{Holder, keep_offline};
pub use page::Page;
pub use problem::{Problem, ProblemKind};
pub use query::Query;
pub use reply::{html, html_again, html_status, in_query, local_path, onward, see_other, see_other_with};
pub use sent::is_ours;
pub use shell::routes;
pub use site::Site;
pub use visit::Visit;

#[cfg(test)]
mod tests;
