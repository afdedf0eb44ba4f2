//! Notices of the channel: verified, stored raw and sealed, and heard, all before the answer.

mod forget;
mod pages;
mod receive;
mod store;

pub(crate) use forget::forget_old;
pub(crate) use pages::routes;
pub use receive::{ReceiveError, Received, receive};
