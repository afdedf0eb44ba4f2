//! Attempts (支付尝试): one settlement, one channel payment, one void, one refund each.

pub mod hear;
pub mod model;
pub(crate) mod store;

pub use model::AttemptId;
