//! Messages to people (SVC-6): each one is in the app, and some are sent by SMS as well; nothing is said by SMS alone.
//!
//! A message is a kind and arguments. Its words are `message-<kind>-title` and `message-<kind>-body`
//! of the reader's language; the SMS has the kind as its template.

mod model;
pub(crate) mod policy;
mod prepare;
pub(crate) mod store;

pub use model::MessageId;
pub(crate) use model::{chinese_moment, words};
pub use prepare::{PreparedMessage, insert, prepare, prepare_for};
