//! Notices of the channel: verified, stored raw and sealed, and heard, all before the answer.

mod pages;
mod receive;
mod store;

pub(crate) use pages::routes;
pub use receive::{ReceiveError, Received, receive};
